"""A repository policy that no template writes: an update of the repository removes it.

When CloudFormation updates a repository that has no RepositoryPolicyText, whatever changes, it removes the policy that
Lambda or a person wrote: https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1962
"""

from collections.abc import Iterator

from shared_ecr.review.changes.cases import RepositoryPair, ReviewContext
from shared_ecr.review.changes.create_only import TERRAFORM
from shared_ecr.review.findings import RuleFinding, note, warning
from shared_ecr.review.image_functions import LAMBDA
from shared_ecr.review.verdict import Happening

_FIX = "Write RepositoryPolicyText with a statement for lambda.amazonaws.com, and with all that was written by hand"


def policy_written_elsewhere(case: RepositoryPair, _: ReviewContext) -> Iterator[RuleFinding]:
    """Find updates that remove a policy which Lambda wrote by itself."""
    before, after = case.before, case.after
    operation = after.resource.operation
    if after.stack.tool == TERRAFORM and after.has_policy and not before.has_policy and not _names_lambda(case):
        is_new = operation is not None and not operation.operation.keeps
        if not is_new:
            yield _of_terraform(case)
        return
    is_updated = case.happening is Happening.CHANGED and before.resource.properties != after.resource.properties
    if before.has_policy or not is_updated or after.stack.tool == TERRAFORM:
        return
    if after.has_policy and (after.policy is None or _names_lambda(case)):
        return
    does = "replaces" if after.has_policy else "removes"
    if case.functions:
        yield warning(
            "policy-written-elsewhere",
            f"this update {does} a repository policy that Lambda wrote for {', '.join(case.functions)}",
            "The template had no policy before, so Lambda added its own statement when the function was created. "
            "Without the statement, Lambda cannot pull the image again",
            _FIX,
        )  # fmt: skip
    else:
        yield note(
            "policy-written-elsewhere",
            f"this update {does} any repository policy that Lambda or a person wrote outside of the template",
            "Where a Lambda function of the same account runs an image of it, Lambda wrote one", _FIX,
        )  # fmt: skip


def _of_terraform(case: RepositoryPair) -> RuleFinding:
    """Return what the first policy that Terraform writes does to one that is there already."""
    fix = "Add a statement for lambda.amazonaws.com where a function runs an image of it"
    if case.functions:
        return warning(
            "policy-written-elsewhere",
            f"the first policy of Terraform replaces the one that Lambda wrote for {', '.join(case.functions)}",
            "Without the statement, Lambda cannot pull the image again", fix,
        )  # fmt: skip
    return note(
        "policy-written-elsewhere",
        "the first policy of Terraform replaces any policy that Lambda or a person wrote before",
        "Where a Lambda function of the same account runs an image of it, Lambda wrote one", fix,
    )  # fmt: skip


def _names_lambda(case: RepositoryPair) -> bool:
    policy = case.after.policy
    return policy is not None and any(LAMBDA in statement.principal.services for statement in policy.statements)
