from datetime import date
from pathlib import Path

import pytest

from shared_ecr.fate.costs import Prices
from shared_ecr.fate.price_list import PriceList, load_prices
from shared_ecr.findings.problems import InvalidDeclarationError

GOOD = """\
source: https://aws.amazon.com/ecr/pricing/
as_of: 2026-11-01
currency: EUR
regions:
  eu-west-1: { standard: 0.11, archive: 0.08 }
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "prices.yaml"
    path.write_text(text)
    return path


def test_the_list_of_this_release_has_a_date_and_a_source() -> None:
    prices = load_prices()
    assert prices.as_of is not None
    assert prices.source.startswith("https://aws.amazon.com/ecr/pricing")
    assert prices.of("us-east-1") == Prices(0.10, 0.10, "USD")


def test_a_region_that_is_not_listed_has_no_known_price() -> None:
    assert load_prices().of("eu-west-1") is None
    assert load_prices().of("") is None


def test_a_file_of_ones_own_is_read(tmp_path: Path) -> None:
    prices = load_prices(written(tmp_path, GOOD))
    assert (prices.as_of, prices.currency, prices.of("eu-west-1")) == (
        date(2026, 11, 1),
        "EUR",
        Prices(0.11, 0.08, "EUR"),
    )


def test_one_price_counts_in_every_region() -> None:
    prices = PriceList(for_all=Prices(0.2, 0.1))
    assert prices.of("eu-west-1") == prices.of("") == Prices(0.2, 0.1)


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        (GOOD.replace("0.11", '"0.11"'), "5:26", "expected a price of one GB for one month, found the text '0.11'"),
        (GOOD.replace("0.11", "-1"), "5:26", "expected a price of one GB for one month, found the number -1"),
        (GOOD.replace("0.11", ".nan"), "5:26", "expected a price of one GB for one month"),
        (GOOD.replace("0.11", ".inf"), "5:26", "expected a price of one GB for one month"),
        (GOOD.replace("0.11", "true"), "5:26", "expected a price of one GB for one month, found the boolean true"),
        (GOOD.replace("0.11", "0.11 USD"), "5:26", "expected a price of one GB for one month"),
        (GOOD.replace("eu-west-1", "eu-wets-1"), "5:3", "there is no Region 'eu-wets-1'"),
        (GOOD.replace("2026-11-01", "last week"), "2:8", "'last week' is not a day"),
        (GOOD.replace(", archive: 0.08", ""), "5:14", "the key 'archive' is missing"),
        (GOOD.replace("regions:", "areas:"), "4:1", "unknown key 'areas'"),
    ],
)
def test_what_is_not_a_price_list_is_refused_with_its_place(tmp_path: Path, text: str, place: str, what: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(InvalidDeclarationError) as refused:
        load_prices(path)
    assert f"{path}:{place}" in str(refused.value)
    assert what in str(refused.value)


def test_a_price_list_is_not_called_a_declaration(tmp_path: Path) -> None:
    for path in (written(tmp_path, ""), tmp_path / "missing.yaml"):
        with pytest.raises(InvalidDeclarationError) as refused:
            load_prices(path)
        assert "prices.yaml" in str(refused.value)
        assert "repositories" not in str(refused.value)
