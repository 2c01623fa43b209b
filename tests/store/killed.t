#!/usr/bin/env python3
"""killed.t - ingest is killed at random, again and again, and nothing is lost
or counted twice."""
import os
import pathlib
import random
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from mailtally import ENVIRONMENT, PROGRAM, QMAIL, corpus_log, loggen, scratch
from stores import NOW, difference, ingest, report_of, without
from tap import done, ok

KILLS = int(os.environ.get("KILLS", "200"))


def begin(cwd):
    """An ingest with many small deltas."""
    return subprocess.Popen(
        [PROGRAM, "ingest", "--now", NOW, "--store", "x.db", "--delta-bytes",
         "16000", "log"], cwd=cwd, env=ENVIRONMENT, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE)


def kill_at_random(rng, cwd, longest):
    """True if it was killed; False if it had ended before."""
    process = begin(cwd)
    try:
        process.wait(rng.uniform(0, longest))
    except subprocess.TimeoutExpired:
        process.kill()
    err = process.communicate()[1]
    if process.returncode not in (0, -9):
        raise AssertionError("ingest: %d %s" % (process.returncode, err))
    return process.returncode == -9


def round_of_kills(rng, name, content, wanted):
    """Kills ingests of a log that grows; how many were killed."""
    log = scratch(name + "/log/maillog", b"")
    cwd, killed, at = log.parent.parent, 0, 0
    began = time.monotonic()
    process = begin(cwd)
    process.communicate()
    # So long that some end by themselves, however slow the machine is.
    longest = (time.monotonic() - began) * 1.5 + 0.01
    while killed < wanted and at < len(content):
        more = rng.randrange(1, 40000)
        with open(log, "ab") as f:
            f.write(content[at:at + more])
        at += more
        killed += kill_at_random(rng, cwd, longest)
    with open(log, "ab") as f:
        f.write(content[at:])
    ingest("x.db", "log", cwd=cwd)
    whole = scratch(name + "-whole/log/maillog", content).parent.parent
    ingest("x.db", "log", cwd=whole)
    a = report_of("--store", "x.db", cwd=cwd)
    b = report_of("--store", "x.db", cwd=whole)
    half = ["--since", "2026-03-01 07:07:07"]
    ok(without(a) == without(b), "%s: killed %d times, as if it never was" %
       (name, killed), difference(without(a), without(b)))
    a = report_of("--store", "x.db", "--verdict", "rejected", *half, cwd=cwd)
    b = report_of("--store", "x.db", "--verdict", "rejected", *half, cwd=whole)
    ok(without(a, "unparsed") == without(b, "unparsed"), name + ": the facts "
       "too", difference(without(a), without(b)))
    return killed


def main():
    rng = random.Random(20260301)
    log, _ = loggen("qpsmtpd", "--size", "2M", "--days", "2", "--start",
                    "1772280000")
    queue = b"".join(f.read_bytes()
                     for f in sorted((QMAIL / "main").glob("@*")))
    contents = [("connections", log.read_bytes()), ("queue", queue[:1500000]),
                ("denials", corpus_log("modern-9field-naughty"))]
    killed = rounds = 0
    while killed < KILLS and rounds < 100:
        name, content = contents[rounds % len(contents)]
        rounds += 1
        killed += round_of_kills(rng, "%s %d" % (name, rounds), content,
                                 KILLS - killed)
    ok(killed >= KILLS, "%d were killed" % killed)


main()
done()
