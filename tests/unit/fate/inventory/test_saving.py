from datetime import timedelta
from pathlib import Path

import pytest

from inventory_files import NOW, digest
from shared_ecr.fate.images import Image, RepositoryImages
from shared_ecr.fate.inventory import ImageUse, Inventory, load_inventory
from shared_ecr.fate.inventory.loader import InventorySource
from shared_ecr.fate.inventory.saving import save
from shared_ecr.findings.errors import UnavailableError
from shared_ecr.model.lifecycle import StorageClass

DAY = timedelta(days=1)
IMAGES = (
    Image(digest("a"), NOW - DAY, ("v1", "latest"), pulled_at=NOW - DAY / 2, size=7, media_type="application/x"),
    Image(
        digest("b"),
        NOW - 2 * DAY,
        storage_class=StorageClass.ARCHIVE,
        archived_at=NOW - DAY,
        activated_at=NOW - DAY,
        children=(digest("a"),),
        subject=digest("c"),
    ),
)
USE = ImageUse("team/app", "v1", account="111111111111", region="us-east-1", by="ECS service api")
INVENTORY = Inventory((RepositoryImages("team/app", IMAGES, "111111111111", "us-east-1"),), (USE,))


def test_what_is_saved_is_read_again(tmp_path: Path) -> None:
    save(INVENTORY, tmp_path / "images.json", NOW)
    read = load_inventory([InventorySource(tmp_path / "images.json")], NOW)
    assert (read.repositories, read.uses) == (INVENTORY.repositories, INVENTORY.uses)


def test_an_empty_inventory_is_saved_and_read(tmp_path: Path) -> None:
    save(Inventory((RepositoryImages("team/app", ()),)), tmp_path / "images.json", NOW)
    assert load_inventory([InventorySource(tmp_path / "images.json")], NOW).repositories == (
        RepositoryImages("team/app", ()),
    )


def test_nothing_is_left_behind_where_it_cannot_be_saved(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="cannot write"):
        save(INVENTORY, tmp_path / "absent" / "images.json", NOW)
    assert list(tmp_path.iterdir()) == []
