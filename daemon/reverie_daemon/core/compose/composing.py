"""The registry of composers, and what holds for every answer: notes on names, confidence, evidence in order."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from reverie_daemon.core.compose import (
    calls,
    citing,
    configuration,
    covering,
    definitions,
    described,
    flow,
    history,
    howto,
    impact,
    leading,
    literal,
    project,
    prose,
    relations,
)  # fmt: skip
from reverie_daemon.core.naming import Subject, bare, split_name
from reverie_daemon.core.nouns import Catalogue, Claim, Composition, Definition, Evidence
from reverie_daemon.core.phrasing_table import Kind
from reverie_daemon.core.questions import Question
from reverie_daemon.core.ranking import HOW_TO, Ranking
from reverie_daemon.core.wording import asks_yes_or_no

Composer = Callable[[Question, Catalogue], list[Claim]]

COMPOSERS: dict[Kind, Composer] = {
    "where": definitions.where,
    "what": definitions.what,
    "family": definitions.family,
    "callers": calls.who_calls,
    "callees": calls.what_it_calls,
    "tests": covering.which_tests,
    "how": flow.how,
    "relate": relations.relate,
    "impact": impact.impact,
    "history": history.history,
    "recent": history.recent,
    "commit": history.commit,
    "run": project.run,
    "about": project.about,
    "talk": project.talk,
    "config": configuration.config,
}

_SURE = {
    "exact": 0.92, "qualified": 0.92, "inherited": 0.88, "path": 0.88, "line": 0.9, "commit": 0.95, "case": 0.8,
    "joined": 0.78, "similar": 0.45, "unknown": 0.15,
}  # fmt: skip
LITERAL_CONFIDENCE = 0.7
LEAD_BASE, LEAD_WEIGHT = 0.5, 5.0
LEAD_MAX = 0.6
"""A lead over nothing says little."""
LEAD_MIN = -0.25
"""What names and docs put first is not the worse for ranking low."""
NOTHING = 0.05
"""How sure an answer is that has nothing to rest on."""
CLOSE = 0.05
"""Another definition that scores within this share of the best may as well be meant: of such answers a third leads with
the right lines, of the others more than half."""
CLOSE_SHARE = 0.85
CLOSE_MAX = 2
GUESSED_SHARE = 0.7
"""An answer that leads with a value, asked how something is done, was wrong more often than not; a description that is
asked yes or no gets a place to look at."""
UNREAD, WORDS_ONLY = 0.05, 0.6
"""How sure an answer is to a question in another language: with nothing known of it, and with a few of its words."""
COVERED_USUAL = 0.12
"""Nine of ten questions share at least this much of their words, weighed by rarity, with their best place."""
KNOWN_USUAL = 0.7
"""Each of the bench's questions has at least this share of its words somewhere in its repository."""
NEAR_CLAIMS_MAX = 3
BRIEF_TERMS_MAX = 3
"""A described question of so few words is about the name in it."""
_LESS_SURE: dict[Kind, float] = {
    "how": 0.9,
    "impact": 0.85,
    "relate": 0.85,
    "config": 0.8,
    "history": 0.9,
    "callers": 0.95,
    "talk": 0.0,
}


def compose(question: Question, catalogue: Catalogue, ranked: Callable[[], Ranking | None]) -> Composition:
    """The answer to a question. Never fails: where nothing bears on it, the one claim says so and confidence is low.

    `ranked` ranks passages for the question; it is called only where names alone do not answer, so that an answer about
    names does not go stale with every change that could rank otherwise.
    """
    claims: list[Claim] = []
    readings = question.readings
    missing = [subject for subject in question.subjects if not subject.resolved]
    composer = COMPOSERS.get(question.kind)
    if composer is not None and (not missing or question.kind == "config"):
        claims = composer(question, catalogue)
    if claims and question.kind == "config" and HOW_TO.search(question.text):
        claims = [*_told_how(question, catalogue, ranked()), *claims]
    if not claims:
        ranking = ranked()
        literal = literal_claims(question, catalogue, missing)
        documented = [] if literal else _told_how(question, catalogue, ranking)
        claims = literal or documented or described.described(question, catalogue, ranking)
        led = None if documented else _led(claims)
        path = led.path if led is not None else ""
        confidence = _described_confidence(question, catalogue, ranking, path, bool(missing)) if claims else NOTHING
        told = documented or leading.does_what_is_asked(question, catalogue, led)
        confidence *= 1.0 if told and not asks_yes_or_no(question.text) else GUESSED_SHARE
        if not literal and question.kind == "described":
            readings = readings or _instead(claims, _close(ranking))
        if literal:
            missing, confidence = [], max(confidence, LITERAL_CONFIDENCE)
    else:
        confidence = _confidence(question)
    if language := next((one.partition(":")[2] for one in question.qualifiers if one.startswith("tongue:")), ""):
        claims, confidence = _in_english(question, language, catalogue, claims, confidence)
    else:
        claims = _with_notes(catalogue, question, missing, claims)
    return Composition(
        kind=question.kind,
        claims=tuple(claims),
        evidence=citing.gathered(claims),
        confidence=round(confidence, 2),
        readings=readings,
        subjects=tuple(subject.label for subject in question.subjects),
    )


