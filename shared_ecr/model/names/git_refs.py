"""Which names git allows for a branch or a tag; `*` is allowed too, since declarations write patterns of names."""

from shared_ecr.text.patterns import LazyPattern

# https://git-scm.com/docs/git-check-ref-format; a first '-' would be an option of git.
_REF = LazyPattern(r"(?![-/.])(?!.*(?:\.\.|//|/\.|@\{|\.lock(?:/|$)|[/.]$))[!-~]+")
_REFUSED = frozenset('~^:?[\\"')


def is_ref_name(text: str) -> bool:
    """Whether a branch or a tag can have the name *text*, without `refs/heads/` and `refs/tags/`.

    `${` is refused as well: it begins a variable of a policy.
    """
    return bool(_REF.fullmatch(text)) and not _REFUSED & set(text) and "${" not in text
