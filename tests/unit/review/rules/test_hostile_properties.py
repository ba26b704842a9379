"""Whatever is in a template, judging it ends, and ends with findings."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared_ecr.access.trust_boundary import TrustBoundary
from shared_ecr.review.deployments import RegistryHome, Resource, Stack
from shared_ecr.review.rules import judge
from shared_ecr.review.rules.headroom import headrooms
from unit.review.deployed import HOME, REPOSITORY, deployment, resource, stack

_KEYS = {
    "Repository": [*REPOSITORY, "RepositoryPolicyText", "ImageTagMutabilityExclusionFilters", "EmptyOnDelete", "Tags"],
    "RepositoryCreationTemplate": [
        "Prefix", "AppliedFor", "CustomRoleArn", "Description", "EncryptionConfiguration", "ImageTagMutability",
        "ImageTagMutabilityExclusionFilters", "LifecyclePolicy", "RepositoryPolicy", "ResourceTags",
    ],
    "PullThroughCacheRule": [
        "EcrRepositoryPrefix", "UpstreamRegistry", "UpstreamRegistryUrl", "UpstreamRepositoryPrefix", "CredentialArn",
        "CustomRoleArn",
    ],
    "RegistryPolicy": ["PolicyText"],
    "RegistryScanningConfiguration": ["ScanType", "Rules"],
    "ReplicationConfiguration": ["ReplicationConfiguration"],
    "SigningConfiguration": ["Rules"],
    "PullTimeUpdateExclusion": ["PrincipalArn"],
    "PublicRepository": ["RepositoryName"],
    "Custom::EcrSetting": ["Name", "Operation", "Body"],
}  # fmt: skip
_INNER = st.sampled_from([
    "Rules", "Destinations", "RepositoryFilters", "Filter", "FilterType", "Region", "RegistryId", "ScanFrequency",
    "SigningProfileArn", "EncryptionType", "KmsKey", "LifecyclePolicyText", "ScanOnPush", "Statement", "Effect",
    "Principal", "Action", "Condition", "AWS", "Service", "StringEquals", "aws:PrincipalOrgID", "Version", "Key",
])  # fmt: skip
_LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 10**13),
    st.text(max_size=12),
    st.sampled_from([
        "", "*", "${Deployed:X}", "a${Deployed:X.Arn}b", "IMMUTABLE", "BASIC", "KMS", "quay", "us-east-1", "ROOT", "{",
        '{"rules":[]}', '{"replicationConfiguration":{"rules":[{"destinations":1}]}}', "PutReplicationConfiguration",
        "arn:aws:iam::111111111111:role/a", "Allow", "2012-10-17", "\u200b", "\ue000", "\ud800",
    ]),
)  # fmt: skip
_VALUES = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_INNER, inner, max_size=3), max_leaves=12
)
_HOMES = st.sampled_from(
    [HOME, RegistryHome(None, None), RegistryHome("111111111111", "mars-1"), RegistryHome("2", "cn-north-1")]
)


@st.composite
def _resources(draw: st.DrawFn) -> Resource:
    kind = draw(st.sampled_from(sorted(_KEYS)))
    properties: dict[str, Any] = draw(st.dictionaries(st.sampled_from(_KEYS[kind]), _VALUES, max_size=5))
    return resource(kind, properties, draw(st.sampled_from(["A", "B"])), home=draw(_HOMES))


@st.composite
def _stacks(draw: st.DrawFn) -> Stack:
    return stack(*draw(st.lists(_resources(), max_size=4)), name=draw(st.sampled_from("ab")))


@given(st.lists(_stacks(), max_size=3))
def test_properties_of_any_shape_are_judged(stacks: list[Stack]) -> None:
    whole = deployment(*stacks)
    assert all(each.what and each.why and each.fix and str(each) for each in judge(whole, TrustBoundary()))
    assert all(each.limit > 0 for each in headrooms(whole))


@given(st.lists(_stacks(), max_size=2))
def test_judging_twice_finds_the_same_in_the_same_order(stacks: list[Stack]) -> None:
    whole = deployment(*stacks)
    assert judge(whole, TrustBoundary()) == judge(whole, TrustBoundary())
