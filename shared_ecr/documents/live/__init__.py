"""The content of a registry as a document: the template that would create it.

How to read it: `live_registry` has the values, `document` writes and reads them as JSON, `logical_ids` gives each
resource the id that a declared one has, so that two documents compare field by field. The client fills the values
(`client/aws/registry`). Review, access, fate, adoption and drift read them offline.
"""

from shared_ecr.documents.live.document import is_live, parse_document, render_document, render_text
from shared_ecr.documents.live.live_registry import DeniedRead, LiveRegistry, LiveResource

__all__ = ["DeniedRead", "LiveRegistry", "LiveResource", "is_live", "parse_document", "render_document", "render_text"]
