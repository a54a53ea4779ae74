"""Is a value of the form that was asked for? The part of JSON Schema that our own requests use.

Models break their promises about form; what they wrote is looked at here before anything relies on it. Never raises.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_FENCE = re.compile(r"^```(?:json)?\s*|\s*```$")
_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict, "array": list, "string": str, "boolean": bool, "number": (int, float), "integer": int,
    "null": type(None),
}  # fmt: skip


def parsed(text: str, schema: Mapping[str, Any]) -> Any | None:
    """The JSON value in a reply that fits the schema; None where there is none. A fence around it is forgiven."""
    try:
        value = json.loads(_FENCE.sub("", text.strip()))
    except (ValueError, RecursionError):
        return None
    return value if fits(value, schema) else None


def fits(value: Any, schema: Mapping[str, Any]) -> bool:
    """Whether the value has the types, keys, items and choices that the schema names."""
    kind = schema.get("type")
    if kind is not None and not _is(value, kind):
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        present = all(name in value for name in schema.get("required", ()))
        return present and all(fits(inner, properties[name]) for name, inner in value.items() if name in properties)
    if isinstance(value, list):
        return len(value) <= schema.get("maxItems", len(value)) and all(
            fits(inner, schema.get("items", {})) for inner in value
        )
    return True


def _is(value: Any, kind: str) -> bool:
    if kind in ("number", "integer") and isinstance(value, bool):
        return False
    return isinstance(value, _TYPES.get(kind, object))
