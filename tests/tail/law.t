#!/usr/bin/env python3
"""law.t - following a log while it is written shows what searching it shows when
it is finished: tail --tai equals grep --all --tai, byte for byte."""
import random
import shutil
import subprocess
import sys

from follower import Tail
from mailtally import corpus_log, run, scratch
from tap import done, equal, ok
from wait import wait_for

if not shutil.which("multilog"):
    sys.exit("multilog is missing; it is in Debian's package daemontools")

pick = random.Random(9)


def pieces(data, most):
    """Cut anywhere."""
    at = 0
    while at < len(data):
        n = pick.randrange(1, most)
        yield data[at:at + n]
        at += n


SETS = ["modern-8field", "modern-9field-naughty", "naughty-multiline",
        "old-plugin-colon", "old-plugin-hook"]
FORMS = [("--tai",), ("--tai", "--long"), ("-o", "jsonl"),
         ("--tai", "--verdict", "rejected")]

for name in SETS:
    data = corpus_log(name)
    path = scratch("law-%s" % name, b"")
    tails = [(form, Tail("-n", "100000000", *form, path)) for form in FORMS]
    for _, process in tails:
        process.wait_ready()
    with open(path, "ab", buffering=0) as f:
        for piece in pieces(data, 20000):
            f.write(piece)
    for form, process in tails:
        searched = run("grep", "--all", *form, path)
        wait_for("all of it", lambda: process.out().count(b"\n") >=
                 searched.out.count(b"\n") - 1 and process.sleeps())
        status = process.stop()
        equal(status, 0, "%s %s: it ends in order" % (name, " ".join(form)),
              process.err())
        equal(process.out(), searched.out,
              "%s: tail %s is grep --all %s" % (name, " ".join(form),
                                                 " ".join(form)))
        ok(searched.out.count(b"\n") > 0, "%s %s: there was something to be "
           "found" % (name, " ".join(form)))
# ---- the same lines through the real multilog, which rotates all the time ----

for name in ("modern-8field", "old-plugin-colon"):
    folder = scratch("law-multilog-" + name)
    folder.mkdir()
    form = ("--tai", "--long")
    process = Tail("-n", "100000000", *form, folder)
    multilog = subprocess.Popen(["multilog", "t", "s4096", "n100000",
                                 str(folder)], stdin=subprocess.PIPE)
    # Not the long ones: those multilog cuts, each part with a stamp or none.
    unstamped = b"".join(line[26:] for line in corpus_log(name).splitlines(True)
                         if line.startswith(b"@") and len(line) < 1900)
    for piece in pieces(unstamped, 20000):
        multilog.stdin.write(piece)
    multilog.stdin.close()
    equal(multilog.wait(), 0, name + ": multilog ends in order")
    searched = run("grep", "--all", *form, folder)
    wait_for("all of it", lambda: process.out().count(b"\n") >=
             searched.out.count(b"\n") - 1 and process.sleeps())
    equal(process.stop(), 0, name + ": it ends in order", process.err())
    equal(process.out(), searched.out, "%s: tail over %d rotations is grep "
          "--all" % (name, len(list(folder.glob("@*")))))
    ok(searched.out.count(b"\n") > 100, name + ": there was something to be "
       "found")
done()
