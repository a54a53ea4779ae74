"""Passages are embedded when nobody minds."""

from __future__ import annotations

from reverie_daemon.embedding_pace import GIVE_WAY_S, EmbeddingPace


class Passages:
    """So many passages without a vector; each turn embeds one."""

    def __init__(self, left: int) -> None:
        self.count = left

    def left(self, clock: int) -> int:
        return self.count

    pending = left

    def embed_some(self) -> int:
        self.count -= 1
        return 1


def test_a_question_puts_embedding_off() -> None:
    """Whoever asks may ask again soon, and must not wait for a model."""
    now_s = [100.0]
    passages = Passages(2)
    pace = EmbeddingPace(passages, lambda: 1, lambda: True, lambda: now_s[0])  # type: ignore[arg-type]
    now_s[0] += 10
    assert (pace.due_in_s(), pace.left) == (0.0, 2)
    pace.give_way()
    assert pace.due_in_s() == GIVE_WAY_S
    pace.embed_a_little()
    assert passages.count == 2
    now_s[0] += GIVE_WAY_S
    pace.embed_a_little()
    assert passages.count == 1


def test_a_busy_machine_is_looked_at_again_later() -> None:
    """Learning takes what is free, and nothing else."""
    passages = Passages(1)
    pace = EmbeddingPace(passages, lambda: 1, lambda: False)  # type: ignore[arg-type]
    assert pace.due_in_s() >= GIVE_WAY_S - 0.001
    pace.embed_a_little()
    assert passages.count == 1


def test_with_nothing_left_it_waits_for_something_to_come() -> None:
    """An idle daemon sleeps."""
    pace = EmbeddingPace(Passages(0), lambda: 1, lambda: True)  # type: ignore[arg-type]
    assert pace.due_in_s() == float("inf")


def test_all_are_embedded_when_that_was_asked_for() -> None:
    """`reverie learn` says that everything is learned when it is."""
    told: list[tuple[int, int]] = []
    pace = EmbeddingPace(Passages(3), lambda: 1, lambda: False)  # type: ignore[arg-type]
    pace.embed_all(lambda done, total: told.append((done, total)))
    assert told[-1][0] == 3
