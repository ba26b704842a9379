import pytest

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import AccountId, OrganizationId


def test_a_leading_zero_is_part_of_an_account_id() -> None:
    assert str(AccountId.parse("012345678901")) == "012345678901"


@pytest.mark.parametrize(
    ("text", "code", "repair"),
    [
        ("12345678901", "account-id", "012345678901"),
        ("1234-5678-9012", "account-id-format", "123456789012"),
        ("1234 5678 9012", "account-id-format", "123456789012"),
        ("1234567890123", "account-id", "12 digits"),
        ("١٢٣٤٥٦٧٨٩٠١٢", "account-id", "12 digits"),
        ("", "account-id", "12 digits"),
    ],
    ids=["eleven digits", "dashes", "blanks", "thirteen digits", "digits of another script", "empty"],
)
def test_what_is_no_account_id_is_refused_with_its_repair(text: str, code: str, repair: str) -> None:
    with pytest.raises(InvalidValueError, match=repair) as caught:
        AccountId.parse(text)
    assert caught.value.code == code


@pytest.mark.parametrize("text", ["o-short", "r-ab12", "ou-ab12-11111111", "o-a1b2c3d4e5/*", "O-A1B2C3D4E5", "*", ""])
def test_only_the_id_of_an_organization_is_one(text: str) -> None:
    with pytest.raises(InvalidValueError):
        OrganizationId.parse(text)
