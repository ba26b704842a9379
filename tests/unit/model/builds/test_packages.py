import pytest

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.builds.packages import package_requirement


@pytest.mark.parametrize(
    "text",
    [
        "shared-ecr==1.0.0",
        "shared-ecr @ https://git.example.com/team/shared_ecr-1.0.0-py3-none-any.whl",
        "shared-ecr @ git+https://git.example.com/team/shared-ecr@0123456789012345678901234567890123456789",
    ],
    ids=["a version", "a wheel", "a commit"],
)
def test_a_requirement_without_credentials_is_taken_as_it_is(text: str) -> None:
    assert package_requirement(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "shared-ecr @ https://me:pw@git.example.com/x.whl",
        "shared-ecr @ git+https://token@git.example.com/team/shared-ecr@main",
        "shared-ecr @ https://me:pw@git.example.com",
        "a @ https://git.example.com/a.whl; b @ https://me:pw@git.example.com/b.whl",
    ],
    ids=["a wheel", "a revision", "no path", "the second of two"],
)
def test_credentials_in_the_address_of_a_package_are_refused(text: str) -> None:
    with pytest.raises(InvalidValueError, match="has credentials in it"):
        package_requirement(text)
