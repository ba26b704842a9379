"""Settings that calls put: replication with its deletions, and the settings of an account.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutAccountSetting.html
"""

from collections.abc import Iterator

from shared_ecr.model.settings.account_settings import CALLED_SETTING
from shared_ecr.review.changes.registry.settings import SettingCase
from shared_ecr.review.deployments import Deployment
from shared_ecr.review.findings import RuleFinding, note, warning
from shared_ecr.review.rules.settings.replication import CALLED_OPERATION
from shared_ecr.review.settings import replication
from shared_ecr.review.settings.reviewed_setting import ReviewedSetting
from shared_ecr.review.verdict import Happening

# What they allow is judged nowhere else: they decide how layers are mounted, and which scanner is used.
_HARMLESS = frozenset({"BASIC_SCAN_TYPE_VERSION", "BLOB_MOUNTING"})


def _changed(case: SettingCase, _: Deployment) -> Iterator[RuleFinding]:
    """Find account settings that a call puts, and that other rules do not judge.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutAccountSetting.html
    """
    if case.happening is Happening.MOVED:
        return
    resource = case.held.resource
    if resource.properties.get("Operation") == CALLED_OPERATION:
        return
    verb = {Happening.CREATED: "is set", Happening.DELETED: "is no longer set"}.get(case.happening, "changes")
    is_known_setting = resource.text("Name") in _HARMLESS
    make = note if is_known_setting else warning
    yield make(
        "setting-changed", f"the account setting {verb}",
        "It applies to every repository of the account and Region" if is_known_setting else
        "It applies to every repository of the account and Region, and can widen what policies allow",
        "Check that it is intended",
    )  # fmt: skip


# A call that puts the replication is judged as the configuration is.
CALLED = ReviewedSetting(CALLED_SETTING.type, replication.REVIEWED.judged, _changed)
