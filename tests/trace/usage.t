#!/usr/bin/env python3
"""usage.t - how trace is asked, what it answers, and its exit status."""
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from mailtally import corpus, run, scratch
from tap import done, equal, ok

LOG = corpus("modern-8field") / "log"
ID = "<A859.337873@m59.example.pl>"


def status(should, name, *arguments, **options):
    result = run("trace", *arguments, **options)
    ok(result.status == should, "%s: exit status %d" % (name, should), result)
    return result


def test_status():
    status(0, "a hit", ID, LOG)
    none = status(1, "no hit", "<nobody@nowhere>", LOG)
    ok(not none.out and not none.err, "no hit: nothing to say", none.out,
       none.err)
    for kind, should in (("json", b'{"schema":1,"stories":[]}\n'),
                         ("jsonl", b"")):
        none = status(1, "no hit in " + kind, "-o", kind, "<x@y>", LOG)
        equal(none.out, should, "no hit in %s is still %s" % (kind, kind))
    odd = scratch("odd", b"this is no log\nnor is this\n")
    said = status(2, "nothing understood", ID, odd)
    equal(said.err.count(b"\n"), 1, "nothing understood: one line says so")
    status(2, "an empty log", ID, scratch("empty", b""))
    status(66, "no such log", ID, scratch("missing"))
    gone = status(66, "one log of two is missing", ID, LOG, scratch("missing"))
    ok(ID.encode() in gone.out, "one of two is missing: the other is searched")
    for name, arguments in (
            ("no WHAT", ()), ("a WHAT without form", ("nonsense", LOG)),
            ("an unknown kind", ("--as", "song", ID, LOG)),
            ("a kind that does not fit", ("--as", "client", ID, LOG)),
            ("an unknown output", ("-o", "csv", ID, LOG)),
            ("a limit of nothing", ("--limit", "0", ID, LOG)),
            ("an unknown option", ("--loud", ID, LOG))):
        result = status(64, name, *arguments)
        ok(result.err.count(b"\n") == 1 and not result.out,
           name + ": one line says so", result.err, result.out)


def test_kinds():
    """One message, asked for by each of its names."""
    log = scratch("queue.log", b"".join(
        b"@4000000069c83b0a%08x %s\n" % (i, text) for i, text in enumerate((
            b"11 Accepted connection 0/40 from 192.0.2.1 / h.example",
            b"11 dispatching HELO h.example", b"250 hi",
            b"11 dispatching MAIL FROM:<ann@example.net>", b"11 250 ok",
            b"11 dispatching RCPT TO:<bob@example.org>", b"11 250 ok",
            b"11 dispatching DATA", b"11 354 go",
            b"11 (queue) logging::logterse: ` 192.0.2.1\th.example\th.example\t"
            b"<ann@example.net>\t<bob@example.org>\tqueued\t\t<1@h.example>",
            b"12 (queue) queue::qmail_2dqueue: (for 11) Queuing to /q",
            b"11 250 Queued! 1774730000 qp 12 <1@h.example>",
            b"11 (post-connection) connection_time: 0.5 s.",
            b"7 cleaning up after 11",
            b"31 Accepted connection 0/40 from 198.51.100.1 / x.example",
            b"31 (connect) dnsbl: fail, listed",
            b"31 (deny) logging::logterse: ` 198.51.100.1\tx.example\t\t\t\t"
            b"dnsbl\t903\tlisted", b"31 550 listed"))))
    sentences = set()
    for what in ("<1@h.example>", "1@h.example", "ann@example.net",
                 "BOB@example.org", "@example.org", "*@example.net",
                 "192.0.2.1", "192.0.2.0/24", "11", "12", "qp 12",
                 "11@2026-03-28 20:33", "11@@4000000069c83b0a00000000"):
        result = status(0, what, what, log)
        lines = result.out.decode().splitlines()
        sentences.add(lines[-1])
        ok(len(lines) == 14, what + ": its lines and a sentence", result.out)
    equal(sentences, {
        "h.example (192.0.2.1) sent the message <1@h.example> from "
        "ann@example.net to bob@example.org at 2026-03-28 20:33:04; the server "
        "accepted it and handed it to the queue as process 12 of qmail-queue; "
        "the connection took 0.500s; what became of it since is in the queue's "
        "log."}, "asked in any way, the same sentence")
    for what in ("ann@example.org", "13", "qp 11", "192.0.2.2",
                 "11@2026-03-28 20:35", "1@h.example.org"):
        status(1, what, what, log)
    status(1, "a process id as a queue id", "--as", "queue-id", "11", log)
    status(0, "the kind said", "--as", "process", "11", log)


