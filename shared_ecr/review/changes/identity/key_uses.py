"""Which keys of the stacks encrypt repositories, or will encrypt those that a creation template creates."""

import re
from typing import Self

from shared_ecr.model.settings.creation_templates import CREATION_TEMPLATE
from shared_ecr.records import record
from shared_ecr.review.changes.identity.keys import AWS_KEY, Keys
from shared_ecr.review.changes.identity.pairing import LocatedResource, held
from shared_ecr.review.deployments import OPEN_MARK, Deployment, is_known
from shared_ecr.text.patterns import LazyPattern

KEY_TYPES = ("AWS::KMS::Key", "AWS::KMS::ReplicaKey")
_ENCRYPTED = ("AWS::ECR::Repository", CREATION_TEMPLATE.type)
_OF_A_STACK = LazyPattern(re.escape(OPEN_MARK) + r"([A-Za-z0-9]+)\}")


@record
class KeyUses:
    """The keys that encrypt something of ECR."""

    of_own_stack: frozenset[tuple[str, str]]
    """By stack and logical id."""
    of_other_stacks: frozenset[str]
    """Logical ids of keys that a stack gets from another one, such as its parent."""
    has_imports: bool
    """Whether some key is an import, an ARN or another value that can mean a key of any stack."""

    @classmethod
    def of(cls, deployment: Deployment) -> Self:
        """Collect the keys that *deployment* encrypts with."""
        aliases = Keys.of(deployment)
        own, other, has_imports = set(), set(), False
        for each in (found for type_ in _ENCRYPTED for found in held(deployment, type_)):
            written = each.resource.properties.get("EncryptionConfiguration")
            if not is_known(written) and not isinstance(written, dict):
                # What is open as a whole can name any key.
                has_imports = True
                continue
            key = aliases.encryption(each.stack, each.resource).key or ""
            if OPEN_MARK not in key:
                has_imports = has_imports or _may_be_of_these_stacks(key)
                continue
            match = _OF_A_STACK.fullmatch(key)
            if match is None:
                has_imports = True
            elif any(found.origin.logical_id == match[1] for found in each.stack.resources):
                own.add((each.stack.name, match[1]))
            else:
                other.add(match[1])
        keys = {each.resource.origin.logical_id for type_ in KEY_TYPES for each in held(deployment, type_)}
        # What no stack calls a key is a parameter, which can mean any of them.
        return cls(frozenset(own), frozenset(other), has_imports or not other <= keys)

    def includes(self, key: LocatedResource) -> bool:
        """Whether *key* encrypts a repository, as far as that is known."""
        logical_id = key.resource.origin.logical_id
        is_named = (key.stack.name, logical_id) in self.of_own_stack or logical_id in self.of_other_stacks
        return is_named or self.has_imports


def _may_be_of_these_stacks(key: str) -> bool:
    """Whether *key*, which is written out, can be a key that a stack here makes: no document has the id of that one.

    A key of this account and Region is written without them; one with an ARN is somewhere else.
    """
    return bool(key) and key != AWS_KEY and not key.startswith("arn:")
