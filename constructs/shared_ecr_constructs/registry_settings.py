"""The settings of one registry, each a resource that exists where it is declared."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr
from constructs import Construct

from shared_ecr.model.names import EcrRegistry
from shared_ecr.model.settings import SettingsSpec
from shared_ecr.model.settings.account_settings import CALLED_SETTING, called_settings
from shared_ecr.model.settings.creation_templates import CREATION_TEMPLATE, TEMPLATES
from shared_ecr.model.settings.notifications import NOTIFICATIONS
from shared_ecr.model.settings.pull_through_cache import CACHE_RULE, CACHES
from shared_ecr.model.settings.registry_policy import REGISTRY_POLICY, grants_an_organization
from shared_ecr.model.settings.replication import REPLICATION_CONFIGURATION
from shared_ecr.model.settings.scanning import SCANNING
from shared_ecr.model.settings.setting_type import Properties, SettingType
from shared_ecr.model.settings.signing import SIGNING, SIGNING_CONFIGURATION
from shared_ecr.model.settings.table import TYPES
from shared_ecr.text.spelling import camel_keys, snake_case
from shared_ecr_constructs.member_ids import member_id


class RegistrySettings(Construct):
    """Define what belongs to the registry as a whole: the table of settings, from the first type to the last.

    Scanning, replication, registry policy and signing exist once for each account and Region: two stacks that both
    define one overwrite each other.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, spec: SettingsSpec, home: EcrRegistry, key_arn: str | None = None
    ) -> None:
        """Define the settings.

        Args:
            scope: the stack of the registry.
            construct_id: the id in it.
            spec: the settings.
            home: the registry; the core renders policies with its account and Region.
            key_arn: the stack's key, for creation templates that are encrypted with it.
        """
        super().__init__(scope, construct_id)
        place = _SettingPlace(self, spec, home, key_arn)
        for type_ in TYPES.values():
            if type_.render:
                define(self, type_, [*type_.render(spec, home)])
            else:
                _CONSTRUCTS[type_.type](place)
        _notifications(place)
        policy = self.node.try_find_child(REGISTRY_POLICY.scope[-1])
        if policy and grants_an_organization(spec):
            cdk.Validations.of(policy).acknowledge(
                cdk.Acknowledgment(
                    id="AwsSolutions::AwsSolutions-ECR1",
                    reason="Principal * is narrowed to one organization by StringEquals aws:PrincipalOrgID",
                )
            )


def define(scope: Construct, type_: SettingType, resources: list[Properties]) -> None:
    """Define the *resources* of one type."""
    own = type_.scope[-1]
    members = Construct(scope, own) if type_.named_by and resources else scope
    for properties in resources:
        _define_one(members, member_id(properties[type_.named_by]) if type_.named_by else own, type_, properties)


def _define_one(scope: Construct, construct_id: str, type_: SettingType, properties: Properties) -> None:
    """Define one resource, by CDK's own class where there is one: aspects and checkers look for it."""
    make = getattr(ecr, f"Cfn{type_.type.rpartition(':')[2]}", None)
    if make is None:
        cdk.CfnResource(scope, construct_id, type=type_.type, properties=dict(properties))
        return
    values = {name: value if name in type_.policies else camel_keys(value) for name, value in properties.items()}
    make(scope, construct_id, **{snake_case(name): value for name, value in values.items()})


@dataclass(frozen=True, slots=True)
class _SettingPlace:
    """Where a construct of its own defines a setting, and from what."""

    scope: Construct
    spec: SettingsSpec
    home: EcrRegistry
    key_arn: str | None


# What follows is imported where it is declared: Lambda, IAM and Signer take a fifth of a second to load, and a registry
# without them need not pay that at every synthesis.
def _caches(place: _SettingPlace) -> None:
    rules = place.spec[CACHES]
    if rules:
        from shared_ecr_constructs.pull_through_cache import PullThroughCaches  # noqa: PLC0415 — see above

        PullThroughCaches(place.scope, "PullThroughCache", rules=rules, home=place.home)


def _templates(place: _SettingPlace) -> None:
    templates = place.spec[TEMPLATES]
    if templates:
        from shared_ecr_constructs.creation_templates import CreationTemplates  # noqa: PLC0415 — see above

        CreationTemplates(place.scope, "CreationTemplates", templates=templates, home=place.home, key_arn=place.key_arn)


def _signing(place: _SettingPlace) -> None:
    signing = place.spec[SIGNING]
    if signing:
        from shared_ecr_constructs.signing import ImageSigning  # noqa: PLC0415 — see above

        ImageSigning(place.scope, "Signing", signing=signing)


def _notifications(place: _SettingPlace) -> None:
    """Define what is of no type of ECR, and so in no row of the table: rules of EventBridge, a topic and its key."""
    notifications = place.spec[NOTIFICATIONS]
    if notifications:
        from shared_ecr_constructs.notifications import RegistryNotifications  # noqa: PLC0415 — see above

        RegistryNotifications(
            place.scope,
            "Notifications",
            notifications=notifications,
            scanning=place.spec[SCANNING],
            home=place.home,
        )


def _calls(place: _SettingPlace) -> None:
    calls = [*called_settings(place.spec, place.home)]
    if calls:
        from shared_ecr_constructs.ecr_calls import EcrCalls  # noqa: PLC0415 — see above

        replication = place.scope.node.try_find_child(REPLICATION_CONFIGURATION.scope[-1])
        after = replication if isinstance(replication, cdk.CfnResource) else None
        EcrCalls(place.scope, "Calls", settings=calls, home=place.home, after=after)


_CONSTRUCTS: Mapping[str, Callable[[_SettingPlace], None]] = {
    CACHE_RULE.type: _caches,
    CALLED_SETTING.type: _calls,
    CREATION_TEMPLATE.type: _templates,
    SIGNING_CONFIGURATION.type: _signing,
}
"""The types whose resources need roles, secrets, profiles or a function beside them."""
