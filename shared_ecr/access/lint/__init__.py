"""Judge one policy by itself: public, dead, inert, refused or undocumented.

A rule is a function; the tables of the five modules list them all: `principals`, `conditions` and `actions` look at
one statement each, `statements` and `functions` at the policy. docs/reference/access.md lists the codes.
"""

from shared_ecr.access.lint import actions, conditions, functions, principals, statements
from shared_ecr.access.lint.findings import LintedPolicy, PolicyFinding, PolicyHolder, error
from shared_ecr.documents.policy_faults import InvalidPolicyError

STATEMENT_RULES = (*principals.RULES, *conditions.RULES, *actions.RULES)
POLICY_RULES = (*statements.RULES, functions.half_of_lambda)


def lint(subject: LintedPolicy) -> list[PolicyFinding]:
    """Return what every rule finds in *subject*, in the order of its statements."""
    found = [
        finding for statement in subject.policy.statements for rule in STATEMENT_RULES
        for finding in rule(subject, statement)
    ]  # fmt: skip
    found += [finding for rule in POLICY_RULES for finding in rule(subject)]
    end = len(subject.policy.statements)
    return sorted(found, key=lambda each: each.statement.index if each.statement else end)


def refused(invalid: InvalidPolicyError) -> list[PolicyFinding]:
    """Return the faults of a document that is not a policy as findings."""
    return [
        error(
            fault.code, None, f"{fault.path}: {fault.what}" if fault.path else fault.what,
            fault.why or "AWS refuses the policy", fault.fix or "Correct it",
        )
        for fault in invalid.faults
    ]  # fmt: skip


__all__ = ["LintedPolicy", "PolicyFinding", "PolicyHolder", "lint", "refused"]
