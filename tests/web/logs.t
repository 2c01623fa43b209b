#!/usr/bin/env python3
"""logs.t - log files, states and what-if over the API: what the commands print,
by ids alone."""
import json
import os
import pathlib
import shutil
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lib")]
from mailtally import CORPUS, run, scratch
from server import Server
from tap import done, equal, ok

NOW = "2026-03-30"
HOSTILE = (b"@4000000069af60360754d4d5 9 <script>alert(1)</script> "
           b"\x1b[31m \xe2\x80\xae \"'\\ \xff\n")


def own_log():
    """A directory of our own, with a line that is meant to do harm."""
    folder = scratch("own/log")
    shutil.copytree(CORPUS / "modern-8field" / "log", folder)
    with open(folder / "current", "ab") as f:
        f.write(HOSTILE)
    return folder


def rows(server, section):
    return server.json("logs")["sections"][section]["rows"]


def test_list(server, folder):
    printed = json.loads(run("logs", "-o", "json", folder).out)
    equal(server.json("logs"), printed, "the list is what logs prints")
    names = sorted(p.name for p in folder.iterdir() if p.name != "state")
    equal(sorted(r["name"] for r in rows(server, "logs")), names,
          "it has the files of the directory and no others")
    current = next(r for r in rows(server, "logs") if r["name"] == "current")
    equal((current["rotated"], current["kind"], current["bytes"]),
          (False, "current", (folder / "current").stat().st_size), "current")
    return current["id"]


def test_lines(server, folder, which):
    content = (folder / "current").read_bytes()
    got, at = [], 0
    while at is not None:
        page = server.json("logs/lines", id=which, limit="97", at=str(at))
        ok(page["complete"] == (page["next"] is None) and
           len(page["lines"]) <= 97, "a page from %d" % at)
        got += page["lines"]
        at = page["next"]
    equal(len(got), content.count(b"\n"), "page after page is the file")
    ok(all(content[x["at"]:].startswith((x["stamp"] or "").encode())
           for x in got), "lines are where they say")
    equal(got[-1]["text"], '9 <script>alert(1)</script> \x1b[31m \u202e "\'\\ '
          '\\xFF', "hostile text is JSON, and nothing else")
    raw = server.ask("/api/v1/logs/lines?last=1&limit=1&id=" + which)[2]
    ok(b"\x1b" not in raw and b"\xff" not in raw and
       "\u202e".encode() not in raw, "without a raw control byte", raw)
    some = server.json("logs/lines", id=which, q="250 queued!", limit="5000")
    equal(len(some["lines"]), content.count(b" 250 Queued!"), "a pattern")
    some = server.json("logs/lines", id=which, q=".*", fixed="1")
    equal(some["lines"], [], "a pattern taken literally")
    first = got[0]["local"]
    some = server.json("logs/lines", id=which, q="^" + first, limit="1")
    equal(some["lines"], got[:1], "local times can be looked for")
    last = server.json("logs/lines", id=which, last="1", limit="3")
    equal(last["lines"], got[-3:], "the last lines")


def test_packed(server, folder):
    """A file that is packed has another id; its old one is gone."""
    old = next(r for r in rows(server, "logs") if r["kind"] == "finished")
    equal(server.ask("/api/v1/logs/lines?id=" + old["id"])[0], 200, "unpacked")
    before = server.json("logs/lines", id=old["id"], limit="50")
    os.system("gzip -f %s" % (folder / old["name"]))
    equal(server.ask("/api/v1/logs/lines?at=0&id=" + old["id"])[0], 404,
          "an id of a file that is gone is 404")
    # Its name ends in .gz now: multilog does not know it any more.
    # An answer may be some seconds old.
    for _ in range(600):
        gone = all(r["id"] != old["id"] for r in rows(server, "logs"))
        if gone:
            break
        time.sleep(0.1)
    ok(gone, "and is not in the list")
    packed = Server(folder / (old["name"] + ".gz"))
    new = rows(packed, "logs")[0]
    after = packed.json("logs/lines", id=new["id"], limit="50")
    equal((new["packed"], after["lines"], after["next"]),
          ("gzip", before["lines"], before["next"]),
          "packed, the same lines at the same places")
    packed.stop()


def test_state(server, folder):
    state = rows(server, "states")[0]
    table = server.json("logs/state", id=state["id"])
    text = (folder / "state").read_text().splitlines()
    counts = {}
    for line in text:
        words = line.split()
        if len(words) == 3 and words[1].startswith("@") and \
                words[0] != "LOGFILE_EPOCH":
            counts[words[0]] = int(words[2])
    got = {r["disposition"]: r["count"]
           for r in table["sections"]["state"]["rows"]}
    equal(got, counts, "a state is the table in its file")
    equal(table["head"]["total"], sum(counts.values()), "and its sum")


