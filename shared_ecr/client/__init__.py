"""What speaks to AWS and to registries.

    from shared_ecr.client import push
    result = push("build/todobackend.tar", "docker-in-aws/todobackend:1.4.2")
    print(result.reference)

`moving` is the road; `addresses` and `deployed` say where a repository is, `aws` and `ecr_tokens` speak to AWS,
`pushers` and `engines` move images, `sources` read them, and from `connections` down to `transport` it is HTTP.
"""

from shared_ecr.client.addresses import Whereabouts
from shared_ecr.client.moving import pull, push
from shared_ecr.client.pushers.interface import Progress, PushResult

__all__ = ["Progress", "PushResult", "Whereabouts", "pull", "push"]
