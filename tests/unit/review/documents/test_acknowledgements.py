from pathlib import Path

import pytest

from unit.review.documents.reading import named, read, repository, resources


@pytest.mark.parametrize(("metadata", "expected"), [
    ({"shared-ecr": {"acknowledged": {"policy-public": "the gallery"}}}, [("policy-public", "the gallery")]),
    ({"shared-ecr": {"acknowledged": {"policy-public": ""}}}, []),
    ({"shared-ecr": {"acknowledged": {"policy-public": 7, "b": ["x"]}}}, [("policy-public", "7")]),
    ({"cdk_nag": {"rules_to_suppress": [{"id": "AwsSolutions-ECR1", "reason": "r"}]}}, [("AwsSolutions-ECR1", "r")]),
    ({"cfn_nag": {"rules_to_suppress": [{"id": "W79", "reason": "r"}, "x", {}]}}, [("W79", "r")]),
    ({"checkov": {"skip": [{"id": "CKV_AWS_51", "comment": "r"}]}}, [("CKV_AWS_51", "r")]),
    ({"guard": {"SuppressedRules": ["CT.ECR.PR.3", {}]}}, [("CT.ECR.PR.3", "")]),
    ({"checkov": [], "cdk_nag": {"rules_to_suppress": "x"}, "guard": {}, "shared-ecr": "x"}, []),
    ("x", []),
], ids=str)  # fmt: skip
def test_what_the_metadata_acknowledges_is_read(
    tmp_path: Path, metadata: object, expected: list[tuple[str, str]]
) -> None:
    template = resources(App={**repository(), "Metadata": metadata})
    assert list(named(read(tmp_path, template), "App").acknowledged) == expected
