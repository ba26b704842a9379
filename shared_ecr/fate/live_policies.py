"""The lifecycle policies of a registry as it is now, for a judgement of what they do or what would change."""

from shared_ecr.declaration.policy_sources import LifecycleSource, parse_policies
from shared_ecr.documents.live import LiveRegistry, LiveResource
from shared_ecr.findings.problems import Problem, Severity

READ_BY = "ecr:GetLifecyclePolicy"


def live_policies(registry: LiveRegistry) -> LifecycleSource:
    """Return the policies of the repositories in *registry*; one without a policy deletes nothing.

    Raises:
        InvalidDeclarationError: a live policy has a form that is not known here.
    """
    source = f"the registry of {registry.account} in {registry.region} at {registry.taken}"
    by_name = {}
    for repository in registry.repositories:
        text = _text(repository)
        policy = parse_policies(text, f"lifecycle policy of {repository.name}").for_all if text else None
        if policy:
            by_name[repository.name] = policy
    unread = tuple(
        Problem(
            "live-unread", Severity.WARNING, f"{READ_BY} was denied", part.why, file="snapshot", path=part.repository
        )
        for part in registry.unread
        if part.action == READ_BY
    )
    return LifecycleSource(source, None, by_name, warnings=unread, unread=frozenset(problem.path for problem in unread))


def _text(repository: LiveResource) -> str | None:
    match repository.properties.get("LifecyclePolicy"):
        case {"LifecyclePolicyText": str() as text}:
            return text
        case _:
            return None
