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

# A job that waits for its hour and a deployment of zero pods have no pod now, and need their image at the next start.
_KINDS = "pods,cronjobs.batch,jobs.batch,deployments.apps,statefulsets.apps,daemonsets.apps"
_COMMAND = ("get", _KINDS, "--all-namespaces", "--output", "json", "--request-timeout=60s")


def used_by_kubernetes(environ: Mapping[str, str]) -> Iterator[ImageUse]:
    """Yield the images of every pod, by the digests that run and by the references they were asked for with.

    What starts pods uses the images of its template too, whether or not it has a pod now.

    Raises:
        UnavailableError: there is no kubectl, the cluster does not answer, or the caller may not list what starts
            pods.
    """
    found = shutil.which("kubectl", path=environ.get("PATH", ""))
    if found is None:
        raise UnavailableError(
            f"kubectl is not on PATH; save the answer of 'kubectl get {_KINDS} -A -o json' for fate --in-use"
        )
    done = Program("kubectl", Path(found), environ).ask(_COMMAND)
    if done.code:
        said = done.complaints.strip().splitlines() or ["it did not say why"]
        raise UnavailableError(f"kubectl could not list {_KINDS} of the current context: {said[-1]}")
    try:
        items: list[dict[str, Any]] = json.loads(done.output)["items"]
        yield from (use for item in items for use in _of_item(item))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnavailableError("kubectl answered with something else than a list of pods") from error


def _of_item(item: Mapping[str, Any]) -> Iterator[ImageUse]:
    by = f"{str(item.get('kind') or 'Pod').lower()} {item['metadata']['namespace']}/{item['metadata']['name']}"
    spec = _pod_spec(item["spec"])
    kinds = ("initContainers", "containers", "ephemeralContainers")
    asked = [container["image"] for kind in kinds for container in spec.get(kind) or () if "image" in container]
    # https://kubernetes.io/docs/tasks/configure-pod-container/image-volumes/
    asked += [volume["image"].get("reference", "") for volume in spec.get("volumes") or () if volume.get("image")]
    statuses = ("initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses")
    status = item.get("status") or {}
    running = [container.get("imageID", "") for kind in statuses for container in status.get(kind) or ()]
    # An image without the host of an ECR registry is someone else's, whatever its name.
    yield from (use for use in find_uses("\n".join([*asked, *running]), by) if use.account)


def _pod_spec(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the specification of the pods that *spec* starts; that of a pod is its own."""
    if "jobTemplate" in spec:
        return _pod_spec(spec["jobTemplate"]["spec"])
    found: Mapping[str, Any] = spec["template"]["spec"] if "template" in spec else spec
    return found
