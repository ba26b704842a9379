"""A perimeter: a principal that is outside of the organization is denied, whatever is granted here or anywhere else.

The form is that of AWS's data perimeter samples for ECR, with the registry account added to the exceptions: a wrong
organization id would otherwise lock the owner out.
https://github.com/aws-samples/data-perimeter-policy-examples (resource_based_policies/ecr_repository_policy.json)
"""

from collections.abc import Iterable, Iterator
from typing import Any

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import AccountId, OrganizationId
from shared_ecr.model.permissions.grants import Grant
from shared_ecr.model.principals import FromOrganization, Organization, OrganizationalUnit, Service
from shared_ecr.records import record


@record
class Perimeter:
    """The principals that can be allowed."""

    home: AccountId
    """The registry account; its principals are never denied."""
    organizations: tuple[OrganizationId, ...]
    accounts: tuple[AccountId, ...] = ()
    """Accounts outside of the organizations that may be allowed nevertheless."""

    def statements(self) -> list[dict[str, Any]]:
        """Render the two denials: of outsiders, and of services that act for outsiders."""
        organizations = sorted({str(each) for each in self.organizations})
        accounts = sorted({str(each) for each in (self.home, *self.accounts)})
        # A service carries no aws:PrincipalOrgID, so that the first denial would stop Lambda without the exemption.
        outsiders = {
            "StringNotEqualsIfExists": {"aws:PrincipalOrgID": organizations, "aws:PrincipalAccount": accounts},
            "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
        }
        deputies = {
            "StringNotEqualsIfExists": {"aws:SourceOrgID": organizations, "aws:SourceAccount": accounts},
            "Null": {"aws:SourceAccount": "false"},
            "Bool": {"aws:PrincipalIsAWSService": "true"},
        }
        return [_deny("DenyOutsiders", outsiders), _deny("DenyServicesForOutsiders", deputies)]


def perimeter_faults(grants: Iterable[Grant], perimeter: Perimeter) -> Iterator[InvalidValueError]:
    """Yield the *grants* that the perimeter denies: those of an organization that it does not name.

    Whether an account belongs to an organization cannot be known from a declaration.
    """
    for consumer in sorted({grant.consumer for grant in grants}, key=str):
        match consumer:
            case Organization(organization) | Service(_, FromOrganization(organization)):
                pass
            case OrganizationalUnit():
                organization = consumer.organization
            case _:
                continue
        if organization not in perimeter.organizations:
            yield InvalidValueError(
                f"the perimeter denies what is granted to {consumer}",
                why=f"It allows {', '.join(map(str, perimeter.organizations))} only, and a Deny always overrides a "
                "grant",
                fix=f"Add {organization} to 'organization' of the perimeter, or remove the grant",
                code="perimeter-cuts-grant",
            )


def _deny(sid: str, condition: dict[str, Any]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Deny", "Principal": "*", "Action": ["ecr:*"], "Condition": condition}
