"""What the store costs on disk, and what it lets go of."""

from __future__ import annotations

import threading

from reverie_daemon.store.mapping import FileRow
from reverie_daemon.store.packing import pack
from reverie_indexers.facts import FileFacts

HOUR_S = 3600.0


def body(number: int, lines: int = 60) -> str:
    """A file of about 4 KB of which each number changes one function."""
    same = "".join(f"def step_{line}(kettle):\n    return kettle.pour({line}) + 'leaves'\n\n" for line in range(lines))
    return same + f"def changing():\n    return 'edition{number} of the leaflet'\n"


def test_five_hundred_saves_change_neither_the_size_nor_what_is_found(tree):
    """Editors save all day; an index that keeps every save fills the disk and finds what was deleted."""
    tree.save({b"a.py": body(0)})
    for number in range(1, 60):
        tree.save({b"a.py": body(number)}, now=1_000.0 + number)
    tree.store.tidy()
    after_some = tree.store.stats(tree.number).store_bytes
    for number in range(60, 501):
        tree.save({b"a.py": body(number)}, now=1_000.0 + number)
    tree.store.tidy()
    assert tree.store.stats(tree.number).store_bytes <= after_some + (128 << 10)
    assert [path for path, _ in tree.found("edition500")] == ["a.py"]
    assert tree.found("edition499") == tree.found("edition0") == []
    assert len(tree.found("leaflet")) == 1
    assert tree.store.integrity() == "ok"


def test_versions_never_committed_go_after_an_hour(tree):
    """What was only ever saved on the way is nothing to come back to."""
    tree.save({b"a.py": body(1)}, now=0.0)
    tree.save({b"a.py": body(2)}, now=10.0)
    assert tree.store.evict(10.0 + HOUR_S - 1) == 0
    assert tree.store.evict(10.0 + HOUR_S) == 1
    tree.parsed.clear()
    tree.save({b"a.py": body(1)}, now=10.0 + HOUR_S)
    assert tree.parsed == [b"a.py"]


def test_committed_versions_outlast_the_hour(tree):
    """Another branch's files are what a checkout wants back."""
    tree.save({b"a.py": body(1)}, now=0.0)
    tree.save({b"a.py": body(2)}, now=10.0)
    assert tree.store.evict(10.0 + 9 * HOUR_S, committed=lambda blobs: set(blobs)) == 0
    tree.parsed.clear()
    tree.save({b"a.py": body(1)}, now=10.0 + 9 * HOUR_S)
    assert tree.parsed == []


def test_git_is_asked_once_about_a_version_and_locks_nobody_out(tree):
    """It is asked while questions go on being answered, after every quiet half minute."""
    tree.save({b"a.py": body(1)}, now=0.0)
    tree.save({b"a.py": body(2)}, now=10.0)
    asked = []

    def committed(blobs):
        asked.extend(blobs)
        saving = threading.Thread(target=lambda: tree.save({b"b.py": body(3)}, now=9 * HOUR_S))
        saving.start()
        saving.join(timeout=5)
        assert not saving.is_alive()
        return blobs

    for hours in (9, 10, 11):
        assert tree.store.evict(hours * HOUR_S, committed=committed) == 0
    assert len(asked) == 1


def test_at_most_so_many_versions_are_judged_at_once(tree, monkeypatch):
    """A store can hold the versions of years; those that git was not asked about stay for the next time."""
    monkeypatch.setattr("reverie_daemon.store.repository.EXPIRED_AT_ONCE", 2)
    tree.save({b"%d.py" % number: body(number) for number in range(3)}, now=0.0)
    tree.save(deleted=[b"0.py", b"1.py", b"2.py"], now=10.0)
    assert tree.store.evict(9 * HOUR_S, committed=lambda blobs: ()) == 2
    assert tree.store.evict(9 * HOUR_S, committed=lambda blobs: ()) == 1


