"""cdk-nag over the registry: an error of a rule stops the synthesis."""

from pathlib import Path

import aws_cdk as cdk
import cdk_nag

from shared_ecr_constructs import SharedRegistry

DECLARATION = Path(__file__).with_name("registry.yaml")

if __name__ == "__main__":
    app = cdk.App()
    stack = cdk.Stack(app, "Images", env=cdk.Environment(account="111111111111", region="us-east-1"))
    SharedRegistry.from_file(stack, "Registry", DECLARATION)
    cdk.Validations.of(app).add_plugins(cdk_nag.AwsSolutionsChecks(app))
    app.synth()
