"""A terminal for tests: a real pseudo-terminal, and what a person would see on it."""

import fcntl
import os
import pty
import re
import struct
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO

_PIECES = re.compile(r"\x1b\[(\d*)([A-Za-z])|(.)", re.DOTALL)


@dataclass
class PseudoTerminal:
    """Both ends: `stream` for the program, and what it wrote there."""

    stream: TextIO
    master: int

    def resize(self, columns: int, rows: int = 24) -> None:
        set_size(self.master, columns, rows)

    def written(self) -> str:
        """Everything that came since the last question."""
        os.set_blocking(self.master, False)
        parts = []
        while True:
            try:
                part = os.read(self.master, 65536)
            except (BlockingIOError, OSError):
                break
            if not part:
                break
            parts.append(part)
        return b"".join(parts).decode()


def set_size(descriptor: int, columns: int, rows: int) -> None:
    """Say how large the terminal is."""
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


@contextmanager
def pseudo_terminal(columns: int = 80, rows: int = 24) -> Iterator[PseudoTerminal]:
    master, slave = pty.openpty()
    with os.fdopen(slave, "w", encoding="utf-8") as stream:
        terminal = PseudoTerminal(stream, master)
        terminal.resize(columns, rows)
        yield terminal
    os.close(master)


def screen(written: str, columns: int = 80) -> list[str]:
    """Return the lines that stand on a terminal after *written*, without blank ones at the end."""
    lines, row, column = [""], 0, 0
    for number, command, character in _PIECES.findall(written):
        if command == "A":
            row = max(0, row - int(number or 1))
        elif command == "K":
            lines[row] = lines[row][:column]
        elif command == "J":
            lines = [*lines[:row], lines[row][:column]]
        elif command:
            assert command == "m", f"the screen does not know {command}"
        elif character == "\r":
            column = 0
        elif character == "\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
        else:
            if column == columns:
                row, column = row + 1, 0
                lines += [""] * (row + 1 - len(lines))
            lines[row] = lines[row][:column].ljust(column) + character + lines[row][column + 1 :]
            column += 1
    while lines and not lines[-1].strip():
        lines.pop()
    return [line.rstrip() for line in lines]
