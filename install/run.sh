#!/bin/sh
# Sets Reverie up for this user, then runs it on a repository. Safe to run again: it installs only what changed.
#
#   sh install/run.sh [REPO]                   the terminal UI on REPO (default: the repository around this folder)
#   sh install/run.sh [REPO] --ask "QUESTION"  prints one answer and exits with its status
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
# shellcheck source=install/common.sh
. "$here/install/common.sh"

usage() {
    sed -n '2,5s/^# \{0,1\}//p' "$here/install/run.sh"
}

wrong_usage() {
    say "$1"
    usage >&2
    exit 2
}

repository=
question=
while [ $# -gt 0 ]; do
    case $1 in
        -h | --help)
            usage
            exit 0
            ;;
        --ask)
            question=${2:-}
            [ -n "$question" ] || wrong_usage "--ask needs a question."
            shift 2
            ;;
        -*) wrong_usage "there is no option $1." ;;
        *)
            [ -z "$repository" ] || wrong_usage "one repository at a time, please."
            repository=$1
            shift
            ;;
    esac
done
repository=${repository:-.}
[ -d "$repository" ] || fail "There is no folder $repository." "name a folder inside a git repository"

installed_elsewhere() {
    [ -e "$link" ] && [ "$(readlink "$link" 2>/dev/null)" != "$environment/bin/reverie" ]
}

# Two of these at once would install into each other's environment.
take_lock() {
    waited=0
    until mkdir "$data/install.lock" 2>/dev/null; do
        owner=$(cat "$data/install.lock/pid" 2>/dev/null || :)
        if [ "$waited" -ge 3 ] && { [ -z "$owner" ] || ! kill -0 "$owner" 2>/dev/null; }; then
            rm -rf "$data/install.lock"
            continue
        fi
        [ "$waited" -gt 0 ] || say "another install is going on; waiting for it"
        [ "$waited" -lt 600 ] || fail "The other install has not finished in 10 minutes." "rm -r '$data/install.lock'"
        sleep 1
        waited=$((waited + 1))
    done
    trap 'rm -rf "$data/install.lock"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    printf '%s\n' "$$" >"$data/install.lock/pid"
}

release_lock() {
    rm -rf "$data/install.lock"
    trap - EXIT INT TERM HUP
}

set_up() {
    wanted=$(digest pyproject.toml README.md LICENSE daemon indexers tui)
    if works "$environment" && [ "$(cat "$environment/reverie-stamp" 2>/dev/null)" = "$wanted" ]; then
        return 0
    fi
    if works "$environment"; then
        say "the checkout changed: updating $environment"
        # The daemon goes on from the code it was started with, and would not learn of the change.
        "$environment/bin/reverie" stop >/dev/null 2>&1 || :
        rm -f "$environment/reverie-stamp"
    else
        say "making an environment in $environment ($("$python" --version))"
        make_environment "$environment"
    fi
    say "installing Reverie and what it needs (about a minute)"
    pip_install "$environment" --upgrade "$here"
    printf '%s\n' "$wanted" >"$environment/reverie-stamp"
}

# Leaves `reverie` within reach: sets `command` to what the user types.
set_link() {
    command=$environment/bin/reverie
    [ -n "${HOME:-}" ] || return 0
    link=$HOME/.local/bin/reverie
    if installed_elsewhere; then
        say "$link is something else and was left alone"
        return 0
    fi
    if ! { mkdir -p "$HOME/.local/bin" && ln -sf "$environment/bin/reverie" "$link"; } 2>/dev/null; then
        say "$link could not be made"
        return 0
    fi
    case :${PATH:-}: in
        *:"$HOME/.local/bin":*) command=reverie ;;
        *) command=$link ;;
    esac
}

need_git
isolate
find_data
find_python
environment=$data/venv
mkdir -p "$data" 2>/dev/null || fail "The folder $data cannot be made." "make it yours, or set REVERIE_HOME"
take_lock
set_up
set_link
release_lock

reverie=$environment/bin/reverie
if [ -n "$question" ]; then
    # A script asks once: it wants the answer of a finished index, not of the first second.
    "$reverie" index --repo "$repository" >/dev/null
    exec "$reverie" ask --repo "$repository" -- "$question"
fi
case $command in
    *[!A-Za-z0-9_./-]*) command="'$command'" ;;
esac
say "installed. From now on: $command"
if [ -t 0 ] && [ -t 1 ]; then
    exec "$reverie" --repo "$repository"
fi
"$reverie" index --repo "$repository"
"$reverie" status
say "there is no terminal here. In one, the terminal UI: $command --repo '$repository'"
say "without one: $command ask --repo '$repository' \"how does … work?\""
