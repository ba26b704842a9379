"""Random plans of Terraform, and what a reader who thinks of each resource by itself says of them.

The reader shares nothing with the review: it looks at the two states that a plan was made from, and at the actions.
"""

import json
import random
from dataclasses import dataclass, field
from typing import Any

from review.terraform_plans import ACCOUNT, KEY, PULL, Entry, encrypted, held, kms_key, plan, repository

PUSH = [
    "ecr:BatchCheckLayerAvailability", "ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload", "ecr:PutImage",
    "ecr:UploadLayerPart",
]  # fmt: skip
ACCOUNTS = ("222222222222", "333333333333")
EVERYONE = "*"
ACTIONS = {"pull": PULL, "push": PUSH}
Grants = frozenset[tuple[str, str]]
"""Pairs of a principal, an account or everyone, and what it may do."""


@dataclass(frozen=True)
class RepositoryState:
    """One repository as AWS has it."""

    name: str
    mutability: str = "IMMUTABLE"
    is_emptied: bool = False
    is_scanned: bool = True
    has_key: bool = False
    grants: Grants | None = None
    """None without a policy."""
    denied: Grants = frozenset()
    keeps: int | None = None
    """How many images the rules keep; None without rules."""

    def allows(self) -> Grants:
        """Return what each account may do; everyone includes each of them, and the registry's own needs no grant."""
        given = self.grants or frozenset()
        denied = self.denied if self.grants is not None else frozenset()
        own = {("own", what) for what in ACTIONS if (EVERYONE, what) not in denied}
        return frozenset(own) | {
            (who, what)
            for who in (*ACCOUNTS, EVERYONE)
            for what in ACTIONS
            if {(who, what), (EVERYONE, what)} & given and not {(who, what), (EVERYONE, what)} & denied
        }

    def attributes(self) -> dict[str, Any]:
        make = encrypted if self.has_key else repository
        scan = [{"scan_on_push": self.is_scanned}]
        return make(
            name=self.name, image_tag_mutability=self.mutability, force_delete=self.is_emptied,
            image_scanning_configuration=scan,
        )  # fmt: skip

    def has(self, kind: str) -> bool:
        """Return whether there is a policy of *kind*."""
        return (self.grants if kind == "aws_ecr_repository_policy" else self.keeps) is not None

    def policy(self) -> str:
        statements = [
            {"Effect": effect, "Principal": "*" if who == EVERYONE else {"AWS": f"arn:aws:iam::{who}:root"},
             "Action": ACTIONS[what]}
            for effect, pairs in (("Allow", self.grants or frozenset()), ("Deny", self.denied))
            for who, what in sorted(pairs)
        ]  # fmt: skip
        return json.dumps({"Version": "2012-10-17", "Statement": statements})

    def rules(self) -> str:
        selection = {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": self.keeps}
        return json.dumps({"rules": [{"rulePriority": 1, "selection": selection, "action": {"type": "expire"}}]})


@dataclass
class RandomPlan:
    """A plan, and why it must block; no reason where it need not."""

    document: dict[str, Any]
    reasons: list[str] = field(default_factory=list)
    excused: list[str] = field(default_factory=list)
    """Findings that a plan may have without a reason: a fault that was there before and whose words change counts as
    new, as docs/adr/0011 says. Everyone had access and still has it, by another statement."""


class PlanMaker:
    """Makes one plan from one number."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.entries: list[Entry] = []
        self.reasons: list[str] = []
        self.excused: list[str] = []

    def make(self) -> RandomPlan:
        key_after, key_actions = self._key()
        users = [self._repository(number) for number in range(self.chance.randrange(1, 4))]
        is_key_lost = (
            key_actions == ["delete"] or "create" in key_actions or (key_after or {}).get("is_enabled") is False
        )
        if is_key_lost and any(users):
            self.reasons.append("a key that is used is lost")
        self._noise()
        document = plan(*self.chance.sample(self.entries, len(self.entries)))
        self._flags(document)
        for part in ("prior_state", "planned_values"):
            if self.chance.random() < 0.15:
                del document[part]
        if is_key_lost and not {"prior_state", "planned_values"} & set(document):
            # Where entries without a change were cut off too, the users of the key are not in the plan.
            self.excused.append("plan-incomplete")
        return RandomPlan(document, self.reasons, self.excused)

    def _state(self, name: str) -> RepositoryState:
        pick = self.chance
        everything = [(who, what) for who in (*ACCOUNTS, EVERYONE) for what in ACTIONS]
        grants = frozenset(pick.sample(everything, pick.randrange(1, 4)))
        # A denial that leaves nothing of a statement is a fault by itself, which `access lint` reports.
        possible = [
            (who, what) for who, what in everything
            if (who, what) not in grants and (who != EVERYONE or all(what != given for _, given in grants))
        ]  # fmt: skip
        denied = frozenset(pick.sample(possible, min(len(possible), 2))) if pick.random() < 0.3 else frozenset()
        return RepositoryState(
            name,
            pick.choice(["IMMUTABLE", "MUTABLE"]),
            pick.random() < 0.3,
            pick.random() < 0.7,
            pick.random() < 0.4,
            grants if pick.random() < 0.7 else None,
            denied,
            pick.choice([None, 5, 100, 900]),
        )

    def _changed(self, old: RepositoryState) -> RepositoryState:
        """Return another state of the same repository: each property changes now and then."""
        new = self._state(old.name)
        kept = {name: getattr(old, name) for name in ("mutability", "is_emptied", "is_scanned", "keeps")
                if self.chance.random() < 0.85}  # fmt: skip
        if self.chance.random() < 0.75:
            kept |= {"grants": old.grants, "denied": old.denied}
        return RepositoryState(**{**vars(new), **kept, "has_key": old.has_key})

    def _repository(self, number: int) -> bool:
        """Add a repository with its policies; return whether a key encrypts it, and it stays."""
        pick = self.chance
        address = pick.choice([f"aws_ecr_repository.r{number}", f'module.m["x"].aws_ecr_repository.r[{number}]'])
        old = self._state(f"team/r{number}")
        new = self._changed(old)
        is_elsewhere = pick.random() < 0.2
        fate = "stays" if is_elsewhere else pick.choices(
            ["stays", "moved", "deleted", "forgotten", "replaced", "renamed", "unknown word", "imported"],
            [12, 3, 1, 1, 2, 1, 1, 1],
        )[0]  # fmt: skip
        if not is_elsewhere:
            self._add_repository(address, old, new, fate)
        stays = fate not in {"deleted", "forgotten"}
        if fate == "renamed":
            return old.has_key
        self._policies(number, old, new if stays else None)
        if stays:
            self._judge(old, new, is_elsewhere=is_elsewhere)
        return stays and old.has_key and not is_elsewhere

    def _add_repository(self, address: str, old: RepositoryState, new: RepositoryState, fate: str) -> None:
        before, after = old.attributes(), new.attributes()
        words = ["no-op"] if before == after else ["update"]
        change: dict[str, Any] = {}
        fields: dict[str, Any] = {}
        match fate:
            case "moved":
                fields["previous_address"] = f"{address}_old"
            case "imported":
                change["importing"] = {"id": old.name}
            case "deleted" | "forgotten":
                self.reasons.append(f"{old.name} is {fate}")
                self.entries.append(Entry(address, before, None, ["delete" if fate == "deleted" else "forget"]))
                return
            case "replaced":
                words = self.chance.choice([["delete", "create"], ["create", "delete"], ["create", "forget"]])
                fields["action_reason"] = self.chance.choice(["replace_by_request", "replace_because_tainted", None])
            case "renamed":
                after = RepositoryState(**{**vars(old), "name": f"{old.name}-b"}).attributes()
                words = ["delete", "create"]
            case "unknown word":
                words = self.chance.choice([["archive"], ["update", "archive"], []])
            case _:
                pass
        if fate in {"replaced", "renamed", "unknown word"}:
            self.reasons.append(f"{old.name} is {fate}")
        elif self.chance.random() < 0.06:
            name = self.chance.choice(["image_tag_mutability", "force_delete", "image_scanning_configuration", "name"])
            change["after_unknown"] = {name: True}
            self.reasons.append(f"{name} of {old.name} is unknown")
            words = ["update"]
        if self.chance.random() < 0.1:
            change |= {"before_sensitive": {"name": True, "tags": {}}, "after_sensitive": {"name": True}}
        self.entries.append(Entry(address, before, after, words, change, fields))

    def _policies(self, number: int, old: RepositoryState, new: RepositoryState | None) -> None:
        for kind, text in (
            ("aws_ecr_repository_policy", RepositoryState.policy), ("aws_ecr_lifecycle_policy", RepositoryState.rules),
        ):  # fmt: skip
            before, after = (
                held(each.name, text(each)) if each and each.has(kind) else None for each in (old, new)
            )  # fmt: skip
            if before is None and after is None:
                continue
            change: dict[str, Any] = {}
            if after and new and self.chance.random() < 0.06:
                change["after_unknown"] = {"policy": True}
                after = {**after, "policy": None}
                self.reasons.append(f"{kind} of {new.name} is unknown")
            if self.chance.random() < 0.2:
                change |= {"before_sensitive": {"policy": True}, "after_sensitive": {"policy": True}}
            self.entries.append(Entry(f"{kind}.r{number}", before, after, None, change))

    def _judge(self, old: RepositoryState, new: RepositoryState, *, is_elsewhere: bool) -> None:
        """Note why the change from *old* to *new* must block."""
        if not is_elsewhere:
            if (old.mutability, new.mutability) == ("IMMUTABLE", "MUTABLE"):
                self.reasons.append(f"tags of {old.name} can be moved")
            if new.is_emptied and not old.is_emptied:
                self.reasons.append(f"{old.name} is emptied when it is deleted")
            if old.is_scanned and not new.is_scanned:
                self.reasons.append(f"{old.name} is not scanned")
        if old.policy() != new.policy() and any(who == EVERYONE for who, _ in new.grants or ()):
            self.excused.append("access-public")
        gained, lost = new.allows() - old.allows(), old.allows() - new.allows()
        if gained:
            self.reasons.append(f"{old.name} allows more: {sorted(gained)}")
        if lost and old.grants is not None and new.grants is None:
            self.reasons.append(f"the policy of {old.name} was removed")
        if new.keeps is not None and (old.keeps is None or new.keeps < old.keeps):
            self.reasons.append(f"{old.name} keeps fewer images")

    def _key(self) -> tuple[dict[str, Any] | None, list[str]]:
        before = kms_key()
        after, words = self.chance.choices(
            [
                (before, ["no-op"]), (None, ["delete"]), (kms_key(is_enabled=False), ["update"]),
                (None, ["forget"]), (before, ["delete", "create"]), (kms_key(description="x"), ["update"]),
            ],
            [10, 1, 1, 1, 1, 2],
        )[0]  # fmt: skip
        self.entries.append(Entry("aws_kms_key.k", before, after, words))
        return after, words

    def _noise(self) -> None:
        for number in range(self.chance.randrange(3)):
            words = self.chance.choice([["create"], ["delete"], ["delete", "create"], ["archive"], ["update"]])
            before = None if words == ["create"] else {"id": "x", "bucket": f"b{number}"}
            after = None if words == ["delete"] else {"id": "x", "bucket": f"b{number}", "tags": {}}
            self.entries.append(Entry(f"aws_s3_bucket.b{number}", before, after, words))

    def _flags(self, document: dict[str, Any]) -> None:
        if self.chance.random() < 0.08:
            name, value = self.chance.choice([("errored", True), ("complete", False), ("deferred_changes", [{}])])
            document[name] = value
            self.reasons.append(f"{name} is {value}")


__all__ = ["ACCOUNT", "KEY", "PlanMaker", "RandomPlan"]
