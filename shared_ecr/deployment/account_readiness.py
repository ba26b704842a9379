"""Look at every account and Region that a deployment reaches: read-only, and what cannot be read is said."""

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any, assert_never

from shared_ecr.client.aws.build_connections import connection_states
from shared_ecr.client.aws.clients import AwsClients
from shared_ecr.client.aws.faults import AwsRefusedError, asking_aws
from shared_ecr.deployment.bootstrap.environments import BootstrapEnvironment
from shared_ecr.deployment.bootstrap.readiness import (
    MIN_BOOTSTRAP_VERSION,
    Readiness,
    ReadinessCheck,
    granted_roles,
    service_linked_roles,
    stack_names,
)
from shared_ecr.deployment.bootstrap.role_trust import trust_in
from shared_ecr.findings.errors import SharedEcrError
from shared_ecr.model.names import AccountId, Region
from shared_ecr.model.principals import Role
from shared_ecr.model.registry import RegistrySpec
from shared_ecr.model.settings.account_settings import ACCOUNT_SETTINGS
from shared_ecr.model.settings.pull_through_cache import CACHES
from shared_ecr.model.settings.upstream_secrets import MadeSecret, NamedSecret
from shared_ecr.records import field, record

_MISSING = frozenset({"NoSuchEntity", "NoSuchEntityException", "ParameterNotFound", "ResourceNotFoundException"})
_CURRENT = "AWSCURRENT"


