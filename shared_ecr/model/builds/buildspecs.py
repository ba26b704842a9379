"""What a CodeBuild project runs, as the buildspec in it.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
"""

import json
from importlib.resources import files

from shared_ecr.model.builds.platforms import emulators
from shared_ecr.model.builds.projects import BuildProject
from shared_ecr.model.builds.scripts import build_script

_PYTHON = "3.12"
_CACHE = "/root/.cache/shared-ecr-build"
_END = "END-OF-BUILD"
_EXPORT = """IMAGE_REFERENCE=$(cat "${TMPDIR:-/tmp}/image-reference")
export IMAGE_REFERENCE
rm -f "${TMPDIR:-/tmp}/image-reference\""""


def build_variables(project: BuildProject, package: str) -> dict[str, str]:
    """Return the environment of a build, where *package* is what pip installs."""
    return {
        "AWS_REGION": str(project.home.region),
        "CACHE": _CACHE,
        "CONTEXT": project.build.context.text,
        "DOCKERFILE": project.build.dockerfile.text,
        "EMULATORS": ",".join(emulators(project.build.platforms, project.machine)),
        "PACKAGE": package,
        "PLATFORMS": ",".join(map(str, project.build.platforms)),
        "REPOSITORY": f"{project.home.host}/{project.build.repository}",
    }


def buildspec(project: BuildProject, package: str) -> str:
    """Render what a build runs, with *package* installed.

    https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
    """
    parts = files("shared_ecr.model.builds")
    before, after = ((parts / f"{part}_codebuild.sh").read_text(encoding="utf-8") for part in ("before", "after"))
    # The script runs in its own process: its settings and traps would otherwise apply to CodeBuild's shell, too, and a
    # shell that checks the status of a command would disable 'set -e'. The script is not on stdin, because one of its
    # programs could read it.
    script = f"bash /dev/fd/3 3<<'{_END}'\n{build_script(before, after)}{_END}"
    document = {
        "version": 0.2,
        "env": {
            "shell": "bash",
            "variables": build_variables(project, package),
            "exported-variables": ["IMAGE_REFERENCE"],
        },
        "phases": {
            "install": {"runtime-versions": {"python": _PYTHON}},
            "build": {
                "on-failure": "ABORT",
                "commands": [script, _EXPORT],
            },
        },
        "cache": {"paths": [f"{_CACHE}/**/*"]},
    }
    return json.dumps(document, indent=1)
