"""The routes about learning, for whoever watches it and steps in: each takes its arguments and calls one method of
`oversight.py`. What serves them is `api.py`'s."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .arguments import number, switch, text
from .oversight import Oversight
from .studies import JOBS_SHOWN_MAX

LOG_LINES = 50
SHOWN_MAX = 500

Handler = Callable[[Oversight, dict[str, Any]], object]


def _learn(oversight: Oversight, given: dict[str, Any]) -> object:
    root = text(given, "root")
    return oversight.dry_run(root) if given.get("dry_run") else oversight.learn(root, text(given, "subject", ""))


def _predictions(oversight: Oversight, given: dict[str, Any]) -> object:
    return oversight.predictions(text(given, "root"), min(number(given, "limit", 100), SHOWN_MAX))


def _notes(oversight: Oversight, given: dict[str, Any]) -> object:
    limit = min(number(given, "limit", 100), SHOWN_MAX)
    return oversight.notes(text(given, "root"), text(given, "about", ""), limit)


def _cancel(oversight: Oversight, given: dict[str, Any]) -> object:
    kind = text(given, "subject_kind", "")
    return oversight.cancel(text(given, "root"), text(given, "analysis"), text(given, "subject"), kind)


def _forget(oversight: Oversight, given: dict[str, Any]) -> object:
    kind, analysis = text(given, "subject_kind", ""), text(given, "analysis", "")
    return oversight.forget_notes(text(given, "root"), text(given, "subject"), kind, analysis)


HANDLERS: Mapping[tuple[str, str], Handler] = {
    ("POST", "/v1/learn"): _learn,
    ("POST", "/v1/pause"): lambda oversight, given: oversight.pause(True),
    ("POST", "/v1/resume"): lambda oversight, given: oversight.pause(False),
    ("GET", "/v1/predictions"): _predictions,
    ("GET", "/v1/notes"): _notes,
    ("GET", "/v1/languages"): lambda oversight, given: oversight.languages(text(given, "root")),
    ("POST", "/v1/notes/forget"): _forget,
    ("GET", "/v1/jobs"): lambda oversight, given: oversight.jobs(
        text(given, "root"), number(given, "limit", JOBS_SHOWN_MAX)
    ),
    ("POST", "/v1/jobs/cancel"): _cancel,
    ("GET", "/v1/activity"): lambda oversight, given: oversight.activity(number(given, "log", LOG_LINES)),
    ("GET", "/v1/tree"): lambda oversight, given: oversight.tree(text(given, "root"), text(given, "path", "")),
    ("GET", "/v1/hooks"): lambda oversight, given: oversight.hooks(text(given, "root")),
    ("POST", "/v1/hooks"): lambda oversight, given: oversight.set_hooks(text(given, "root"), switch(given, "install")),
}
