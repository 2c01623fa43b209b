#!/usr/bin/env python3
"""versions.t - a store of an older version is read as it is, and brought up to
date by who writes; a newer one is refused.

version-1.db.xz was made of the corpus's naughty-multiline by the program that
had that version."""
import lzma
import pathlib
import sqlite3
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))
from mailtally import corpus, run, scratch
from stores import ingest, report_of
from tap import done, equal, ok

LOG = corpus("naughty-multiline") / "log"
LATEST = 2


def version_of(store):
    with sqlite3.connect(store) as db:
        return db.execute("PRAGMA user_version").fetchone()[0]


def events(store, *arguments):
    return run("grep", "--all", "-o", "jsonl", *arguments, "--store", store)


def main():
    cwd = scratch("now/log").parent
    (cwd / "log").symlink_to(LOG)
    ingest("now.db", "log", cwd=cwd)
    now = cwd / "now.db"
    equal(version_of(now), LATEST, "what is made now has the latest version")
    for version in range(1, LATEST):
        packed = HERE / ("version-%d.db.xz" % version)
        old = scratch("%d.db" % version, lzma.decompress(packed.read_bytes()))
        equal(version_of(old), version, "a store of version %d" % version)
        wanted, found = report_of("--store", now), events(now)
        equal(report_of("--store", old), wanted, "it is read as it is")
        equal(version_of(old), version, "... and stays so")
        more = scratch("more", (corpus("old-plugin-hook") / "log" /
                                "current").read_bytes())
        ingest(old, more)
        equal(version_of(old), LATEST, "who writes brings it up to date")
        lines = set(found.out.splitlines())
        equal([l for l in events(old).out.splitlines() if l in lines],
              found.out.splitlines(), "nothing of it is lost")
        with sqlite3.connect(old) as db:
            keys = [k for k, in db.execute(
                "SELECT keys FROM facts WHERE chain = 1 ORDER BY id")]
        with sqlite3.connect(now) as db:
            wanted = [k for k, in db.execute(
                "SELECT keys FROM facts WHERE chain = 1 ORDER BY id")]
        equal(keys, wanted, "facts are found by what they are found by now")
    with sqlite3.connect(now) as db:
        db.execute("PRAGMA user_version = %d" % (LATEST + 1))
    for result in report, add:
        result = result(now)
        ok(result.status == 65 and b"newer mailtally" in result.err and
           result.err.count(b"\n") == 1, "a newer one is refused", result)


def report(store):
    return run("report", "--store", store)


def add(store):
    return ingest(store, LOG, status=None)


main()
done()