def test_what_is_mapped_again_while_git_is_asked_stays(tree):
    """A checkout can come in just then."""
    tree.save({b"a.py": body(1)}, now=0.0)
    tree.save({b"a.py": body(2)}, now=10.0)

    def committed(blobs):
        tree.save({b"a.py": body(1)}, now=2 * HOUR_S)
        return ()

    assert tree.store.evict(2 * HOUR_S, committed=committed) == 0
    assert [path for path, _ in tree.found("edition1")] == ["a.py"]


def test_what_is_mapped_is_never_evicted(tree):
    """However long ago it was indexed."""
    tree.save({b"a.py": body(1)}, now=0.0)
    assert tree.store.evict(1_000 * HOUR_S) == 0
    assert [path for path, _ in tree.found("edition1")] == ["a.py"]


def test_unmapped_facts_stay_within_the_stores_share_of_the_source(tree, monkeypatch):
    """Switching among many branches must not grow the store without end; the longest unmapped go first."""
    monkeypatch.setattr("reverie_daemon.store.blobs.UNMAPPED_ALWAYS_KEPT_BYTES", 40_000)
    for number in range(30):
        tree.save({b"%d.py" % number: body(number)}, now=float(number))
        tree.save(deleted=[b"%d.py" % number], now=float(number))
    tree.store.evict(31.0, committed=lambda blobs: set(blobs))
    tree.parsed.clear()
    tree.save({b"0.py": body(0), b"29.py": body(29)}, now=32.0)
    assert tree.parsed == [b"0.py"]
    assert [path for path, _ in tree.found("edition29")] == ["29.py"]


def test_a_save_reindexes_only_the_passages_it_changed(tree):
    """The full text is told of differences, so a save in a long file is as quick as in a short one."""
    tree.save({b"a.py": body(1)})
    before = tree.store._writer.execute("SELECT id FROM place").fetchall()
    tree.save({b"a.py": body(2)})
    after = tree.store._writer.execute("SELECT id FROM place").fetchall()
    assert len(set(after) - set(before)) == 1
    assert [path for path, _ in tree.found("edition2")] == ["a.py"]
    assert len(tree.found("leaflet")) == 1


def test_saves_leave_little_beside_the_source_even_before_it_is_quiet(tree):
    """The log, free pages and versions on the way are no reason for a store to outweigh its source thrice."""
    tree.save({b"%d.py" % number: body(number, 200) for number in range(100)})
    tree.store.tidy()
    before = tree.store.stats(tree.number)
    for number in range(100):
        tree.save({b"0.py": body(number, 200)}, now=1_000.0 + number)
        tree.store.settle()
        now = tree.store.stats(tree.number)
        assert now.store_bytes - before.store_bytes < 0.5 * before.source_bytes


def test_saves_do_not_push_out_what_was_committed_longer_ago(tree):
    """The other branch's version of a file is wanted back; its last thirty saves are not."""
    tree.save({b"a.py": body(1)}, now=0.0)
    tree.save({b"a.py": body(2)}, now=10.0)
    tree.store.evict(2 * HOUR_S, committed=lambda blobs: set(blobs))
    for number in range(3, 33):
        tree.save({b"a.py": body(number)}, now=2 * HOUR_S + number)
    tree.parsed.clear()
    for number in (1, 30):
        tree.save({b"a.py": body(number)}, now=2 * HOUR_S + 40)
    assert tree.parsed == []
    tree.save({b"a.py": body(5)}, now=2 * HOUR_S + 41)
    assert tree.parsed == [b"a.py"]


def test_a_file_without_lines_is_no_source(tree):
    """An image gives the index nothing to cover, and no room to fill."""
    image = pack(b"\1" * 20, 90_000, "", FileFacts("binary"))
    rows = {b"logo.png": FileRow(image.blob, 1, 90_000, 1, "data", "binary")}
    tree.store.apply(tree.number, facts=[image], changed=rows, deleted=(), now=0.0)
    tree.save({b"a.py": body(1)})
    assert tree.store.stats(tree.number).source_bytes == len(body(1))
