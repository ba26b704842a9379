"""Stacks and their templates: how easily a stack is deleted, what it needs, and how full it is."""

from collections.abc import Iterator

from shared_ecr.review.deployments import Origin, Stack
from shared_ecr.review.findings import ReviewFinding, RuleFinding, error, note, warning
from shared_ecr.review.rules.limits import MAX_RESOURCES, MAX_TEMPLATE_BYTES, NEARLY
from shared_ecr.review.rules.scene import RuleContext

_OF_ECR = "AWS::ECR::"
_SPLIT = "Spread the repositories over several stacks"


def stacks(scene: RuleContext) -> Iterator[ReviewFinding]:
    """Judge every stack that has something of ECR."""
    for stack in scene.deployment.stacks:
        if any(resource.type.startswith(_OF_ECR) for resource in stack.resources):
            for found in _judged(stack):
                # No resource is to blame, so the place is the template alone.
                yield found.at(f"stack {stack.name}", stack.home, Origin(stack.file, stack.name, ""))


def _judged(stack: Stack) -> Iterator[RuleFinding]:
    if stack.termination_protection is False:
        yield warning(
            "stack-termination", "it is not protected from termination",
            "One command deletes the stack, and with it every repository that is not retained",
            "Set termination_protection in CDK, or EnableTerminationProtection",
        )  # fmt: skip
    if stack.bootstrap_version is not None:
        yield note(
            "stack-bootstrap", f"it needs CDK's bootstrap stack in version {stack.bootstrap_version} or later",
            "A template does not say which version the account has", "Run 'cdk bootstrap' where the version is older",
        )  # fmt: skip
    if stack.tool == "terraform":
        return
    yield from _size("stack-resources", len(stack.resources), MAX_RESOURCES, "resources")
    if stack.template_bytes is not None:
        yield from _size("stack-size", stack.template_bytes, MAX_TEMPLATE_BYTES, "bytes of template")


def _size(code: str, used: int, limit: int, unit: str) -> Iterator[RuleFinding]:
    if used > limit:
        what = f"{used:,} {unit}; CloudFormation takes {limit:,}"
        yield error(code, what, "CloudFormation refuses the template", _SPLIT)
    elif used > limit * NEARLY:
        yield warning(
            code, f"{used:,} of {limit:,} {unit}", "CloudFormation refuses a template that is over the limit", _SPLIT
        )
