"""The job as specs of `shared_ecr`."""

from benchmarks.synthesis_ways.job import APPS, BUILD, PROJECT, PULLERS, REGION
from shared_ecr.model.encryption import Aes256
from shared_ecr.model.lifecycle import (
    AnyImage,
    LifecyclePolicy,
    LifecycleRule,
    NewestImages,
    PushedAge,
    TaggedWith,
    Untagged,
)
from shared_ecr.model.names import AccountId, Region, RepositoryName
from shared_ecr.model.permissions import AccessLevel, Grant, PolicyLocation
from shared_ecr.model.principals import Account, CodeBuildProject, LambdaFunctions, Role
from shared_ecr.model.repositories import RepositorySpec

PLACE = PolicyLocation.of(Region(REGION))


def spec(name: str) -> RepositorySpec:
    """Build one repository from nothing, as reading a declaration would; nothing is shared between two."""
    grants = (
        *(Grant(AccessLevel.PULL, Account(AccountId(account))) for account in PULLERS),
        Grant(AccessLevel.PULL, LambdaFunctions(AccountId(APPS))),
        Grant(AccessLevel.PULL, CodeBuildProject(AccountId(BUILD), PROJECT)),
        Grant(AccessLevel.PUSH, Role(AccountId(BUILD), "ci/app")),
    )
    rules = (
        LifecycleRule(10, TaggedWith(("dev-",)), NewestImages(20)),
        LifecycleRule(20, Untagged(), PushedAge(7)),
        LifecycleRule(30, AnyImage(), NewestImages(200)),
    )
    return RepositorySpec(RepositoryName(name), grants=grants, lifecycle=LifecyclePolicy(rules), encryption=Aes256())
