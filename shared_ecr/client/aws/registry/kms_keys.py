"""KMS keys of a registry: who manages each, and which stack made it."""

from collections.abc import Callable
from functools import partial
from typing import Any

from shared_ecr.client.aws.faults import AwsRefusedError
from shared_ecr.client.aws.registry.asking import PacedQuestions
from shared_ecr.client.aws.registry.owners import owner_of
from shared_ecr.records import record


@record
class KeyFacts:
    """What is known of a KMS key."""

    manager: str | None = None
    """`AWS` or `CUSTOMER`; None where it could not be asked, or there is no key."""
    owner: str | None = None


class KmsKeys:
    """Asks once for each key; clients are made where there is a key at all."""

    def __init__(self, clients: Callable[[str], Any], questions: PacedQuestions) -> None:
        self._clients, self._questions = clients, questions
        self._facts: dict[str, KeyFacts] = {}

    def facts(self, arn: str | None) -> KeyFacts:
        """Return what is known of the key *arn*."""
        if not arn:
            return KeyFacts()
        if arn not in self._facts:
            self._facts[arn] = self._ask(arn)
        return self._facts[arn]

    def _ask(self, arn: str) -> KeyFacts:
        kms = self._clients("kms")
        try:
            answer = self._questions.ask("kms:DescribeKey", partial(kms.describe_key, KeyId=arn))
        except AwsRefusedError as refused:
            # The key was deleted, or its id is of another kind: nothing is known of it then.
            self._questions.note("", "kms:DescribeKey", str(refused))
            return KeyFacts()
        if not answer:
            return KeyFacts()
        about = answer["KeyMetadata"]
        if about.get("KeyManager") != "CUSTOMER":
            return KeyFacts(about.get("KeyManager"))
        return KeyFacts("CUSTOMER", owner_of(self._clients("cloudformation"), self._questions, about["KeyId"]))
