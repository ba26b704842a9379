"""Random deployments of repositories and settings, and every dangerous change of a table, applied to one of them."""

import copy
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from inventory_files import newest, pushed
from properties import random_policies
from shared_ecr.review.deployments import Deployment, RegistryHome
from unit.review.changes.lifecycles import policies
from unit.review.changes.sides import (
    ACCOUNT,
    CONSUMER,
    Body,
    allow,
    policy,
    repository,
    resource,
    rules,
    side,
    stack,
    untagged,
)

EU = RegistryHome(ACCOUNT, "eu-west-1")
Stacks = dict[tuple[str, RegistryHome], dict[str, Body]]
"""By name and home, the resources of each stack."""
MODES = ("IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION", "MUTABLE", "MUTABLE_WITH_EXCLUSION")

# By seed: what is drawn step by step takes minutes to be made smaller, and is no easier to read afterwards.
randoms = st.integers(0, 2**32 - 1).map(random.Random)


@st.composite
def sides(draw: st.DrawFn) -> Stacks:
    """Return one to three stacks, the first of them in two Regions sometimes."""
    rng = draw(randoms)
    names = [f"{team}/{app}" for team in ("a", "b", "c") for app in ("api", "web", "job", "db")]
    rng.shuffle(names)
    places = [("one", RegistryHome(ACCOUNT, "us-east-1")), ("two", RegistryHome(ACCOUNT, "us-east-1")), ("one", EU)]
    made: Stacks = {}
    for place in places[: draw(st.integers(1, 3))]:
        resources: dict[str, Body] = {}
        for number in range(draw(st.integers(1, 3))):
            lifecycle = draw(policies())
            name = names[number] if place[1] == EU else names.pop()
            resources[f"R{name.replace('/', '')}"] = _repository(rng, name, lifecycle.text() if lifecycle else None)
        if place[0] == "one":
            resources |= _settings(rng)
        made[place] = resources
    return made


def _repository(rng: random.Random, name: str, lifecycle: str | None) -> Body:
    mode = rng.choice(MODES)
    filters = [
        {"ImageTagMutabilityExclusionFilterType": "WILDCARD", "ImageTagMutabilityExclusionFilterValue": each}
        for each in rng.sample(("latest", "dev*", "*-rc", "main"), rng.randint(1, 3))
    ]
    return repository(
        name,
        keep=rng.random() < 0.8,
        ImageTagMutability=mode,
        ImageTagMutabilityExclusionFilters=filters if mode.endswith("_WITH_EXCLUSION") else None,
        ImageScanningConfiguration={"ScanOnPush": rng.random() < 0.7},
        EncryptionConfiguration=rng.choice((None, {"EncryptionType": "KMS", "KmsKey": "${Deployed:Key.Arn}"})),
        LifecyclePolicy={"LifecyclePolicyText": lifecycle} if lifecycle else None,
        RepositoryPolicyText=rng.choice(
            (None, random_policies.policy(rng, 2), json.dumps(random_policies.policy(rng)))
        ),
        Tags=[{"Key": key, "Value": rng.choice("xy")} for key in rng.sample(("team", "cost", "env"), 2)],
    )


def _settings(rng: random.Random) -> dict[str, Body]:
    """Return some of the settings that a registry may have."""
    filters = [{"Filter": each, "FilterType": "WILDCARD"} for each in ("a/*", "web")]
    destinations = [{"Region": each, "RegistryId": CONSUMER} for each in ("eu-central-1", "us-west-2")]
    prefixes = [{"Filter": each, "FilterType": "PREFIX_MATCH"} for each in ("a/", "b/")]
    every = {
        "Policy": resource("RegistryPolicy", PolicyText=policy(allow(Action=["ecr:ReplicateImage"], Resource="*"))),
        "Scanning": resource(
            "RegistryScanningConfiguration",
            ScanType="ENHANCED",
            Rules=[{"ScanFrequency": "SCAN_ON_PUSH", "RepositoryFilters": filters}],
        ),
        "Replication": resource(
            "ReplicationConfiguration",
            ReplicationConfiguration={"Rules": [{"Destinations": destinations, "RepositoryFilters": prefixes}]},
        ),
        "Cache": resource("PullThroughCacheRule", EcrRepositoryPrefix="quay", UpstreamRegistryUrl="quay.io"),
        "Template": resource("RepositoryCreationTemplate", Prefix="ROOT", AppliedFor=["CREATE_ON_PUSH", "REPLICATION"]),
    }
    return {name: body for name, body in every.items() if rng.random() < 0.5}


