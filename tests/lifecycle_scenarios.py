"""A repository as teams have it, and what each recommended policy does to its images: docs/lifecycle-scenarios.md."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from inventory_files import digest
from shared_ecr.declaration import load, parse
from shared_ecr.declaration.presets import PARAMETERS
from shared_ecr.fate.images import Image
from shared_ecr.fate.reasons import rule_in_words, why
from shared_ecr.fate.reports.markdown import table
from shared_ecr.fate.uncertainty import judge
from shared_ecr.model.lifecycle import DEFAULT_POLICY, LifecyclePolicy

ROOT = Path(__file__).resolve().parents[1]
NOW = datetime(2026, 11, 21, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Described:
    """One image of the scenario, and its description."""

    story: str
    image: Image


def _image(name: str, days: float, *tags: str, children: tuple[str, ...] = (), subject: str | None = None) -> Image:
    listed = tuple(digest(child) for child in children)
    return Image(digest(name), NOW - days * DAY, tags, children=listed, subject=digest(subject) if subject else None)


TEAM = (
    Described("the first release, still in production somewhere", _image("v1", 700, "v1.0.0")),
    Described("its signature", _image("signature", 699, subject="v1")),
    Described(
        "the release of this month, for two architectures", _image("v2", 20, "v2.0.0", children=("amd64", "arm64"))
    ),
    Described("its image for amd64", _image("amd64", 20.01)),
    Described("its image for arm64", _image("arm64", 20.01)),
    Described("a build of last year that someone deploys by its digest", _image("by-digest", 400)),
    Described("an image that lost its tag a week ago and a day", _image("lost-8", 8)),
    Described("an image that lost its tag yesterday", _image("lost-1", 1)),
    Described("the build of a branch, half a year old", _image("branch", 180, "feature-login-17")),
    Described("the build of a pull request, closed last month", _image("pull-request", 40, "pr-77")),
    Described("the build of today", _image("today", 0.2, "main-5120", "latest")),
)
# More builds than the policy of registry.yaml keeps; all younger than the branch, so that it is beyond the 200.
BUILDS = tuple(
    Described("", _image(f"build-{number}", 100 - number * 0.4, f"main-{4900 + number}")) for number in range(205)
)


# Each preset as people write it who want no more than its defaults.
PRESETS = {
    "keep-releases": (
        "Alone it expires nothing; before other rules it keeps releases from being selected by them.",
        "",
    ),
    "pull-request-images": ("Images that pull requests built expire some days after their push.", ""),
    "branch-images": (
        "Only the newest builds of a branch are kept; the table does not list all of them.",
        ", tags: [main-*], newest: 30",
    ),
    "untagged": ("Images without a tag expire some days after their push.", ""),
    "archive-cold-images": ("Images that are not pulled are moved to the archive.", ", expire_after_days: 365"),
    "newest": ("Only the newest images are kept, tagged or not.", ", keep: 8"),
}


@dataclass(frozen=True, slots=True)
class Scenario:
    title: str
    words: str
    policy: LifecyclePolicy
    team: tuple[Described, ...]


def scenarios() -> tuple[Scenario, ...]:
    (declared,) = {spec.lifecycle for spec in load(ROOT / "registry.yaml").registry.repositories}
    assert isinstance(declared, LifecyclePolicy)
    return (
        Scenario(
            "The default",
            "The policy of a repository without the key `lifecycle`. Tagged images never expire.",
            DEFAULT_POLICY,
            TEAM,
        ),
        Scenario(
            "The policy of registry.yaml",
            "Releases are kept, untagged images expire after a week, and of all others the newest 200 are kept. "
            f"The repository also has {len(BUILDS)} builds of `main` of the last hundred days, "
            "which the table does not list.",
            declared,
            (*TEAM, *BUILDS),
        ),
        *(_of_preset(name, *PRESETS[name]) for name in PARAMETERS),
    )


def _of_preset(name: str, words: str, parameters: str) -> Scenario:
    written = f"{{preset: {name}{parameters}}}"
    text = (
        'version: 1\nregistry: {account: "111111111111", regions: [us-east-1]}\n'
        f"repositories: {{team/app: {{lifecycle: [{written}]}}}}\n"
    )
    (spec,) = parse(text).registry.repositories
    assert isinstance(spec.lifecycle, LifecyclePolicy)
    return Scenario(
        f"The preset {name}",
        f"`{written}`: {words}",
        spec.lifecycle,
        (*TEAM, *BUILDS) if name == "branch-images" else TEAM,
    )


def fates_of(scenario: Scenario) -> dict[str, str]:
    verdicts = judge(scenario.policy, [each.image for each in scenario.team], NOW)
    return {
        described.story: str(verdict.fate)
        for described, verdict in zip(scenario.team, verdicts, strict=True)
        if described.story
    }


def document() -> str:
    parts = [
        "# What lifecycle policies do to images: scenarios",
        "",
        "Written by `UPDATE_EXPECTED=1 pytest tests/project/test_lifecycle_scenarios.py`, from",
        "`tests/lifecycle_scenarios.py`; the same test fails when this page and the evaluator differ.",
        "What each forecast means: [reference/fate.md](reference/fate.md).",
    ]
    for scenario in scenarios():
        verdicts = judge(scenario.policy, [each.image for each in scenario.team], NOW)
        lines = [
            (each.story, ", ".join(each.image.tags) or "(untagged)", str(verdict.fate), _reason(why(verdict)))
            for each, verdict in zip(scenario.team, verdicts, strict=True)
            if each.story
        ]
        rules = [f"{rule.priority}. {rule_in_words(rule)}" for rule in scenario.policy.rules]
        others = sum(
            verdict.fate.is_loss for each, verdict in zip(scenario.team, verdicts, strict=True) if not each.story
        )
        parts += ["", f"## {scenario.title}", "", scenario.words, "", *rules, ""]
        parts += table(("image", "tags", "fate", "why"), lines)
        if len(lines) < len(scenario.team):
            parts += ["", f"Of the builds that are not listed, {others} expire."]
    return "\n".join([*parts, ""])


def _reason(text: str) -> str:
    """Replace digests by the tags or the description of the image, which a reader knows."""
    for each in TEAM:
        text = text.replace(each.image.digest[:19], f"({', '.join(each.image.tags) or each.story})")
    return text
