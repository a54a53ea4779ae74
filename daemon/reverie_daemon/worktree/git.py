"""Runs git commands that read, and nothing else: no locks taken, nothing written, nothing fetched, always with a
timeout.

GitPython starts the processes; its object model is not used, since walking objects with it is two orders of magnitude
slower than the commands are. It is imported at the first command, because that costs a tenth of a second.
"""

from __future__ import annotations

import os
import shlex
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import suppress
from pathlib import Path
from subprocess import TimeoutExpired
from typing import IO, TYPE_CHECKING, BinaryIO, cast

from reverie_daemon.errors import UserError

if TYPE_CHECKING:
    from subprocess import Popen

TIMEOUT_S = 30.0
LABOUR_NICENESS = 19
LABOUR_PACE_S = 0.1
LABOUR_END_WAIT_S = 0.5
_SAID_BYTES_MAX = 10_000
_CHUNK_BYTES = 1 << 16
_ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    # Git before 2.45 does not know the line above; no transport at all has the same effect.
    "GIT_ALLOW_PROTOCOL": "none",
}
_OPTIONS = (
    "--no-pager",
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.quotePath=false"),
    *("-c", "color.ui=false"),
    *("-c", "log.showSignature=false"),
    *("-c", "submodule.recurse=false"),
)
# The one command here that refuses to be told that paths are no patterns; it takes them literally anyway.
_WITHOUT_PATHSPECS = "check-ignore"
_KEPT_VARIABLES = (
    "GIT_AUTHOR_", "GIT_COMMITTER_", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_SYSTEM",
    "GIT_EXEC_PATH", "GIT_PYTHON_", "GIT_SSH", "GIT_TEMPLATE_DIR",
)  # fmt: skip


class GitFailed(UserError):
    """A git command ended with an error; `stderr` is what it said."""

    code = "git_failed"

    def __init__(self, message: str, *, next_step: str, stderr: str = "") -> None:
        super().__init__(message, next_step=next_step)
        self.stderr = stderr


class GitTimedOut(GitFailed):
    """A git command did not end in time and was stopped."""

    code = "git_timed_out"


def scrub_environment() -> None:
    """Removes the variables with which a hook or a shell points git at another repository, index or object store.

    It changes this process: GitPython hands its environment on whole, so there is nowhere else to do it.
    """
    for name in [name for name in os.environ if name.startswith("GIT_") and not name.startswith(_KEPT_VARIABLES)]:
        os.environ.pop(name, None)


class Git:
    """Runs commands in one folder of a repository."""

    def __init__(self, folder: Path) -> None:
        scrub_environment()
        # Otherwise GitPython refuses to be imported where there is no git; a command says it better.
        os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
        import git

        self._folder = folder
        # Where the repository was deleted git must fail, and not find another one further up.
        self._environment = {**_ENVIRONMENT, "GIT_CEILING_DIRECTORIES": str(folder.parent)}
        self._git = git.Git(folder)
        self._missing = git.GitCommandNotFound

    def run(
        self,
        *arguments: str,
        timeout_s: float = TIMEOUT_S,
        stdin: BinaryIO | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> bytes:
        """What the command, reading the file `stdin`, wrote to its standard output. `environment` is added to what
        every command has. Raises `GitFailed`, or `GitTimedOut` after `timeout_s`."""
        try:
            status, output, complaint = self._git.execute(
                self._command(arguments),
                istream=stdin,
                env={**self._environment, **(environment or {})},
                with_extended_output=True,
                with_exceptions=False,
                stdout_as_string=False,
                strip_newline_in_stdout=False,
                kill_after_timeout=None if os.name == "nt" else timeout_s,
            )
        except self._missing as error:
            raise _no_git() from error
        if status != 0:
            raise self._failed(arguments, complaint, timeout_s)
        return output

    def stream(self, *arguments: str, timeout_s: float = TIMEOUT_S) -> Generator[bytes, None, None]:
        """The same in chunks as they come. A consumer that stops early stops the command; so does the timeout, which
        raises `GitTimedOut` after what had come by then."""
        try:
            started = self._git.execute(self._command(arguments), env=self._environment, as_process=True)
        except self._missing as error:
            raise _no_git() from error
        process = cast("Popen[bytes]", started.proc)
        late = threading.Event()

        def stop() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(timeout_s, stop)
        timer.daemon = True
        timer.start()
        try:
            output = cast(IO[bytes], process.stdout)
            while chunk := output.read1(_CHUNK_BYTES):  # type: ignore[attr-defined]
                yield chunk
            if process.wait() != 0:
                complaint = cast(IO[bytes], process.stderr).read().decode("utf-8", "replace")
                raise self._failed(arguments, "Timeout: " if late.is_set() else complaint, timeout_s)
        finally:
            timer.cancel()
            _end(process)

    def labour(
        self, *arguments: str, environment: Mapping[str, str], timeout_s: float, cancelled: Callable[[], bool]
    ) -> None:
        """Runs a long command that tells its progress, at the lowest priority, until it is done or `cancelled`. Raises
        `GitFailed`, or `GitTimedOut` after `timeout_s`.

        Should the daemon be killed, git's next word of progress meets a closed pipe, which ends it.
        """
        try:
            started = self._git.execute(
                self._command(arguments), env={**self._environment, **environment}, as_process=True
            )
        except self._missing as error:
            raise _no_git() from error
        process = cast("Popen[bytes]", started.proc)
        with suppress(ProcessLookupError):  # it may have ended already
            os.setpriority(os.PRIO_PROCESS, process.pid, LABOUR_NICENESS)
        deadline_s, said = time.monotonic() + timeout_s, b""
        progress = cast(IO[bytes], process.stderr)
        os.set_blocking(progress.fileno(), False)
        try:
            while process.poll() is None:
                said = (said + (progress.read() or b""))[-_SAID_BYTES_MAX:]
                if cancelled():
                    return
                if time.monotonic() > deadline_s:
                    raise self._failed(arguments, "Timeout: ", timeout_s)
                time.sleep(LABOUR_PACE_S)
            if process.returncode != 0:
                said += progress.read() or b""
                raise self._failed(arguments, said.decode("utf-8", "replace"), timeout_s)
        finally:
            process.terminate()  # and not killed at once: git then takes its lock file away
            with suppress(TimeoutExpired):
                process.wait(LABOUR_END_WAIT_S)
            _end(process)

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        literally = () if arguments[0] == _WITHOUT_PATHSPECS else ("--literal-pathspecs",)
        # GitPython runs the command elsewhere when its folder is gone; with -C it fails.
        return ["git", "-C", str(self._folder), *_OPTIONS, *literally, *arguments]

    def _failed(self, arguments: tuple[str, ...], complaint: str, timeout_s: float) -> GitFailed:
        command = f"git {arguments[0]}"
        if complaint.startswith("Timeout: "):
            return GitTimedOut(
                f"{command} did not finish within {timeout_s:g} seconds in {self._folder}.",
                next_step=f"See whether it works there by hand: git -C {shlex.quote(str(self._folder))} status",
                stderr=complaint,
            )
        said = complaint.strip().splitlines()
        return GitFailed(
            f"{command} failed in {self._folder}: {said[0] if said else 'no reason given'}",
            next_step=f"See what git says there: git -C {shlex.quote(str(self._folder))} status",
            stderr=complaint,
        )


def _end(process: Popen[bytes]) -> None:
    if process.poll() is None:
        process.kill()
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
    process.wait()


def _no_git() -> GitFailed:
    return GitFailed("git was not found.", next_step="Install git, and make sure that it is on your PATH.")
