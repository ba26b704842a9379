"""Random policies and requests of the kinds that people write, by a seeded generator."""

import random
from typing import Any

ACCOUNTS = ("111111111111", "222222222222", "333333333333")
ORGANIZATIONS = ("o-a1b2c3d4e5", "o-f6g7h8i9j0")
PATHS = ("o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/", "o-a1b2c3d4e5/r-ab12/ou-ab12-22222222/", "o-f6g7h8i9j0/r-cd34/")
ACTIONS = ("BatchGetImage", "GetDownloadUrlForLayer", "PutImage", "DeleteRepository", "SetRepositoryPolicy")
SERVICES = ("lambda.amazonaws.com", "codebuild.amazonaws.com")
ROLES = ("role/ci", "role/dev", "user/alice")
ACTION_PATTERNS = ("ecr:*", "*", "ecr:Batch*", "ecr:Get*", "ecr:BatchGetImag?", "ECR:putimage", "ecr:PullImage")
FUNCTION = "arn:aws:lambda:us-east-1:{}:function:f"

# Key, values that requests have, values that policies ask for.
TEXT_KEYS = (
    ("aws:PrincipalOrgID", ORGANIZATIONS),
    ("aws:PrincipalAccount", ACCOUNTS),
    ("aws:SourceVpce", ("vpce-1", "vpce-2", "VPCE-1")),
    ("aws:ResourceTag/team", ("a", "b")),
    ("aws:PrincipalTag/team", ("a", "b")),
)
TEXT_OPERATORS = (
    "StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike",
    "StringNotLike",
)  # fmt: skip


def principal(rng: random.Random) -> Any:
    """Return a Principal element."""
    names = [
        "*", *ACCOUNTS, *(f"arn:aws:iam::{each}:root" for each in ACCOUNTS),
        *(f"arn:aws:iam::{account}:{role}" for account in ACCOUNTS for role in ROLES),
    ]  # fmt: skip
    match rng.randrange(6):
        case 0:
            return "*"
        case 1:
            return {"Service": rng.sample(SERVICES, rng.randint(1, 2))}
        case 2:
            return {"AWS": rng.choice(names), "Service": rng.choice(SERVICES)}
        case _:
            return {"AWS": rng.sample(names[1:], rng.randint(1, 3))}


def condition(  # noqa: PLR0911 — one answer for each kind of condition
    rng: random.Random,
) -> dict[str, dict[str, Any]]:
    """Return one operator with one key."""
    if_exists = "IfExists" if rng.random() < 0.25 else ""
    match rng.randrange(9):
        case 0:
            quantifier = rng.choice(("ForAnyValue:", "ForAllValues:"))
            operator = rng.choice(("StringLike", "StringEquals", "StringNotLike", "StringNotEquals"))
            wanted = rng.sample([*PATHS, "o-a1b2c3d4e5/*", "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*"], rng.randint(1, 2))
            return {f"{quantifier}{operator}{if_exists}": {"aws:PrincipalOrgPaths": wanted}}
        case 1:
            key = rng.choice(("aws:PrincipalOrgID", "aws:SourceVpce", "aws:SourceAccount", "aws:PrincipalTag/team"))
            return {"Null": {key: rng.choice(("true", "false"))}}
        case 2:
            address = rng.choice(("10.0.0.0/8", "203.0.113.0/24", "2001:db8::/32", "0.0.0.0/0"))
            return {rng.choice(("IpAddress", "NotIpAddress")) + if_exists: {"aws:SourceIp": address}}
        case 3:
            return {f"Bool{if_exists}": {"aws:SecureTransport": rng.choice(("true", "false"))}}
        case 4:
            operator = rng.choice(("DateLessThan", "DateGreaterThanEquals", "DateNotEquals"))
            moment = rng.choice(("2026-01-01T00:00:00Z", "2027-06-01T12:00:00Z"))
            return {operator + if_exists: {"aws:CurrentTime": moment}}
        case 5:
            operator = rng.choice(("NumericLessThan", "NumericGreaterThanEquals", "NumericEquals", "NumericNotEquals"))
            return {operator + if_exists: {"aws:MultiFactorAuthAge": rng.choice(("300", "3600", "900.5"))}}
        case 6:
            operator = rng.choice(("ArnLike", "ArnEquals", "ArnNotLike", "ArnNotEquals"))
            arn = rng.choice((
                "arn:aws:iam::222222222222:role/*", "arn:aws:iam::*:role/ci", "arn:aws:iam::222222222222:role/ci",
            ))  # fmt: skip
            return {operator + if_exists: {"aws:PrincipalArn": arn}}
        case 7:
            if rng.random() < 0.5:
                pattern = rng.choice(("arn:aws:lambda:*:222222222222:function:*", FUNCTION.format(ACCOUNTS[1])))
                return {rng.choice(("ArnLike", "ArnNotLike")) + if_exists: {"aws:SourceArn": pattern}}
            return {rng.choice(TEXT_OPERATORS) + if_exists: {"aws:SourceAccount": rng.choice(ACCOUNTS)}}
        case _:
            key, values = rng.choice(TEXT_KEYS)
            wanted = rng.sample([*values, f"{values[0][:4]}*", "${aws:PrincipalAccount}"], rng.randint(1, 2))
            return {rng.choice(TEXT_OPERATORS) + if_exists: {key: wanted}}


