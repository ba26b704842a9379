"""OCI image layouts inside a tar, read in place."""

from pathlib import Path

from shared_ecr.client.sources.oci_layout import OciLayout
from shared_ecr.client.sources.tars import TarFiles


def open_oci_archive(path: Path, wanted: str | None) -> OciLayout:
    """Open the layout in the uncompressed tar *path*."""
    return OciLayout(TarFiles(path), wanted)
