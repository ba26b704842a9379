"""From bytes to nodes: YAML as the file says it, with every fault of the file itself.

`reading` is the way; `encoding`, `events` and `composition` are its steps, `bounds` says how much there may be,
`scalars` what a text means, and `comments`, `hazards`, `invisible`, `literals`, `syntax` and `unfinished` find what
people leave in files by accident.
"""

from shared_ecr.documents.yaml.encoding import decode
from shared_ecr.documents.yaml.loader import load_bytes, load_document, read_document

__all__ = ["decode", "load_bytes", "load_document", "read_document"]
