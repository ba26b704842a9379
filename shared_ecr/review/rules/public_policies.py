"""Policies of public repositories that let strangers push, delete, or change the policy."""

from collections.abc import Iterator

from shared_ecr.access.lint import LintedPolicy, lint
from shared_ecr.records import replace
from shared_ecr.review.findings import ReviewFinding, error
from shared_ecr.review.public_policies import OPEN_TO_ALL, in_public_words, read_public_repository
from shared_ecr.review.rules.scene import RuleContext
from shared_ecr.review.rules.settings.public import PUBLIC_REPOSITORY

_STRANGERS = frozenset({"access-forall", "access-ifexists", "access-notprincipal", "access-public"})


def public_policies(scene: RuleContext) -> Iterator[ReviewFinding]:
    """Judge whom the policies of public repositories allow more than a pull."""
    for stack, resource in scene.deployment.resources(PUBLIC_REPOSITORY):
        read = read_public_repository(stack, resource)
        if read.policy is None:
            continue
        target = replace(read.target, organization=scene.known.organization)
        for found in lint(LintedPolicy(read.policy, target=target)):
            statement = found.statement
            if found.code == "action-unknown":
                # What it allows is not known, so that it could be anything.
                what = f"statement {statement}: {in_public_words(found.what)} for public repositories"
                yield error(found.code, what, found.why, "Correct it, or remove it").about(
                    f"public repository {read.name}", resource
                )
            if found.code in _STRANGERS and statement and statement.action.actions & ~OPEN_TO_ALL:
                what = f"statement {statement}: {found.what}, for more than a pull"
                yield error(
                    found.code, what, in_public_words(found.why), in_public_words(found.fix.rstrip("."))
                ).about(f"public repository {read.name}", resource)  # fmt: skip
