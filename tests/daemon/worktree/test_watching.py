"""Watching with the real observer: what is heard, what is not, and that nothing of it stays behind."""

from __future__ import annotations

import errno
import logging
import shutil
import threading
from collections.abc import Callable, Iterator

import pytest
from reverie_daemon import hooks
from reverie_daemon.core.changes import EVENTS_MAX
from reverie_daemon.worktree import Heard, watching

PATIENCE_S = 20.0


class Ear:
    """Collects what a watcher hears until something expected is among it."""

    def __init__(self, worktree) -> None:
        self._woken = threading.Event()
        self.watcher = worktree.watcher(self._woken.set)
        self.watcher.start()

    def until(self, expected: Callable[[Heard], bool]) -> Heard:
        everything = Heard()
        while not expected(everything):
            assert self._woken.wait(PATIENCE_S), f"heard only {everything}"
            self._woken.clear()
            heard = self.watcher.drain()
            everything = Heard(everything.events + heard.events, everything.signals | heard.signals)
        return everything

    def path(self, path: str) -> Heard:
        return self.until(lambda heard: any(path in (event.path, event.moved_to) for event in heard.events))

    def signal(self, signal: str) -> Heard:
        return self.until(lambda heard: signal in heard.signals)


@pytest.fixture
def listen() -> Iterator[Callable[..., Ear]]:
    ears = []

    def listening(worktree) -> Ear:
        worktree.listing()
        ears.append(Ear(worktree))
        return ears[-1]

    yield listening
    for ear in ears:
        ear.watcher.stop()


def test_saves_are_heard_wherever_they_happen(repo, listen):
    """At the root, in a folder, and in a folder made after watching began."""
    repo.write("src/deep/a.py")
    repo.commit(top="1")
    ear = listen(repo.worktree)
    repo.write("top", "2")
    ear.path("top")
    repo.write("src/deep/a.py", "changed")
    ear.path("src/deep/a.py")
    repo.write("fresh/b.py")
    ear.path("fresh")
    repo.write("src/deep/deeper/c.py")
    ear.path("src/deep/deeper/c.py")


def test_files_in_a_new_top_level_folder_are_heard_once_it_is_known(repo, listen):
    """A new package begins as a folder."""
    repo.commit(top="1")
    ear = listen(repo.worktree)
    (repo.root / "fresh").mkdir()
    ear.path("fresh")
    repo.write("fresh/b.py")
    ear.path("fresh/b.py")


def test_a_folder_that_was_deleted_and_made_again_is_still_heard(repo, listen):
    """Switching branches does that, and the watch of the first folder is dead."""
    repo.write("src/a.py")
    repo.commit()
    ear = listen(repo.worktree)
    shutil.rmtree(repo.root / "src")
    (repo.root / "src").mkdir()

    def made_again(heard):
        kinds = [event.kind for event in heard.events if event.path == "src"]
        return "deleted" in kinds and kinds[-1] == "changed"

    ear.until(made_again)
    repo.write("src/new.py")
    # Of the file itself, or that the folder is to be looked into where it came between the two watches.
    ear.until(lambda heard: any(event.path in ("src/new.py", "src") for event in heard.events))


def test_hooks_installed_by_another_process_are_listened_to(repo, listen):
    """`reverie hooks install` does not pass through the daemon."""
    repo.commit(a="1")
    ear = listen(repo.worktree)
    hooks.install(repo.worktree.location)
    inbox = repo.root / ".git" / "reverie" / "inbox"
    ear.until(lambda heard: str(inbox) in ear.watcher._watched)
    repo.commit(a="2")
    ear.signal("inbox")


def test_the_first_commit_is_noticed(repo, listen):
    """HEAD's log does not exist before it."""
    ear = listen(repo.worktree)
    repo.commit(a="1")
    ear.signal("head")
    ear.watcher.refresh()
    assert str(repo.root / ".git" / "logs") in ear.watcher._watched


def test_deletes_and_moves_are_heard(repo, listen):
    """So that what is gone is no longer cited."""
    repo.write("src/a.py")
    repo.write("src/b.py")
    repo.commit()
    ear = listen(repo.worktree)
    (repo.root / "src/a.py").unlink()
    assert ear.path("src/a.py").events[-1].kind == "deleted"
    (repo.root / "src/b.py").rename(repo.root / "src/c.py")
    ear.path("src/c.py")


