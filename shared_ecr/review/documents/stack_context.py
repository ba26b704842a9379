"""What is known of a stack besides its template."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared_ecr.review.deployments import RegistryHome


@dataclass(frozen=True, slots=True)
class Constructs:
    """What an assembly of CDK tells of the constructs of one stack, by logical id."""

    paths: Mapping[str, str] = field(default_factory=dict)
    acknowledged: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StackContext:
    """What is known of a stack besides its template."""

    name: str
    home: RegistryHome
    parameters: Mapping[str, str] = field(default_factory=dict)
    """The values that somebody gives."""
    constructs: Constructs = field(default_factory=Constructs)
    stack_name: str | None = None
    """What `AWS::StackName` gives, where it is known."""
    termination_protection: bool | None = None
    bootstrap_version: int | None = None
    tool: str = "cloudformation"
