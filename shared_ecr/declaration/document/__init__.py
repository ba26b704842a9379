"""From bytes to nodes: YAML as the file says it, with every fault of the file itself.

`reading` is the way; `encoding`, `events` and `composition` are its steps, `scalars` says what a text means, and
`hazards`, `invisible`, `literals`, `syntax` and `unfinished` find what people leave in files by accident.
"""

from shared_ecr.declaration.document.reading import load_document, read_document

__all__ = ["load_document", "read_document"]
