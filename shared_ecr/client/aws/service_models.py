"""Operations of ECR that the oldest botocore we allow lacks, added to its model as botocore's own extras are.

botocore 1.44 has them. The file in `models` is the part of that release's model that is needed, without its
documentation; where botocore has the operations, it says the same again.
https://botocore.amazonaws.com/v1/documentation/api/latest/reference/loaders.html
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from botocore.session import Session

_MODELS = Path(__file__).parent / "models"


def add_newer_operations(session: "Session") -> None:
    """Let the clients that *session* makes later have the operations of `StartReplicationBackfill` and its kin."""
    paths = session.get_component("data_loader").search_paths
    if str(_MODELS) not in paths:
        paths.append(str(_MODELS))
