"""The JSON Schema of a declaration, for editors: what may be written where, and what it means.

A schema says less than the reader: it knows kinds of values, keys and words, not what spans them. `document` is the
whole, `properties` what a repository may have, `lifecycle` its rules and presets, `pieces` what they are made of.
What a setting of the registry may have is described beside its reader.
It is committed as schema/registry.schema.json and printed by `shared-ecr schema`.
"""

import json


def render() -> str:
    """Render the schema as it is committed."""
    # The readers of settings use the pieces, and the whole uses the readers.
    from shared_ecr.declaration.schema.document import schema  # noqa: PLC0415 — see above

    return f"{json.dumps(schema(), indent=2, ensure_ascii=False)}\n"
