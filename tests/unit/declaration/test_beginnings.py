import pytest

from shared_ecr.declaration.origins import PACKAGE, resolved
from shared_ecr.findings.problems import InvalidDeclarationError, Severity
from shared_ecr.model.repositories import Deleted
from unit.declaration.declaring import declared, only

PROFILES = """
defaults: {tags: {owner: platform, tier: none}}
profiles:
  batch: {tags: {tier: batch}, scan_on_push: false}
  fast: {tags: {tier: fast, speed: high}}
"""


def tags(profile: str) -> dict[str, str]:
    return dict(only(f"{PROFILES}repositories: {{a/b: {{profile: {profile}, tags: {{app: b}}}}}}").tags)


def test_a_profile_is_between_the_defaults_and_the_repository() -> None:
    assert tags("batch") == {"owner": "platform", "tier": "batch", "app": "b"}


def test_of_several_profiles_the_later_wins() -> None:
    assert tags("[batch, fast]")["tier"] == "fast"
    assert tags("[fast, batch]")["tier"] == "batch"


def test_null_names_no_profile() -> None:
    assert tags("null")["tier"] == "none"


def test_null_clears_a_property_that_no_one_wrote() -> None:
    assert only("repositories: {a/b: {tags: null}}").tags == ()


def test_a_fault_of_a_profile_is_shown_once_where_it_is() -> None:
    text = "profiles: {p: {scan_on_push: maybe}}\nrepositories: {a/b: {profile: p}, a/c: {profile: p}}"
    with pytest.raises(InvalidDeclarationError) as caught:
        declared(text)
    assert [problem.path for problem in caught.value.problems] == ["profiles.p.scan_on_push"]


def test_each_value_knows_where_it_was_written() -> None:
    document = declared(f"{PROFILES}repositories:\n  a/b: {{profile: batch, tags: {{app: b}}}}").document
    shown = resolved(document, "registry.yaml", "a/b")
    assert shown is not None
    origins = shown.origins()
    assert origins["tags.owner"] == "registry.yaml:4"
    assert origins["tags.tier"] == origins["scan_on_push"] == "registry.yaml:6"
    assert origins["tags.app"] == "registry.yaml:9"
    assert origins["encryption"] == origins["lifecycle.rules[0].action.type"] == PACKAGE


def test_what_the_package_shows_as_its_defaults_reads_as_nothing_written() -> None:
    bare = declared("repositories: {a/b: {}}")
    shown = resolved(bare.document, "registry.yaml", "a/b")
    assert shown is not None
    import json  # noqa: PLC0415 — JSON is YAML, and this is its only use

    again = declared(f"repositories: {{a/b: {json.dumps(shown.values())}}}")
    assert again.registry.repositories == bare.registry.repositories


def test_a_repository_that_is_not_declared_is_not_resolved() -> None:
    assert resolved(declared("repositories: {}").document, "registry.yaml", "a/b") is None


def test_what_is_ignored_is_kept_with_its_reason() -> None:
    text = "ignore: [{code: name-double, reason: old, path: repositories.a--b/c}]\nrepositories: {a--b/c: {}}"
    read = declared(text)
    assert [(each.problem.code, each.reason) for each in read.ignored] == [("name-double", "old")]
    assert [str(spec.name) for spec in read.registry.repositories] == ["a--b/c"]


def test_a_path_means_all_that_is_below_it_and_nothing_beside() -> None:
    text = (
        "ignore: [{code: lifecycle-and, reason: r, path: repositories.a/b}]\n"
        "defaults: {}\nrepositories:\n"
        + "".join(
            f"  {name}: {{lifecycle: {{rules: [{{rulePriority: 1, selection: {{tagStatus: tagged, "
            "tagPatternList: [a, b], countType: imageCountMoreThan, countNumber: 1}, action: {type: expire}}]}}\n"
            for name in ("a/b", "a/bc")
        )
    )
    read = declared(text)
    assert [problem.path.split(".")[1] for problem in read.warnings] == ["a/bc"]


def test_an_error_that_aws_would_make_is_not_ignored() -> None:
    with pytest.raises(InvalidDeclarationError, match="ignore-refused"):
        declared("ignore: [{code: name-case, reason: r}]\nrepositories: {A/b: {}}")


def test_an_entry_that_ignores_nothing_is_a_warning() -> None:
    (warning,) = declared("ignore: [{code: name-double, reason: r}]\nrepositories: {}").warnings
    assert (warning.code, warning.severity) == ("ignore-unused", Severity.WARNING)


def test_a_deletion_carries_its_reason() -> None:
    spec = only("repositories: {a/b: {on_removal: {action: delete, reason: scratch, empty_on_delete: true}}}")
    assert spec.on_removal == Deleted("scratch", with_images=True)
