import botocore.session

from shared_ecr.client.aws.service_models import add_newer_operations

BACKFILLS = {
    "DescribeReplicationBackfillResults", "ListReplicationBackfills", "StartReplicationBackfill",
    "StopReplicationBackfill",
}  # fmt: skip


def test_every_allowed_botocore_has_the_operations_of_backfills() -> None:
    session = botocore.session.Session()
    add_newer_operations(session)
    assert set(session.get_service_model("ecr").operation_names) >= BACKFILLS


def test_every_shape_of_the_added_operations_is_known() -> None:
    session = botocore.session.Session()
    add_newer_operations(session)
    model = session.get_service_model("ecr")
    for name in BACKFILLS:
        operation = model.operation_model(name)
        assert operation.input_shape
        assert operation.input_shape.members
        assert operation.output_shape
        assert operation.output_shape.members
        assert operation.error_shapes


def test_nothing_else_of_the_model_changes() -> None:
    plain, extended = botocore.session.Session(), botocore.session.Session()
    add_newer_operations(extended)
    before, after = (each.get_service_model("ecr") for each in (plain, extended))
    assert set(after.operation_names) - set(before.operation_names) <= BACKFILLS
    assert after.operation_model("PutImage").documentation == before.operation_model("PutImage").documentation
