"""Answers to questions that describe rather than name: what the ranking found, told from the statements that match.

`leading` says which definitions are told of; which of their lines speak to the question is decided here, by its words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from reverie_daemon.core.compose import citing, leading, prose
from reverie_daemon.core.compose.definitions import as_claim, kept, usage
from reverie_daemon.core.compose.describing import Said, body_of, cited, deed, doc_of, excerpt, name, noun, place, shown
from reverie_daemon.core.compose.flow import life
from reverie_daemon.core.compose.leading import PIECES_MAX, Words
from reverie_daemon.core.compose.paragraphs import paragraphs, plainly, says, stretches
from reverie_daemon.core.compose.steps import Step, clause, in_order, story
from reverie_daemon.core.naming import CALLABLE_KINDS, TYPE_KINDS
from reverie_daemon.core.nouns import Catalogue, Claim, Definition, Evidence
from reverie_daemon.core.questions import Question
from reverie_daemon.core.ranking import Piece, Ranking
from reverie_daemon.core.wording import asks_yes_or_no

TOLD_MAX = 3
STATEMENTS_MAX = 5
STORY_MAX = 24
QUOTED_LINES_MAX = 8
SENTENCES_MAX = 2
"""So many steps are told as sentences rather than in a list."""

_CHANGES = re.compile(r"(?:^|/)(?:change|history|news|release)[\w-]*\.\w+$", re.I)


def described(question: Question, catalogue: Catalogue, ranking: Ranking | None) -> list[Claim]:
    """The best one to three places, what each does that bears on the question, and what stands around them."""
    words = leading.words_of(question, catalogue)
    chosen = leading.chosen(question, catalogue, ranking, words)
    if not chosen:
        return _documents(catalogue, ranking, words)
    best = chosen[0]
    lead, step = _lead(catalogue, best, words, question)
    claims = [lead, *_told(catalogue, best, words, question, step)]
    for other in chosen[1:TOLD_MAX]:
        claims += _second(catalogue, other, words)
    if question.asks in ("why", "what", "how") or not chosen:
        claims += _document(catalogue, ranking, words, question)
    claims += usage(catalogue, best, named=True)
    related = [item for item in chosen[TOLD_MAX:] if item not in chosen[:TOLD_MAX]][:4]
    return kept([*claims, _related(catalogue, related)])


def _lead(catalogue: Catalogue, best: Definition, words: Words, question: Question) -> tuple[Claim, Step | None]:
    """What and where in one sentence; where no doc says it, with the step that speaks most to the question."""
    said, sentence = deed(best), doc_of(best)
    evidence = citing.head(catalogue, best)
    telling = _telling(catalogue, best, words.beyond(best.symbol.name), 1) or _telling(catalogue, best, words, 1)
    if asks_yes_or_no(question.text):
        text = f"I cannot say yes or no from names and docs alone; what speaks to it is {cited(best)}"
        text += f", which {said}" if said else f": {sentence}" if sentence else f", {noun(best)}"
    elif question.asks == "where":
        text = f"That happens in {cited(best)}" if best.symbol.kind in CALLABLE_KINDS else f"That is {cited(best)}"
        text += (
            f", which {said}"
            if said and not said.startswith("is ")
            else f", {said.removeprefix('is ')}"
            if said
            else ""
        )
    elif said:
        text = f"{cited(best)} {said}"
    elif sentence:
        text = (
            f"{name(best)}, {noun(best)} at {place(best)}: "
            f"{sentence[:1].lower() + sentence[1:] if sentence[:4] in ('The ', 'This') else sentence}"
        )
    elif telling:
        text = f"{name(best)}, {noun(best)} at {place(best)}, is where this is done: {clause(telling[0])}"
        return citing.claim(prose.ended(text), evidence, telling[0].said.evidence), telling[0]
    else:
        text = f"{name(best)}, {noun(best)} at {place(best)}, is what fits that description best"
    return citing.claim(prose.ended(text), evidence), None


def _told(catalogue: Catalogue, best: Definition, words: Words, question: Question, said: Step | None) -> list[Claim]:
    """What in the best place bears on the question: doc sentences, then statements in order, of a type its life. The
    step that was `said` is told again in a list only."""
    claims = [as_claim(_doc_sentences(catalogue, best, words))]
    if question.asks == "how" and best.symbol.kind in TYPE_KINDS:
        return [*claims, *life(catalogue, best)]
    if best.symbol.kind not in CALLABLE_KINDS:
        claims.append(as_claim(_uses_of_value(catalogue, best)))
        return claims
    steps = _telling(catalogue, best, words, STATEMENTS_MAX)
    if question.asks == "how" or not steps:
        told = _without(said, story(catalogue, best, 8))
        return [*claims, as_claim(in_order(told))]
    steps = _without(said, steps)
    if not steps:
        return claims
    evidence = tuple(item for step in steps for item in step.said.evidence)
    if len(steps) == 1:
        claims.append(citing.claim(prose.ended(prose.capital(clause(steps[0]))), evidence))
    else:
        rows = "\n".join(
            f"{number}. {prose.ended(prose.capital(step.said.text))}" for number, step in enumerate(steps, start=1)
        )
        claims.append(citing.claim(f"In {name(best)}, in this order:\n\n{rows}", evidence))
    short = excerpt(catalogue, best, 9)
    return [*claims, as_claim(short)] if short else claims


def _without(said: Step | None, steps: Sequence[Step]) -> list[Step]:
    """Steps without the one that was said, where so few of them are told that it would be said twice."""
    few = len(steps) <= SENTENCES_MAX and said is not None
    return [step for step in steps if not (few and said is not None and step.statement.line == said.statement.line)]


def _doc_sentences(catalogue: Catalogue, definition: Definition, words: Words, limit: int = 3) -> Said:
    """The doc's other sentences that share words with the question, in their order."""
    every = [
        text.removeprefix("- ")
        for paragraph in prose.paragraphs(definition.symbol.doc)
        for text in prose.sentences(paragraph)
    ][1:]
    every = [text for text in every if not text.endswith(":")]  # what it introduces is not shown
    scored = [(words.matched(text) / words.total, at, text) for at, text in enumerate(every)]
    best = sorted((item for item in scored if item[0] > 0.08), key=lambda item: (-item[0], item[1]))[:limit]
    if not best:
        return Said("")
    said = " ".join(prose.ended(prose.shorten(text, 320)) for _, _, text in sorted(best, key=lambda item: item[1]))
    return Said(said, citing.named_lines(catalogue, definition, said))