def deployed(stacks: Stacks) -> Deployment:
    return side(*(stack(name, home, **resources) for (name, home), resources in stacks.items()))


def shuffled(stacks: Stacks, rng: random.Random) -> Stacks:
    """Return the same in another order: stacks, resources, keys, statements, rules and filters."""
    places = list(stacks)
    rng.shuffle(places)
    return {place: _shuffled(stacks[place], rng) for place in places}


def _shuffled(value: Any, rng: random.Random) -> Any:
    match value:
        case dict():
            keys = list(value)
            rng.shuffle(keys)
            return {key: _shuffled(value[key], rng) for key in keys}
        case list():
            return [_shuffled(each, rng) for each in rng.sample(value, len(value))]
        case str() if value.startswith("{"):
            return json.dumps(_shuffled(json.loads(value), rng), indent=rng.choice((None, 1)))
        case _:
            return value


@dataclass(frozen=True)
class Draft:
    """A deployment on both sides, to be changed: one of its repositories is as the mutation needs it."""

    before: Stacks
    after: Stacks
    place: tuple[str, RegistryHome]
    logical_id: str

    @property
    def both(self) -> tuple[dict[str, Body], dict[str, Body]]:
        return self.before[self.place], self.after[self.place]

    def set(self, **properties: tuple[Any, Any]) -> None:
        """Write properties of the repository, before and after; None removes one."""
        for number, resources in enumerate(self.both):
            written = resources[self.logical_id]["Properties"]
            for name, values in properties.items():
                written.pop(name, None)
                if values[number] is not None:
                    written[name] = values[number]

    def put(self, logical_id: str, *bodies: Body | None) -> None:
        """Put another resource into the stack, before and after; whatever is of its type and home makes way for it."""
        (kind,) = {each["Type"] for each in bodies if each}
        for number, stacks in enumerate((self.before, self.after)):
            for (_, home), resources in stacks.items():
                for name in [
                    each for each, body in resources.items() if body["Type"] == kind and home == self.place[1]
                ]:
                    del resources[name]
            if body := bodies[number]:
                stacks[self.place][logical_id] = copy.deepcopy(body)


def draft(stacks: Stacks, rng: random.Random) -> Draft:
    before, after = copy.deepcopy(stacks), copy.deepcopy(stacks)
    place = rng.choice(list(before))
    ids = [name for name, body in before[place].items() if body["Type"] == "AWS::ECR::Repository"]
    return Draft(before, after, place, rng.choice(ids))


def _drop(found: Draft) -> None:
    found.set(LifecyclePolicy=({"LifecyclePolicyText": rules(untagged(77, 77))}, None))
    del found.after[found.place][found.logical_id]


def _drop_many(found: Draft) -> None:
    for resources in found.both:
        resources.update({f"Many{number}": repository(f"many/r{number}") for number in range(4)})
    for number in range(4):
        del found.after[found.place][f"Many{number}"]


def _rename(found: Draft) -> None:
    found.after[found.place][found.logical_id]["Properties"]["RepositoryName"] = "new/name"


def _move_id(found: Draft) -> None:
    after = found.after[found.place]
    after["Renamed"] = after.pop(found.logical_id)


def _move(found: Draft) -> None:
    other = ("other", found.place[1])
    found.before[other], found.after[other] = ({"Stay": repository("stay/here")} for _ in range(2))
    for stacks in (found.before, found.after):
        # A stack of one repository would be taken for the one that it moves to, under another name.
        stacks[found.place]["Stays"] = repository("stays/too")
    found.after[other][found.logical_id] = found.after[found.place].pop(found.logical_id)


