"""Whether the texts of two policies show by themselves that the new one allows nothing that the old one did not."""

from shared_ecr.access.policy_model import Effect, Policy, Statement
from shared_ecr.access.policy_pair import PolicyPair


def is_narrower(old: PolicyPair, new: PolicyPair) -> bool:
    """Whether the texts by themselves show it: nothing else is allowed, and all that was denied still is."""
    return old.scope == new.scope and all(
        all(any(_covers(one, other) for one in _of(then, Effect.ALLOW)) for other in _of(now, Effect.ALLOW))
        and all(any(_covers(one, other) for one in _of(now, Effect.DENY)) for other in _of(then, Effect.DENY))
        for then, now in ((old.repository, new.repository), (old.registry, new.registry))
    )


def _of(policy: Policy | None, effect: Effect) -> list[Statement]:
    return [each for each in (policy.statements if policy else ()) if each.effect is effect]


def _covers(one: Statement, other: Statement) -> bool:
    """Whether the texts show that *one* covers every request that *other* covers."""
    is_listed = not (one.principal.negated or other.principal.negated)
    return (
        (one.principal == other.principal or (is_listed and {*other.principal.written} <= {*one.principal.written}))
        and not other.action.actions & ~one.action.actions
        and one.resource == other.resource
        and {*one.conditions} <= {*other.conditions}
    )
