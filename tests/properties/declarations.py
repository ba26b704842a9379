"""Declarations that chance writes: from the grammar, mostly right and now and then wrong, and by mutation of bytes."""

import json
import random
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from shared_ecr.declaration.presets import PARAMETERS

# What belongs nowhere in particular, so that it turns up everywhere.
HOSTILE: Sequence[Any] = (
    *(None, True, False, 0, -1, 1.5, 10**30, "", " ", "x", "é😀", "*", "a" * 300, "012345678901", "${env:SET}"),
    *("${env:UNSET:-x}", "${env:UNSET}", "${X}", "\u200b", "{{ x }}", [], {}, [[]], {"x": {"y": []}}, "arn:aws:iam::x"),
)
ACCOUNTS = ("222222222222", "333333333333", "team", "build")
TAGS = ("v*", "pr-*", "main-*", "latest", "*", "a*b*c*d*", "prod")
PIECES = (
    *(b": ", b"- ", b"\n", b"  ", b"\t", b"#", b"'", b'"', b"{", b"}", b"[", b"]", b"&a ", b"*a", b"!!str ", b"|\n"),
    *(b"\x00", b"\xff", b"\xef\xbb\xbf", b"<<: ", b"---\n", b"null", b"${env:", b"\xc2\xa0", b"?", b"%", b"999999999"),
)


class Writer:
    """Writes one declaration; *hostility* is how often a value is replaced by one that does not belong."""

    def __init__(self, chance: random.Random, hostility: float) -> None:
        self._chance, self._hostility = chance, hostility

    def declaration(self) -> str:
        """Write a declaration, as JSON, which is YAML, or with its keys unquoted as people write them."""
        text = json.dumps(self._top(), ensure_ascii=self._chance.random() < 0.5)
        return text.replace(', "', ',\n "') if self._chance.random() < 0.5 else text

    def _top(self) -> dict[str, Any]:
        top: dict[str, Any] = {
            "version": self._or_hostile(lambda: 1),
            "registry": self._or_hostile(self._registry),
            "accounts": {"team": "444444444444", "build": self._or_hostile(lambda: "555555555555")},
            "organization": self._or_hostile(lambda: "o-a1b2c3d4e5"),
            "repositories": self._or_hostile(
                lambda: {self._name(): self._or_hostile(self._repository) for _ in range(self._upto(6))}
            ),
        }
        if self._maybe():
            top["defaults"] = self._or_hostile(self._properties)
        if self._maybe():
            top["profiles"] = {"p": self._or_hostile(self._properties), "q": self._properties()}
        if self._maybe(0.2):
            top["ignore"] = self._some(lambda: {"code": self._one("name-double", "lifecycle-and", "x"), "reason": "r"})
        names = list(top["repositories"]) if isinstance(top["repositories"], dict) else []
        if names and self._maybe(0.3):
            top["mirrors"] = self._or_hostile(lambda: [self._or_hostile(lambda: self._mirror(names))])
        if self._maybe(self._hostility):
            top[self._one("include", "extra", "Defaults", "")] = self._hostile()
        return top

    def _registry(self) -> dict[str, Any]:
        regions = self._chance.sample(["us-east-1", "eu-west-1", "ap-south-1"], 1 + self._upto(2))
        return {
            "account": "111111111111",
            "regions": [self._hostile() if self._maybe(self._hostility) else each for each in regions],
        }

    def _repository(self) -> dict[str, Any]:
        own = self._properties()
        if self._maybe(0.3):
            own["profile"] = self._or_hostile(lambda: self._one("p", ["p"], ["q", "p"], None))
        return own

    def _properties(self) -> dict[str, Any]:
        makers: dict[str, Callable[[], Any]] = {
            "grants": self._grants,
            "lifecycle": self._lifecycle,
            "tag_mutability": self._mutability,
            "scan_on_push": self._maybe,
            "encryption": lambda: self._one("kms", "aes256", {"kms": "aws/ecr"}),
            "tags": lambda: {self._word(): self._or_hostile(self._word) for _ in range(self._upto(3))},
            "on_removal": lambda: self._one("retain", {"action": "delete", "reason": "r", "empty_on_delete": True}),
        }
        return {key: self._or_hostile(make) for key, make in makers.items() if self._maybe()}

    def _grants(self) -> dict[str, Any]:
        return {level: self._some(self._consumer) for level in ("pull", "push", "pull_push") if self._maybe()}

    def _consumer(self) -> Any:
        account = self._or_hostile(lambda: self._one(*ACCOUNTS))
        return self._one(
            "organization",
            {"account": account},
            {"role": {"account": account, "name": self._or_hostile(lambda: "ci/deployer")}},
            {"role": "arn:aws:iam::222222222222:role/x"},
            odd=({"codebuild": {"account": account, "project": "p"}}, {self._word(): account}),
        )

    def _lifecycle(self) -> Any:
        rules = [self._rule(number) for number in range(1, 1 + 1 + self._upto(4))]
        preset = {"preset": self._one("untagged", "keep-releases", odd=PARAMETERS)}
        presets = self._chance.sample(["untagged", "keep-releases", "pull-request-images", "newest"], 2)
        counted = {"preset": "untagged", "days": self._count()}
        mixed = [*presets, *rules, counted]
        return self._one({"rules": rules}, json.dumps({"rules": rules}), preset, presets, [counted], odd=[mixed])

    def _rule(self, number: int) -> dict[str, Any]:
        """Write a rule that goes with the others: each has a pattern of its own."""
        tags: Any = [f"{number}{self._one(*TAGS)}"]
        if self._maybe(self._hostility):
            tags = {"any_of": self._some(lambda: self._one(*TAGS))}
        status = self._one("tagged", odd=("untagged", "any"))
        count = self._one(
            {"countType": "imageCountMoreThan", "countNumber": self._count()},
            {"countType": "sinceImagePushed", "countUnit": "days", "countNumber": self._count()},
            odd=[{"countType": "sinceImagePulled", "countUnit": "days", "countNumber": self._count()}],
        )
        selection = {"tagStatus": status, **({"tagPatternList": tags} if status == "tagged" else {}), **count}
        action = self._one({"type": "expire"}, {"type": "transition", "targetStorageClass": "archive"})
        return {
            "rulePriority": self._or_hostile(lambda: number),
            "selection": self._or_hostile(lambda: selection),
            "action": self._or_hostile(lambda: action),
        }

    def _mirror(self, names: Sequence[str]) -> dict[str, Any]:
        source = ("docker.io/nginx", "quay.io/a/b", "localhost:5000/x")
        tags = ("1.*", "latest", 8, "1.2.3@sha256:" + "ab" * 32, "sha256:" + "cd" * 32)
        mirror: dict[str, Any] = {
            "from": self._or_hostile(lambda: self._one(*source, odd=("nginx", "docker.io/X", "a.b/c:1", "a.b:c/d"))),
            "to": self._or_hostile(lambda: self._one(*names)),
            "tags": self._or_hostile(lambda: ["*-x", self._or_hostile(lambda: self._one(*tags))]),
        }
        makers: dict[str, Callable[[], Any]] = {
            "exclude": lambda: [self._or_hostile(lambda: "*-rc*")],
            "newest": self._count,
            "platforms": lambda: [self._or_hostile(lambda: self._one("linux/amd64", "linux/arm/v7"))],
        }
        return mirror | {key: self._or_hostile(make) for key, make in makers.items() if self._maybe()}

    def _mutability(self) -> Any:
        excepted = {self._one("immutable_except", "mutable_except"): self._some(self._word), "reason": "r"}
        return self._one("immutable", "mutable", excepted)

    def _name(self) -> str:
        return str(self._one("team/app", "team/worker", "x/y/z", f"n{self._upto(99)}/app", odd=("a--b", "Team/app")))

    def _word(self) -> str:
        return "".join(self._chance.choice("abcxyz-_.*1") for _ in range(1 + self._upto(6)))

    def _count(self) -> Any:
        return self._or_hostile(lambda: self._one(1, 7, 90, 9999))

    def _some(self, make: Callable[[], Any]) -> list[Any]:
        return [self._or_hostile(make) for _ in range(1 + self._upto(3))]

    def _or_hostile(self, make: Callable[[], Any]) -> Any:
        return self._hostile() if self._maybe(self._hostility) else make()

    def _hostile(self) -> Any:
        return self._chance.choice(HOSTILE)

    def _one(self, *choices: Any, odd: Iterable[Any] = ()) -> Any:
        """Return one of *choices*, or of the *odd* ones too where faults are wanted."""
        return self._chance.choice([*choices, *(odd if self._hostility else ())])

    def _maybe(self, probability: float = 0.5) -> bool:
        return self._chance.random() < probability

    def _upto(self, most: int) -> int:
        return self._chance.randint(0, most)


