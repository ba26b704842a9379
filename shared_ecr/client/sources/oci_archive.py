"""OCI image layouts inside a tar, read in place."""

from shared_ecr.client.sources.oci_layout import OciLayout
from shared_ecr.client.sources.tars import TarFiles


def open_oci_archive(files: TarFiles, wanted: str | None) -> OciLayout:
    """Open the layout in an uncompressed tar."""
    return OciLayout(files, wanted, close=files.close)