def test_ignored_folders_and_gits_own_are_not_listened_to(repo, listen):
    """Builds and git itself write all the time; hearing that costs battery and floods the queue."""
    repo.write(".gitignore", "/build/\n")
    repo.write("build/out.o")
    repo.write("src/a.py")
    repo.commit()
    ear = listen(repo.worktree)
    repo.write("build/out.o", "again")
    repo.write(".git/reverie/store.db", "ours")
    repo.write(".git/objects/xx/blob", "git's")
    repo.write("src/a.py", "changed")
    heard = ear.path("src/a.py")
    assert {event.path.split("/")[0] for event in heard.events} == {"src"}
    assert not heard.signals


def test_a_commit_or_checkout_signals_that_head_moved(repo, listen, tmp_path):
    """Where no hook can be installed this is how commits are noticed; in linked worktrees too."""
    repo.commit(a="1")
    ear = listen(repo.worktree)
    repo.commit(a="2")
    ear.signal("head")
    ear.watcher.drain()
    repo.git("checkout", "--quiet", "--detach", "HEAD~1")
    ear.signal("head")
    repo.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "linked"))
    linked = type(repo)(tmp_path / "linked")
    other = listen(linked.worktree)
    linked.git("checkout", "--quiet", "--detach")
    other.signal("head")


def test_a_report_in_the_inbox_is_signalled_but_its_removal_is_not(repo, listen):
    """Reading the inbox must not look like another report."""
    repo.write("src/a.py")
    inbox = repo.root / ".git" / "reverie" / "inbox"
    inbox.mkdir(parents=True)
    ear = listen(repo.worktree)
    (inbox / ".writing").write_text("x")
    (inbox / ".writing").rename(inbox / "post-commit..git")
    ear.signal("inbox")
    (inbox / "post-commit..git").rename(inbox / ".taken")
    (inbox / ".taken").unlink()
    repo.write("src/a.py", "changed")
    assert "inbox" not in ear.path("src/a.py").signals


def test_a_deleted_worktree_is_said_to_be_gone(repo, listen):
    """The daemon then stops asking for it, and says so."""
    repo.commit(a="1")
    ear = listen(repo.worktree)
    shutil.rmtree(repo.root)
    ear.signal("root gone")


def test_lost_events_ask_for_a_new_listing(repo, listen):
    """watchdog only logs that the kernel's queue overflowed."""
    ear = listen(repo.worktree)
    logging.getLogger("watchdog.observers.inotify").warning("Inotify queue overflowed; reconciling")
    ear.signal("overflow")


def test_no_more_events_are_kept_than_the_bound(repo):
    """A checkout of a huge branch must not fill the memory; at the bound it is a rescan."""
    woken = []
    watcher = repo.worktree.watcher(lambda: woken.append(1))
    for number in range(EVENTS_MAX + 10):
        watcher._hear(watching.FileEvent("changed", str(number), 0.0))
    assert len(watcher.drain().events) == EVENTS_MAX
    assert watcher.drain() == Heard()
    assert woken == [1]


def test_a_full_watch_table_is_a_problem_and_no_failure(repo, monkeypatch):
    """Many machines allow few watches; sweeps still find every change."""
    from watchdog.observers.api import BaseObserver

    def full(*arguments: object, **options: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(BaseObserver, "schedule", full)
    watcher = repo.worktree.watcher(lambda: None)
    watcher.start()
    watcher.stop()
    assert len(watcher.problems) == 1
    assert "fs.inotify.max_user_watches" in watcher.problems[0].next_step
    watcher.refresh()
    assert len(watcher.problems) == 1


def test_too_many_top_level_folders_are_left_to_sweeps(repo, monkeypatch):
    """Each costs a thread."""
    monkeypatch.setattr(watching, "FOLDERS_MAX", 2)
    for name in "abc":
        repo.write(f"{name}/x.py")
    watcher = repo.worktree.watcher(lambda: None)
    watcher.start()
    watcher.stop()
    assert any("2 of 3 top-level folders" in problem.message for problem in watcher.problems)


def test_stopping_leaves_no_thread_and_no_handler(repo):
    """Neighbours are hated for leaked watchers."""
    threads, handlers = set(threading.enumerate()), list(logging.getLogger("watchdog").handlers)
    repo.write("src/a.py")
    repo.commit()
    watcher = repo.worktree.watcher(lambda: None)
    watcher.start()
    watcher.stop()
    watcher.stop()
    assert [thread for thread in threading.enumerate() if thread not in threads and thread.is_alive()] == []
    assert logging.getLogger("watchdog").handlers == handlers
