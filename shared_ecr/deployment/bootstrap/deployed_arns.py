"""The ARNs of what an assembly deploys, as narrow as the names in it allow."""

from collections.abc import Iterable, Sequence

from shared_ecr.access.actions import BEFORE_THE_REPOSITORY, REPOSITORY_LEVEL
from shared_ecr.deployment.bootstrap.assembly_resources import AssemblyResource
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import AccountId
from shared_ecr.model.settings.creation_templates import CREATION_TEMPLATE
from shared_ecr.model.settings.table import TYPES
from shared_ecr.records import record

# CloudFormation names a resource STACK-LOGICALID-RANDOM and cuts a long stack name; this much of it is always kept.
_KEPT_OF_STACK = 24
# Actions without a resource, by the service authorization reference of each service:
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
_WITHOUT_RESOURCE = frozenset({
    "iam:ListOpenIDConnectProviders", "iam:ListPolicies", "iam:ListRoles", "kms:CreateKey", "kms:ListKeys",
    "lambda:ListFunctions", "logs:DescribeLogGroups", "logs:DescribeResourcePolicies",
    "secretsmanager:GetRandomPassword", "secretsmanager:ListSecrets", "signer:ListSigningProfiles",
    "ssm:DescribeParameters",
})  # fmt: skip
# Which service-linked role ECR makes for which resource.
# https://docs.aws.amazon.com/AmazonECR/latest/userguide/using-service-linked-roles.html
_SERVICE_LINKED = {each.type: each.linked_role.service for each in TYPES.values() if each.linked_role}
# Services whose resources have the names that templates write: the type, and the ends of the ARNs.
_NAMED = {
    "codebuild": ("AWS::CodeBuild::Project", ("project/{}",)),
    "events": ("AWS::Events::Rule", ("rule/{}",)),
    "logs": ("AWS::Logs::LogGroup", ("log-group:{}", "log-group:{}:*")),
    "signer": ("AWS::Signer::SigningProfile", ("/signing-profiles/{}",)),
    "sns": ("AWS::SNS::Topic", ("{}",)),
}
_OIDC_ACTIONS = "OpenIDConnectProvider"


