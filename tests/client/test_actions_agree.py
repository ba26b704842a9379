import botocore.session

from shared_ecr.access.actions import OPERATIONS, PERMISSION_ONLY
from shared_ecr.review.public_policies import ONLY_PUBLIC


def test_every_operation_of_botocores_model_is_an_action() -> None:
    model = botocore.session.get_session().get_service_model("ecr")
    assert set(model.operation_names) - set(OPERATIONS) == set()


def test_what_botocores_model_lacks_is_known_to_be_newer_than_its_oldest_release_we_allow() -> None:
    # Replication backfills came with botocore 1.44; the model of an older one lacks exactly them.
    model = botocore.session.get_session().get_service_model("ecr")
    newer = {
        "DescribeReplicationBackfillResults",
        "ListReplicationBackfills",
        "StartReplicationBackfill",
        "StopReplicationBackfill",
    }
    assert set(OPERATIONS) - set(model.operation_names) - newer == set()


def test_no_operation_has_the_name_of_a_permission() -> None:
    model = botocore.session.get_session().get_service_model("ecr")
    assert set(PERMISSION_ONLY) & set(model.operation_names) == set()


def test_every_action_of_public_repositories_is_one_of_private_ones_or_is_read_as_one() -> None:
    public = set(botocore.session.get_session().get_service_model("ecr-public").operation_names)
    assert public - set(OPERATIONS) == set(ONLY_PUBLIC)
    assert set(ONLY_PUBLIC.values()) <= set(OPERATIONS)
