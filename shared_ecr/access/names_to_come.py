"""Names of repositories that a registry policy covers, and that need not exist: one for each text of a resource."""

from collections.abc import Iterable

from shared_ecr.access.policy_model import Policy

# A repository that no text of a policy names.
ANY_NAME = "any/new-repository"


def names_to_come(policies: Iterable[Policy | None]) -> tuple[str, ...]:
    """Return a name that each resource of *policies* means, and one that may be meant by none in particular."""
    return tuple(dict.fromkeys((ANY_NAME, *named_resources(policies))))


def named_resources(policies: Iterable[Policy | None]) -> dict[str, str]:
    """Return the resources of *policies* that are ARNs of repositories, by a name that each of them means."""
    statements = [statement for policy in policies if policy for statement in policy.statements]
    written = [text for each in statements if each.resource for text in each.resource.written]
    parts = ((text.partition(":repository/")[2], text) for text in written)
    return {name.replace("*", "new").replace("?", "n"): text for name, text in parts if name}
