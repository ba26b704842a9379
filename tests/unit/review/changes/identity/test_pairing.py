import pytest

from shared_ecr.review.changes.identity.pairing import LocatedResource, held, pair_up
from shared_ecr.review.changes.identity.stacks import paired_stacks
from shared_ecr.review.deployments import Deployment, RegistryHome
from unit.review.changes.sides import ACCOUNT, Body, repository, side, stack

EU = RegistryHome(ACCOUNT, "eu-west-1")
OPEN = RegistryHome(None, None)


def pairs(before: Deployment, after: Deployment) -> list[tuple[str, str]]:
    """Return stack, logical id and name of what is paired, of what was removed, and of what is new."""
    type_ = "AWS::ECR::Repository"
    found = pair_up(held(before, type_), held(after, type_), paired_stacks(before, after))
    return [
        *((shown(old), shown(new)) for old, new in found.both),
        *((shown(old), "") for old in found.removed),
        *(("", shown(new)) for new in found.new),
    ]


def shown(each: LocatedResource) -> str:
    return f"{each.stack.name}.{each.resource.origin.logical_id}"


def named(*names: str) -> dict[str, Body]:
    return {name.title().replace("/", ""): repository(name) for name in names}


@pytest.mark.parametrize(("before", "after", "expected"), [
    pytest.param(side(A=repository()), side(A=repository()), [("shared-ecr.A", "shared-ecr.A")], id="as it was"),
    pytest.param(side(A=repository()), side(B=repository()), [("shared-ecr.A", "shared-ecr.B")], id="another id"),
    pytest.param(side(A=repository()), side(A=repository("x/y")), [("shared-ecr.A", "shared-ecr.A")],
                 id="another name"),
    pytest.param(side(A=repository()), side(B=repository("x/y")), [("shared-ecr.A", ""), ("", "shared-ecr.B")],
                 id="another id and name"),
    pytest.param(side(A=repository("a/a"), B=repository("b/b")), side(A=repository("b/b"), B=repository("a/a")),
                 [("shared-ecr.A", "shared-ecr.B"), ("shared-ecr.B", "shared-ecr.A")], id="names exchanged"),
    pytest.param(side(A=repository(None)), side(A=repository(None)), [("shared-ecr.A", "shared-ecr.A")], id="unnamed"),
    pytest.param(side(A=repository(None)), side(B=repository(None)), [("shared-ecr.A", ""), ("", "shared-ecr.B")],
                 id="unnamed, another id"),
    pytest.param(side(stack("one", A=repository()), stack("two")), side(stack("one"), stack("two", B=repository())),
                 [("one.A", "two.B")], id="another stack and id"),
    pytest.param(side(stack("one", A=repository())), side(stack("two", A=repository())), [("one.A", "two.A")],
                 id="another name of the stack"),
    pytest.param(side(stack("one", A=repository())), side(stack("one", EU, A=repository())), [("one.A", "one.A")],
                 id="another Region"),
    pytest.param(side(stack("one", OPEN, A=repository())), side(stack("one", A=repository())), [("one.A", "one.A")],
                 id="a Region that was not known"),
    pytest.param(side(stack("one", A=repository()), stack("one", EU, A=repository())),
                 side(stack("one", EU, A=repository()), stack("one", A=repository())),
                 [("one.A", "one.A"), ("one.A", "one.A")], id="one name in two Regions"),
    pytest.param(side(stack("dev", OPEN, A=repository()), stack("prod", OPEN, A=repository())),
                 side(stack("dev", OPEN, A=repository()), stack("prod", OPEN)),
                 [("dev.A", "dev.A"), ("prod.A", "")], id="two unknown places"),
])  # fmt: skip
def test_each_repository_is_found_again(before: Deployment, after: Deployment, expected: list[tuple[str, str]]) -> None:
    assert pairs(before, after) == expected


def test_a_region_more_is_no_region_instead() -> None:
    us, eu = stack("one", A=repository()), stack("one", EU, A=repository())
    (pair,) = paired_stacks(side(us), side(eu, us))
    assert (pair.before.home, pair.after.home) == (us.home, us.home)


def test_a_stack_goes_on_where_most_of_it_is() -> None:
    before = side(stack("ecr", **named("a/a", "b/b", "c/c")))
    after = side(stack("ecr-1", **named("a/a")), stack("ecr-2", **named("b/b", "c/c")))
    assert [(each.before.name, each.after.name) for each in paired_stacks(before, after)] == [("ecr", "ecr-2")]


def test_stacks_that_share_nothing_are_two() -> None:
    assert paired_stacks(side(stack("one", **named("a/a"))), side(stack("two", **named("b/b")))) == ()
