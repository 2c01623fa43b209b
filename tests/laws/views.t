#!/usr/bin/env python3
"""views.t - mail by hosts, senders and receivers, of both sides of a server.

The generator writes no sizes, so the lines get some; what the tables should
say is counted here, from the lines.
"""
import collections
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from laws import Log, cut, generated, in_order, line_ends, rng
from mailtally import QMAIL, SCRATCH, loggen, report
from tap import done, equal, ok

SECTIONS = ["summary", "months", "days", "weekdays", "clock", "hosts",
            "senders", "receivers", "smtp-errors"]
NAMED = ("--sections", ",".join(SECTIONS), "--top", "0")


def with_sizes(log):
    """As share/qpsmtpd/logterse writes them; some lines stay without."""
    lines = log.split(b"\n")
    for i, line in enumerate(lines):
        fields = line.split(b"\t")
        if b"terse: `" in line and len(fields) == 9 and i % 7:
            lines[i] = line + b"\tsize=%d\tconn=1.%d" % (i * 37 % 50000, i)
    return b"\n".join(lines)


def lower(address):
    return address.strip("<>").lower() or "<>"


def counted(log):
    """What the lines say: [mails, bytes, of so many] by name."""
    tables = {name: collections.defaultdict(lambda: [0, 0, 0]) for name in
              ("all", "senders", "receivers", "hosts", "errors")}

    def add(table, key, size):
        row = tables[table][key]
        row[0] += 1
        if size is not None:
            row[1] += size
            row[2] += 1

    for line in log.decode(errors="surrogateescape").split("\n"):
        if "terse: ` " not in line:
            continue
        fields = line.split("terse: ` ", 1)[1].split("\t")
        size = re.search(r"\tsize=(\d+)", line)
        size = int(size[1]) if size else None
        if fields[5] != "queued":
            add("errors", fields[6] or None, size)
            continue
        for recipient in fields[4].split(","):
            add("all", "", size)
            add("senders", lower(fields[3]), size)
            add("receivers", lower(recipient), size)
            host = fields[1].lower().rstrip(".")
            add("hosts", fields[0] if host == "unknown" else host, size)
    return tables


def rows(section, key, table=None):
    table = section["tables"][table] if table else section
    return {row[key]: [row["mails"], row["bytes"],
                       row["mean_size"]] for row in table["rows"]}


def means(table):
    return {key: [mails, size, size // n] if n else [mails, None, None]
            for key, (mails, size, n) in table.items()}


def test_truth():
    log = with_sizes(generated("1M"))
    path = SCRATCH / "sized"
    path.write_bytes(log)
    should, r = counted(log), report(*NAMED, path)["sections"]
    ok(len(should["senders"]) > 50 and should["all"][""][2] > 50,
       "the log has mails of some size")
    equal(rows(r["senders"], "address"), means(should["senders"]), "senders")
    equal(rows(r["receivers"], "address"), means(should["receivers"]),
          "receivers")
    equal(rows(r["hosts"], "host"), means(should["hosts"]), "hosts")
    mails, size, sized = should["all"][""]
    summary = {row["item"]: row["value"] for row in r["summary"]["rows"]}
    equal([summary[i] for i in ("mails", "bytes", "mean_size")],
          [mails, size, size // sized], "summary")
    for section in ("months", "days", "clock"):
        total = r[section]["footers"]["totals"] if "footers" in r[section] \
            else r[section]["totals"]
        equal([total["mails"], total["bytes"], total["mean_size"]],
              [mails, size, size // sized], section)
    equal({row["code"]: row["mails"] for row in r["smtp-errors"]["rows"]},
          {code: n[0] for code, n in should["errors"].items()}, "errors")
    equal({row["code"]: row["bytes"] or 0 for row in r["smtp-errors"]["rows"]},
          {code: n[1] for code, n in should["errors"].items()},
          "bytes of errors")


def test_cuts():
    log = Log("sized", with_sizes(generated("1M")), *NAMED)
    for jobs in (1, 2, 7):
        equal(log.of_files({"whole": log.data}, "--jobs", str(jobs),
                           "--part-bytes", "65536"), log.plain,
              "read in parts by %d" % jobs)
    for _ in range(3):
        places = rng.sample(line_ends(log.data), 6)
        equal(log.of_files(in_order(cut(log.data, places)), "--jobs", "2"),
              log.plain, "cut at line ends")


def test_sides():
    """Both sides in one report: the queue's tables, then what came in."""
    path = SCRATCH / "incoming" / "sized"
    path.parent.mkdir()
    path.write_bytes(with_sizes(generated("1M")))
    queue, _ = loggen("qmail", "--size", "512K")
    both = report(*NAMED, path, queue)["sections"]
    alone = report(*NAMED, path)["sections"]
    mine = report(*NAMED, queue)["sections"]
    for section in ("hosts", "senders", "receivers", "smtp-errors"):
        equal(both[section]["rows"], mine[section]["rows"],
              section + ": the queue's first")
        equal(both[section]["tables"]["incoming"]["rows"],
              alone[section]["rows"], section + ": then what came in")
        ok(mine[section]["rows"] and alone[section]["rows"],
           section + ": both have some")
    for section in ("months", "clock"):
        sums = [sum(row["mails"] for row in table["rows"]) for table in
                (both[section], both[section]["tables"]["incoming"])]
        equal(sums, [sum(row["mails"] for row in r[section]["rows"])
                     for r in (mine, alone)], section + ": of both sides")
    unasked = report("--top", "0", path, queue)["sections"]
    equal(unasked["senders"]["rows"], mine["senders"]["rows"],
          "without being asked for: the queue's")
    ok("incoming" not in unasked["senders"].get("tables", {}),
       "without being asked for: nothing of what came in")


test_truth()
test_cuts()
test_sides()
done()