def test_refusals(server, which):
    for path, status in {
            "/api/v1/logs/lines": 400, "/api/v1/logs/state": 400,
            "/api/v1/logs/lines?id=" + "0" * 16: 404,
            "/api/v1/logs/state?id=" + "0" * 16: 404,
            "/api/v1/logs/state?id=" + which: 404,
            "/api/v1/logs/lines?id=/etc/passwd": 400,
            "/api/v1/logs/lines?id=..%2f..%2fetc": 400,
            "/api/v1/logs/lines?id=current": 400,
            "/api/v1/logs/lines?id=--help": 400,
            "/api/v1/logs/lines?id=%s&id=%s" % (which, which): 400,
            "/api/v1/logs/lines?id=%s&q=(" % which: 400,
            "/api/v1/logs/lines?id=%s&q=%%00" % which: 400,
            "/api/v1/logs/lines?id=%s&at=-1" % which: 400,
            "/api/v1/logs/lines?id=%s&at=99999999999999999999" % which: 400,
            "/api/v1/logs/lines?id=%s&limit=5001" % which: 400,
            "/api/v1/logs/lines?id=%s&limit=0" % which: 400,
            "/api/v1/logs/lines?id=%s&last=yes" % which: 400,
            "/api/v1/logs/lines?id=%s&path=/etc/passwd" % which: 400,
            "/api/v1/logs?id=" + which: 400, "/api/v1/logs/": 404,
            "/api/v1/logs/current": 404, "/api/v1/whatif?snapshot=9": 404,
            "/api/v1/whatif?replay=/etc/passwd": 400,
            "/api/v1/whatif?snapshot=/etc/passwd": 404}.items():
        got, headers, body = server.ask(path)
        ok(got == status and "error" in json.loads(body),
           "%s is %d" % (path[:70], status), got, body[:300])


def test_pattern_of_doom(server, folder):
    """One that backtracks without end is given up, not waited for."""
    log = scratch("doom.log", b"@4000000069af60360754d4d5 " +
                  b"a" * 5000 + b"\n" * 20)
    one = Server(log)
    which = rows(one, "logs")[0]["id"]
    status = one.ask("/api/v1/logs/lines", id=which, q="(a+)+(a+)+(a+)+b")[0]
    ok(status == 200 and one.json("health")["status"] == "ok",
       "a pattern that backtracks without end holds nobody up", status)
    one.stop()


def test_what_if(server, snapshot, folder):
    listed = server.json("snapshots")["snapshots"]
    equal([(x["id"], x["name"], x["bytes"]) for x in listed],
          [("1", snapshot.name, snapshot.stat().st_size)],
          "the snapshots that are configured")
    for params in ({}, {"snapshot": "1", "summary": "1", "top": "3"},
                   {"policy": "bl.example=2,other.example=1 >= 2"},
                   {"best": "2"}):
        options = []
        for name, value in params.items():
            if name == "summary":
                options.append("--summary")
            elif name != "snapshot":
                options += ["--" + name, value]
        printed = run("dnsbl", "test", "-o", "json", "--now", NOW, "--replay",
                      snapshot, *options, folder)
        ok(printed.status == 0, "dnsbl test", printed)
        equal(server.json("whatif", **params), json.loads(printed.out),
              "whatif %s is what dnsbl test prints" % params)


def snapshot_of(folder):
    found = run("grep", "-o", "jsonl", "--all", "--kind", "transaction",
                "--verdict", "accepted", folder).out.splitlines()
    clients = sorted({json.loads(x)["client"] for x in found})
    text = "mailtally-dnsbl-snapshot\t1\ntaken\t2026-03-30T00:10:10Z\n" \
        "list\tbl.example\tworks\nlist\tother.example\tworks\n"
    for i, client in enumerate(clients):
        for zone, every in (("bl.example", 3), ("other.example", 5)):
            text += "answer\t%s\t%s\t%s\n" % (client, zone, "not listed"
                                               if i % every else
                                               "listed\t127.0.0.2")
    return scratch("lists.snapshot", text)


def test_store_alone(folder):
    store = scratch("logs.db")
    run("ingest", "--store", store, folder)
    server = Server("--store", store)
    for path in ("logs", "logs/lines?id=" + "0" * 16):
        status, headers, body = server.ask("/api/v1/" + path)
        ok(status == 404 and b"store" in body,
           "%s of a store alone is 404 with a reason" % path, status, body)
    server.stop()
    both = Server("--store", store, folder)
    equal(both.json("logs")["sections"]["logs"]["rows"],
          json.loads(run("logs", "-o", "json", folder).out)["sections"]["logs"]
          ["rows"], "logs that are named beside a store are listed")
    both.stop()


def main():
    folder = own_log()
    snapshot = snapshot_of(folder)
    conf = scratch("logs.conf", "[lists]\nsnapshot = %s\n" % snapshot)
    server = Server("-C", conf, "--now", NOW, folder)
    try:
        which = test_list(server, folder)
        test_lines(server, folder, which)
        test_state(server, folder)
        test_refusals(server, which)
        test_what_if(server, snapshot, folder)
        test_packed(server, folder)
    finally:
        status, err = server.stop()
    equal((status, err), (0, ""), "ends without complaint")
    test_pattern_of_doom(server, folder)
    test_store_alone(folder)
    done()


main()
