"""Repositories that `cdk bootstrap` makes for the images that apps build: no declaration has them.

https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-customizing.html (ContainerAssetsRepositoryName)
"""

from shared_ecr.text.patterns import LazyPattern

_ASSETS = LazyPattern(r"cdk-[a-z0-9]+-container-assets-.+")


def is_assets_repository(name: str, account: str = "", region: str = "") -> bool:
    """Whether *name* is that of a repository for assets; with *account* and *region*, of the one there."""
    if not _ASSETS.fullmatch(name):
        return False
    return not account or name.endswith(f"-container-assets-{account}-{region}")
