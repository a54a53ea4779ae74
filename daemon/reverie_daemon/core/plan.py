"""What to learn next: jobs ranked by expected value, every part of which can be looked at.

    value = probability of being asked × test-time tokens saved ÷ cost

The cost counts a sleep-time token as a tenth of a test-time token, as the paper does where no price is known, and the
processor's time at a rate of its own, so that work without a model has a cost as well. Nothing is stored or run here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reverie_daemon.core.idle import Depth
from reverie_daemon.core.notes import Topic
from reverie_daemon.core.tokens import COVERED_SHARE, EVIDENCE_TOKENS

SLEEP_TOKENS_A_TEST_TOKEN = 10
TOKENS_A_SECOND = 20.0
"""What a second of an otherwise idle processor is held to be worth, in test-time tokens."""
TOKENS_A_LINE = 10
"""Of source text; measured over the benches' repositories it is 9 to 11."""
SAVED_TOKENS_MAX = 32_000
"""As the baseline has it: no agent reads on forever."""
SAVED_BY_A_MODELS_NOTE = round(EVIDENCE_TOKENS * (1 - COVERED_SHARE))
"""What a model that answers reads less beside a note. Beside it, not beside the whole files: what is composed without a
model has saved those already."""
SAVED_BY_A_MODELS_ANSWER = EVIDENCE_TOKENS + 250
"""What a model that answers would read and write, where its answer is there beforehand."""
JOBS_MAX = 2_000


@dataclass(frozen=True, slots=True)
class Job:
    """One analysis of one topic. `tokens_saved` is what a note would save when it is asked for, `tokens_cost` what a
    model would read and write for it, `seconds_cost` the processor's time. `stamp` names the state of what is studied:
    a job that failed is tried again once it differs. `why` says for a reader what speaks for it. Jobs of a higher
    `level` rest on what those of lower ones find, and come after all of them."""

    analysis: str
    version: int
    topic: Topic
    depth: Depth
    probability: float
    tokens_saved: int
    tokens_cost: int = 0
    seconds_cost: float = 0.05
    stamp: str = ""
    why: str = ""
    level: int = 0

    @property
    def cost(self) -> float:
        return self.tokens_cost / SLEEP_TOKENS_A_TEST_TOKEN + self.seconds_cost * TOKENS_A_SECOND

    @property
    def value(self) -> float:
        """Expected test-time tokens saved for each one that it costs."""
        return self.probability * self.tokens_saved / max(self.cost, 1e-6)


@dataclass(frozen=True, slots=True)
class Total:
    """A plan in sum: expected savings are each job's savings times its probability."""

    jobs: int
    tokens_saved: float
    tokens_cost: int
    seconds_cost: float


def concerns(topic: Topic, subject: str, asked_about: Mapping[str, str]) -> bool:
    """Whether a topic is the subject (a path, or "path::qualname") or lies in it. A question concerns what it is about:
    `asked_about` gives the name of that."""
    name = asked_about.get(topic.name, "") if topic.kind == "question" else topic.name
    bare = subject.rstrip("/")
    return name == bare or name.startswith((f"{bare}/", f"{bare}::"))


def order(jobs: Iterable[Job]) -> list[Job]:
    """From the lowest level up, best value first, at most JOBS_MAX: what comes last may never be worth it. Equals in
    the order of their names."""
    ranked = sorted(jobs, key=lambda job: (job.level, -job.value, job.analysis, job.topic.kind, job.topic.name))
    return ranked[:JOBS_MAX]


def total(jobs: Sequence[Job]) -> Total:
    return Total(
        len(jobs),
        sum(job.probability * job.tokens_saved for job in jobs),
        sum(job.tokens_cost for job in jobs),
        sum(job.seconds_cost for job in jobs),
    )


def tokens_of(lines: int) -> int:
    """What reading a file of so many lines would cost, bounded as the baseline is."""
    return min(SAVED_TOKENS_MAX, lines * TOKENS_A_LINE)
