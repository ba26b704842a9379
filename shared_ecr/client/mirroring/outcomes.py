"""What became of each image that a mirror means."""

from enum import StrEnum

from shared_ecr.findings.errors import ExitCode
from shared_ecr.model.mirrors import Chosen, Mirror
from shared_ecr.model.names import Digest
from shared_ecr.records import record


class MirrorOutcome(StrEnum):
    """What was done about one image, or would be."""

    COPIED = "copied"
    UPDATED = "updated"
    """The tag moved upstream, and here along with it."""
    PRESENT = "there already"
    TO_COPY = "to copy"
    TO_UPDATE = "to update"
    REFUSED = "refused"
    """The tag moved upstream and may not here, or the declaration means two images by it."""
    FAILED = "failed"


@record
class Mirrored:
    """One image and its outcome; or a mirror as a whole, where its tags could not be shown."""

    mirror: Mirror
    chosen: Chosen | None
    outcome: MirrorOutcome
    digest: Digest | None = None
    """What is here now, or would be."""
    why: str = ""
    """Why it was refused, or failed."""
    exit_code: ExitCode = ExitCode.DONE

    @property
    def source(self) -> str:
        """The image upstream, as people read it."""
        if self.chosen is None:
            return str(self.mirror.source)
        return f"{self.mirror.source}{'@' if isinstance(self.chosen.there, Digest) else ':'}{self.chosen.there}"

    @property
    def target(self) -> str:
        """The image here, by its tag where it has one, as people read it."""
        name = self.mirror.target.text
        if self.chosen is None:
            return name
        return f"{name}:{self.chosen.here}" if self.chosen.here else f"{name}@{self.chosen.there}"
