"""Leave out of a draft what the reader of declarations refuses, and what would not come out equal."""

from collections.abc import Mapping

from shared_ecr.deployment.adoption.declaration_draft import AdoptionDraft, declared_properties
from shared_ecr.deployment.adoption.left_out import LeftOut
from shared_ecr.deployment.adoption.public_writer import called_public
from shared_ecr.documents.live.live_registry import REPOSITORY
from shared_ecr.findings.problems import InvalidDeclarationError, Problem
from shared_ecr.model.settings.account_settings import CALLED_SETTING
from shared_ecr.model.settings.registry_policy import REGISTRY_POLICY
from shared_ecr.model.settings.table import TYPES

# Errors where the package is stricter than ECR; what exists is declared with a reason.
_IGNORED = ("name-double", "access-public", "access-notprincipal")
# What a certificate calls a setting, and the key that declares it.
_CALLED = {
    f"{CALLED_SETTING.words} REPLICATION_OF_DELETIONS": "replication",
    **{each.words: each.keys[0] for each in TYPES.values()},
    REGISTRY_POLICY.words: "statements",
}
# Dropped from a declaration with too many repositories for one stack.
_TOO_LARGE = "registry-size"


def repair(draft: AdoptionDraft, error: InvalidDeclarationError) -> bool:
    """Leave out what the reader refuses; whether anything was done."""
    before = draft.state
    for problem in error.problems:
        if str(problem.severity) != "error":
            continue
        section, _, rest = problem.path.partition(".")
        if draft.request.existing and (section != "repositories" or problem.code in _IGNORED):
            _drop_included(draft, draft.request.existing.file, problem)
        elif problem.code in _IGNORED:
            draft.ignored.append({"code": problem.code, "reason": f"as found on {draft.live.taken[:10]}"})
        elif problem.code == _TOO_LARGE and draft.stacks < len(draft.repositories) + 1:
            draft.stacks += 1
        elif section == "public_repositories" and (name := _named(draft.public, rest)):
            _drop_public(draft, name, f"a declaration cannot express it: {problem.what} [{problem.code}]")
        elif section == "registry":
            _drop_setting(draft, rest, f"{problem.what} [{problem.code}]")
        else:
            _drop_repositories(draft, section, rest, f"{problem.what} [{problem.code}]")
    draft.ignored = list({str(each["code"]): each for each in draft.ignored}.values())
    return before != draft.state


def _drop_included(draft: AdoptionDraft, file: str, problem: Problem) -> None:
    """Leave out the repository that only the declaration itself could allow; a problem of the whole stays one."""
    section, _, rest = problem.path.partition(".")
    name = _named(draft.repositories, rest) if section == "repositories" else None
    if name:
        draft.leave_out(name, f"{file} must ignore it, with a reason: {problem.what} [{problem.code}]")


def leave_out_setting(draft: AdoptionDraft, called: str, why: str) -> None:
    """Leave out the setting that a certificate calls *called*."""
    for name in [each for each in draft.public if called == called_public(each)]:
        _drop_public(draft, name, why)
        return
    for words, key in _CALLED.items():
        if called.startswith(words) and draft.settings.get(key) is not None:
            # Without a word the package would have every image scanned.
            draft.settings[key] = None
            if key != "scanning":
                del draft.settings[key]
            draft.left.append(LeftOut(called, why))
            return
    raise AssertionError(f"no setting is declared for {called}")


def _drop_public(draft: AdoptionDraft, name: str, why: str) -> None:
    del draft.public[name]
    draft.left.append(LeftOut(called_public(name), why))


def _drop_setting(draft: AdoptionDraft, path: str, why: str) -> None:
    key, _, member = path.partition(".")
    held = draft.settings.get(key)
    if isinstance(held, dict) and (found := _named(held, member)):
        del held[found]
        draft.left.append(LeftOut(f"{key} {found}", why))
    elif key.partition("[")[0] in draft.settings:
        name = key.partition("[")[0]
        del draft.settings[name]
        draft.left.append(LeftOut(name, why))


def _drop_repositories(draft: AdoptionDraft, section: str, path: str, why: str) -> None:
    if section == "repositories":
        found = _named(draft.repositories, path)
        names = [found] if found else []
    else:
        # A default or a profile: each repository with the value wrote it.
        names = [name for name in draft.repositories if path.split(".", maxsplit=1)[0] in draft.repositories[name]]
    for name in names:
        resource = draft.live.one(REPOSITORY, name)
        if resource and "grants" in draft.repositories[name] and name not in draft.verbatim:
            # The reader refuses a grant that was recognised: the policy stays word for word.
            draft.verbatim.add(name)
            draft.repositories[name] = declared_properties(draft, resource, recognises=False)
        else:
            draft.leave_out(name, f"a declaration cannot express it: {why}")


def _named(members: Mapping[str, object], path: str) -> str | None:
    """Return the member that *path* begins with; names have dots of their own, so the longest counts."""
    fitting = [name for name in members if path == name or path.startswith((f"{name}.", f"{name}["))]
    return max(fitting, key=len, default=None)
