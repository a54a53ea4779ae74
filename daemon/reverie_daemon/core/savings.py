"""What an answer cost, and what it would have cost: the one definition of "tokens saved".

**Baseline**: the tokens of the question plus the whole text of the files that verified claims cite, which is what an
agent would have read. At most five files count, in the order they are first cited; each counts once a conversation,
since an agent would remember it; and the baseline is 32,000 tokens at most, because no agent reads on forever.
**Spent**: prompt and completion tokens of the model calls made for this question (none without a model).
**Saved** = baseline − spent. It may be negative; losses are shown. An answer marked as wrong saved nothing: what was
spent on it is a loss.

Without a model the figure is called "tokens an agent would have read", and totals keep it apart. Repeats at the same
clock, batches, benches and tests count in no total; that is for the caller to decide, with `is_counted`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from reverie_daemon.core.nouns import Claim, Tokens
from reverie_daemon.core.tokens import Count

FILES_MAX = 5
BASELINE_TOKENS_MAX = 32_000
SLEEP_TOKENS_PER_TEST_TOKEN = 10
"""The paper's convention where no price is known."""

PaybackState = Literal["nothing spent", "paid", "not yet", "never", "not asked"]

TextOf = Callable[[str], Sequence[str] | None]


@dataclass(frozen=True, slots=True)
class Account:
    """What one answer cost. `files` are those counted now: the conversation has read them from here on."""

    tokens: Tokens
    files: tuple[str, ...]


def files_cited(claims: Iterable[Claim]) -> tuple[str, ...]:
    """The files of verified evidence, in the order they are first cited, each once. Commits are no files."""
    paths = (
        evidence.path
        for claim in claims
        for evidence in claim.evidence
        if evidence.verified and evidence.commit is None
    )
    return tuple(dict.fromkeys(paths))


def account(
    question: str,
    claims: Iterable[Claim],
    text_of: TextOf,
    count: Count,
    *,
    already_read: Collection[str] = (),
    prompt: int = 0,
    cached: int = 0,
    completion: int = 0,
) -> Account:
    """The account of one answer. `claims` are verified ones (see `evidence.verify`); `already_read` the files that
    earlier answers of the conversation counted; `prompt` (cached tokens included) and `completion` are the calls'."""
    texts = {path: text_of(path) for path in files_cited(claims)[:FILES_MAX] if path not in already_read}
    files = tuple(path for path, lines in texts.items() if lines is not None)
    sizes = count([question, *("\n".join(texts[path] or ()) for path in files)])
    baseline = min(sum(sizes), BASELINE_TOKENS_MAX)
    return Account(Tokens(prompt=prompt, cached=cached, completion=completion, baseline=baseline), files)


def is_counted(*, repeated: bool, measured: bool) -> bool:
    """Whether an answer enters the totals: not one repeated at the same clock, nor one of a batch, bench or test."""
    return not repeated and not measured


def net(
    saved: int, asleep_tokens: int, asleep_microusd: int | None, awake_tokens: int, awake_microusd: int | None
) -> int:
    """What was saved, less what was learned for it: sleep-time tokens, each weighed by its price against a test-time
    token's. Where either price is unknown or nothing, the paper's convention holds (arXiv 2504.13171)."""
    if asleep_microusd and awake_microusd and awake_tokens:
        return saved - round(asleep_microusd * awake_tokens / awake_microusd)
    return saved - round(asleep_tokens / SLEEP_TOKENS_PER_TEST_TOKEN)


@dataclass(frozen=True, slots=True)
class Payback:
    """Whether learning has paid for itself: `after` how many questions, each saving what those so far saved on average,
    of which `asked` were asked. None where it never does at this rate, or nobody can tell, since none was asked."""

    state: PaybackState
    after: int | None
    asked: int

    @property
    def to_go(self) -> int | None:
        """Questions until then."""
        return None if self.after is None else max(0, self.after - self.asked)


def payback(saved: int, learning: int, questions: int) -> Payback:
    """When learning has paid for itself. `learning` is its cost in test-time tokens, as `net` weighs it; `saved` what
    `questions` saved until now, less what they lost."""
    if learning <= 0:
        return Payback("nothing spent", 0, questions)
    if not questions:
        return Payback("not asked", None, 0)
    if saved <= 0:
        return Payback("never", None, questions)
    after = math.ceil(learning * questions / saved)
    return Payback("paid" if after <= questions else "not yet", after, questions)


def figure_name(tokens: Tokens) -> str:
    """What the saved figure is called for a reader: without a model nothing was spent that could have been saved."""
    return "tokens saved" if tokens.spent else "tokens an agent would have read"
