"""Further conditions of a grant: the VPC endpoint that a call uses, and the tags of its role."""

from typing import Self

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.text_grammar import TextGrammar
from shared_ecr.records import record
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VpcEndpoint.html
_ENDPOINT = TextGrammar(
    pattern=LazyPattern(r"vpce-[0-9a-f]{8}(?:[0-9a-f]{9})?"),
    what="a VPC endpoint",
    why="An endpoint's id is 'vpce-' and 8 or 17 hexadecimal digits",
    fix="'aws ec2 describe-vpc-endpoints' lists those of ecr.api and ecr.dkr",
    code="vpc-endpoint",
)
# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
_TAG_KEY = TextGrammar(
    pattern=LazyPattern(r"[\w .:/=+@-]{1,128}"),
    what="a valid tag key",
    why="It has 1 to 128 letters, digits, spaces and '_.:/=+-@'",
    code="principal-tag",
)
_TAG_VALUE = TextGrammar(
    pattern=LazyPattern(r"[\w .:/=+@-]{1,256}"),
    what="a valid tag value",
    why="It has 1 to 256 letters, digits, spaces and '_.:/=+-@'",
    code="principal-tag",
)


@record(order=True)
class Narrowing:
    """Conditions on the caller, all of which must hold; each is met by any one of its values."""

    endpoints: tuple[str, ...] = ()
    """Ids of VPC endpoints, sorted; empty for any endpoint."""
    tags: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Tags of the principal and their values, sorted; empty for any principal."""

    @classmethod
    def of(cls, endpoints: tuple[str, ...], tags: tuple[tuple[str, tuple[str, ...]], ...]) -> Self:
        """Return the narrowing by *endpoints* and *tags*, whatever order they are given in."""
        sorted_tags = ((key, tuple(sorted(set(values)))) for key, values in tags)
        return cls(tuple(sorted(set(endpoints))), tuple(sorted(sorted_tags)))

    @property
    def equals(self) -> dict[str, list[str]]:
        """The narrowing as keys and values of a `StringEquals` condition."""
        equals = {f"aws:PrincipalTag/{key}": list(values) for key, values in self.tags}
        return equals | ({"aws:SourceVpce": list(self.endpoints)} if self.endpoints else {})

    def admits(self, other: "Narrowing") -> bool:
        """Whether every caller that meets *other* meets this, too."""
        wanted, offered = self.equals, other.equals
        return all(key in offered and set(offered[key]) <= set(values) for key, values in wanted.items())

    def __str__(self) -> str:
        parts = [f"through {' or '.join(self.endpoints)}"] if self.endpoints else []
        parts += [f"tagged {key}={' or '.join(values)}" for key, values in self.tags]
        return ", ".join(parts)


EVERYWHERE = Narrowing()


def parse_endpoint(text: str) -> str:
    """Read the id of a VPC endpoint; refuse VPCs, services' names and wildcards."""
    return _ENDPOINT.require(text)


def parse_tag_key(text: str) -> str:
    """Read the key of a principal's tag."""
    return _TAG_KEY.require(text)


def parse_tag_value(text: str) -> str:
    """Read the value of a principal's tag; refuse wildcards, which the condition would read literally."""
    if set("*?") & set(text):
        raise InvalidValueError(
            f"{quoted(text)} has a wildcard",
            why="StringEquals takes it literally, so that no one would have access",
            fix="List the values",
            code="condition-wildcard",
        )
    return _TAG_VALUE.require(text)
