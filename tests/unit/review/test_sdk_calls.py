import botocore.session
import pytest

from shared_ecr.review.sdk_calls.calls import CallPhase, sdk_calls
from shared_ecr.review.sdk_calls.operations import OPERATIONS, OperationKind, kind_of
from shared_ecr.review.sdk_calls.properties import called_resource, changed_properties
from unit.review.deployed import resource

# They are in the API reference, and in newer service models than the one that is pinned here.
NEWER = {
    "DescribeReplicationBackfillResults", "ListReplicationBackfills", "StartReplicationBackfill",
    "StopReplicationBackfill",
}  # fmt: skip
SERVICES = botocore.session.get_session()


@pytest.mark.parametrize("service", ["ecr", "ecr-public"])
def test_every_operation_of_the_service_model_has_a_row(service: str) -> None:
    operations = set(SERVICES.get_service_model(service).operation_names)
    assert (operations - {*OPERATIONS[service]}, {*OPERATIONS[service]} - operations - NEWER) == (set(), set())


def test_the_operations_of_kms_that_take_a_key_away_exist() -> None:
    assert {*OPERATIONS["kms"]} <= set(SERVICES.get_service_model("kms").operation_names)


@pytest.mark.parametrize("service", ["ecr", "ecr-public"])
def test_every_operation_that_puts_something_has_an_effect(service: str) -> None:
    puts = [name for name, kind in OPERATIONS[service].items() if kind is OperationKind.PUTS]
    calls = [sdk_calls(resource("Custom::AWS", {"Create": {"service": service, "action": name}})) for name in puts]
    found = [each[CallPhase.CREATE] for each in calls]
    assert [each.operation for each in found if not (changed_properties({}, each) or called_resource(each))] == []


@pytest.mark.parametrize(("service", "action", "name"), [
    ("ECR", "setRepositoryPolicy", "ecr:SetRepositoryPolicy"),
    ("ecr", "SetRepositoryPolicy", "ecr:SetRepositoryPolicy"),
    ("@aws-sdk/client-ecr", "SetRepositoryPolicyCommand", "ecr:SetRepositoryPolicy"),
    ("client-ecr", "setRepositoryPolicy", "ecr:SetRepositoryPolicy"),
    ("AWS.ECR", "setRepositoryPolicy", "ecr:SetRepositoryPolicy"),
    ("S3", "putObject", "S3:PutObject"),
    ("ECRPUBLIC", "deleteRepository", "ecr-public:DeleteRepository"),
    ("@aws-sdk/client-ecr-public", "deleteRepository", "ecr-public:DeleteRepository"),
    ("${Deployed:Service}", "deleteRepository", "a call that is known only once deployed"),
    ("ECR", "${Deployed:Action}", "a call that is known only once deployed"),
])  # fmt: skip
def test_a_call_is_named_as_iam_names_it(service: str, action: object, name: str) -> None:
    calls = sdk_calls(resource("Custom::Any", {"Update": {"service": service, "action": action}}))
    assert calls[CallPhase.UPDATE].name == name


@pytest.mark.parametrize("written", ["", "{", "[]", "{}", {"service": "ECR"}, 1, None])
def test_what_is_no_call_is_none_of_an_unknown_type_and_unreadable_of_cdk_s_own(written: object) -> None:
    held = {"Create": written}
    assert sdk_calls(resource("Custom::Any", held)) == {}
    assert [each.is_readable for each in sdk_calls(resource("Custom::AWS", held)).values()] in ([], [False])


def test_a_resource_of_aws_makes_no_calls() -> None:
    assert sdk_calls(resource("AWS::SNS::Topic", {"Create": {"service": "ECR", "action": "deleteRepository"}})) == {}


def test_an_operation_of_ecr_that_is_not_known_has_no_kind() -> None:
    assert kind_of("ecr", "ShareRepository") is None
    assert kind_of("kms", "DescribeKey") is OperationKind.HARMLESS
