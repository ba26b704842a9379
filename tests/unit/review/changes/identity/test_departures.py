import pytest

from shared_ecr.review.deployments import Deployment, RegistryHome
from unit.review.changes.sides import ACCOUNT, Body, changed, repository, side, stack

TOPIC: Body = {"Type": "AWS::SNS::Topic", "Properties": {}}
NESTED: Body = {"Type": "AWS::CloudFormation::Stack", "Properties": {}}
APP = repository(keep=False)


def what(before: Deployment, after: Deployment) -> str:
    [found] = changed(before, after).findings
    return found.what


def test_the_last_repository_of_a_stack_that_stays_is_deleted_by_this_deployment() -> None:
    found = what(side(App=APP, Topic=TOPIC), side(Topic=TOPIC))
    assert found == "it leaves stack shared-ecr and is deleted, which fails while it holds images"


def test_a_stack_that_no_document_deploys_stays_until_it_is_deleted() -> None:
    found = what(side(stack("one", App=APP), stack("two", Topic=TOPIC)), side(stack("two", Topic=TOPIC)))
    assert found.startswith(
        "no document deploys stack one any more; when the stack is deleted, the repository is deleted"
    )


def test_a_stack_of_one_name_in_another_region_is_another_stack() -> None:
    elsewhere = stack("one", RegistryHome(ACCOUNT, "eu-west-1"), Topic=TOPIC)
    assert what(side(stack("one", App=APP)), side(elsewhere)).startswith("no document deploys stack one")


def test_a_nested_stack_that_leaves_its_parent_is_deleted_by_this_deployment() -> None:
    before = side(stack("root", Nested=NESTED), stack("root/Nested", App=APP))
    found = what(before, side(stack("root", Topic=TOPIC)))
    assert found.startswith("the nested stack root/Nested leaves its parent, and with it the repository is deleted")


def test_a_nested_stack_in_a_nested_stack_is_deleted_with_it() -> None:
    before = side(stack("root", A=NESTED), stack("root/A", B=NESTED), stack("root/A/B", App=APP))
    assert what(before, side(stack("root", Topic=TOPIC))).startswith("the nested stack root/A/B leaves its parent")


@pytest.mark.parametrize("policy", ["Retain", "RetainExceptOnCreate"])
def test_a_nested_stack_that_is_retained_stays_as_it_is(policy: str) -> None:
    before = side(stack("root", Nested=NESTED | {"DeletionPolicy": policy}), stack("root/Nested", App=APP))
    assert what(before, side(stack("root", Topic=TOPIC))).startswith("no document deploys stack root/Nested")
