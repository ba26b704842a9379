"""The verdicts of drift, from values alone."""

from datetime import date
from typing import Any

import pytest

from live_registries import UNTAGGED, policy, registry, registry_policy, repository, statement
from shared_ecr.access.trust_boundary import TrustBoundary
from shared_ecr.deployment.adoption.drift import drifts
from shared_ecr.deployment.adoption.drift_records import DriftQuestion, DriftVerdict, RepositoryDrift
from shared_ecr.deployment.adoption.wanted_resources import WantedRegistry, WantedResource
from shared_ecr.documents.live import DeniedRead, LiveResource
from shared_ecr.findings import Acknowledgements, JudgedFinding
from shared_ecr.findings.acknowledgements import Acknowledgement
from shared_ecr.model.settings.account_settings import CALLED_SETTING
from shared_ecr.model.settings.creation_templates import CREATION_TEMPLATE
from shared_ecr.model.settings.pull_through_cache import CACHE_RULE
from shared_ecr.model.settings.scanning import SCANNING_CONFIGURATION
from shared_ecr.records import replace

ROOT = "arn:aws:iam::222222222222:root"
HELD = policy(statement({"AWS": ROOT}))
MORE = policy(statement({"AWS": ROOT}), statement({"AWS": "333333333333"}))
STACKS = ("shared-ecr",)


def wanted(*resources: LiveResource) -> WantedRegistry:
    made = (WantedResource(each.kind, each.name, each.properties, "shared-ecr") for each in resources)
    return WantedRegistry({(each.kind, each.name): each for each in made})


def one(
    live: LiveResource | None, declared: LiveResource | None, deployed: LiveResource | None, **more: Any
) -> RepositoryDrift:
    lives = (live,) if live else ()
    question = DriftQuestion(
        registry(*lives, unread=more.pop("unread", ())),
        wanted(*((declared,) if declared else ())),
        wanted(*((deployed,) if deployed else ())),
        STACKS,
        TrustBoundary(),
        **more,
    )
    (found,) = drifts(question)
    return found


def shop(held: dict[str, Any] | None = HELD, **more: Any) -> LiveResource:
    return repository("shop", held, **{"owner": "shared-ecr", **more})


