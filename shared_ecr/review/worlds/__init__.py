"""Every world that a deployment can meet: all values of its open parameters, conditions and mappings that matter.

`exploration` reads both sides under one set of assumptions after another until no reading names a further value;
`combinations` says which sets are worth reading; `judging` reviews each world that differs and keeps the worst of all;
`wording` says in which worlds something holds: "if Env is prod".
"""

from shared_ecr.review.worlds.exploration import Exploration, World, explore
from shared_ecr.review.worlds.judging import review_worlds
from shared_ecr.review.worlds.wording import Wording

__all__ = ["Exploration", "Wording", "World", "explore", "review_worlds"]
