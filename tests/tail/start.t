#!/usr/bin/env python3
"""start.t - where tail begins: the last events, found from the end of the log, and
what is read for that."""
import gzip
import os
import pathlib
import re

from follower import Tail, label, numbered
from mailtally import corpus, corpus_log, run, scratch
from tap import done, equal, ok

MIB = 1 << 20


def started(*arguments):
    """(output, bytes read) of a tail that has shown what there was."""
    process = Tail(*arguments)
    process.wait_ready()
    io = pathlib.Path("/proc/%d/io" % process.process.pid).read_text()
    status = process.stop()
    if status:
        raise AssertionError("status %d: %s" % (status, process.err()))
    return process.out(), int(re.search(r"rchar: (\d+)", io)[1])


def lines(first, last):
    return b"".join(b"%d 192.0.2.%d 0/40\n" % (i, i % 250 + 1)
                    for i in range(first, last + 1))


def connection(number, dialogue=0):
    """A connection's lines: it begins, says so much, is denied, and ends."""
    head = label(number) + b" %d " % number
    client = b"192.0.2.%d" % (number % 250 + 1)
    yield head + b"Accepted connection 1/40 from %s / Unknown\n" % client
    for _ in range(dialogue):
        yield head + b"dispatching NOOP\n"
    yield head + b"(post-connection) connection_time: 0.500 s.\n"


# ---- a small log ----

small = scratch("small", b"".join(numbered(i) for i in range(1, 101)))
for n, first in ((10, 91), (1, 100), (100, 1), (1000, 1)):
    out, _ = started("-n", str(n), small)
    equal(out, lines(first, 100), "-n %d" % n)
equal(started("-n", "0", small)[0], b"", "-n 0")
equal(started(small)[0], lines(91, 100), "ten are the default")

# ---- over rotated files ----

folder = scratch("rotated/log", b"").parent
for i in range(10):
    (folder / ("log.%d" % (9 - i) if i < 9 else "log")).write_bytes(
        b"".join(numbered(j) for j in range(i * 5 + 1, i * 5 + 6)))
equal(started("-n", "23", folder)[0], lines(28, 50),
      "as many as asked for, over rotated files")

# ---- a log of 10 GB: a hole with something at both ends ----

huge = scratch("huge")
ending = b"".join(b"".join(connection(i, 10)) for i in range(1, 6001))
with open(huge, "wb") as f:
    f.write(numbered(1))
    f.truncate(10 << 30)
    f.seek(0, os.SEEK_END)
    f.write(b"\n" + ending)
out, read = started("-n", "10", huge)
equal(out.splitlines()[-1], b"6000 192.0.2.1 0.500 sec.",
      "the last event of a log of 10 GB")
equal(len(out.splitlines()), 10, "ten events of it")
ok(read < 6 * MIB, "of 10 GB less than 6 MiB are read", "%d bytes" % read)
out, read = started("-n", "10", "--client", "203.0.113.1", huge)
equal(out, b"", "what never happened is not found")
ok(read < 64 * MIB, "and not looked for in all of 10 GB", "%d bytes" % read)

# ---- connections that began before the events that are shown ----

FAR = 3 * MIB
near = b"".join([label(1) + b" 77 Accepted connection 0/40 from 192.0.2.7 / x\n",
                 (label(2) + b" 78 dispatching NOOP\n") * (FAR // 45),
                 label(3) + b" 77 (post-connection) connection_time: 9.5 s.\n"])
equal(started("-n", "1", scratch("near", near))[0], b"77 192.0.2.7 9.500 sec.\n",
      "a connection that began 3 MiB before is known")
far = b"".join([label(1) + b" 77 Accepted connection 0/40 from 192.0.2.7 / x\n",
                (label(2) + b" 78 dispatching NOOP\n") * (3 * FAR // 45),
                label(3) + b" 77 (post-connection) connection_time: 9.5 s.\n"])
equal(started("-n", "1", scratch("far", far))[0], b"77 - 9.500 sec.\n",
      "one that began 9 MiB before is not")

# ---- packed files before the present one ----

folder = scratch("packed/maillog", b"".join(
    numbered(i) for i in range(21, 26))).parent
(folder / "maillog.1.gz").write_bytes(gzip.compress(b"".join(
    numbered(i) for i in range(1, 21))))
equal(started("-n", "12", folder / "maillog")[0], lines(14, 25),
      "a small packed file is read")

# ---- real logs ----

for name in ("modern-8field", "modern-9field-naughty", "old-plugin-colon"):
    whole = run("tail", "-n", "0", "-", stdin=corpus_log(name))
    out, _ = started("-n", "100000000", corpus(name) / "log")
    equal(out, whole.out, name + ": all of a directory is what comes through "
          "a pipe")
    out, _ = started("-n", "25", corpus(name) / "log")
    equal(out, b"".join(whole.out.splitlines(True)[-25:]),
          name + ": the last 25 of it")
done()
