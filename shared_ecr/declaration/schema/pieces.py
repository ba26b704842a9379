"""Pieces of a JSON Schema, draft 2020-12. A variable may take the place of any value but a list or a mapping."""

from collections.abc import Collection, Mapping
from typing import Any

Schema = dict[str, Any]
# https://json-schema.org/draft/2020-12/json-schema-core
DRAFT = "https://json-schema.org/draft/2020-12/schema"
VARIABLE: Schema = {"type": "string", "pattern": r"\$\{env:[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\}"}
NULL: Schema = {"type": "null", "description": "Clears the value of the defaults"}


def text(description: str = "", *, pattern: str = "") -> Schema:
    """Describe a text, whole or with variables in it."""
    plain: Schema = {"type": "string"}
    if pattern:
        plain = {"anyOf": [{"type": "string", "pattern": f"^(?:{pattern})$"}, VARIABLE]}
    return _about(plain, description)


def long_text(at_most: int, description: str) -> Schema:
    """Describe a text of at most so many characters."""
    return {"description": description, "type": "string", "maxLength": at_most}


def word(*words: str, description: str = "") -> Schema:
    """Describe one of a few words."""
    return _about({"anyOf": [{"enum": list(words)}, VARIABLE]}, description)


def boolean(description: str) -> Schema:
    """Describe true or false."""
    return _about({"anyOf": [{"type": "boolean"}, VARIABLE]}, description)


def number(description: str, *, at_least: int = 1, at_most: int | None = None) -> Schema:
    """Describe a whole number."""
    limits = {"minimum": at_least} | ({} if at_most is None else {"maximum": at_most})
    return _about({"anyOf": [{"type": "integer", **limits}, VARIABLE]}, description)


def account(description: str) -> Schema:
    """Describe an account: one of the declared names, or twelve digits, with quotes or without."""
    return _about({"type": ["string", "integer"]}, description)


def array(items: Schema, description: str = "", *, at_least: int = 0) -> Schema:
    """Describe a list."""
    return _about({"type": "array", "items": items, **({"minItems": at_least} if at_least else {})}, description)


def closed(properties: Mapping[str, Schema], *, required: Collection[str] = (), description: str = "") -> Schema:
    """Describe a mapping that has no other keys."""
    shape: Schema = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    if required:
        shape["required"] = list(required)
    return _about(shape, description)


def part(properties: Mapping[str, Schema], description: str = "") -> Schema:
    """Describe a mapping that merges with another: each key may be missing, or be cleared."""
    return closed({key: clearable(schema) for key, schema in properties.items()}, description=description)


def named(values: Schema, description: str, *, names: Schema | None = None) -> Schema:
    """Describe a mapping of names to *values*."""
    shape: Schema = {"type": "object", "additionalProperties": values, **({"propertyNames": names} if names else {})}
    return _about(shape, description)


def either(*alternatives: Schema, description: str = "") -> Schema:
    """Describe what has several forms."""
    return _about({"anyOf": list(alternatives)}, description)


def reference(name: str) -> Schema:
    """Refer to a definition."""
    return {"$ref": f"#/$defs/{name}"}


def clearable(schema: Schema) -> Schema:
    """Admit `null`, which clears what the defaults say."""
    description = schema.get("description", "")
    inner = {key: value for key, value in schema.items() if key != "description"}
    return _about({"anyOf": [*inner["anyOf"], NULL] if set(inner) == {"anyOf"} else [inner, NULL]}, description)


def _about(schema: Schema, description: str) -> Schema:
    return {"description": description, **schema} if description else schema
