import pytest

from shared_ecr.declaration import parse

CACHE = "pull_through_cache: {hub: {upstream: ecr-public, grants: {pull: [GRANT]}}}"
TEMPLATE = (
    "creation_templates: {PREFIX: {applied_for: [WHEN], tag_mutability: mutable, grants: {pull: [account: apps]}}}"
)


def warned(*settings: str) -> list[str]:
    """Return the places of what is said about pulls of cached images."""
    text = f"""\
version: 1
organization: o-a1b2c3d4e5
accounts: {{home: "111111111111", apps: "222222222222"}}
registry: {{account: home, regions: [us-east-1], {", ".join(settings)}}}
repositories: {{team/app: {{}}}}
"""
    return [each.path for each in parse(text).warnings if each.code == "cache-pull"]


def cache(grant: str = "account: apps") -> str:
    return CACHE.replace("GRANT", grant)


def template(prefix: str, when: str = "pull_through_cache") -> str:
    return TEMPLATE.replace("PREFIX", prefix).replace("WHEN", when)


@pytest.mark.parametrize(
    "grant", ["account: apps", "organization", "role: {account: apps, name: x}", "lambda: apps"], ids=str
)
def test_a_cache_whose_images_no_consumer_of_another_account_can_pull_is_warned_of(grant: str) -> None:
    assert warned(cache(grant)) == ["registry.pull_through_cache.hub.grants"]


def test_a_template_for_other_occasions_writes_no_policy_of_a_cached_repository() -> None:
    assert warned(cache(), template("hub", "replication"))


def test_a_template_of_another_namespace_does_not_count() -> None:
    assert warned(cache(), template("quay"))


def test_a_grant_to_another_namespace_does_not_count() -> None:
    assert warned(cache(), "grants_by_prefix: {hub2/: {pull: [account: apps]}}")


def test_a_grant_of_another_level_does_not_count() -> None:
    assert warned(cache(), "grants: {describe: [account: apps]}")


@pytest.mark.parametrize(
    "setting",
    [
        template("hub"),
        template("ROOT"),
        template("hub/library"),
        "grants_by_prefix: {hub/: {pull: [account: apps]}}",
        "grants: {pull: [organization]}",
    ],
    ids=["its template", "the template for all", "one below", "its prefix", "every repository"],
)
def test_what_allows_the_pull_of_cached_images_is_enough(setting: str) -> None:
    assert warned(cache(), setting) == []


@pytest.mark.parametrize("grant", ["account: home", "role: {account: home, name: x}"])
def test_consumers_of_the_registrys_own_account_need_no_policy_of_a_repository(grant: str) -> None:
    assert warned(cache(grant)) == []


def test_a_cache_without_grants_is_for_its_own_account() -> None:
    assert warned("pull_through_cache: {hub: {upstream: ecr-public}}") == []
