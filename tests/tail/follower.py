"""follower.py - the program while it follows, and logs of numbered lines.

Line N of a numbered log is the connection N: it is printed as "N ip 0/40", so
what was printed shows at once what was lost, repeated or out of order.
"""
import os
import pathlib
import re
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from mailtally import ENVIRONMENT, PROGRAM, SCRATCH, scratch
from wait import PATIENCE_S, wait_for

EPOCH = 1767225600


def label(number):
    """A TAI64N label; a thousand lines a second."""
    return b"@%016x%08x" % (2 ** 62 + 10 + EPOCH + number // 1000,
                            number % 1000 * 1000000)


def numbered(number, stamp=True):
    line = b"%d Accepted connection 0/40 from 192.0.2.%d / host%d.example\n" % (
        number, number % 250 + 1, number)
    return label(number) + b" " + line if stamp else line


class Tail:
    """mailtally tail in the background; its output goes to files."""

    count = 0

    def __init__(self, *arguments, env=None, **streams):
        Tail.count += 1
        self.path = scratch("tail-%d.out" % Tail.count)
        self.err_path = scratch("tail-%d.err" % Tail.count)
        with open(self.path, "wb") as out, open(self.err_path, "wb") as err:
            self.process = subprocess.Popen(
                [PROGRAM, "tail", *map(os.fspath, arguments)], cwd=SCRATCH,
                env=dict(ENVIRONMENT, **(env or {})),
                **dict({"stdin": subprocess.DEVNULL, "stdout": out,
                        "stderr": err}, **streams))

    def out(self):
        return self.path.read_bytes()

    def err(self):
        return self.err_path.read_bytes().decode(errors="backslashreplace")

    def alive(self):
        return self.process.poll() is None

    def wait_for(self, text):
        """Until it has printed it."""
        wait_for("%r of %s" % (text, self.err()),
                 lambda: text in self.out() or not self.alive())
        return self

    def wait_ready(self):
        """Until it has nothing to do but to wait."""
        wait_for("it to sleep", lambda: self.sleeps())
        return self

    def sleeps(self):
        where = pathlib.Path("/proc/%d/wchan" % self.process.pid)
        state = self.status("State")
        return not self.alive() or (state.startswith("S") and
                                    "poll" in where.read_text())

    def status(self, name):
        text = pathlib.Path("/proc/%d/status" % self.process.pid).read_text()
        return re.search(r"^%s:\s*(.*)" % name, text, re.M)[1]

    def stop(self, number=signal.SIGTERM):
        """Ends it; its exit status."""
        if self.alive():
            self.process.send_signal(number)
        return self.process.wait(timeout=PATIENCE_S)

    def last(self):
        """The number it has printed last; 0 before the first."""
        with open(self.path, "rb") as f:
            f.seek(max(0, os.fstat(f.fileno()).st_size - 200))
            found = re.findall(rb"^(\d+) \S+ 0/40\n", f.read(), re.M)
        return int(found[-1]) if found else 0

    def numbers(self):
        return [int(n) for n in re.findall(rb"^(\d+) \S+ 0/40$", self.out(),
                                           re.M)]


def faults(got, should):
    """What is wrong with a list of numbers, in words; nothing if it is right."""
    if got == should:
        return []
    missing = sorted(set(should) - set(got))
    twice = sorted({n for n in got if got.count(n) > 1}) if len(
        got) < 20000 else ["?"] * (len(got) - len(set(got)))
    return ["%d lines instead of %d" % (len(got), len(should)),
            "%d are missing: %s" % (len(missing), missing[:20]),
            "%d come twice: %s" % (len(twice), twice[:20]),
            "they are %s order" % ("in" if got == sorted(got) else "out of")]
