"""The trust of CI roles is proven by the evaluator of policies: the embedded AWS lets any subject in."""

import json
from typing import Any

import pytest

from shared_ecr.access.web_identities import WebIdentity, may_assume
from shared_ecr.declaration import parse
from shared_ecr.findings.problems import InvalidDeclarationError
from shared_ecr.model.ci_roles import CiRoleSpec, ci_role_specs

ORG, PROJECT, USER = (f"{digit * 8}-2222-3333-4444-555555555555" for digit in "abc")
OTHER = "dddddddd-2222-3333-4444-555555555555"
GITHUB = "token.actions.githubusercontent.com"
STS = "sts.amazonaws.com"
BITBUCKET = "api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc"
BITBUCKET_AUDIENCE = f"ari:cloud:bitbucket::workspace/{ORG}"
CIRCLECI = f"oidc.circleci.com/org/{ORG}"
IN_PROJECT = f"org/{ORG}/project/{PROJECT}/user/{USER}"
FROM_MAIN = f"{IN_PROJECT}/vcs-origin/github.com/acme/shop/vcs-ref/refs/heads/main"


def declaration(*consumers: str, more: str = "", level: str = "push") -> str:
    listed = "".join(f"        - {each}\n" for each in consumers)
    return (
        'version: 1\naccounts: {home: "111111111111", build: "555555555555"}\n'
        "registry: {account: home, regions: [eu-west-1]}\nci_roles: {accounts: [build]}\n"
        f"{more}repositories:\n  team/app:\n    grants:\n      {level}:\n{listed}"
    )


def role(*consumers: str, **options: str) -> CiRoleSpec:
    (spec,) = ci_role_specs(parse(declaration(*consumers, **options)).registry)
    return spec


def github(rest: str) -> str:
    return f"github_actions: {{account: build, role: ci, repository: acme/shop, {rest}}}"


def circleci(rest: str) -> str:
    return f"circleci: {{account: build, role: ci, organization: {ORG}, project: {PROJECT}, {rest}}}"


def bitbucket(rest: str = "any_ref: true, reason: it has no branch") -> str:
    uuids = f"workspace: acme, workspace_uuid: {ORG}, repository_uuid: {PROJECT}"
    return f"bitbucket: {{account: build, role: ci, {uuids}, {rest}}}"


MAIN = github("branch: main")
RELEASES = github("branch: release/*")
TAGS = github("tag: v*")
PRODUCTION = github("environment: production")
PULLS = github("pull_request: true")
ANY = github("any_ref: true, reason: the repository has one writer")
LAB = "gitlab_ci: {account: build, role: ci, project: acme/shop, branch: main}"
LAB_TAG = "gitlab_ci: {account: build, role: ci, project: acme/shop, tag: v*, host: git.acme.com}"
CIRCLE = circleci("origin: github.com/acme/shop, branch: main")
CIRCLE_ANY = circleci("any_ref: true, reason: one branch")
STEP = f"{{{USER}}}"
HERE = f"{{{PROJECT}}}"

