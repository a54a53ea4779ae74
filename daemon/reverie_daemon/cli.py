"""The `reverie` command: parses arguments, calls the daemon through its client, prints.

The sole owner of stdout and stderr: data goes to the first, everything else to the second. It decides nothing about
repositories or answers. Imports that cost time (the terminal UI, rich) happen only in the command that needs them.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

from . import __version__, cli_text, launch, service
from .client import Client
from .commands import learning, marking, models, settings
from .commands.common import Command, folder_of, follow, progress, root_of, with_json
from .commands.meanwhile import until_answered
from .config import locations
from .errors import UserError, WrongUsage

CONTEXT_TOKENS = 4000
LOG_LINES = 40
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; the exit code is 0, or what the error says (see `errors.py`)."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options) or 0)
    except (UserError, KeyboardInterrupt, BrokenPipeError) as error:
        return ended_by(error, as_json=getattr(options, "json", False))


def ended_by(error: UserError | KeyboardInterrupt | BrokenPipeError, *, as_json: bool = False) -> int:
    """Says what ended the program, and returns its exit code."""
    if isinstance(error, UserError):
        _print_error(error, as_json=as_json)
        return error.exit_code
    if isinstance(error, KeyboardInterrupt):
        print("Stopped.", file=sys.stderr)
        return INTERRUPTED
    # The reader of our output has gone; say nothing, and keep the interpreter from trying again at exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1


def _print_error(error: UserError, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"error": error.to_wire()}))
        return
    print(f"reverie: {error.message}\n  next: {error.next_step}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="reverie",
        description="A coding assistant that thinks while you do not ask. Without a command: the terminal UI.",
        epilog="Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no repository here, 4 no daemon, 5 out of budget.",
    )
    parser.add_argument("--version", action="version", version=f"reverie {__version__}")
    parser.add_argument(
        "--repo", type=Path, metavar="PATH", help="the repository (default: the one around this folder)"
    )
    parser.set_defaults(run=_tui)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for name, (run, text, configure) in _COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        command.add_argument("--repo", type=Path, metavar="PATH", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        configure(command)
    return parser


def _nothing(command: argparse.ArgumentParser) -> None:
    """A command without options of its own."""


def _question(command: argparse.ArgumentParser) -> None:
    with_json(command)
    command.add_argument("question", nargs="*", help="the question, in plain words")
    command.add_argument("--path", default="", metavar="SUBFOLDER", help="stay in this part of the repository")
    command.add_argument(
        "--batch", type=Path, metavar="FILE", help='a JSON object with "question" a line; "-" is stdin'
    )


def _ask_options(command: argparse.ArgumentParser) -> None:
    _question(command)
    command.add_argument("--conversation", default="", metavar="ID", help="go on with a conversation")
    command.add_argument("--again", action="store_true", help="answer anew, by the model if there is one")


def _context_options(command: argparse.ArgumentParser) -> None:
    _question(command)
    command.add_argument("--tokens", type=int, default=CONTEXT_TOKENS, metavar="N", help="at most so many (o200k)")
    command.add_argument(
        "--format", default="text", choices=("text", "markdown", "xml", "json"), help="how to print it (default: text)"
    )
    command.add_argument(
        "--include", default="", metavar="PARTS", help="of notes,source,tests,history (default: all but history)"
    )


def _folder(command: argparse.ArgumentParser) -> None:
    with_json(command)
    command.add_argument("path", nargs="?", type=Path, help="the repository (default: the one around this folder)")


def _forget_options(command: argparse.ArgumentParser) -> None:
    with_json(command)
    command.add_argument("path", nargs="?", default="", help="a file or folder in the repository (default: all of it)")


def _logs_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("-n", "--lines", type=int, default=LOG_LINES, help=f"how many lines (default {LOG_LINES})")


def _hooks_options(command: argparse.ArgumentParser) -> None:
    with_json(command)
    command.add_argument("action", choices=["install", "uninstall", "status"])


def _client(*, start: bool = True) -> Client:
    return Client.connect(start=start)


def _indexed_root(client: Client, options: argparse.Namespace) -> str:
    """The repository to ask; one that was never indexed is indexed first, since nothing could be answered from it."""
    root, begun = client.open_repository(folder_of(options))
    if not begun:
        progress(client.index(root=root))
    return root


def _tui(options: argparse.Namespace) -> int:
    return launch.terminal_ui(folder_of(options))


def _ask(options: argparse.Namespace) -> int:
    client = _client()
    root = _indexed_root(client, options)
    if options.batch is not None:
        return _batch(
            options.batch, lambda question: client.answer(question, root=root, path=options.path, counted=False)
        )
    question = _spoken(options)
    events = client.ask(question, root=root, path=options.path, conversation=options.conversation, again=options.again)
    answer = until_answered(events, sys.stdout)
    if options.json:
        print(json.dumps(answer))
    else:
        _print_markdown(answer["answer"])
        print(cli_text.answer_footer(answer))
    return 0


def _context(options: argparse.Namespace) -> int:
    if options.tokens < 1:
        raise WrongUsage("--tokens takes a whole number of at least 1.", next_step="reverie context --help")
    form = "text" if options.format == "json" else options.format
    include = [part.strip() for part in options.include.split(",") if part.strip()]
    client = _client()
    root = _indexed_root(client, options)

    def fetch(question: str) -> dict[str, Any]:
        return client.context(question, root=root, tokens=options.tokens, path=options.path, form=form, include=include)

    if options.batch is not None:
        return _batch(options.batch, fetch)
    context = fetch(_spoken(options))
    print(json.dumps(context) if options.json or options.format == "json" else context["context"])
    return 0


def _spoken(options: argparse.Namespace) -> str:
    question = " ".join(options.question).strip()
    if not question:
        raise WrongUsage("There is no question.", next_step='reverie ask "how does … work?"')
    return question


def _batch(path: Path, call: Callable[[str], dict[str, Any]]) -> int:
    """One JSON object a line in, one out; an object that fails gives its error on a line of its own."""
    failed = 0
    for line in _lines(path):
        try:
            asked = json.loads(line)
            reply = call(str(asked["question"]))
        except UserError as error:
            failed, reply = 1, {"error": error.to_wire()}
        except (ValueError, KeyError, TypeError):
            asked, failed = None, 1
            wrong = WrongUsage('A line is not a JSON object with "question".', next_step="reverie ask --help")
            reply = {"error": wrong.to_wire()}
        if isinstance(asked, dict) and "id" in asked:
            reply = {"id": asked["id"], **reply}
        print(json.dumps(reply), flush=True)
    return failed


def _lines(path: Path) -> Iterator[str]:
    if str(path) == "-":
        yield from filter(str.strip, sys.stdin)
        return
    try:
        with path.open(encoding="utf-8") as file:
            yield from filter(str.strip, file)
    except OSError as error:
        raise WrongUsage(f"{path} cannot be read: {error.strerror}.", next_step="name a file of questions") from error


def _index(options: argparse.Namespace) -> int:
    client = _client()
    return follow(client.index(root=root_of(client, options)), as_json=options.json)


def _start(options: argparse.Namespace) -> int:
    found = service.ensure(locations())
    print(f"The daemon runs (process {found['pid']}).", file=sys.stderr)
    return 0


def _stop(options: argparse.Namespace) -> int:
    pid = service.stop(locations())
    print("No daemon was running." if pid is None else f"The daemon (process {pid}) has stopped.", file=sys.stderr)
    return 0


def _restart(options: argparse.Namespace) -> int:
    _stop(options)
    return _start(options)


def _status(options: argparse.Namespace) -> int:
    client = _client(start=False)
    status = client.status()
    print(json.dumps(status) if options.json else cli_text.status(status, client.activity(log=0)["readings"]))
    return 0


def _logs(options: argparse.Namespace) -> int:
    try:
        with locations().log.open(encoding="utf-8", errors="replace") as file:
            lines = file.readlines()[-max(options.lines, 0) :]
    except FileNotFoundError as error:
        raise UserError("There is no log yet: no daemon has run.", next_step="reverie start") from error
    sys.stdout.writelines(lines)
    return 0


def _add(options: argparse.Namespace) -> int:
    root = _client().add_repository(options.path or folder_of(options))
    print(json.dumps({"root": root}) if options.json else f"Watching {root}.")
    return 0


def _remove(options: argparse.Namespace) -> int:
    root = _client().remove_repository(options.path or folder_of(options))
    print(
        json.dumps({"root": root})
        if options.json
        else f"No longer watching {root}. What was learned stays in its .git."
    )
    return 0


def _repos(options: argparse.Namespace) -> int:
    repositories = _client().repositories()
    print(json.dumps(repositories) if options.json else cli_text.repositories(repositories))
    return 0


def _hooks(options: argparse.Namespace) -> int:
    from . import hooks
    from .worktree import find

    actions = {"install": hooks.install, "uninstall": hooks.uninstall, "status": hooks.status}
    said = actions[options.action](find(folder_of(options))).to_wire()
    print(json.dumps(said) if options.json else cli_text.hooks(said))
    return 0


def _forget(options: argparse.Namespace) -> int:
    client = _client()
    gone = client.forget(root=root_of(client, options), path=options.path)
    print(json.dumps(gone) if options.json else cli_text.forgotten(gone))
    return 0


def _print_markdown(text: str, stream: TextIO = sys.stdout) -> None:
    if not stream.isatty() or "NO_COLOR" in os.environ:
        print(text, file=stream)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console(file=stream).print(Markdown(text))


_COMMANDS: dict[str, Command] = {
    "ask": (_ask, "Answer a question about a repository.", _ask_options),
    "context": (_context, "Print what a model or another tool should read for a question.", _context_options),
    **learning.COMMANDS,
    "index": (_index, "Bring the index up to date and wait for it.", with_json),
    "start": (_start, "Start the daemon.", _nothing),
    "stop": (_stop, "Stop the daemon.", _nothing),
    "restart": (_restart, "Stop the daemon and start it again.", _nothing),
    "status": (_status, "Say what the daemon does, for which repositories.", with_json),
    "logs": (_logs, "Print the end of the daemon's log.", _logs_options),
    "add": (_add, "Watch a repository.", _folder),
    "remove": (_remove, "Watch a repository no longer; what was learned stays with it.", _folder),
    "repos": (_repos, "List the repositories that are watched.", with_json),
    "hooks": (_hooks, "Let git wake the daemon after a commit, checkout, merge or rebase.", _hooks_options),
    **models.COMMANDS,
    **settings.COMMANDS,
    **marking.COMMANDS,
    "forget": (_forget, "Delete questions and notes of a path or repository; cannot be undone.", _forget_options),
}


if __name__ == "__main__":
    sys.exit(main())
