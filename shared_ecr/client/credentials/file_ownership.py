"""How files are opened and whose they are, on systems that have the calls for it and on Windows, which lacks some.

Imported by the quick answer of the credential helper, so it imports `os` and `stat` alone.
"""

import os
import stat

# Windows has no such flags: a file there is not inherited unless one says so, and symbolic links need a privilege.
CLOSE_IN_CHILDREN: int = getattr(os, "O_CLOEXEC", 0)
NO_LINK: int = getattr(os, "O_NOFOLLOW", 0)
NO_WAIT: int = getattr(os, "O_NONBLOCK", 0)
FOLDER: int = getattr(os, "O_DIRECTORY", 0)
HAS_FOLDERS_TO_OPEN = hasattr(os, "O_DIRECTORY")
"""Whether a folder can be opened, and so be locked and synced."""
MOVES_OPEN_FILES = os.name != "nt"
"""Whether a file that is open can get another name, or be removed; Windows refuses both (ERROR_SHARING_VIOLATION).

https://learn.microsoft.com/en-us/windows/win32/fileio/creating-and-opening-files
"""
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def is_ours_alone(status: os.stat_result, kind: int) -> bool:
    """Whether a file is of the *kind* (`stat.S_IFDIR`, `stat.S_IFREG`), belongs to us, and is closed to all others.

    On Windows it is in the user's profile, whose permissions it inherits; modes and owners say nothing there.
    """
    if stat.S_IFMT(status.st_mode) != kind:
        return False
    return not hasattr(os, "geteuid") or (status.st_uid == os.geteuid() and not status.st_mode & _OTHERS)


def give_owner_of(descriptor: int, before: os.stat_result) -> None:
    """Give an open file the owner of the one it replaces: under sudo, root writes the file of a user."""
    if hasattr(os, "fchown") and before.st_uid != os.geteuid() and stat.S_ISREG(before.st_mode):
        os.fchown(descriptor, before.st_uid, before.st_gid)
