"""The name of an image that was pulled from a stand-in: that of the registry it is from, not of this machine's port."""

from shared_ecr.client.engines.answers import failed, last_words
from shared_ecr.client.engines.interface import EngineOutput
from shared_ecr.client.engines.programs import Program
from shared_ecr.model.names import Digest, ImageReference


def rename(program: Program, pulled: ImageReference, name: ImageReference, said: EngineOutput) -> None:
    """Let the engine know the image as *name*, and no longer as *pulled*.

    Raises:
        UnavailableError: the engine failed to give the name.
    """
    if isinstance(name.name, Digest):
        # Engines take a digest for a name from a registry alone.
        said(f"{program.name} keeps it as {pulled}, because it gives no image a name with a digest")
        return
    finished = program.ask(["tag", str(pulled), str(name)])
    if finished.code:
        raise failed(program.name, f"give {pulled} the name {name}", finished)
    finished = program.ask(["rmi", str(pulled)])
    if finished.code:
        said(f"{program.name} keeps the name {pulled} too: {last_words(finished)}")
