"""Answers from git's history: who changed a thing and why, what changed recently, what a commit did."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from reverie_indexers.facts import Span

from reverie_daemon.core.compose import citing, prose
from reverie_daemon.core.compose.definitions import kept
from reverie_daemon.core.compose.describing import cited, opening
from reverie_daemon.core.nouns import Catalogue, Claim, Commit, Evidence
from reverie_daemon.core.questions import Question, aspects_of

COMMITS_SHOWN = 6
COMMITS_KNOWN_MAX = 10_000
RECENT_MAX = 200
_TRAILER = re.compile(
    r"^(?:[A-Z][\w-]+-by|Change-Id|Reviewed-on|Fixes|Closes|Refs|Cc|git-svn-id|PiperOrigin-RevId):", re.I
)
_DULL = re.compile(
    r"^(?:merge\b|bump\b|release\b|version\b|format\b|reformat|lint|typo|whitespace|pyupgrade|apply "
    r"(?:black|ruff)|\[pre-commit"
    r"|(?:fix|address|satisfy) (?:typos?|lint|mypy|pyright|typing|flake8|ruff)|(?:use|add|run|update) "
    r"(?:ruff|black|isort|pre-commit|mypy)"
    r"|update .*(?:dependencies|requirements|year|copyright|version)|drop support for|add type (?:hints"
    r"|annotations)|add __future__|f-strings?\b|type annotations)",
    re.I,
)


def dull(commit: Commit) -> bool:
    """Whether a commit tells nothing about why: merges, bots, formatting, version bumps."""
    return bool(_DULL.match(commit.subject)) or commit.author.endswith("[bot]")


def told(commit: Commit) -> str:
    """ "“Fix the cookie” (`1a2b3c4`, Ada Lovelace, 2024-03-01)"."""
    return f"“{_escaped(commit.subject)}” ({commit.oid[:8]}, {commit.author}, {commit.date[:10]})"


def _escaped(text: str) -> str:
    return text.replace("`", "'")


def history(question: Question, catalogue: Catalogue) -> list[Claim]:
    """Who changed a thing, when and why."""
    subject = question.subjects[0]
    definition = subject.definition
    path = definition.path if definition is not None else subject.path
    if subject.commit is not None:
        return commit_claims(catalogue, subject.commit)
    label = cited(definition) if definition is not None else f"`{path}`"
    commits = _commits_of(catalogue, question, path)
    evidence = citing.head(catalogue, definition) if definition is not None else ()
    if not commits:
        return [_unread(catalogue) or citing.claim(f"Git has no commit yet that touched {label}.", evidence)]
    asked = aspects_of(question.text)
    if definition is None and "begun" in asked and {"why", "when", "who"} & set(question.qualifiers):
        return kept([_begun(catalogue, path), _reasons(commits, whole=True), _together(catalogue, path)])
    if definition is None and (path.endswith("/") or "recent" in asked):
        return kept([_recent_lead(commits, path), _recent_rows(commits), _who_knows(catalogue, path)])
    claims = [_lead(question, label, commits, evidence), _reasons(commits, whole=definition is None)]
    if definition is None and "people" in asked:
        return kept([_who_knows(catalogue, path), *claims, _together(catalogue, path)])
    if "why" in question.qualifiers and definition is not None:
        said = opening(catalogue, definition)
        claims.append(citing.claim(said.text, said.evidence))
    return kept([*claims, _who_knows(catalogue, path), _together(catalogue, path)])


def _unread(catalogue: Catalogue) -> Claim | None:
    """What is said where there are commits, and none of them is known yet."""
    head = None if catalogue.commits("", 1) else catalogue.commit("HEAD")
    if head is None:
        return None
    return citing.claim(f"No commit was read yet; the newest is {told(head)}.", citing.commit_evidence([head]))


def _begun(catalogue: Catalogue, path: str) -> Claim:
    """The commit that brought a file or folder, as far back as the history is known."""
    every = catalogue.commits(path.rstrip("/"), COMMITS_KNOWN_MAX)
    added = (one for one in reversed(every) if any(status == "A" and name == path for status, name in one.paths))
    first = next(added, every[-1])
    why = _why(first)
    text = f"`{path}` came with {told(first)}" + (f": {why}" if why else "")
    return citing.claim(prose.ended(text), citing.commit_evidence([first]))


def _commits_of(catalogue: Catalogue, question: Question, path: str) -> Sequence[Commit]:
    definition = question.subjects[0].definition
    if definition is not None and definition.symbol.kind not in ("module",):
        span = definition.symbol.span
        line = question.subjects[0].line
        found = catalogue.line_history(path, Span(line, line) if line else span, COMMITS_SHOWN)
        if found:
            return found
    return catalogue.commits(path.rstrip("/"), COMMITS_SHOWN)


def _lead(question: Question, label: str, commits: Sequence[Commit], evidence: Sequence[Evidence]) -> Claim:
    newest, oldest = commits[0], commits[-1]
    if "why" in question.qualifiers:
        telling = next((commit for commit in commits if commit.body.strip() and not dull(commit)), None)
        telling = telling or next((commit for commit in commits if not dull(commit)), newest)
        why = _why(telling)
        text = f"{label} is as it is since {told(telling)}" + (f": {why}" if why else "")
        return citing.claim(prose.ended(text), evidence, citing.commit_evidence([telling]))
    if "when" in question.qualifiers and re.search(
        r"\b(?:added|introduced|created|add|introduce|create|written|appear)", question.text, re.I
    ):
        text = (
            f"The oldest commit that its lines still go back to is {told(oldest)}; the last to touch {label} was "
            f"{told(newest)}."
        )
        return citing.claim(text, evidence, citing.commit_evidence([oldest, newest]))
    text = (
        f"{newest.author} last changed {label} on {newest.date[:10]}: “{_escaped(newest.subject)}” ({newest.oid[:8]})."
    )
    return citing.claim(text, evidence, citing.commit_evidence([newest]))


def _why(commit: Commit) -> str:
    """The first paragraph of a commit's message that is not a trailer."""
    for paragraph in re.split(r"\n\s*\n", commit.body.strip()):
        lines = [line.strip() for line in paragraph.split("\n") if line.strip() and not _TRAILER.match(line.strip())]
        text = _escaped(" ".join(lines))
        if len(text) > 20:
            return prose.shorten(text, 400)
    return ""