def _in_english(
    question: Question, language: str, catalogue: Catalogue, claims: list[Claim], confidence: float
) -> tuple[list[Claim], float]:
    """The answer to a question in another language, with what it was taken from; none where nothing of it is known."""
    if question.kind != "described":
        said = f"Your question seems to be in {language}; I went by the name in it."
        return [*claims, citing.claim(f"{said} A model would read the rest: `reverie model`.")], confidence
    known = [term for term in question.terms if term.isascii() and len(term) > 3 and catalogue.frequency(term)]
    if not known or not claims:
        said = f"I read English only, and of this question, which seems to be in {language}, I know no name."
        return [citing.claim(f"{said} Name a symbol or a file, or choose a model: `reverie model`.")], UNREAD
    words = prose.joined([f"“{term}”" for term in known[:4]])
    said = f"Your question seems to be in {language}; I went by {words} in it."
    told = citing.claim(f"{said} A model would read the rest: `reverie model`.")
    return [*claims, told], confidence * WORDS_ONLY


def _told_how(question: Question, catalogue: Catalogue, ranking: Ranking | None) -> list[Claim]:
    return howto.how_to(question.text, catalogue, ranking, leading.words_of(question, catalogue).matched)


def literal_claims(question: Question, catalogue: Catalogue, missing: Sequence[Subject]) -> list[Claim]:
    """Where a message that the question quotes is made; where its one unknown name stands in the text, when the
    question is about that name."""
    said = literal.message(catalogue, question.text)
    if said or len(missing) != 1:
        return said
    if question.kind == "described" and question.asks not in ("where", "what", "which", ""):
        return []
    return literal.occurrences(catalogue, bare(missing[0].mention))


def _with_notes(
    catalogue: Catalogue, question: Question, missing: Sequence[Subject], claims: list[Claim]
) -> list[Claim]:
    """Names that were not taken literally, and names that exist nowhere, said up front; the answer still answers."""
    if missing and question.kind != "config":
        brief = question.kind != "described" or len(question.terms) <= BRIEF_TERMS_MAX
        return _about_missing(catalogue, missing, claims) if brief else _aside(catalogue, missing, claims)
    if not claims:
        return [citing.claim("Nothing in this repository shares words with that question.")]
    noted = next((subject for subject in question.subjects if subject.note and subject.definition), None)
    if noted is None or noted.definition is None or question.kind == "described":
        return claims
    head = citing.head(catalogue, noted.definition)
    if noted.match != "similar":
        return [*claims[:1], citing.claim(noted.note, head, _owner(catalogue, noted)), *claims[1:]]
    wanted = bare(noted.mention)
    text = f"Nothing here is named “{wanted}”; the nearest name is `{noted.definition.symbol.qualname}`. "
    return [citing.claim(text + claims[0].text, head, claims[0].evidence), *claims[1:]]


def _owner(catalogue: Catalogue, subject: Subject) -> tuple[Evidence, ...]:
    """Where the class stands through which a name was asked for: "`Flask` inherits …" is about it as well."""
    owners = split_name(bare(subject.mention))[:-1]
    found = catalogue.definitions(owners[-1], 1) if owners else ()
    return citing.head(catalogue, found[0]) if found else ()


