import json
import stat
from pathlib import Path

import pytest

from shared_ecr.client.kubernetes import used_by_kubernetes
from shared_ecr.findings.errors import UnavailableError

HOST = "111122223333.dkr.ecr.eu-west-1.amazonaws.com"
DIGEST = f"sha256:{'1' * 64}"
POD = {
    "metadata": {"namespace": "shop", "name": "web-1"},
    "spec": {
        "containers": [{"image": f"{HOST}/shop/web:v1"}],
        "initContainers": [{"image": f"{HOST}/shop/migrate:v1"}, {"image": "docker.io/library/busybox:1"}],
    },
    "status": {"containerStatuses": [{"imageID": f"{HOST}/shop/web@{DIGEST}"}]},
}


def kubectl(folder: Path, *, prints: str = "", complains: str = "", code: int = 0) -> dict[str, str]:
    """Write a kubectl that answers so, and return the environment in which it is found."""
    (folder / "answer").write_text(prints, encoding="utf-8")
    program = folder / "kubectl"
    program.write_text(f"#!/bin/sh\necho '{complains}' >&2\ncat '{folder}/answer'\nexit {code}\n", encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return {"PATH": f"{folder}:/usr/bin:/bin"}


def test_what_pods_were_asked_to_run_and_what_runs_is_in_use(tmp_path: Path) -> None:
    uses = {str(use): use.by for use in used_by_kubernetes(kubectl(tmp_path, prints=json.dumps({"items": [POD]})))}
    assert uses == {
        f"{HOST}/shop/web:v1": "pod shop/web-1",
        f"{HOST}/shop/migrate:v1": "pod shop/web-1",
        f"{HOST}/shop/web@{DIGEST}": "pod shop/web-1",
    }


TEMPLATE = {"spec": {"containers": [{"image": f"{HOST}/shop/job:v1"}]}}
STARTERS = {
    "a job that waits for its hour": ("CronJob", {"jobTemplate": {"spec": {"template": TEMPLATE}}}),
    "a deployment of no pods": ("Deployment", {"replicas": 0, "template": TEMPLATE}),
    "a volume of a pod": ("Pod", {"containers": [], "volumes": [{"image": {"reference": f"{HOST}/shop/job:v1"}}]}),
}


@pytest.mark.parametrize("case", STARTERS)
def test_what_has_no_pod_now_uses_the_image_of_its_next_one(tmp_path: Path, case: str) -> None:
    kind, spec = STARTERS[case]
    item = {"kind": kind, "metadata": {"namespace": "shop", "name": "x"}, "spec": spec}
    (use,) = used_by_kubernetes(kubectl(tmp_path, prints=json.dumps({"items": [item]})))
    assert (str(use), use.by) == (f"{HOST}/shop/job:v1", f"{kind.lower()} shop/x")


def test_kubectl_is_asked_for_what_starts_pods_too(tmp_path: Path) -> None:
    environ = kubectl(tmp_path, prints='{"items": []}')
    program = tmp_path / "kubectl"
    program.write_text(f"{program.read_text(encoding='utf-8')}\n".replace("cat ", f"echo $@ > {tmp_path}/asked\ncat "))
    assert list(used_by_kubernetes(environ)) == []
    assert "cronjobs.batch" in (tmp_path / "asked").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("prints", "complains", "code", "said"),
    [
        ("", "error: You must be logged in to the server (Unauthorized)", 1, "Unauthorized"),
        ("not JSON", "", 0, "something else"),
        ('{"items": [{}]}', "", 0, "something else"),
    ],
    ids=["refused", "no JSON", "no pods"],
)
def test_a_cluster_that_does_not_say_is_shown(
    tmp_path: Path, prints: str, complains: str, code: int, said: str
) -> None:
    with pytest.raises(UnavailableError, match=said):
        list(used_by_kubernetes(kubectl(tmp_path, prints=prints, complains=complains, code=code)))


def test_without_kubectl_the_file_is_named_instead(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="fate --in-use"):
        list(used_by_kubernetes({"PATH": str(tmp_path)}))
