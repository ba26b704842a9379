"""What `uri` reads of a declaration, against what the whole of it says."""

import subprocess
import sys
from pathlib import Path

import pytest

from shared_ecr.declaration import load
from shared_ecr.declaration.addresses import read_names

ROOT = Path(__file__).parents[3]
ACCEPTED = [
    ROOT / "registry.yaml",
    *sorted((ROOT / "tests/declarations/accepted").glob("*.yaml")),
]
GOOD = """\
version: 1
accounts: {shared: "111111111111"}
registry: {account: shared, regions: [eu-west-1, us-east-1]}
repositories: {team/app: {}, team/worker: {}}
"""


@pytest.fixture
def declaration(tmp_path: Path) -> Path:
    path = tmp_path / "registry.yaml"
    path.write_text(GOOD)
    return path


@pytest.mark.parametrize("path", ACCEPTED, ids=lambda path: path.stem)
def test_the_names_are_those_of_the_whole_declaration(path: Path) -> None:
    registry = load(path).registry
    read = read_names(path, {})
    # None asks for the whole declaration, which is right everywhere and slow.
    if read is not None:
        assert read.account == registry.account
        assert read.regions == registry.regions
        assert read.names == tuple(each.name for each in registry.repositories)


def test_an_ordinary_declaration_is_not_read_whole(declaration: Path) -> None:
    read = read_names(declaration, {})
    assert read is not None
    assert [str(name) for name in read.names] == ["team/app", "team/worker"]


def test_an_environment_and_variables_count(declaration: Path) -> None:
    declaration.write_text(
        GOOD.replace('"111111111111"', '"${env:ACCOUNT}"')
        + 'environments: {dev: {ACCOUNT: "222222222222"}, prod: {ACCOUNT: "333333333333"}}\n'
    )
    read = read_names(declaration, {"SHARED_ECR_ENVIRONMENT": "prod"})
    assert read is not None
    assert str(read.account) == "333333333333"


def test_included_files_count(declaration: Path) -> None:
    declaration.write_text(
        f"{GOOD}include: [teams/*.yaml, {{path: shop.yaml, prefixes: [shop/], may_grant: {{pull: [organization]}}}}]\n"
    )
    (declaration.parent / "teams").mkdir()
    (declaration.parent / "teams/a.yaml").write_text("repositories: {a/one: {}}\n")
    (declaration.parent / "shop.yaml").write_text("repositories: {shop/one: {}}\n")
    read = read_names(declaration, {})
    assert read is not None
    assert [str(name) for name in read.names] == ["a/one", "shop/one", "team/app", "team/worker"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("version: 1", "version: 2"),
        ("version: 1", "version: true"),
        ("account: shared", "account: sharde"),
        ("us-east-1", "us-east1"),
        ("us-east-1", "eu-west-1"),
        ("team/app", "Team/App"),
        ("team/app", "team--app"),
        ("team/app", "cdk-hnb659fds-container-assets-111111111111-eu-west-1"),
        ("registry:", "registries:"),
        ("{team/app: {}, team/worker: {}}", "[]"),
        ("version: 1\n", "version: 1\nversion: 1\n"),
        ("version: 1\n", "version: 1\ninclude: [../other.yaml]\n"),
    ],
    ids=lambda text: text.strip(),
)
def test_where_something_is_wrong_the_whole_declaration_is_read(declaration: Path, old: str, new: str) -> None:
    declaration.write_text(GOOD.replace(old, new))
    assert read_names(declaration, {}) is None


def test_the_readers_of_grants_and_settings_are_not_imported(declaration: Path) -> None:
    program = (
        "import sys\nfrom shared_ecr.cli.main import main\n"
        f"main(['uri', 'team/app', '--file', {str(declaration)!r}])\n"
        "sys.stderr.write(' '.join(name for name in sys.modules if name.startswith('shared_ecr')))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not {
        "shared_ecr.declaration.registry",
        "shared_ecr.declaration.grants",
        "shared_ecr.model.permissions",
        "shared_ecr.model.settings",
        "shared_ecr.model.lifecycle",
    } & set(done.stderr.split())
