"""Characters that cannot be seen, escaped; and values in quotation marks, shortened where they are long."""


def visible(text: str) -> str:
    r"""Escape the characters that do not print: `team\u200b/app` rather than a name that looks right."""
    # Python's rule is the one below; nearly every text passes, and needs no table of all characters.
    if text.isprintable():
        return text
    import unicodedata  # noqa: PLC0415 — start-up time, see above

    return "".join(
        character
        if character == " " or unicodedata.category(character)[0] not in "CZ"
        else character.encode("unicode_escape").decode("ascii")
        if character != "\xa0"
        else "\\u00a0"
        for character in text
    )


def quoted(text: str, at_most: int = 80) -> str:
    """Quote *text* as the user wrote it, shortened in the middle when it would flood the line."""
    if len(text) > at_most:
        text = f"{text[: at_most // 2]}…{text[-at_most // 4 :]}"
    return f"'{visible(text)}'"
