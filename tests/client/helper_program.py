"""`docker-credential-shared-ecr` as an installer writes it, for programs that look for it on PATH."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
# pip's own template, `re` included: https://github.com/pypa/distlib/blob/master/distlib/scripts.py
_LAUNCHER = """\
#!{python}
# -*- coding: utf-8 -*-
import re
import sys
from shared_ecr.cli.credential_helper import run
if __name__ == '__main__':
    sys.argv[0] = re.sub(r'(-script\\.pyw|\\.exe)?$', '', sys.argv[0])
    sys.exit(run())
"""


def install(folder: Path) -> Path:
    """Write the program into *folder*; it needs PYTHONPATH where the package is not installed."""
    folder.mkdir(exist_ok=True)
    program = folder / "docker-credential-shared-ecr"
    program.write_text(_LAUNCHER.format(python=sys.executable))
    program.chmod(0o755)
    return program
