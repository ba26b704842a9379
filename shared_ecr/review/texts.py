"""JSON written out as CloudFormation hands it to ECR: without blanks, numbers in their own digits."""

import json

from shared_ecr.documents.json_text import Json, Number


def written_out(value: Json) -> str:
    """Write *value* as JSON without blanks; equal values give equal texts, so it also tells them apart."""
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
