"""One shared repository, and the collection of them, as CloudFormation resources.

A repository *is* the `CfnRepository`, given its policy and lifecycle as plain data: one crossing into the JavaScript
kernel, where the L2 makes twenty-nine (docs/adr/0003-typed-l1-instead-of-l2.md).
"""

from collections.abc import Iterable
from typing import Any, assert_never

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr
from constructs import Construct

from shared_ecr.model.encryption import DualLayer
from shared_ecr.model.encryption import wire as encryption_wire
from shared_ecr.model.lifecycle import NoLifecyclePolicy
from shared_ecr.model.names import RepositoryName
from shared_ecr.model.permissions import PolicyLocation
from shared_ecr.model.repositories import Deleted, RepositorySpec, RetainOnRemoval


class SharedRepository(ecr.CfnRepository):
    """Define one repository and the principals with access; its images stay when it leaves the stack, as a rule."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        spec: RepositorySpec,
        place: PolicyLocation,
        key_arn: str | None = None,
    ) -> None:
        """Define the repository.

        Args:
            scope: a `SharedRepositories` that retains all its members at once, or any other construct.
            construct_id: for logical ids that stay with the name, `logical_name(spec.name)`.
            spec: what the repository is.
            place: partition and Region for the ARNs of its policy; CDK's pseudo parameters are good values.
            key_arn: the key of a spec that is encrypted by the stack's key.

        Raises:
            InvalidValueError: the spec asks for the stack's key and *key_arn* is missing.
        """
        super().__init__(
            scope,
            construct_id,
            repository_name=str(spec.name),
            empty_on_delete=(isinstance(spec.on_removal, Deleted) and spec.on_removal.with_images) or None,
            encryption_configuration=encryption_wire(spec.encryption, key_arn),
            image_scanning_configuration={"scanOnPush": spec.scan_on_push},
            image_tag_mutability=spec.tag_mutability.wire,
            image_tag_mutability_exclusion_filters=exclusion_filters(spec),
            lifecycle_policy={"lifecyclePolicyText": spec.lifecycle_text} if spec.lifecycle_text else None,
            repository_policy_text=spec.policy(place),
            tags=[cdk.CfnTag(key=key, value=value) for key, value in spec.tags] or None,
        )
        self._acknowledge(spec)
        match spec.on_removal:
            case Deleted(reason):
                # What is replaced is retained even so: the reason is only about removal from the declaration.
                self.cfn_options.deletion_policy = cdk.CfnDeletionPolicy.DELETE
                self.cfn_options.update_replace_policy = cdk.CfnDeletionPolicy.RETAIN
                self.add_metadata("DeletedBecause", reason)
            case RetainOnRemoval() if not isinstance(scope, SharedRepositories):
                self.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
            case RetainOnRemoval():
                # The collection retains all its members at once.
                pass
            case _:
                assert_never(spec.on_removal)

    def as_repository(self, scope: Construct, construct_id: str) -> ecr.IRepository:
        """Lend an `IRepository` to constructs that ask for one; its grants reach identity policies only."""
        return ecr.Repository.from_repository_attributes(
            scope, construct_id, repository_arn=self.attr_arn, repository_name=self.ref
        )

    def _acknowledge(self, spec: RepositorySpec) -> None:
        """Write beside a deliberate exception why it is one, for the checkers that would report it."""
        skips = [_skip(*reason) for reason in (*spec.reasons, *spec.policy_reasons) if reason[0][:3] == "CKV"]
        accepted = _accepted(spec)
        if accepted:
            self.add_metadata("shared-ecr", {"acknowledged": accepted})
        if isinstance(spec.lifecycle, NoLifecyclePolicy):
            self.add_metadata("NoLifecycleBecause", spec.lifecycle.reason)
        if isinstance(spec.encryption, DualLayer):
            skips.append(_skip("CKV_AWS_136", "KMS_DSSE encrypts twice with a KMS key; the check knows KMS alone"))
        if skips:
            self.add_metadata("checkov", {"skip": skips})
        if any(name[:3] == "CT." for name, _ in spec.reasons):
            self.add_metadata("guard", {"SuppressedRules": [name for name, _ in spec.reasons if name[:3] == "CT."]})
        if spec.is_granted_to_an_organization:
            cdk.Validations.of(self).acknowledge(
                cdk.Acknowledgment(
                    id="AwsSolutions::AwsSolutions-ECR1",
                    reason="Principal * is narrowed to an organization, or to a unit of one, by a condition",
                )
            )


class SharedRepositories(Construct):
    """Define many repositories, each under its own name, retained but for those whose spec says to delete them."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        specs: Iterable[RepositorySpec],
        place: PolicyLocation,
        key_arn: str | None = None,
    ) -> None:
        """Define the repositories.

        Args:
            scope: the stack, or a construct in it.
            construct_id: the id in it; `Repositories` in the stacks of this package.
            specs: the repositories.
            place: partition and Region for the ARNs of their policies.
            key_arn: the key of the specs that are encrypted by the stack's key.
        """
        super().__init__(scope, construct_id)
        self.members = {
            spec.name: SharedRepository(self, logical_name(spec.name), spec=spec, place=place, key_arn=key_arn)
            for spec in specs
        }
        # A rolled back creation leaves no repository behind, which would be in the way of the next one
        # (docs/adr/0039-a-first-failure-leaves-nothing.md).
        cdk.MissingRemovalPolicies.of(self).retain_on_update_or_delete()


def logical_name(name: RepositoryName) -> str:
    """Return the construct id of a repository: its name, so that its logical id depends on nothing else.

    CDK writes `/` in an id as `--`, which would let `a/b` and `a--b` meet; no legal name contains `-.-`.
    """
    return name.text.replace("--", "-.-")


def exclusion_filters(spec: RepositorySpec) -> list[dict[str, str]] | None:
    """Render the exceptions from the rule on tags as both repositories and creation templates take them."""
    names = ("imageTagMutabilityExclusionFilterType", "imageTagMutabilityExclusionFilterValue")
    return [dict(zip(names, ("WILDCARD", each.pattern), strict=True)) for each in spec.tag_mutability.except_] or None


def _accepted(spec: RepositorySpec) -> dict[str, str]:
    """Return the findings of a review that the declaration accepts, with the reason (docs/reference/review.md)."""
    accepted: dict[str, str] = {}
    if isinstance(spec.on_removal, Deleted):
        accepted |= {"removal-deletes": spec.on_removal.reason, "removal-empties": spec.on_removal.reason}
    return accepted


def _skip(control: str, reason: str) -> dict[str, Any]:
    return {"id": control, "comment": reason}
