"""What is asked: who calls, which action, on which repository, with which context."""

from collections.abc import Callable, Mapping

from shared_ecr.access.callers import Caller, CallerKind
from shared_ecr.access.contexts import Context, nothing_is_open
from shared_ecr.records import field, record

# Only a service that acts for a resource carries them; a principal with credentials of its own never does.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
SERVICE_KEYS = frozenset({"aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths"})
TAG_KEYS = ("aws:resourcetag/", "ecr:resourcetag/")
"""How the condition keys on tags of the repository begin, in lower case."""
_ORGANIZATION_OF_RESOURCE = frozenset({"aws:resourceorgid", "aws:resourceorgpaths"})
_PRINCIPAL_KEYS = frozenset({
    "aws:principalaccount", "aws:principalarn", "aws:principalisawsservice", "aws:principalorgid",
    "aws:principalorgpaths", "aws:principalservicename", "aws:principalservicenameslist", "aws:principaltype",
})  # fmt: skip


@record
class TargetRepository:
    """The repository that a request is about."""

    account: str
    region: str
    name: str
    partition: str = "aws"
    tags: tuple[tuple[str, str], ...] | None = ()
    """None where no one knows them."""
    organization: str | None = None
    has_all_tags: bool = True
    """Whether it has no tags besides `tags`: a stack can have tags that CloudFormation gives each of its resources."""

    @property
    def arn(self) -> str:
        """The repository's ARN."""
        return f"arn:{self.partition}:ecr:{self.region}:{self.account}:repository/{self.name}"

    def may_have_tag(self, key: str) -> bool:
        """Whether it may have the tag that the condition key *key* requires, in lower case, with a value of any kind.

        Tags that begin with `aws:` are written by AWS alone, such as the name of the stack, and no document has them.
        https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-resource-tags.html
        """
        if self.tags is None:
            return True
        name = key.partition("/")[2]
        is_open = not self.has_all_tags or name.startswith("aws:")
        return is_open and all(name != each.lower() for each, _ in self.tags)

    def facts(self) -> dict[str, tuple[str, ...]]:
        """Return the context keys that every request about the repository has, in lower case."""
        facts: dict[str, tuple[str, ...]] = {
            "aws:resourceaccount": (self.account,),
            "aws:requestedregion": (self.region,),
        }
        if self.organization:
            facts["aws:resourceorgid"] = (self.organization,)
        for key, value in self.tags or ():
            facts[f"aws:resourcetag/{key.lower()}"] = facts[f"ecr:resourcetag/{key.lower()}"] = (value,)
        return facts


@record
class Request:
    """One call of one action."""

    caller: Caller
    action: str
    """Without `ecr:`, as ECR writes it."""
    target: TargetRepository
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What is known besides the caller and the repository; keys in any case."""

    def full_context(self) -> Context:
        """Return every context key of the request; what is not in it, the request does not have."""
        return context_of(self.caller, self.target, self.context)


def context_of(
    caller: Caller,
    target: TargetRepository,
    extra: Mapping[str, tuple[str, ...]],
    is_open: Callable[[str], bool] = nothing_is_open,
) -> Context:
    """Join what follows from the caller and the repository with what is said; what is said wins."""
    said = {key.lower(): values for key, values in extra.items()}
    return Context(target.facts() | caller.facts() | said, is_open)


def open_keys(caller: Caller, target: TargetRepository) -> Callable[[str], bool]:
    """Return which keys the caller's requests about *target* may have with any value; the others they never have."""

    def is_open(key: str) -> bool:
        if key in SERVICE_KEYS:
            return caller.kind is CallerKind.SERVICE
        if key.startswith(TAG_KEYS):
            return target.may_have_tag(key)
        if key in _ORGANIZATION_OF_RESOURCE:
            return key not in target.facts()
        return key not in _PRINCIPAL_KEYS and not key.startswith("aws:resource")

    return is_open
