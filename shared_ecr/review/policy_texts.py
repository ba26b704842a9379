"""The policies that documents hold, read as far as they are known; equal texts are read once."""

from collections.abc import Mapping
from functools import lru_cache

from shared_ecr.access.lint import PolicyFinding, refused
from shared_ecr.access.lint.findings import UNKNOWN_ACCOUNT
from shared_ecr.access.policy_model import Policy
from shared_ecr.access.policy_reader import parse_policy
from shared_ecr.access.requests import TargetRepository
from shared_ecr.documents.json_text import Json, read_json
from shared_ecr.documents.policy_faults import InvalidPolicyError
from shared_ecr.findings.acknowledgements import ANYWHERE, Place
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import Region
from shared_ecr.records import record, replace
from shared_ecr.review.deployments import RegistryHome, is_known
from shared_ecr.review.texts import written_out
from shared_ecr.review.unknown_placeholders import filled

# A deployment seldom has more; beyond that, policies are read again.
_REMEMBERED = 4_096
ANY_REPOSITORY = "any/repository"


def new_repository(prefix: str | None) -> str:
    """Return a name that stands for the repositories that a creation template of *prefix* is for."""
    return ANY_REPOSITORY if prefix in {None, "", "ROOT"} else f"{str(prefix).rstrip('/')}/any-new-repository"


@record
class ReadPolicy:
    """One policy, and how much of it is known."""

    policy: Policy | None = None
    """What is known of it, with stand-ins for open parts; None where there is none, or where AWS would refuse it."""
    faults: tuple[PolicyFinding, ...] = ()
    """Why AWS would refuse it."""
    is_whole: bool = True
    """Whether every statement of it is in `policy`, or in the faults."""
    open_statements: frozenset[int] = frozenset()
    """The statements in which something is known only once deployed."""
    characters: int | None = None
    """As ECR counts them; None where there is no policy, or where it is not wholly known."""


_NOT_KNOWN = ReadPolicy(is_whole=False)


def read_held(written: Json, home: RegistryHome) -> ReadPolicy:
    """Read the policy that a property holds: an object, a text, or nothing."""
    if written is None:
        return ReadPolicy()
    text = written if isinstance(written, str) else written_out(written)
    known = is_known(written)
    read = _known(text) if known else _open(text, target_of(home))
    return replace(read, characters=len(text)) if known else read


def target_of(
    home: RegistryHome,
    name: str = ANY_REPOSITORY,
    tags: tuple[tuple[str, str], ...] | None = None,
    *,
    has_all_tags: bool = True,
) -> TargetRepository:
    """Return the repository called *name* in *home* as requests are about it.

    Where the account or the Region is not known, the account is `UNKNOWN_ACCOUNT`.
    """
    account = home.account if home.account and home.region else UNKNOWN_ACCOUNT
    try:
        region = Region.parse(home.region or "us-east-1")
    except InvalidValueError:
        return TargetRepository(account, home.region or "us-east-1", name, tags=tags, has_all_tags=has_all_tags)
    return TargetRepository(account, str(region), name, str(region.partition), tags, has_all_tags=has_all_tags)


def known_place(target: TargetRepository) -> Place:
    """Return where *target* is, as an acknowledgement names it; stand-ins are not a place."""
    return ANYWHERE if target.account == UNKNOWN_ACCOUNT else (target.account, target.region)


def partition_of(home: RegistryHome) -> str | None:
    """Return the partition of *home*, or None where its Region is not known."""
    return target_of(home).partition if home.region else None


@lru_cache(maxsize=_REMEMBERED)
def _known(text: str) -> ReadPolicy:
    try:
        return ReadPolicy(parse_policy(text))
    except InvalidPolicyError as error:
        return ReadPolicy(faults=tuple(refused(error)))


@lru_cache(maxsize=_REMEMBERED)
def _open(text: str, target: TargetRepository) -> ReadPolicy:
    try:
        data = read_json(text)
    except InvalidPolicyError:
        # What is open may stand where its text makes the whole no JSON.
        return _NOT_KNOWN
    found = filled(data, target)
    if found is None:
        return _NOT_KNOWN
    try:
        read = parse_policy(written_out(found.policy))
    except InvalidPolicyError as error:
        return ReadPolicy(faults=tuple(refused(error)), is_whole=False, open_statements=found.open)
    # Findings call a statement by its place in the written policy.
    statements = tuple(replace(each, index=found.kept[each.index]) for each in read.statements)
    written = data.get("Statement") if isinstance(data, Mapping) else None
    is_whole = len(found.kept) == (len(written) if isinstance(written, list) else 1)
    return ReadPolicy(replace(read, statements=statements), is_whole=is_whole, open_statements=found.open)