def _reasons(commits: Sequence[Commit], *, whole: bool) -> Claim:
    """The commits one by one; of a `whole` file those that touched it, else those that its lines go back to."""
    if len(commits) < 2:
        return citing.claim("")
    rows = []
    for commit in commits[:COMMITS_SHOWN]:
        why = _why(commit)
        rows.append(
            f"- {commit.date[:10]} {commit.oid[:8]} {commit.author}: {_escaped(commit.subject)}"
            + (f" — {prose.shorten(why, 160)}" if why else "")
        )
    start = "Its last commits, newest first" if whole else "The commits its present text comes from, newest first"
    return citing.claim(f"{start}:\n\n" + "\n".join(rows), citing.commit_evidence(commits[:COMMITS_SHOWN]))


def _who_knows(catalogue: Catalogue, path: str) -> Claim:
    commits = catalogue.commits(path.rstrip("/"), 60)
    counts: dict[str, int] = {}
    for commit in commits:
        counts[commit.author] = counts.get(commit.author, 0) + 1
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:3]
    if not ranked or len(commits) < 2:
        return citing.claim("")
    listed = prose.joined([f"{author} ({times})" for author, times in ranked])
    latest = [next(commit for commit in commits if commit.author == author) for author, _ in ranked]
    bound = "the last 60 commits" if len(commits) >= 60 else prose.count(len(commits), "commit")
    return citing.claim(f"Of {bound} to `{path}`, most are by {listed}.", citing.commit_evidence(latest))


