"""The builds on a git push in the schema."""

from shared_ecr.declaration.schema.pieces import Schema, account, array, closed, named, number, text, word
from shared_ecr.model.builds.image_builds import ComputeSize

_PATH = r"[^/~].*"


def builds() -> Schema:
    """Describe `builds`."""
    fields = {
        "account": account("The account of the CodeBuild projects and their roles"),
        "region": text("The Region of the projects (default: the first of the registry)"),
        "connection": text("The ARN of the CodeConnection for builds that name none"),
        "log_retention_days": number("For how many days logs are kept (default: 365)"),
        "permissions_boundary": text("The name of the managed policy that bounds every role"),
        "package": text(
            "What pip installs in a build: a commit of your copy, a wheel with its hash, or a version of your index"
        ),
        "repositories": named(_build(), "The repositories that are built"),
    }
    description = "What CodeBuild builds on a git push, and pushes to repositories"
    return closed(fields, required=["account", "package", "repositories"], description=description)


def _build() -> Schema:
    fields = {
        "source": text("https://github.com/OWNER/NAME, or that of gitlab.com or bitbucket.org"),
        "connection": text("The ARN of the CodeConnection that reads the source"),
        "branches": array(text("A branch; * stands for any characters"), "Branches whose pushes are built"),
        "tags": array(text("A tag; * stands for any characters"), "Tags whose pushes are built"),
        "dockerfile": text("Its path in the source (default: Dockerfile)", pattern=_PATH),
        "context": text("The folder that is built (default: the whole source)", pattern=_PATH),
        "platforms": array(text("Such as linux/arm64"), "What is built (default: linux/amd64)", at_least=1),
        "compute": word(*ComputeSize, description="How large the machine is (default: small)"),
    }
    return closed(fields, required=["source"])
