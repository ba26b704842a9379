"""Programs that take the place of docker's credential helpers: they write down what they see and answer as shown."""

import json
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

# Runs without site packages, so that a call takes as little time as Python allows.
_SCRIPT = """#!{python} -SE
import json, os, sys, time
server = sys.stdin.read()
with open({record!r}, "a") as file:
    file.write(json.dumps({{"arguments": sys.argv[1:], "server": server, "environ": dict(os.environ)}}) + "\\n")
answers = json.load(open({answers!r}))
output, complaints, code, seconds = answers.get(server) or answers["*"]
time.sleep(seconds)
sys.stdout.write(output)
sys.stderr.write(complaints)
sys.exit(code)
"""
NOT_FOUND = "credentials not found in native keychain"


@dataclass
class Helpers:
    """A folder with helpers, and what they were asked."""

    folder: Path

    def add(self, name: str) -> None:
        """Install a helper that knows no login yet."""
        record, answers = self.folder / f"{name}.record", self.folder / f"{name}.answers"
        answers.write_text(json.dumps({"*": (NOT_FOUND, "", 1, 0)}))
        record.touch()
        script = self.folder / f"docker-credential-{name}"
        script.write_text(_SCRIPT.format(python=sys.executable, record=str(record), answers=str(answers)))
        script.chmod(script.stat().st_mode | stat.S_IXUSR)

    def knows(self, name: str, server: str, username: str, secret: str) -> None:
        """Let helper *name* know a login."""
        self.answers(name, json.dumps({"ServerURL": server, "Username": username, "Secret": secret}), server=server)

    def answers(
        self, name: str, output: str, *, server: str = "*", complaints: str = "", code: int = 0, seconds: float = 0
    ) -> None:
        """Let helper *name* answer so to *server*, by default to all."""
        path = self.folder / f"{name}.answers"
        reported = json.loads(path.read_text())
        reported[server] = (output, complaints, code, seconds)
        path.write_text(json.dumps(reported))

    def asked(self, name: str) -> list[object]:
        """Which servers helper *name* was asked for."""
        return [call["server"] for call in self.calls(name)]

    def calls(self, name: str) -> list[dict[str, object]]:
        """What helper *name* saw at each call."""
        return [json.loads(line) for line in (self.folder / f"{name}.record").read_text().splitlines()]