def _together(catalogue: Catalogue, path: str) -> Claim:
    found = [pair for pair in catalogue.changed_together(path, 3) if pair[1] >= 2] if not path.endswith("/") else []
    if not found:
        return citing.claim("")
    shared = [
        commit for commit in catalogue.commits(path, 60) if any(other == found[0][0] for _, other in commit.paths)
    ][:1]
    parts = [
        f"`{other}` ({prose.count(times, 'time')})"
        for other, times in found
        if any(other == p for c in shared for _, p in c.paths)
    ]
    return (
        citing.claim(f"It often changes together with {prose.joined(parts)}.", citing.commit_evidence(shared))
        if parts
        else citing.claim("")
    )


def recent(question: Question, catalogue: Catalogue) -> list[Claim]:
    """What the last commits brought, and what is not committed yet."""
    place = next((item.removeprefix("in:") for item in question.qualifiers if item.startswith("in:")), "")
    dirty = [path for path in catalogue.uncommitted() if path.startswith(place)]
    if "uncommitted" in question.qualifiers:
        return _uncommitted(catalogue, dirty)
    wanted = next((int(item.removeprefix("count:")) for item in question.qualifiers if item.startswith("count:")), 10)
    commits = list(catalogue.commits(place.rstrip("/"), min(max(wanted, 10), RECENT_MAX)))
    since = next((item.removeprefix("since:") for item in question.qualifiers if item.startswith("since:")), "")
    if since and commits:
        commits = _since(list(catalogue.commits(place.rstrip("/"), RECENT_MAX)), since) or commits[:1]
    if not commits:
        return [_unread(catalogue) or citing.claim("There are no commits yet."), *_if_any(catalogue, dirty)]
    shown = commits[: max(wanted, 1)]
    return kept(
        [
            _recent_lead(shown, place),
            _recent_rows(shown),
            _busy_places(shown),
            *_if_any(catalogue, dirty),
        ]
    )


def _recent_lead(commits: Sequence[Commit], place: str) -> Claim:
    newest, oldest = commits[0], commits[-1]
    where = f" to `{place}`" if place else ""
    if len(commits) == 1:
        return citing.claim(f"The latest commit{where} is {told(newest)}.", citing.commit_evidence(commits))
    telling = [commit for commit in commits if not dull(commit)] or list(commits)
    telling = list({commit.subject: commit for commit in reversed(telling)}.values())[::-1][:2]
    main = prose.joined([f"“{_escaped(commit.subject)}”" for commit in telling])
    text = (
        f"The last {prose.count(len(commits), 'commit')}{where}, from {oldest.date[:10]} to "
        f"{newest.date[:10]}, brought above all {main}."
    )
    return citing.claim(text, citing.commit_evidence([*telling, newest, oldest]))


def _recent_rows(commits: Sequence[Commit]) -> Claim:
    if len(commits) < 2:
        return citing.claim(_why(commits[0]), citing.commit_evidence(commits))
    rows = [
        f"- {commit.date[:10]} {commit.oid[:8]} {commit.author}: {_escaped(commit.subject)}" for commit in commits[:20]
    ]
    more = f"\n- and {len(commits) - 20} more" if len(commits) > 20 else ""
    return citing.claim("Newest first:\n\n" + "\n".join(rows) + more, citing.commit_evidence(commits[:20]))


def _busy_places(commits: Sequence[Commit]) -> Claim:
    counts: dict[str, list[Commit]] = {}
    for commit in commits:
        for _, path in commit.paths:
            counts.setdefault(path, []).append(commit)
    ranked = sorted(counts.items(), key=lambda pair: (-len(pair[1]), pair[0]))[:5]
    if not ranked:
        return citing.claim("")
    parts = [f"`{path}` ({prose.count(len(found), 'commit')})" for path, found in ranked]
    evidence = citing.commit_evidence([commit for _, found in ranked for commit in found[:2]])
    return citing.claim(f"Most of it happened in {prose.joined(parts)}.", evidence)


