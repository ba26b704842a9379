"""The embedded AWS: an emulator in a process of its own, for trying and testing without an account.

Read `instance` (what is running), `launching` (how it starts and ends), `command` (a program under it) and
`state` (the one a folder remembers). `server` is the other process: MiniStack with `extensions` put in at
`hooks`, behind the paths of `control`. What MiniStack can do is in its own documentation; what it lacks and gets
here: login tokens that are checked, rules for moving tags, manifests that need their blobs, the settings of a registry
and their validation, results of image scans that a test gives (`ecr`), and all nine resource types of ECR
(`cloudformation`).

Settings are stored, validated and read back. These have their effect: a push creates its repository from a template,
images are replicated and archived, layers are mounted, events are published. These have none: caches pull nothing,
nothing is scanned or signed, and no image expires. Everything is held in memory, on the loopback interface.

A request needs a signature with the secret access key of this start (`request_gate`). Policies decide nothing, except
the trust policies of roles for CI systems, and registry policies for replication.
"""

from shared_ecr.local.instance import DEMO_ACCOUNT, DEMO_REGION, LocalAws, environment_under
from shared_ecr.local.launching import running, start, stop
from shared_ecr.local.probe import advance_clock, give_scan_results, is_running

__all__ = [
    "DEMO_ACCOUNT",
    "DEMO_REGION",
    "LocalAws",
    "advance_clock",
    "environment_under",
    "give_scan_results",
    "is_running",
    "running",
    "start",
    "stop",
]
