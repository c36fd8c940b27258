"""The server that reading processes are forked from. It takes a while to start, and can do so beside other work."""

import multiprocessing
import signal
from multiprocessing import forkserver, resource_tracker
from multiprocessing.context import ForkServerContext

PRELOADED = ["intake.desk.reader", "intake.desk.preload"]


def context() -> ForkServerContext:
    """How reading processes are started: from a server that has imported what they need."""
    made = multiprocessing.get_context("forkserver")
    made.set_forkserver_preload(PRELOADED)
    return made


def start() -> None:
    """Starts the server where it does not run, and does not wait for it.

    A terminal's Ctrl-C reaches every process of its group. The server and all that it forks never hear it: they would
    complain in the middle of an import, and the command that began them ends them anyway.
    """
    context()
    # (the tracker's own start would let the signal through again)
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
