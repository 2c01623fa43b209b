#!/usr/bin/env python3
"""windows.t - one hour of many logs: the same events as of all of them, and
few bytes read."""
import gzip
import json
import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from laws import cut, lay_out, line_ends, rng
from mailtally import ENVIRONMENT, PROGRAM, SCRATCH, corpus_log, loggen, run
from tap import done, equal, ok

STAMP = re.compile(rb"(?m)^@([0-9a-f]{16})[0-9a-f]{8} ")


def unix_s(label):
    return int(label, 16) - (1 << 62) - 10


def as_multilog(data, files):
    """Pieces under the names that multilog would give them."""
    ends = line_ends(data)
    parts = cut(data, [ends[len(ends) * i // files] for i in range(1, files)])
    named = {}
    for part in parts[:-1]:
        last = int(STAMP.findall(part)[-1], 16)
        named["@%016x00000000.s" % (last + 1)] = part
    named["current"] = parts[-1]
    return named


def bytes_read(*arguments, cwd):
    """What read() and its kin returned in all, as the kernel counts it."""
    process = subprocess.Popen([PROGRAM, *arguments], env=ENVIRONMENT, cwd=cwd,
                               stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    with open("/proc/%d/io" % process.pid) as f:
        counted = int(re.search(r"rchar: (\d+)", f.read())[1])
    process.wait()
    return counted


def events(folder, *arguments):
    out = run("grep", "--all", "-o", "jsonl", *arguments, "log",
              cwd=folder).out.splitlines()
    return [{k: v for k, v in json.loads(line).items() if k != "stream"}
            for line in out]


def without_beginnings(found):
    """The clocks of these logs ran so fast that connections took hours: one
    that began over an hour before a window has no client in it."""
    return [{k: v for k, v in e.items() if k not in ("client", "host")}
            if e["kind"] == "closed" else e for e in found]


def of_window(all_events, since, until):
    """RFC 3339 sorts as text, but for the Z behind a fraction."""
    since, until = since.rstrip("Z"), until.rstrip("Z")
    return [e for e in all_events if since <= e["time"].rstrip("Z") < until]


def iso(s):
    import datetime
    return datetime.datetime.fromtimestamp(
        s, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_same_events(name, data, known=lambda found: found):
    """As they stand in the output of the whole log."""
    first, last = (unix_s(STAMP.findall(data)[i]) for i in (0, -1))
    for shape, files in ("one file", {"whole": data}), (
            "many files", as_multilog(data, 13)):
        folder = lay_out(files)
        whole = events(folder)
        for _ in range(4):
            since = rng.randrange(first, last)
            until = since + rng.randrange(60, 7200)
            got = events(folder, "--since", iso(since), "--until", iso(until))
            should = of_window(whole, iso(since), iso(until))
            if not equal(known(got), known(should), "%s, %s: a window has the events of it" % (
                    name, shape), iso(since), iso(until)):
                return


def test_few_bytes():
    """40 MB in 20 files, or in one: an hour of a week is read."""
    path, _ = loggen("qpsmtpd", "--size", "40M", "--days", "7")
    data = path.read_bytes()
    first = unix_s(STAMP.search(data)[1])
    since, until = iso(first + 300000), iso(first + 303600)
    window = ("--since", since, "--until", until)
    for shape, files, most in (
            ("20 files of multilog", as_multilog(data, 20), 4 << 20),
            ("one file", {"whole": data}, 3 << 20)):
        folder = lay_out(files)
        counted = bytes_read("grep", "--all", *window, "log", cwd=folder)
        ok(counted < most, "%s: %d KiB of %d MiB are read" % (
            shape, counted >> 10, len(data) >> 20))
        result = run("grep", "--all", "--verbose", "-c", *window, "log",
                     cwd=folder)
        ok(int(result.out) > 20 and b"outside the period" in result.err,
           "%s: and there are events in that hour" % shape, result)
    parts = list(as_multilog(data, 20).values())
    packed = {"maillog.%d.gz" % (20 - i) if i < 19 else "maillog":
              gzip.compress(part, 1) if i < 19 else part
              for i, part in enumerate(parts)}
    folder = lay_out(packed)
    got = run("grep", "--all", "--verbose", "-c", *window, "log", cwd=folder)
    equal(got.out, result.out, "rotated and packed: the same events")
    # Of each the beginning is read, to recognise it; and one or two whole.
    passed_over = int(re.search(rb"(\d+) of 20 files", got.err)[1])
    ok(passed_over >= 17, "rotated and packed: %d of 20 files are passed over"
       % passed_over, got)
    whole = run("grep", "--all", "-c", "log", cwd=folder)
    ok(int(whole.out) > 40 * int(result.out), "the week has many more")


for log in "modern-8field", "old-plugin-hook":
    test_same_events(log, corpus_log(log), without_beginnings)
generated, _ = loggen("qpsmtpd", "--size", "3M", "--days", "1")
test_same_events("generated", generated.read_bytes())
test_few_bytes()
done()