def test_list():
    many = status(0, "several hits", "@second.example.org", LOG)
    rows = many.out.decode().splitlines()
    equal(len(rows), 10, "several hits: ten are listed")
    ok(re.match(rb"mailtally: \d+ hits, .*--all", many.err),
       "several hits: standard error says how many there are", many.err)
    ok(rows == sorted(rows, key=lambda r: r[:19], reverse=True),
       "several hits: the newest first", *rows)
    total = int(re.search(rb"(\d+) hits", many.err)[1])
    three = status(0, "--limit 3", "--limit", "3", "@second.example.org", LOG)
    equal(three.out.decode().splitlines(), rows[:3],
          "--limit 3: the first three of them")
    quiet = status(0, "--quiet", "--quiet", "@second.example.org", LOG)
    ok(not quiet.err and quiet.out == many.out, "--quiet: the list alone")
    whole = status(0, "--all", "--all", "@second.example.org", LOG)
    equal(whole.out.count(b"\n\n") + 1, total, "--all: every one, whole")
    stories = json.loads(status(0, "json", "-o", "json",
                                "@second.example.org", LOG).out)["stories"]
    equal(len(stories), total, "json: every one")
    # A row of the list says how to see it whole.
    date, time, process = rows[4].split()[:3]
    one = status(0, "PROCESS@TIME", "%s@%s %s" % (process, date, time), LOG)
    ok(stories[4]["sentence"].encode() in one.out,
       "PROCESS@TIME of a row: that story", one.out[-500:])
    twice = status(0, "two messages of one connection", "18998", LOG)
    equal(twice.out.count(b" sent the message "), 2,
          "two messages of one connection: both, whole")


def test_configured():
    """Without a LOG all that the configured ones hold is searched, not only
    the day before."""
    conf = scratch("conf", "[logs]\nlog = %s\n" % LOG)
    result = status(0, "the configured logs", "--now", "2027-01-01", ID,
                    env={"MAILTALLY_CONF": str(conf)})
    ok(ID.encode() in result.out, "the configured logs: of any day")
    status(1, "the configured logs, a period", "--period", "yesterday",
           "--now", "2027-01-01", ID, env={"MAILTALLY_CONF": str(conf)})


def test_json():
    story, = json.loads(status(0, "json", "-o", "json", ID, LOG).out)["stories"]
    equal({k: story[k] for k in ("verdict", "client", "sender", "recipients",
                                 "message_id", "pid", "seconds")},
          {"verdict": "accepted", "client": "127.10.1.87",
           "sender": "user112@m5.example.org",
           "recipients": ["frank@second.example.org"], "message_id": ID,
           "pid": "26352", "seconds": 0.276}, "json: what the story knows")
    kinds = [e["kind"] for e in story["events"]]
    ok(kinds[0] == "accepted" and kinds[-1] == "closed" and
       "transaction" in kinds and "queued" in kinds and
       kinds.count("check") > 5, "json: its events", kinds)
    ok(all(a["time"] <= b["time"] for a, b in zip(
        story["events"], story["events"][1:])), "json: in the order of time")
    rows = [json.loads(line) for line in status(
        0, "jsonl", "-o", "jsonl", ID, LOG).out.decode().splitlines()]
    equal(rows, story["events"], "jsonl: the events, one a line")


def test_secrets():
    """The corpus holds passwords of people who logged in."""
    for kind in (("--all",), ("-o", "json"), ("-o", "jsonl")):
        out = status(0, "everything", *kind, "0.0.0.0/0", LOG).out
        ok(not re.search(rb"AUTH PLAIN [A-Za-z0-9+/=]{8}", out) and
           b"AGdvb2RA" not in out, "%s: no password" % (kind,))


test_status()
test_kinds()
test_list()
test_configured()
test_json()
test_secrets()
done()
