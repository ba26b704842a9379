"""Read the roles that jobs of CI systems assume: GitHub Actions, GitLab, Bitbucket and CircleCI."""

from collections.abc import Callable, Collection
from functools import partial
from typing import TypeVar

from shared_ecr.declaration.accounts import read_account
from shared_ecr.declaration.consumers.neighbours import ConsumerContext
from shared_ecr.declaration.reader import Reading, join
from shared_ecr.documents.nodes import Mapping, Node, Scalar
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.principals import BitbucketPipelines, CircleCi, CiWorkflow, GitHubActions, GitLabCi, Role
from shared_ecr.model.principals.ci_workflows import STS_AUDIENCE
from shared_ecr.records import record, replace
from shared_ecr.text import quoted

Workflow = TypeVar("Workflow", bound=CiWorkflow)
_ROLE_KEYS = ("account", "role")
_ANY_REF_KEYS = ("any_ref", "reason")


@record
class _Fields:
    """The fields of one consumer, read one after the other: a fault is noted, and makes the whole unusable."""

    reading: Reading
    nodes: dict[str, Node]
    path: str

    def text(self, key: str) -> str | None:
        """Return the text of *key*, or None where it is not written or not a text."""
        node = self.nodes.get(key)
        return None if node is None else self.reading.text(node, join(self.path, key))

    def flag(self, key: str) -> bool:
        """Return whether *key* is true; it is false where it is not written."""
        node = self.nodes.get(key)
        return bool(node is not None and self.reading.boolean(node, join(self.path, key)))

    def place(self, *keys: str) -> tuple[Node, str]:
        """Return the node and the path of the last of *keys* that is written, which a fault is about."""
        key = next(key for key in reversed(keys) if key in self.nodes)
        return self.nodes[key], join(self.path, key)


def read_github_actions(reading: Reading, node: Node, path: str, neighbours: ConsumerContext) -> GitHubActions | None:
    """Read the role that the workflows of a GitHub repository assume."""
    if isinstance(node, Scalar):
        fault = InvalidValueError(
            "A grant cannot name only a GitHub repository",
            why="A workflow calls ECR as the role that it assumes, and the trust policy of that role names the "
            "repository",
            fix="Write {account: ACCOUNT, role: NAME, repository: OWNER/NAME}",
            code="github-role",
        )
        reading.note(node, path, fault)
        return None
    refs = ("branch", "tag", "environment", "pull_request")
    found = _fields(reading, node, path, ("repository",), (*refs, "audience"))
    if found is None or not _one_ref(found, refs):
        return None
    role, repository = _role(found, neighbours), found.text("repository")
    branch, tag, environment = (found.text(key) for key in refs[:3])
    pull_request = found.flag("pull_request")
    if role is None or repository is None or not _has_sts_audience(found):
        return None
    if any(key in found.nodes and value is None for key, value in zip(refs, (branch, tag, environment), strict=False)):
        return None
    made = _attempt(
        found,
        ("repository", *refs),
        lambda: GitHubActions.parse(
            role, repository, branch, tag=tag, environment=environment, pull_request=pull_request
        ),
    )
    return _with_reason(found, made)


def read_gitlab_ci(reading: Reading, node: Node, path: str, neighbours: ConsumerContext) -> GitLabCi | None:
    """Read the role that the jobs of a GitLab project assume."""
    found = _fields(reading, node, path, ("project",), ("branch", "tag", "host", "audience"))
    if found is None or not _one_ref(found, ("branch", "tag")):
        return None
    role, project = _role(found, neighbours), found.text("project")
    branch, tag, host = (found.text(key) for key in ("branch", "tag", "host"))
    if role is None or project is None or not _has_sts_audience(found):
        return None
    parse = partial(GitLabCi.parse, role, project, branch=branch, tag=tag, host=host or "gitlab.com")
    return _with_reason(found, _attempt(found, ("project", "host", "branch", "tag"), parse))


