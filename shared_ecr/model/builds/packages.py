"""What pip installs in a build: the name of this package with a version, or another requirement."""

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.text import quoted


def package_requirement(text: str) -> str:
    """Read a requirement; refuse options of pip, and addresses with credentials, which would be written down."""
    fix = "Write a name and a version, such as 'shared-ecr==1.0.0'"
    # Behind the host a '@' names a revision: git+https://git.example.com/team/shared-ecr@COMMIT.
    if any("@" in part.partition("/")[0] for part in text.split("://")[1:]):
        raise InvalidValueError(
            "the address of the package has credentials in it",
            why="It is written into a template or a workflow, which many can read",
            fix=fix,
            code="build-package",
        )
    if text.startswith("-") or not text.strip() or not text.isprintable():
        raise InvalidValueError(
            f"{quoted(text)} is not a requirement of pip",
            why="Every build installs it, and an option could name another index",
            fix=fix,
            code="build-package",
        )
    return text