def _about_missing(catalogue: Catalogue, missing: Sequence[Subject], claims: list[Claim]) -> list[Claim]:
    names = prose.joined([f"“{subject.mention.strip('`')}”" for subject in missing])
    near = _nearest(catalogue, missing[0])
    lead = f"Nothing in this repository is named {names}" + (f"; the nearest names are {near}" if near else "")
    if not claims:
        return [citing.claim(f"{lead}.")]
    return [
        citing.claim(f"{lead}. What comes closest: {claims[0].text}", claims[0].evidence),
        *claims[1:NEAR_CLAIMS_MAX],
    ]


def _aside(catalogue: Catalogue, missing: Sequence[Subject], claims: list[Claim]) -> list[Claim]:
    """Names that a long question drops and that stand nowhere at all, pointed out after the first sentence."""
    nowhere = [item for item in missing if not catalogue.frequency(split_name(bare(item.mention) or "?")[-1])]
    if not nowhere or not claims:
        return claims or [citing.claim("Nothing in this repository shares words with that question.")]
    names = prose.joined([f"“{bare(subject.mention)}”" for subject in nowhere])
    return [citing.claim(f"{claims[0].text} (Nothing here is named {names}.)", claims[0].evidence), *claims[1:]]


def _nearest(catalogue: Catalogue, subject: Subject) -> str:
    found = catalogue.similar_names(split_name(subject.mention.strip("`() ") or "?")[-1], 3) if subject.mention else ()
    return prose.joined([f"“{known}”" for known in found])


def _confidence(question: Question) -> float:
    """How sure the answer is: how literally its names were taken, how many things share them, and the kind."""
    sure = min((_SURE[subject.match] for subject in question.subjects if subject.resolved), default=0.85)
    rivals = sum(1 for subject in question.subjects for item in subject.definitions[1:] if item.role == "source")
    return sure * _LESS_SURE.get(question.kind, 1.0) * (0.9 ** min(rivals, 4))


def _described_confidence(
    question: Question, catalogue: Catalogue, ranking: Ranking | None, led: str, missing: bool
) -> float:
    """For described questions: how far the file that the answer leads with (`led`, the best one where that is "") is
    ahead of the others or behind them, as the chance that it is the right one (a logistic curve fitted on the bench's
    questions and on commits of other repositories); less when hardly a word of the question stands in its best
    place, or many stand nowhere."""
    if ranking is None or not ranking.pieces:
        return NOTHING
    words = leading.words_of(question, catalogue)
    best = next((piece for piece in ranking.pieces if piece.path == led), ranking.pieces[0])
    covered = words.matched(f"{best.title} {best.path} {best.text}") / words.total
    other = max((score for path, score in ranking.files if path != best.path), default=0.0)
    lead = 1 - other / best.score if best.score else 0.0
    sure = 1 / (1 + math.exp(-(LEAD_BASE + LEAD_WEIGHT * max(LEAD_MIN, min(lead, LEAD_MAX)))))
    sure *= CLOSE_SHARE if _close(ranking) else 1.0
    sure *= min(1.0, covered / COVERED_USUAL) * min(1.0, words.known / KNOWN_USUAL)
    return sure * (0.6 if missing else 1.0)


def _led(claims: Sequence[Claim]) -> Evidence | None:
    """What an answer leads with, None where it cites no file."""
    return next((one for claim in claims for one in claim.evidence if one.path), None)


def _close(ranking: Ranking | None) -> list[Definition]:
    """The definitions that may as well be meant as the best."""
    found: dict[tuple[str, str], Definition] = {}
    pieces = ranking.pieces if ranking is not None else ()
    for piece in pieces:
        if piece.score < (1 - CLOSE) * pieces[0].score or len(found) > CLOSE_MAX:
            break
        if piece.definition is not None:
            found.setdefault((piece.path, piece.title), piece.definition)
    return list(found.values()) if len(found) > 1 else []


def _instead(claims: Sequence[Claim], close: Sequence[Definition]) -> tuple[str, ...]:
    """What a description may have meant instead of what the answer leads with, as questions."""
    leads = {piece.symbol for claim in claims[:1] for piece in claim.evidence}
    return tuple(f"what does `{one.symbol.qualname}` do?" for one in close if one.symbol.qualname not in leads)[
        :CLOSE_MAX
    ]
