"""Learning with a model: the analyses that ask one, over a real repository and child, with scripted replies."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from reverie_daemon.core.idle import Depth, Policy, Readings
from reverie_daemon.core.notes import Ask, Completed, Declined, Topic
from reverie_daemon.preferences import Learning
from reverie_daemon.repository import LiveRepository
from reverie_daemon.sleeping import Sleeper
from reverie_daemon.store.jobs import ATTEMPTS_MAX
from support.shell import git

BOILER = Topic("file", "kettle/boiler.py")
WRITTEN = "how does `Boiler.boil` work?"


class Scripted:
    """A model whose replies the test writes: `say` gets what is wanted and the passages' places."""

    def depth(self, root: str) -> Depth | None:
        return "deep"

    def __init__(self, say: Callable[[str, list[str]], str | Declined]) -> None:
        self._say = say
        self.asked: Counter[str] = Counter()

    def complete(self, root: str, ask: Ask, analysis: str, cancelled: Callable[[], bool]) -> Completed | Declined:
        wanted = ask.prompt.ask
        self.asked[f"{analysis}: {wanted.splitlines()[0]}"] += 1
        said = self._say(wanted, re.findall(r'place="([^"]+)"', "\n".join(ask.prompt.passages)))
        return said if isinstance(said, Declined) else Completed(said, "scripted")

    def times(self, start: str) -> int:
        return sum(count for asked, count in self.asked.items() if asked.startswith(start))


class Nowhere:
    def read(self) -> Readings:
        return Readings(0.0)


def learn(live: LiveRepository, model: Scripted, passes: int = 1) -> dict[str, object]:
    """All there is to learn with this model; the last event."""
    sleeper = Sleeper(
        lambda: [live], lambda: Learning(Policy(), 0.0, passes), lambda: None,
        sensors=Nowhere(), thinker=model,  # type: ignore[arg-type]
    )  # fmt: skip
    try:
        return list(sleeper.learn(live))[-1]
    finally:
        sleeper.close()


def claims(live: LiveRepository, analysis: str, topic: Topic) -> list[str]:
    (note, *_) = live.store.learned.notes_of(analysis, topic)
    return [claim.text for claim in note.claims]


def honest(wanted: str, places: list[str]) -> str:
    """Cites what it was shown, and covers all of it."""
    everything = "".join(f"[{number}]" for number in range(1, min(len(places), 4) + 1))
    return f"It heats water until it boils. {everything}\nNothing else is shown. [1]\n" if places else ""


def lying(wanted: str, places: list[str]) -> str:
    """As a weak model does: passages that were not shown, names that exist nowhere, no citation at all."""
    return "It makes `teapots` from clay. [1]\nIt was written in 1923. [99]\nIt is the best.\nIt sings. [42]\n"


def test_what_holds_is_kept_what_is_invented_is_dropped_and_counted(live: LiveRepository) -> None:
    """Notes are believed later without being read again: nothing unproven may get in."""
    learn(live, Scripted(lambda wanted, places: honest(wanted, places) + lying(wanted, places)))
    (note, *_) = live.store.learned.notes_of("purpose", BOILER)
    assert note.model == "scripted" and len(note.claims) == 2
    assert all(claim.evidence and all(one.path for one in claim.evidence) for claim in note.claims)
    assert not re.search("teapots|1923|best|sings", " ".join(claims(live, "purpose", BOILER)))
    kept, dropped = live.store.learned.claim_counts()["scripted"]
    assert kept > 0 and dropped > 0


def test_folders_are_understood_from_what_is_noted_of_their_files(live: LiveRepository) -> None:
    """A large repository is learned from small prompts, from the bottom up."""
    seen: dict[str, list[str]] = {}

    def say(wanted: str, places: list[str]) -> str:
        seen[wanted] = places
        return honest(wanted, places)

    learn(live, Scripted(say))
    folder = next(places for wanted, places in seen.items() if "the folder kettle" in wanted)
    assert {place.split(":")[0] for place in folder} == {"kettle/boiler.py", "kettle/sensor.py"}
    assert claims(live, "purpose", Topic("folder", "kettle")) and claims(live, "purpose", Topic("repository"))


def test_a_flow_is_read_with_what_it_calls(live: LiveRepository) -> None:
    """How `boil` works cannot be told from `boil` alone."""
    seen: dict[str, list[str]] = {}

    def say(wanted: str, places: list[str]) -> str:
        seen[wanted.splitlines()[0]] = places
        return honest(wanted, places)

    learn(live, Scripted(say))
    places = next(places for wanted, places in seen.items() if wanted.startswith("How does `Boiler.boil` work"))
    assert places == ["kettle/boiler.py:15-22", "kettle/boiler.py:24-26"]
    assert claims(live, "flows", Topic("symbol", "kettle/boiler.py::Boiler.boil"))


