"""Which images are signed when they are pushed, and the profiles they are signed with."""

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_signer as signer
from constructs import Construct

from shared_ecr.model.settings.signing import PLATFORM, MadeProfile, Signing


class ImageSigning(Construct):
    """Define the signing configuration of a registry, and the profiles that the stack makes for it."""

    def __init__(self, scope: Construct, construct_id: str, *, signing: Signing) -> None:
        super().__init__(scope, construct_id)
        profiles = Construct(self, "Profiles")
        arns = {made: SigningProfile(profiles, made.name, profile=made).attr_arn for made in signing.made_profiles}
        rules = [
            rule.wire(arns[rule.profile] if isinstance(rule.profile, MadeProfile) else rule.profile.arn)
            for rule in signing.rules
        ]
        ecr.CfnSigningConfiguration(self, "Configuration", rules=rules)


class SigningProfile(signer.CfnSigningProfile):
    """A profile for images; it stays when it leaves the stack, since its name could never be used again."""

    def __init__(self, scope: Construct, construct_id: str, *, profile: MadeProfile) -> None:
        super().__init__(
            scope,
            construct_id,
            platform_id=PLATFORM,
            profile_name=profile.name,
            signature_validity_period=(
                {"type": str(profile.validity.unit), "value": profile.validity.value} if profile.validity else None
            ),
        )
        self.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
