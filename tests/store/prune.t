#!/usr/bin/env python3
"""prune.t - what is old is given up: single events, then addresses, then hours;
what stays says the same as before."""
import pathlib
import re
import sqlite3
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from mailtally import loggen, run, scratch
from stores import NOW, difference, report_of, without
from tap import done, equal, ok

START = ["--start", "1772280000"]  # 2026-02-28 12:00
LOGS = [loggen("qpsmtpd", "--size", "2M", "--days", "6", *START)[0],
        loggen("qmail", "--size", "500K", "--days", "6", *START)[0]]
# Whose facts are kept for three days: from the 3rd on.
PRESENT = "2026-03-06 08:00:00"
OLD = ["--since", "2026-03-01", "--until", "2026-03-03"]
NEW = ["--since", "2026-03-03 07:00:00"]
# What is of single addresses, or shows examples.
OF_ADDRESSES = ["ips", "senders", "receivers", "rcpt-users", "qmail-senders",
                "qmail-recipients", "qmail-rxdelay", "qmail-hosts",
                "qmail-log", "qmail-queue", "deferrals", "bounces",
                "qmail-deferrals", "qmail-failures", "qmail-successes",
                "auth", "connections", "bl-use", "codes", "unrecognised",
                "compare", "totals"]


def conf_of(name, *lines):
    return {"MAILTALLY_CONF": str(scratch(name, "[store]\n" +
                                          "\n".join(lines)))}


def store_of(name):
    store = scratch(name)
    result = run("ingest", "--now", PRESENT, "--store", store, *LOGS)
    if result.status != 0:
        raise AssertionError(result)
    return store


def prune(store, conf, log=LOGS[0]):
    result = run("ingest", "--prune", "--now", PRESENT, "--store", store, log,
                 env=conf)
    if result.status != 0:
        raise AssertionError(result)


