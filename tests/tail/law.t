#!/usr/bin/env python3
"""law.t - following a log while it is written shows what searching it shows when
it is finished: tail --tai equals grep --all --tai, byte for byte."""
import random

from follower import Tail, wait_until
from mailtally import corpus_log, run, scratch
from tap import done, equal, ok

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
        wait_until("all of it", lambda: process.out().count(b"\n") >=
                   searched.out.count(b"\n") - 1 and process.sleeps())
        status = process.stop()
        equal(status, 0, "%s %s: it ends in order" % (name, " ".join(form)),
              process.err())
        equal(process.out(), searched.out,
              "%s: tail %s is grep --all %s" % (name, " ".join(form),
                                                 " ".join(form)))
        ok(searched.out.count(b"\n") > 0, "%s %s: there was something to be "
           "found" % (name, " ".join(form)))
done()
