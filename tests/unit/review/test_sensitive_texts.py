import time

import pytest

from shared_ecr.review.sensitive_texts import SensitiveTexts

TEXTS = ["ops", "222222222222", "arn:aws:iam::222222222222:role/app", "two words", '{"a": 1}', "app"]


@pytest.mark.parametrize(("text", "shown"), [
    ("ops", "(sensitive)"), ("the ops team", "the (sensitive) team"), ("operations, devops", "operations, devops"),
    ("arn:aws:iam::222222222222:role/app may pull", "(sensitive) may pull"),
    ("arn:aws:iam::222222222222:role/apple", "arn:aws:iam::(sensitive):role/apple"),
    ("ops/app", "(sensitive)/(sensitive)"), ("two words more", "(sensitive) more"), ('x={"a": 1}', "x=(sensitive)"),
    ("nothing", "nothing"), ("", ""), ("opsé", "(sensitive)é"),
])  # fmt: skip
def test_a_text_is_hidden_where_it_is_a_word_of_its_own(text: str, shown: str) -> None:
    assert SensitiveTexts(TEXTS).hidden(text) == shown


def test_without_texts_nothing_is_hidden() -> None:
    assert SensitiveTexts(["", ""]).hidden("a b") == "a b"


def test_the_time_does_not_grow_with_the_number_of_texts() -> None:
    texts = SensitiveTexts(f"arn:aws:iam::222222222222:role/of-team-{number}" for number in range(50_000))
    began = time.process_time()
    assert "(sensitive)" in texts.hidden("arn:aws:iam::222222222222:role/of-team-77, " * 2_000)
    assert time.process_time() - began < 2
