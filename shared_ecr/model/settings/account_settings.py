"""Settings of an account's registry in a Region that have no resource type.

Source: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutAccountSetting.html
"""

from collections.abc import Iterator

from shared_ecr.model.names import EcrRegistry
from shared_ecr.model.property_shapes import TEXT, ObjectOf
from shared_ecr.model.settings.api_calls import CalledSetting
from shared_ecr.model.settings.replication import REPLICATION
from shared_ecr.model.settings.setting import Setting, SettingsSpec
from shared_ecr.model.settings.setting_type import SettingType, TerraformType
from shared_ecr.records import record


@record
class AccountSettings:
    """The settings that are declared; None leaves one as the account has it.

    A setting that leaves the declaration stays as it was: AWS has no way to unset one.
    """

    blob_mounting: bool | None = None
    """Whether a push may take layers from another repository of the registry with the same encryption key."""
    registry_policy_scope: str | None = None
    """`V2`: the registry policy can have every action and is evaluated for every request."""
    basic_scan_type_version: str | None = None
    """`AWS_NATIVE`, the only scanner since Clair ended in February 2026."""

    def calls(self) -> Iterator[CalledSetting]:
        """Yield the call that puts each declared setting."""
        mounting = {True: "ENABLED", False: "DISABLED", None: None}[self.blob_mounting]
        for name, value in (
            ("BASIC_SCAN_TYPE_VERSION", self.basic_scan_type_version),
            ("BLOB_MOUNTING", mounting),
            ("REGISTRY_POLICY_SCOPE", self.registry_policy_scope),
        ):
            if value:
                yield CalledSetting.of(name, "PutAccountSetting", {"name": name, "value": value})


ACCOUNT_SETTINGS: Setting[AccountSettings] = Setting("account_settings", AccountSettings())


def called_settings(settings: SettingsSpec, home: EcrRegistry) -> Iterator[CalledSetting]:
    """Yield the settings of *home* that CloudFormation has no property for."""
    yield from settings[ACCOUNT_SETTINGS].calls()
    replication = settings[REPLICATION]
    called = replication.called(home) if replication else None
    if called:
        yield called


# A function makes the calls, so a construct renders both.
CALLED_SETTING = SettingType(
    type="Custom::EcrSetting",
    order=80,
    called="account setting",
    keys=("account_settings", "replication"),
    scope=("Settings", "Calls"),
    shape=ObjectOf({"Name": TEXT, "Operation": TEXT, "Body": TEXT}),
    read_by="GetAccountSetting",
    named_by="Name",
    terraform=TerraformType("aws_ecr_account_setting", None),
)
