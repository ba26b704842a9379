"""The policies of ECR in CloudFormation templates and in what CDK synthesizes.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ECR.html
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from shared_ecr.access.documents import Policy
from shared_ecr.access.faults import Fault, InvalidPolicyError
from shared_ecr.access.intrinsics import Resolver
from shared_ecr.access.json_texts import Json, read_json
from shared_ecr.access.lint.findings import Holder
from shared_ecr.access.matrix import Row
from shared_ecr.access.policies import Policies
from shared_ecr.access.reading import read_policy
from shared_ecr.access.requests import Target
from shared_ecr.names import Region

_ENVIRONMENT = re.compile(r"aws://([0-9]{12}|unknown-account)/([a-z0-9-]+)")


@dataclass(frozen=True, slots=True)
class Place:
    """The account and the Region that a template is deployed to."""

    account: str
    region: Region

    def pseudo(self) -> dict[str, str]:
        """Return the pseudo parameters."""
        return {
            "AWS::AccountId": self.account,
            "AWS::Region": str(self.region),
            "AWS::Partition": str(self.region.partition),
            "AWS::URLSuffix": self.region.partition.dns_suffix,
        }


@dataclass(frozen=True, slots=True)
class Held:
    """One policy of a template, and what it is stored on."""

    holder: Holder
    logical_id: str
    target: Target
    policy: Policy | None


@dataclass(frozen=True, slots=True)
class Collected:
    """What templates hold: rows to ask about, every policy by itself, and what is not known before deployment."""

    rows: tuple[Row, ...]
    held: tuple[Held, ...]
    notes: tuple[str, ...]


def collect(path: Path, place: Place) -> Collected:
    """Read a template, or all templates of the folder that CDK synthesizes (`cdk.out`).

    Args:
        path: a file in JSON, or a folder with `manifest.json`.
        place: where it is deployed, as far as the folder does not say otherwise.

    Raises:
        InvalidPolicyError: a file is no template, or a policy in it is one that AWS refuses.
        OSError: a file cannot be read.
    """
    held: list[Held] = []
    notes: list[str] = []
    for file, where in _templates(path, place):
        resolver, resources = _open_template(file, where)
        found = [each for name, body in resources.items() for each in _held(name, body, resolver, where, file.name)]
        held += found
        notes += [f"{file.name}: {name} is known only once deployed, and matches nobody here" for name in
                  resolver.unresolved]  # fmt: skip
    return Collected(tuple(_rows(held)), tuple(held), tuple(notes))


def _templates(path: Path, place: Place) -> Iterator[tuple[Path, Place]]:
    if not path.is_dir():
        yield path, place
        return
    manifest = _object(read_json((path / "manifest.json").read_text(encoding="utf-8"), "the manifest"), path.name)
    artifacts = manifest.get("artifacts")
    for artifact in artifacts.values() if isinstance(artifacts, dict) else ():
        match artifact:
            case {"type": "aws:cloudformation:stack", "properties": {"templateFile": str() as file}}:
                yield path / file, _environment(_object(artifact, path.name).get("environment"), place)
            case {"type": "cdk:cloud-assembly", "properties": {"directoryName": str() as folder}}:
                yield from _templates(path / folder, place)
            case _:
                continue


def _environment(text: Json, place: Place) -> Place:
    match = _ENVIRONMENT.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return place
    account = place.account if match[1] == "unknown-account" else match[1]
    return Place(account, place.region if match[2] == "unknown-region" else Region.parse(match[2]))


def _open_template(file: Path, place: Place) -> tuple[Resolver, dict[str, dict[str, Json]]]:
    template = _object(read_json(file.read_text(encoding="utf-8"), f"the template {file.name}"), file.name)
    resources = {
        name: body for name, body in _object(template.get("Resources"), file.name).items() if isinstance(body, dict)
    }
    parameters = template.get("Parameters")
    defaults = {
        name: body["Default"]
        for name, body in (parameters.items() if isinstance(parameters, dict) else ())
        if isinstance(body, dict) and "Default" in body
    }
    plain = Resolver(place.pseudo(), defaults, {})
    names = {
        name: found for name, body in resources.items()
        if body.get("Type") == "AWS::ECR::Repository" and (found := _name(name, body, plain))
    }  # fmt: skip
    return Resolver(place.pseudo(), defaults, names), resources


def _held(logical_id: str, body: Mapping[str, Json], resolver: Resolver, place: Place, file: str) -> Iterator[Held]:
    properties = body.get("Properties")
    if not isinstance(properties, dict):
        properties = {}
    region, partition = str(place.region), str(place.region.partition)
    match body.get("Type"):
        case "AWS::ECR::Repository":
            holder, text = Holder.REPOSITORY, properties.get("RepositoryPolicyText")
            tags = resolver.resolve(properties.get("Tags"))
            target = Target(place.account, region, _name(logical_id, body, resolver), partition, _tags(tags))
        case "AWS::ECR::RegistryPolicy":
            holder, text = Holder.REGISTRY, properties.get("PolicyText")
            target = Target(place.account, region, "any/repository", partition, None)
        case "AWS::ECR::RepositoryCreationTemplate":
            holder, text = Holder.TEMPLATE, properties.get("RepositoryPolicy")
            prefix = str(resolver.resolve(properties.get("Prefix", "ROOT")))
            name = "any/repository" if prefix == "ROOT" else f"{prefix.rstrip('/')}/any-new-repository"
            target = Target(place.account, region, name, partition, None)
        case _:
            return
    policy = None if text is None else read_policy(_policy_data(resolver, text), f"{file}: {logical_id}")
    yield Held(holder, logical_id, target, policy)


def _policy_data(resolver: Resolver, text: Json) -> Json:
    """Return the policy of a property: an object, or a text, or a function that gives a text."""
    resolved = resolver.resolve(text)
    return resolved if isinstance(resolved, dict) else str(resolved)


def _name(logical_id: str, body: Mapping[str, Json], resolver: Resolver) -> str:
    properties = body.get("Properties")
    name = properties.get("RepositoryName") if isinstance(properties, dict) else None
    resolved = resolver.resolve(name)
    return resolved if isinstance(resolved, str) else logical_id


def _tags(data: Json) -> tuple[tuple[str, str], ...]:
    found = []
    for tag in data if isinstance(data, list) else []:
        match tag:
            case {"Key": str() as key, "Value": str() as value}:
                found.append((key, value))
    return tuple(found)


def _rows(held: list[Held]) -> Iterator[Row]:
    """Join each repository with the registry policy of its account and Region."""
    registries = {
        (each.target.account, each.target.region): each.policy for each in held if each.holder is Holder.REGISTRY
    }
    for each in held:
        if each.holder is not Holder.REGISTRY:
            registry = registries.get((each.target.account, each.target.region))
            yield Row(each.target, Policies(each.policy, registry))


def _object(data: Json, where: str) -> dict[str, Json]:
    if not isinstance(data, dict):
        fault = Fault("", f"{where} is no CloudFormation template in JSON", "template-shape",
                      fix="Give a template in JSON, or the folder cdk.out")  # fmt: skip
        raise InvalidPolicyError([fault])
    return data
