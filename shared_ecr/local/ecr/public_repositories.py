"""The API of ECR Public for repositories and what is shown about them; images cannot be pushed to them here.

It is in us-east-1 and nowhere else.
https://docs.aws.amazon.com/AmazonECRPublic/latest/APIReference/Welcome.html
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from ministack.core.responses import get_account_id, get_region

from shared_ecr.local.ecr.answers import Operation, RequestBody, ServiceError, new_store, page
from shared_ecr.local.ecr.policies import require_repository_policy
from shared_ecr.local.ecr.repositories import require_tags

REGION = "us-east-1"

# Of each repository: what is described, its catalog data, tags and policy.
_repositories, _catalog, _tags, _policies = new_store(), new_store(), new_store(), new_store()


def create(request: RequestBody) -> RequestBody:
    """Create a repository, with what the gallery shows of it."""
    name = request["repositoryName"]
    if name in _repositories:
        message = f"The repository with name '{name}' already exists in the registry with id '{get_account_id()}'"
        raise ServiceError("RepositoryAlreadyExistsException", message)
    require_tags(request.get("tags") or [])
    _repositories[name] = {
        "repositoryArn": f"arn:aws:ecr-public::{get_account_id()}:repository/{name}",
        "registryId": get_account_id(),
        "repositoryName": name,
        "repositoryUri": f"public.ecr.aws/{_alias()}/{name}",
        "createdAt": datetime.now(UTC).timestamp(),
    }
    _tags[name] = list(request.get("tags") or [])
    _catalog[name] = dict(request.get("catalogData") or {})
    return {"repository": _repositories[name], "catalogData": _catalog[name]}


def describe(request: RequestBody) -> RequestBody:
    """Return the repositories asked for, or all; refuse when one of those asked for is missing."""
    names = request.get("repositoryNames") or sorted(_repositories)
    found = [_repositories[_existing({"repositoryName": name})] for name in names]
    return page("repositories", found, request, 1000)


def delete(request: RequestBody) -> RequestBody:
    """Delete a repository with all that is shown about it."""
    name = _existing(request)
    for store in (_catalog, _tags, _policies):
        store.pop(name, None)
    return {"repository": _repositories.pop(name)}


def put_catalog(request: RequestBody) -> RequestBody:
    """Replace what the gallery shows of a repository."""
    name = _existing(request)
    _catalog[name] = dict(request["catalogData"])
    return {"catalogData": _catalog[name]}


def get_catalog(request: RequestBody) -> RequestBody:
    """Return what the gallery shows of a repository."""
    return {"catalogData": _catalog[_existing(request)]}


def set_policy(request: RequestBody) -> RequestBody:
    """Store the policy of a repository: who may push, since everyone may pull."""
    name = _existing(request)
    require_repository_policy(request["policyText"], "ecr-public")
    _policies[name] = request["policyText"]
    return get_policy(request)


def get_policy(request: RequestBody) -> RequestBody:
    """Return the policy of a repository; refuse where it has none."""
    name = _existing(request)
    if name not in _policies:
        message = f"Repository policy does not exist for the repository with name '{name}'"
        raise ServiceError("RepositoryPolicyNotFoundException", message)
    return {"registryId": get_account_id(), "repositoryName": name, "policyText": _policies[name]}


def delete_policy(request: RequestBody) -> RequestBody:
    """Forget the policy of a repository and return it."""
    deleted = get_policy(request)
    del _policies[deleted["repositoryName"]]
    return deleted


def forget_policy(name: str) -> None:
    """Forget the policy of a repository, if it has one."""
    _policies.pop(name, None)


def tags_of(name: str) -> list[RequestBody]:
    """Return the tags of a repository."""
    return list(_tags[name])


def replace_tags(name: str, tags: list[RequestBody]) -> None:
    """Give a repository these tags and no others, CloudFormation's own among them."""
    _tags[name] = list(tags)


def tag(request: RequestBody) -> RequestBody:
    """Add tags to a repository, or change them."""
    name = _named_by(request["resourceArn"])
    kept = {each["Key"]: each["Value"] for each in (*_tags[name], *request["tags"])}
    tags = [{"Key": key, "Value": value} for key, value in kept.items()]
    require_tags(tags)
    _tags[name] = tags
    return {}


def untag(request: RequestBody) -> RequestBody:
    """Remove tags from a repository."""
    name = _named_by(request["resourceArn"])
    _tags[name] = [each for each in _tags[name] if each["Key"] not in request["tagKeys"]]
    return {}


def list_tags(request: RequestBody) -> RequestBody:
    """Return the tags of a repository."""
    return {"tags": _tags[_named_by(request["resourceArn"])]}


def _existing(request: RequestBody) -> str:
    name: str = request["repositoryName"]
    if name not in _repositories:
        message = f"The repository with name '{name}' does not exist in the registry with id '{get_account_id()}'"
        raise ServiceError("RepositoryNotFoundException", message)
    return name


def _named_by(arn: str) -> str:
    prefix = f"arn:aws:ecr-public::{get_account_id()}:repository/"
    if not arn.startswith(prefix):
        raise ServiceError.invalid("resourceArn", f"must be the ARN of a public repository of '{get_account_id()}'")
    return _existing({"repositoryName": arn.removeprefix(prefix)})


def _alias() -> str:
    """Return an alias like the random one of AWS: a letter and seven more, always the same for an account."""
    drawn = hashlib.sha256(get_account_id().encode()).hexdigest()
    return f"a{drawn[:7]}"


def _in_its_region(operation: Operation) -> Operation:
    def served(request: RequestBody) -> RequestBody:
        require_region()
        return operation(request)

    return served


def require_region() -> None:
    """Refuse every Region but the one that ECR Public is in.

    Raises:
        ServiceError: the request is for another.
    """
    if get_region() != REGION:
        raise ServiceError("UnsupportedCommandException", f"Amazon ECR Public is in {REGION}, not in {get_region()}")


_SERVED: Mapping[str, Callable[[RequestBody], RequestBody]] = {
    "CreateRepository": create,
    "DescribeRepositories": describe,
    "DeleteRepository": delete,
    "PutRepositoryCatalogData": put_catalog,
    "GetRepositoryCatalogData": get_catalog,
    "SetRepositoryPolicy": set_policy,
    "GetRepositoryPolicy": get_policy,
    "DeleteRepositoryPolicy": delete_policy,
    "TagResource": tag,
    "UntagResource": untag,
    "ListTagsForResource": list_tags,
}
OPERATIONS: Mapping[str, Operation] = {name: _in_its_region(operation) for name, operation in _SERVED.items()}
