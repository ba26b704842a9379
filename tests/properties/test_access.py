import json
import random
from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import settings as bounded
from hypothesis import strategies as st

from properties.random_policies import policy, request, statement
from shared_ecr.access.changes import Direction, changes
from shared_ecr.access.decisions import render
from shared_ecr.access.evaluation import AccessVerdict, decide
from shared_ecr.access.lint import LintedPolicy, lint
from shared_ecr.access.policy_pair import PolicyPair
from shared_ecr.access.policy_reader import parse_policy, read_policy
from shared_ecr.access.rendering import request_json
from shared_ecr.access.request_reader import read_question
from shared_ecr.access.requests import TargetRepository
from shared_ecr.access.trust_boundary import TrustBoundary
from shared_ecr.documents.policy_faults import InvalidPolicyError
from shared_ecr.findings.problems import Problem, Severity

SEEDS = st.integers(min_value=0, max_value=2**32).map(random.Random)
TARGET = TargetRepository("111111111111", "us-east-1", "team/app")
KNOWN = TrustBoundary("o-a1b2c3d4e5", frozenset({"222222222222"}))
POSSIBLE = {AccessVerdict.ALLOW, AccessVerdict.DEPENDS, AccessVerdict.UNDECIDED}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["*", "Allow", "ecr:*"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["Version", "Statement", "Effect", "Principal", "AWS", "Action", "Condition", "Null", "x"]),
        inner, max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


def decided(rng: random.Random, written: dict[str, Any], asked: dict[str, Any]) -> AccessVerdict:
    question = read_question(json.dumps({**asked, "repository_policy": written}))
    return decide(question.policies, question.request).verdict


def faults(read: Callable[[], object]) -> tuple[Problem, ...]:
    try:
        read()
    except InvalidPolicyError as error:
        # Refused without a reason would be the worst answer.
        return error.faults or (Problem("", Severity.ERROR, ""),)
    return ()


@given(JSON)
@bounded(deadline=None)
def test_any_json_is_a_policy_or_is_refused_with_a_code(data: object) -> None:
    assert all(fault.code and fault.what for fault in faults(lambda: read_policy(data)))


@given(st.text(max_size=60))
@bounded(deadline=None)
def test_any_text_is_a_policy_or_is_refused_with_a_code(text: str) -> None:
    assert all(fault.code and fault.what for fault in faults(lambda: parse_policy(text)))


@given(SEEDS)
@bounded(deadline=None)
def test_every_request_about_a_policy_has_an_answer(rng: random.Random) -> None:
    answer = render(read_question(json.dumps({**request(rng), "repository_policy": policy(rng)})))
    assert answer["decision"] in {"allow", "deny", "undocumented"}


@given(SEEDS)
@bounded(deadline=None)
def test_a_denial_of_everything_wins_over_every_grant(rng: random.Random) -> None:
    written = policy(rng)
    written["Statement"].append({"Effect": "Deny", "Principal": "*", "Action": "*"})
    assert decided(rng, written, request(rng)) is AccessVerdict.DENY


@given(SEEDS)
@bounded(deadline=None)
def test_another_allow_never_takes_access_away(rng: random.Random) -> None:
    written, asked = policy(rng), request(rng)
    added = {**statement(rng), "Effect": "Allow"}
    wider = {**written, "Statement": [*written["Statement"], added]}
    if decided(rng, written, asked) is AccessVerdict.ALLOW:
        assert decided(rng, wider, asked) is AccessVerdict.ALLOW


@given(SEEDS)
@bounded(deadline=None)
def test_another_deny_never_gives_access(rng: random.Random) -> None:
    written, asked = policy(rng), request(rng)
    narrower = {**written, "Statement": [*written["Statement"], {**statement(rng), "Effect": "Deny"}]}
    if decided(rng, written, asked) is AccessVerdict.DENY:
        assert decided(rng, narrower, asked) is AccessVerdict.DENY


