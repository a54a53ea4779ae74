"""What Rust's `impl` blocks say about a type belongs to the type, wherever the block stands."""

from __future__ import annotations

from reverie_indexers import index


def test_an_implemented_trait_belongs_to_the_type_defined_elsewhere_in_the_file() -> None:
    """Which types implement a trait can only be answered when the implementation names its type."""
    facts = index("struct Store;\n\ntrait Shelf {}\n\nimpl Shelf for &Store {}\n", "rust")
    (inherited,) = [use for use in facts.references if use.kind == "inherit"]
    assert inherited.name == "Shelf"
    assert facts.symbols[inherited.scope].qualname == "Store"
