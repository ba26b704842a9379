"""Construct ids of members that are named by any text: prefixes, secrets, ARNs."""


def member_id(text: str) -> str:
    """Return an id for *text* that no other text has.

    CDK writes `/` in an id as `--`: here `-` becomes `-.` and `.` becomes `..`, so that nothing else looks like it.
    """
    return text.replace(".", "..").replace("-", "-.")
