#!/usr/bin/env python3
"""insights.t - what stands out hangs on the log, not on how it is read: cut
anywhere, by any number of threads, from a store."""
import json
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from laws import SEED, cut, in_order, lay_out, line_ends, rng, shuffled
from mailtally import loggen, run, scratch
from tap import done, equal, ok

DAY_S = 86400
BEGIN = 1772236800  # 2026-02-28 00:00
DAY = ["--since", "2026-03-09", "--until", "2026-03-10"]
TIMES = 4


def generated():
    """Ten days, the last with an hour of silence and a wave of denials."""
    log, _ = loggen("qpsmtpd", "--size", "6M", "--days", "10", "--start",
                    str(BEGIN))
    lines = log.read_bytes().splitlines(keepends=True)
    first = BEGIN + 9 * DAY_S + 10 * 3600 + 10
    silent = range(first + 4 * 3600, first + 9 * 3600)
    lines = [line for line in lines if seconds(line) not in silent]
    return b"".join(sorted(lines + wave(first), key=lambda line: line[:25]))


def seconds(line):
    return int(line[1:17], 16) - (1 << 62)


def wave(first):
    """Sixty denials of one client that is good otherwise, in an hour."""
    lines = []
    for i in range(60):
        stamp = b"@%016x%08x" % (first + 30 * i + (1 << 62), 0)
        pid = b" %d " % (900000 + i)
        ip = b"203.0.113.%d" % (200 + i % 3)
        lines += [stamp + pid + text + b"\n" for text in (
            b"Accepted connection 1/40 from " + ip + b" / mail.example.net",
            b"logging::logterse plugin (deny): ` " + ip + b"\tmail.example.net"
            b"\tmail.example.net\t<ann@example.net>\t<bob@example.org>\t"
            b"dnsbl\t901\tlisted by example\t",
            b"cleaning up after %d" % (900000 + i))]
    return lines


def insights(*arguments, cwd=None):
    result = run("report", "-o", "json", "--sections", "insights", "--top", "0",
                 "--now", "2026-03-11", *DAY, *arguments, cwd=cwd)
    if result.status != 0 or result.err:
        raise AssertionError("%s: %s" % (arguments, result))
    report = json.loads(result.out)
    del report["inputs"]
    return report


def of_files(files, *arguments):
    folder = lay_out(files)
    return insights(*arguments, *(os.path.join("log", f) for f in files),
                    cwd=folder)


data = generated()
plain = of_files({"whole": data}, "--jobs", "1")
found = {row["insight"]: row for row in plain["sections"]["insights"]["rows"]}
tables = plain["sections"]["insights"]["tables"]
ok("unusual-networks" in found and "silence" in found,
   "a wave and a silence are found", sorted(found))
equal(tables["unusual-networks"]["rows"][0]["network"], "203.0.113.0/24",
      "the network of the wave stands first")
ok(all(row["sentence"] and tables[name]["rows"]
       for name, row in found.items()), "each sentence has its rows")

for jobs in ("2", "3", "8"):
    equal(of_files({"whole": data}, "--jobs", jobs, "--part-bytes", "65536"),
          plain, "the same by %s threads" % jobs)
for n in [1, 11] + [rng.randint(2, 30) for _ in range(TIMES)]:
    files = shuffled(cut(data, rng.sample(line_ends(data), n)))
    equal(of_files(files, "--jobs", "2"), plain,
          "cut at %d line ends, in random order" % n, "seed %d" % SEED)
for n in [rng.randint(1, 11) for _ in range(TIMES)]:
    files = in_order(cut(data, [rng.randrange(1, len(data))
                                for _ in range(n)]))
    equal(of_files(files), plain, "cut at %d bytes" % n, "seed %d" % SEED)

log, store = scratch("kept/log", data), scratch("kept.db")
result = run("ingest", "--store", store, "--delta-bytes", "500000", log)
equal(result.status, 0, "ingest", result.err)
equal(insights("--store", store), plain, "from a store")
# What a store gave up is not known; what its tallies hold is.
few_days = scratch("few.conf", "[store]\nfacts_days = 3\n")
result = run("ingest", "--store", store, "--prune", "--now", "2026-03-11",
             env={"MAILTALLY_CONF": os.fspath(few_days)})
equal(result.status, 0, "prune", result.err)
pruned = {row["insight"] for row in
          insights("--store", store)["sections"]["insights"]["rows"]}
ok("silence" in pruned and "unusual-networks" not in pruned,
   "of facts that were given up there is no habit", pruned)
ok("insights" not in json.loads(run("report", "-o", "json", *DAY, log).out)
   ["sections"], "nobody pays for it who does not name it")
done()
