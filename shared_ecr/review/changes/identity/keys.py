"""Which key encrypts a repository, however it is named: by its id, its ARN, an alias, or a resource of the stack.

Encryption is fixed when a repository is created; another key means another repository.
Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html
"""

import re
from collections.abc import Iterator, Mapping
from typing import Self

from shared_ecr.records import record
from shared_ecr.review.deployments import OPEN_MARK, Deployment, RegistryHome, Resource, Stack, is_known
from shared_ecr.review.documents.stored_keys import OF_THE_STACK
from shared_ecr.text.patterns import LazyPattern

AWS_KEY = "alias/aws/ecr"
# A part of an ARN; an open one has colons of its own.
_PART = r"(?:[^:$]|\$\{[^}]*\})*"
_ARN = LazyPattern(rf"arn:{_PART}:kms:(?P<region>{_PART}):(?P<account>{_PART}):(?P<rest>(?:key|alias)/.+)")
# A dynamic reference without a version reads the latest value, which is the one of this deployment.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-ssm.html
_FROM_A_PARAMETER = LazyPattern(re.escape(OPEN_MARK) + r"resolve:ssm:([^:}]+)\}")
# An alias stands for a key; an alias of an alias is not possible, and a circle of them has no end.
_STEPS_AT_MOST = 3


@record
class EncryptionIdentity:
    """What images are encrypted with."""

    type: str
    key: str | None
    """The shortest text that identifies the key within its registry; None where Amazon S3 manages the keys."""

    @property
    def is_known(self) -> bool:
        """Whether it is known before the deployment."""
        return is_known(self.type) and is_known(self.key)

    def __str__(self) -> str:
        if self.key is None:
            return self.type
        match = OF_THE_STACK.fullmatch(self.key)
        return f"{self.type} with {f'{match[1]} of the stack' if match else self.key}"


@record
class Keys:
    """What the aliases and the SSM parameters of one side stand for."""

    by_name: Mapping[tuple[RegistryHome, str], str]
    by_id: Mapping[tuple[str, str], str]
    """By stack and logical id."""
    by_parameter: Mapping[tuple[RegistryHome, str], str]
    """What SSM parameters of the deployment hold, by name: a stack reads the key of another one through them."""

    @classmethod
    def of(cls, deployment: Deployment) -> Self:
        """Collect the aliases and parameters that the stacks of *deployment* define."""
        by_name: dict[tuple[RegistryHome, str], str] = {}
        by_id: dict[tuple[str, str], str] = {}
        for stack, resource in deployment.resources("AWS::KMS::Alias"):
            target = resource.properties.get("TargetKeyId")
            if isinstance(target, str):
                by_id[stack.name, resource.origin.logical_id] = target
                if name := resource.text("AliasName"):
                    by_name[resource.home, name] = target
        by_parameter = {
            (resource.home, name): value
            for _, resource in deployment.resources("AWS::SSM::Parameter")
            if (name := resource.text("Name")) and isinstance(value := resource.properties.get("Value"), str)
        }
        return cls(by_name, by_id, by_parameter)

    def encryption(self, stack: Stack, resource: Resource) -> EncryptionIdentity:
        """Return what encrypts the images of the repository *resource*; left out, it is AES256."""
        written = resource.properties.get("EncryptionConfiguration")
        held = written if isinstance(written, dict) else {}
        type_ = str(written if isinstance(written, str) else held.get("EncryptionType") or "AES256")
        if type_ == "AES256":
            return EncryptionIdentity(type_, None)
        key = held.get("KmsKey")
        return EncryptionIdentity(type_, self._key(str(key), stack, resource.home) if key else AWS_KEY)

    def _key(self, text: str, stack: Stack, home: RegistryHome) -> str:
        for _ in range(_STEPS_AT_MOST):
            text = _without_place(text, home)
            target = next(self._targets(text, stack, home), None)
            if target is None:
                break
            text = target
        return text

    def _targets(self, text: str, stack: Stack, home: RegistryHome) -> Iterator[str]:
        if (home, text) in self.by_name:
            yield self.by_name[home, text]
        read = _FROM_A_PARAMETER.fullmatch(text)
        if read and (home, read[1]) in self.by_parameter:
            yield self.by_parameter[home, read[1]]
        match = OF_THE_STACK.fullmatch(text)
        if match and (stack.name, match[1]) in self.by_id:
            yield self.by_id[stack.name, match[1]]


def _without_place(text: str, home: RegistryHome) -> str:
    """Return a key without its place and the word `key`; of a resource of the stack, without the attribute."""
    match = _ARN.fullmatch(text)
    if match and _is_here(match["region"], home.region) and _is_here(match["account"], home.account):
        text = match["rest"]
    if match := OF_THE_STACK.fullmatch(text):
        return f"{OPEN_MARK}{match[1]}}}"
    return text.removeprefix("key/")


def _is_here(written: str, here: str | None) -> bool:
    return not is_known(written) or here is None or written in {here, ""}
