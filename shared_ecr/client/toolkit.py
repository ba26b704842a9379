"""Ask CDK's command line for the bootstrap template that it would deploy; this calls no AWS."""

import os
import subprocess
import tempfile
from pathlib import Path
from shutil import which

from shared_ecr.client.credentials.environment import child_environ
from shared_ecr.findings.errors import UnavailableError

# Node starts in a second or two; a command line that asks the network for notices takes longer.
_ANSWER_SECONDS = 120


def shown_template(cdk: str) -> str:
    """Return the template that the program *cdk* prints, as JSON.

    Raises:
        UnavailableError: the program is missing, or fails.
    """
    variables = dict(os.environ)
    program = which(cdk, path=variables.get("PATH"))
    if program is None:
        raise UnavailableError(f"there is no program {cdk}; install CDK's command line, or name it with --cdk")
    # In a folder of its own: beside a cdk.json, the command line would look at that app.
    with tempfile.TemporaryDirectory(prefix="shared-ecr-") as folder:
        command = [str(Path(program).absolute()), "bootstrap", "--show-template", "--json", "--no-notices"]
        try:
            done = subprocess.run(  # noqa: S603 — an argument vector, the program found on PATH or named by the user
                command,
                cwd=folder,
                env=child_environ(variables),
                capture_output=True,
                timeout=_ANSWER_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as fault:
            raise UnavailableError(f"{cdk} bootstrap --show-template: {type(fault).__name__}") from fault
    if done.returncode != 0:
        raise UnavailableError(f"{cdk} bootstrap --show-template failed with exit code {done.returncode}")
    return done.stdout.decode(errors="replace")
