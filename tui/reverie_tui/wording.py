"""What the state says in words: one function for each line on the screen. Pure; no colour, no layout.

Without a model nothing was saved, since nothing would have been spent: then the figure is called what it is, the
tokens that an agent would have read.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from reverie_tui.events import Place
from reverie_tui.literal import literal_line
from reverie_tui.reading import Answer, Evidence, PastQuestion, Repository
from reverie_tui.state import Exchange, Preview, State

SEPARATOR = " · "

_CODE = re.compile(r"(```.*?(?:```|\Z)|\[[^\]\n]*\]\([^)\n]*\))", re.DOTALL)
_CITATION = re.compile(
    r"`(?P<quoted>[^`\n]*?[./][^`\n]*?):(?P<quoted_lines>\d+(?:[-–]\d+)?)`"
    r"|(?<![\w`/.:])(?P<bare>(?=[\w.\-+@/]*[^\W\d])(?=[\w\-+@]*[./])[\w.\-+@/]*\w):(?P<bare_lines>\d+(?:[-–]\d+)?)(?![\w:`])"
)
CITATION_SCHEME = "cite:"
MARKDOWN_LINES_MAX, MARKDOWN_CHARACTERS_MAX = 150, 20_000


def identity(state: State) -> str:
    """Which repository and branch this is."""
    repository = state.repository
    if repository is None:
        return literal_line(state.folder)
    where = repository.branch or (f"detached at {repository.head[:10]}" if repository.head else "no commits yet")
    return SEPARATOR.join((repository.name or literal_line(repository.root), where))


def activity(state: State) -> str:
    """What the daemon does and why, or how we stand with it."""
    link = state.link
    if link.state == "lost":
        return f"daemon away: {link.reason}"
    if link.state == "connecting" or state.status is None:
        return "reaching the daemon…"
    return ": ".join(part for part in (state.status.sleep_state, state.status.sleep_reason) if part)


def standing(state: State) -> str:
    """How far the repository is indexed, what is wrong with it or with the page, or how the daemon comes back."""
    if state.link.state == "lost":
        then = state.link.next_step or "a question starts it at once"
        return f"trying again in {state.link.retry_s:g} s; {then}"
    trouble = state.trouble()
    if trouble:
        return " ".join(part for part in (trouble.message, trouble.next_step) if part)
    repository = state.repository
    if repository is None:
        return ""
    if repository.problem:
        return " ".join(part for part in (repository.problem.message, repository.problem.next_step) if part)
    if repository.progress:
        return progress(repository)
    parts = [f"{repository.files:,} files", f"{repository.symbols:,} symbols"]
    if repository.pending_files:
        parts.append(f"{repository.pending_files:,} files to index")
    return SEPARATOR.join(parts)


def progress(repository: Repository) -> str:
    """The phase and the count of the work that goes on."""
    if repository.progress is None:
        return ""
    phase, done, total = repository.progress.phase, repository.progress.done, repository.progress.total
    return f"{phase} {done:,} of {total:,}" if total else f"{phase}…"


def bar(repository: Repository, columns: int) -> str:
    """The same as a bar; empty where the total is not known."""
    if repository.progress is None or not repository.progress.total:
        return ""
    full = min(columns, columns * repository.progress.done // repository.progress.total)
    return "━" * full + "─" * (columns - full)


def as_of(state: State) -> str:
    """When the data of the page on show came; `standing` says why it is not of now. Ask needs none: its answers
    carry their own freshness."""
    if state.page == "ask":
        return ""
    when = state.as_of.get(state.page, "")
    if state.trouble():
        return f"still of {when}" if when else "not to be had"
    if when:
        return f"as of {when}"
    return "fetching…" if state.link.state == "up" else "not known yet"


def totals(state: State) -> str:
    """The tokens of all questions so far; empty while there are none."""
    status = state.status
    if status is None or not status.saved_tokens:
        return ""
    if status.model:
        return f"{status.saved_tokens:,} tokens saved so far"
    return f"{status.saved_tokens:,} tokens an agent would have read, so far"


def answer_line(state: State) -> str:
    """Beneath an answer: how it was made, whether it is fresh, how long it took, what it cost and saved."""
    exchange = state.exchange
    if exchange is None or exchange.answer is None:
        return _phase_line(exchange) if exchange else ""
    answer = exchange.answer
    fresh = "changed since" if state.outdated or not answer.fresh else "fresh"
    parts = [answer.route, fresh, f"{answer.latency_ms:,.0f} ms", tokens(answer), _cost(answer)]
    if answer.pending_files:
        parts.append(f"{answer.pending_files:,} files not indexed yet")
    if answer.unverified_count:
        parts.append(f"{answer.unverified_count} unverified")
    return SEPARATOR.join(part for part in parts if part)


def _cost(answer: Answer) -> str:
    if answer.cost_usd is None:
        return "price unknown"
    return f"${answer.cost_usd:,.4f}" if answer.cost_usd else ""


def answer_note(state: State) -> str:
    """Above that line, what the reader should know first: that something changed since, or why no model wrote this."""
    answer = state.exchange.answer if state.exchange else None
    if answer is None:
        return ""
    if state.outdated:
        return "Something this answer rests on has changed since. Ctrl+L answers anew."
    if answer.model and not answer.model.used and answer.model.reason:
        return f"{answer.model.name or 'The model'} did not write this: {answer.model.reason}"
    if answer.model and answer.model.first_paid:
        return f"This was the first answer that cost money ({answer.model.name}). Limits: reverie budget"
    return ""


def place_in_conversation(state: State) -> str:
    """Which of the conversation's questions is on show; nothing while there is one only."""
    conversation = state.conversation
    if state.exchange is None or len(conversation) < 2:
        return ""
    return f"({conversation.index(state.exchange) + 1} of {len(conversation)}, Alt+Up/Down)"