def read_bitbucket(reading: Reading, node: Node, path: str, neighbours: ConsumerContext) -> BitbucketPipelines | None:
    """Read the role that the pipelines of a Bitbucket repository assume."""
    required = ("workspace", "workspace_uuid", "repository_uuid")
    found = _fields(reading, node, path, required, ("environment_uuid",))
    if found is None:
        return None
    role = _role(found, neighbours)
    workspace, workspace_uuid, repository_uuid = (found.text(key) for key in required)
    if role is None or workspace is None or workspace_uuid is None or repository_uuid is None:
        return None
    environment = found.text("environment_uuid")
    parse = partial(BitbucketPipelines.parse, role, workspace, workspace_uuid, repository_uuid, environment)
    return _with_reason(found, _attempt(found, (*required, "environment_uuid"), parse))


def read_circleci(reading: Reading, node: Node, path: str, neighbours: ConsumerContext) -> CircleCi | None:
    """Read the role that the jobs of a CircleCI project assume."""
    found = _fields(reading, node, path, ("organization", "project"), ("origin", "branch"))
    if found is None:
        return None
    role, organization, project = _role(found, neighbours), found.text("organization"), found.text("project")
    if role is None or organization is None or project is None:
        return None
    parse = partial(CircleCi.parse, role, organization, project, found.text("origin"), found.text("branch"))
    return _with_reason(found, _attempt(found, ("organization", "project", "origin", "branch"), parse))


def _fields(
    reading: Reading, node: Node, path: str, required: Collection[str], optional: Collection[str]
) -> _Fields | None:
    needed = (*_ROLE_KEYS, *required)
    fields = reading.mapping(node, path, (*needed, *optional, *_ANY_REF_KEYS), required=needed)
    if fields is None or not isinstance(node, Mapping):
        return None
    nodes = dict(fields)
    return _Fields(reading, nodes, path) if all(key in nodes for key in needed) else None


def _role(found: _Fields, neighbours: ConsumerContext) -> Role | None:
    account = read_account(found.reading, found.nodes["account"], join(found.path, "account"), neighbours.accounts)
    node, path = found.place("role")
    return found.reading.parsed(node, path, partial(Role.parse, account)) if account else None


def _attempt(found: _Fields, keys: tuple[str, ...], make: Callable[[], Workflow]) -> Workflow | None:
    """Return what *make* makes, or note why it refuses at the one of *keys* that the fault quotes, else at the last."""
    try:
        return make()
    except InvalidValueError as fault:
        texts = ((key, getattr(found.nodes.get(key), "text", None)) for key in keys)
        culprit = next((key for key, text in texts if text is not None and fault.what.startswith(quoted(text))), None)
        node, path = found.place(culprit) if culprit else found.place(*keys)
        found.reading.note(node, path, fault)
        return None


def _one_ref(found: _Fields, keys: Collection[str]) -> bool:
    """Refuse a branch beside a tag: a token has one subject."""
    written = [key for key in keys if key in found.nodes]
    if len(written) < 2:  # noqa: PLR2004 — two of them
        return True
    node, path = found.place(*written)
    fault = InvalidValueError(
        f"{' and '.join(written)} are written together",
        why="A token has one subject, and the subject names only one of them",
        fix="Write an entry for each; the role may be the same",
        code="ci-refs",
    )
    found.reading.note(node, path, fault)
    return False


def _has_sts_audience(found: _Fields) -> bool:
    audience = found.text("audience")
    if audience is None or audience == STS_AUDIENCE:
        return True
    node, path = found.place("audience")
    fault = InvalidValueError(
        f"the audience {quoted(audience)} is not that of AWS's token service",
        why="A token for another service could be used to assume the role",
        fix=f"Leave it out, and let the job ask for a token for {STS_AUDIENCE}",
        code="oidc-audience",
    )
    found.reading.note(node, path, fault)
    return False


def _with_reason(found: _Fields, made: Workflow | None) -> Workflow | None:
    """Add why any ref may assume the role, where that is written: a reason with a flag, and never beside a ref."""
    any_ref, reason = found.flag("any_ref"), found.text("reason")
    if made is None or not (any_ref or reason):
        return made
    if not any_ref or not reason or made.has_ref:
        node, path = found.place(*_ANY_REF_KEYS)
        fault = InvalidValueError(
            "'any_ref: true' and a 'reason' are written together, and without a ref",
            fix="Write both, or name a branch, a tag or an environment instead",
            code="ci-any-ref",
        )
        found.reading.note(node, path, fault)
        return None
    return replace(made, any_ref_reason=reason)