def _telling(catalogue: Catalogue, definition: Definition, words: Words, limit: int) -> list[Step]:
    """The steps of a body that share most with the question, in order of the source."""
    if definition.symbol.kind not in CALLABLE_KINDS:
        return []
    lines = catalogue.text(definition.path) or ()
    steps = story(catalogue, definition, STORY_MAX)
    scored = [(_step_match(step, lines, words), at, step) for at, step in enumerate(steps)]
    fitting = sorted((item for item in scored if item[0] > 0.05 * words.total), key=lambda item: (-item[0], item[1]))
    return [step for _, _, step in sorted(fitting[:limit], key=lambda item: item[1])]


def _step_match(step: Step, lines: Sequence[str], words: Words) -> float:
    text = " ".join(lines[step.statement.line - 1 : step.statement.end_line])
    return words.matched(f"{text} {citing.unmarked(step.said.text)}") + (0.5 if step.statement.kind == "raise" else 0.0)


def _uses_of_value(catalogue: Catalogue, definition: Definition) -> Said:
    """Where an attribute or constant is read and set: the lines that give it meaning."""
    if definition.symbol.kind not in ("attribute", "constant", "variable", "property"):
        return Said("")
    lines = catalogue.text(definition.path)
    if lines is None:
        return Said("")
    outline = [item for item in catalogue.outline(definition.path) if item.symbol.kind in CALLABLE_KINDS]
    rows: list[str] = []
    evidence: list[Evidence] = []
    for scope in outline:
        for item in body_of(catalogue, scope)[:80]:
            if definition.symbol.name not in item.text or len(rows) >= 5:
                continue
            act = (
                f"checks {prose.code(item.head, 70)}"
                if item.kind == "if"
                else f"uses it in {prose.code(item.text, 80)}"
            )
            rows.append(f"{name(scope)} {act} ({citing.mark(scope.path, item.line)})")
            evidence += citing.lines_of(catalogue, scope, item.line, item.end_line)
            break
    return Said(f"{prose.capital(prose.joined(rows))}.", tuple(evidence)) if rows else Said("")


