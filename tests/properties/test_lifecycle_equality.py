"""Lifecycle policies that are called equal on an inventory do the same to it, as a second evaluator says."""

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from properties import naive_lifecycle as naive
from properties.test_lifecycle import NOW, inventories, policies
from shared_ecr.deployment.adoption.lifecycle_equality import compare_fates
from shared_ecr.fate.images import Image
from shared_ecr.model.lifecycle import LifecyclePolicy, LifecycleRule

# Each example plays two policies through a year.
SLOW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])


def fates(policy: LifecyclePolicy, images: list[Image]) -> dict[str, str]:
    return {digest: fate for digest, (fate, _) in naive.evaluate(policy, images, NOW).items()}


@SLOW
@given(policies(), policies(), inventories())
def test_equality_is_no_more_than_a_second_evaluator_says(
    one: LifecyclePolicy, other: LifecyclePolicy, images: list[Image]
) -> None:
    assume(images)
    if compare_fates(one.text(), other.text(), tuple(images), NOW).is_equal:
        assert fates(one, images) == fates(other, images)


@SLOW
@given(policies(), inventories(), st.integers(min_value=1, max_value=50))
def test_the_numbers_of_rules_make_no_difference(policy: LifecyclePolicy, images: list[Image], step: int) -> None:
    assume(images)
    renumbered = LifecyclePolicy(
        tuple(
            LifecycleRule(number * step, rule.selection, rule.count, rule.action)
            for number, rule in enumerate(policy.rules, start=1)
        )
    )
    found = compare_fates(policy.text(), renumbered.text(), tuple(images), NOW)
    # A question that AWS leaves open names the rule, so it is asked differently of another number.
    assert found.is_equal or all("leaves open" in each for each in found.differences)
