"""docker's `config.json`, changed: one process at a time, in one step, and nothing lost that is not ours.

docker itself takes no lock, so the file is looked at again before it is replaced, and read again where docker was
faster. A symbolic link stays and its target is changed; a file that is broken is never written over.
"""

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from shared_ecr.client.credentials.docker_config import hostname_of
from shared_ecr.client.credentials.json_files import members, parse_json_object, read_content
from shared_ecr.client.credentials.locks import locked_folder
from shared_ecr.client.credentials.private_files import make_private_folder, replace_file
from shared_ecr.findings.errors import UnavailableError

# The end of the name of our own credential helper, as it is in `credHelpers`.
OUR_HELPER = "shared-ecr"
_ROUNDS = 100

Edit = Callable[[dict[str, Any]], object]
"""Changes a document in place; may be called again on a newer one."""


def change(path: Path, edit: Edit) -> bool:
    """Apply *edit* to *path*, which is made where it is missing; return whether that changed anything.

    Raises:
        UnavailableError: the file is broken, locked for long or cannot be written; it is as it was.
    """
    target = _followed(path)
    if not target.exists() and not _edited({}, edit):
        return False
    make_private_folder(target.parent)
    with locked_folder(target.parent):
        for _ in range(_ROUNDS):
            seen = _version(target)
            document = parse_json_object(read_content(target), path)
            if not _edited(document, edit):
                return False
            content = _rendered(document)
            if replace_file(target, content, lambda: _version(target) == seen):  # noqa: B023 — asked in this round
                return True
    raise UnavailableError(f"another program keeps changing {path}; nothing was changed, try again")


def use_our_helper(path: Path, hosts: Iterable[str]) -> bool:
    """Have docker ask `docker-credential-shared-ecr` for the logins of *hosts*; raises as `change` does."""

    def edit(document: dict[str, Any]) -> None:
        helpers = members(document, "credHelpers", path)
        document["credHelpers"] = {**helpers, **dict.fromkeys(hosts, OUR_HELPER)}

    return change(path, edit)


def keep_login(path: Path, key: str, username: str, password: str) -> bool:
    """Write a login under *key*, in place of the one before; raises as `change` does."""
    auth = base64.b64encode(f"{username}:{password}".encode()).decode("ascii")

    def edit(document: dict[str, Any]) -> None:
        document["auths"] = {**members(document, "auths", path), key: {"auth": auth}}

    return change(path, edit)


def forget_logins(path: Path, hosts: Iterable[str]) -> bool:
    """Take the logins of *hosts* out, under whichever key they are; raises as `change` does."""
    wanted = frozenset(map(hostname_of, hosts))
    return change(path, lambda document: _take_out(document, "auths", path, lambda key, _: hostname_of(key) in wanted))


def forget_our_helper(path: Path, hosts: Iterable[str]) -> bool:
    """Take our helper out for *hosts*, and no other program; raises as `change` does."""
    wanted = frozenset(hosts)

    def ours(host: str, program: object) -> bool:
        return host in wanted and program == OUR_HELPER

    return change(path, lambda document: _take_out(document, "credHelpers", path, ours))


def _take_out(document: dict[str, Any], part: str, path: Path, is_out: Callable[[str, object], bool]) -> None:
    """Take the members that *is_out* names out of *part*, and the whole part where nothing is left."""
    before: Mapping[str, Any] = members(document, part, path)
    left = {key: value for key, value in before.items() if not is_out(key, value)}
    if left == before:
        return
    if left:
        document[part] = left
    else:
        del document[part]


def _edited(document: dict[str, Any], edit: Edit) -> bool:
    """Apply *edit* and show whether it did anything, the order of keys included."""
    before = json.dumps(document)
    edit(document)
    return json.dumps(document) != before


def _rendered(document: dict[str, Any]) -> bytes:
    """Render a document as docker and podman indent theirs."""
    try:
        return json.dumps(document, indent="\t", ensure_ascii=False).encode()
    except UnicodeEncodeError:
        # Half a character, which JSON can write by its number alone.
        return json.dumps(document, indent="\t").encode()


def _followed(path: Path) -> Path:
    """Return the file that *path* is, behind every symbolic link; it need not exist."""
    try:
        return path.resolve()
    except (OSError, RuntimeError) as fault:
        raise UnavailableError(f"{path} is a symbolic link that leads nowhere; correct or remove it") from fault


def _version(path: Path) -> tuple[int, ...] | None:
    """Return what differs between two versions of a file, or None where there is none."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    except OSError as fault:
        raise UnavailableError(f"{path} cannot be read: {fault.strerror or fault}") from fault
    return status.st_ino, status.st_mtime_ns, status.st_size
