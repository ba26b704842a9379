from datetime import UTC, datetime, timedelta

from shared_ecr.fate.images import Image
from shared_ecr.fate.uncertainty import judge
from shared_ecr.model.lifecycle import LifecyclePolicy, LifecycleRule, NewestImages, Untagged

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def test_an_image_that_was_archived_once_and_is_in_standard_asks_nothing_about_restoring() -> None:
    policy = LifecyclePolicy((LifecycleRule(1, Untagged(), NewestImages(1)),))
    young = Image(f"sha256:{'0' * 64}", NOW)
    once_archived = Image(f"sha256:{'1' * 64}", NOW, archived_at=NOW - timedelta(days=1))
    notes = " ".join(note for verdict in judge(policy, [young, once_archived], NOW) for note in verdict.notes)
    assert "open-restored-age" not in notes
