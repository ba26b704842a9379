"""The resource schemas of CloudFormation, which cfn-lint ships."""

import json
from pathlib import Path
from typing import Any

import cfnlint  # type: ignore[import-untyped]  # it ships no types

_SCHEMAS = Path(cfnlint.__file__).parent / "data/schemas"
_FILES: dict[str, str] = json.loads((_SCHEMAS / "providers/us-east-1.json").read_text(encoding="utf-8"))
TYPES_OF_ECR = sorted(type_ for type_ in _FILES if type_.startswith("AWS::ECR::"))


def schema(type_: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((_SCHEMAS / f"resources/{_FILES[type_]}.json").read_text(encoding="utf-8"))
    return found
