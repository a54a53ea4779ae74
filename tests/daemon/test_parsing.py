"""The parser processes: facts come back in order, and neither a crash nor a kill leaves anything behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from reverie_daemon.parser import Source, parse
from reverie_daemon.parsing import ParserPool, PoolClosed, batches


@pytest.fixture
def pool() -> Iterator[ParserPool]:
    pool = ParserPool(2)
    yield pool
    pool.close()


def source(number: int, text: str = "def f():\n    pass\n") -> Source:
    return Source(number.to_bytes(20, "big"), len(text), "python", text)


def test_facts_come_in_the_order_of_their_sources(pool: ParserPool) -> None:
    """Whoever maps them to paths counts on it."""
    sources = [source(number, f"def f{number}():\n    pass\n" * 400) for number in range(60)]
    facts = [fact for batch in pool.parse(sources) for fact in batch]
    assert [fact.blob for fact in facts] == [one.blob for one in sources]
    assert facts[7].symbols[0][1] == "f7"


def test_batches_keep_every_source_once() -> None:
    """A source lost between batches would be a file that cannot be found."""
    sources = [source(number, "x = 1\n" * number) for number in range(100)]
    assert [one for batch in batches(sources, bytes_max=2_000) for one in batch] == sources


def test_a_child_that_dies_costs_one_batch_nothing(pool: ParserPool) -> None:
    """A parser crash is a bug in somebody's grammar; the repository must be indexed all the same."""
    list(pool.parse([source(1)]))
    for pid in pool.process_ids():
        os.kill(pid, signal.SIGKILL)
    (facts,) = [fact for batch in pool.parse([source(2)]) for fact in batch]
    assert facts.symbols and not facts.problems


def test_closing_in_the_midst_of_work_ends_it() -> None:
    """A daemon told to leave has two seconds: starting parsers anew for what is left would take longer, and a file
    whose parser was killed is not one that cannot be parsed."""
    pool = ParserPool(1)
    parsed = pool.parse([source(number, f"def f{number}():\n    pass\n" * 10_000) for number in range(20)])
    assert next(parsed)[0].symbols
    pool.close()
    with pytest.raises(PoolClosed):
        for facts in parsed:
            assert all(fact.symbols and not fact.problems for fact in facts)
    pool.warm(bulk=True)
    assert not pool.process_ids()


def test_resting_ends_idle_children_but_not_at_once() -> None:
    """An idle daemon holds no parsers: their memory is the user's. The next save comes soon, though."""
    now = [0.0]
    pool = ParserPool(2, monotonic_s=lambda: now[0])
    list(pool.parse([source(1), source(2)]))
    now[0] = 59.0
    pool.rest()
    assert pool.process_ids()
    now[0] = 61.0
    pool.rest()
    assert not pool.process_ids()
    pool.close()


def test_secrets_are_gone_before_facts_leave_the_child() -> None:
    """What is never stored cannot leak."""
    token = "ghp_" + "A1b2C3d4" * 4 + "E5f6"
    packed = parse(source(1, f'TOKEN = "{token}"\n'))
    assert token not in repr(packed)


def test_a_child_leaves_when_its_parent_is_killed(tmp_path: Path) -> None:
    """After kill -9 of the daemon nothing of ours may live on."""
    program = (
        "from reverie_daemon.parser import Source\nfrom reverie_daemon.parsing import ParserPool\nimport time\n"
        "pool = ParserPool(1)\nlist(pool.parse([Source(b'1' * 20, 5, 'python', 'x = 1')]))\n"
        "print(*pool.process_ids(), flush=True)\ntime.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    for _ in range(1_000):
        if not _alive(child):
            return
        time.sleep(0.01)
    pytest.fail(f"the child {child} outlived its parent")


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