def _weaken(found: Draft) -> None:
    before, after = (resources[found.logical_id] for resources in found.both)
    before |= {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    after |= {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Delete"}


def _rename_stack(found: Draft) -> None:
    found.after["renamed", found.place[1]] = found.after.pop(found.place)


def _change_region(found: Draft) -> None:
    found.after[found.place[0], RegistryHome(ACCOUNT, "ap-south-1")] = found.after.pop(found.place)


def _lifecycle(*found: Body | None) -> Callable[[Draft], None]:
    texts = tuple({"LifecyclePolicyText": rules(each)} if each else None for each in found)
    return lambda draft: draft.set(LifecyclePolicy=(texts[0], texts[1]))


def _mutability(*modes: str) -> Callable[[Draft], None]:
    def filters(mode: str) -> Any:
        names = {"IMMUTABLE_WITH_EXCLUSION": ["latest"], "wider": ["latest", "main"]}.get(mode)
        kind, value = "ImageTagMutabilityExclusionFilterType", "ImageTagMutabilityExclusionFilterValue"
        return [{kind: "WILDCARD", value: each} for each in names] if names else None

    written = [mode if mode != "wider" else "IMMUTABLE_WITH_EXCLUSION" for mode in modes]
    return lambda draft: draft.set(
        ImageTagMutability=(written[0], written[1]),
        ImageTagMutabilityExclusionFilters=(filters(modes[0]), filters(modes[1])),
    )


def _scan_off(found: Draft) -> None:
    scanning = resource("RegistryScanningConfiguration", ScanType="BASIC", Rules=[])
    found.put("Scanning", scanning, scanning)
    found.set(ImageScanningConfiguration=({"ScanOnPush": True}, {"ScanOnPush": False}))


def _basic(found: Draft) -> None:
    enhanced, basic = (
        resource("RegistryScanningConfiguration", ScanType=each, Rules=[]) for each in ("ENHANCED", "BASIC")
    )
    found.put("Scanning", enhanced, basic)


def _policies(*statements: Body | None) -> Callable[[Draft], None]:
    old, new = (policy(each) if each else None for each in statements)

    def change(found: Draft) -> None:
        found.put(
            "Policy", resource("RegistryPolicy", PolicyText=policy()), resource("RegistryPolicy", PolicyText=policy())
        )
        found.set(RepositoryPolicyText=(old, new))

    return change


def _replicated(*regions: str) -> Body:
    destinations = [{"Region": each, "RegistryId": CONSUMER} for each in regions]
    return resource("ReplicationConfiguration", ReplicationConfiguration={"Rules": [{"Destinations": destinations}]})


def _two_owners(found: Draft) -> None:
    policy_ = resource("RegistryPolicy", PolicyText=policy(allow(Action=["ecr:ReplicateImage"], Resource="*")))
    found.put("Policy", policy_, policy_)
    found.after["another", found.place[1]] = {"Policy": policy_, "Extra": repository("extra/one")}


MUTATIONS: dict[str, tuple[Callable[[Draft], None], set[str]]] = {
    "01 dropped": (_drop, {"repository-orphaned", "repository-deleted", "repository-renamed"}),
    "02 many dropped": (_drop_many, {"repositories-dropped-many"}),
    "03 renamed": (_rename, {"repository-renamed"}),
    "04 encryption": (
        lambda found: found.set(EncryptionConfiguration=(None, {"EncryptionType": "KMS", "KmsKey": "alias/x"})),
        {"repository-replaced"},
    ),
    "05 logical id": (_move_id, {"logical-id-changed"}),
    "06 moved": (_move, {"repository-moved"}),
    "07 removal": (_weaken, {"removal-weakened"}),
    "07 emptied": (lambda found: found.set(EmptyOnDelete=(None, True)), {"removal-weakened"}),
    "08 stack renamed": (_rename_stack, {"stack-moved"}),
    "08 Region": (_change_region, {"stack-moved"}),
    "09 count": (_lifecycle(newest(1, 90), newest(1, 10)), {"lifecycle-loses-more"}),
    "10 protection": (_lifecycle(newest(1, 9999, "v*"), newest(1, 10, "v*")), {"lifecycle-loses-more"}),
    "11 any": (_lifecycle(untagged(1, 14), pushed(2, 90)), {"lifecycle-loses-more"}),
    "11 shorter": (_lifecycle(untagged(1, 14), untagged(1, 13)), {"lifecycle-loses-more"}),
    "11 from nothing": (_lifecycle(None, untagged(1, 13)), {"lifecycle-loses-more"}),
    "12 mutable": (_mutability("IMMUTABLE", "MUTABLE"), {"mutability-weakened"}),
    "13 exclusion": (_mutability("IMMUTABLE_WITH_EXCLUSION", "wider"), {"exclusion-widened"}),
    "14 scan off": (_scan_off, {"scan-weakened"}),
    "14 basic": (_basic, {"scan-weakened"}),
    "15 grant": (_policies(allow(), allow("*")), {"access-widened-outside"}),
    "16 policy gone": (_policies(allow(), None), {"policy-gone"}),
    "17 destination": (
        lambda found: found.put("Replication", _replicated("eu-west-1", "us-west-2"), _replicated("us-west-2")),
        {"replication-destination-dropped"},
    ),
    "18 cache": (
        lambda found: found.put(
            "Cache",
            *(resource("PullThroughCacheRule", EcrRepositoryPrefix="q", UpstreamRegistryUrl=each) for each in "ab"),
        ),
        {"pull-through-replaced"},
    ),
    "19 two owners": (_two_owners, {"registry-singleton"}),
}