def _second(catalogue: Catalogue, other: Definition, words: Words) -> list[Claim]:
    """A further place, in one sentence and its most telling statement."""
    said, sentence = deed(other), doc_of(other)
    telling = _telling(catalogue, other, words, 2)
    if said:
        text = f"{cited(other)} {said}"
    elif sentence:
        text = f"{name(other)} ({place(other)}): {sentence}"
    elif telling:
        return [
            citing.claim(
                f"In {cited(other)}, {prose.ended(clause(telling[0]))}",
                citing.head(catalogue, other),
                telling[0].said.evidence,
            )
        ]
    else:
        return []
    text = prose.ended(text)
    evidence = list(citing.head(catalogue, other))
    if telling:
        text += f" There, {prose.ended('; '.join(clause(item) for item in telling))}"
        evidence += [item for one in telling for item in one.said.evidence]
    return [citing.claim(text, evidence)]


def _related(catalogue: Catalogue, related: Sequence[Definition]) -> Claim:
    if not related:
        return citing.claim("")
    evidence = [item for one in related for item in citing.head(catalogue, one)]
    return citing.claim(f"See also {prose.joined([cited(item) for item in related])}.", evidence)


def _document(catalogue: Catalogue, ranking: Ranking | None, words: Words, question: Question) -> list[Claim]:
    """What the documents say about it, where a passage of theirs shares much with the question."""
    pieces = [
        piece
        for piece in (ranking.pieces if ranking else ())
        if piece.role == "docs" and not _CHANGES.search(piece.path)
    ][:4]
    best = max(pieces, key=lambda piece: words.matched(piece.text), default=None)
    if best is None or words.matched(best.text) < 0.45 * words.total:
        return []
    return _quoted(catalogue, best, words)


def _documents(catalogue: Catalogue, ranking: Ranking | None, words: Words) -> list[Claim]:
    """An answer from documents, configuration or module-level text only."""
    pieces = list(ranking.pieces[:PIECES_MAX]) if ranking else []
    claims: list[Claim] = []
    for piece in pieces[:3]:
        claims += _quoted(catalogue, piece, words)
    return claims


def _quoted(catalogue: Catalogue, piece: Piece, words: Words) -> list[Claim]:
    """The paragraph of a passage that says most, quoted with its line; where there is no prose, as it stands."""
    told = paragraphs(catalogue.text(piece.path) or (), piece.span) if piece.role == "docs" else []
    said = [one for one in told if not one.code and says(one)]
    every = said or stretches(citing.lines_at(catalogue, piece.path, piece.span), piece.span.start_line)
    if not every:
        return []
    best = max(every, key=lambda one: (words.matched(" ".join(one.lines)) + 0.01 * len(one.lines), -one.start))
    evidence = citing.span_evidence(catalogue, piece.path, piece.blob, best.start, best.end)
    at = citing.mark(piece.path, best.start)
    if not said:
        quoted = "\n".join(map(shown, best.lines[:QUOTED_LINES_MAX]))
        return [citing.claim(f"{at} has\n\n```\n{quoted}\n```", evidence)]
    title = f"“{piece.title}” " if piece.title else ""
    return [citing.claim(f"The documents, {title}({at}), say: {prose.shorten(plainly(best), 500)}", evidence)]
