"""What is wrong in settings and builds wherever the registry is, for one whose account or Region has a fault."""

from shared_ecr.declaration.builds import KEY as BUILDS
from shared_ecr.declaration.builds import BuildContext, read_builds
from shared_ecr.declaration.ci_roles import KEY as CI_ROLES
from shared_ecr.declaration.ci_roles import read_ci_roles
from shared_ecr.declaration.grants import ConsumerContext
from shared_ecr.declaration.profiles import InheritedDefaults
from shared_ecr.declaration.reader import Reading
from shared_ecr.declaration.settings import SettingsContext, read_public_repositories, read_settings
from shared_ecr.documents.nodes import Mapping
from shared_ecr.model.names import AccountId, Region, RepositoryName
from shared_ecr.model.stack_name import DEFAULT_STACK_NAME

# They stand in for what is not known; what depends on either is not reported.
_ACCOUNT, _REGION = AccountId("000000000000"), Region("us-east-1")
_OF_SHAPE = frozenset(
    {"type-bool", "type-int", "type-list", "type-mapping", "type-text", "unknown-key", "missing-key", "one-of"}
    | {"account-name", "account-id", "access-level", "consumer", "service-name"}
)


def note_faults_of_shape(
    reading: Reading,
    document: Mapping,
    neighbours: ConsumerContext,
    inherited: InheritedDefaults,
    names: tuple[RepositoryName, ...],
) -> None:
    """Note what is wrong in the settings, the builds and the CI roles of *document* whatever the registry is."""
    apart = reading.apart()
    around = SettingsContext(_ACCOUNT, (_REGION,), DEFAULT_STACK_NAME, neighbours, inherited)
    read_settings(apart, document.get("registry"), around)
    read_public_repositories(apart, document.get("public_repositories"), around)
    read_builds(apart, document.get(BUILDS), BuildContext(dict(neighbours.accounts), _REGION, names))
    read_ci_roles(apart, document.get(CI_ROLES), dict(neighbours.accounts))
    reading.problems += [problem for problem in apart.problems if problem.code in _OF_SHAPE]
