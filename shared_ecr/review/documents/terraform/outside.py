"""What a plan does beside the resources that a review reads: programs, calls and stacks of other tools."""

import re
from collections.abc import Iterator, Mapping

from shared_ecr.documents.json_text import Json
from shared_ecr.review.documents.terraform.sides import PlanSides
from shared_ecr.review.documents.terraform.values import without_indexes
from shared_ecr.review.operations import Operation
from shared_ecr.text.patterns import LazyPattern

# What deploys a template or calls an API that is written elsewhere in the plan.
_CALLS = frozenset({"aws_cloudcontrolapi_resource"})
_STACKS = frozenset({
    "aws_cloudformation_stack", "aws_cloudformation_stack_instances", "aws_cloudformation_stack_set",
    "aws_cloudformation_stack_set_instance", "aws_serverlessapplicationrepository_cloudformation_stack",
    "aws_servicecatalog_provisioned_product", "awscc_cloudformation_stack", "awscc_cloudformation_stack_set",
})  # fmt: skip
# A template that by itself deploys what it does not write out.
_DEPLOYS_MORE = LazyPattern(r"AWS::CloudFormation::Stack|AWS::ServiceCatalog::|::MODULE\b|\bTransform\b")
_ECR = LazyPattern(r"\becr\b|\becr-public\b|AWS::ECR::", re.IGNORECASE)
# What only reads, and the host of a registry: a login and a push by Docker change neither policies nor repositories.
_READS = LazyPattern(
    r"\becr(?:-public)?\s+(?:get|describe|list|wait|batch-get|batch-check)-?[a-z-]*|\.dkr[.-]ecr\.|public\.ecr\.aws",
    re.IGNORECASE,
)
_DEEPEST = 40


def not_judged(sides: PlanSides) -> Iterator[tuple[str, str]]:
    """Yield the address and the reason of everything beside the resources that acts on a registry in this apply."""
    acting = [each for each in sides.changes if each.planned.operation is not Operation.NOTHING]
    for change in acting:
        sides_of_it = [side for side in (change.before, change.after) if side is not None]
        if change.type in _STACKS | _CALLS and any(map(_mentions, sides_of_it)):
            yield change.address, f"the resources that {change.type} deploys are not judged, and it names ECR"
        elif change.type in _STACKS and not all(map(_shows_its_template, sides_of_it)):
            yield change.address, f"the template that {change.type} deploys is not in the plan, and is not judged"
    blocks = {without_indexes(each.address) for each in acting if each.planned.operation is not Operation.UPDATE}
    configuration = sides.plan.get("configuration")
    root = configuration.get("root_module") if isinstance(configuration, dict) else None
    for address in _provisioners(root, ""):
        if address in blocks:
            yield address, "its provisioner runs a program that names ECR; what it does is not judged"
    for key in ("action_invocations", "deferred_action_invocations"):
        invoked = sides.plan.get(key)
        for each in invoked if isinstance(invoked, list) else ():
            if _mentions(each):
                invocation = each.get("address") if isinstance(each, dict) else None
                yield (invocation if isinstance(invocation, str) else key), "the plan invokes it; it is not judged"


def _provisioners(module: Json, path: str, depth: int = 0) -> Iterator[str]:
    """Yield the address of each block of *module*, and of the modules below it, with a provisioner that names ECR."""
    if not isinstance(module, dict) or depth > _DEEPEST:
        return
    resources = module.get("resources")
    for each in resources if isinstance(resources, list) else ():
        if isinstance(each, dict) and _mentions(each.get("provisioners")):
            yield f"{path}{each.get('address')}"
    calls = module.get("module_calls")
    for name, call in calls.items() if isinstance(calls, dict) else ():
        below = call.get("module") if isinstance(call, dict) else None
        yield from _provisioners(below, f"{path}module.{name}.", depth + 1)


def _shows_its_template(values: Mapping[str, Json]) -> bool:
    body = values.get("template_body")
    return isinstance(body, str) and _DEPLOYS_MORE.search(body) is None


def _mentions(value: Json | object) -> bool:
    match value:
        case str():
            return _ECR.search(_READS.sub("", value)) is not None
        case list():
            return any(map(_mentions, value))
        case dict():
            return any(map(_mentions, value.values()))
        case _:
            return False
