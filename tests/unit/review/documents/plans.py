"""Plans as `terraform show -json` prints them, for the tests of their reader."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from shared_ecr.review.deployments import Deployment
from shared_ecr.review.documents import DeploymentTarget, load_deployment, load_prior
from unit.review.documents.reading import PLACE

_OWN = ("index", "sensitive_values", "mode")


def resource(address: str, **values: Any) -> dict[str, Any]:
    """Return a resource in the root module; `index`, `sensitive_values` and `mode` are its own fields."""
    own: dict[str, Any] = {name: values.pop(name) for name in _OWN if name in values}
    kind, name = address.partition("[")[0].split(".")[-2:] if address[-1:] == "]" else address.split(".")[-2:]
    return {"address": address, "mode": "managed", "type": kind, "name": name, "values": values, **own}


def values(*found: dict[str, Any], modules: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """Return a values representation."""
    return {"root_module": {"resources": list(found), "child_modules": list(modules)}}


def plan(*after: dict[str, Any], before: Sequence[dict[str, Any]] | None = None, **fields: Any) -> dict[str, Any]:
    """Return a plan that leads to *after*."""
    prior = {"prior_state": {"format_version": "1.0", "values": values(*before)}} if before is not None else {}
    return {"format_version": "1.2", "terraform_version": "1.9.0", "planned_values": values(*after), **prior, **fields}


def change(address: str, **fields: Any) -> dict[str, Any]:
    """Return the change of a resource: its `after_unknown`, and `previous_address` where there is one."""
    previous = {"previous_address": fields.pop("previous_address")} if "previous_address" in fields else {}
    return {"address": address, "change": {"actions": ["create"], **fields}, **previous}


def load(folder: Path, document: object, place: DeploymentTarget = PLACE) -> Deployment:
    """Read what a plan leads to."""
    (folder / "plan.json").write_text(json.dumps(document))
    return load_deployment(folder / "plan.json", place, shown_as="plan.json")


def prior(folder: Path, document: object) -> Deployment | None:
    """Read what a plan says was before."""
    (folder / "plan.json").write_text(json.dumps(document))
    return load_prior(folder / "plan.json", PLACE, shown_as="plan.json")
