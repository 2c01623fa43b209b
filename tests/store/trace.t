#!/usr/bin/env python3
"""trace.t - trace finds through a store what it finds in the logs, byte for
byte; and says so when the logs are gone."""
import gzip
import pathlib
import re
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from mailtally import ALL_CORPORA, corpus, loggen, run, scratch
from stores import NOW, ingest
from tap import done, equal, ok

LOGS = {name: [str(corpus(name) / "log")] for name in
        ("modern-8field", "modern-9field-naughty", "old-plugin-colon")}
LOGS["generated"] = [str(loggen("qpsmtpd", "--size", "4M", "--days", "6",
                                "--start", "1772280000")[0])]
LOGS["queue"] = [str(loggen("qmail", "--size", "1M", "--days", "6",
                            "--start", "1772280000")[0])]
JOINED = ALL_CORPORA / "joined"


def same(store, logs, *arguments):
    files = run("trace", "--now", NOW, *arguments, *logs)
    kept = run("trace", "--now", NOW, *arguments, "--store", store)
    equal((kept.status, kept.out), (files.status, files.out),
          "trace %s, %d bytes" % (" ".join(arguments), len(files.out)))
    return files


def some(found, n):
    found = sorted(set(found))
    return [f.decode() for f in found[::max(1, len(found) // n)][:n]]


def asked_for(store):
    """Of what the store has: ids, addresses, clients, processes."""
    out = run("grep", "--all", "-o", "jsonl", "--store", store).out
    address = rb'([^"<>*?\\ ]+@[^"<>\\ ]+)"'
    yield from some(re.findall(rb'"message_id":"(<[^"\\ ]+@[^"\\ ]+>)"', out), 4)
    yield from some(re.findall(rb'"sender":"' + address, out), 3)
    yield from some(re.findall(rb'"recipients":\["' + address, out), 3)
    yield from some(re.findall(rb'"client":"([0-9.]+)"', out), 4)
    yield from some(re.findall(rb'"relay":"([0-9.]+)"', out), 2)
    for time, pid in list(zip(
            re.findall(rb'"time":"([0-9T:-]+)', out),
            re.findall(rb'"pid":"([0-9]+)"', out)))[5::2000][:2]:
        yield "%s@%s" % (pid.decode(), time.decode())


def test_same():
    logs = dict(LOGS)
    logs["joined"] = [str(JOINED / "qpsmtpd"), str(JOINED / "qmail")]
    for name, log in logs.items():
        store, n = scratch(name + ".db"), 0
        ingest(store, *log)
        for what in asked_for(store):
            found = same(store, log, "--all", what)
            n += found.status == 0
            same(store, log, "-o", "json", what)
        ok(n > 3, "%s: %d were found" % (name, n))
        same(store, log, "<nothing@nowhere.invalid>")
        same(store, log, "192.0.2.0/24", "--verdict", "rejected")


def test_gone():
    folder = scratch("gone/log")
    shutil.copytree(LOGS["modern-8field"][0], folder)
    cwd = folder.parent
    ingest("x.db", "log", cwd=cwd)
    client = next(asked_for(cwd / "x.db"))
    before = run("trace", "--all", client, "log", cwd=cwd).out
    for old in folder.iterdir():
        old.write_bytes(gzip.compress(old.read_bytes()))
    (folder / "current").rename(folder / "@400000007fffffff00000000.s")
    found = run("trace", "--all", client, "--store", "x.db", cwd=cwd)
    equal((found.status, found.out), (0, before), "renamed and packed since")
    raw = run("grep", "--raw", "--all", "--store", "x.db", cwd=cwd)
    equal((raw.status, raw.out.count(b"\n") > 100), (0, True), "raw lines too")
    for file in folder.iterdir():
        file.write_bytes(b"")
    found = run("trace", "--all", client, "--store", "x.db", cwd=cwd)
    ok(found.status == 74 and b"gone since it was read" in found.err and
       found.err.count(b"\n") == 1, "gone: it is said", found)
    raw = run("grep", "--raw", "--all", "--store", "x.db", cwd=cwd)
    ok(raw.status == 74 and b"gone since it was read" in raw.err,
       "of raw lines too", raw)


test_same()
test_gone()
done()
