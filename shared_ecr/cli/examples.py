"""Examples for the help of each command; a test parses every one of them."""

EXAMPLES: dict[str, tuple[str, ...]] = {
    "init": ("shared-ecr init", "shared-ecr init --app registry"),
    "check": (
        "shared-ecr check",
        "shared-ecr check registry.yaml --format json",
        "shared-ecr check --lifecycle-policy policy.json",
    ),
    "show": ("shared-ecr show team/app", "shared-ecr show team/app --format json"),
    "schema": ("shared-ecr schema > registry.schema.json",),
    "uri": ("shared-ecr uri team/app", "shared-ecr uri team/app --deployed --profile shared"),
    "repositories": ("shared-ecr repositories", "shared-ecr repositories --deployed --format json"),
    "fate": (
        "shared-ecr images --save images.json",
        "shared-ecr fate --images images.json",
        "shared-ecr fate team/app --images images.json --against lifecycle.json",
    ),
    "review": (
        "shared-ecr review --against main",
        "shared-ecr review cdk.out --against cdk.out.before --save review.md",
        "shared-ecr review template.yaml --against deployed.yaml",
    ),
    "bootstrap": (
        "shared-ecr bootstrap commands",
        "shared-ecr bootstrap template --save bootstrap-template.json",
        "shared-ecr bootstrap execution-policy cdk.out --save execution-policy.json",
        "shared-ecr bootstrap consumer 222222222222 --vpc",
        "shared-ecr bootstrap status --profile shared",
    ),
    "grow": ("shared-ecr grow", "shared-ecr grow --against v1.4.0", "shared-ecr grow --new"),
    "iam": ("shared-ecr iam team/app --level push",),
    "comment": ("shared-ecr comment review.md", "shared-ecr comment --failed"),
    "images": (
        "shared-ecr images --save images.json --profile shared",
        "shared-ecr images team/app --in-use ecs --in-use lambda --save images.json",
        "shared-ecr images --in-use inspector --save images.json",
    ),
    "restore": ("shared-ecr restore team/app:1.4.2 --wait", "shared-ecr restore team/app --all --dry-run"),
    "replicate": (
        "shared-ecr replicate team/app --newest 5",
        "shared-ecr replicate --backfill --dry-run",
        "shared-ecr replicate --backfill --to eu-west-1 --wait 2h",
    ),
    "who": ("shared-ecr who team/app", "shared-ecr who team/app:1.4.2 --days 30 --format json"),
    "login": (
        "shared-ecr login",
        "shared-ecr login eu-west-1 --profile shared",
        "shared-ecr login --credential-helper",
        "shared-ecr login ghcr.io --username me",
        "shared-ecr login docker.io --username me --password-stdin < token.txt",
    ),
    "logout": ("shared-ecr logout", "shared-ecr logout ghcr.io", "shared-ecr logout --all"),
    "builds": ("shared-ecr builds --profile build", "shared-ecr builds team/app --limit 1 --format json"),
    "workflow": (
        "shared-ecr workflow github team/app --save .github/workflows/image.yml",
        "shared-ecr workflow gitlab team/app --platforms linux/amd64,linux/arm64 --branch main",
    ),
    "push": (
        "shared-ecr push build/app.tar team/app:1.4.2",
        "shared-ecr push my-app:dev team/app:1.4.2 --all-regions",
        "docker save my-app | shared-ecr push - team/app:1.4.2",
        "shared-ecr push --images release.txt --dry-run",
    ),
    "pull": (
        "shared-ecr pull team/app:1.4.2 layout",
        "shared-ecr pull team/app:1.4.2 app.tar --platform linux/arm64",
        "shared-ecr pull docker.io/library/alpine:3.20 - | docker load",
        "shared-ecr pull team/app:1.4.2 --engine docker",
    ),
    "copy": (
        "shared-ecr copy docker.io/library/nginx:1.27 team/nginx",
        "shared-ecr copy ghcr.io/team/app team/app --all-tags",
        "shared-ecr copy team/app:1.4.2 ghcr.io/team/app:1.4.2 --platform linux/arm64",
        "shared-ecr copy team/app:1.4.2 333333333333.dkr.ecr.us-east-1.amazonaws.com/team/app --gate high",
    ),
    "delete": (
        "shared-ecr delete team/app:pr-12 --dry-run",
        "shared-ecr delete team/app:pr-12 team/app:pr-13 --yes --in-use manifests.yaml",
    ),
    "catalog": ("shared-ecr catalog registry.example.com",),
    "mirror": ("shared-ecr mirror --dry-run", "shared-ecr mirror team/nginx --jobs 2"),
    "tag": (
        "shared-ecr tag team/app:1.4.2 1.4 latest",
        "shared-ecr tag team/app:1.4.2 stable --gate critical --allow allowed-findings.yaml",
    ),
    "inspect": (
        "shared-ecr inspect team/app:1.4.2",
        "shared-ecr inspect docker.io/library/nginx:1.27 --platform linux/arm64 --format json",
    ),
    "scan": (
        "shared-ecr scan team/app:1.4.2 --fail-on high",
        "shared-ecr scan team/app:1.4.2 --fail-on critical --unfixed ignore --allow allowed-findings.yaml --wait 20m",
        "shared-ecr scan team/app:1.4.2 --save scan.sarif --save scan.json",
    ),
    "completion": (
        "shared-ecr completion bash > ~/.local/share/bash-completion/completions/shared-ecr",
        "shared-ecr completion zsh > /usr/local/share/zsh/site-functions/_shared-ecr",
    ),
    "man": ("shared-ecr man > ~/.local/share/man/man1/shared-ecr.1", "shared-ecr man | man --local-file -"),
    "search": ("shared-ecr search centos", "shared-ecr search nginx --official --mirrored"),
    "cost": (
        "shared-ecr cost --images images.json",
        "shared-ecr cost --images images.json --by team --until 2027-01-01",
        "shared-ecr cost --live --region us-east-1",
    ),
    "access decide": ("shared-ecr access decide < requests.jsonl",),
    "access why": (
        "shared-ecr access why arn:aws:iam::222222222222:role/ci team/app push",
        "shared-ecr access why 222222222222 team/app pull --live --region us-east-1",
    ),
    "access lint": ("shared-ecr access lint policy.json", "shared-ecr access lint policies/a.json policies/b.json"),
    "adopt certify": ("shared-ecr adopt certify cdk.out", "shared-ecr adopt certify cdk.out --fresh --format json"),
    "adopt verify": ("shared-ecr adopt verify", "shared-ecr adopt verify --folder adoption --format json"),
    "bootstrap commands": ("shared-ecr bootstrap commands", "shared-ecr bootstrap commands --deployer 222222222222"),
    "bootstrap template": ("shared-ecr bootstrap template --save bootstrap-template.json",),
    "bootstrap execution-policy": ("shared-ecr bootstrap execution-policy cdk.out --save execution-policy.json",),
    "bootstrap consumer": ("shared-ecr bootstrap consumer 222222222222 --vpc",),
    "bootstrap status": (
        "shared-ecr bootstrap status --profile shared",
        "shared-ecr bootstrap status --format json",
    ),
    "local start": ('eval "$(shared-ecr local start)"',),
    "local stop": ("shared-ecr local stop",),
    "local status": ("shared-ecr local status", "shared-ecr local status --format json"),
    "local oidc-token": ("shared-ecr local oidc-token repo:acme/shop:ref:refs/heads/main",),
    "local scan-results": ("shared-ecr local scan-results results.json",),
    "local run": ("shared-ecr local run -- make deploy",),
    "tags": ("shared-ecr tags team/app", "shared-ecr tags docker.io/library/nginx --digests"),
}


def epilog(command: str) -> str | None:
    """Return the text behind the options in the help of *command*, or None where there are no examples."""
    lines = EXAMPLES.get(command, ())
    return "examples:\n" + "\n".join(f"  {line}" for line in lines) if lines else None
