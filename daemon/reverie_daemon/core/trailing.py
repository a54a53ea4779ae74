"""An answer that trails the repository: what it cannot know yet is said in it, and it is less sure.

Whether anything is missing is for the caller to know.
"""

from __future__ import annotations

from dataclasses import replace

from reverie_daemon.core.nouns import Claim, Composition

HISTORY_CONFIDENCE = 0.3
"""How sure an answer from history is at most while commits are missing: they may be the newest, which matter most."""
NOTHING_READ = "Nothing of this repository is read yet: ask again in a moment."


def trailing(composition: Composition, *, files: int, share: float, history: bool) -> Composition:
    """The answer where so many files, that share of all, or commits (`history`) are not read yet; as it is where
    nothing is missing. One that rests on nothing at all says that, and no more."""
    if share >= 1:
        return replace(composition, claims=(Claim(NOTHING_READ),), evidence=(), confidence=0.0)
    missing = [f"{files:,} files" if files > 1 else "a file"] if files else []
    missing += ["commits"] if history else []
    if not missing:
        return composition
    notice = Claim(f"*Still to be read: {' and '.join(missing)}. Ask again in a moment.*")
    sure = min(composition.confidence, HISTORY_CONFIDENCE) if history else composition.confidence
    return replace(composition, claims=(*composition.claims, notice), confidence=sure * (1 - share))
