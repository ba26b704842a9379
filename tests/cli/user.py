"""Someone at a command line: a home of their own, engines that are stand-ins, and no AWS but a known token."""

import io
import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cli.command_line import Outcome, shared_ecr
from client.stand_in import Call, StandIns

HOST = "111122223333.dkr.ecr.us-east-1.amazonaws.com"
OTHER = "444455556666.dkr.ecr.eu-west-1.amazonaws.com"


@dataclass(frozen=True)
class User:
    """What they have, and what they do."""

    home: Path
    stand_ins: StandIns
    _set_input: Callable[[str], None]

    @property
    def config(self) -> Path:
        """docker's file."""
        return self.home / ".docker" / "config.json"

    @property
    def podmans(self) -> Path:
        """podman's file."""
        return self.stand_ins.runtime / "containers" / "auth.json"

    def has(self, path: Path, document: object) -> None:
        """Have *document* in the file *path*."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document))

    def held(self, path: Path | None = None) -> Any:
        """Return what is in docker's file, or in *path*."""
        return json.loads((path or self.config).read_text())

    def types(self, *arguments: str, stdin: str = "") -> Outcome:
        """Run `shared-ecr`."""
        self._set_input(stdin)
        return shared_ecr(*arguments)

    def calls(self, name: str) -> list[Call]:
        """Return how the program *name* was called."""
        return [call for call in self.stand_ins.calls if call.engine == name]


def new_user(folder: Path, monkeypatch: pytest.MonkeyPatch) -> User:
    """Make a user whose files are all in *folder*, for this test."""
    for name in [
        name for name in os.environ if name.startswith(("AWS_", "XDG_", "SHARED_ECR", "DOCKER_", "REGISTRY_"))
    ]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("CDK_DOCKER", raising=False)
    stand_ins = StandIns(folder)
    for name, value in stand_ins.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(tempfile, "tempdir", str(stand_ins.temporary))
    monkeypatch.chdir(folder)

    def set_input(text: str) -> None:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))

    return User(stand_ins.home, stand_ins, set_input)
