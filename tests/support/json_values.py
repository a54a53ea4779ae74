"""Anything that JSON can hold, for tests that hand it to those who read what others send."""

from __future__ import annotations

from hypothesis import strategies as st

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def payloads(keys: list[str]) -> st.SearchStrategy[object]:
    """The same, and objects with these keys, one in the other: what looks like the real thing and is not."""
    objects = st.dictionaries(st.sampled_from(keys), JSON, max_size=6)
    nested = st.dictionaries(st.sampled_from(keys), JSON | objects | st.lists(objects, max_size=3), max_size=4)
    return JSON | nested
