"""Names of repositories that a registry policy speaks of, and that need not exist: one for each text of a resource."""

from collections.abc import Iterable

from shared_ecr.access.policy_model import Policy

# A repository that no text of a policy names.
ANY_NAME = "any/new-repository"


def names_to_come(policies: Iterable[Policy | None]) -> tuple[str, ...]:
    """Return a name that each resource of *policies* means, and one that may be meant by none in particular."""
    statements = [statement for policy in policies if policy for statement in policy.statements]
    written = [text for each in statements if each.resource for text in each.resource.written]
    names = (text.partition(":repository/")[2].replace("*", "new").replace("?", "n") for text in written)
    return tuple(dict.fromkeys((ANY_NAME, *filter(None, names))))