def statement(rng: random.Random) -> dict[str, Any]:
    """Return a statement of a repository policy."""
    made: dict[str, Any] = {"Effect": "Deny" if rng.random() < 0.3 else "Allow"}
    made["NotPrincipal" if rng.random() < 0.08 else "Principal"] = principal(rng)
    if "NotPrincipal" in made and made["NotPrincipal"] == "*":
        made["NotPrincipal"] = {"AWS": ACCOUNTS[1]}
    chosen = [f"ecr:{each}" for each in rng.sample(ACTIONS, rng.randint(1, 3))]
    if rng.random() < 0.3:
        chosen = [rng.choice(ACTION_PATTERNS)]
    made["NotAction" if rng.random() < 0.1 else "Action"] = chosen
    if rng.random() < 0.6:
        block: dict[str, dict[str, Any]] = {}
        for _ in range(rng.randint(1, 2)):
            for operator, keys in condition(rng).items():
                block.setdefault(operator, {}).update(keys)
        made["Condition"] = block
    return made


def policy(rng: random.Random, statements: int = 3) -> dict[str, Any]:
    """Return a policy of the newer version."""
    return {"Version": "2012-10-17", "Statement": [statement(rng) for _ in range(rng.randint(1, statements))]}


def request(rng: random.Random) -> dict[str, Any]:
    """Return a request in the shape of `access decide`, without policies."""
    who: dict[str, Any]
    context: dict[str, Any]
    who, context = _service(rng) if rng.random() < 0.2 else _principal(rng)
    for key, share, values in (
        ("aws:SourceVpce", 0.4, ("vpce-1", "vpce-2")),
        ("aws:SourceIp", 0.6, ("10.1.2.3", "203.0.113.9", "2001:db8::7")),
        ("aws:SecureTransport", 0.7, ("true", "false")),
        ("aws:CurrentTime", 0.7, ("2025-11-21T00:00:00Z", "2026-11-21T00:00:00Z", "2028-01-01T00:00:00Z")),
    ):
        if rng.random() < share:
            context[key] = rng.choice(values)
    tags = {"team": rng.choice(("a", "b"))} if rng.random() < 0.4 else {}
    return {
        "repository": {"account": ACCOUNTS[0], "region": "us-east-1", "name": "team/app", "tags": tags},
        "principal": who, "action": f"ecr:{rng.choice(ACTIONS)}", "context": context,
    }  # fmt: skip


def _service(rng: random.Random) -> tuple[dict[str, Any], dict[str, Any]]:
    account = rng.choice(ACCOUNTS)
    carried = {"aws:SourceAccount": account, "aws:SourceArn": FUNCTION.format(account)}
    who: dict[str, Any] = {"service": rng.choice(SERVICES), "org_id": None, "org_paths": [], "identity_allows": False}
    return who, {key: value for key, value in carried.items() if rng.random() < 0.7}


def _principal(rng: random.Random) -> tuple[dict[str, Any], dict[str, Any]]:
    account, role = rng.choice(ACCOUNTS), rng.choice(ROLES)
    who: dict[str, Any] = {"arn": f"arn:aws:iam::{account}:{role}", "identity_allows": rng.random() < 0.7}
    if rng.random() < 0.3 and role.startswith("role/"):
        name = role.removeprefix("role/")
        who |= {"role_arn": who["arn"], "arn": f"arn:aws:sts::{account}:assumed-role/{name}/session"}
    organization = rng.choice((*ORGANIZATIONS, None))
    paths = [path for path in PATHS if organization and path.startswith(organization) and rng.random() < 0.5]
    carried = {
        "aws:PrincipalTag/team": rng.choice(("a", "b")), "aws:MultiFactorAuthAge": rng.choice(("300", "4000")),
    }  # fmt: skip
    context = {key: value for key, value in carried.items() if rng.random() < 0.3}
    return who | {"org_id": organization, "org_paths": paths}, context
