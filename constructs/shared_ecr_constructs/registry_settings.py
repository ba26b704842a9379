"""The settings of one registry, each a resource that exists where it is declared."""

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr
from constructs import Construct

from shared_ecr.model.names import EcrRegistry
from shared_ecr.model.settings import SettingsSpec
from shared_ecr_constructs.member_ids import member_id


class RegistrySettings(Construct):
    """Define what belongs to the registry as a whole.

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
        self._scanning(spec)
        self._policy(spec, home)
        replication = self._replication(spec, home)
        # What follows is imported where it is declared: Lambda, IAM and Signer take a fifth of a second to load, and
        # a registry without them need not pay that at every synthesis.
        if spec.caches:
            from shared_ecr_constructs.pull_through_cache import PullThroughCaches  # noqa: PLC0415 — see above

            PullThroughCaches(self, "PullThroughCache", rules=spec.caches, home=home)
        if spec.templates:
            from shared_ecr_constructs.creation_templates import CreationTemplates  # noqa: PLC0415 — see above

            CreationTemplates(self, "CreationTemplates", templates=spec.templates, home=home, key_arn=key_arn)
        if spec.signing:
            from shared_ecr_constructs.signing import ImageSigning  # noqa: PLC0415 — see above

            ImageSigning(self, "Signing", signing=spec.signing)
        self._exclusions(spec)
        calls = list(spec.calls(home))
        if calls:
            from shared_ecr_constructs.ecr_calls import EcrCalls  # noqa: PLC0415 — see above

            EcrCalls(self, "Calls", settings=calls, home=home, after=replication)

    def _scanning(self, spec: SettingsSpec) -> None:
        if spec.scanning:
            wire = spec.scanning.wire()
            ecr.CfnRegistryScanningConfiguration(self, "Scanning", scan_type=wire["scanType"], rules=wire["rules"])

    def _policy(self, spec: SettingsSpec, home: EcrRegistry) -> None:
        policy = spec.policy(home)
        if policy:
            resource = ecr.CfnRegistryPolicy(self, "Policy", policy_text=policy)
            if spec.grants_an_organization:
                cdk.Validations.of(resource).acknowledge(
                    cdk.Acknowledgment(
                        id="AwsSolutions::AwsSolutions-ECR1",
                        reason="Principal * is narrowed to one organization by StringEquals aws:PrincipalOrgID",
                    )
                )

    def _replication(self, spec: SettingsSpec, home: EcrRegistry) -> cdk.CfnResource | None:
        wire = spec.replication.wire(home) if spec.replication else None
        if not wire or not wire["rules"]:
            return None
        return ecr.CfnReplicationConfiguration(self, "Replication", replication_configuration=wire)

    def _exclusions(self, spec: SettingsSpec) -> None:
        if spec.pull_time_exclusions:
            members = Construct(self, "PullTimeExclusions")
            for principal in spec.pull_time_exclusions:
                ecr.CfnPullTimeUpdateExclusion(members, member_id(principal.arn), principal_arn=principal.arn)
