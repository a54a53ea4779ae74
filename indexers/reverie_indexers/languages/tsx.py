"""TSX: TypeScript with JSX. Another grammar, since `<T>x` is a cast in one and an element in the other."""

from __future__ import annotations

from dataclasses import replace

from reverie_indexers.languages import javascript, typescript

LANGUAGE = replace(
    typescript.LANGUAGE,
    name="tsx",
    suffixes=(".tsx",),
    shebangs=(),
    grammar="tree_sitter_typescript:language_tsx",
    query=typescript.SHARED_QUERY + javascript.JSX_QUERY,
)
