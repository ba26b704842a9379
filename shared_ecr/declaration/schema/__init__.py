"""The JSON Schema of a declaration, for editors: what may be written where, and what it means.

A schema says less than the reader: it knows kinds of values, keys and words, not what spans them. `document` is the
whole, `properties` what a repository may have, `lifecycle` its rules and presets, `settings` what belongs to the
registry as a whole, `pieces` what they are made of.
It is committed as schema/registry.schema.json and printed by `shared-ecr schema`.
"""

import json

from shared_ecr.declaration.schema.document import schema


def render() -> str:
    """Render the schema as it is committed."""
    return f"{json.dumps(schema(), indent=2, ensure_ascii=False)}\n"


__all__ = ["render", "schema"]
