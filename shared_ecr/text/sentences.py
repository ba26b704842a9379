"""Joins the parts of a message into sentences: what is wrong, why it matters, how to repair it."""


def sentences(*parts: str) -> str:
    """Join *parts* as sentences, each closed once; empty ones are left out."""
    return " ".join(sentence(part) for part in parts if part)


def sentence(text: str) -> str:
    """Close *text* with a full stop, unless it is closed already."""
    return text if text.endswith((".", "?", "!", "…")) else f"{text}."
