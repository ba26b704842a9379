"""A setting of the registry touches four files with the name of its key: docs/adr/0058-settings-are-a-table.md."""

import re
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

import pytest

from shared_ecr.declaration.settings.declared_setting import DeclaredSetting
from shared_ecr.declaration.settings.table import DECLARED
from shared_ecr.model.settings.setting import Setting
from shared_ecr.model.settings.setting_type import SettingType
from shared_ecr.model.settings.table import SETTINGS, TYPES
from shared_ecr.review.settings.reviewed_setting import reviewed_settings

ROOT = Path(__file__).parents[2]
ROOMS = (
    "shared_ecr/model/settings", "shared_ecr/declaration/settings", "shared_ecr/review/settings",
    "shared_ecr/local/ecr",
)  # fmt: skip
FILES = sorted(path for folder in ("shared_ecr", "constructs", "stacks") for path in (ROOT / folder).rglob("*.py"))
# Written by scripts/handler-permissions, from the published schemas.
GENERATED = {"shared_ecr/deployment/bootstrap/handler_permissions.py"}
# A resource that needs others beside it has a construct, which the loop over the table names; adoption compares what
# the construct makes.
WITH_A_CONSTRUCT = {"account_settings", "creation_templates", "notifications", "pull_through_cache", "signing"}
# What other parts of the package must understand, since their own answers depend on it.
WOVEN: Mapping[str, str] = {
    "account_settings": "the scope of the registry policy decides who has access, and a call can put the replication",
    "creation_templates": "a template makes repositories, so that every question about repositories is about it too",
    "pull_through_cache": "a pull of a name below a prefix is sent elsewhere, with a role and a secret that must exist",
    "registry_policy": "it decides with the policies of repositories who has access",
    "replication": "destinations have stacks, settings and repositories of their own",
    "scanning": "the gate waits for what it scans, and events of findings come from the service that scans",
}
MORE = {
    "notifications": {
        "shared_ecr/deployment/adoption/notification_drift.py": "its resources are of other services than ECR",
        "shared_ecr/model/settings/replicas.py": "failures of replication are reported where the copy arrives",
        "shared_ecr/model/stack_sizes.py": "its rules and its topic take room in the first stack",
    },
    "pull_time_exclusions": {
        "shared_ecr/deployment/adoption/retirement.py": "an image whose pulls leave no time looks unused",
        "shared_ecr/model/stack_sizes.py": "each is a resource of the first stack",
    },
    "signing": {"shared_ecr/model/stack_sizes.py": "its profiles are resources of the first stack"},
}


def settings() -> list[str]:
    """Return the file name of each setting: its readers and rows are in the files of that name."""
    folder = "shared_ecr.declaration.settings"
    names = (path.stem for path in (ROOT / ROOMS[1]).glob("*.py"))
    return sorted(
        name
        for name in names
        if any(isinstance(each, DeclaredSetting) for each in vars(import_module(f"{folder}.{name}")).values())
        and name != "table"
    )


def files_that_name(setting: str) -> set[str]:
    """Return the production files that use the rows of *setting*, or that write its type or its key."""
    rows = vars(import_module(f"shared_ecr.model.settings.{setting}")).values()
    text = (ROOT / ROOMS[0] / f"{setting}.py").read_text(encoding="utf-8")
    types = [each.type for each in rows if isinstance(each, SettingType) and f'"{each.type}"' in text]
    keys = [each.key for each in rows if isinstance(each, Setting) and f'("{each.key}"' in text]
    # A key of one word, such as `grants`, is a key of repositories too.
    written = [*types, *(key for key in keys if "_" in key)]
    named = re.compile(
        "|".join([rf"model\.settings\.{setting}\b", *(rf"[\"']{re.escape(each)}[\"']" for each in written)])
    )
    found = {str(path.relative_to(ROOT)) for path in FILES if named.search(path.read_text(encoding="utf-8"))}
    own = {f"{room}/{setting}.py" for room in ROOMS}
    return found - own - GENERATED


def test_every_setting_is_looked_at() -> None:
    assert set(WOVEN) | set(MORE) | WITH_A_CONSTRUCT <= set(settings())
    assert len(settings()) >= 9


@pytest.mark.parametrize("setting", [each for each in settings() if each not in WOVEN])
def test_a_setting_is_named_in_its_own_four_files(setting: str) -> None:
    others = files_that_name(setting)
    if setting in WITH_A_CONSTRUCT:
        constructs = (f"constructs/shared_ecr_constructs/{name}.py" for name in ("registry_settings", setting))
        others -= {*constructs, "shared_ecr/deployment/adoption/stack_made.py"}
    assert others == set(MORE.get(setting, ()))


@pytest.mark.parametrize("setting", WOVEN)
def test_a_setting_is_an_exception_only_where_it_needs_to_be(setting: str) -> None:
    assert len(files_that_name(setting)) > 4


def test_every_key_has_a_reader_and_every_reader_a_key() -> None:
    assert set(DECLARED) == set(SETTINGS)


def test_every_type_is_made_by_keys_that_exist() -> None:
    assert {key for each in TYPES.values() for key in each.keys} <= set(SETTINGS)


def test_no_two_types_have_the_same_place_in_a_template() -> None:
    orders = [each.order for each in TYPES.values()]
    assert len(set(orders)) == len(orders)


def test_every_type_is_judged_by_a_review() -> None:
    assert set(TYPES) <= set(reviewed_settings())


def test_a_review_has_a_row_for_each_property_of_a_snapshot() -> None:
    for each in (each for each in TYPES.values() if each.is_of_ecr):
        rows = {path.partition("[")[0].partition(".")[0] for path in reviewed_settings()[each.type].properties}
        assert rows >= {*each.shape.required, *each.shape.optional}, each.type


def test_what_is_fixed_distinguishes_or_is_of_the_type() -> None:
    for each in TYPES.values():
        known = {*each.shape.required, *each.shape.optional}
        assert {*each.create_only, *each.policies, *filter(None, [each.named_by])} <= known, each.type


def test_the_embedded_aws_has_every_type() -> None:
    emulated = pytest.importorskip("shared_ecr.local.ecr.emulated_setting", reason="shared-ecr[local] is not installed")
    assert {each.name for each in emulated.setting_types()} == {each.type for each in TYPES.values() if each.is_of_ecr}


def test_the_reference_has_every_key_with_its_type() -> None:
    page = (ROOT / "docs/reference/registry-settings.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| [`")]
    for key in SETTINGS:
        (row,) = (line for line in rows if f"[`{key}`](#{key})" in line)
        assert f"## {key}\n" in page
        types = [each.type for each in TYPES.values() if key == each.keys[0] and each.is_of_ecr]
        assert all(f"`{type_}`" in row for type_ in types), key
