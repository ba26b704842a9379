"""One mirror: the upstream repository, the repository of this registry, and which images."""

from collections.abc import Iterable
from typing import assert_never

from shared_ecr.model.mirrors.upstreams import UpstreamRepository
from shared_ecr.model.mirrors.wanted import PinnedTag, TagPattern, WantedImages
from shared_ecr.model.names import Digest, RepositoryName, Tag
from shared_ecr.model.names.platforms import Platform
from shared_ecr.model.names.versions import version_order
from shared_ecr.records import record


@record
class Chosen:
    """One image to copy."""

    there: Tag | Digest
    """The tag or digest that names it in the upstream registry."""
    here: Tag | None
    """The tag that it gets; None if only its digest names it."""


@record
class Mirror:
    """The images that are copied from one upstream repository into one of this registry."""

    source: UpstreamRepository
    target: RepositoryName
    wanted: tuple[WantedImages, ...]
    exclude: tuple[TagPattern, ...] = ()
    """Tags that patterns do not select; a tag that is written out is always selected."""
    newest: int | None = None
    """The maximum number of tags that the patterns select, the newest by `versions.version_order`; None for all."""
    platforms: tuple[Platform, ...] = ()
    """Which images of an index; none for all of them, so that its digest stays."""

    @property
    def patterns(self) -> tuple[TagPattern, ...]:
        """What can only be resolved by the upstream's list of tags."""
        return tuple(wanted for wanted in self.wanted if isinstance(wanted, TagPattern))

    def choose(self, listed: Iterable[Tag]) -> tuple[Chosen, ...]:
        """Return the images to copy if the upstream has the tags *listed*: each tag once, written-out tags first."""
        found: dict[Tag | Digest, Chosen] = {}
        for wanted in self.wanted:
            match wanted:
                case Tag():
                    found.setdefault(wanted, Chosen(wanted, wanted))
                case PinnedTag(tag, digest):
                    found.setdefault(tag, Chosen(digest, tag))
                case Digest():
                    found.setdefault(wanted, Chosen(wanted, None))
                case TagPattern():
                    pass
                case _:
                    assert_never(wanted)
        meant = [tag for tag in listed if self._means(tag)]
        newest_first = sorted(meant, key=version_order, reverse=True)
        for tag in newest_first[: self.newest]:
            found.setdefault(tag, Chosen(tag, tag))
        return tuple(found.values())

    def _means(self, tag: Tag) -> bool:
        return any(pattern.matches(tag) for pattern in self.patterns) and not any(
            pattern.matches(tag) for pattern in self.exclude
        )
