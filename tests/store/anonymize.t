#!/usr/bin/env python3
"""anonymize.t - ingest --anonymize keeps nobody's name, and all sums."""
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))
from mailtally import loggen, run, scratch
from stores import difference, ingest, report_of, without
from tap import done, equal, ok

START = ["--days", "3", "--start", "1772280000"]
LOGS = [scratch("%s/log" % kind, loggen(kind, "--size", size, *START)[0]
                .read_bytes())
        for kind, size in (("qpsmtpd", "1M"), ("qmail", "300K"))]
SUMS = ["--sections", "codes,hours,tld,countries,qmail-overall"]


def unnamed(report):
    """Without the examples of codes, in which clients are named."""
    for row in report["sections"]["codes"]["rows"]:
        row.pop("text", None)
        row.pop("example", None)
    return without(report)


def main():
    plain, hidden = scratch("plain.db"), scratch("hidden.db")
    ingest(plain, *LOGS)
    first = scratch("first/log")
    first.parent.mkdir(exist_ok=True)
    data = LOGS[0].read_bytes()
    half = data.find(b"\n", len(data) // 2) + 1
    first.write_bytes(data[:half])
    ingest(hidden, "--anonymize", first)
    first.write_bytes(data)
    ingest(hidden, first, LOGS[1])  # it stays so
    for options in [], ["--verdict", "rejected"]:
        a = unnamed(report_of("--store", plain, *SUMS, *options))
        b = unnamed(report_of("--store", hidden, *SUMS, *options))
        ok(a == b, "sums are those of a plain store " + " ".join(options),
           difference(a, b))
    out = run("grep", "--all", "-o", "jsonl", "--store", hidden).out
    text = run("report", "-o", "jsonl", "--top", "1000", "--store", hidden).out
    names = set(re.findall(rb"<([a-z0-9_.=-]+@[a-z0-9.-]+)>",
                           b"".join(log.read_bytes() for log in LOGS)))
    clients = set(re.findall(rb"\[([0-9]+\.[0-9]+\.[0-9]+\.[1-9][0-9]*)\]",
                             data))
    own = {n for n in names if n.lower().startswith(b"fetchmail")}
    for what, where in ("events", out), ("reports", text):
        there = set(re.findall(rb"[a-z0-9_.=-]+@[a-z0-9.-]+", where)) | set(
            re.findall(rb"[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+", where))
        ok(len(there) > 50, "there are hashes and networks in " + what)
        equal(sorted((there & (names - own))
                     | (there & clients))[:5], [], "no names in " + what)
    hashes = re.findall(rb'"sender":"([0-9a-f]{16}@[^"]+)"', out)
    ok(len(set(hashes)) < len(hashes), "the same address is the same hash")
    other = scratch("other.db")
    ingest(other, "--anonymize", *LOGS)
    others = run("grep", "--all", "-o", "jsonl", "--store", other).out
    equal(set(hashes) & set(re.findall(
        rb'"sender":"([0-9a-f]{16}@[^"]+)"', others)), set(),
        "in another store it is another")
    name = sorted(names)[0].decode()
    files = run("trace", "--all", name, *LOGS)
    kept = run("trace", "--all", name, "--store", plain)
    equal(kept.out, files.out, "trace finds it through a plain store")
    kept = run("trace", "--all", name, "--store", other)
    equal(kept.out, files.out, "... and in the logs of this one")


main()
done()
