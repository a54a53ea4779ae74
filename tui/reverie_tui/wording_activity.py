"""What the Activity page says in words. Pure; no colour, no layout."""

from __future__ import annotations

from pathlib import PurePath

from reverie_tui.counting import counted, dollars
from reverie_tui.literal import literal_line
from reverie_tui.pages.activity import Activity, Section
from reverie_tui.reading import Repository
from reverie_tui.state import State
from reverie_tui.wording import SEPARATOR, progress
from reverie_tui.workings import GAVE_UP, Doing, Ended, Job

DEPTHS = {
    "light": "small work on the processor",
    "remote": "also calls to a model elsewhere",
    "deep": "also a model on this machine",
}
NEEDS = {"light": "the processor only", "remote": "a model elsewhere", "deep": "a model on this machine"}


def standing(state: State) -> str:
    """What the daemon does and why, or why nothing can be told."""
    if state.link.state == "lost":
        return f"daemon away: {state.link.reason}"
    if state.status is None:
        return "reaching the daemon…"
    return state.status.sleep_state


def reason(state: State) -> str:
    """Why it does that, and how much it may do now."""
    if state.link.state == "lost":
        return state.link.next_step or "a question starts it at once; it is looked for meanwhile"
    if state.status is None:
        return ""
    if state.status.sleep_state == "paused":
        return SEPARATOR.join(part for part in (state.status.sleep_reason, "or press p") if part)
    allowed = DEPTHS.get(state.status.sleep_depth, "") if state.status.sleep_state == "learning" else ""
    return SEPARATOR.join(part for part in (state.status.sleep_reason, allowed) if part)


def doing(state: State) -> str:
    """What runs now, since when: how many there are where there are several, and the last that was begun first."""
    if state.link.state != "up":
        return "not known while the daemon is away"
    under_way = state.activity.workings.under_way
    if not under_way:
        indexing = next((each for each in _repositories(state) if each.progress), None)
        return f"indexing {indexing.name}: {progress(indexing)}" if indexing else "nothing is being learned this moment"
    several = f"{len(under_way)} jobs: " if len(under_way) > 1 else ""
    return several + SEPARATOR.join(_doing(one, state) for one in under_way)


def _doing(one: Doing, state: State) -> str:
    where = "" if one.root == state.root else f" in {PurePath(literal_line(one.root)).name}"
    since = f", since {clock(one.since)}" if one.since else ""
    return f"{one.analysis} of {subject(one.subject, state)}{where}{since}"


def models(state: State) -> str:
    """Which models are used, and where text goes."""
    status = state.status
    if status is None:
        return "not known yet"
    if status.model_problem:
        return " ".join(part for part in (status.model_problem.message, status.model_problem.next_step) if part)
    if not status.model and not status.model_asleep:
        return "none chosen: nothing leaves this machine"
    if status.model == status.model_asleep:
        return status.model
    return f"learning: {status.model_asleep or 'none'}{SEPARATOR}answering: {status.model or 'none'}"


def subject(path: str, state: State) -> str:
    """What a job is about; the repository itself has no name of its own there."""
    return literal_line(path) or (state.repository.name if state.repository else "") or "the repository"


def clock(moment: str) -> str:
    """The time of day in a moment as the daemon writes it."""
    return moment[11:19] if len(moment) >= 19 and moment[10] == "T" else moment


def section_title(section: Section, state: State) -> str:
    """The name of a list, with how many there are."""
    page = state.activity
    match section:
        case "queue":
            waiting = state.repository.jobs if state.repository else 0
            return f"Queue {max(waiting, len(page.queue.jobs)):,}"
        case "ended":
            failed = sum(one.outcome in ("failed", GAVE_UP) for one in page.ended)
            return f"Done {len(page.ended) - failed:,}, failed {failed:,}"
        case "repositories":
            return f"Repositories {len(_repositories(state)):,}"
        case "log":
            return "Log"