CASES: dict[str, tuple[LiveResource | None, LiveResource | None, LiveResource | None, DriftVerdict, list[str]]] = {
    "all equal": (shop(), shop(), shop(), DriftVerdict.IN_SYNC, []),
    "live differs": (shop(MORE), shop(), shop(), DriftVerdict.DRIFTED, ["drift-policy"]),
    "declared differs": (shop(), shop(MORE), shop(), DriftVerdict.UNDEPLOYED, ["drift-undeployed"]),
    "deployed differs": (shop(MORE), shop(MORE), shop(), DriftVerdict.BEHIND, ["drift-behind"]),
    "all differ": (shop(None), shop(MORE), shop(), DriftVerdict.DRIFTED, ["drift-policy", "drift-undeployed"]),
    "another field waits": (
        shop(MORE),
        shop(LifecyclePolicy=UNTAGGED),
        shop(),
        DriftVerdict.DRIFTED,
        ["drift-policy", "drift-undeployed"],
    ),
    "not declared": (shop(owner=None), None, None, DriftVerdict.UNMANAGED, ["repository-unmanaged"]),
    "of another stack, not declared": (
        shop(owner="theirs"),
        None,
        None,
        DriftVerdict.UNMANAGED,
        ["repository-unmanaged"],
    ),
    "of another stack": (shop(owner="theirs"), shop(), shop(), DriftVerdict.DRIFTED, ["drift-owner"]),
    "deleted": (None, shop(), shop(), DriftVerdict.MISSING, ["repository-missing"]),
    "new": (None, shop(), None, DriftVerdict.UNDEPLOYED, ["drift-undeployed"]),
    "removed from the declaration": (shop(), None, shop(), DriftVerdict.UNDEPLOYED, ["drift-undeployed"]),
    "removed from the declaration, and changed by hand": (
        shop(MORE),
        None,
        shop(),
        DriftVerdict.DRIFTED,
        ["drift-policy", "drift-undeployed"],
    ),
    "in other words": (
        shop(policy(statement({"AWS": "222222222222"}))),
        shop(),
        shop(),
        DriftVerdict.IN_SYNC,
        ["drift-text"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_three_states_have_one_verdict(case: str) -> None:
    live, declared, deployed, verdict, codes = CASES[case]
    found = one(live, declared, deployed)
    assert (found.verdict, sorted(each.code for each in found.findings)) == (verdict, codes)


def scanned(frequency: str) -> LiveResource:
    rules: Any = [
        {"ScanFrequency": frequency, "RepositoryFilters": [{"Filter": "*", "FilterType": "WILDCARD"}]},
    ]
    return LiveResource(SCANNING_CONFIGURATION.type, {"ScanType": "BASIC", "Rules": rules})


NOW, THEN, ELSE = scanned("SCAN_ON_PUSH"), scanned("MANUAL"), scanned("CONTINUOUS_SCAN")
SETTINGS: dict[str, tuple[LiveResource, LiveResource | None, LiveResource | None, DriftVerdict, list[str]]] = {
    "all equal": (NOW, NOW, NOW, DriftVerdict.IN_SYNC, []),
    "live differs": (THEN, NOW, NOW, DriftVerdict.DRIFTED, ["drift-setting"]),
    "declared differs": (NOW, THEN, NOW, DriftVerdict.UNDEPLOYED, ["drift-undeployed"]),
    "deployed differs": (THEN, THEN, NOW, DriftVerdict.BEHIND, ["drift-behind"]),
    "all differ": (ELSE, THEN, NOW, DriftVerdict.DRIFTED, ["drift-setting", "drift-undeployed"]),
    "not deployed": (THEN, NOW, None, DriftVerdict.DRIFTED, ["drift-setting"]),
    "removed from the declaration": (NOW, None, NOW, DriftVerdict.UNDEPLOYED, ["drift-undeployed"]),
    "removed, and changed by hand": (
        THEN,
        None,
        NOW,
        DriftVerdict.DRIFTED,
        ["drift-setting", "drift-undeployed"],
    ),
}


@pytest.mark.parametrize("case", SETTINGS)
def test_three_states_of_a_setting_have_one_verdict(case: str) -> None:
    live, declared, deployed, verdict, codes = SETTINGS[case]
    found = one(live, declared, deployed)
    assert (found.verdict, sorted(each.code for each in found.findings)) == (verdict, codes)


def test_what_no_stack_has_is_adopted_or_changed_by_its_import() -> None:
    (found,) = (each for each in one(shop(MORE, owner=None), shop(), None).findings if each.blocks)
    assert "shared-ecr adopt" in found.fix


def test_what_was_not_read_is_never_in_sync() -> None:
    unread = (DeniedRead("shop", "ecr:GetRepositoryPolicy", "denied"),)
    found = one(shop(), shop(), shop(), unread=unread)
    assert (found.verdict, [each.code for each in found.findings]) == (DriftVerdict.UNKNOWN, ["drift-unread"])
    assert found.findings[0].blocks


def unmanaged(held: LiveResource, *, is_strict: bool = False) -> list[tuple[str, str, bool]]:
    nothing = wanted()
    found = drifts(DriftQuestion(registry(held), nothing, nothing, STACKS, TrustBoundary(), is_strict=is_strict))
    return [(str(each.verdict), finding.code, finding.blocks) for each in found for finding in each.findings]


CACHE = LiveResource(CACHE_RULE.type, {"EcrRepositoryPrefix": "hub", "UpstreamRegistryUrl": "public.ecr.aws"})


def test_a_registry_policy_that_no_one_declared_is_not_in_sync() -> None:
    held = registry_policy(policy(statement({"AWS": "*"}, "ecr:*", Resource="*")))
    assert unmanaged(held) == [("unmanaged", "setting-unmanaged", True)]


@pytest.mark.parametrize("is_strict", [False, True])
def test_another_setting_that_no_one_declared_is_reported(is_strict: bool) -> None:  # noqa: FBT001 — the case
    assert unmanaged(CACHE, is_strict=is_strict) == [("unmanaged", "setting-unmanaged", is_strict)]


def test_a_setting_of_another_stack_is_a_note() -> None:
    assert unmanaged(replace(CACHE, owner="theirs"), is_strict=True) == [("unmanaged", "setting-unmanaged", False)]


def test_the_scanning_configuration_that_every_registry_has_is_no_finding() -> None:
    assert unmanaged(NOW) == []


def test_parts_that_this_release_does_not_know_are_never_in_sync() -> None:
    live = replace(registry(shop()), unknown=("DescribeRepositories: repositories[].quarantine",))
    found = drifts(DriftQuestion(live, wanted(shop()), wanted(shop()), STACKS, TrustBoundary()))
    assert [(each.name, str(each.verdict)) for each in found] == [("shop", "in sync"), ("the registry", "unknown")]
    assert found[1].findings[0].blocks


def test_strict_blocks_what_no_one_declared() -> None:
    assert not one(shop(owner=None), None, None).findings[0].blocks
    assert one(shop(owner=None), None, None, is_strict=True).findings[0].blocks


def test_the_key_of_the_stack_is_the_key_of_the_stack() -> None:
    key = "arn:aws:kms:us-east-1:111111111111:key/11111111-2222-3333-4444-555555555555"
    of_the_stack = {"EncryptionType": "KMS", "KmsKey": "${Deployed:Key.Arn}"}
    live = shop(EncryptionConfiguration={"EncryptionType": "KMS", "KmsKey": key}, key_owner="shared-ecr")
    declared = shop(EncryptionConfiguration=of_the_stack)
    assert one(live, declared, declared).verdict is DriftVerdict.IN_SYNC


def test_a_registry_of_five_hundred_that_is_untouched_is_in_sync() -> None:
    many = [repository(f"team/r{number}", HELD, owner="shared-ecr", LifecyclePolicy=UNTAGGED) for number in range(500)]
    question = DriftQuestion(registry(*many), wanted(*many), wanted(*many), STACKS, TrustBoundary())
    found = drifts(question)
    assert len(found) == 500
    assert {each.verdict for each in found} == {DriftVerdict.IN_SYNC}


@pytest.mark.parametrize(("kind", "key"), [(CREATION_TEMPLATE.type, "RepositoryPolicy"), (CALLED_SETTING.type, "Body")])
def test_a_text_that_is_not_json_has_drifted(kind: str, key: str) -> None:
    about = {"Name": "x"} if kind == CALLED_SETTING.type else {"Prefix": "x"}
    declared, live = (LiveResource(kind, {**about, key: text}) for text in ("{}", "{} and more"))
    assert one(live, declared, declared).verdict is DriftVerdict.DRIFTED


def test_parts_that_this_release_does_not_know_are_not_in_sync() -> None:
    part = "DescribeRepositories: repositories[].quarantine"
    held = replace(registry(shop()), unknown=(part,))
    found = drifts(DriftQuestion(held, wanted(shop()), wanted(shop()), STACKS, TrustBoundary()))
    (_, unknown) = found
    (finding,) = unknown.findings
    assert (unknown.verdict, finding.code, finding.blocks) == (DriftVerdict.UNKNOWN, "drift-unknown", True)
    assert part in finding.what


def test_unknown_parts_can_be_acknowledged_for_the_whole_registry() -> None:
    held = replace(registry(shop()), unknown=("DescribeRepositories: repositories[].quarantine",))
    found = drifts(DriftQuestion(held, wanted(shop()), wanted(shop()), STACKS, TrustBoundary()))
    entry = Acknowledgement("drift-unknown", None, "it is not a setting", date(2027, 1, 1))
    (finding,) = found[1].findings
    accepted = Acknowledgements((entry,)).accepting(finding.code, finding.subject, date(2026, 12, 1))
    assert JudgedFinding(finding, accepted).blocks is False


def test_a_repository_that_the_snapshot_did_not_select_is_not_taken_for_deleted() -> None:
    held = replace(registry(), selection=("other/*",))
    (found,) = drifts(DriftQuestion(held, wanted(shop()), wanted(shop()), STACKS, TrustBoundary()))
    assert (found.verdict, [each.code for each in found.findings]) == (DriftVerdict.UNKNOWN, ["drift-unread"])