@record
class DeployedArns:
    """Answers which ARNs an action of a deployment is needed on."""

    account: AccountId
    resources: Sequence[AssemblyResource]
    is_exact: bool
    """Whether repositories are named one by one."""
    is_whole: bool
    """Whether every repository of the account is meant."""

    @property
    def service_linked(self) -> tuple[str, ...]:
        """The services whose linked roles the resources need."""
        return tuple(sorted({_SERVICE_LINKED[each.type] for each in self.resources if each.type in _SERVICE_LINKED}))

    def of(self, permission: str) -> tuple[str, ...]:  # noqa: PLR0911 — one answer for each service
        """Return the resources of *permission*.

        Raises:
            InvalidValueError: the service is not known.
        """
        service, _, action = permission.partition(":")
        if permission in _WITHOUT_RESOURCE or service == "inspector2":
            return ("*",)
        if service in _NAMED:
            type_, ends = _NAMED[service]
            return self._regional(service, [end.format(name) for name in self._names(type_) for end in ends])
        match service:
            case "ecr":
                about_one = action in REPOSITORY_LEVEL or action in BEFORE_THE_REPOSITORY
                return self._regional("ecr", self._repositories()) if about_one else ("*",)
            case "ecr-public":
                names = [f"repository/{name}" for name in self._names("AWS::ECR::PublicRepository")]
                return tuple(f"arn:{self._partition}:ecr-public::{self.account}:{name}" for name in names)
            case "ssm":
                return self.parameters(_parents(self._names("AWS::SSM::Parameter")))
            case "kms" | "codeconnections" | "codestar-connections":
                return self._keys() if service == "kms" else self._connections(service)
            case "iam":
                return self._iam(action)
            case "lambda":
                return self._regional("lambda", [f"function:{stack}" for stack in self._stacks()])
            case "secretsmanager":
                return self._secrets()
            case _:
                raise InvalidValueError(
                    f"the resources of {permission} are not known",
                    why="A policy with '*' in their place would allow more than the deployment needs",
                    code="execution-policy-type",
                )

    def parameters(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the ARNs of the SSM parameters *names*, which may end with `*`."""
        return self._regional("ssm", [f"parameter/{name.lstrip('/')}" for name in names])

    @property
    def _partition(self) -> str:
        return str(self.resources[0].region.partition) if self.resources else "aws"

    def _regional(self, service: str, resources: Iterable[str]) -> tuple[str, ...]:
        regions = sorted({str(each.region) for each in self.resources})
        prefix = f"arn:{self._partition}:{service}"
        return tuple(
            f"{prefix}:{region}:{self.account}:{each}" for region in regions for each in sorted(set(resources))
        )

    def _names(self, type_: str) -> list[str]:
        """Return the names of the resources of *type_*; one that CloudFormation chooses starts with the stack's."""
        return sorted({each.name or _generated(each.stack) for each in self.resources if each.type == type_})

    def _stacks(self) -> list[str]:
        return sorted({_generated(each.stack) for each in self.resources})

    def _repositories(self) -> list[str]:
        if self.is_whole:
            return ["repository/*"]
        names = self._names("AWS::ECR::Repository")
        found = names if self.is_exact else [_first_part(name) for name in names]
        templates = self._names(CREATION_TEMPLATE.type)
        return [f"repository/{each}" for each in (*found, *map(_templated, templates))]

    def _keys(self) -> tuple[str, ...]:
        """Return the keys: those that the stacks create have no name, so every key of the account and Region."""
        encryptions = (each.properties.get("EncryptionConfiguration") for each in self.resources)
        written = (each.get("KmsKey") for each in encryptions if isinstance(each, dict))
        named = {each for each in written if isinstance(each, str) and each.startswith("arn:")}
        return (*self._regional("kms", ["key/*"]), *sorted(named))

    def _iam(self, action: str) -> tuple[str, ...]:
        prefix = f"arn:{self._partition}:iam::{self.account}:"
        if action == "CreateServiceLinkedRole":
            return (f"{prefix}role/aws-service-role/*",)
        if _OIDC_ACTIONS in action:
            hosts = [url.removeprefix("https://") for url in self._names("AWS::IAM::OIDCProvider")]
            return tuple(f"{prefix}oidc-provider/{host}" for host in hosts)
        policies = [f"{prefix}policy/{name}" for name in self._names("AWS::IAM::ManagedPolicy")]
        roles = [f"{prefix}role/{name}" for name in self._names("AWS::IAM::Role")]
        if action == "PassRole":
            custom = (each.properties.get("CustomRoleArn") for each in self.resources)
            return (*roles, *sorted({arn for arn in custom if isinstance(arn, str)}))
        if "Role" in action:
            return tuple(roles) or tuple(policies)
        return tuple(policies)

    def _connections(self, service: str) -> tuple[str, ...]:
        """Return the connections that the projects name, by the older name of *service* or the newer one."""
        sources = (each.properties.get("Source") for each in self.resources)
        auths = (source.get("Auth") for source in sources if isinstance(source, dict))
        arns = (auth.get("Resource") for auth in auths if isinstance(auth, dict))
        return tuple(sorted({arn for arn in arns if isinstance(arn, str) and f":{service}:" in arn}))

    def _secrets(self) -> tuple[str, ...]:
        # Secrets Manager appends a hyphen and six characters to the name.
        names = self._names("AWS::SecretsManager::Secret")
        scoped = [f"{name}-*" if self.is_exact else _first_part(name, "-*") for name in names]
        made = self._regional("secretsmanager", [f"secret:{each}" for each in scoped])
        named = (each.properties.get("CredentialArn") for each in self.resources)
        return (*made, *sorted({arn for arn in named if isinstance(arn, str)}))


def _generated(stack: str) -> str:
    return f"{stack}-*" if len(stack) <= _KEPT_OF_STACK else f"{stack[:_KEPT_OF_STACK]}*"


def _first_part(name: str, end: str = "") -> str:
    first, separator, _ = name.partition("/")
    return f"{first}/*" if separator else f"{name}{end}"


def _templated(prefix: str) -> str:
    # The prefix of the template for all the rest: https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-creation-templates.html
    return "*" if prefix == "ROOT" else f"{prefix.rstrip('/')}/*"


def _parents(names: Iterable[str]) -> list[str]:
    return sorted({f"/{name.lstrip('/').partition('/')[0]}/*" for name in names})


def widest(arns: Sequence[str]) -> tuple[str, ...]:
    """Return *arns* without those that another one, which ends with `*`, covers already."""
    prefixes = {arn: arn[:-1] for arn in arns if arn.endswith("*")}
    return tuple(
        arn for arn in arns if not any(arn != other and arn.startswith(prefix) for other, prefix in prefixes.items())
    )
