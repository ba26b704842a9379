import itertools
import re

import pytest

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.settings.scanning import (
    DEFAULT_SCANNING,
    ScanFilter,
    ScanFrequency,
    Scanning,
    ScanRule,
    ScanType,
)


def test_by_default_every_image_is_scanned_when_it_is_pushed() -> None:
    assert DEFAULT_SCANNING.wire() == {
        "scanType": "BASIC",
        "rules": [{"scanFrequency": "SCAN_ON_PUSH", "repositoryFilters": [{"filter": "*", "filterType": "WILDCARD"}]}],
    }


def test_basic_scanning_is_never_continuous() -> None:
    rule = ScanRule(ScanFrequency.CONTINUOUS_SCAN, (ScanFilter("*"),))

    with pytest.raises(InvalidValueError, match="no continuous scan"):
        Scanning(ScanType.BASIC, (rule,))


def test_the_order_of_the_rules_is_not_in_what_is_sent() -> None:
    rules = [ScanRule(frequency, (ScanFilter("b"), ScanFilter("a"))) for frequency in ScanFrequency]

    sent = [Scanning(ScanType.ENHANCED, tuple(order)).wire() for order in (rules, rules[::-1])]

    assert sent[0] == sent[1]


@pytest.mark.parametrize("text", ["*", "team", "team/*", "*/prod-*", "a.b_c"])
def test_a_scanning_filter_is_made_like_a_name(text: str) -> None:
    assert ScanFilter.parse(text).text == text


@pytest.mark.parametrize("text", ["", "Team", "-a", "a" * 256], ids=["empty", "capital", "dash first", "too long"])
def test_what_no_repository_is_called_is_no_scanning_filter(text: str) -> None:
    with pytest.raises(InvalidValueError, match="is not a scanning filter"):
        ScanFilter.parse(text)


# ScanningRepositoryFilterValue of AWS's service model.
AWS = re.compile(r"[a-z0-9*](?:[._\-/a-z0-9*]?[a-z0-9*]+)*")


@pytest.mark.parametrize("length", range(1, 6))
def test_a_filter_has_the_grammar_of_the_service_model(length: int) -> None:
    for characters in itertools.product("a*-/!", repeat=length):
        text = "".join(characters)
        try:
            ScanFilter.parse(text)
        except InvalidValueError:
            assert AWS.fullmatch(text) is None, text
        else:
            assert AWS.fullmatch(text), text


def test_a_long_text_that_is_no_filter_is_refused_at_once() -> None:
    with pytest.raises(InvalidValueError):
        ScanFilter.parse("a" * 200 + "!")
