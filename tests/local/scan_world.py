"""Images in the embedded AWS, the results of their scans, and the command in this process."""

import contextlib
import itertools
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cli.command_line import Outcome, shared_ecr
from client.images import BuiltImage, image, index, with_root
from local.registry_caller import RegistryCaller, client, token_of
from shared_ecr.client.scanning import running, watches
from shared_ecr.local import LocalAws, give_scan_results
from shared_ecr.local.instance import environment_under

_NUMBERS = itertools.count()
NOW = datetime.now(UTC).timestamp()


def new_seed() -> int:
    """A number that no other image of this run has."""
    return next(_NUMBERS)


def status(word: str, description: str = "", **findings: Any) -> dict[str, Any]:
    """A look: the status, and what `imageScanFindings` holds."""
    return {"imageScanStatus": {"status": word, "description": description}, "imageScanFindings": findings}


def basic(*findings: dict[str, Any], at: float = NOW) -> dict[str, Any]:
    """A basic scan that is complete."""
    return status("COMPLETE", findings=list(findings), imageScanCompletedAt=at)


def enhanced(*findings: dict[str, Any], word: str = "ACTIVE") -> dict[str, Any]:
    """What Inspector found."""
    return status(word, enhancedFindings=list(findings))


def basic_finding(name: str = "CVE-2026-1", severity: str = "HIGH", package: str = "openssl") -> dict[str, Any]:
    attributes = [{"key": "package_name", "value": package}, {"key": "package_version", "value": "3.0.1"}]
    return {"name": name, "severity": severity, "uri": f"https://cve.example/{name}", "attributes": attributes}


def inspector_finding(name: str = "CVE-2026-1", severity: str = "HIGH", **more: Any) -> dict[str, Any]:
    package = {"name": "openssl", "version": "3.0.1", "release": "4", "fixedInVersion": "3.0.2"}
    details = {"vulnerabilityId": name, "vulnerablePackages": [package], "sourceUrl": f"https://cve.example/{name}"}
    return {
        "severity": severity, "status": "ACTIVE", "title": f"{name} - openssl", "type": "PACKAGE_VULNERABILITY",
        "fixAvailable": "YES", "packageVulnerabilityDetails": details, **more,
    }  # fmt: skip


@dataclass(frozen=True)
class ScanWorld:
    """One registry with one repository, a folder with its declaration, and the command."""

    aws: LocalAws
    ecr: Any
    repository: str
    folder: Path

    def holds(self, built: BuiltImage, tag: str, *, host: str | None = None, region: str = "us-east-1") -> str:
        """Push *built* and return its digest."""
        with RegistryCaller.logged_in(self.aws, host, token_of(self.aws, region=region)) as registry:
            for content in _blobs(built):
                registry.push_blob(self.repository, content)
            for digest, content in _manifests(built):
                name = tag if digest == built.root else digest
                answer = registry.put_manifest(self.repository, name, content)
                assert answer.status == 201, answer.data
        return built.root

    def names(self, tag: str) -> str:
        """Return the digest that *tag* names now."""
        image_id = [{"imageTag": tag}]
        found = self.ecr.describe_images(repositoryName=self.repository, imageIds=image_id)["imageDetails"]
        return str(found[0]["imageDigest"])

    def shows(self, digest: str, *looks: Any, start: str = "") -> None:
        """Let the scan of *digest* have these results, one for each look."""
        scan = {"repositoryName": self.repository, "imageDigest": digest, "looks": list(looks), "start": start}
        give_scan_results(self.aws, [scan])

    def scans_enhanced(self, frequency: str = "CONTINUOUS_SCAN", filters: Sequence[str] = ("*",)) -> None:
        """Configure the registry for enhanced scanning."""
        wildcards = [{"filter": each, "filterType": "WILDCARD"} for each in filters]
        rules = [{"scanFrequency": frequency, "repositoryFilters": wildcards}]
        self.ecr.put_registry_scanning_configuration(scanType="ENHANCED", rules=rules)

    def scan(self, tag: str = "1", *options: str) -> Outcome:
        """Run `shared-ecr scan` on one tag of the repository."""
        return self.types("scan", f"{self.repository}:{tag}", *options)

    def types(self, *words: str) -> Outcome:
        """Run the command."""
        return shared_ecr(*words, "--file", self.folder / "registry.yaml")

    def scanned(self, tag: str = "1", *options: str) -> tuple[int, Any]:
        """Run `shared-ecr scan` and return its exit code and its JSON."""
        done = self.scan(tag, "--format", "json", *options)
        assert done.stdout, done.stderr
        return done.code, json.loads(done.stdout)


def _blobs(built: BuiltImage) -> list[bytes]:
    return [content for content in built.files.values() if not _is_manifest(content)]


def _manifests(built: BuiltImage) -> list[tuple[str, bytes]]:
    found = [(digest, content) for digest, content in built.files.items() if _is_manifest(content)]
    return sorted(found, key=lambda each: ("manifests" in json.loads(each[1]), each[0] == built.root))


def _is_manifest(content: bytes) -> bool:
    try:
        return "schemaVersion" in json.loads(content)
    except ValueError:
        return False


@contextlib.contextmanager
def scan_world(aws: LocalAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScanWorld]:
    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    for name, value in environment_under(aws).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setattr(running, "SECONDS_BETWEEN_LOOKS", 0.02)
    monkeypatch.setattr(watches, "SETTLED_AFTER_SECONDS", 0.05)
    repository = f"scans/app-{new_seed()}"
    (tmp_path / "registry.yaml").write_text(
        f'version: 1\nregistry: {{account: "{aws.account}", regions: [{aws.region}]}}\n'
        f"repositories: {{{repository}: {{}}}}\n"
    )
    with client(aws, "ecr") as ecr:
        ecr.create_repository(repositoryName=repository)
        yield ScanWorld(aws, ecr, repository, tmp_path)
        ecr.put_registry_scanning_configuration(scanType="BASIC", rules=[])


def with_attestation(built: BuiltImage) -> BuiltImage:
    """An index as BuildKit writes it: the image, and an attestation for the platform `unknown`."""
    attestation = image([b"{}"], layer_type="application/vnd.in-toto+json", seed=new_seed())
    entries: list[dict[str, Any]] = [
        built.descriptor(platform={"os": "linux", "architecture": "amd64"}),
        attestation.descriptor(
            platform={"os": "unknown", "architecture": "unknown"},
            annotations={"vnd.docker.reference.type": "attestation-manifest"},
        ),
    ]
    both = index(built)
    files = {**built.files, **attestation.files}
    document = {**both.manifest, "manifests": entries}
    return with_root(BuiltImage(both.root, both.media_type, files), document)