def test_decisions_are_read_from_history_and_cite_commits(live: LiveRepository) -> None:
    """Why it is so stands in no file; an invented commit is no reason."""
    path = Path(live.root) / "kettle/boiler.py"
    path.write_text(path.read_text().replace("BOILING_C = 100", "BOILING_C = 99"))
    message = "Boil at 99 degrees\n\nThe kitchen lies at 300 metres, where water boils sooner than `BOILING_C` said."
    git(Path(live.root), "commit", "-qam", message)
    for _ in live.learn():
        pass
    reply = "`BOILING_C` was lowered for the altitude. [1]\nIt was painted red. [7]\nIt was `reheated`. [1]\n"
    learn(live, Scripted(lambda wanted, places: reply if "decisions" in wanted else ""))
    (note, *_) = live.store.learned.notes_of("decisions", BOILER)
    assert [claim.text for claim in note.claims] == ["`BOILING_C` was lowered for the altitude."]
    (cited,) = note.claims[0].evidence
    assert cited.commit is not None and cited.commit.subject == "Boil at 99 degrees"


def test_a_comment_changes_one_note_and_nothing_above_it(live: LiveRepository) -> None:
    """Early cut-off: what is learned again with the same result costs no call further up; another result does."""
    model = Scripted(honest)
    learn(live, model)
    before = model.times("purpose: What is the folder"), model.times("purpose: What is the file kettle/boiler.py")
    path = Path(live.root) / "kettle/boiler.py"
    path.write_text(path.read_text().replace('"""Heating water."""', '"""Heating water."""\n\n# Slowly.'))
    learn(live, model)
    assert model.times("purpose: What is the file kettle/boiler.py") == before[1] + 1
    assert model.times("purpose: What is the file kettle/sensor.py") == 1
    assert claims(live, "purpose", BOILER)
    changed = Scripted(lambda wanted, places: honest(wanted, places).replace("heats", "cools"))
    path.write_text(path.read_text().replace("# Slowly.", "# Quickly."))
    learn(live, changed)
    assert changed.times("purpose: What is the folder kettle") == 1


def remembered(live: LiveRepository) -> str:
    kept = live.store.recall("|how||positive||kettle/boiler.py::Boiler.boil")
    assert kept is not None
    return str(kept.answer["claims"])


def test_a_good_answer_replaces_the_composed_one_and_a_bad_one_does_not(live: LiveRepository) -> None:
    """With a model as weak as the smallest, answers must not get worse."""
    learn(live, Scripted(lying))
    composed = remembered(live)
    assert "steps" in composed and "teapots" not in composed
    (note, *_) = live.store.learned.notes_of("written", Topic("question", WRITTEN))
    assert note.figures["held"] == 0.0, "it is known not to have been of use, and is not asked again"
    live.store.forget(None)
    learn(live, Scripted(honest))
    assert "heats water until it boils" in remembered(live)


def test_rethinking_ends_when_the_model_is_done_or_the_passes_are_used_up(live: LiveRepository) -> None:
    """The paper's loop: each pass sees what was learned before it."""
    number = iter(range(1_000))

    def restless(wanted: str, places: list[str]) -> str:
        return f"It boils for the {next(number)}th time. [1]\n" if "so far" in wanted else honest(wanted, places)

    model = Scripted(restless)
    learn(live, model, passes=3)
    assert model.times("rethink: What was learned about kettle/boiler.py") == 3
    assert len(claims(live, "rethink", BOILER)) == 5, "two that were known, and one of each pass"
    live.store.forget(None)
    content = Scripted(lambda wanted, places: "DONE" if "so far" in wanted else honest(wanted, places))
    learn(live, content, passes=3)
    assert content.times("rethink: What was learned about kettle/boiler.py") == 1
    live.store.forget(None)
    never = Scripted(honest)
    learn(live, never, passes=0)
    assert never.times("rethink") == 0


def test_at_the_budgets_limit_the_rest_waits_and_goes_on_later(live: LiveRepository) -> None:
    """It stops, says so, and resumes; what needs no model is learned all the same."""
    spent = Scripted(lambda wanted, places: Declined("The day's tokens are spent.", "reverie budget", over_budget=True))
    last = learn(live, spent)
    assert isinstance(last["stopped"], Declined) and last["stopped"].message == "The day's tokens are spent."
    assert sum(spent.asked.values()) == 1, "one refusal is enough"
    assert live.store.learned.notes_of("history", BOILER) and not live.store.learned.notes_of("purpose", BOILER)
    assert live.store.learned.failed_jobs(live.worktree_id, 10) == []
    last = learn(live, Scripted(honest))
    assert last["stopped"] is None and live.store.learned.notes_of("purpose", BOILER)


def test_a_model_that_fails_makes_jobs_fail_visibly(live: LiveRepository) -> None:
    """After bounded attempts, and never again for the same text."""
    broken = Scripted(lambda wanted, places: Declined("The server is broken.", "reverie model"))
    learn(live, broken)
    failed = live.store.learned.failed_jobs(live.worktree_id, 1_000)
    assert failed and {(one.attempts, one.problem) for one in failed} == {(ATTEMPTS_MAX, "The server is broken.")}
    calls = sum(broken.asked.values())
    learn(live, broken)
    assert sum(broken.asked.values()) == calls
