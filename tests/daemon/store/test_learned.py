"""What is learned while nobody asks, as the store keeps it: notes, jobs under leases, predictions and their score."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from reverie_daemon.core.notes import Note, Topic
from reverie_daemon.core.nouns import Claim
from reverie_daemon.core.plan import Job
from reverie_daemon.core.predict import Habits, Prediction
from reverie_daemon.core.scoring import Guesses
from reverie_daemon.store.foresight import Asked
from reverie_daemon.store.jobs import ATTEMPTS_MAX
from reverie_daemon.store.repository import RepositoryStore

FILE = Topic("file", "src/app.py")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RepositoryStore]:
    with RepositoryStore.open(tmp_path / "store.db") as store:
        yield store


def note(text: str = "It boils.", inputs: str = "d1", **changes: object) -> Note:
    made = Note(FILE, "history", 1, (Claim(text),), {}, ((f'["outline", "{FILE.name}"]', inputs),))
    return replace(made, **changes)  # type: ignore[arg-type]


def job(name: str = "src/app.py", probability: float = 0.1, depth: str = "light", stamp: str = "b1") -> Job:
    return Job("history", 1, Topic("file", name), depth, probability, 1_000, stamp=stamp)  # type: ignore[arg-type]


def lease(store: RepositoryStore, now: float = 0.0, depths: tuple[str, ...] = ("light",)):  # type: ignore[no-untyped-def]
    return store.learned.lease(1, depths, now=now, until=now + 10)


def test_notes_of_several_states_are_kept_side_by_side(store: RepositoryStore) -> None:
    """Switching branches back and forth must not cost a note each time."""
    for number, state in enumerate(("d1", "d2", "d1", "d3", "d4")):
        store.learned.keep_note(note(inputs=state, made_at=float(number)))
    found = store.learned.notes_of("history", FILE)
    assert [one.inputs[0][1] for one in found] == ["d4", "d3", "d1"]
    assert found[0].claims == (Claim("It boils."),)


def test_a_note_that_says_the_same_changes_nothing_above(store: RepositoryStore) -> None:
    """Early cut-off: learned anew with the same result, it ticks no revision, and nothing that read it is stale."""
    assert store.learned.keep_note(note())
    revision = store.notes_revision()
    assert not store.learned.keep_note(note(inputs="d2"))
    assert store.notes_revision() == revision
    assert store.learned.keep_note(note("It cools.", inputs="d3"))
    assert store.notes_revision() == revision + 1


def test_notes_are_counted_as_holding_at_the_moment_they_were_looked_at(store: RepositoryStore) -> None:
    """Status must not call a note fresh that nobody has compared."""
    store.learned.keep_note(note(clock=1, moment="m"))
    assert store.learned.count_notes(1, "m") == (1, 0)
    assert store.learned.count_notes(2, "m") == (0, 1)
    store.learned.notes_held([("history", FILE)], 2, "m")
    assert store.learned.count_notes(2, "m") == (1, 0)


def test_notes_are_found_by_file_and_folder(store: RepositoryStore) -> None:
    """`reverie notes src` shows what is known of all in it, and a name that merely begins so is another."""
    for name in ("src/app.py", "src_old/app.py", "src/%.py"):
        store.learned.keep_note(note(topic=Topic("file", name)))
    store.learned.keep_note(note(topic=Topic("symbol", "src/app.py::App")))
    names = [one.topic.name for one in store.learned.newest_notes(10, "src")]
    assert names == ["src/%.py", "src/app.py", "src/app.py::App"]
    assert len(store.learned.newest_notes(10, "src/app.py")) == 2
    assert len(store.learned.newest_notes(10)) == 4


def test_the_best_job_is_leased_and_only_once(store: RepositoryStore) -> None:
    """Two workers never study the same."""
    store.learned.replan(1, [job("a.py", 0.1), job("b.py", 0.9)], [])
    first, second, third = lease(store), lease(store), lease(store)
    assert (first.job.topic.name, second.job.topic.name, third) == ("b.py", "a.py", None)
    store.learned.job_done(first)
    assert store.learned.count_open_jobs(1) == 1


def test_a_job_waits_for_its_depth(store: RepositoryStore) -> None:
    """A local model does not run because small work may."""
    store.learned.replan(1, [job(depth="deep")], [])
    assert lease(store) is None
    assert lease(store, depths=("light", "remote", "deep")).job.depth == "deep"


def test_a_killed_daemon_goes_on_where_it_was(store: RepositoryStore, tmp_path: Path) -> None:
    """The lease is in the store: it runs out, or is taken back at the next start."""
    store.learned.replan(1, [job()], [])
    assert lease(store, now=0.0) and lease(store, now=5.0) is None
    assert lease(store, now=11.0).attempt == 2
    store.close()
    with RepositoryStore.open(tmp_path / "store.db") as again:
        again.learned.give_all_back()
        assert lease(again, now=12.0).attempt == 3


def test_a_job_that_kills_the_daemon_is_given_up(store: RepositoryStore) -> None:
    """Otherwise it would do so at each start, for ever."""
    store.learned.replan(1, [job()], [])
    for _ in range(ATTEMPTS_MAX):
        assert lease(store) is not None
        store.learned.give_all_back()
    (failed,) = store.learned.failed_jobs(1, 10)
    assert failed.attempts == ATTEMPTS_MAX and "daemon ended" in failed.problem


def test_failures_are_bounded_visible_and_over_when_the_input_changes(store: RepositoryStore) -> None:
    """Never again and again; but another text deserves another try."""
    store.learned.replan(1, [job()], [])
    last = [store.learned.job_failed(lease(store), "it broke") for _ in range(ATTEMPTS_MAX)]
    assert last == [False, False, True] and lease(store) is None
    store.learned.replan(1, [job()], [])
    assert lease(store) is None and store.learned.failed_jobs(1, 10)[0].problem == "it broke"
    store.learned.replan(1, [job(stamp="b2")], [])
    assert lease(store).attempt == 1 and store.learned.failed_jobs(1, 10) == []


def test_being_stopped_is_no_failure(store: RepositoryStore) -> None:
    """A user who asks often must not make jobs fail."""
    store.learned.replan(1, [job()], [])
    for _ in range(2 * ATTEMPTS_MAX):
        leased = lease(store)
        assert leased.attempt == 1
        store.learned.job_given_back(leased)


def prediction(question: str = "who calls heat?", probability: float = 0.2) -> Prediction:
    return Prediction(question, Topic("symbol", "src/app.py::heat"), "callers", probability, "src/app.py")


def test_questions_are_scored_against_predictions_that_were_answered(store: RepositoryStore) -> None:
    """A guess without an answer saves nobody anything."""
    store.learned.replan(1, [], [prediction(), prediction("how does heat work?", 0.1)])
    assert not store.learned.asked(1, Asked("k1", "callers", "src/app.py", 1.0, saved=500))
    store.learned.prepared(1, "who calls heat?", "k1")
    assert store.learned.asked(1, Asked("k1", "callers", "src/app.py", 2.0, saved=700))
    score = store.learned.score()
    assert (score.asked, score.hits, score.saved, score.unasked, score.rate) == (2, 1, 700, 0, 0.5)
    store.learned.prepared(1, "how does heat work?", "k2")
    assert store.learned.score().unasked == 1
    assert [one.key for one in store.learned.expected(1, 10)] == ["k1", "k2"]


def test_what_wrong_guesses_cost_is_known_until_they_are_asked(store: RepositoryStore) -> None:
    """Tokens that went into answers nobody wanted are the price of predicting; forgetting does not unspend them."""
    learned = store.learned
    learned.paid("k1", kept=True, tokens=500, microusd=20)
    learned.paid("k2", kept=True, tokens=300, microusd=None)
    learned.paid("k3", kept=False, tokens=70, microusd=0)
    assert learned.guesses(kept=True, asked=False) == Guesses(2, 800, None)
    learned.asked(1, Asked("k2", "callers", "src/app.py", 1.0))
    assert learned.guesses(kept=True, asked=False) == Guesses(1, 500, 20)
    assert learned.guesses(kept=True, asked=True) == Guesses(1, 300, None)
    assert learned.guesses(kept=False, asked=False) == Guesses(1, 70, 0)
    store.forget(None)
    learned.asked(1, Asked("k1", "callers", "src/app.py", 2.0))
    assert learned.guesses(kept=True, asked=False) == Guesses(1, 500, 20)


def test_questions_tell_what_they_took_and_how_long_was_learned_before(store: RepositoryStore) -> None:
    """Both say whether sleeping pays: a miss costs a call, and longer sleep should miss less."""
    store.learned.replan(1, [], [prediction()])
    store.learned.prepared(1, "who calls heat?", "k1")
    store.learned.asked(1, Asked("k1", "callers", "src/app.py", 1.0, slept_s=30.0, spent=10))
    store.learned.asked(1, Asked("k8", "how", "src/app.py", 2.0, spent=200))
    score = store.learned.score()
    assert (score.spent_on_hits, score.spent_on_misses, score.extra_tokens) == (10, 200, 190)
    assert store.learned.slept_before() == [(30.0, True), (0.0, False)]


def test_a_cancelled_job_waits_for_another_stamp_or_for_the_user(store: RepositoryStore) -> None:
    """It is not taken up by the next plan, also while it runs; the user can change their mind."""
    learned, topic = store.learned, Topic("file", "src/app.py")
    learned.replan(1, [job()], [])
    leased = lease(store)
    assert [one.running for one in learned.listed_jobs(1, 9)] == [True]
    analysis = leased.job.analysis
    assert learned.cancel_job(1, analysis, topic) == leased.id and learned.cancel_job(1, analysis, topic) is None
    learned.job_given_back(leased)
    assert learned.job_failed(leased, "ended") is False, "what ends it afterwards changes nothing"
    learned.replan(1, [job()], [])
    assert lease(store) is None and learned.count_open_jobs(1) == 0 and learned.failed_jobs(1, 9) == []
    assert [one.topic for one in learned.cancelled_jobs(1, 9)] == [topic]
    asked_for = learned.lease_this(1, analysis, topic, until=99.0)
    assert asked_for is not None and asked_for.attempt == 1
    assert learned.lease_this(1, analysis, topic, until=99.0) is None, "somebody is at it"
    learned.cancel_job(1, analysis, topic)
    learned.replan(1, [replace(job(), stamp="another")], [])
    assert lease(store) is not None


def test_a_new_plan_keeps_the_answers_that_were_prepared(store: RepositoryStore) -> None:
    """The prediction stays the same; only its probability moved."""
    store.learned.replan(1, [], [prediction()])
    store.learned.prepared(1, "who calls heat?", "k1")
    store.learned.replan(1, [], [prediction(probability=0.5)])
    (expected,) = store.learned.expected(1, 10)
    assert (expected.key, expected.prediction.probability) == ("k1", 0.5)


def test_habits_are_kept_with_the_questions_that_taught_them(store: RepositoryStore) -> None:
    """No question is learned from twice."""
    assert store.learned.habits() == Habits()
    store.learned.asked(1, Asked("k1", "callers", "src/app.py", 1.0))
    ((number, kind, path),) = store.learned.unlearned(1)
    learned = Habits().after(kind, path)  # type: ignore[arg-type]
    store.learned.learn_habits(learned, [number])
    assert store.learned.habits() == learned and store.learned.unlearned(1) == []


def test_forgetting_a_path_leaves_nothing_of_it(store: RepositoryStore, tmp_path: Path) -> None:
    """What a user takes back is gone from notes, jobs, predictions, questions and habits, and from the disk."""
    store.learned.keep_note(note("A secret boils."))
    other = note(topic=Topic("file", "other.py"), claims=(Claim("Else."),))
    store.learned.keep_note(replace(other, inputs=(('["outline", "other.py"]', "d9"),)))
    store.learned.replan(1, [job(), job("other.py")], [prediction()])
    store.learned.asked(1, Asked("|callers|in|positive||src/app.py::heat", "callers", "src/app.py", 1.0))
    store.learned.learn_habits(Habits().after("callers", "src/app.py"), [])
    assert store.forget(b"src/app.py").notes == 1
    assert [one.topic.name for one in store.learned.newest_notes(10)] == ["other.py"]
    assert {one.topic.name for one in store.learned.open_jobs(1, 10)} == {"other.py"}
    assert store.learned.expected(1, 10) == [] and store.learned.score().asked == 0
    assert store.learned.habits().asked == {}
    store.close()
    assert b"src/app.py" not in (tmp_path / "store.db").read_bytes()


def test_notes_are_salvaged_from_a_damaged_store(tmp_path: Path) -> None:
    """They can have cost money; the facts come again from the repository."""
    path = tmp_path / "store.db"
    with RepositoryStore.open(path) as store:
        store.learned.keep_note(note())
        page = store._writer.execute("SELECT rootpage FROM sqlite_master WHERE name = 'symbol'").fetchone()[0]
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)
    with RepositoryStore.open(path) as store:
        assert store.repaired is not None
        assert [one.claims for one in store.learned.newest_notes(10)] == [(Claim("It boils."),)]