def contents(store):
    """Every text and number in a store, unpacked."""
    with sqlite3.connect(store) as db:
        tables = [t for t, in db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = [r for t in tables for r in db.execute("SELECT * FROM " + t)]
    everything = b""
    for value in [v for r in rows for v in r if v is not None]:
        if isinstance(value, bytes) and value[:4] == b"\x28\xb5\x2f\xfd":
            value = subprocess.run(["zstd", "-dcq"], input=value, check=True,
                                   stdout=subprocess.PIPE).stdout
        everything += value if isinstance(value, bytes) else \
            str(value).encode()
    return everything


def names_in(logs):
    """Addresses and clients that the logs name."""
    data = b"".join(log.read_bytes() for log in logs)
    return (set(re.findall(rb"<([a-z0-9_.=-]+@[a-z0-9.-]+)>", data)),
            set(re.findall(rb"\[([0-9]+\.[0-9]+\.[0-9]+\.[1-9][0-9]*)\]",
                           data)))


def found_in(names, everything):
    texts = set(re.findall(rb"[a-z0-9_.=-]+@[a-z0-9.-]+", everything)) | set(
        re.findall(rb"[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+", everything))
    # A length may look like one more letter in front.
    return {n for n in names if n in texts} | {
        n for n in names for c in (b"0123456789abcdefghij") if
        bytes([c]) + n in texts and n not in texts}


def test_addresses():
    store = store_of("addresses.db")
    wanted, late = report_of("--store", store, *OLD), \
        report_of("--store", store, *NEW)
    addresses, clients = names_in(LOGS)
    ok(len(found_in(addresses, contents(store))) > 100 and
       len(found_in(clients, contents(store))) > 100, "there are addresses")
    prune(store, conf_of("three", "facts_days = 3"))
    left = report_of("--store", store, *OLD)
    a, b = without(wanted, *OF_ADDRESSES), without(left, *OF_ADDRESSES)
    ok(a == b, "sums of whole days stay", difference(a, b))
    equal(without(report_of("--store", store, *NEW)), without(late),
          "what is new is as it was, parts of days too")
    for options in (["--since", "2026-03-01 05:00:00"],
                    [*OLD, "--verdict", "rejected"]):
        result = run("report", "--now", NOW, "--store", store, *options)
        ok(result.status == 65 and result.err.count(b"\n") == 1 and
           b"2026-03-03" in result.err, "refused: " + " ".join(options),
           result)
    out = run("grep", "--all", "--count", "--until", "2026-03-03", "--store",
              store).out
    equal(out, b"0\n", "no event is older")
    # Only what is old, and nothing that is open since then.
    old = scratch("old.db")
    with sqlite3.connect(store) as db:
        db.execute("VACUUM INTO '%s'" % old)
    with sqlite3.connect(old) as db:
        days = 20515  # 2026-03-03
        db.execute("DELETE FROM facts WHERE day >= ?", (days,))
        db.execute("DELETE FROM tallies WHERE day >= ?", (days,))
        db.execute("DELETE FROM chains")
    everything = contents(old)
    ok(len(everything) > 10000, "something is kept of the time before")
    equal((sorted(found_in(addresses, everything))[:5],
           sorted(found_in(clients, everything))[:5]), ([], []),
          "but no address")
    out = run("report", "--now", NOW, "--store", store, *OLD, "--sections",
              "ips,qmail-senders").out
    ok(re.search(rb"<@[a-z]", out) and re.search(
        rb"\.0/24", out), "domains and networks are", out)


def test_all_old():
    store = store_of("all.db")
    addresses, clients = names_in(LOGS)
    before = report_of("--store", store, "--sections", "hours")
    result = run("ingest", "--prune", "--now", "2026-08-01", "--store", store,
                 LOGS[0])
    equal(result.status, 0, "all of it is old")
    everything = contents(store)
    equal((sorted(found_in(addresses, everything))[:5],
           sorted(found_in(clients, everything))[:5]), ([], []),
          "nothing that was open has addresses")
    raw = b"".join(p.read_bytes() for p in store.parent.glob(store.name + "*"))
    equal(len(re.findall(rb"[a-z0-9]{3,}@[a-z]{4,}", raw)), 0,
          "nor has what was deleted")
    equal(without(report_of("--store", store, "--sections", "hours"))["sections"],
          {"hours": before["sections"]["hours"]}, "hours are as they were")
    before = contents(store)
    run("ingest", "--prune", "--now", "2026-08-01", "--store", store, LOGS[0])
    prune(store, {})
    ok(contents(store) == before, "once more: nothing changes")


def test_kept():
    store = store_of("kept.db")
    before = report_of("--store", store, *OLD, "--top", "50")
    prune(store, conf_of("kept", "facts_days = 3", "keep_addresses = yes"))
    equal(without(report_of("--store", store, *OLD, "--top", "50")),
          without(before), "keep_addresses: only single events go")


def test_hours():
    store = store_of("hours.db")
    sections = ["--sections", "codes,tld,countries,rcpt-domains"]
    before = report_of("--store", store, *OLD, *sections)
    hours = report_of("--store", store, *OLD, "--sections", "hours")
    prune(store, conf_of("hours", "facts_days = 2", "hours_days = 3",
                         "keep_addresses = yes"))
    equal(without(report_of("--store", store, *OLD, *sections)),
          without(before), "without hours sums of days stay")
    rows = report_of("--store", store, *OLD, "--sections",
                     "hours")["sections"]["hours"]["rows"]
    before = {}
    for row in hours["sections"]["hours"]["rows"]:
        day = row["hour"].split(",")[0]
        before[day] = before.get(day, 0) + row["totals"]
    after = {r["hour"].split(",")[0]: r["totals"] for r in rows
             if r["totals"]}
    equal(after, before, "all of a day stands in its first hour")


test_addresses()
test_all_old()
test_kept()
test_hours()
done()
