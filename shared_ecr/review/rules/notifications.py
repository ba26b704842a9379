"""Who has access to the topic that the events of a registry are published to, and whether they can arrive at all.

Sources: https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html,
https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html (EventBridge needs a customer managed key)
"""

from collections.abc import Iterator

from shared_ecr.documents.json_text import Json
from shared_ecr.review.deployments import Resource, is_known
from shared_ecr.review.event_rules import (
    as_object,
    event_rules,
    statements,
    subscriptions_of,
    topic_policies_of,
    topics_of,
)
from shared_ecr.review.findings import ReviewFinding, RuleFinding, error, note, warning
from shared_ecr.review.rules.scene import RuleContext
from shared_ecr.text import first_few
from shared_ecr.text.patterns import LazyPattern

_SUBJECT = "notifications"
_AWS_KEY = "alias/aws/sns"
_ACCOUNT = LazyPattern(r"(?:arn:aws[a-z-]*:(?:iam|sts)::)?(?P<account>[0-9]{12})(?::.*)?")
_ARN = LazyPattern(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(?P<account>[0-9]{12}):")
_WHY = "Events name repositories, images and findings; a principal that publishes there can forge them"


def notifications(scene: RuleContext) -> Iterator[ReviewFinding]:
    """Report principals with access to the topics, and a key with which no event arrives."""
    for policy in topic_policies_of(scene.deployment):
        document = as_object(policy.properties.get("PolicyDocument"))
        held = document.get("Statement") if isinstance(document, dict) else document
        if not (_listed(held) and all(isinstance(each, dict) for each in _listed(held))):
            yield note(
                "notification-unknown", "the policy of the topic, or a part of it, is known only once deployed", _WHY,
                "Write the policy with values that the template holds",
            ).about(_SUBJECT, policy)  # fmt: skip
        for statement in statements(policy):
            yield from (found.about(_SUBJECT, policy) for found in _access(scene, policy, statement))
    for rule in event_rules(scene.deployment):
        for target in rule.targets:
            yield from (found.about(rule.subject, rule.resource) for found in _sent_to(scene, rule.resource, target))
    for subscription in subscriptions_of(scene.deployment):
        endpoint = subscription.properties.get("Endpoint")
        if isinstance(endpoint, str):
            yield from (found.about(_SUBJECT, subscription) for found in _sent_to(scene, subscription, endpoint))
    for _, topic in topics_of(scene.deployment):
        key = topic.properties.get("KmsMasterKeyId")
        if isinstance(key, str) and key.endswith(_AWS_KEY):
            yield error(
                "notification-key", f"the topic is encrypted by {_AWS_KEY}, which EventBridge cannot use",
                "The policy of that key cannot be changed and does not allow EventBridge, so no event arrives",
                "Use a customer managed key whose policy allows events.amazonaws.com kms:Decrypt and "
                "kms:GenerateDataKey*",
            ).about(_SUBJECT, topic)  # fmt: skip


def _sent_to(scene: RuleContext, resource: Resource, target: str) -> Iterator[RuleFinding]:
    """Report events that are sent to another account."""
    match = _ARN.match(target)
    if match and match["account"] != resource.home.account:
        is_ours = match["account"] in scene.known.accounts
        # Where no document says whose the stack is, it may be its own account.
        found = warning if is_ours or resource.home.account is None else error
        kind = "" if is_ours else ", whose account is not known"
        yield found(
            "notification-target", f"events are sent to {target}{kind}",
            "Events name repositories, images and findings",
            "Send them to a topic or a queue of the registry's account",
        )  # fmt: skip


def _access(scene: RuleContext, policy: Resource, statement: dict[str, Json]) -> Iterator[RuleFinding]:
    if statement.get("Effect") == "Deny":
        return
    actions = statement.get("Action", statement.get("NotAction"))
    listed = actions if isinstance(actions, list) else [actions]
    shown = first_few(str(each) for each in listed)
    limits = ", under conditions that are not judged" if statement.get("Condition") else ""
    fix = "Name the account itself, or forward from a subscription"
    if "NotPrincipal" in statement:
        what = f"everyone but a few principals is allowed {shown}{limits}"
        yield error("notification-public", what, _WHY, "Write Principal, with the principals that need access")
        return
    for principal in _principals(statement.get("Principal")):
        if principal is None:
            yield note(
                "notification-unknown", f"a principal that is known only once deployed is allowed {shown}{limits}",
                _WHY, fix,
            )  # fmt: skip
            continue
        account = _ACCOUNT.fullmatch(principal)
        if principal == "*":
            found = warning if limits else error
            yield found("notification-public", f"everyone is allowed {shown}{limits}", _WHY, fix)
        elif account is None:
            yield warning("notification-access", f"{principal} is allowed {shown}{limits}", _WHY, fix)
        elif account["account"] != policy.home.account:
            is_ours = account["account"] in scene.known.accounts
            found = warning if is_ours or policy.home.account is None else error
            kind = "" if is_ours else ", which is not a known account,"
            yield found("notification-access", f"{principal}{kind} is allowed {shown}{limits}", _WHY, fix)


def _principals(written: Json) -> Iterator[str | None]:
    """Yield the AWS principals of a statement; None for one that is not known. Services are left out."""
    if isinstance(written, dict):
        written = [each for kind, value in written.items() if kind != "Service" for each in _listed(value)]
    for each in _listed(written):
        yield each if isinstance(each, str) and is_known(each) else None


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [] if value is None else [value]