def next_line(state: State) -> str:
    """The questions to ask next, the first of them one key away."""
    if state.exchange is None or state.exchange.running or not state.ready:
        return ""
    return "Ctrl+N  " + SEPARATOR.join(literal_line(question) for question in state.ready)


def tokens(answer: Answer) -> str:
    """What this answer saved, losses included; without a model, what an agent would have read."""
    if not answer.tokens_spent:
        return f"{answer.tokens_baseline:,} tokens an agent would have read"
    saved = answer.tokens_baseline - answer.tokens_spent
    word = "saved" if saved >= 0 else "lost"
    return f"{abs(saved):,} tokens {word} (spent {answer.tokens_spent:,})"


def _phase_line(exchange: Exchange) -> str:
    match exchange.phase:
        case "queued":
            return "waiting for the daemon…"
        case "asking":
            return "looking…"
        case "streaming" if exchange.writer:
            return f"composed; {exchange.writer} is asked, too…"
        case "streaming":
            return "answering…"
        case "stopped":
            return "stopped"
        case _:
            return ""


def evidence_label(evidence: Evidence) -> str:
    """The citation as it is copied: `path:line` or `path:first-last`; a commit by its short id."""
    if evidence.commit:
        return evidence.commit[:10]
    return place_label(Place(evidence.path, evidence.start_line, evidence.end_line))


def evidence_detail(evidence: Evidence) -> str:
    """What stands beside the citation: the symbol, or a commit's subject and day."""
    if evidence.commit:
        return SEPARATOR.join(part for part in (evidence.subject, evidence.date[:10]) if part)
    return SEPARATOR.join(part for part in (evidence.symbol, "" if evidence.verified else "unverified") if part)


def place_label(place: Place) -> str:
    """`path:first-last`, on one line."""
    lines = f"{place.start_line}-{place.end_line}" if place.end_line > place.start_line else f"{place.start_line}"
    return f"{literal_line(place.path)}:{lines}"


def preview_title(preview: Preview, evidence: Evidence | None) -> str:
    """Above the source: where it is, and whether it changed since it was cited."""
    if evidence and evidence.commit:
        return f"commit {evidence.commit[:10]}"
    if preview.place is None:
        return "Source"
    changed = bool(evidence and preview.source and evidence.blob and preview.source.blob != evidence.blob)
    return place_label(preview.place) + (SEPARATOR + "changed since it was cited" if changed else "")


def past_detail(past: PastQuestion) -> str:
    """Before an earlier question, in columns: when it was asked and how it was answered."""
    return f"{past.asked_at[:16].replace('T', ' '):<16}  {past.route:<10}  "


def parted(markdown: str) -> tuple[str, str]:
    """The answer in two: what is shown as Markdown, which costs a widget a paragraph, and the rest of a very long one,
    which is shown as it is. The cut is between lines; a code block that it falls into is closed."""
    lines = markdown.split("\n")
    size = 0
    for at, line in enumerate(lines):
        size += len(line) + 1
        if at >= MARKDOWN_LINES_MAX or size > MARKDOWN_CHARACTERS_MAX:
            head, rest = "\n".join(lines[:at]), "\n".join(lines[at:])
            return (head + "\n```" if head.count("```") % 2 else head), rest
    return markdown, ""


def linked(markdown: str) -> str:
    """The answer with each `path:line` made a link that `place_of` understands; code blocks stay as they are."""
    parts = _CODE.split(markdown)
    return "".join(part if i % 2 else _CITATION.sub(_link, part) for i, part in enumerate(parts))


def _link(match: re.Match[str]) -> str:
    path, lines = match["quoted"] or match["bare"], match["quoted_lines"] or match["bare_lines"]
    return f"[{match.group()}]({CITATION_SCHEME}{quote(path)}:{lines.replace('–', '-')})"


def place_of(href: str) -> Place | None:
    """The place that a citation's link names, None for any other link."""
    found = re.fullmatch(re.escape(CITATION_SCHEME) + r"(.+):(\d{1,9})(?:-(\d{1,9}))?", href)
    return Place(unquote(found[1]), int(found[2]), int(found[3] or found[2])) if found else None
