"""The embedded AWS that a folder remembers, in `.shared-ecr/local.json`."""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path

from shared_ecr.documents.input_files import read_found
from shared_ecr.findings.errors import InvalidValueError, UnavailableError
from shared_ecr.local.instance import LocalAws
from shared_ecr.model.names import AccountId, Region
from shared_ecr.records import record

# It has some hundred bytes.
_MOST_BYTES = 64 * 1024


@record
class StateFile:
    """The file, for its owner alone (mode 0600)."""

    path: Path

    @classmethod
    def of(cls, folder: Path) -> "StateFile":
        """Return the state file of *folder*."""
        return cls(folder / ".shared-ecr" / "local.json")

    @property
    def log(self) -> Path:
        """Where the remembered one writes what it has to say."""
        return self.path.with_suffix(".log")

    def read(self) -> LocalAws | None:
        """Return the one that was started here, which may have died since; None where none was.

        Raises:
            UnavailableError: the file is not one that `write` wrote, or may not be read.
        """
        try:
            held = json.loads(read_found(self.path, _MOST_BYTES))
            return LocalAws(
                pid=int(held["pid"]),
                url=str(held["url"]),
                account=AccountId.parse(held["account"]),
                region=Region.parse(held["region"]),
                secret_access_key=str(held["secret_access_key"]),
            )
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, InvalidValueError) as error:
            raise UnavailableError(f"{self.path} cannot be read; remove it and start again") from error

    def write(self, aws: LocalAws) -> None:
        """Remember *aws*; readers see the old content or the new, never a part.

        Raises:
            UnavailableError: the folder cannot be written.
        """
        document = {
            "pid": aws.pid,
            "url": aws.url,
            "account": str(aws.account),
            "region": str(aws.region),
            "secret_access_key": aws.secret_access_key,
        }
        draft = self.path.with_suffix(f".{os.getpid()}.tmp")
        try:
            self.path.parent.mkdir(mode=0o700, exist_ok=True)
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                json.dump(document, file)
            draft.replace(self.path)
        except OSError as error:
            with contextlib.suppress(OSError):
                draft.unlink()
            raise UnavailableError(f"cannot write {self.path}: {error.strerror}") from error

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other start of this folder waiting, so that several at once leave one embedded AWS.

        Raises:
            UnavailableError: the folder cannot be written.
        """
        try:
            self.path.parent.mkdir(mode=0o700, exist_ok=True)
            descriptor = os.open(self.path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise UnavailableError(f"cannot write {self.path.parent}: {error.strerror}") from error
        with os.fdopen(descriptor, "w"):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield

    def forget(self) -> None:
        """Remove the file if it is there."""
        self.path.unlink(missing_ok=True)
