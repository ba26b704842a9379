"""Letters that look like others: named, so that a reader sees the difference that the eye does not."""

import unicodedata

from shared_ecr.text.visible import quoted, visible

# Letters of other scripts that fonts draw like letters of ECR's names, after Unicode's table of confusables.
# https://www.unicode.org/reports/tr39/
_LOOKS = {
    "\u0430": "a", "\u0441": "c", "\u0501": "d", "\u0435": "e", "\u04bb": "h", "\u0456": "i", "\u0458": "j",
    "\u0578": "n", "\u043e": "o", "\u0440": "p", "\u051b": "q", "\u0455": "s", "\u03c5": "u", "\u0475": "v",
    "\u0461": "w", "\u0445": "x", "\u0443": "y", "\u03b1": "a", "\u03bf": "o", "\u03c1": "p", "\u03bd": "v",
    "\u03b9": "i", "\u0261": "g", "\u0131": "i", "\u2113": "l", "\u2010": "-", "\u2011": "-", "\u2012": "-",
    "\u2013": "-", "\u2014": "-", "\u2212": "-", "\u2024": ".", "\u2215": "/", "\u2044": "/", "\uff3f": "_",
}  # fmt: skip


def character(text: str) -> str:
    """Show one character: `'!'`, or with its name where the eye can mistake it."""
    if text.isascii():
        return quoted(text)
    looks = look_alike(text)
    alike = f", which looks like '{looks}'" if looks else ""
    name = unicodedata.name(text, "a character without a name").lower()
    return f"'{visible(text)}' ({name}, U+{ord(text):04X}{alike})"


def look_alike(text: str) -> str | None:
    """Return the letter, digit or mark of ASCII that the character *text* looks like, or None."""
    if text in _LOOKS:
        return _LOOKS[text]
    folded = unicodedata.normalize("NFKC", text)
    return folded if len(folded) == 1 and folded.isascii() and not text.isascii() else None


def plain(text: str) -> str:
    """Return *text* with what its look-alikes look like."""
    return "".join(look_alike(each) or each for each in text)
