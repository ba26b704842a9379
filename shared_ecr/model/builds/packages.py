"""The requirement that pip installs in a job: always named by the user, and always one exact content."""

from typing import Self

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.records import record, replace
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

_FIX = (
    "Write a commit of your copy, 'shared-ecr @ git+https://git.example.com/OWNER/shared-ecr@COMMIT' with all 40 "
    "characters; a wheel with its hash, 'shared-ecr @ https://…/shared_ecr-1.0.0-py3-none-any.whl#sha256=…'; or "
    "'shared-ecr==1.0.0', where the index of the job is yours"
)
# https://packaging.python.org/en/latest/specifications/dependency-specifiers/, without what leaves the content open:
# ranges, wildcards, branches, files without a hash. A marker could skip the installation. Of an address only characters
# that no CI system reads as a variable or an expression.
_REQUIREMENT = LazyPattern(
    r"(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*"
    r"(?:\[\s*(?P<extras>[A-Za-z0-9._-]+(?:\s*,\s*[A-Za-z0-9._-]+)*)\s*\])?\s*"
    r"(?P<source>==\s*[0-9][0-9A-Za-z.!+_-]*"
    r"|@\s*git\+https://[A-Za-z0-9._~:/%+=,-]+@[0-9a-f]{40}(?:#[A-Za-z0-9._~/&=-]+)?"
    r"|@\s*(?:https|file)://[A-Za-z0-9._~:/%+=,-]+#sha256=[0-9a-f]{64})"
)


@record
class PackageRequirement:
    """One package, and the exact content of it that pip installs."""

    name: str
    extras: tuple[str, ...]
    source: str
    """`==VERSION`, or `@ ADDRESS` with a commit or a hash."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a requirement; refuse options of pip, credentials, and what does not name one content."""
        # After the host, '@' names a revision: git+https://git.example.com/team/shared-ecr@COMMIT.
        if any("@" in part.partition("/")[0] for part in text.split("://")[1:]):
            raise InvalidValueError(
                "the address of the package has credentials in it",
                why="It is written into a template or a workflow that many people can read",
                fix=_FIX,
                code="build-package",
            )
        if text.startswith("-") or not text.strip() or not text.isprintable():
            raise InvalidValueError(
                f"{quoted(text)} is not a requirement of pip",
                why="Every build installs it, and an option could name another index",
                fix=_FIX,
                code="build-package",
            )
        found = _REQUIREMENT.fullmatch(text.strip())
        if found is None:
            raise InvalidValueError(
                f"{quoted(text)} does not say exactly what pip installs",
                why="What is installed runs with the right to push; a branch, a range of versions or a file without a "
                "hash can be another content tomorrow",
                fix=_FIX,
                code="build-package",
            )
        extras = tuple(each.strip() for each in (found["extras"] or "").split(",") if each.strip())
        return cls(found["name"], extras, found["source"])

    @classmethod
    def missing(cls, fix: str) -> InvalidValueError:
        """Return the error where no package is named: *fix* says where to write it."""
        return InvalidValueError(
            "the package that pip installs is not named",
            why="No public index has this package. A stranger who registers its name there would run code in the job, "
            "which may push images",
            fix=f"{fix}. {_FIX}",
            code="build-package",
        )

    def with_extras(self, *extras: str) -> Self:
        """Return the requirement with *extras* added to its own."""
        return replace(self, extras=tuple(dict.fromkeys((*self.extras, *extras))))

    def __str__(self) -> str:
        extras = f"[{','.join(self.extras)}]" if self.extras else ""
        return f"{self.name}{extras}{'' if self.source.startswith('==') else ' '}{self.source}"
