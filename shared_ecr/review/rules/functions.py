"""Repositories whose images Lambda functions run, and that have no policy of the template.

https://docs.aws.amazon.com/lambda/latest/dg/images-create.html (Amazon ECR permissions)
"""

from collections.abc import Iterator

from shared_ecr.review.findings import ReviewFinding, note
from shared_ecr.review.image_functions import ImageFunctions
from shared_ecr.review.rules.scene import RuleContext


def policies_of_lambda(scene: RuleContext) -> Iterator[ReviewFinding]:
    """Report repositories whose policy is left to Lambda."""
    functions = ImageFunctions.of(scene.deployment)
    for each in scene.repositories:
        found = functions.running(each.stack, each.resource)
        if found and not each.has_policy and each.stack.tool != "terraform":
            yield note(
                "policy-written-elsewhere", f"Lambda writes its repository policy by itself, for {', '.join(found)}",
                "The next update of the repository by CloudFormation removes that policy, whatever it changes",
                "Write RepositoryPolicyText with a statement for lambda.amazonaws.com",
            ).about(each.name, each.resource)  # fmt: skip
