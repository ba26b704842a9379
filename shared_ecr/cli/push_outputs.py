"""What `push` prints of each job: a line of the story, an error, or all of it as one JSON document."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from shared_ecr.findings.errors import ExitCode
from shared_ecr.text import counted, size

if TYPE_CHECKING:
    from shared_ecr.cli.progress.interface import Display
    from shared_ecr.client.push import PushOutcome
    from shared_ecr.client.pushers.interface import PushResult


class ProgressPrinter:
    """Reports each push on stderr as it ends; where there are several, with its image and target."""

    def __init__(self, shown: "Display", *, of_several: bool, verbose: bool) -> None:
        self._shown, self._of_several, self._verbose = shown, of_several, verbose

    def ended(self, outcome: "PushOutcome") -> None:
        """Report one."""
        if outcome.result is not None:
            place = f"{outcome.place} " if self._of_several else ""
            self._shown.said(f"{place}{summary(outcome.result)}")
        if outcome.error is not None:
            # Only errors pay for the import.
            from shared_ecr.cli.error_text import error_text

            if outcome.place:
                self._shown.failed(outcome.place)
            about = asked_for(outcome) if self._of_several else ""
            self._shown.complained(error_text(outcome.error, verbose=self._verbose, about=about))


def asked_for(outcome: "PushOutcome") -> str:
    """Return the order in the user's words: `build/app.tar to team/app:1.4.2 in eu-west-1`."""
    job = outcome.job
    return f"{job.image} to {job.target}" + (f" in {job.region}" if job.region else "")


def summary(result: "PushResult") -> str:
    """Return what was done: `under 1.4.2: 3 blobs uploaded (12.3 MB), 2 present`."""
    tags = ", ".join(map(str, result.tags))
    if result.uploaded_blobs is None:
        return f"pushed under {tags}"
    parts = [f"{counted(result.uploaded_blobs, 'blob')} uploaded ({size(result.uploaded_bytes or 0)})"]
    counts = ((result.mounted_blobs, "mounted"), (result.present_blobs, "present"))
    parts += [f"{count} {what}" for count, what in counts if count]
    if result.referrers:
        parts.append(f"{counted(result.referrers, 'referrer')} along with it")
    if result.refused_referrers:
        parts.append(f"{counted(result.refused_referrers, 'referrer')} not taken")
    return f"{f'under {tags}' if tags else 'under its digest alone'}: {', '.join(parts)}"


def text(outcomes: Sequence["PushOutcome"]) -> str:
    """Render references, or plans, in the order given; those that failed are left out."""
    lines = [
        str(outcome.plan or (outcome.result.reference if outcome.result else ""))
        for outcome in outcomes
        if outcome.error is None
    ]
    return "".join(f"{line}\n" for line in lines)


def document(outcomes: Sequence["PushOutcome"]) -> dict[str, Any]:
    """Render everything; the shape is docs/reference/push.md's."""
    return {"pushes": [_push(outcome) for outcome in outcomes], "exit_code": int(worst(outcomes))}


def worst(outcomes: Sequence["PushOutcome"]) -> ExitCode:
    """Return the exit code of them all: that of the highest error."""
    return max((outcome.exit_code for outcome in outcomes), default=ExitCode.DONE)


def _push(outcome: "PushOutcome") -> dict[str, Any]:
    job, error = outcome.job, outcome.error
    rendered: dict[str, Any] = {
        "image": job.image,
        "target": job.target,
        "region": str(job.region) if job.region else None,
        "repository": outcome.place or None,
    }
    if outcome.plan is not None:
        rendered["plan"] = outcome.plan.as_json()
    if outcome.result is not None:
        rendered["result"] = _result(outcome.result)
    if error is not None:
        rendered["error"] = {"message": str(error), "exit_code": int(outcome.exit_code)}
    return rendered


def _result(result: "PushResult") -> dict[str, Any]:
    return {
        "reference": str(result.reference),
        "digest": str(result.digest),
        "tags": [str(tag) for tag in result.tags],
        "uploaded_blobs": result.uploaded_blobs,
        "uploaded_bytes": result.uploaded_bytes,
        "mounted_blobs": result.mounted_blobs,
        "present_blobs": result.present_blobs,
        "referrers": result.referrers,
        "refused_referrers": result.refused_referrers,
    }
