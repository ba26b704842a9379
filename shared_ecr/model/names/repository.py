"""Names of ECR repositories."""

import re
from typing import Self

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.records import record
from shared_ecr.text import counted, quoted
from shared_ecr.text.patterns import LazyPattern

MIN_LENGTH, MAX_LENGTH = 2, 256
# The pattern of the API and of AWS::ECR::Repository; both admit '__' and '--', which the user guide does not.
# https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
GRAMMAR = LazyPattern(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*")
_DOUBLE = LazyPattern(r"__|--")
# The ARN of a repository, or a name with a tag or a digest, where a name belongs.
_NAMED = LazyPattern(r"arn:[a-z-]+:ecr:[a-z0-9-]*:[0-9]*:repository/(?P<arn>.+)|(?P<image>[^:@]+)[:@].+")
_URI = LazyPattern(r"[0-9]{12}\.dkr[.-]ecr[^/]*/(.+)")


@record(order=True)
class RepositoryName:
    """The name of a repository within its registry: lower-case segments joined by slashes."""

    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a name; refuse what the service refuses, and image URIs, which it would take for a name."""
        uri = _URI.match(text)
        if uri:
            raise InvalidValueError(
                f"{quoted(text)} is an image URI",
                fix=f"The name is {quoted(uri[1].split('@')[0].split(':')[0])}",
                code="name-uri",
            )
        if GRAMMAR.fullmatch(text) and MIN_LENGTH <= len(text) <= MAX_LENGTH:
            return cls(text)
        raise _refusal(text)

    @property
    def doubles_a_separator(self) -> bool:
        """Whether the name has `--` or `__`: the API accepts it, the user guide and CDK's L2 do not."""
        return bool(_DOUBLE.search(self.text))

    def __str__(self) -> str:
        return self.text


def _refusal(text: str) -> InvalidValueError:
    """Say what is wrong with *text*, which is not a repository name."""
    said = f"the repository name {quoted(text)}"
    if not text:
        return InvalidValueError(
            "the repository name is empty",
            code="name-empty",
            fix="Write a name such as 'team/app'",
        )
    if not MIN_LENGTH <= len(text) <= MAX_LENGTH:
        return InvalidValueError(
            f"{said} has {counted(len(text), 'character')}; {MIN_LENGTH} to {MAX_LENGTH} are allowed",
            code="name-length",
        )
    lower = text.lower()
    if lower != text and GRAMMAR.fullmatch(lower):
        return InvalidValueError(
            f"{said} has capitals", why="ECR's names are lower case", fix=f"Write '{lower}'", code="name-case"
        )
    odd = re.search(r"[^a-z0-9._/-]", lower)
    if odd and (named := _NAMED.fullmatch(text)) and GRAMMAR.fullmatch(named["arn"] or named["image"]):
        of, within = ("an ARN", named["arn"]) if named["arn"] else ("the reference of an image", named["image"])
        return InvalidValueError(f"{quoted(text)} is {of}", fix=f"The name is {quoted(within)}", code="name-character")
    if odd:
        from shared_ecr.text.characters import character, plain  # noqa: PLC0415 — only errors pay for it

        return InvalidValueError(
            f"{said} has {character(odd[0])} at position {odd.start() + 1}",
            why="Names are made of lower-case letters, digits, '.', '_', '-' and '/'",
            fix=f"Write '{plain(lower)}'" if GRAMMAR.fullmatch(plain(lower)) else "",
            code="name-character",
        )
    bad = re.search(r"^[^a-z0-9]|[^a-z0-9]$|[._/-]*/[._/-]+|[._-]+/|\.[._-]+|_(?:[.-]|_{2,})[._-]*|-+[._][._-]*", lower)
    place = f" has {quoted(bad[0])} at position {bad.start() + 1}" if bad else " breaks the grammar"
    return InvalidValueError(
        f"{said}{place}",
        why="There is one separator between letters or digits, and no separator at either end",
        fix=f"Write '{stripped}'" if GRAMMAR.fullmatch(stripped := re.sub("/+", "/", lower.strip("/"))) else "",
        code="name-separator",
    )
