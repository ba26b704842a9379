"""What a push that broke off has left is found by the next, though the registry has never heard of the repository."""

from pathlib import Path

from client.images import about, digest_of, image, noise, write_layout
from client.pushing import Bench


def sent(bench: Bench) -> set[str]:
    requests = (seen for seen in bench.registry.seen if seen.line.startswith("PUT") and "digest=" in seen.path)
    return {seen.path.rpartition("digest=")[2] for seen in requests}


def test_layers_are_found_though_what_is_about_the_image_is_larger_and_goes_after_them(
    bench: Bench, tmp_path: Path
) -> None:
    layers = [noise(100, number) for number in range(12)]
    built = image(layers)
    boms = [about(built, noise(5000, number)) for number in range(9)]
    layout = write_layout(tmp_path / "layout", built, *boms)
    there = {digest_of(layer): layer for layer in layers[:5]}
    bench.registry.contents.repositories["team/app"].blobs.update(there)
    bench.push(layout)
    assert not sent(bench) & there.keys()