def generated(seed: int) -> bytes:
    """Return the declaration of *seed*: a third of them without a fault on purpose."""
    chance = random.Random(f"generated {seed}")
    return Writer(chance, chance.choice([0.0, 0.02, 0.15])).declaration().encode(errors="surrogatepass")


def mutated(seed: int, corpus: Sequence[bytes]) -> bytes:
    """Return one of *corpus* after a few accidents."""
    chance = random.Random(f"mutated {seed}")
    data = chance.choice(corpus)
    for _ in range(chance.randint(1, 6)):
        data = _accident(chance, data, corpus)
    return data


def _accident(chance: random.Random, data: bytes, corpus: Sequence[bytes]) -> bytes:
    start = chance.randint(0, len(data))
    stop = min(len(data), start + chance.choice([0, 1, 2, 10, 200]))
    match chance.randrange(6):
        case 0:
            return data[:start] + data[stop:]
        case 1:
            return data[:start] + chance.choice(PIECES) + data[stop:]
        case 2:
            return data[:stop] + data[start:stop] * chance.choice([1, 2, 50]) + data[stop:]
        case 3:
            return data[:start] + bytes([chance.randrange(256)]) + data[start:]
        case 4:
            lines = data.splitlines(keepends=True)
            chance.shuffle(lines)
            return b"".join(lines)
        case _:
            other = chance.choice(corpus)
            cut = chance.randint(0, len(other))
            return data[:start] + other[cut : cut + 200] + data[stop:]
