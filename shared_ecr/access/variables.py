"""Policy variables: `${aws:PrincipalAccount}`, with or without a default, in a value of a policy.

Only under Version 2012-10-17; single-valued keys only; what a variable brings in is text, its stars are no wildcards.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from collections.abc import Sequence
from typing import Protocol

from shared_ecr.access.wildcards import GlobToken, Wildcard, tokens_of
from shared_ecr.records import record
from shared_ecr.text.patterns import LazyPattern

# The name, and the default between quotation marks; each class excludes what may follow it, so one walk decides.
_VARIABLE = LazyPattern(r"\$\{([^{}']*)(?:'([^'{}]*)'[^{}']*)?\}")
# `${*}`, `${?}` and `${$}` stand for the character itself.
_LITERALS = {"*", "?", "$"}
# arn:partition:service:region:account:resource; the resource may hold further colons.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
ARN_PARTS = 6


class RequestContext(Protocol):
    """What a request says of its context."""

    def get(self, key: str, /) -> tuple[str, ...] | None:
        """Return the values of *key*, which is written in lower case, or None where it is missing."""
        ...


@record
class Variable:
    """A place in a text that the request fills."""

    key: str
    """In lower case."""
    default: str | None


@record
class PolicyTemplate:
    """A text of a policy: literal runs, wildcards, and variables between them."""

    parts: tuple[GlobToken | Variable, ...]
    written: str
    """As the policy has it."""

    @property
    def variables(self) -> tuple[Variable, ...]:
        """The variables in it."""
        return tuple(part for part in self.parts if isinstance(part, Variable))

    def fill(self, values: RequestContext) -> tuple[GlobToken, ...] | None:
        """Return the text for one request, or None where a variable has no single value and no default."""
        filled: list[GlobToken] = []
        for part in self.parts:
            if not isinstance(part, Variable):
                filled.append(part)
                continue
            found = values.get(part.key)
            if found is not None and len(found) == 1:
                filled.append(found[0])
            elif part.default is not None and not found:
                filled.append(part.default)
            else:
                return None
        return tuple(filled)


def template(text: str, *, has_variables: bool) -> PolicyTemplate:
    """Read *text*; without variables (Version 2008-10-17) `${…}` is a text as any other."""
    if not has_variables or "${" not in text:
        return PolicyTemplate(tokens_of(text), text)
    parts: list[GlobToken | Variable] = []
    position = 0
    for match in _VARIABLE.finditer(text):
        parts += tokens_of(text[position : match.start()])
        name = match[1].strip().removesuffix(",").strip()
        parts.append(name if name in _LITERALS else Variable(name.lower(), match[2]))
        position = match.end()
    return PolicyTemplate((*parts, *tokens_of(text[position:])), text)


def plain(tokens: Sequence[GlobToken]) -> str:
    """Join *tokens* into the text they are, wildcards as the characters they are written with."""
    return "".join(token.character if isinstance(token, Wildcard) else token for token in tokens)


def split_arn(tokens: Sequence[GlobToken]) -> tuple[tuple[GlobToken, ...], ...] | None:
    """Split a pattern into the six parts of an ARN, or None where it has fewer; a star does not reach over a colon."""
    parts: list[list[GlobToken]] = [[]]
    for token in tokens:
        if isinstance(token, Wildcard):
            parts[-1].append(token)
            continue
        for number, piece in enumerate(token.split(":")):
            if number and len(parts) < ARN_PARTS:
                parts.append([])
            elif number:
                parts[-1].append(":")
            if piece:
                parts[-1].append(piece)
    return tuple(tuple(part) for part in parts) if len(parts) == ARN_PARTS else None
