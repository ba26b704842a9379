"""Lifecycle policies: none at all, what ECR refuses, and what is nearly too large."""

from collections.abc import Iterator
from functools import lru_cache

from shared_ecr.fate.reasons import rule_in_words
from shared_ecr.findings.problems import Problem
from shared_ecr.model.lifecycle import LifecyclePolicy
from shared_ecr.model.lifecycle.policy import MAX_CHARACTERS, MAX_RULES
from shared_ecr.review.findings import RuleFinding, error, note, warning
from shared_ecr.review.lifecycle_texts import read_lifecycle
from shared_ecr.review.repositories import ReviewedRepository
from shared_ecr.review.rules.limits import NEARLY
from shared_ecr.review.rules.traps import traps

# https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutLifecyclePolicy.html
MIN_CHARACTERS = 100
_REMEMBERED = 1_024
# A declaration warns of patterns that no tag can match; here `lifecycle-never` says it, once for each rule.
_FOUND_BY_TRAPS = "lifecycle-unmatched"


def lifecycle(repository: ReviewedRepository) -> Iterator[RuleFinding]:
    """Judge the policy of *repository*, or that there is none."""
    if repository.lifecycle_text is None:
        yield warning(
            "lifecycle-missing", "it has no lifecycle policy",
            "Every image that was ever pushed is kept, and you pay for it; Security Hub's ECR.3 and Control Tower's "
            "CT.ECR.PR.1 require a policy",
            "Write at least a rule that expires untagged images",
        )  # fmt: skip
        return
    if not repository.knows_its_lifecycle:
        yield note(
            "lifecycle-unknown", "its lifecycle policy is known only once deployed",
            "The images that it expires are not known",
            "Write the text into the template, or give the parameters that it depends on",
        )  # fmt: skip
        return
    if not repository.is_text:
        yield error(
            "lifecycle-text", "the lifecycle policy is written as an object",
            "CloudFormation needs the policy as a string of JSON", "Write the policy as a string",
        )  # fmt: skip
    yield from _of_text(repository.lifecycle_text)


@lru_cache(maxsize=_REMEMBERED)
def _of_text(text: str) -> tuple[RuleFinding, ...]:
    """Judge a policy by itself; many repositories have the same."""
    read = read_lifecycle(text, "")
    rules = in_words(read.policy)
    found = [_refused(each, rules) for each in read.problems if each.code != _FOUND_BY_TRAPS]
    if not any(each.code == "lifecycle-size" for each in found):
        found += _sizes(text, read.policy)
    if read.policy:
        found += traps(read.policy, rules)
    return tuple(found)


def in_words(policy: LifecyclePolicy | None) -> tuple[str, ...]:
    """Say each rule of *policy* in words, in the order in which they claim images."""
    return tuple(f"rule {rule.priority}: {rule_in_words(rule)}" for rule in policy.rules) if policy else ()


def _refused(problem: Problem, rules: tuple[str, ...]) -> RuleFinding:
    what = f"{problem.path}: {problem.what}" if problem.path else problem.what
    why = problem.why or "ECR refuses the whole policy, and the deployment with it"
    return RuleFinding(problem.code, problem.severity, what, why, problem.fix or "Correct the policy", rules)


def _sizes(text: str, policy: LifecyclePolicy | None) -> Iterator[RuleFinding]:
    characters, fix = len(text), "Join rules, and shorten their descriptions"
    if characters > MAX_CHARACTERS:
        what = f"the policy has {characters:,} characters as it is written; ECR stores {MAX_CHARACTERS:,}"
        yield error(
            "lifecycle-size",
            what,
            "ECR refuses it",
            f"Write it without spaces and line breaks; {fix[0].lower()}{fix[1:]}",
        )
    elif characters < MIN_CHARACTERS:
        what = f"the text of the policy has {characters} characters; at least {MIN_CHARACTERS} are required"
        yield error(
            "lifecycle-size", what, "CloudFormation refuses it, and so does ECR", "Give the rules a description"
        )
    elif characters > MAX_CHARACTERS * NEARLY:
        what = f"the policy has {characters:,} of {MAX_CHARACTERS:,} characters"
        yield warning("lifecycle-size", what, "ECR refuses a policy that is over the limit", fix)
    if policy and len(policy.rules) > MAX_RULES * NEARLY:
        what = f"the policy has {len(policy.rules)} of {MAX_RULES} rules"
        yield warning("lifecycle-rules", what, "ECR refuses a policy that is over the limit", fix)
