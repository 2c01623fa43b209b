#!/usr/bin/env python3
"""store.t - the dashboard answers from a store what report and grep print of it,
and can feed it while it serves."""
import json
import os
import pathlib
import signal
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lib")]
from mailtally import CORPUS, SCRATCH, run, scratch
from server import Server
from tap import done, equal, ok

NOW = "2026-03-13"
LOG = CORPUS / "modern-8field" / "log"


def wait_for(what, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        got = what()
        if got:
            return got
        time.sleep(0.2)
    return None


def events(server, **params):
    return server.json("events", kind="accepted", limit="5000",
                       **params)["events"]


def test_same():
    """A store alone; nothing but the store is read."""
    store = scratch("same.db")
    ok(run("ingest", "--store", store, LOG).status == 0, "a store is made")
    server = Server("--now", NOW, "--store", store)
    try:
        printed = run("report", "-o", "json", "--now", NOW, "--store", store)
        equal(server.json("report"), json.loads(printed.out),
              "its report is that of the store")
        equal(server.json("report", period="yesterday", top="3"), json.loads(
            run("report", "-o", "json", "--now", NOW, "--top", "3", "--period",
                "yesterday", "--store", store).out), "and of a period")
        printed = run("grep", "-o", "jsonl", "--all", "--kind", "accepted",
                      "--store", store).out.splitlines()
        got = events(server)
        key = lambda e: json.dumps(e, sort_keys=True)
        ok(len(got) > 5, "there are events", len(got))
        equal(sorted(map(key, got)), sorted(key(json.loads(x))
                                            for x in printed),
              "its events are those of the store")
        status, headers, body = server.ask("/api/v1/report")
        equal(server.ask("/api/v1/report", headers={
            "If-None-Match": headers["ETag"]})[0], 304, "an ETag holds")
        who = next(json.loads(x)["client"] for x in printed)
        equal(server.json("trace", what=who, limit="3"), json.loads(run(
            "trace", "-o", "json", "--now", NOW, "--limit", "3", "--store",
            store, "--", who).out), "its stories, too")
        health = server.json("health")
        equal((health["store"], health["logs"], health["live"]),
              (True, 0, False), "health tells of the store")
    finally:
        status, err = server.stop()
    equal((status, err), (0, ""), "ends without complaint")


def writers(store):
    """Processes that have the store open."""
    found = []
    for fd in pathlib.Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if os.readlink(fd).startswith(str(store)):
                found.append(int(fd.parts[2]))
        except OSError:
            pass
    return set(found)


def test_follow():
    """A log that grows is in the answers of the store, by and by."""
    first = next(p for p in sorted(LOG.iterdir())
                 if b" Accepted connection " in p.read_bytes())
    own, store = scratch("fed/log", first.read_bytes()), scratch("fed.db")
    server = Server("--store", store, "--follow", own)
    before = wait_for(lambda: server.ask("/api/v1/events")[0] == 200 and
                      events(server))
    ok(before, "a store that was not there is made while it serves")
    with open(own, "ab") as f:
        f.write(b"@4000000069b3a2f300000000 77777 Accepted connection 7/40 "
                b"from 192.0.2.77 / new.example\n")
    ok(wait_for(lambda: events(server, client="192.0.2.77")),
       "a line that is written is asked for from the store")
    equal(server.json("health")["ingest"], True, "health tells that it is fed")
    ok(writers(store), "there is a writer")
    server.process.kill()
    server.process.communicate()
    ok(wait_for(lambda: not writers(store)),
       "a server that is killed leaves no writer behind")
    report = lambda *of: json.loads(run("report", "-o", "json", *of).out)
    equal(report("--store", store)["sections"], report(own)["sections"],
          "nothing is lost, nothing is there twice")


def test_usage():
    result = run("serve", "--store", "/nonexistent/store")
    ok(result.status == 66 and result.err.count(b"\n") == 1,
       "no such store: one line, status 66", result)
    junk = scratch("junk.db", b"junk" * 1000)
    result = run("serve", "--store", junk)
    ok(result.status == 65 and result.err.count(b"\n") == 1,
       "no store at all: one line, status 65", result)


def main():
    test_same()
    test_follow()
    test_usage()
    done()


main()
