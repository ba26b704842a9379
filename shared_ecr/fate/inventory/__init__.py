"""From files to the images of repositories, with every problem on the way; never half an inventory in silence.

`documents` finds the JSON in a file, `pages` what ECR or this package wrote into it, `entries` reads one image,
`reading` is all of it; `uses` reads which images someone runs, `saving` writes what `reading` reads.
"""

from shared_ecr.fate.inventory.inventory import Inventory
from shared_ecr.fate.inventory.loader import load_inventory
from shared_ecr.fate.inventory.uses import ImageUse, load_uses, used_digests

__all__ = ["ImageUse", "Inventory", "load_inventory", "load_uses", "used_digests"]
