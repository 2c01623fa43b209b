#!/usr/bin/env python3
"""logrotate.t - following files that are rotated as logrotate does, while they are
written at full speed: renamed, copied and truncated, packed, deleted.

The test is writer and logrotate in one: logrotate itself loses what is written
between its copying and its truncating.  ROTATIONS says how many each run has.
"""
import gzip
import os
import random
import shutil
import signal
import sys

from follower import Tail, faults, numbered
from mailtally import scratch
from tap import done, equal, ok
from wait import wait_for

ROTATIONS = int(os.environ.get("ROTATIONS", "220"))
KEPT = 15 # rotated files
pick = random.Random(4)


class Log:
    """A log that is written in odd pieces, and rotated."""

    def __init__(self, name):
        self.folder = scratch(name)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        self.path = self.folder / "maillog"
        self.next = 1
        self.whole = 0  # lines that were written to their end
        self.wholes = []
        self.rest = b""
        self.open()

    def open(self):
        self.fd = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def write(self, lines):
        """So many lines, cut where it happens; the last one may be half."""
        data = self.rest + b"".join(
            numbered(i) for i in range(self.next, self.next + lines))
        self.next += lines
        cut = pick.randrange(len(data) // 2, len(data) + 1)
        for part in (data[:cut // 2], data[cut // 2:cut]):
            os.write(self.fd, part)
        self.rest = data[cut:]
        self.whole += data[:cut].count(b"\n")

    def finish_line(self):
        """All that was cut off, so that the file ends in a whole line."""
        os.write(self.fd, self.rest)
        self.whole += self.rest.count(b"\n")
        self.rest = b""

    def shift(self, suffix=""):
        """maillog.1 becomes maillog.2 and so on."""
        numbers = sorted((int(p.name.split(".")[1]) for p in
                          self.folder.glob("maillog.*")), reverse=True)
        for n in numbers:
            if n >= KEPT:
                (self.folder / ("maillog.%d%s" % (n, suffix))).unlink()
            else:
                os.rename(self.folder / ("maillog.%d%s" % (n, suffix)),
                          self.folder / ("maillog.%d%s" % (n + 1, suffix)))

    def rename(self):
        """The writer goes on in the old file for a while, then in the new one."""
        self.shift()
        os.rename(self.path, self.folder / "maillog.1")
        self.write(pick.randrange(1, 20))
        self.finish_line()
        os.close(self.fd)
        self.open()

    def rename_and_create(self):
        """As with "create": the new file is there before the writer knows."""
        self.shift()
        os.rename(self.path, self.folder / "maillog.1")
        self.path.touch()
        self.write(pick.randrange(1, 20))
        self.finish_line()
        os.close(self.fd)
        self.open()

    def dated(self):
        self.finish_line()
        os.rename(self.path, self.folder / (
            "maillog-20260301-%06d" % self.next))
        os.close(self.fd)
        self.open()

    def copytruncate(self):
        self.shift()
        shutil.copyfile(self.path, self.folder / "maillog.1")
        os.ftruncate(self.fd, 0)

    def rename_and_pack(self):
        self.shift(".gz")
        self.finish_line()
        old = self.folder / "maillog.1"
        os.rename(self.path, old)
        os.close(self.fd)
        self.open()
        with gzip.open(str(old) + ".gz", "wb", 1) as packed:
            packed.write(old.read_bytes())
        old.unlink()


def run(name, rotate, what="maillog", tail=(), stopped=False):
    log = Log(name)
    process = Tail("-n", "100000000", *tail, log.folder / what)
    for i in range(ROTATIONS):
        log.write(pick.randrange(5, 60))
        log.wholes.append(log.whole)
        # What is removed next must have been seen, or could not be.
        if i >= KEPT - 3:
            seen = log.wholes[i - KEPT + 3]
            wait_for("line %d" % seen, lambda: process.last() >= seen)
        # Asleep over some rotations: it has to find out afterwards.
        if stopped and i % 20 == 10:
            wait_for("all", lambda: process.last() >= log.whole)
            process.process.send_signal(signal.SIGSTOP)
        rotate(log)
        if stopped and i % 20 == 17:
            process.process.send_signal(signal.SIGCONT)
    process.process.send_signal(signal.SIGCONT)
    log.write(5)
    log.finish_line()
    last = log.next - 1
    process.wait_for(b"\n%d " % last)
    process.wait_ready()
    equal(process.stop(), 0, name + ": it ends in order", process.err())
    wrong = faults(process.numbers(), list(range(1, last + 1)))
    ok(not wrong, "%s: every line once, over %d rotations" % (name, ROTATIONS),
       *wrong, process.err())


run("renamed", Log.rename)
run("renamed, directory", Log.rename, what="")
run("renamed and created", Log.rename_and_create)
run("renamed with dates", Log.dated)
run("copied and truncated", Log.copytruncate)
run("copied and truncated, directory", Log.copytruncate, what="")
run("renamed and packed", Log.rename_and_pack)
run("renamed, polled", Log.rename, tail=("--poll", "--poll-ms", "3"))
run("copied and truncated, polled", Log.copytruncate,
    tail=("--poll", "--poll-ms", "3"))
run("renamed, asleep", Log.rename, stopped=True)
run("copied and truncated, asleep", Log.copytruncate, stopped=True)
run("renamed and packed, asleep", Log.rename_and_pack, stopped=True)
done()
