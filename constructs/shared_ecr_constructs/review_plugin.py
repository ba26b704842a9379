"""Review any CDK app while it is synthesized: one line, and no migration.

    cdk.Validations.of(app).add_plugins(EcrReview(organization="o-exampleorg"))

https://docs.aws.amazon.com/cdk/v2/guide/policy-validation-synthesis.html
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import aws_cdk as cdk
import jsii

from shared_ecr.access.trust_boundary import TrustBoundary
from shared_ecr.findings import Severity
from shared_ecr.model.names import AccountId, OrganizationId
from shared_ecr.review.deployments import Doubt, Origin
from shared_ecr.review.documents import DeploymentTarget, open_deployment, together
from shared_ecr.review.findings import ReviewFinding
from shared_ecr.review.judging import ReviewQuestion
from shared_ecr.review.worlds import review_worlds
from shared_ecr.text import sentences

NAME = "shared-ecr"
# What a template keeps from being judged is shown as a warning, so that it is neither silent nor in the way.
NOT_JUDGED = "not-judged"


@jsii.implements(cdk.IPolicyValidationPlugin)
class EcrReview:
    """Find in every stack of an app what AWS would refuse of ECR, and what is dangerous.

    An error stops the synthesis; warnings are shown and stop nothing. Either is accepted, at the construct or above it,
    by `cdk.Validations.of(construct).acknowledge(cdk.Acknowledgment(id="shared-ecr::CODE", reason="…"))`, which CDK
    itself applies. The codes are those of docs/reference/review.md.

    Args:
        organization: the id of the organization whose members are no outsiders.
        accounts: ids of accounts that are no outsiders.

    Raises:
        InvalidValueError: the organization or an account is not an id.
    """

    def __init__(self, *, organization: str = "", accounts: Iterable[str] = ()) -> None:
        parsed = str(OrganizationId.parse(organization)) if organization else None
        self._known = TrustBoundary(parsed, frozenset(str(AccountId.parse(account)) for account in accounts))

    @property
    def name(self) -> str:
        """The name in the report, and the prefix of what is acknowledged."""
        return NAME

    @property
    def version(self) -> str:
        """The version of this package."""
        return version(NAME)

    @property
    def rule_ids(self) -> list[str] | None:
        """None: they would serve CDK's analytics alone."""
        return None

    def validate(self, context: cdk.IPolicyValidationContext) -> cdk.PolicyValidationPluginReport:
        """Judge the templates that *context* names; CDK adds the construct of each finding."""
        folders = _assemblies(context.template_paths)
        result = review_worlds(
            together(NAME, [open_deployment(folder, DeploymentTarget(), shown_as=".") for folder in folders]),
            None,
            ReviewQuestion(datetime.now(UTC), self._known),
        )
        templates = _Templates(context.stack_templates)
        # What the template acknowledges by itself is CDK's to judge: it has its own way to accept a violation.
        shown = [each.finding for each in result.findings if each.finding.severity is not Severity.NOTE]
        violations = [templates.violation(each) for each in shown]
        violations += [templates.doubt(doubt) for doubt in result.doubts]
        is_clean = not any(each.severity is Severity.ERROR for each in shown)
        return cdk.PolicyValidationPluginReport(success=is_clean, violations=violations)


class _Templates:
    """The templates of the app, by which CDK finds the constructs."""

    def __init__(self, stacks: Sequence[cdk.PolicyValidationStack]) -> None:
        self._stacks = {Path(each.template_path).name: each for each in stacks}

    def violation(self, finding: ReviewFinding) -> cdk.PolicyViolation:
        """Show *finding* in CDK's form."""
        origin = finding.origin
        return cdk.PolicyViolation(
            rule_name=finding.code,
            description="\n".join([sentences(f"{finding.subject}: {finding.what}", finding.why), *finding.details]),
            fix=finding.fix or None,
            severity=str(finding.severity),
            violating_resources=[self._resource(origin) if origin else self._app()],
        )

    def doubt(self, doubt: Doubt) -> cdk.PolicyViolation:
        """Show what could not be judged, at the stack whose template it is in."""
        file = Path(doubt.place.partition(":")[0]).name
        stack = self._stacks.get(file)
        path = cdk.PolicyViolatingResource(locations=[], construct_path=stack.stack_construct_path) if stack else None
        return cdk.PolicyViolation(
            rule_name=NOT_JUDGED,
            description=str(doubt),
            severity="warning",
            violating_resources=[path or self._app()],
        )

    def _resource(self, origin: Origin) -> cdk.PolicyViolatingResource:
        stack = self._stacks.get(Path(origin.file).name)
        if stack is not None and origin.logical_id:
            return cdk.PolicyViolatingResource(
                locations=[], resource_logical_id=origin.logical_id, template_path=stack.template_path
            )
        # CDK does not list the templates of nested stacks; the assembly shows their constructs all the same.
        path = stack.stack_construct_path if stack else origin.construct_path
        return cdk.PolicyViolatingResource(locations=[], construct_path=path) if path else self._app()

    def _app(self) -> cdk.PolicyViolatingResource:
        """Stand for what no single resource is to blame for: the first stack."""
        path = next((each.stack_construct_path for each in self._stacks.values()), "")
        return cdk.PolicyViolatingResource(locations=[], construct_path=path)


def _assemblies(templates: Iterable[str]) -> list[Path]:
    """Return the outermost folders of *templates*; an assembly names those of its stages itself."""
    folders = {Path(each).parent for each in templates}
    return sorted(each for each in folders if not folders & set(each.parents))
