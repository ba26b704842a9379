"""Characters that take no ink or look like a space and are not one."""

import unicodedata

from shared_ecr.text.patterns import LazyPattern

# Spaces other than the ordinary one, marks of width zero, marks of direction, and the soft hyphen.
CHARACTERS = "\xa0\xad\u1680\u180e\u2000-\u200f\u202a-\u202f\u205f-\u2064\u2066-\u206f\u3000\u3164\ufeff"
INVISIBLE = LazyPattern(f"[{CHARACTERS}]")


def named(character: str) -> str:
    """Name *character* as people can search for it: `a no-break space (U+00A0)`."""
    name = unicodedata.name(character, "").lower()
    name = {"\ufeff": "byte order mark"}.get(character, name) or "character without a name"
    return f"{'an' if name[0] in 'aeio' else 'a'} {name} (U+{ord(character):04X})"


def repair(character: str) -> str:
    """Say what to put in the place of *character*."""
    return "Replace it with an ordinary space" if unicodedata.category(character) == "Zs" else "Remove it"


def without_invisible(text: str) -> str:
    """Return *text* as it looks: spaces are ordinary ones, and the rest of the invisible no longer exists."""
    return INVISIBLE.sub(lambda found: " " if unicodedata.category(found[0]) == "Zs" else "", text).strip(" ")
