"""Child processes that never outlive the hub, even when it is killed."""

import ctypes
import os
import signal
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1


def die_with_parent() -> Callable[[], None]:
    """A `preexec_fn` for a child of the calling process: the kernel kills the child as soon as the parent is gone
    (Linux, prctl(2)). Start such children from the main thread: the signal follows the thread that forked."""
    parent, libc = os.getpid(), ctypes.CDLL(None, use_errno=True)

    def in_child() -> None:
        if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL) != 0:
            raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)

    return in_child
