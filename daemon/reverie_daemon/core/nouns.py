"""The domain's nouns, as frozen values that cross module borders. No behaviour beyond small derived properties.

Paths are `str` as `os.fsdecode` gives them, relative to the worktree's root, with "/" between parts; the store keeps
them as bytes and the wire escapes what is not UTF-8.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from reverie_indexers.facts import LINES_MAX, Import, Reference, Span, Symbol

BlobId = str
"""Git's object id of a file's bytes, hexadecimal."""

Route = Literal["remembered", "learned", "composed", "raw"]

FileRole = Literal["source", "test", "docs", "config", "data", "generated", "vendored"]
"""What a file is for, judged from its path and first lines; `generated` and `vendored` rank last."""


@dataclass(frozen=True, slots=True)
class FileVersion:
    """A path and the blob it holds in a worktree now."""

    path: str
    blob: BlobId
    language: str
    lines: int
    role: FileRole


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """Paths whose blob differs from what the store holds: `changed` are new or different, `deleted` are gone."""

    changed: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changed or self.deleted)


@dataclass(frozen=True, slots=True)
class Definition:
    """A symbol where it stands now. `ordinal` is its index in its file's facts."""

    path: str
    blob: BlobId
    language: str
    role: FileRole
    ordinal: int
    symbol: Symbol


@dataclass(frozen=True, slots=True)
class Site:
    """A reference where it stands now; `scope` is the definition around it, None at module level."""

    path: str
    blob: BlobId
    reference: Reference
    scope: Definition | None


@dataclass(frozen=True, slots=True)
class PassageHit:
    """A passage that a search found. `score` is BM25, or a cosine where meaning was searched; higher is better. `text`
    is the passage as stored (redacted). `definition` is the symbol it belongs to, None outside symbols. `place` is the
    number of this content in this store's search indexes, and says nothing in another store."""

    path: str
    blob: BlobId
    language: str
    role: FileRole
    span: Span
    title: str
    text: str
    score: float
    definition: Definition | None
    place: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit of the history. `date` is ISO 8601 with the author's offset; `paths` are those it touched (status
    letter and path), at most 200 of them."""

    oid: str
    author: str
    date: str
    subject: str
    body: str
    paths: tuple[tuple[str, str], ...] = ()


NOWHERE = Span(0, 0)
"""The span of evidence that is a commit."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a claim rests on: a span of a blob, with the digest of its quoted lines; or a commit.

    For a span `path`, `blob`, `span` and `digest` are set, `symbol` where the span is one's; for a commit, `commit`.
    """

    path: str = ""
    blob: BlobId = ""
    span: Span = NOWHERE
    symbol: str = ""
    digest: str = ""
    commit: Commit | None = None
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement of an answer (Markdown) with the evidence it cites; `text` already carries `path:line` marks."""

    text: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Tokens:
    """What an answer cost and what it would have cost; see `core/savings.py` for the definitions."""

    prompt: int = 0
    cached: int = 0
    completion: int = 0
    baseline: int = 0

    @property
    def spent(self) -> int:
        return self.prompt + self.completion

    @property
    def saved(self) -> int:
        return self.baseline - self.spent


@dataclass(frozen=True, slots=True)
class Composition:
    """An answer put together without a model, before it is checked against the disk and priced.

    `claims` in reading order, the first answers; `evidence` most relevant first; `confidence` between 0 and 1;
    `readings` lists what an ambiguous question could mean, each a question that can be asked as it stands.
    """

    kind: str
    claims: tuple[Claim, ...]
    evidence: tuple[Evidence, ...]
    confidence: float
    readings: tuple[str, ...] = ()
    subjects: tuple[str, ...] = field(default=())

    @property
    def markdown(self) -> str:
        return "\n\n".join(claim.text for claim in self.claims)


class Catalogue(Protocol):
    """What the core may ask about one worktree as it is now. Every method is a query without side effects whose result
    is ordered and deterministic, so that it can be an input of an answer: asked again, it tells whether the answer is
    still fresh. `under` restricts to a folder ("" is the whole worktree). Limits are upper bounds."""

    @property
    def name(self) -> str:
        """The repository's name: the last part of its folder or origin."""
        ...

    def files(self, under: str = "") -> Sequence[FileVersion]:
        """All files that are indexed, by path."""
        ...

    def search(
        self, terms: Sequence[str], limit: int, under: str = "", roles: Collection[FileRole] = ()
    ) -> Sequence[PassageHit]:
        """Passages that contain any of the terms (stemmed, case-insensitive, identifiers split), best first; only those
        of files with one of the roles when some are given, so that tests do not use up the limit."""
        ...

    def near(self, text: str, limit: int, under: str = "", roles: Collection[FileRole] = ()) -> Sequence[PassageHit]:
        """Passages whose meaning is nearest to the text's, nearest first; none before meanings are learned, or while
        they cannot be looked up."""
        ...

    def nearness(self, text: str, under: str = "") -> Mapping[int, float]:
        """The cosines of the passages nearest to the text in meaning, by their places; a passage that is not among them
        is further off than these. Empty where `near` is."""
        ...

    def frequency(self, term: str) -> int:
        """In how many passages the term occurs."""
        ...

    def passage_count(self) -> int:
        """How many passages there are."""
        ...

    def definitions(self, name: str, limit: int = 50) -> Sequence[Definition]:
        """Symbols with exactly this last name (case-sensitive)."""
        ...

    def similar_names(self, name: str, limit: int = 10) -> Sequence[str]:
        """Names that symbols have and that resemble this one: other case, a prefix, a typo; most similar first."""
        ...

    def outline(self, path: str) -> Sequence[Definition]:
        """All symbols of a file, in order."""
        ...

    def references(self, name: str, limit: int = 200) -> Sequence[Site]:
        """Uses of this last name, everywhere."""
        ...

    def reference_count(self, name: str) -> int:
        """In how many files this name is used."""
        ...

    def uses(self, path: str, start_line: int = 1, end_line: int = LINES_MAX) -> Sequence[Reference]:
        """The references of a file between two lines, in order of line."""
        ...

    def imports(self, path: str) -> Sequence[Import]:
        """What a file imports."""
        ...

    def importers(self, module: str, limit: int = 200) -> Sequence[tuple[str, Import]]:
        """Files that import a module whose last part is this one, with the import."""
        ...

    def text(self, path: str) -> Sequence[str] | None:
        """The file's lines on disk now (redacted, decoded); None when it cannot be read."""
        ...

    def commits(self, path: str = "", limit: int = 20) -> Sequence[Commit]:
        """Newest first; those that touched the path (a file or folder) when one is given."""
        ...

    def commit(self, revision: str) -> Commit | None:
        """A commit by (abbreviated) object id, or "HEAD"."""
        ...

    def changed_together(self, path: str, limit: int = 10) -> Sequence[tuple[str, int]]:
        """Paths that commits touched together with this one, with how often, most often first."""
        ...

    def line_history(self, path: str, span: Span, limit: int = 5) -> Sequence[Commit]:
        """Commits that last touched these lines (blame), newest first; bounded in time, may be empty."""
        ...

    def uncommitted(self) -> Sequence[str]:
        """Paths that differ from HEAD, untracked ones included."""
        ...

    def noted(self, analysis: str, kind: str, name: str) -> Sequence[Claim]:
        """The claims that an analysis last found about a topic; see `core/notes.py` for topics."""
        ...
