"""Read `builds`: which repositories CodeBuild builds of which source, and where its projects are."""

from shared_ecr.declaration.accounts import read_account
from shared_ecr.declaration.ci_roles import read_boundary
from shared_ecr.declaration.image_builds import BuildDefaults, BuildPlace, read_image_builds
from shared_ecr.declaration.reader import Reading, join
from shared_ecr.documents.nodes import Node
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.builds.image_builds import DEFAULT_RETENTION, RETENTION_DAYS, BuildSettings
from shared_ecr.model.builds.packages import PackageRequirement
from shared_ecr.model.names import AccountId, Region, RepositoryName
from shared_ecr.records import record

KEY = "builds"
KEYS = ("account", "region", "connection", "log_retention_days", "permissions_boundary", "package", "repositories")


@record
class BuildContext:
    """What a build is read against."""

    accounts: dict[str, AccountId]
    region: Region
    """The first Region of the registry: that of the projects unless another one is written."""
    repositories: tuple[RepositoryName, ...]


def read_builds(reading: Reading, node: Node | None, around: BuildContext) -> BuildSettings | None:
    """Read the builds; None where nothing is written, or where a fault was noted that leaves nothing to build."""
    if node is None:
        return None
    fields = reading.mapping(node, KEY, KEYS, required=("account", "repositories"))
    if fields is None:
        return None
    nodes = dict(fields)
    account_node = nodes.get("account")
    account = read_account(reading, account_node, join(KEY, "account"), around.accounts) if account_node else None
    region = _region(reading, nodes.get("region"), around.region)
    retention = _retention(reading, nodes.get("log_retention_days"))
    boundary = read_boundary(reading, nodes.get("permissions_boundary"), join(KEY, "permissions_boundary"))
    package = _package(reading, node, nodes.get("package"))
    place = BuildPlace(reading, account, region)
    connection = place.connection(nodes.get("connection"), join(KEY, "connection"))
    defaults = BuildDefaults(place, "connection" in nodes, connection)
    listed = nodes.get("repositories")
    builds = read_image_builds(listed, join(KEY, "repositories"), around.repositories, defaults) if listed else ()
    if account is None or region is None or package is None or not builds:
        return None
    return BuildSettings(account, region, builds, package, retention, boundary)


def _region(reading: Reading, node: Node | None, first: Region) -> Region | None:
    if node is None:
        return first
    path = join(KEY, "region")
    region = reading.parsed(node, path, Region.parse)
    if region and region.partition != first.partition:
        fault = InvalidValueError(
            f"{region} is in partition {region.partition}, the registry is not",
            why="No principal of another partition can push to it",
            fix=f"Name a Region of {first.partition}",
            code="region-partition",
        )
        reading.note(node, path, fault)
        return None
    return region


def _retention(reading: Reading, node: Node | None) -> int:
    if node is None:
        return DEFAULT_RETENTION
    path = join(KEY, "log_retention_days")
    days = reading.whole_number(node, path, "days")
    if days is not None and days not in RETENTION_DAYS:
        fault = InvalidValueError(
            f"logs cannot be kept for {days} days",
            why=f"CloudWatch keeps logs for one of these numbers of days: {', '.join(map(str, RETENTION_DAYS))}",
            fix=f"Write {next((each for each in RETENTION_DAYS if each > days), RETENTION_DAYS[-1])}",
            code="log-retention",
        )
        reading.note(node, path, fault)
    return days or DEFAULT_RETENTION


def _package(reading: Reading, builds: Node, node: Node | None) -> PackageRequirement | None:
    path = join(KEY, "package")
    if node is None:
        reading.note(builds, path, PackageRequirement.missing("Add 'package: …'"))
        return None
    return reading.parsed(node, path, PackageRequirement.parse)
