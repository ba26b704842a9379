"""How a value is written, and what is said of a text that is not written so."""

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.records import record
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern


@record(kw_only=True)
class TextGrammar:
    """The pattern of a value, and the parts of the error about a text that it does not match."""

    pattern: LazyPattern
    """What the whole text must match."""
    what: str
    """What a text is not that does not match: `the name of a Lambda function`."""
    code: str
    why: str = ""
    fix: str = ""
    fix_in_template: str = ""

    def require(self, text: str, *, written: str | None = None) -> str:
        """Return *text*; *written* is what the file has, where a prefix or a suffix was removed from it.

        Raises:
            InvalidValueError: it does not match.
        """
        if not self.pattern.fullmatch(text):
            raise InvalidValueError(
                f"{quoted(text if written is None else written)} is not {self.what}",
                why=self.why,
                fix=self.fix,
                fix_in_template=self.fix_in_template,
                code=self.code,
            )
        return text
