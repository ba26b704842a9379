import math
import re

import pytest

from shared_ecr.documents.yaml.scalars import LONGEST_NUMBER, CoreTag, Value, plain_value, tag_as_written, tagged_value

CORE_SCHEMA: list[tuple[str, Value]] = [
    ("", None),
    ("~", None),
    ("null", None),
    ("Null", None),
    ("NULL", None),
    ("nULL", "nULL"),
    ("true", True),
    ("True", True),
    ("TRUE", True),
    ("tRUE", "tRUE"),
    ("false", False),
    ("False", False),
    ("FALSE", False),
    ("0", 0),
    ("-0", 0),
    ("+12", 12),
    ("-19", -19),
    ("012345671234", 12345671234),
    ("0777", 777),
    ("0o17", 15),
    ("0o18", "0o18"),
    ("-0o17", "-0o17"),
    ("0x3A", 58),
    ("0xg", "0xg"),
    ("0b11", "0b11"),
    ("1.10", 1.1),
    (".5", 0.5),
    ("1.", 1.0),
    ("-2E+05", -2e5),
    ("12e03", 12000.0),
    (".", "."),
    ("1.2.3", "1.2.3"),
    (".inf", math.inf),
    ("+.INF", math.inf),
    ("-.Inf", -math.inf),
    ("inf", "inf"),
    ("nan", "nan"),
    ("1_000", "1_000"),
    ("12:30:45", "12:30:45"),
    ("2026-11-01", "2026-11-01"),
    ("1234-5678-9012", "1234-5678-9012"),
    ("\u0661\u0662", "\u0661\u0662"),
    ("1e", "1e"),
    ("9" * LONGEST_NUMBER, int("9" * LONGEST_NUMBER)),
    ("9" * 5000, "9" * 5000),
]


@pytest.mark.parametrize(("text", "value"), CORE_SCHEMA, ids=[text[:14] or "empty" for text, _ in CORE_SCHEMA])
def test_a_scalar_without_quotes_is_read_by_the_core_schema(text: str, value: Value) -> None:
    read = plain_value(text)

    assert (type(read), read) == (type(value), value)


@pytest.mark.parametrize("text", ["yes", "no", "on", "off", "Yes", "NO", "y", "n"])
def test_the_booleans_of_yaml_1_1_are_texts(text: str) -> None:
    assert plain_value(text) == text


@pytest.mark.parametrize("text", [".nan", ".NaN", ".NAN"])
def test_not_a_number_is_a_float(text: str) -> None:
    value = plain_value(text)

    assert isinstance(value, float)
    assert math.isnan(value)


@pytest.mark.parametrize(
    ("tag", "text", "value"),
    [
        (CoreTag.TEXT, "012", "012"),
        (CoreTag.TEXT, "null", "null"),
        (CoreTag.INTEGER, "012", 12),
        (CoreTag.FLOAT, "1", 1.0),
        (CoreTag.BOOLEAN, "true", True),
        (CoreTag.NULL, "", None),
    ],
)
def test_a_tag_decides_the_type_where_it_fits(tag: CoreTag, text: str, value: Value) -> None:
    read = tagged_value(tag, text)

    assert (type(read), read) == (type(value), value)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        (CoreTag.INTEGER, "true"),
        (CoreTag.INTEGER, "1.5"),
        (CoreTag.FLOAT, "true"),
        (CoreTag.BOOLEAN, "yes"),
        (CoreTag.NULL, "x"),
        (CoreTag.MAPPING, "x"),
        (CoreTag.SEQUENCE, "[]"),
    ],
)
def test_a_tag_that_does_not_fit_is_refused(tag: CoreTag, text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        tagged_value(tag, text)


def test_a_tag_is_shown_as_people_write_it() -> None:
    assert [tag_as_written(tag) for tag in ("tag:yaml.org,2002:int", "!Ref")] == ["!!int", "!Ref"]
