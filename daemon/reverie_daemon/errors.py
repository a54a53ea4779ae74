"""The one error type that users see, and the codes it carries.

UserError                 what happened, and the next command to run; carries `code` and `exit_code`
├── WrongUsage            exit 2
├── NoRepository          exit 3: no (usable) repository here
├── DaemonUnreachable     exit 4: the daemon could not be reached or started
└── OverBudget            exit 5: `learn` was stopped by a budget

Only `cli.py` prints them, and only `api.py` puts them on the wire.
"""

from __future__ import annotations


class UserError(Exception):
    """Something a user can act on. `message` says what happened, `next_step` is the next command or action."""

    code = "failed"
    exit_code = 1

    def __init__(self, message: str, *, next_step: str, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step
        if code is not None:
            self.code = code

    def to_wire(self) -> dict[str, str]:
        """`{"code", "message", "next_step"}`, as every `--json` error carries it."""
        return {"code": self.code, "message": self.message, "next_step": self.next_step}


class WrongUsage(UserError):
    """The command or request itself is malformed."""

    code = "wrong_usage"
    exit_code = 2


class NoRepository(UserError):
    """There is no git repository here, or none that can be read."""

    code = "no_repository"
    exit_code = 3


class DaemonUnreachable(UserError):
    """The daemon could not be reached or started."""

    code = "daemon_unreachable"
    exit_code = 4


class OverBudget(UserError):
    """`learn` was stopped by a budget; what was learned until then is kept."""

    code = "over_budget"
    exit_code = 5
