"""What one redrawing of the terminal shows: a line for each of a few blobs, and one for all of them."""

from shared_ecr.cli.progress.tally import BlobInTransfer, ProgressTally
from shared_ecr.cli.progress.wording import abbreviated, labels, part_of, skipped, speed, time_left
from shared_ecr.records import record

# More lines than this no one reads; the largest blobs are the ones that are waited for.
MOST_BLOBS = 6
LONGEST_BAR, SHORTEST_BAR = 30, 8
LONGEST_LABEL = 40
_GREEN, _PLAIN = "\x1b[32m", "\x1b[0m"


@record
class TerminalLook:
    """What the terminal can show."""

    columns: int
    rows: int
    colour: bool = False
    unicode: bool = True

    @property
    def marks(self) -> tuple[str, str, str]:
        """The signs of what is done, of what is not, and of what was left out."""
        return ("━", "╌", "…") if self.unicode else ("#", "-", "~")


def frame(tally: ProgressTally, look: TerminalLook) -> list[str]:
    """Return the lines of now, none of them wider than the terminal; none before anything is planned."""
    if not tally.blobs:
        return []
    # The cursor is below the last line, and the line above the first may be someone else's.
    room = max(0, min(MOST_BLOBS, look.rows - 3))
    blobs = sorted(tally.moving, key=lambda blob: -blob.size)[:room]
    names = labels(tally.targets, expected=tally.expected)
    sizes = [part_of(blob.moved, blob.size) for blob in blobs]
    widest = max(map(len, sizes), default=0)
    now = tally.clock()
    rows = (
        _blob(blob, f"{size:>{widest}}", names[blob.target], now, look) for blob, size in zip(blobs, sizes, strict=True)
    )
    return [*rows, _cut(_total(tally), look)]


def _blob(blob: BlobInTransfer, size: str, label: str, now: float, look: TerminalLook) -> str:
    """Render one blob: where to, which, how far, how fast; the bar takes the room that is left, or is left out."""
    if len(label) > LONGEST_LABEL:
        label = look.marks[2] + label[-LONGEST_LABEL + 1 :]
    digest = abbreviated(blob.digest)
    if not look.unicode:
        digest = digest.replace("…", "~")
    head = f"{label}  {digest}" if label else digest
    tail = f"{size}  {speed(blob.speed(now))}"
    room = min(LONGEST_BAR, look.columns - 1 - len(head) - len(tail) - 4)
    if room < SHORTEST_BAR:
        return _cut(f"{head}  {tail}", look)
    return f"{head}  {_bar(blob, room, look)}  {tail}"


def _bar(blob: BlobInTransfer, width: int, look: TerminalLook) -> str:
    full = min(width, width * blob.moved // blob.size) if blob.size else width
    done, left = look.marks[0] * full, look.marks[1] * (width - full)
    return f"{_GREEN}{done}{_PLAIN}{left}" if look.colour else done + left


def _total(tally: ProgressTally) -> str:
    parts = [f"{tally.done} of {tally.blobs} blobs", part_of(tally.done_bytes, tally.byte_count)]
    seconds = tally.seconds_left
    if seconds is not None:
        parts += [speed(tally.speed.bytes_a_second), f"{time_left(seconds)} left"]
    saved = skipped(tally.outcomes)
    return ", ".join(parts) + (f"; {saved}" if saved else "")


def _cut(line: str, look: TerminalLook) -> str:
    """Shorten *line* so that the terminal does not wrap it: a wrapped line could not be taken away again."""
    width = max(1, look.columns - 1)
    return line if len(line) <= width else line[: width - 1] + look.marks[2]