SUBJECTS = [
    (MAIN, GITHUB, STS, "repo:acme/shop:ref:refs/heads/main", True),
    (MAIN, GITHUB, STS, "repo:acme/shop:ref:refs/heads/main2", False),
    (MAIN, GITHUB, STS, "repo:acme/shop:ref:refs/heads/Main", False),
    (MAIN, GITHUB, STS, "repo:acme/shop:ref:refs/tags/main", False),
    (MAIN, GITHUB, STS, "repo:acme/shop:pull_request", False),
    (MAIN, GITHUB, STS, "repo:acme/shop:environment:main", False),
    (MAIN, GITHUB, STS, "repo:acme/shop-evil:ref:refs/heads/main", False),
    (MAIN, GITHUB, STS, "repo:evil/shop:ref:refs/heads/main", False),
    (MAIN, GITHUB, "https://github.com/acme", "repo:acme/shop:ref:refs/heads/main", False),
    (MAIN, "gitlab.com", STS, "repo:acme/shop:ref:refs/heads/main", False),
    (RELEASES, GITHUB, STS, "repo:acme/shop:ref:refs/heads/release/1.4", True),
    (RELEASES, GITHUB, STS, "repo:acme/shop:ref:refs/heads/release", False),
    (RELEASES, GITHUB, STS, "repo:acme/shop:ref:refs/heads/feature/release/1", False),
    (TAGS, GITHUB, STS, "repo:acme/shop:ref:refs/tags/v1", True),
    (TAGS, GITHUB, STS, "repo:acme/shop:ref:refs/heads/v1", False),
    (PRODUCTION, GITHUB, STS, "repo:acme/shop:environment:production", True),
    (PRODUCTION, GITHUB, STS, "repo:acme/shop:environment:production2", False),
    (PRODUCTION, GITHUB, STS, "repo:acme/shop:ref:refs/heads/production", False),
    (PULLS, GITHUB, STS, "repo:acme/shop:pull_request", True),
    (PULLS, GITHUB, STS, "repo:acme/shop:ref:refs/heads/main", False),
    (ANY, GITHUB, STS, "repo:acme/shop:ref:refs/heads/anything", True),
    (ANY, GITHUB, STS, "repo:acme/shopping:ref:refs/heads/main", False),
    (LAB, "gitlab.com", STS, "project_path:acme/shop:ref_type:branch:ref:main", True),
    (LAB, "gitlab.com", STS, "project_path:acme/shop:ref_type:tag:ref:main", False),
    (LAB, "gitlab.com", STS, "project_path:acme/shop/fork:ref_type:branch:ref:main", False),
    (LAB, "gitlab.com", "https://gitlab.com", "project_path:acme/shop:ref_type:branch:ref:main", False),
    (LAB, "git.acme.com", STS, "project_path:acme/shop:ref_type:branch:ref:main", False),
    (LAB_TAG, "git.acme.com", STS, "project_path:acme/shop:ref_type:tag:ref:v2", True),
    (LAB_TAG, "gitlab.com", STS, "project_path:acme/shop:ref_type:tag:ref:v2", False),
    (bitbucket(), BITBUCKET, BITBUCKET_AUDIENCE, f"{HERE}:{STEP}", True),
    (bitbucket(), BITBUCKET, BITBUCKET_AUDIENCE, f"{HERE}:{{{OTHER}}}:{STEP}", True),
    (bitbucket(), BITBUCKET, BITBUCKET_AUDIENCE, f"{{{OTHER}}}:{STEP}", False),
    (bitbucket(), BITBUCKET, STS, f"{HERE}:{STEP}", False),
    (bitbucket(f"environment_uuid: {OTHER}"), BITBUCKET, BITBUCKET_AUDIENCE, f"{HERE}:{{{OTHER}}}:{STEP}", True),
    (bitbucket(f"environment_uuid: {OTHER}"), BITBUCKET, BITBUCKET_AUDIENCE, f"{HERE}:{STEP}", False),
    (bitbucket(f"environment_uuid: {OTHER}"), BITBUCKET, BITBUCKET_AUDIENCE, f"{HERE}:{{{ORG}}}:{STEP}", False),
    (CIRCLE, CIRCLECI, ORG, FROM_MAIN, True),
    (CIRCLE, CIRCLECI, ORG, IN_PROJECT, False),
    (CIRCLE, CIRCLECI, ORG, f"{FROM_MAIN}2", False),
    (CIRCLE, CIRCLECI, ORG, FROM_MAIN.replace("acme", "evil"), False),
    (CIRCLE, CIRCLECI, ORG, FROM_MAIN.replace(PROJECT, OTHER), False),
    # A branch that is named like the rest of a subject.
    (CIRCLE, CIRCLECI, ORG, f"{FROM_MAIN}/vcs-origin/github.com/acme/shop/vcs-ref/refs/heads/main", False),
    (CIRCLE, CIRCLECI, ORG, FROM_MAIN.replace("heads/main", "heads/x/vcs-ref/refs/heads/main"), False),
    (CIRCLE, CIRCLECI, STS, FROM_MAIN, False),
    (CIRCLE_ANY, CIRCLECI, ORG, IN_PROJECT, True),
    (CIRCLE_ANY, CIRCLECI, ORG, IN_PROJECT.replace(PROJECT, OTHER), False),
]


@pytest.mark.parametrize(("consumer", "issuer", "audience", "subject", "expected"), SUBJECTS)
def test_exactly_the_declared_subjects_may_assume_the_role(
    consumer: str, issuer: str, audience: str, subject: str, *, expected: bool
) -> None:
    provider = f"arn:aws:iam::555555555555:oidc-provider/{issuer}"
    assert may_assume(role(consumer).trust(), WebIdentity(provider, issuer, audience, subject)) is expected


def test_a_provider_of_another_account_vouches_for_nothing() -> None:
    foreign = WebIdentity(
        f"arn:aws:iam::666666666666:oidc-provider/{GITHUB}", GITHUB, STS, "repo:acme/shop:ref:refs/heads/main"
    )
    assert not may_assume(role(MAIN).trust(), foreign)


