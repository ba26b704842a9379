import base64
from datetime import timedelta

import pytest

from shared_ecr.local.clock import Clock
from shared_ecr.local.tokens import LIFETIME, Tokens
from shared_ecr.model.names import AccountId, EcrRegistry, Region

REGISTRY = EcrRegistry(AccountId("111111111111"), Region("us-east-1"))


def test_a_token_is_known_again_by_its_header() -> None:
    tokens = Tokens(Clock())
    token = tokens.issue(REGISTRY)
    assert tokens.presented(f"Basic {token.wire}") is token


@pytest.mark.parametrize("authorization", [None, "", "Basic", "Basic Zm9v", "Bearer {wire}"])
def test_anything_else_is_no_token(authorization: str | None) -> None:
    tokens = Tokens(Clock())
    wire = tokens.issue(REGISTRY).wire
    assert tokens.presented(authorization and authorization.format(wire=wire)) is None


@pytest.mark.parametrize(("age", "expired"), [(LIFETIME - timedelta(minutes=1), False), (LIFETIME, True)])
def test_a_token_dies_at_twelve_hours(age: timedelta, expired: bool) -> None:  # noqa: FBT001 — a case, not a switch
    clock = Clock()
    tokens = Tokens(clock)
    token = tokens.issue(REGISTRY)
    clock.advance(age)
    assert tokens.is_expired(token) is expired


def test_a_token_does_not_print_its_password() -> None:
    token = Tokens(Clock()).issue(REGISTRY)
    assert token.password not in f"{token} {token!r}"


def test_a_token_is_as_long_as_those_of_ecr() -> None:
    password = base64.b64decode(Tokens(Clock()).issue(REGISTRY).wire).decode()
    assert len(password) > 1500
