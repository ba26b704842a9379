"""A signature that is pushed to the embedded AWS is found there, and copied from there."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from client.images import about, image, write_layout
from local.registry_caller import client
from shared_ecr.client.copying import copy
from shared_ecr.client.inspecting import inspect
from shared_ecr.client.push import PushJob, push_all
from shared_ecr.client.session import Session
from shared_ecr.local import LocalAws
from shared_ecr.local.instance import environment_under

SIGNATURE = about(image())


@pytest.fixture
def session(aws: LocalAws, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Session]:
    for name, value in environment_under(aws).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    with Session(environ=os.environ) as session:
        yield session


def test_a_signature_reaches_the_embedded_aws_and_back(aws: LocalAws, session: Session, tmp_path: Path) -> None:
    host = f"{aws.account}.dkr.ecr.{aws.region}.amazonaws.com"
    with client(aws, "ecr") as ecr:
        for name in ("referrers/pushed", "referrers/copied"):
            ecr.create_repository(repositoryName=name)
    layout = write_layout(tmp_path / "l", image(), SIGNATURE, names=("1",))
    (outcome,) = push_all([PushJob(f"{layout}#1", f"{host}/referrers/pushed:1")], session)
    assert outcome.error is None
    copy(f"{host}/referrers/pushed:1", f"{host}/referrers/copied:1", session)
    found = inspect(f"{host}/referrers/copied:1", session)
    assert [str(each.digest) for each in found.referrers] == [SIGNATURE.root]
