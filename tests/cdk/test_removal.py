from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from cdk.synthesized import HERE, registry_of, repository_spec, shared_stack, template_of
from shared_ecr.model.repositories import Deleted, RepositorySpec
from shared_ecr_constructs import SharedRepository
from templates.synthesis import quick_app

DECLARED = """{
  scratch/emptied: {on_removal: {action: delete, reason: images of pull requests, empty_on_delete: true}},
  scratch/empty: {on_removal: {action: delete, reason: goes once it is empty}},
  team/app: {}}"""


@pytest.fixture(scope="module")
def resources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    app = quick_app(tmp_path_factory.mktemp("out"))
    template = template_of(shared_stack(app, registry_of(DECLARED)))
    repositories = [each for each in template["Resources"].values() if each["Type"] == "AWS::ECR::Repository"]
    return {each["Properties"]["RepositoryName"]: each for each in repositories}


def test_a_repository_stays_unless_it_says_otherwise(resources: dict[str, dict[str, Any]]) -> None:
    policies = {name: each["DeletionPolicy"] for name, each in resources.items()}
    assert policies == {"scratch/emptied": "Delete", "scratch/empty": "Delete", "team/app": "RetainExceptOnCreate"}


def test_what_is_replaced_stays_even_if_what_is_removed_goes(resources: dict[str, dict[str, Any]]) -> None:
    assert {each["UpdateReplacePolicy"] for each in resources.values()} == {"Retain"}


def test_only_the_images_of_a_repository_that_says_so_go_with_it(resources: dict[str, dict[str, Any]]) -> None:
    emptied = [name for name, each in resources.items() if each["Properties"].get("EmptyOnDelete")]
    assert emptied == ["scratch/emptied"]


def test_the_reason_of_a_deletion_is_in_the_template(resources: dict[str, dict[str, Any]]) -> None:
    assert resources["scratch/empty"]["Metadata"]["DeletedBecause"] == "goes once it is empty"


def test_one_repository_alone_is_deleted_as_it_says(tmp_path: Path) -> None:
    stack = cdk.Stack(quick_app(tmp_path), "Own")
    plain = repository_spec()
    spec = RepositorySpec(plain.name, encryption=plain.encryption, on_removal=Deleted("scratch", with_images=True))
    SharedRepository(stack, "Repository", spec=spec, place=HERE)
    (resource,) = template_of(stack)["Resources"].values()
    assert (resource["DeletionPolicy"], resource["Properties"]["EmptyOnDelete"]) == ("Delete", True)
