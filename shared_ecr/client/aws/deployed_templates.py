"""The templates of deployed stacks, as CloudFormation processed them."""

import json
from collections.abc import Sequence
from typing import Any

from shared_ecr.client.aws.faults import AwsRefusedError, asking_aws
from shared_ecr.model.names import Region

_MISSING = "ValidationError"


def deployed_templates(clients: Any, region: Region, stacks: Sequence[str]) -> dict[str, str]:
    """Return the template of each of *stacks* that has one, by the stack's name.

    A stack that exists only as a change set (REVIEW_IN_PROGRESS) has none: nothing of it is deployed.

    Args:
        clients: `aws.AwsClients`.
        region: where the stacks are.
        stacks: their names.

    Raises:
        AwsDeniedError: the caller lacks cloudformation:GetTemplate.
        UnavailableError: no credentials or no network.
    """
    client = clients.cloudformation(region)
    found = {}
    for stack in stacks:
        try:
            with asking_aws(f"cloudformation:GetTemplate of {stack}"):
                answer = client.get_template(StackName=stack, TemplateStage="Processed")
        except AwsRefusedError as refused:
            if refused.code != _MISSING or "does not exist" not in str(refused):
                raise
            continue
        # botocore parses templates in JSON, and keeps those in YAML as text.
        body = answer["TemplateBody"]
        if body:
            found[stack] = body if isinstance(body, str) else json.dumps(body)
    return found