def detail(page: Activity, section: Section, state: State) -> str:
    """About the row under the cursor of a list."""
    if section == "queue" and page.job:
        return job_detail(page.job)
    if section == "ended" and page.past:
        return ended_detail(page.past)
    repositories = _repositories(state)
    if section == "repositories" and repositories:
        return repository_detail(repositories[min(page.at.get("repositories", 0), len(repositories) - 1)])
    return ""


def job_detail(job: Job) -> str:
    """Why a job is where it is in the queue."""
    parts = [
        f"{job.why}" if job.why else "",
        f"asked about with {job.probability:.1%} chance",
        f"would save {counted(job.tokens_saved, 'token')}",
        f"costs {cost(job)}",
        f"needs {NEEDS.get(job.depth, job.depth)}",
    ]
    return SEPARATOR.join(part for part in parts if part)


def cost(job: Job) -> str:
    """What a job is expected to take."""
    tokens = f"{counted(job.tokens_cost, 'token')} and " if job.tokens_cost else ""
    return f"{tokens}{job.seconds_cost:.3g} s"


def outcome(ended: Ended) -> str:
    """The outcome as a word."""
    return ended.outcome or "ended"


def spent(ended: Ended) -> str:
    """How long it took, and what models took for it."""
    if ended.outcome in (GAVE_UP,) or not ended.at:
        return f"{counted(ended.attempts, 'attempt')}" if ended.attempts else ""
    tokens = f", {counted(ended.tokens, 'token')}" if ended.tokens else ""
    usd = ", price unknown" if ended.usd is None else f", {dollars(ended.usd)}" if ended.usd else ""
    return f"{ended.seconds:.1f} s{tokens}{usd}"


def ended_detail(ended: Ended) -> str:
    """All of it, with why it was not done and what happens next."""
    then = {
        GAVE_UP: "tried again when what it studies changes, or when you learn it on the Learned page",
        "failed": "tried again",
        "cancelled": "not taken up until what it studies changes, or until you learn it on the Learned page",
        "stopped": "taken up again later",
        "outdated": "learned again as it is now",
        "waits": "taken up as soon as that is there",
    }
    parts = [ended.reason, spent(ended), then.get(ended.outcome, "")]
    return SEPARATOR.join(part for part in parts if part) or "done"


def repository_state(repository: Repository) -> str:
    """What stands out about a repository: a problem, else its progress, else what is known."""
    if repository.problem:
        return repository.problem.message
    if repository.progress:
        return progress(repository)
    if repository.jobs:
        return f"{counted(repository.jobs, 'job')} waiting"
    known = repository.notes_fresh + repository.notes_stale
    return "all learned" if known else "nothing learned yet"


def repository_detail(repository: Repository) -> str:
    """The rest about a repository, with the next step where it has a problem."""
    failed = f"{counted(repository.jobs_failed, 'job')} failed" if repository.jobs_failed else ""
    parts = [
        literal_line(repository.root),
        repository.problem.next_step if repository.problem else "",
        f"{repository.notes_fresh:,} fresh and {repository.notes_stale:,} unchecked or stale notes",
        failed,
        trigger(repository),
    ]
    return SEPARATOR.join(part for part in parts if part)


def trigger(repository: Repository) -> str:
    """What woke a repository last, and when."""
    woke = repository.trigger
    if woke is None:
        return "nothing woke it yet"
    what = woke.source if woke.source == woke.event or not woke.event else f"{woke.source} {woke.event}"
    return f"woken by {what} at {clock(woke.at)}"


def empty(section: Section, state: State) -> str:
    """In place of rows where there are none: what will be here, and how to get it."""
    if not state.activity.came:
        return "Fetching…" if state.link.state == "up" else "Not known while the daemon is away."
    match section:
        case "queue":
            return "Nothing waits. Jobs are planned when the machine is idle and something has changed."
        case "ended":
            return "Nothing was learned since the daemon began. What is done, and why anything fails, comes here."
        case "repositories":
            return "No repository is watched. In one, run: reverie add"
        case "log":
            return "The daemon's log is empty."


def _repositories(state: State) -> tuple[Repository, ...]:
    return state.status.repositories if state.status else ()
