import pytest

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import Region
from shared_ecr.model.settings.signing import (
    MadeProfile,
    NamedProfile,
    Signing,
    SigningFilter,
    SigningRule,
    Validity,
    ValidityUnit,
)


def test_a_rule_is_sent_with_its_profile_and_filters() -> None:
    rule = SigningRule(MadeProfile("releases"), (SigningFilter("team/*"),))

    assert rule.wire("arn") == {
        "signingProfileArn": "arn",
        "repositoryFilters": [{"filter": "team/*", "filterType": "WILDCARD_MATCH"}],
    }


def test_a_rule_without_filters_signs_everything() -> None:
    assert SigningRule(MadeProfile("releases")).wire("arn") == {"signingProfileArn": "arn"}


def test_a_profile_that_two_rules_name_is_made_once() -> None:
    profile = MadeProfile("releases")
    rules = (SigningRule(profile, (SigningFilter("a"),)), SigningRule(profile, (SigningFilter("b"),)))

    assert Signing(rules).made_profiles == (profile,)


def test_the_arn_of_a_profile_says_where_it_is() -> None:
    profile = NamedProfile.parse("arn:aws:signer:eu-west-1:222222222222:/signing-profiles/releases")

    assert profile.region == Region("eu-west-1")


@pytest.mark.parametrize(("unit", "value"), [("DAYS", 0), ("DAYS", 4107), ("MONTHS", 136), ("YEARS", 12)])
def test_a_signature_is_valid_for_at_most_135_months(unit: str, value: int) -> None:
    with pytest.raises(InvalidValueError, match="cannot be valid"):
        Validity(ValidityUnit(unit), value)


@pytest.mark.parametrize("text", ["a", "my-profile", "a" * 65])
def test_a_profile_has_a_name_that_signer_takes(text: str) -> None:
    with pytest.raises(InvalidValueError, match="is not the name of a signing profile"):
        MadeProfile.parse(text)
