#!/usr/bin/env python3
"""trouble.t - a store that cannot be written or read: one clear line, the exit
status, and nothing lost."""
import os
import pathlib
import resource
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from mailtally import corpus, loggen, run, scratch
from stores import ingest, report_of
from tap import done, equal, ok

LOG = str(corpus("modern-8field") / "log")


def one_line(result, status, *words):
    lines = result.err.decode().splitlines()
    return (result.status == status and len(lines) == 1 and
            lines[0].startswith("mailtally: ") and
            all(w in lines[0] for w in words))


def fails(name, result, status, *words):
    ok(one_line(result, status, *words), name, result)


def test_locked():
    store = scratch("locked.db")
    ingest(store, LOG)
    before = report_of("--store", store)
    holder = sqlite3.connect(store, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    more = scratch("more", (corpus("old-plugin-hook") / "log" /
                            "current").read_bytes())
    fails("locked by another: 75",
          ingest(store, more, status=None), 75, str(store), "try again")
    equal(report_of("--store", store), before, "readers are not blocked")
    holder.execute("ROLLBACK")
    equal(ingest(store, more).status, 0, "later it goes on")


def limited(bytes_):
    """Files cannot grow further: as on a full disk."""
    def set_limit():
        import signal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_, bytes_))
    return set_limit


def test_full():
    log, _ = loggen("qpsmtpd", "--size", "8M", "--days", "2")
    whole = scratch("whole.db")
    ingest(whole, log)
    small = scratch("full.db")
    result = run("ingest", "--store", small, "--delta-bytes", "1000000",
                 "--now", "2027-01-10", log, preexec_fn=limited(600000))
    fails("no room: 73", result, 73, str(small), "disk is full")
    ingest(small, log)
    equal(report_of("--store", small), report_of("--store", whole),
          "with room it goes on, and nothing is missing or twice")


def test_read_only():
    folder = scratch("ro/x.db").parent
    store = folder / "x.db"
    ingest(store, LOG)
    before = report_of("--store", store)
    os.chmod(store, 0o444)
    os.chmod(folder, 0o555)
    if os.access(folder, os.W_OK):
        # For root nothing is read-only by permissions.
        result = run("ingest", "--store", "/proc/mailtally.db", LOG)
        fails("where no file can be made: 73", result, 73,
              "/proc/mailtally.db")
    else:
        fails("on a read-only disk: 73", ingest(store, LOG, status=None), 73,
              str(store))
    equal(report_of("--store", store), before, "it can be read there")
    os.chmod(folder, 0o755)


def test_no_store():
    fails("no such store: 66",
          run("report", "--store", scratch("none.db")), 66, "none.db",
          "ingest")
    for name, content in [("text", b"hello\n" * 1000),
                          ("log", (corpus("modern-8field") / "log" /
                                   "current").read_bytes())]:
        fails("%s is no store: 65" % name,
              run("report", "--store", scratch("no-" + name, content)), 65,
              "no-" + name)
    other = scratch("other.db")
    with sqlite3.connect(other) as db:
        db.execute("CREATE TABLE x (y)")
    fails("another program's data base: 65", ingest(other, LOG, status=None),
          65, str(other))
    newer = scratch("newer.db")
    ingest(newer, LOG)
    with sqlite3.connect(newer) as db:
        db.execute("PRAGMA user_version = 99")
    fails("of a newer mailtally: 65", run("report", "--store", newer), 65,
          "newer mailtally")


def test_damaged():
    store = scratch("damaged.db")
    ingest(store, LOG)
    with sqlite3.connect(store) as db:
        db.execute("UPDATE tallies SET data = substr(data, 1, 20)")
    fails("tallies cut off: 65", run("report", "--store", store), 65,
          "damaged")
    with sqlite3.connect(store) as db:
        db.execute("UPDATE facts SET data = substr(data, 1, 20)")
    fails("facts cut off: 65", run("report", "--store", store, "--verdict",
                                   "rejected"), 65, "damaged")
    with sqlite3.connect(store) as db:
        db.execute("UPDATE chains SET state = x'ff'")
    fails("open ends that are none: 65", ingest(
        store, scratch("more2", b"x\n" + (corpus("modern-8field") / "log" /
                                         "current").read_bytes()),
        LOG, status=None), 65, "damaged")


def test_usage():
    store = scratch("usage.db")
    ingest(store, LOG)
    fails("logs and a store: 64", run("report", "--store", store, LOG), 64,
          "--store")
    noise = scratch("noise", b"no log of a mail server\n" * 100)
    fails("noise: 2", ingest(store, noise, status=None), 2,
          "nothing in the input was understood")
    fails("another zone: 64", ingest(store, "--tz", "Europe/Berlin", LOG,
                                     status=None), 64, "UTC")


test_locked()
test_full()
test_read_only()
test_no_store()
test_damaged()
test_usage()
done()
