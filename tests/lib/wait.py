"""wait.py - waiting for something that will be so."""
import os
import time

PATIENCE_S = int(os.environ.get("PATIENCE_S", "120"))


def wait_until(condition, seconds=PATIENCE_S):
    """Is it so before the seconds are over?"""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.01)
    return False


def wait_for(what, condition):
    """An exception if it will not."""
    if not wait_until(condition):
        raise AssertionError("waited in vain for " + what)
