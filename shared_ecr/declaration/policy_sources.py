"""Lifecycle policies from wherever they are written: a declaration, bare JSON from any tool, ECR's own answers.

Whatever is not a declaration holds for every repository it is asked about.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from shared_ecr.declaration import load, parse
from shared_ecr.declaration.lifecycle import read_lifecycle, read_policy_document
from shared_ecr.declaration.pasted import broken, unplaced
from shared_ecr.declaration.reader import Reading
from shared_ecr.documents.input_files import read_text
from shared_ecr.documents.nodes import Mapping as MappingNode
from shared_ecr.documents.yaml import read_document
from shared_ecr.findings.problems import InvalidDeclarationError, Position, Problem, Severity
from shared_ecr.model.lifecycle import LifecyclePolicy, NoLifecyclePolicy
from shared_ecr.model.lifecycle.policy import MAX_CHARACTERS
from shared_ecr.model.registry import RegistrySpec
from shared_ecr.records import field, record

# Where GetLifecyclePolicy, CloudFormation and Terraform keep the text of a policy.
_TEXT_KEYS = ("lifecyclePolicyText", "LifecyclePolicyText")


@record
class LifecycleSource:
    """Which policy a repository has: its own, or the one for all."""

    source: str
    for_all: LifecyclePolicy | None = None
    by_name: Mapping[str, LifecyclePolicy] = field(default_factory=dict)
    registry: RegistrySpec | None = None
    """The declaration they come from, if they come from one."""
    warnings: tuple[Problem, ...] = ()
    unread: frozenset[str] = frozenset()
    """The repositories whose policies could not be read: nothing is known of them."""

    def of(self, name: str) -> LifecyclePolicy | None:
        """Return the policy of the repository called *name*, or None where nothing is said of it."""
        return self.by_name.get(name, self.for_all)


def declared_policies(path: Path, environ: Mapping[str, str]) -> LifecycleSource:
    """Return the policies of the declaration at *path*, its variables replaced from *environ*.

    Raises:
        InvalidDeclarationError: the declaration is missing or has problems.
    """
    declaration = load(path, environ)
    return _of_declaration(declaration.registry, str(path), declaration.warnings)


def load_policies(path: Path, environ: Mapping[str, str]) -> LifecycleSource:
    """Read the file at *path*, whichever kind it is: a bare policy, an answer that holds one, or a declaration.

    *environ* is what the variables of a declaration are replaced from.

    Raises:
        InvalidDeclarationError: it is of no such kind, or AWS would refuse the policy.
    """
    file = str(path)
    try:
        text = read_text(path, "utf-8-sig")
    except OSError as fault:
        problem = Problem("file-unreadable", Severity.ERROR, f"cannot be read: {fault.strerror or fault}", file=file)
        raise InvalidDeclarationError([problem]) from fault
    except UnicodeDecodeError as fault:
        raise InvalidDeclarationError(
            [Problem("file-unreadable", Severity.ERROR, "is not text in UTF-8", file=file)]
        ) from fault
    # A declaration is read by its path, so that what it includes is found beside it.
    return _policies(text, file, lambda: declared_policies(path, environ))


def parse_policies(text: str, file: str) -> LifecycleSource:
    """Read what is already at hand; *file* is what its problems call it."""

    def declared() -> LifecycleSource:
        declaration = parse(text, file)
        return _of_declaration(declaration.registry, file, declaration.warnings)

    return _policies(text, file, declared)


def _policies(text: str, file: str, declared: Callable[[], LifecycleSource]) -> LifecycleSource:
    """Read *text* as what it is; *declared* reads it where it is a declaration."""
    if text.lstrip().startswith(("{", "[")):
        held = _json(text, file)
        if isinstance(held, dict):
            for key in _TEXT_KEYS:
                if isinstance(held.get(key), str):
                    return _policies(held[key], f"{file} ({key})", declared)
        return LifecycleSource(file, for_all=_bare(text, file))
    document, faults = read_document(text.encode(errors="surrogatepass"), file)
    if isinstance(document, MappingNode) and any(document.get(key) for key in ("repositories", "registry")):
        return declared()
    reading = Reading(file)
    policy = read_lifecycle(reading, document, "") if document is not None else None
    problems = [*faults, *reading.problems]
    if isinstance(policy, NoLifecyclePolicy):
        return LifecycleSource(file, warnings=tuple(problems))
    if policy is None or any(problem.severity is Severity.ERROR for problem in problems):
        raise InvalidDeclarationError(problems)
    return LifecycleSource(file, for_all=policy, warnings=tuple(problems))


def _bare(text: str, file: str) -> LifecyclePolicy:
    """Read a policy in JSON as ECR would, presets and other comforts of the declaration excluded."""
    # No raw tab can be in a text of JSON, so each is a blank. YAML, by which places are found, refuses tabs and
    # some of JSON's escapes; what it cannot read is read without places.
    if fault := broken(text):
        what, why = f"the file is not JSON: {fault.what}", "ECR stores policies as JSON and refuses the whole text"
        place = Position(fault.line, fault.column, file)
        raise InvalidDeclarationError(
            [Problem("lifecycle-json", Severity.ERROR, what, why, "Correct it", file=file, position=place)]
        )
    if len(text) > MAX_CHARACTERS:
        what = f"the text has {len(text):,} characters; {MAX_CHARACTERS:,} are allowed"
        why, fix = "ECR counts blanks and line breaks too, and refuses the whole text", "Write it without indentation"
        raise InvalidDeclarationError([Problem("lifecycle-size", Severity.ERROR, what, why, fix, file=file)])
    document, faults = read_document(text.replace("\t", " ").encode(errors="surrogatepass"), file)
    if document is None or faults:
        document = unplaced(text, file)
    reading = Reading(file)
    policy = read_policy_document(reading, document, "")
    if policy is None or reading.has_errors:
        raise InvalidDeclarationError(reading.problems)
    return policy


def _of_declaration(registry: RegistrySpec, source: str, warnings: tuple[Problem, ...]) -> LifecycleSource:
    by_name = {
        spec.name.text: spec.lifecycle for spec in registry.repositories if isinstance(spec.lifecycle, LifecyclePolicy)
    }
    return LifecycleSource(source, None, by_name, registry, warnings)


def _json(text: str, file: str) -> object:
    try:
        value: object = json.loads(text)
    except json.JSONDecodeError as fault:
        what = f"not JSON: {fault.msg[0].lower()}{fault.msg[1:]}"
        problem = Problem(
            "lifecycle-json", Severity.ERROR, what, file=file, position=Position(fault.lineno, fault.colno)
        )
        raise InvalidDeclarationError([problem]) from fault
    return value
