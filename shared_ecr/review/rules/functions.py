"""Repositories whose images Lambda functions run, and that have no policy of the template.

https://docs.aws.amazon.com/lambda/latest/dg/images-create.html (Amazon ECR permissions)
"""

from collections.abc import Iterator

from shared_ecr.review.findings import ReviewFinding
from shared_ecr.review.image_functions import functions_of, image_functions
from shared_ecr.review.rules.judgements import note
from shared_ecr.review.rules.scene import RuleContext


def policies_of_lambda(scene: RuleContext) -> Iterator[ReviewFinding]:
    """Report repositories whose policy is left to Lambda."""
    functions = image_functions(scene.deployment)
    for each in scene.repositories if functions else ():
        found = [function.origin.logical_id for function in functions_of(functions, each.stack, each.resource)]
        if found and not each.has_policy and each.stack.tool != "terraform":
            yield note(
                "policy-written-elsewhere", f"Lambda writes its repository policy by itself, for {', '.join(found)}",
                "The next update of the repository by CloudFormation removes that policy, whatever it changes",
                "Write RepositoryPolicyText with a statement for lambda.amazonaws.com",
            ).about(each.name, each.resource)  # fmt: skip
