"""The rows of the table: what a declaration holds, and what a type says of calls and of Terraform."""

from hypothesis import given
from hypothesis import strategies as st

from shared_ecr.model.settings import SettingsSpec
from shared_ecr.model.settings.pull_time_exclusions import EXCLUSION, PULL_TIME_EXCLUSIONS, ExcludedPrincipal
from shared_ecr.model.settings.registry_policy import REGISTRY_POLICY
from shared_ecr.model.settings.scanning import DEFAULT_SCANNING, SCANNING, SCANNING_CONFIGURATION, Scanning, ScanType
from shared_ecr.text.spelling import camel_keys, pascal_keys, snake_case

A, B = (ExcludedPrincipal(f"arn:aws:iam::111111111111:role/{name}") for name in "ab")
ENHANCED = Scanning.on_every_push(ScanType.ENHANCED)
KEYS = st.from_regex(r"[a-z][A-Za-z0-9]*", fullmatch=True)


def test_a_setting_that_is_not_declared_has_its_default() -> None:
    assert SettingsSpec()[SCANNING] == DEFAULT_SCANNING


def test_a_setting_that_is_declared_as_none_has_no_default() -> None:
    assert SettingsSpec(SCANNING.holding(None))[SCANNING] is None


def test_each_setting_has_its_own_value() -> None:
    settings = SettingsSpec(SCANNING.holding(ENHANCED), PULL_TIME_EXCLUSIONS.holding((A,)))
    assert (settings[SCANNING], settings[PULL_TIME_EXCLUSIONS]) == (ENHANCED, (A,))


def test_the_order_of_the_file_has_no_meaning() -> None:
    one = SettingsSpec(SCANNING.holding(ENHANCED), PULL_TIME_EXCLUSIONS.holding((A, B)))
    other = SettingsSpec(PULL_TIME_EXCLUSIONS.holding((B, A)), SCANNING.holding(ENHANCED))
    assert (one, hash(one)) == (other, hash(other))


def test_a_call_puts_its_parameters_as_properties() -> None:
    assert EXCLUSION.put({"principalArn": A.arn}) == {"PrincipalArn": A.arn}


def test_the_registry_that_is_called_is_no_property() -> None:
    assert SCANNING_CONFIGURATION.put({"registryId": "111111111111", "scanType": "BASIC"}) == {"ScanType": "BASIC"}


def test_the_keys_of_a_policy_keep_their_spelling() -> None:
    condition = {"condition": {"aws:principalOrgId": "o-1"}}
    assert REGISTRY_POLICY.put({"policyText": condition}) == {"PolicyText": condition}


def test_a_singleton_is_named_by_nothing_in_terraform() -> None:
    assert SCANNING_CONFIGURATION.terraform_names == {
        "aws_ecr_registry_scanning_configuration": "", "awscc_ecr_registry_scanning_configuration": "",
    }  # fmt: skip


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner)))
def test_what_the_api_spells_comes_back_from_the_spelling_of_cloudformation(value: object) -> None:
    assert camel_keys(pascal_keys(value)) == value


def test_a_name_is_spelled_for_python() -> None:
    assert [snake_case(each) for each in ("PrincipalArn", "ListPullTimeUpdateExclusions", "kmsKey", "")] == [
        "principal_arn", "list_pull_time_update_exclusions", "kms_key", "",
    ]  # fmt: skip