def _since(commits: Sequence[Commit], since: str) -> list[Commit]:
    """Commits of a stretch of time that ends with the newest commit: the core has no clock, and history has its own."""
    found = re.search(r"(\d+)? ?(hour|day|week|month|today|yesterday)", since)
    days = (
        {"hour": 1, "today": 1, "yesterday": 2, "day": 1, "week": 7, "month": 31}[found[2]] * int(found[1] or 1)
        if found
        else 7
    )
    newest = datetime.fromisoformat(commits[0].date)
    return [commit for commit in commits if newest - datetime.fromisoformat(commit.date) <= timedelta(days=days)]


def _if_any(catalogue: Catalogue, paths: Sequence[str]) -> list[Claim]:
    return _uncommitted(catalogue, paths) if paths else []


def _uncommitted(catalogue: Catalogue, paths: Sequence[str]) -> list[Claim]:
    if not paths:
        return [
            citing.claim(
                "Nothing is uncommitted: the working tree is as HEAD has it.",
                citing.commit_evidence(filter(None, [catalogue.commit("HEAD")])),
            )
        ]
    files = {version.path: version for version in catalogue.files()}
    shown = [path for path in paths if path in files][:12]
    evidence = [e for path in shown for e in citing.span_evidence(catalogue, path, files[path].blob, 1, 1)]
    listed = prose.joined([f"`{path}`" for path in paths[:12]])
    more = f" and {len(paths) - 12} more" if len(paths) > 12 else ""
    verb = "differs" if len(paths) == 1 else "differ"
    return [
        citing.claim(f"{prose.capital(prose.count(len(paths), 'file'))} {verb} from HEAD: {listed}{more}.", evidence)
    ]


def commit(question: Question, catalogue: Catalogue) -> list[Claim]:
    """What one commit changed, and why it says it did; after a merge, also the last commit that changed files."""
    if question.subjects and (named := question.subjects[0].commit) is not None:
        return commit_claims(catalogue, named)
    head = catalogue.commit("HEAD")
    if head is None:
        return [citing.claim("There are no commits yet.")]
    claims = commit_claims(catalogue, head)
    if not head.paths and head.subject.startswith("Merge"):
        before = next((item for item in catalogue.commits("", 30) if item.paths and item.oid != head.oid), None)
        if before is not None:
            start = "It is a merge; the last commit before it that changed files itself is the next one."
            claims += [citing.claim(start, citing.commit_evidence([head])), *commit_claims(catalogue, before)]
    return claims


def commit_claims(catalogue: Catalogue, found: Commit) -> list[Claim]:
    evidence = citing.commit_evidence([found])
    words = {"A": "added", "D": "deleted", "R": "renamed", "C": "copied"}
    lead = f"Commit {found.oid[:8]} by {found.author} on {found.date[:10]} is “{_escaped(found.subject)}”"
    groups: dict[str, list[str]] = {}
    for status, path in found.paths:
        groups.setdefault(words.get(status[:1], "changed"), []).append(path)
    if groups:
        parts = [f"{prose.count(len(paths), 'file')} {verb}" for verb, paths in groups.items()]
        lead += f": {prose.joined(parts)}"
    claims = [citing.claim(prose.ended(lead), evidence)]
    why = _why(found)
    if why:
        claims.append(citing.claim(why, evidence))
    for verb, paths in groups.items():
        shown = paths[:12]
        more = f" and {len(paths) - 12} more" if len(paths) > 12 else ""
        claims.append(
            citing.claim(f"{verb.capitalize()}: {prose.joined([f'`{path}`' for path in shown])}{more}.", evidence)
        )
    return claims
