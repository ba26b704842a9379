"""JSON as CloudFormation hands it to ECR, and the parameters of calls in the spelling of its properties."""

import json

from shared_ecr.documents.json_text import Json, Number


def sorted_text(value: Json) -> str:
    """Write *value* with its keys in order, so that another order of keys is the same text.

    CloudFormation hands numbers to programs as texts, so 1 and "1" are the same here.
    """
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def written_out(value: Json) -> str:
    """Write *value* as JSON without spaces; equal values give equal texts, so it also distinguishes them."""
    match value:
        case Number():
            return str(value)
        case list():
            return f"[{','.join(map(written_out, value))}]"
        case dict():
            members = (f"{json.dumps(key, ensure_ascii=False)}:{written_out(each)}" for key, each in value.items())
            return f"{{{','.join(members)}}}"
        case _:
            return json.dumps(value, ensure_ascii=False)
