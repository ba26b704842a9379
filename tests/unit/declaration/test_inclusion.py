from pathlib import Path

import pytest

from shared_ecr.declaration import inclusion, load
from unit.declaration.declaring import codes, shown, written


def names(path: Path) -> list[str]:
    return [str(spec.name) for spec in load(path).registry.repositories]


def test_the_repositories_of_every_team_are_those_of_the_registry(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        {
            "registry.yaml": "include: [teams/*.yaml]\nrepositories: {own/app: {}}",
            "teams/a.yaml": "repositories: {a/app: {}}",
            "teams/b.yaml": "repositories: {b/app: {}}",
            "teams/readme.md": "not a declaration",
        },
    )
    assert names(path) == ["a/app", "b/app", "own/app"]


def test_a_declaration_that_includes_needs_no_repositories_of_its_own(tmp_path: Path) -> None:
    path = written(tmp_path, {"registry.yaml": "include: [a.yaml]", "a.yaml": "repositories: {a/app: {}}"})
    assert names(path) == ["a/app"]


def test_defaults_and_profiles_enter_the_repositories_of_a_team(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        {
            "registry.yaml": "include: [a.yaml]\ndefaults: {tags: {x: y}}\nprofiles: {p: {scan_on_push: false}}",
            "a.yaml": "repositories: {a/app: {profile: p}}",
        },
    )
    (spec,) = load(path).registry.repositories
    assert (spec.tags, spec.scan_on_push) == ((("x", "y"),), False)


def test_variables_are_replaced_in_the_file_of_a_team(tmp_path: Path) -> None:
    path = written(
        tmp_path, {"registry.yaml": "include: [a.yaml]", "a.yaml": 'repositories: {a/b: {tags: {x: "${env:X}"}}}'}
    )
    (spec,) = load(path, {"X": "y"}).registry.repositories
    assert spec.tags == (("x", "y"),)


def test_a_file_that_two_patterns_match_is_included_once(tmp_path: Path) -> None:
    path = written(
        tmp_path, {"registry.yaml": "include: [t/*.yaml, t/a.yaml]", "t/a.yaml": "repositories: {a/app: {}}"}
    )
    assert names(path) == ["a/app"]


def test_a_fault_is_shown_with_the_name_of_the_included_file(tmp_path: Path) -> None:
    path = written(
        tmp_path, {"registry.yaml": "include: [t/a.yaml]", "t/a.yaml": "repositories:\n  a/app: {scan_on_push: maybe}"}
    )
    (line,) = shown(path)
    assert line.startswith("t/a.yaml:2:25: repositories.a/app.scan_on_push: expected true or false")


def test_a_name_in_two_files_is_refused_with_both_places(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        {
            "registry.yaml": "include: [t/*.yaml]",
            "t/a.yaml": "repositories:\n  a/app: {}",
            "t/b.yaml": "repositories:\n\n  a/app: {}",
        },
    )
    (line,) = shown(path)
    assert line.startswith("t/b.yaml:3:3: repositories.a/app: the repository 'a/app' is declared twice")
    assert "t/a.yaml:2" in line


def test_a_twin_in_capitals_is_shown_with_the_file_of_the_other(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        {"registry.yaml": "include: [a.yaml]\nrepositories: {A/app: {}}", "a.yaml": "repositories: {a/app: {}}"},
    )
    (line,) = shown(path)
    assert "a.yaml:1" in line


@pytest.mark.parametrize("key", ["version: 1", "defaults: {}", "registry: {}", "include: [x.yaml]", "profiles: {}"])
def test_an_included_file_has_nothing_that_belongs_to_the_whole(key: str, tmp_path: Path) -> None:
    path = written(tmp_path, {"registry.yaml": "include: [a.yaml]", "a.yaml": f"{key}\nrepositories: {{}}"})
    assert codes(path) == ["include-key"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "config-empty"),
        ("- a", "config-shape"),
        ("repositories: []", "type-mapping"),
        ("other: {}", "missing-key"),
        ("repos: {}", "unknown-key"),
        ("repositories: {a/b: {}\n", "yaml-syntax"),
    ],
    ids=["empty", "a list", "repositories as a list", "another key", "a misspelled key", "not YAML"],
)
def test_a_fault_of_an_included_file_stops_the_whole(text: str, code: str, tmp_path: Path) -> None:
    path = written(tmp_path, {"registry.yaml": "include: [a.yaml]", "a.yaml": text})
    assert code in codes(path)
    assert all(line.startswith("a.yaml:") for line in shown(path))


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        ("nothing/*.yaml", "include-missing"),
        ("nothing.yaml", "include-missing"),
        ("registry.yaml", "include-path"),
        ("'*.yaml'", "include-path"),
        ("teams", "include-path"),
        ("../*.yaml", "include-path"),
        ("teams/../../x.yaml", "include-path"),
        ("/etc/passwd", "include-path"),
        ('""', "include-path"),
        (".", "include-path"),
        ("./", "include-path"),
        ("'a\\b.yaml'", "include-path"),
        ("a" * 300, "include-path"),
        ("'" + "a" * 300 + "/*.yaml'", "include-path"),
        ("'[.yaml'", "include-missing"),
    ],
)
def test_a_pattern_finds_files_below_the_folder_or_is_refused(pattern: str, code: str, tmp_path: Path) -> None:
    path = written(tmp_path, {"registry.yaml": f"include: [{pattern}]\nrepositories: {{}}", "teams/x.txt": ""})
    assert codes(path) == [code]


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "outside.yaml").write_text("repositories: {x/y: {}}", encoding="utf-8")
    path = written(tmp_path / "inside", {"registry.yaml": "include: [t/*.yaml]", "t/a.txt": ""})
    (tmp_path / "inside/t/a.yaml").symlink_to(tmp_path / "outside.yaml")
    assert codes(path) == ["include-path"]


def test_a_linked_folder_is_refused_where_it_leads_out(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/a.yaml").write_text("repositories: {x/y: {}}", encoding="utf-8")
    path = written(tmp_path / "inside", {"registry.yaml": "include: [t/*.yaml]"})
    (tmp_path / "inside/t").symlink_to(tmp_path / "outside")
    assert codes(path) == ["include-path"]


def test_links_that_go_round_in_a_circle_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, {"registry.yaml": "include: [a.yaml, '?.yaml']"})
    (tmp_path / "a.yaml").symlink_to(tmp_path / "b.yaml")
    (tmp_path / "b.yaml").symlink_to(tmp_path / "a.yaml")
    assert set(codes(path)) <= {"include-path", "include-missing"}


def test_a_pattern_that_takes_in_everything_is_refused_before_all_of_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inclusion, "MOST_FILES", 2)
    files = {f"t/{number}.yaml": "repositories: {}" for number in range(3)}
    assert codes(written(tmp_path, {"registry.yaml": "include: [t/*]", **files})) == ["include-path"]
