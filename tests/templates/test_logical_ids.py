import itertools
import json
from collections.abc import Iterable
from pathlib import Path

import aws_cdk as cdk
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared_ecr.model.names import Region, RepositoryName
from shared_ecr.model.names.repository import GRAMMAR
from shared_ecr.model.permissions import PolicyLocation
from shared_ecr.model.repositories import RepositorySpec
from shared_ecr_constructs import RegistryKey, SharedRepositories
from shared_ecr_constructs.repository import logical_name
from templates.synthesis import quick_app

# A changed logical id makes CloudFormation create a repository under a name that is taken, and abandon the old one
# with its images. Changing a line of this table needs a decision record and a migration.
LOGICAL_IDS = {
    "team/app": "Repositoriesteamapp862249B0",
    "team/app-a": "Repositoriesteamappa62474F77",
    "teamapp/a": "Repositoriesteamappa67F2201E",
    "my-app": "Repositoriesmyapp6847C1FF",
    "my_app": "Repositoriesmyapp0151E78C",
    "my.app": "RepositoriesmyappE8A47892",
    "myapp": "Repositoriesmyapp03879AAC",
    "a/b": "RepositoriesabEF2CEBD0",
    "a--b": "RepositoriesabAF44F10F",
    "a---b": "RepositoriesabA2CEB7E8",
    "a-b": "RepositoriesabCB9E9D78",
    "a/b/c": "Repositoriesabc18512808",
    "a/b-c": "RepositoriesabcCAAAFA4C",
}


def test_the_logical_id_of_a_repository_stays_what_it_was_deployed_as(tmp_path: Path) -> None:
    assert _logical_ids(LOGICAL_IDS, tmp_path) == LOGICAL_IDS


@pytest.mark.parametrize("name", LOGICAL_IDS)
def test_a_logical_id_is_the_same_without_the_other_repositories(name: str, tmp_path: Path) -> None:
    assert _logical_ids([name], tmp_path) == {name: LOGICAL_IDS[name]}


def test_logical_ids_do_not_follow_the_order_of_the_repositories(tmp_path: Path) -> None:
    assert _logical_ids(reversed(LOGICAL_IDS), tmp_path) == LOGICAL_IDS


def test_logical_ids_do_not_follow_the_name_of_the_stack_nor_its_region(tmp_path: Path) -> None:
    ids = _logical_ids(LOGICAL_IDS, tmp_path, stack_id="other-cn-north-1", region="cn-north-1")

    assert ids == LOGICAL_IDS


def test_the_longest_name_has_a_logical_id_that_cloudformation_admits(tmp_path: Path) -> None:
    longest = "a/" * 127 + "bc"

    assert len(_logical_ids([longest], tmp_path)[longest]) <= 255


_PARTS = st.lists(st.sampled_from(["a", "b", "ab"]), min_size=1, max_size=4)
_SEPARATORS = st.lists(st.sampled_from(["/", "-", "--", "---", "----", ".", "_", "__"]), min_size=4, max_size=4)


@st.composite
def _names(draw: st.DrawFn) -> str:
    """Draw a name from so few parts that two of them are nearly the same."""
    parts, separators = draw(_PARTS), draw(_SEPARATORS)
    return "".join(
        itertools.chain.from_iterable(itertools.zip_longest(parts, separators[: len(parts) - 1], fillvalue=""))
    )


@settings(max_examples=50)
@given(st.sets(_names(), min_size=2, max_size=40))
def test_two_names_never_have_one_construct_id(names: set[str]) -> None:
    assert all(GRAMMAR.fullmatch(name) for name in names)
    assert len({_as_cdk_stores(logical_name(RepositoryName(name))) for name in names}) == len(names)


def test_no_two_of_all_short_names_have_one_construct_id() -> None:
    # Every legal name of up to seven characters, of one letter and all the separators: the shapes there are.
    words = ("".join(word) for length in range(1, 8) for word in itertools.product("a-/._", repeat=length))
    names = [word for word in words if GRAMMAR.fullmatch(word)]

    assert len(names) > 100
    assert len({_as_cdk_stores(logical_name(RepositoryName(name))) for name in names}) == len(names)


def test_cdk_stores_a_slash_in_an_id_as_two_hyphens(tmp_path: Path) -> None:
    construct = cdk.Stack(quick_app(tmp_path), "a/b")

    assert construct.node.id == _as_cdk_stores("a/b")


def _as_cdk_stores(construct_id: str) -> str:
    """Return what CDK makes of an id; a logical id is a hash over these."""
    return construct_id.replace("/", "--")


def _logical_ids(
    names: Iterable[str], outdir: Path, *, stack_id: str = "shared-ecr-us-east-1", region: str = "us-east-1"
) -> dict[str, str]:
    """Return the logical id of each repository; the names go past the declaration, which refuses doubled separators."""
    place = PolicyLocation.of(Region(region))
    app = quick_app(outdir)
    stack = cdk.Stack(app, stack_id)
    key = RegistryKey(stack, "Key", partition=place.partition, account="111111111111")
    specs = [RepositorySpec(RepositoryName(name)) for name in names]
    SharedRepositories(stack, "Repositories", specs=specs, place=place, key_arn=key.attr_arn)
    app.synth()
    resources = json.loads((outdir / f"{stack_id}.template.json").read_text())["Resources"]
    return {
        resource["Properties"]["RepositoryName"]: logical_id
        for logical_id, resource in resources.items()
        if resource["Type"] == "AWS::ECR::Repository"
    }
