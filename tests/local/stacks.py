"""Deploys templates of a few resources to an embedded AWS, and shows what became of them."""

import contextlib
import json
from collections.abc import Iterator
from typing import Any, Self

from botocore.exceptions import WaiterError

from local.registry_caller import client
from shared_ecr.local import LocalAws

_WAIT = {"Delay": 0.05, "MaxAttempts": 200}


class Stacks:
    def __init__(self, cloudformation: Any) -> None:
        self._cloudformation = cloudformation

    @classmethod
    @contextlib.contextmanager
    def of(cls, aws: LocalAws, account: str, region: str = "us-east-1") -> Iterator[Self]:
        with client(aws, "cloudformation", account=account, region=region) as cloudformation:
            yield cls(cloudformation)

    def create(self, resources: dict[str, Any], name: str = "stack", **outputs: Any) -> list[str]:
        """Create a stack and return why resources failed, none when all were made."""
        self._cloudformation.create_stack(
            StackName=name, TemplateBody=_template(resources, outputs), Capabilities=["CAPABILITY_IAM"]
        )
        return self._end(self._id(name), "create")

    def update(self, resources: dict[str, Any], name: str = "stack", **outputs: Any) -> list[str]:
        self._cloudformation.update_stack(
            StackName=name, TemplateBody=_template(resources, outputs), Capabilities=["CAPABILITY_IAM"]
        )
        return self._end(self._id(name), "update")

    def delete(self, name: str = "stack") -> list[str]:
        stack_id = self._id(name)
        self._cloudformation.delete_stack(StackName=name)
        return self._end(stack_id, "delete")

    def outputs(self, name: str = "stack") -> dict[str, str]:
        stack = self._cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    def import_resource(self, resource: dict[str, Any], identifier: dict[str, str], name: str = "stack") -> list[str]:
        imported = {
            "ResourceType": resource["Type"],
            "LogicalResourceId": "Imported",
            "ResourceIdentifier": identifier,
        }
        self._cloudformation.create_change_set(
            StackName=name,
            ChangeSetName="import",
            ChangeSetType="IMPORT",
            TemplateBody=_template({"Imported": resource}, {}),
            ResourcesToImport=[imported],
        )
        change_set = {"StackName": name, "ChangeSetName": "import"}
        try:
            self._cloudformation.get_waiter("change_set_create_complete").wait(**change_set, WaiterConfig=_WAIT)
        except WaiterError as error:
            return [str(error.last_response["StatusReason"])]
        self._cloudformation.execute_change_set(**change_set)
        return self._end(self._id(name), "import")

    def drift(self, name: str = "stack") -> list[str]:
        """Detect drift and return the status of each resource."""
        self._cloudformation.detect_stack_drift(StackName=name)
        found = self._cloudformation.describe_stack_resource_drifts(StackName=name)["StackResourceDrifts"]
        return [each["StackResourceDriftStatus"] for each in found]

    def _id(self, name: str) -> str:
        return str(self._cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackId"])

    def _end(self, stack_id: str, operation: str) -> list[str]:
        with contextlib.suppress(WaiterError):
            self._cloudformation.get_waiter(f"stack_{operation}_complete").wait(StackName=stack_id, WaiterConfig=_WAIT)
        events = self._cloudformation.describe_stack_events(StackName=stack_id)["StackEvents"]
        failed = [event for event in events if event["ResourceStatus"].endswith("_FAILED")]
        return [event["ResourceStatusReason"] for event in failed]


def _template(resources: dict[str, Any], outputs: dict[str, Any]) -> str:
    return json.dumps({"Resources": resources, "Outputs": {name: {"Value": value} for name, value in outputs.items()}})
