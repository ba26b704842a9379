from pathlib import Path

import pytest

from shared_ecr.declaration import load
from shared_ecr.findings.problems import InvalidDeclarationError
from shared_ecr.model.names import RepositoryName
from shared_ecr.model.registry import RegistrySpec

ROOT = """
version: 1
organization: o-a1b2c3d4e5
accounts: {home: "111111111111", apps: "222222222222", build: "555555555555", other: "444444444444"}
registry: {account: home, regions: [eu-west-1]}
defaults: {tags: {owner: platform}, grants: {pull: [account: other]}}
include:
  - {path: teams/shop.yaml, prefixes: [shop/, till/], may_grant: {pull: [account: apps], push: [account: build]}}
"""


def registry(tmp_path: Path, team: str, root: str = ROOT) -> RegistrySpec:
    (tmp_path / "teams").mkdir(exist_ok=True)
    (tmp_path / "teams/shop.yaml").write_text(team, encoding="utf-8")
    (tmp_path / "registry.yaml").write_text(root, encoding="utf-8")
    return load(tmp_path / "registry.yaml").registry


def refused(tmp_path: Path, team: str, code: str, root: str = ROOT) -> str:
    with pytest.raises(InvalidDeclarationError) as caught:
        registry(tmp_path, team, root)
    assert [each.code for each in caught.value.problems] == [code]
    return str(caught.value)


def test_a_team_declares_names_below_its_prefixes(tmp_path: Path) -> None:
    found = registry(tmp_path, "repositories: {shop/web: {}, till/app: {}}")
    assert [str(spec.name) for spec in found.repositories] == ["shop/web", "till/app"]


@pytest.mark.parametrize("name", ["pay/evil", "shopping/app", "shop", "x/shop/app"])
def test_a_name_outside_the_prefixes_is_refused_with_its_place(tmp_path: Path, name: str) -> None:
    said = refused(tmp_path, f"repositories:\n  {name}: {{}}\n", "team-prefix")
    assert f"shop.yaml:2:3: repositories.{name}" in said


@pytest.mark.parametrize(
    "grants",
    [
        "{pull: [account: apps]}",
        "{pull: [role: {account: apps, name: reader}]}",
        "{pull: [lambda: apps]}",
        "{push: [github_actions: {account: build, role: ci, repository: acme/shop, branch: main}]}",
    ],
)
def test_a_team_grants_what_the_whole_allows_and_less(tmp_path: Path, grants: str) -> None:
    (spec,) = registry(tmp_path, f"repositories: {{shop/web: {{grants: {grants}}}}}").repositories
    assert spec.grants


@pytest.mark.parametrize(
    "grants",
    [
        "{pull: [account: '999999999999']}",
        "{pull: [organization]}",
        "{push: [account: apps]}",
        "{pull: [account: build]}",
        "{pull_push: [account: build]}",
        "{pull: [role: {account: other, name: reader}]}",
        "{describe: [account: apps]}",
    ],
)
def test_a_grant_that_the_whole_does_not_allow_is_refused(tmp_path: Path, grants: str) -> None:
    said = refused(tmp_path, f"repositories: {{shop/web: {{grants: {grants}}}}}", "team-grant")
    assert "include[0].may_grant" in said


def test_a_grant_in_the_defaults_of_a_team_is_checked_too(tmp_path: Path) -> None:
    refused(tmp_path, "defaults: {grants: {push: [account: apps]}}\nrepositories: {shop/web: {}}", "team-grant")


def test_a_team_that_may_grant_nothing_has_the_grants_of_the_whole(tmp_path: Path) -> None:
    root = ROOT.replace(", may_grant: {pull: [account: apps], push: [account: build]}", "")
    (spec,) = registry(tmp_path, "repositories: {shop/web: {}}", root).repositories
    assert len(spec.grants) == 1
    refused(tmp_path, "repositories: {shop/web: {grants: {pull: [account: apps]}}}", "team-grant", root)


@pytest.mark.parametrize("key", ["statements: []", "perimeter: null"])
def test_what_could_give_access_in_another_way_is_refused(tmp_path: Path, key: str) -> None:
    refused(tmp_path, f"repositories: {{shop/web: {{{key}}}}}", "team-key")


def test_a_team_has_defaults_of_its_own_over_those_of_the_whole(tmp_path: Path) -> None:
    team = "defaults: {tags: {team: shop}}\nrepositories: {shop/web: {}, shop/api: {tags: {team: api}}}"
    found = registry(tmp_path, team)
    assert dict(found.repository(RepositoryName("shop/web")).tags) == {"owner": "platform", "team": "shop"}  # type: ignore[union-attr]  # it is declared
    assert dict(found.repository(RepositoryName("shop/api")).tags) == {"owner": "platform", "team": "api"}  # type: ignore[union-attr]  # it is declared


def test_null_still_clears_a_default_of_the_whole(tmp_path: Path) -> None:
    team = "defaults: {scan_on_push: true}\nrepositories: {shop/web: {tags: null}}"
    (spec,) = registry(tmp_path, team).repositories
    assert spec.tags == ()


@pytest.mark.parametrize("prefix", ["shop", "/shop/", ""])
def test_a_prefix_that_would_cover_the_names_of_others_is_refused(tmp_path: Path, prefix: str) -> None:
    root = ROOT.replace("[shop/, till/]", f"['{prefix}']") + "repositories: {}\n"
    refused(tmp_path, "repositories: {shop/web: {}}", "team-prefix", root)


def test_a_file_without_rules_has_no_defaults(tmp_path: Path) -> None:
    root = ROOT.partition("include:")[0] + "include: [teams/shop.yaml]\n"
    refused(tmp_path, "defaults: {}\nrepositories: {shop/web: {}}", "include-key", root)