def test_a_role_that_several_refs_assume_has_one_trust_policy_for_all_of_them() -> None:
    trust = role(MAIN, TAGS, LAB).trust()
    provider = f"arn:aws:iam::555555555555:oidc-provider/{GITHUB}"
    for subject in ("repo:acme/shop:ref:refs/heads/main", "repo:acme/shop:ref:refs/tags/v1"):
        assert may_assume(trust, WebIdentity(provider, GITHUB, STS, subject))
    assert not may_assume(trust, WebIdentity(provider, GITHUB, STS, "repo:acme/shop:ref:refs/heads/other"))


def statements(spec: CiRoleSpec) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = spec.policy()["Statement"]
    return found


def test_the_policy_has_all_grants_of_the_role_and_no_others() -> None:
    text = (
        declaration(MAIN) + "  team/other:\n    grants:\n      pull: [role: {account: build, name: ci}]\n  third: {}\n"
    )
    (spec,) = ci_role_specs(parse(text).registry)
    _, *granted = statements(spec)
    named = {arn.rpartition("/")[2]: each["Action"] for each in granted for arn in each["Resource"]}
    assert set(named) == {"app", "other"}
    assert "ecr:PutImage" in named["app"]
    assert "ecr:PutImage" not in named["other"]


def test_a_grant_on_the_whole_registry_is_in_the_policy() -> None:
    text = declaration(MAIN).replace("eu-west-1]}", "eu-west-1], grants: {pull: [role: {account: build, name: ci}]}}")
    (spec,) = ci_role_specs(parse(text).registry)
    assert "arn:aws:ecr:eu-west-1:111111111111:repository/*" in json.dumps(spec.policy())


def test_the_login_is_the_only_thing_without_a_resource() -> None:
    assert [each["Action"] for each in statements(role(MAIN)) if each["Resource"] == "*"] == [
        ["ecr:GetAuthorizationToken"]
    ]


@pytest.mark.parametrize(
    ("consumer", "code"),
    [
        (github("any_ref: true"), "ci-any-ref"),
        ("github_actions: {account: build, role: ci, repository: acme/shop}", "ci-any-ref"),
        ("gitlab_ci: {account: build, role: ci, project: acme/shop}", "ci-any-ref"),
        (circleci("any_ref: false"), "ci-any-ref"),
        (github("branch: main, any_ref: true, reason: both"), "ci-any-ref"),
        ("github_actions: {account: build, role: ci, repository: acme*, branch: main}", "github-repository"),
        ("github_actions: {account: build, role: ci, repository: '*/shop', branch: main}", "github-repository"),
        ("gitlab_ci: {account: build, role: ci, project: acme/*, branch: main}", "gitlab-project"),
        ("gitlab_ci: {account: build, role: ci, project: acme/shop, branch: main, host: 'x/y'}", "gitlab-host"),
        (github("branch: main, tag: v*"), "ci-refs"),
        (github("branch: main, audience: https://github.com/acme"), "oidc-audience"),
        (github("branch: 'a..b'"), "github-branch"),
        (github("branch: release/.hidden"), "github-branch"),
        (github("branch: main.lock"), "github-branch"),
        (github("tag: '-v1'"), "github-tag"),
        (github("branch: 'x${aws:username}'"), "github-branch"),
        (github("environment: 'prod*'"), "github-environment"),
        (circleci("branch: main"), "circleci-origin"),
        (bitbucket("environment_uuid: production"), "bitbucket-uuid"),
    ],
)
def test_a_trust_that_is_too_wide_or_cannot_be_meant_is_refused(consumer: str, code: str) -> None:
    with pytest.raises(InvalidDeclarationError, match=rf"\[{code}\]|variable"):
        parse(declaration(consumer))


def test_a_pull_needs_no_ref() -> None:
    (workflow,) = role("github_actions: {account: build, role: ci, repository: acme/shop}", level="pull").workflows
    assert not workflow.has_ref


def test_an_account_that_no_grant_names_is_refused_with_its_place() -> None:
    text = declaration(MAIN).replace("accounts: [build]}", 'accounts: [build, "666666666666"]}')
    with pytest.raises(InvalidDeclarationError, match=r"ci_roles\.accounts\[1\]: no grant names a CI role"):
        parse(text)


def test_a_trust_policy_beyond_the_limit_is_refused() -> None:
    refs = [github(f"branch: a-branch-with-a-rather-long-name-{number}") for number in range(40)]
    with pytest.raises(InvalidDeclarationError, match="ci-trust-size"):
        parse(declaration(*refs))


def test_a_role_of_an_account_that_others_manage_is_left_alone() -> None:
    text = declaration(MAIN, "github_actions: {account: home, role: own, repository: acme/shop}")
    assert [spec.role.name for spec in ci_role_specs(parse(text).registry)] == ["ci"]