@record(frozen=False)
class AccountReadiness:
    """Looks with the credentials there are, and into other accounts by the lookup role of their bootstrap stack."""

    registry: RegistrySpec
    environments: tuple[BootstrapEnvironment, ...]
    commands: Mapping[str, str]
    """By environment, the command that bootstraps it."""
    qualifier: str
    only_in: Region | None = None
    """The one Region whose account settings are looked at; None for all that are declared."""
    _clients: dict[AccountId, AwsClients | SharedEcrError] = field(default_factory=dict)

    def checks(self) -> Iterator[ReadinessCheck]:
        """Yield what is found, in the order of the environments, then what belongs to whole accounts.

        Raises:
            UnavailableError: there are no credentials, or no network.
        """
        region = self.registry.regions[0]
        with closing(AwsClients()) as own:
            self._clients[own.caller_account(region)] = own
            for environment in self.environments:
                yield from self._environment(own, environment)
            for home in self.registry.registries:
                if self.only_in in {None, home.region}:
                    yield from self._settings(own, home.region)
            yield from self._roles(own, region)

    def _environment(self, own: AwsClients, environment: BootstrapEnvironment) -> Iterator[ReadinessCheck]:
        repair = self.commands[environment.name]
        clients = self._in(own, environment.account, environment.region)
        if isinstance(clients, SharedEcrError):
            yield ReadinessCheck(
                environment.name,
                f"bootstrap stack: cannot be read with these credentials ({clients})",
                Readiness.UNKNOWN,
                f"run this again with credentials of the account, or, if it is not bootstrapped:\n{repair}",
            )
            return
        yield self._bootstrapped(clients, environment, repair)
        if environment.trusted:
            yield self._trusting(clients, environment, repair)
        for name in stack_names(self.registry, environment):
            yield from self._stack(clients, environment, name)
        builds = self.registry.builds
        if builds and (builds.account, builds.region) == (environment.account, environment.region):
            for state in connection_states(clients, builds):
                bad = Readiness.MISSING if state.is_known else Readiness.UNKNOWN
                readiness = bad if state.problem else Readiness.READY
                yield ReadinessCheck(environment.name, str(state), readiness, state.repair)

    def _bootstrapped(self, clients: AwsClients, environment: BootstrapEnvironment, repair: str) -> ReadinessCheck:
        name = f"/cdk-bootstrap/{self.qualifier}/version"
        ssm = clients.service("ssm", environment.region)
        found = _asked("ssm:GetParameter", lambda: ssm.get_parameter(Name=name)["Parameter"]["Value"])
        match found:
            case None:
                return ReadinessCheck(environment.name, "bootstrap stack", Readiness.MISSING, repair)
            case SharedEcrError():
                return ReadinessCheck(environment.name, f"bootstrap stack: {found}", Readiness.UNKNOWN, repair)
            case _ if str(found).isdecimal() and int(str(found)) >= MIN_BOOTSTRAP_VERSION:
                return ReadinessCheck(environment.name, f"bootstrap stack, version {found}", Readiness.READY)
            case _:
                about = f"bootstrap stack: version {found}, {MIN_BOOTSTRAP_VERSION} is needed"
                return ReadinessCheck(environment.name, about, Readiness.MISSING, repair)

    def _trusting(self, clients: AwsClients, environment: BootstrapEnvironment, repair: str) -> ReadinessCheck:
        assert environment.trusted is not None  # noqa: S101 — asked before
        role = f"cdk-{self.qualifier}-deploy-role-{environment.account}-{environment.region}"
        iam = clients.service("iam", environment.region)
        found = _asked("iam:GetRole", lambda: iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"])
        about = f"trust in account {environment.trusted}, which deploys"
        if isinstance(found, SharedEcrError):
            return ReadinessCheck(environment.name, f"{about}: {found}", Readiness.UNKNOWN, repair)
        partition = str(environment.region.partition)
        state = trust_in(found, environment.trusted, partition) if isinstance(found, dict) else Readiness.MISSING
        match state:
            case Readiness.READY:
                return ReadinessCheck(environment.name, about, state)
            case Readiness.MISSING:
                return ReadinessCheck(environment.name, about, state, repair)
            case Readiness.UNKNOWN:
                about = f"{about}: its trust policy has a deny, a condition or a single role that may decide otherwise"
                read = f"aws iam get-role --role-name {role} --query Role.AssumeRolePolicyDocument  # read it"
                return ReadinessCheck(
                    environment.name, about, state, f"{read}; this command writes it again:\n{repair}"
                )
            case _:
                assert_never(state)

    def _stack(self, clients: AwsClients, environment: BootstrapEnvironment, name: str) -> Iterator[ReadinessCheck]:
        cloudformation = clients.cloudformation(environment.region)
        found = _asked(
            "cloudformation:DescribeStacks",
            lambda: cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"],
        )
        if isinstance(found, SharedEcrError):
            repair = "allow cloudformation:DescribeStacks, and run this again"
            yield ReadinessCheck(environment.name, f"stack {name}: {found}", Readiness.UNKNOWN, repair)
        if str(found).endswith("_IN_PROGRESS"):
            repair = "wait until it is done, and look again"
            yield ReadinessCheck(environment.name, f"stack {name}: {found}", Readiness.UNKNOWN, repair)
        # Nothing can be deployed before such a stack is repaired.
        # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
        if str(found).endswith("_FAILED"):
            repair = f"aws cloudformation describe-stack-events --stack-name {name}  # what failed; then continue it"
            yield ReadinessCheck(environment.name, f"stack {name}: {found}", Readiness.MISSING, repair)
        # A first deployment that failed: docs/how-to/troubleshoot.md.
        if found == "ROLLBACK_COMPLETE":
            repair = (
                f"aws cloudformation update-termination-protection --stack-name {name} "
                f"--no-enable-termination-protection\naws cloudformation delete-stack --stack-name {name}"
            )
            about = f"stack {name}: ROLLBACK_COMPLETE, its first deployment failed"
            yield ReadinessCheck(environment.name, about, Readiness.MISSING, repair)

    def _settings(self, own: AwsClients, region: Region) -> Iterator[ReadinessCheck]:
        registry = self.registry
        name = f"aws://{registry.account}/{region}"
        clients = self._in(own, registry.account, region)
        if isinstance(clients, SharedEcrError):
            return
        iam, secrets = clients.service("iam", region), clients.service("secretsmanager", region)
        for role in service_linked_roles(registry) if region == registry.regions[0] else ():
            found = _asked("iam:GetRole", lambda role=role: iam.get_role(RoleName=role.name)["Role"])
            repair = f"aws iam create-service-linked-role --aws-service-name {role.service}"
            yield _check(name, f"service-linked role {role.name}", found, repair)
        ecr = clients.ecr(region)
        for setting in registry.settings[ACCOUNT_SETTINGS].calls():
            answer = _asked(
                "ecr:GetAccountSetting",
                lambda setting=setting: ecr.get_account_setting(name=setting.name)["value"],
            )
            wanted = json.loads(setting.body)["value"]
            same = answer if isinstance(answer, SharedEcrError) or answer == wanted else None
            yield _check(name, f"account setting {setting.name}={wanted}", same, "cdk deploy --all sets it")
        for secret in dict.fromkeys(rule.secret for rule in registry.settings[CACHES] if rule.secret):
            yield _check(name, *self._secret(secrets, secret))

    def _secret(self, secrets: Any, secret: MadeSecret | NamedSecret) -> tuple[str, object, str]:
        secret_id = secret.name if isinstance(secret, MadeSecret) else secret.arn
        described = _asked("secretsmanager:DescribeSecret", lambda: secrets.describe_secret(SecretId=secret_id))
        if isinstance(described, dict):
            stages = described.get("VersionIdsToStages") or {}
            has_value = any(_CURRENT in each for each in stages.values())
            # A secret that is to be deleted cannot be read any more.
            described = described if has_value and not described.get("DeletedDate") else None
        repair = (
            f"aws secretsmanager put-secret-value --secret-id {secret_id} --secret-string file://credential.json  "
            '# {"username": …, "accessToken": …}; the first deployment creates the secret'
        )
        return f"value of the secret {secret_id}", described, repair

    def _roles(self, own: AwsClients, region: Region) -> Iterator[ReadinessCheck]:
        for role in granted_roles(self.registry):
            clients = self._in(own, role.account, region)
            about = f"role {role.name}, which grants name"
            repair = "create it before the deployment: ECR refuses a policy that names a role which does not exist"
            if isinstance(clients, SharedEcrError):
                yield ReadinessCheck(f"aws://{role.account}", f"{about}: not readable", Readiness.UNKNOWN, repair)
                continue
            yield _check(f"aws://{role.account}", about, _role(clients, role, region), repair)

    def _in(self, own: AwsClients, account: AccountId, region: Region) -> AwsClients | SharedEcrError:
        """Return clients of *account*, or why there are none."""
        if account not in self._clients:
            role = f"arn:{region.partition}:iam::{account}:role/cdk-{self.qualifier}-lookup-role-{account}-{region}"
            try:
                self._clients[account] = own.assuming(role, region)
            except SharedEcrError as error:
                self._clients[account] = error
        return self._clients[account]


def _role(clients: AwsClients, role: Role, region: Region) -> object:
    iam = clients.service("iam", region)
    found = _asked("iam:GetRole", lambda: iam.get_role(RoleName=role.name.rpartition("/")[2])["Role"]["Arn"])
    # Of a role with another path, or other capitals, the policy of a repository would name none that exists.
    return found if isinstance(found, SharedEcrError) or str(found).endswith(f":role/{role.name}") else None


def _check(environment: str, subject: str, found: object, repair: str) -> ReadinessCheck:
    if isinstance(found, SharedEcrError):
        return ReadinessCheck(environment, f"{subject}: {found}", Readiness.UNKNOWN, repair)
    if found is None:
        return ReadinessCheck(environment, subject, Readiness.MISSING, repair)
    return ReadinessCheck(environment, subject, Readiness.READY)


def _asked(action: str, call: Any) -> object:
    """Return what *call* returns, None where the thing does not exist, or the refusal."""
    try:
        with asking_aws(action):
            answer: object = call()
    except AwsRefusedError as refusal:
        missing = refusal.code in _MISSING or "does not exist" in str(refusal)
        return None if missing else refusal
    return answer
