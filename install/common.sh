# Sourced by run.sh, test.sh and uninstall.sh: what they share. POSIX sh; changes nothing when read.
# The caller sets `here`, the checkout's folder.
# shellcheck shell=sh disable=SC2034,SC2154

say() {
    printf '%s\n' "reverie: $*" >&2
}

# fail MESSAGE NEXT_STEP
fail() {
    printf '%s\n' "reverie: $1" "  next: $2" >&2
    exit 1
}

# An environment of our own: nothing of the caller's Python or pip settings may lead us into another one.
isolate() {
    unset PYTHONHOME PYTHONPATH PIP_TARGET PIP_PREFIX PIP_ROOT PIP_REQUIRE_VIRTUALENV
    export PIP_USER=0 PIP_DISABLE_PIP_VERSION_CHECK=1
}

# Sets `data`: where the installed program lives. REVERIE_HOME moves everything.
find_data() {
    if [ -n "${REVERIE_HOME:-}" ]; then
        data=$REVERIE_HOME
    else
        case ${XDG_DATA_HOME:-} in
            /*) data=$XDG_DATA_HOME/reverie ;;
            *)
                [ -n "${HOME:-}" ] || fail "HOME is not set, so there is no place to install to." \
                    "set HOME or REVERIE_HOME to a folder of yours"
                data=$HOME/.local/share/reverie
                ;;
        esac
    fi
}

# Sets `python` to an interpreter that is new enough, and can make environments.
find_python() {
    incomplete=
    for python in python3 python3.14 python3.13 python3.12 python3.11; do
        command -v "$python" >/dev/null 2>&1 || continue
        "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
        "$python" -c 'import ensurepip, venv' 2>/dev/null && return 0
        incomplete=$python
    done
    [ -z "$incomplete" ] || fail "$incomplete lacks the module venv, which makes isolated environments." \
        "install it (Debian, Ubuntu: apt install python3-venv), then run this again"
    fail "Python 3.11 or newer was not found." \
        "install it (apt install python3 python3-venv, dnf install python3.12, brew install python), then run this again"
}

need_git() {
    command -v git >/dev/null 2>&1 || fail "git was not found." "install git, then run this again"
}

# digest FILE_OR_FOLDER...: one line that changes when their text, the Python or the checkout's place does.
digest() {
    (cd "$here" && "$python" - "$@" <<'PYTHON'
import hashlib, pathlib, sys

digest = hashlib.sha256(sys.version.encode() + sys.executable.encode())
for name in sys.argv[1:]:
    top = pathlib.Path(name)
    for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
        if path.is_file() and path.suffix != ".pyc":
            digest.update(f"\0{path.as_posix()}\0".encode("utf-8", "surrogateescape") + path.read_bytes())
print(digest.hexdigest())
PYTHON
    )
}

# make_environment FOLDER: an empty one, whatever stood there.
make_environment() {
    rm -rf "$1"
    "$python" -m venv "$1" || fail "The environment in $1 could not be made." \
        "see the message above; is there space, and is the folder yours?"
}

# pip_install FOLDER ARGUMENT...
pip_install() {
    environment=$1
    shift
    "$environment/bin/python" -m pip --disable-pip-version-check -q install "$@" || fail \
        "pip could not install what Reverie needs." \
        "see the message above; check the network and 'pip config list', then run this again"
}

works() {
    [ -x "$1/bin/python" ] && "$1/bin/python" -c '' 2>/dev/null
}
