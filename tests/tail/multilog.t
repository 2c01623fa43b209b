#!/usr/bin/env python3
"""multilog.t - following directories that the real multilog writes at full speed
and rotates all the time: no line is lost, none comes twice.

ROTATIONS says how many rotations each run has.
"""
import os
import shutil
import subprocess
import sys

from follower import Tail, faults, numbered
from mailtally import scratch
from tap import done, equal, ok

if not shutil.which("multilog"):
    sys.exit("multilog is missing; it is in Debian's package daemontools")

ROTATIONS = int(os.environ.get("ROTATIONS", "220"))
SIZE = 4096
LINES = ROTATIONS * (SIZE - 1800) // (len(numbered(1, False)) + 26)


def run(name, *script, tail=(), before=0, directory=True):
    """Writes numbered lines; the first so many are there before tail is."""
    folder = scratch(name)
    shutil.rmtree(folder, ignore_errors=True)
    if directory:
        folder.mkdir()
    command = ["multilog", "t", "s%d" % SIZE, "n100000", *script, str(folder)]
    writer = tail_process = None
    if before:
        subprocess.run(command, check=True, input=b"".join(
            numbered(i, False) for i in range(1, before + 1)))
    else:
        tail_process = Tail("-n", "100000000", *tail, folder)
    writer = subprocess.Popen(command, stdin=subprocess.PIPE)
    if before:
        tail_process = Tail("-n", "100000000", *tail, folder)
    for i in range(before + 1, LINES + 1):
        writer.stdin.write(numbered(i, False))
        if i % 7 == 0:
            writer.stdin.flush()
    writer.stdin.close()
    equal(writer.wait(), 0, name + ": multilog ends in order")
    tail_process.wait_for(b"\n%d " % LINES)
    files = len(list(folder.glob("@*")))
    ok(files >= ROTATIONS, "%s: %d rotations" % (name, files))
    # What comes too often would come late.
    tail_process.wait_ready()
    equal(tail_process.stop(), 0, name + ": it ends in order",
          tail_process.err())
    wrong = faults(tail_process.numbers(), list(range(1, LINES + 1)))
    ok(not wrong, name + ": every line once", *wrong, tail_process.err())


run("plain")
run("not-there-yet", directory=False)
run("old-logs", before=LINES // 3)
run("processed-by-cat", "!cat")
run("polled", tail=("--poll", "--poll-ms", "20"))
run("packed-by-a-processor", "!gzip -c1")
done()
