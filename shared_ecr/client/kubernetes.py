"""Which images a Kubernetes cluster runs, asked through the user's own `kubectl` and its current context.

`kubectl` knows the cluster and how to log in to it, EKS's tokens included; no client library of ours does it better.
Source: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_get/
"""

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from shared_ecr.client.engines.programs import Program
from shared_ecr.fate.inventory.uses import ImageUse, find_uses
from shared_ecr.findings.errors import UnavailableError

_COMMAND = ("get", "pods", "--all-namespaces", "--output", "json", "--request-timeout=60s")


def used_by_kubernetes(environ: Mapping[str, str]) -> Iterator[ImageUse]:
    """Yield the images of every pod, by the digests that run and by the references they were asked for with.

    Raises:
        UnavailableError: there is no kubectl, the cluster does not answer, or the caller may not list its pods.
    """
    found = shutil.which("kubectl", path=environ.get("PATH", ""))
    if found is None:
        raise UnavailableError(
            "kubectl is not on PATH; save the answer of 'kubectl get pods -A -o json' for fate --in-use"
        )
    done = Program("kubectl", Path(found), environ).ask(_COMMAND)
    if done.code:
        said = done.complaints.strip().splitlines() or ["it did not say why"]
        raise UnavailableError(f"kubectl could not list the pods of the current context: {said[-1]}")
    try:
        pods: list[dict[str, Any]] = json.loads(done.output)["items"]
        yield from (use for pod in pods for use in _of_pod(pod))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnavailableError("kubectl answered with something else than a list of pods") from error


def _of_pod(pod: Mapping[str, Any]) -> Iterator[ImageUse]:
    by = f"pod {pod['metadata']['namespace']}/{pod['metadata']['name']}"
    kinds = ("initContainers", "containers", "ephemeralContainers")
    asked = [container["image"] for kind in kinds for container in pod["spec"].get(kind) or ()]
    statuses = ("initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses")
    status = pod.get("status") or {}
    running = [container.get("imageID", "") for kind in statuses for container in status.get(kind) or ()]
    # An image without the host of an ECR registry is someone else's, whatever its name.
    yield from (use for use in find_uses("\n".join([*asked, *running]), by) if use.account)
