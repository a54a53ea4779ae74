#!/bin/sh
# Stops the daemon and removes what run.sh installed. What was learned stays, unless --purge is given.
#
#   sh install/uninstall.sh [--purge]    --purge also removes settings, the ledger, and the stores of the repositories
#                                        that are watched
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
# shellcheck source=install/common.sh
. "$here/install/common.sh"

purge=
case ${1:-} in
    '') ;;
    --purge) purge=yes ;;
    -h | --help)
        sed -n '2,5s/^# \{0,1\}//p' "$here/install/uninstall.sh"
        exit 0
        ;;
    *) fail "There is no option $1." "sh install/uninstall.sh --help" ;;
esac

isolate
find_data
environment=$data/venv
reverie=$environment/bin/reverie

# Sets `state` and `config`, as reverie_daemon/config.py has them.
find_places() {
    if [ -n "${REVERIE_HOME:-}" ]; then
        state=$REVERIE_HOME/state config=$REVERIE_HOME/config.toml
    elif [ "$(uname -s)" = Darwin ]; then
        state="$HOME/Library/Application Support/reverie" config=$state
    else
        state=${XDG_STATE_HOME:-$HOME/.local/state}/reverie config=${XDG_CONFIG_HOME:-$HOME/.config}/reverie
    fi
}

repositories() {
    "$reverie" repos --json 2>/dev/null | "$environment/bin/python" -c '
import json, sys
for repository in json.load(sys.stdin):
    print(repository["root"])
' 2>/dev/null || :
}

find_places
roots=
if works "$environment"; then
    roots=$(repositories)
fi

each_repository() {
    [ -n "$roots" ] || return 0
    printf '%s\n' "$roots" | while IFS= read -r root; do
        "$@" "$root"
    done
}

remove_hooks() {
    if "$reverie" hooks uninstall --repo "$1" >/dev/null 2>&1; then
        say "no git hooks of ours are left in $1"
    else
        say "left the git hooks of $1 (they do nothing without Reverie)"
    fi
}

store_of() {
    common=$(git -C "$1" rev-parse --git-common-dir 2>/dev/null) || return 1
    case $common in
        /*) printf '%s\n' "$common/reverie" ;;
        *) printf '%s\n' "$1/$common/reverie" ;;
    esac
}

settle_store() {
    store=$(store_of "$1") || return 0
    [ -d "$store" ] || return 0
    if [ -n "$purge" ]; then
        rm -rf "$store" && say "removed $store"
    else
        say "kept $store (what was learned about $1; to remove it: rm -r '$store')"
    fi
}

if [ -x "$reverie" ]; then
    each_repository remove_hooks
    if "$reverie" stop >/dev/null 2>&1; then
        say "the daemon is stopped"
    else
        say "no daemon was running"
    fi
fi
link=${HOME:-/nonexistent}/.local/bin/reverie
if [ "$(readlink "$link" 2>/dev/null)" = "$reverie" ]; then
    rm -f "$link"
    say "removed $link"
fi
each_repository settle_store
if [ -d "$environment" ]; then
    rm -rf "$environment"
    say "removed $environment"
else
    say "nothing is installed in $environment"
fi
rm -rf "$data/install.lock"

for kept in "$state" "$config"; do
    if [ ! -e "$kept" ]; then
        continue
    elif [ -n "$purge" ]; then
        rm -rf "$kept" && say "removed $kept"
    else
        say "kept $kept (to remove it, too: sh '$here/install/uninstall.sh' --purge)"
    fi
done
rmdir "$data" 2>/dev/null || :
say "done"
