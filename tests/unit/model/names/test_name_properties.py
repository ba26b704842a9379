"""Hosts and references of every shape: nothing but InvalidValueError comes out, and what is read is written back."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import EcrRegistry, ImageReference, Region, RegistryHost, look_alikes, registry_host
from shared_ecr.model.names.accounts import AccountId
from shared_ecr.model.names.look_alikes import looks_like_ecr, refuse_look_alike
from shared_ecr.model.names.partitions import FIPS_REGIONS, PARTITIONS
from shared_ecr.model.names.references import WrittenReference, parse_repository

REGIONS = [region for partition in PARTITIONS for region in partition.regions]
SUFFIXES = [partition.dns_suffix for partition in PARTITIONS]
# The parts of the real names, of attacks on them, and noise: most of the combinations are nearly right.
PARTS = st.sampled_from(
    [
        *("111122223333", "11112222333", "dkr", "ecr", "dkr.ecr", "dkr-ecr", "-fips", "public", "public.ecr.aws"),
        *("ecr-public", "us-east-1", "cn-north-1", "eu-wast-1", "amazonaws.com", "amazonaws.com.cn", "on.aws", "aws"),
        *("attacker.example", "docker.io", "localhost", "127.0.0.1", "[::1]", "5000", "443", "team", "app", "latest"),
        *("sha256:" + "0" * 64, "sha256:", "https://", ".", "-", ":", "/", "@", " ", "\n", "\x00", "é", "A", "_"),
        *("xn--", "%", "\\", "?", "#"),
    ]
)
NEARLY = st.lists(PARTS, max_size=12).map("".join)
TEXTS = st.one_of(NEARLY, st.text(max_size=80))
ECR_HOSTS = st.builds(
    lambda account, region, fips, dual_stack: str(
        EcrRegistry(
            AccountId(account),
            region,
            fips=fips and region.name in FIPS_REGIONS,
            dual_stack=dual_stack and region.partition.dual_stack_suffix is not None,
        ).host
    ),
    st.from_regex(r"[0-9]{12}", fullmatch=True),
    st.sampled_from([Region(name) for name in REGIONS]),
    st.booleans(),
    st.booleans(),
)


def host_in(text: str) -> RegistryHost | None:
    try:
        return RegistryHost.parse(text)
    except InvalidValueError:
        return None


@settings(max_examples=1000)
@given(TEXTS)
def test_a_host_is_read_and_written_back_or_refused(text: str) -> None:
    host = host_in(text)
    assert host is None or str(host) == text


@settings(max_examples=1000)
@given(TEXTS)
def test_only_the_very_host_of_a_registry_of_ecr_is_ecrs(text: str) -> None:
    host = host_in(text)
    registry = host.ecr if host else None
    assert registry is None or str(registry.host) == text


@given(ECR_HOSTS)
def test_every_host_of_ecr_is_recognised(text: str) -> None:
    host = RegistryHost.parse(text)
    assert host.ecr is not None
    assert not looks_like_ecr(host)


@given(ECR_HOSTS, st.sampled_from([".attacker.example", "x", ".", ":443", "-x"]), st.booleans())
@example("111122223333.dkr.ecr.us-east-1.amazonaws.com", ".cn", True)  # noqa: FBT003 — behind
@example("111122223333.dkr.ecr.us-east-1.amazonaws.com", "attacker.", False)  # noqa: FBT003 — in front
def test_nothing_before_or_behind_a_host_of_ecr_leaves_it_one(text: str, addition: str, behind: bool) -> None:  # noqa: FBT001 — drawn
    host = host_in(text + addition if behind else addition.lstrip(".:-") + "." + text)
    assert host is None or (host.ecr is None and looks_like_ecr(host))


@settings(max_examples=1000)
@given(TEXTS)
def test_a_look_alike_is_refused_and_nothing_else_is(text: str) -> None:
    host = host_in(text)
    if host is None:
        return
    if looks_like_ecr(host):
        with pytest.raises(InvalidValueError):
            refuse_look_alike(host)
        assert host.ecr is None
    else:
        refuse_look_alike(host)


@settings(max_examples=2000)
@given(TEXTS)
@example("ghcr.io/a:1:1")
def test_a_reference_is_read_and_written_back_or_refused(text: str) -> None:
    try:
        reference = ImageReference.parse(text)
    except InvalidValueError:
        return
    assert ImageReference.parse(str(reference)) == reference
    assert str(reference).startswith(f"{reference.host}/")
    assert not looks_like_ecr(reference.host)


@given(
    st.one_of(st.sampled_from(["ghcr.io", "localhost:5000", "docker.io", "[::1]:5000"]), ECR_HOSTS),
    st.from_regex(r"[a-z0-9]{2,9}(?:(?:\.|_|__|-{1,3}|/)[a-z0-9]{1,9}){0,4}", fullmatch=True),
    st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}", fullmatch=True),
    st.from_regex(r"sha256:[0-9a-f]{64}", fullmatch=True),
    st.sampled_from([":{tag}", "@{digest}", ":{tag}@{digest}"]),
)
def test_every_reference_within_the_grammar_is_read(host: str, path: str, tag: str, digest: str, form: str) -> None:
    text = f"{host}/{path}{form.format(tag=tag, digest=digest)}"
    assert str(ImageReference.parse(text)) == text


@given(TEXTS)
def test_taking_a_reference_apart_raises_nothing_else(text: str) -> None:
    try:
        written = WrittenReference.parse(text)
    except InvalidValueError:
        return
    assert written.host is None or text.startswith(f"{written.host}/")


@given(st.sampled_from(["ghcr.io", "111122223333.dkr.ecr.us-east-1.amazonaws.com"]), TEXTS)
def test_a_repository_is_read_and_written_back_or_refused(host: str, text: str) -> None:
    try:
        name = parse_repository(RegistryHost(host), text)
    except InvalidValueError:
        return
    assert str(name) == text


@given(st.from_regex(look_alikes._SUSPECT.compiled))
def test_every_host_that_is_suspected_has_a_part_that_is_looked_for_first(host: str) -> None:
    assert "ecr" in host or ".dkr" in host


@given(st.from_regex(registry_host._PRIVATE.compiled, fullmatch=True))
def test_every_host_of_private_ecr_has_the_part_that_is_looked_for_first(host: str) -> None:
    assert ".dkr" in host
