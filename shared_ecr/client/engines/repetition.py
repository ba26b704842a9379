"""Repeat a whole command of an engine while its failure may pass."""

import random
from collections.abc import Callable

from shared_ecr.client.engines.answers import is_transient, last_words
from shared_ecr.client.engines.interface import EngineOutput
from shared_ecr.client.engines.programs import Finished

Sleep = Callable[[float], None]

MAX_ATTEMPTS = 5
# 1, 2, 4 and 8 seconds at most: ECR's limit on PutImage is ten a second, so a crowd passes within this.
# https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html
FIRST_PAUSE_SECONDS = 1.0

_dice = random.SystemRandom()


def repeated(command: Callable[[], Finished], sleep: Sleep, said: EngineOutput) -> Finished:
    """Run *command* until it succeeds or fails for good, at most five times, and return how it ended.

    Pauses double and are drawn between half and all of that, so that jobs that were refused together do not come
    back together.
    """
    for attempt in range(1, MAX_ATTEMPTS):
        finished = command()
        if not is_transient(finished):
            return finished
        pause = FIRST_PAUSE_SECONDS * 2 ** (attempt - 1) * _dice.uniform(0.5, 1)
        said(f"attempt {attempt} of {MAX_ATTEMPTS} failed ({last_words(finished)}); again in {pause:.1f} s")
        sleep(pause)
    return command()
