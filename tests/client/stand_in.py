"""Executables that take the place of container engines: they record how they are called and answer as shown."""

import json
import stat
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

# Runs without site packages, so that a call takes as little time as Python allows.
_SCRIPT = """#!{python} -SE
import json, os, re, stat, sys
records, answers = {records!r}, {answers!r}
arguments = sys.argv[1:]
call = {{"engine": {name!r}, "arguments": arguments, "environ": dict(os.environ), "stdin": sys.stdin.read()}}
call["auth"], call["auth_modes"] = "", []
for before, path in zip(arguments, arguments[1:]):
    if before.endswith("authfile"):
        call["auth"] = open(path).read()
        call["auth_modes"] = [oct(stat.S_IMODE(os.stat(path).st_mode))] if not path.startswith("/proc") else []
folder = os.environ.get("DOCKER_CONFIG", "")
if os.path.basename(folder).startswith("shared-ecr-"):
    call["auth"] = open(os.path.join(folder, "config.json")).read()
    paths = [folder, os.path.join(folder, "config.json")]
    call["auth_modes"] = [oct(stat.S_IMODE(os.stat(path).st_mode)) for path in paths]
    call["linked"] = sorted(name for name in os.listdir(folder) if os.path.islink(os.path.join(folder, name)))
with open(records, "a") as file:
    file.write(json.dumps(call) + "\\n")
for answer in json.load(open(answers)):
    path = answer["count_file"]
    count = int(open(path).read()) if os.path.exists(path) else 0
    wanted = answer["when"].split()
    if all(word in arguments for word in wanted) and (answer["times"] is None or count < answer["times"]):
        open(path, "w").write(str(count + 1))
        echoed = answer["stdout"].replace("STDIN", call["stdin"]).replace("AUTH", call["auth"])
        sys.stdout.write(echoed)
        sys.stderr.write(answer["stderr"].replace("STDIN", call["stdin"]).replace("AUTH", call["auth"]))
        sys.exit(answer["code"])
"""


@dataclass(frozen=True)
class Call:
    """One call of a stand-in, as it saw it."""

    engine: str
    arguments: list[str]
    environ: dict[str, str]
    stdin: str
    auth: str
    """The document with the credentials, read the way the engine would read it; empty where none was lent."""
    auth_modes: list[str]
    linked: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What a stand-in prints to the calls whose arguments have all words of `when`, the first *times* times.

    `STDIN` and `AUTH` stand for what it was given, for engines that are careless with it.
    """

    when: str
    stdout: str = ""
    stderr: str = ""
    code: int = 0
    times: int | None = None


class StandIns:
    """A folder for PATH with stand-ins in it; a call that no answer fits succeeds in silence."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "bin"
        self._records = folder / "calls.jsonl"
        self._answers = folder / "answers.json"
        self._counts = folder / "counts"
        self._reported = 0
        self.defaults: tuple[Answer, ...] = ()
        self.home, self.runtime, self.temporary = folder / "home", folder / "runtime", folder / "temporary"
        for each in (self.path, self._counts, self.home, self.runtime, self.temporary):
            each.mkdir()
        self.answer()

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment of someone whose engines are the stand-ins."""
        return {
            "PATH": str(self.path),
            "HOME": str(self.home),
            "XDG_RUNTIME_DIR": str(self.runtime),
            "TMPDIR": str(self.temporary),
        }

    def install(self, name: str) -> Path:
        """Put a stand-in called *name* on PATH."""
        executable = self.path / name
        executable.write_text(
            _SCRIPT.format(python=sys.executable, records=str(self._records), answers=str(self._answers), name=name)
        )
        executable.chmod(executable.stat().st_mode | stat.S_IXUSR)
        return executable

    def answer(self, *answers: Answer) -> None:
        """Say what is printed from now on; the first answer that fits is given, the defaults last."""
        answers = (*answers, *self.defaults)
        self._reported += 1
        counts = self._counts / str(self._reported)
        counts.mkdir()
        documents = [{**asdict(answer), "count_file": str(counts / str(n))} for n, answer in enumerate(answers)]
        self._answers.write_text(json.dumps(documents))

    @property
    def calls(self) -> list[Call]:
        """Every call so far."""
        lines = self._records.read_text().splitlines() if self._records.exists() else []
        return [Call(**json.loads(line)) for line in lines]

    def calls_of(self, verb: str) -> list[Call]:
        """Every call so far whose first argument is *verb*."""
        return [call for call in self.calls if call.arguments[0] == verb]

    def left_behind(self, *secrets: str) -> list[Path]:
        """Return the files under the home, runtime and temporary folders that hold one of *secrets*."""
        folders = (self.home, self.runtime, self.temporary)
        files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
        return [path for path in files if any(secret.encode() in path.read_bytes() for secret in secrets)]