def shuffled(rng: random.Random, data: Any) -> Any:
    """Return *data* with every object and list in another order."""
    if isinstance(data, dict):
        keys = list(data)
        rng.shuffle(keys)
        return {key: shuffled(rng, data[key]) for key in keys}
    if isinstance(data, list):
        return rng.sample([shuffled(rng, each) for each in data], len(data))
    return data


def respelled(rng: random.Random, written: dict[str, Any]) -> dict[str, Any]:
    """Return *written* with accounts by their digits, actions in capitals, and each statement split in two."""
    statements = []
    for each in written["Statement"]:
        made = json.loads(json.dumps(each))
        for key in ("Principal", "NotPrincipal"):
            if isinstance(made.get(key), dict) and "AWS" in made[key]:
                listed = [made[key]["AWS"]] if isinstance(made[key]["AWS"], str) else made[key]["AWS"]
                made[key]["AWS"] = [text.split(":")[4] if text.endswith(":root") else text for text in listed]
        if "Action" in made:
            actions = [text.upper() for text in made.pop("Action")]
            statements += [{**made, "Action": text} for text in actions]
        else:
            statements.append(made)
    return {**written, "Statement": rng.sample(statements, len(statements))}


@given(SEEDS)
@bounded(deadline=None)
def test_the_order_of_a_policy_changes_no_decision(rng: random.Random) -> None:
    written, asked = policy(rng), request(rng)
    assert decided(rng, shuffled(rng, written), asked) is decided(rng, written, asked)


@given(SEEDS)
@bounded(deadline=None)
def test_a_policy_in_another_order_and_spelling_changes_no_access(rng: random.Random) -> None:
    written = policy(rng)
    again = shuffled(rng, respelled(rng, written))
    assert changes(PolicyPair(read_policy(written)), PolicyPair(read_policy(again)), TARGET, KNOWN) == []


@given(SEEDS)
@bounded(deadline=None)
def test_every_change_is_proven_by_a_witness_that_both_policies_judge_differently(rng: random.Random) -> None:
    old, new = policy(rng), policy(rng)
    for change in changes(PolicyPair(read_policy(old)), PolicyPair(read_policy(new)), TARGET, KNOWN):
        asked = request_json(change.witness)
        before, after = decided(rng, old, asked), decided(rng, new, asked)
        if change.direction is Direction.ALLOWED:
            # What was undecided may have been denied, and is allowed for certain now.
            assert after in POSSIBLE
            assert before not in POSSIBLE or (before is AccessVerdict.UNDECIDED and after is not before)
        else:
            assert (before in POSSIBLE, after in POSSIBLE) == (True, False)


@given(SEEDS)
@bounded(max_examples=300, deadline=None)
def test_no_request_differs_where_nothing_is_found_to_change(rng: random.Random) -> None:
    old = policy(rng)
    new = json.loads(json.dumps(old))
    # One statement differs in its conditions alone, so that both outcomes are frequent.
    fresh = statement(rng)
    new["Statement"][0].pop("Condition", None)
    new["Statement"][0] |= {key: value for key, value in fresh.items() if key == "Condition"}
    if changes(PolicyPair(read_policy(old)), PolicyPair(read_policy(new)), TARGET, KNOWN):
        return
    for _ in range(30):
        asked = request(rng)
        asked["repository"]["tags"] = {}
        # Every request has these two: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
        asked["context"] = {"aws:SecureTransport": "true", "aws:CurrentTime": "2026-11-21T00:00:00Z"} | asked["context"]
        before, after = decided(rng, old, asked), decided(rng, new, asked)
        assert (before in POSSIBLE) == (after in POSSIBLE), asked
        assert after is before or before is not AccessVerdict.UNDECIDED or after is not AccessVerdict.ALLOW, asked


@given(SEEDS)
@bounded(deadline=None)
def test_the_linter_has_an_opinion_on_every_policy(rng: random.Random) -> None:
    for finding in lint(LintedPolicy(read_policy(policy(rng)))):
        assert finding.code
        assert finding.fix
