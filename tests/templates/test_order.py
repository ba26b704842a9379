import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from shared_ecr.declaration import parse
from templates.cases import CASES, Case
from templates.synthesis import synthesize

# Lists whose order means something: the Regions name the stacks' order, patterns and filters are ECR's to read.
_ORDERED = {"regions", "tagPatternList", "tagPrefixList", "immutable_except", "mutable_except"}


@pytest.mark.parametrize("reorder", [reversed, sorted], ids=["reversed", "sorted"])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_order_of_the_declaration_is_not_in_the_template(
    case: Case, reorder: Callable[[Any], Any], synthesized: dict[Case, dict[str, str]], tmp_path: Path
) -> None:
    document = yaml.safe_load(case.declaration.read_text())
    # JSON is YAML, and says the same with every key and every list in another place.
    text = json.dumps(_reordered(document, reorder))

    assert synthesize(parse(text).registry, tmp_path) == synthesized[case]


def _reordered(node: Any, reorder: Callable[[Any], Any], key: str = "") -> Any:
    if isinstance(node, dict):
        return {name: _reordered(node[name], reorder, name) for name in reorder(list(node))}
    if isinstance(node, list) and key not in _ORDERED:
        return sorted((_reordered(item, reorder) for item in node), key=json.dumps, reverse=reorder is reversed)
    return node
