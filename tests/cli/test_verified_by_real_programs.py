"""cosign and notation themselves, against Debian's docker-registry: they sign, and `--verify` accepts or refuses.

Both are packages of Debian from trixie and sid on; where one is missing its tests are skipped. No network is needed:
the signatures are not in a public transparency log.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.command_line import Outcome, shared_ecr
from client.engines.real_registry import missing_program, running_registry
from client.images import image, write_layout
from shared_ecr.client.credentials.interface import Credentials

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("signatures")]

LOGIN = Credentials("alice", "canary-signed-71c2")
SECONDS = 60


@dataclass(frozen=True)
class Signed:
    """A registry with an image that is signed, and one that is not."""

    host: str
    options: tuple[str, ...]
    """Whose signature is wanted."""

    def copied(self, tag: str, target: str = "kept/app:1") -> Outcome:
        return shared_ecr("copy", f"{self.host}/team/app:{tag}", f"{self.host}/{target}", *self.options)


def ran(*words: str | Path) -> None:
    done = subprocess.run([*map(str, words)], capture_output=True, text=True, check=False, timeout=SECONDS)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if (missing := missing_program()) is not None:
        pytest.skip(f"{missing} is not installed")
    for name in [name for name in os.environ if name.startswith(("XDG_", "DOCKER_", "COSIGN_", "NOTATION_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("COSIGN_PASSWORD", "")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "registry").mkdir()
    with running_registry(tmp_path / "registry", LOGIN) as registry:
        host = str(registry.host)
        auth = LOGIN.basic().removeprefix("Basic ")
        (tmp_path / ".docker").mkdir()
        (tmp_path / ".docker/config.json").write_text(json.dumps({"auths": {host: {"auth": auth}}}))
        for number in (1, 2):
            layout = write_layout(tmp_path / f"app{number}", image(seed=number))
            assert shared_ecr("push", layout, f"{host}/team/app:{number}").code == 0
        yield host


@pytest.fixture(params=["cosign", "notation"])
def signed(request: pytest.FixtureRequest, host: str, tmp_path: Path) -> Signed:
    program = shutil.which(request.param)
    if program is None:
        pytest.skip(f"{request.param} is not installed")
    reference = f"{host}/team/app@{image(seed=1).root}"
    if request.param == "cosign":
        ran(program, "generate-key-pair")
        # Without a signing configuration no log is written to.
        quiet = ("--use-signing-config=false", "--tlog-upload=false")
        ran(program, "sign", "--yes", "--key", "cosign.key", *quiet, "--allow-http-registry", reference)
        return Signed(host, ("--verify", "cosign", "--verify-key", "cosign.pub", "--verify-without-log"))
    ran(program, "cert", "generate-test", "--default", "test.example")
    policy = {
        "name": "ours",
        "registryScopes": ["*"],
        "signatureVerification": {"level": "strict"},
        "trustStores": ["ca:test.example"],
        "trustedIdentities": ["*"],
    }
    path = tmp_path / ".config/notation/trustpolicy.json"
    path.write_text(json.dumps({"version": "1.0", "trustPolicies": [policy]}))
    path.chmod(0o600)
    ran(program, "sign", "--insecure-registry", reference)
    return Signed(host, ("--verify", "notation"))


def test_a_signed_image_is_copied_and_its_signature_with_it(signed: Signed) -> None:
    done = signed.copied("1")
    assert done.code == 0, done.stderr
    # The copy is verified by the copy of its signature.
    again = shared_ecr("copy", f"{signed.host}/kept/app:1", f"{signed.host}/third/app:1", *signed.options)
    assert again.code == 0, again.stderr


def test_an_image_without_a_signature_is_refused(signed: Signed) -> None:
    done = signed.copied("2")
    assert (done.code, done.stdout) == (4, "")
    assert "is not verified, and nothing of it was written" in done.stderr
    assert LOGIN.password not in done.stderr
    assert shared_ecr("inspect", f"{signed.host}/kept/app:1").code == 4


def test_the_signature_of_another_signer_is_refused(signed: Signed, tmp_path: Path) -> None:
    if signed.options[1] == "cosign":
        (tmp_path / "cosign.pub").unlink()
        (tmp_path / "cosign.key").unlink()
        ran(shutil.which("cosign") or "cosign", "generate-key-pair")
    else:
        for folder in ("truststore", "localkeys"):
            shutil.rmtree(tmp_path / ".config/notation" / folder)
        (tmp_path / ".config/notation/signingkeys.json").unlink()
        ran(shutil.which("notation") or "notation", "cert", "generate-test", "test.example")
    assert signed.copied("1").code == 4


def test_a_signature_that_is_in_no_log_is_refused_where_the_log_is_asked_for(signed: Signed) -> None:
    if signed.options[1] != "cosign":
        pytest.skip("notation has no such log")
    done = shared_ecr("copy", f"{signed.host}/team/app:1", f"{signed.host}/kept/app:1", *signed.options[:-1])
    assert (done.code, done.stdout) == (4, "")
