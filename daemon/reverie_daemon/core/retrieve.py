"""Question and catalogue in, ranked pieces out: the lexical half of answering, without a model.

Candidates come from full text and from the names that the question mentions, then speak for their neighbours. It reads
through the `Catalogue` only, with a bounded number of queries, and packs nothing: see `packing`.
"""

from __future__ import annotations

from dataclasses import replace

from reverie_daemon.core.candidates import Candidates
from reverie_daemon.core.neighbours import file_shares, share_with_callees, share_with_files_around, share_with_members
from reverie_daemon.core.nouns import Catalogue
from reverie_daemon.core.ranking import WEIGHTS, Piece, Ranking, Weights
from reverie_daemon.core.terms import understand


def rank(question: str, catalogue: Catalogue, *, under: str = "", weights: Weights = WEIGHTS) -> Ranking:
    """What to read for this question, best first. `under` keeps to one folder. An empty ranking means that no word of
    the question occurs in the repository."""
    asked = understand(question)
    candidates = Candidates(asked, catalogue, under, weights)
    candidates.gather()
    share_with_members(candidates)
    share_with_callees(candidates)
    share_with_files_around(candidates)
    pieces = _ordered(candidates)
    files: dict[str, float] = {}
    for piece in pieces:
        files.setdefault(piece.path, piece.score)
    stems = tuple(word.stem for word in asked.words)
    return Ranking(question, pieces, tuple(files.items()), tuple(candidates.terms), stems)


def _ordered(candidates: Candidates) -> tuple[Piece, ...]:
    factors = candidates.role_factors()
    scored = [(one.piece, (one.own + one.gained) * candidates.factor(one, factors)) for one in candidates]
    shares = file_shares([(piece.path, score) for piece, score in scored], candidates.weights.file_share)
    pieces = [replace(piece, score=score + shares[piece.path]) for piece, score in scored]
    return tuple(sorted(pieces, key=lambda piece: (-piece.score, piece.key)))
