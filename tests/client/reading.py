"""What tests do with an open image."""

from shared_ecr.client.sources.interface import ImageSource


def contents(source: ImageSource) -> dict[str, bytes]:
    """Read every blob, to its end."""
    found = {}
    for blob in source.blobs:
        stream = blob.open()
        parts = []
        while part := stream.read(65536):
            parts.append(part)
        stream.close()
        found[str(blob.digest)] = b"".join(parts)
    return found
