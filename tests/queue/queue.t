#!/usr/bin/env python3
"""queue.t - "mailtally queue" against what qmail-qread and qmail-qstat said.

Each snapshot of the recorded run is made a queue directory again, and must
say what the real programs said of the real one.
"""
import calendar
import json
import os
import pathlib
import re
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from mailtally import QMAIL, run, scratch
from tap import done, equal, ok

SPLIT = 23
# 22 Nov 2026 14:22:15 GMT  #1163915  1616  <webshop@example.org>  bouncing
HEAD = re.compile(r"(.*) GMT  #(\d+)  (\d+)  <(.*)> ( bouncing)?$")


def read_qread(text):
    messages = []
    for line in text.splitlines():
        head = HEAD.match(line)
        if head:
            when = calendar.timegm(time.strptime(head[1], "%d %b %Y %H:%M:%S"))
            messages.append({"when": when, "number": int(head[2]),
                             "bytes": int(head[3]), "sender": head[4],
                             "bouncing": bool(head[5]), "to": []})
        else:
            state, channel, address = line.split("\t", 2)
            messages[-1]["to"].append((channel, address, "done" in state))
    return messages


def write(path, content, when=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    if when:
        os.utime(path, (when, when))


def make_queue(name, messages, todo=()):
    top = scratch(name)
    for folder in ("mess", "info", "local", "remote"):
        for i in range(SPLIT):
            (top / folder / str(i)).mkdir(parents=True)
    for folder in ("todo", "bounce", "intd", "lock", "pid"):
        (top / folder).mkdir()
    for m in messages:
        place = "%d/%d" % (m["number"] % SPLIT, m["number"])
        write(top / "mess" / place, b"x" * m["bytes"])
        write(top / "info" / place, b"F" + m["sender"].encode() + b"\0",
              m["when"])
        for channel in ("local", "remote"):
            text = b"".join((b"D" if d else b"T") + a.encode() + b"\0"
                            for c, a, d in m["to"] if c == channel)
            if text:
                write(top / channel / place, text)
        if m["bouncing"]:
            write(top / "bounce" / str(m["number"]), b"it failed\n")
    for number in todo:
        write(top / "mess" / str(number % SPLIT) / str(number), b"new")
        write(top / "todo" / str(number), b"u0\0p1\0Fa@b\0Tc@d\0")
    return top


def queue(*arguments, status=0):
    result = run("queue", "-o", "json", "--tz", "UTC", *arguments)
    equal(result.status, status, "exit status of queue %s" % (arguments,),
          result)
    return json.loads(result.out)


def items(report):
    return {row["item"]: row["value"]
            for row in report["sections"]["qmail-queue"]["rows"]}


def test_snapshot(name):
    messages = read_qread(
        (QMAIL / ("queue/%s.qmail-qread.txt" % name)).read_text())
    stat = [int(line.split(": ")[1]) for line in
            (QMAIL / ("queue/%s.qmail-qstat.txt" % name)).read_text()
            .splitlines()]
    r = queue("--dir", make_queue(name, messages))
    equal(items(r), {"messages_in_queue": stat[0],
                     "messages_not_preprocessed": stat[1]}, name + ": counts")
    got, order = {}, []
    for row in r["sections"]["qmail-outgoing"]["rows"]:
        when = calendar.timegm(time.strptime(row["queued"],
                                             "%Y-%m-%dT%H:%M:%SZ"))
        order.append(when)
        m = got.setdefault(int(row["message"]), {
            "when": when, "number": int(row["message"]),
            "bytes": row["bytes"], "sender": row["sender"],
            "bouncing": row["bouncing"], "to": []})
        if row["recipient"]:
            m["to"].append((row["channel"], row["recipient"], row["done"]))
    equal(got, {m["number"]: m for m in messages}, name + ": messages")
    equal(order, sorted(order), name + ": oldest first")
    waiting = {}
    for m in messages:
        for channel, address, is_done in m["to"]:
            domain = address.rpartition("@")[2] if "@" in address else "(none)"
            key = (domain.lower(), channel)
            waiting[key] = waiting.get(key, 0) + (not is_done)
    equal({k: v for k, v in waiting.items() if v},
          {k: v for k, v in destinations(r).items() if v},
          name + ": destinations")


def destinations(r):
    sums = {}
    for row in r["sections"]["queue-destinations"]["rows"]:
        key = (row["domain"].lower(), row["channel"])
        sums[key] = sums.get(key, 0) + row["waiting"]
    return sums


def test_next_try():
    """Tries are 0, 100, 400, 900 s (local), 0, 400, 1600 s (remote) old."""
    message = {"when": 1000000000, "number": 5, "bytes": 3, "sender": "a@b",
               "bouncing": False,
               "to": [("local", "c@d", False), ("remote", "e@f", False),
                      ("remote", "g@h", True)]}
    top = make_queue("next", [message])
    for age, local, remote in ((0, 100, 400), (99, 100, 400), (100, 400, 400),
                               (400, 900, 1600), (1599, 1600, 1600),
                               (1600, 2500, 3600)):
        r = queue("--dir", top, "--now", "@%d" % (1000000000 + age))
        got = {row["recipient"]: row["next_try"] and calendar.timegm(
            time.strptime(row["next_try"], "%Y-%m-%dT%H:%M:%SZ")) - 1000000000
            for row in r["sections"]["qmail-outgoing"]["rows"]}
        equal(got, {"c@d": local, "e@f": remote, "g@h": None},
              "next try of a message %d s old" % age)


def test_todo():
    r = queue("--dir", make_queue("todo", [], todo=(23, 24)))
    equal(items(r), {"messages_in_queue": 2, "messages_not_preprocessed": 2},
          "what qmail-send has not seen yet is counted")


def test_faults():
    top = make_queue("faults", [])
    # What is no plain file is not read, and a link is not followed.
    (top / "info/1/24").symlink_to("/etc/passwd")
    os.mkfifo(top / "info/2/25")
    write(top / "info/3/26", b"")
    write(top / "mess/3/26", b"1")
    (top / "mess/3/not-a-number").write_bytes(b"")
    r = queue("--dir", top)
    equal([row["message"] for row in r["sections"]["qmail-outgoing"]["rows"]],
          ["26"], "only plain files are messages")
    result = run("queue", "--dir", scratch("nowhere"))
    equal(result.status, 66, "no queue at all", result)
    ok(b"--dir" in result.err, "what to do is said", result)
    os.mkdir(scratch("empty"))
    equal(run("queue", "--dir", scratch("empty")).status, 66,
          "a directory that is no queue")
    (top / "info/4").rmdir()
    (top / "info/4").symlink_to("/root")
    if os.geteuid() != 0:
        (top / "info/5").chmod(0)
        r = queue("--dir", top, status=74)
        ok(r["alerts"], "a part that may not be read is told")
        (top / "info/5").chmod(0o700)


def test_hostile():
    message = {"when": 1000000000, "number": 5, "bytes": 3,
               "sender": "\x1b[31m@b", "bouncing": True,
               "to": [("remote", "x\x9b\u202e@f", False)]}
    result = run("queue", "--dir", make_queue("hostile", [message]))
    ok(b"\x1b" not in result.out and "\u202e".encode() not in result.out,
       "no control characters on the terminal", result.out)


def test_log():
    """Without the queue: estimated from the log, and said to be so."""
    result = run("queue", "-o", "json", QMAIL / "main")
    r = json.loads(result.out)
    equal(items(r)["messages_in_queue"], 214, "messages that the log leaves")
    ok("Estimated from the log" in result.out.decode(), "it is labelled")


def test_no_access():
    """No queue that may be read, and no LOG: the configured logs, any day."""
    conf = scratch("queue.conf", ("[logs]\nlog = %s\n" % (QMAIL / "main"))
                   .encode())
    result = run("queue", "-o", "json", "--now", "2030-01-01",
                 env={"MAILTALLY_CONF": str(conf)})
    r = json.loads(result.out)
    equal(items(r)["messages_in_queue"], 214, "estimated from any day's log")
    ok("Estimated from the log" in result.out.decode() and
       b"estimated from the logs" in result.err, "and said to be so", result)
    text = run("queue", env={"MAILTALLY_CONF": str(conf)})
    ok(b"Estimated from the log" in text.out, "in the text, too", text)
    equal(run("queue", "--dir", scratch("not-there")).status, 66,
          "a queue that is named is that or none")


for snapshot in ("early", "mid", "late", "final"):
    test_snapshot(snapshot)
test_next_try()
test_todo()
test_faults()
test_hostile()
test_log()
if not os.path.isdir("/var/qmail/queue"):
    test_no_access()
else:
    ok(True, "this machine has a queue of its own # SKIP")
done()
