"""What every test may rely on, however busy the machine is and however the run was started."""

import os
import signal

from hypothesis import HealthCheck, settings

# How long an example takes says how busy the machine is, and nothing about the code.
settings.register_profile("any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# A gate answers the same for the same commit. People's own runs look for what no run has met yet.
settings.register_profile("gate", settings.get_profile("any-machine"), derandomize=True)
settings.load_profile("gate" if os.environ.get("CI") else "any-machine")

# A shell starts what runs in the background with SIGINT ignored, and so would every command that a test interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Git sets these for hooks and for `git rebase --exec`. Tests make repositories of their own, and would write into ours.
for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_PREFIX"):
    os.environ.pop(name, None)
