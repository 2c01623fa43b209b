#!/usr/bin/env python3
"""thousands.t - thousands of rotations by the real multilog, of 4096 bytes
each: all is stored as it was written, and every record is counted once.

With the release, because the sanitizers take most of the time of a run that
is so short; and in memory if it may be, because each rotation waits for the
disk.  ROTATIONS says how many.
"""
import os
import pathlib
import random
import shutil
import sys
import tempfile

from summarizer import COPY, Multilog, chunks, rows, truth
from mailtally import ROOT
from tap import done, equal, ok

if not shutil.which("multilog"):
    sys.exit("multilog is missing; it is in Debian's package daemontools")

ROTATIONS = int(os.environ.get("ROTATIONS", "3000"))
RELEASE = ROOT / "build/mailtally"
pick = random.Random(12)
memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None

with tempfile.TemporaryDirectory(prefix="mailtally-", dir=memory) as folder:
    m = Multilog("many", program=RELEASE, folder=pathlib.Path(folder))
    for piece in chunks(ROTATIONS * 2300, pick):
        m.write(piece)
    equal(m.close(), 0, "multilog ends in order", m.err())
    files = m.files()
    ok(len(files) >= ROTATIONS, "%d rotations" % len(files))
    stored = m.stored()
    equal(stored == m.written, True, "all that was written is stored, unchanged",
          "%d bytes of %d" % (len(stored), len(m.written)))
    equal(rows(m.state()), truth(m.processed()), "each record is counted once")
    equal(m.state(), m.state(COPY), "the copy is the state")
    equal(m.err(), "", "multilog did not complain")
done()
