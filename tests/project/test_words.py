"""The list of words that we do not use is the one that the documentation explains."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DICTIONARY = ROOT / "scripts/words.txt"
PAGE = ROOT / "docs/contributing/words.md"


def test_the_page_explains_exactly_the_words_that_are_checked() -> None:
    entries = [line.split("->") for line in DICTIONARY.read_text(encoding="utf-8").splitlines()]
    listed = [f"| {word} | {advice.removesuffix(',')} |" for word, advice in entries]
    table = PAGE.read_text(encoding="utf-8").split("| --- | --- |\n")[1].split("\n\n")[0]
    assert table.splitlines() == listed


def test_every_phrase_of_the_list_is_looked_up_as_a_whole() -> None:
    """Codespell reads word by word but for the phrases that the script names."""
    named = re.findall(r"phrases\+?='(.*)'", (ROOT / "scripts/words").read_text(encoding="utf-8"))
    phrases = re.compile("".join(named))
    entries = [line.split("->")[0] for line in DICTIONARY.read_text(encoding="utf-8").splitlines()]
    assert [entry for entry in entries if " " in entry and not phrases.fullmatch(entry)] == []
