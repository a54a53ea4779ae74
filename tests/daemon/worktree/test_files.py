"""Reading files: consistent snapshots, git's blob ids, and nothing that could hang or lead outside."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest
from reverie_daemon.worktree import FileStat, Snapshot, blob_of, decode, is_binary
from reverie_daemon.worktree.files import UNSETTLED_NS, same, settled, stat_of


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_blob_ids_are_gits(make, object_format):
    """Facts are keyed by them, and other tools can look them up."""
    repo = make("any", f"--object-format={object_format}")
    for content in (b"", b"text\n", bytes(range(256)) * 100):
        repo.write("file", content)
        found = repo.worktree.snapshot("file")
        assert isinstance(found, Snapshot)
        assert found.blob == repo.git("hash-object", "--no-filters", "file") == blob_of(content, object_format)


def test_line_end_conversion_does_not_reach_the_blob_id(repo):
    """With eol=crlf the index names other bytes than those on disk; citations are about the bytes on disk."""
    repo.write(".gitattributes", "*.txt text eol=crlf\n")
    repo.write("a.txt", b"one\r\ntwo\r\n")
    repo.commit()
    found = repo.worktree.snapshot("a.txt")
    assert isinstance(found, Snapshot)
    assert found.content == b"one\r\ntwo\r\n"
    assert found.blob == blob_of(found.content) != repo.git("rev-parse", "HEAD:a.txt")


def test_a_large_file_pointer_is_read_as_the_text_it_is(repo):
    """Without git-lfs a pointer is what lies on disk; asking the filter could start a download."""
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
    repo.write(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n")
    repo.git("config", "filter.lfs.clean", "false")
    repo.git("config", "filter.lfs.smudge", "touch smudged; false")
    repo.write("big.bin", pointer)
    assert repo.worktree.read("big.bin") == pointer
    assert not (repo.root / "smudged").exists()


def test_a_pipe_is_not_opened(repo):
    """Opening a FIFO would block the daemon for ever."""
    os.mkfifo(repo.root / "pipe")
    assert repo.worktree.snapshot("pipe") == "special"


def test_links_are_not_followed_wherever_they_stand_in_a_path(repo, tmp_path):
    """A link could lead to a file outside the repository, whose text would then be stored."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.txt").write_text("key")
    (repo.root / "file").symlink_to(tmp_path / "outside" / "secret.txt")
    (repo.root / "folder").symlink_to(tmp_path / "outside")
    (repo.root / "loop").symlink_to("loop")
    assert [repo.worktree.snapshot(path) for path in ("file", "folder/secret.txt", "loop", "loop/x")] == ["link"] * 4


def test_a_file_that_is_gone_is_no_error(repo):
    """Files vanish between being listed and being read."""
    assert repo.worktree.snapshot("gone.py") == "gone"
    assert repo.worktree.read("gone.py") is None
    repo.write("file")
    assert repo.worktree.snapshot("file/below") == "gone"


def test_a_large_file_is_not_read(repo):
    """A 50 MB file must cost no memory."""
    with (repo.root / "huge.json").open("wb") as stream:
        stream.truncate(50 << 20)
    assert repo.worktree.snapshot("huge.json") == "too large"


def test_a_path_of_any_bytes_can_be_read(repo):
    """Git allows them, so they occur."""
    for name in (b"new\nline.py", "😀.py".encode(), b"latin-\xe9.py"):
        repo.write(os.fsdecode(name), name)
        assert repo.worktree.read(os.fsdecode(name)) == name


def test_a_stat_tells_a_restored_modification_time():
    """`cp -p`, tar and some formatters put the old time back: by mtime and size alone the change would be missed."""
    before = SimpleNamespace(st_mtime_ns=1_000, st_ctime_ns=1_000, st_size=4, st_ino=7)
    restored = SimpleNamespace(st_mtime_ns=1_000, st_ctime_ns=9_000, st_size=4, st_ino=7)
    assert not same(stat_of(before), stat_of(restored))


def test_a_change_within_the_clocks_grain_leaves_the_stat_unsettled():
    """Two saves within one tick of the filesystem's clock have the same time: the stat must not vouch for the first."""
    now = 1_700_000_000_123_456_789
    assert settled(now - 1_000_000, now) == UNSETTLED_NS
    assert settled(now + 1_000_000, now) == UNSETTLED_NS
    assert settled(now - 50_000_000, now) == now - 50_000_000


def test_whole_seconds_are_taken_for_a_coarse_clock():
    """FAT and some network filesystems keep seconds only."""
    now = 1_700_000_000_500_000_000
    assert settled(1_700_000_000_000_000_000, now) == UNSETTLED_NS
    assert settled(1_699_999_990_000_000_000, now) == 1_699_999_990_000_000_000


def test_stats_compare_by_value():
    """They go into the store and come back."""
    assert FileStat(1, 2, 3) == FileStat(1, 2, 3) != FileStat(1, 2, 4)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("naïve ☃\n".encode(), "naïve ☃\n"),
        (b"\xef\xbb\xbfmarked", "marked"),
        ("wide ☃".encode("utf-16"), "wide ☃"),
        (b"caf\xe9", "café"),
        (b"a\r\nb\r", "a\r\nb\r"),
        (b"", ""),
    ],
)
def test_text_is_decoded_by_its_mark_or_as_utf8_or_latin1(content, text):
    """Old sources are Latin-1; refusing them would lose whole files."""
    assert decode(content) == text


def test_a_nul_means_binary_unless_the_text_is_utf16():
    """PowerShell and .NET projects keep sources in UTF-16."""
    assert is_binary(b"\x7fELF\0\0")
    assert not is_binary("wide".encode("utf-16"))
    assert not is_binary(b"plain\n")
