import pytest

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.builds.packages import PackageRequirement


@pytest.mark.parametrize(
    "text",
    [
        "shared-ecr==1.0.0",
        f"shared-ecr @ https://git.example.com/team/shared_ecr-1.0.0-py3-none-any.whl#sha256={'0f' * 32}",
        f"shared-ecr @ file:///wheels/shared_ecr-1.0.0-py3-none-any.whl#sha256={'0f' * 32}",
        "shared-ecr @ git+https://git.example.com/team/shared-ecr@0123456789012345678901234567890123456789",
        f"shared-ecr @ git+https://git.example.com/team/tools@{'0f' * 20}#subdirectory=shared-ecr",
        "acme-shared-ecr[cdk]==1.0.0+acme.1",
    ],
    ids=["a version", "a wheel", "a file", "a commit", "a folder of a commit", "a version of another name"],
)
def test_a_requirement_without_credentials_is_taken_as_it_is(text: str) -> None:
    assert str(PackageRequirement.parse(text)) == text


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
        PackageRequirement.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "shared-ecr",
        "shared-ecr>=1.0.0",
        "shared-ecr==1.*",
        "shared-ecr==1.0.0,<2",
        "shared-ecr==1.0.0; python_version < '3'",
        "shared-ecr @ git+https://git.example.com/team/shared-ecr",
        "shared-ecr @ git+https://git.example.com/team/shared-ecr@main",
        "shared-ecr @ git+https://git.example.com/team/shared-ecr@0123456",
        f"shared-ecr @ git+http://git.example.com/team/shared-ecr@{'0f' * 20}",
        "shared-ecr @ https://git.example.com/team/shared_ecr-1.0.0-py3-none-any.whl",
        f"shared-ecr @ https://git.example.com/x.whl#md5={'0f' * 16}",
        "./shared_ecr-1.0.0-py3-none-any.whl",
        "shared-ecr==1.0.0 another==1",
        f"shared-ecr @ git+https://git.example.com/${{{{secrets.TOKEN}}}}@{'0f' * 20}",
        f"shared-ecr @ git+https://git.example.com/$TOKEN@{'0f' * 20}",
        f"shared-ecr @ git+https://git.example.com/`id`@{'0f' * 20}",
    ],
)
def test_a_requirement_whose_content_can_change_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(InvalidValueError, match="does not say exactly what pip installs") as refused:
        PackageRequirement.parse(text)
    assert "@COMMIT" in refused.value.fix


@pytest.mark.parametrize("text", ["", "  ", "--index-url=https://packages.example.com", "a==1\n-r x", "-e ."])
def test_what_is_not_a_requirement_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError, match="is not a requirement of pip"):
        PackageRequirement.parse(text)


def test_extras_are_added_to_those_that_are_named() -> None:
    requirement = PackageRequirement.parse("shared-ecr [local, x] ==1.0.0").with_extras("cdk", "local")
    assert str(requirement) == "shared-ecr[local,x,cdk]==1.0.0"
