"""Registry policies: their one property.

Who has access by them, and who gains or loses it, is judged with the policies of repositories: in
`shared_ecr/review/rules/access.py` and `shared_ecr/review/changes/registry/registry_policies.py`.
"""

from shared_ecr.model.settings.registry_policy import REGISTRY_POLICY
from shared_ecr.review.changes.verdicts.ecr import POLICY
from shared_ecr.review.settings.reviewed_setting import ReviewedSetting

REVIEWED = ReviewedSetting(REGISTRY_POLICY.type, properties={"PolicyText": POLICY})
