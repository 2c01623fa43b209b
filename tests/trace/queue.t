#!/usr/bin/env python3
"""queue.t - messages followed through the queue to their end.

joined/ is the log of a qpsmtpd and of the qmail behind it, with what a script
that sent the mail knows of each message (truth.jsonl).  qmail/main is a larger
log of a qmail alone; what became of each of its messages is worked out here,
line by line, and set against the stories.
"""
import collections
import json
import math
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from mailtally import ALL_CORPORA, QMAIL, run, scratch
from tap import done, equal, ok

JOINED = ALL_CORPORA / "joined"
SERVER, QUEUE = JOINED / "qpsmtpd", JOINED / "qmail"


def trace(what, *logs, status=0, stdin=b""):
    result = run("trace", "-o", "json", what, *logs, stdin=stdin)
    if result.status != status:
        raise AssertionError("trace %s: %s" % (what, result))
    return json.loads(result.out)["stories"]


def truths():
    return [json.loads(line) for line in
            (JOINED / "truth.jsonl").read_text().splitlines()]


def fates(story):
    """What became of each recipient, bounces apart."""
    return {r["recipient"]: r["state"] for q in story.get("queue", [])
            if "bounce" not in q.get("origin", "") and
            not is_of_bounce(story, q) for r in q["recipients"]}


def is_of_bounce(story, q):
    of = {p["message"] + p.get("queue_id", ""): p for p in story["queue"]}
    while "of" in q:
        if "bounce" in q["origin"]:
            return True
        q = next(p for p in of.values() if p["message"] == q["of"] and
                 p is not q and p["queued"] <= q["queued"])
    return False


def test_truth(name, *logs, likely=False):
    """The final state of every message and recipient that the script sent."""
    for t in truths():
        # What was refused before it was sent has no name in the log.
        if t["via"] != "smtp" or t["verdict"] == "rejected":
            continue
        stories = trace(t["msgid"], *logs)
        equal(len(stories), 1, "%s: %s is one story" % (name, t["msgid"]))
        s = stories[0]
        equal((s["verdict"], fates(s)), (t["verdict"], t["fates"]),
              "%s: what became of %s" % (name, t["msgid"]))
        equal(bool(s["queue"][0].get("likely")), likely,
              "%s: %s is labelled as likely where it is" % (name, t["msgid"]))
        equal("likely" in s["sentence"], likely,
              "%s: and its sentence says so" % name)
        times = [line["time"] for line in s["lines"]]
        equal(times, sorted(times), "%s: lines in the order of time" % name)


def test_injected():
    for t in truths():
        if t["via"] == "inject":
            s = [s for s in trace(t["mail_from"], SERVER, QUEUE)
                 if s.get("sender") == t["mail_from"] and
                 s.get("recipients") == t["rcpts"]]
            equal([(x["verdict"], fates(x)) for x in s],
                  [(t["verdict"], t["fates"])],
                  "a message that no server knows: %s" % t["msgid"])


def without_ids():
    """As a lower log level leaves it: nobody tells the queue's process id."""
    lines = (SERVER / "current").read_bytes().splitlines(True)
    return scratch("quiet.log", b"".join(
        line for line in lines if b" Queuing to " not in line and
        b" 250 Queued! " not in line))


def test_one_story():
    """Whoever of it is asked for, it is the same story."""
    whole = trace("<double@client.example.net>", SERVER, QUEUE)
    for what in ("nouser3@far.example", "nouser2@far.example"):
        equal([s for s in trace(what, SERVER, QUEUE)
               if s["sender"] == "nouser2@far.example"], whole, what)
    for q in whole[0]["queue"]:
        equal(trace("qp " + q["queue_id"], SERVER, QUEUE), whole,
              "asked for the process of " + (q.get("origin") or "the server"))
        equal(trace("qp " + q["queue_id"], QUEUE, SERVER), whole,
              "the queue's log first")
    equal([q.get("origin") for q in whole[0]["queue"]],
          ["server", "bounce", "double bounce", "forward"],
          "bounce, double bounce, and its forward")
    equal(len(trace("127.0.0.21", QUEUE)) > 10, True,
          "by the host that mail went to")
    equal([s["verdict"] for s in
           trace("<double@client.example.net>", SERVER)], ["accepted"],
          "without the queue's log: accepted, and not more")
    piped = trace("qp " + whole[0]["queue"][1]["queue_id"], "-",
                  stdin=(QUEUE / "current").read_bytes())
    equal([q["queue_id"] for q in piped[0]["queue"]],
          [q["queue_id"] for q in whole[0]["queue"]],
          "a pipe is read again, too")


def test_lost():
    """The queue's log does not know what the server handed over."""
    lines = (QUEUE / "current").read_bytes().splitlines(True)
    s, = trace("<local@client.example.net>", SERVER,
               scratch("late.log", b"".join(lines[100:])))
    ok(s["verdict"] == "accepted" and "does not know it" in s["sentence"],
       "what the queue's log does not have is said", s["sentence"])


def seconds(time):
    h, m, s = re.search(r"T(\d+):(\d+):([\d.]+)Z", time).groups()
    return int(h) * 3600 + int(m) * 60 + float(s)


def test_next_try():
    """Birth + (sqrt(age) + 10 or 20)^2, of the age at the last try."""
    for name, step in (("full", 20), ("sticky", 10)):
        s, = trace("<%s@client.example.net>" % name, SERVER, QUEUE)
        q = s["queue"][0]
        r, = q["recipients"]
        began = [line["time"] for line in s["lines"]
                 if line["text"].startswith("starting delivery")][-1]
        age = seconds(began) - seconds(q["queued"])
        due = seconds(q["queued"]) + (math.isqrt(int(age)) + step) ** 2
        equal(round(seconds(r["next"]), 2), round(due, 2),
              name + ": when it is due")
        ok("still in the queue after 2 attempts" in s["sentence"] and
           "due for its next try at" in s["sentence"],
           name + ": its sentence", s["sentence"])


# ---- a log of qmail alone ----

LINE = re.compile(rb"@[0-9a-f]{24} (.*)")


def parse(log):
    """Messages as the lines tell them, one list of lives."""
    now, running, lives = {}, {}, []
    for line in log.splitlines():
        m = LINE.match(line)
        if not m:
            continue
        w = m[1].decode("latin-1").split(" ")
        if w[0] == "new":
            now.pop(w[2], None)
        elif w[0] == "info":
            number = w[2].rstrip(":")
            now[number] = life = {"number": number, "qp": w[8], "fates": {},
                                  "tries": collections.Counter(),
                                  "done": False}
            lives.append(life)
        elif w[0] == "starting":
            number = w[2].rstrip(":")
            if number == "1":
                running.clear()
            running[number] = (w[4], now.get(w[4]), w[6] + " " + w[7].lower())
        elif w[0] == "status:" and w[1:] == ["local", "0/10", "remote", "0/20"]:
            running.clear()
        elif w[0] == "delivery":
            msg, life, to = running.pop(w[1].rstrip(":"), (None, None, None))
            if life is None:
                continue
            text = w[3]
            state = {"success:": "delivered", "failure:": "bounced"}.get(
                w[2], "queued")
            if state == "delivered" and re.search(r"did_0\+\d+\+0/qp_", text):
                state = "forwarded"
            if state == "bounced" and text.endswith("queue_too_long./"):
                state = "expired"
            life["fates"][to] = state
            life["tries"][to] += 1
        elif w[0] == "end" and w[2] in now:
            now.pop(w[2])["done"] = True
    return lives


def told(stories):
    """(qp, number) of each message to its recipients' states and attempts."""
    out = collections.Counter()
    for s in stories:
        for q in s["queue"]:
            if "queue_id" in q:
                out[(q["queue_id"], q["message"], "done" in q, frozenset(
                    (r["channel"] + " " + r["recipient"].lower(), r["state"],
                     r["attempts"]) for r in q["recipients"]
                    if r["attempts"]))] += 1
    return out


def computed(log):
    return collections.Counter(
        (x["qp"], x["number"], x["done"], frozenset(
            (to, state, x["tries"][to]) for to, state in x["fates"].items()))
        for x in parse(log))


def main_log():
    return b"".join((QMAIL / "main" / name).read_bytes() for name in sorted(
        p.name for p in (QMAIL / "main").iterdir()
        if p.name.startswith("@") or p.name == "current"))


def test_main():
    log = main_log()
    should = computed(log)
    got = told(trace("*", "--as", "address", QMAIL / "main"))
    missing, more = should - got, got - should
    # A message that was killed before its first attempt has no recipients.
    missing = {k: v for k, v in missing.items() if k[3]}
    ok(not missing and not more, "every attempt of every message",
       "missing %r" % list(missing)[:2], "too much %r" % list(more)[:2])
    stories = trace("*", "--as", "address", QMAIL / "main")
    seen = collections.Counter(
        (q["message"], q.get("queue_id"), q.get("queued")) for s in stories
        for q in s["queue"])
    equal(max(seen.values()), 1, "each message is in one story only")
    ok(any("was thrown away" in s["sentence"] for s in stories),
       "a bounce of a double bounce is thrown away")
    ok(any("given up" in s["sentence"] for s in stories),
       "what was too long in the queue")


def test_reuse():
    """A process id comes back: the nearest in time is meant."""
    def queue(t, msg, qp, to):
        return b"".join(b"@%016x00000000 %s\n" % (0x400000006b036e00 + t, x)
                        for x in (
            b"new msg %d" % msg,
            b"info msg %d: bytes 9 from <s@x.example> qp %d uid 9" % (msg, qp),
            b"starting delivery %d: msg %d to local %s" % (t, msg, to),
            b"delivery %d: success: did_1+0+0/" % t, b"end msg %d" % msg))

    def server(t, pid, qp, to):
        return b"".join(b"@%016x00000000 %d %s\n" % (
            0x400000006b036e00 + t, pid, x) for x in (
            b"Accepted connection 0/40 from 192.0.2.1 / h",
            b"dispatching MAIL FROM:<s@x.example>", b"250 ok",
            b"dispatching RCPT TO:<%s>" % to, b"250 ok",
            b"dispatching DATA", b"354 go",
            b"(queue) logging::logterse: ` 192.0.2.1\th\tc\t<s@x.example>\t<%s>"
            b"\tqueued\t\t<%d@x>" % (to, t),
            b"250 Queued! 1 qp %d <%d@x>" % (qp, t),
            b"(post-connection) connection_time: 9.5 s."))

    a = scratch("reuse-s.log", server(10, 5, 77, b"a@h.example") +
                server(1000, 6, 77, b"b@h.example"))
    b = scratch("reuse-q.log", queue(11, 43, 77, b"a@h.example") +
                queue(1001, 43, 77, b"b@h.example"))
    for what, to in (("<10@x>", "a@h.example"), ("<1000@x>", "b@h.example")):
        s, = trace(what, a, b)
        equal([r["recipient"] for q in s["queue"] for r in q["recipients"]],
              [to], "process id 77 of %s" % what)


def test_long():
    """A list of thousands: more lines than are kept of one message at once."""
    n, lines = 6000, [b"new msg 43", b"info msg 43: bytes 9 from <l@x.example> "
                      b"qp 501 uid 1000"]
    for i in range(n + 20):
        if i < n:
            lines.append(b"starting delivery %d: msg 43 to remote r%d@y.example"
                         % (i + 1, i))
        if i >= 20:
            k = i - 19
            lines.append(b"delivery %d: %s: 192.0.2.7_said_so/" % (
                k, b"failure" if k % 1000 == 0 else b"success"))
    lines += [b"bounce msg 43 qp 502", b"end msg 43"]
    log = scratch("list.log", b"".join(
        b"@%016x%08x %s\n" % (0x400000006b036e00 + i // 1000, i, x)
        for i, x in enumerate(lines)))
    s, = trace("r4711@y.example", log)
    states = collections.Counter(
        r["state"] for r in s["queue"][0]["recipients"])
    equal(dict(states), {"delivered": n - 6, "bounced": 6},
          "a list of %d recipients is one story" % n)
    equal(len(s["lines"]), len(lines), "with all of its lines")


def test_syslog():
    """Through splogger, long lines folded: the same states."""
    one = told(trace("*", "--as", "address", QMAIL / "main"))
    two = told(trace("*", "--as", "address", QMAIL / "syslog/maillog"))
    equal(two - one, collections.Counter(), "syslog: as through multilog")
    equal(one - two, collections.Counter(), "syslog: nothing is missing")


test_truth("joined", SERVER, QUEUE)
test_truth("queue first", QUEUE, SERVER)
test_truth("likely", without_ids(), QUEUE, likely=True)
test_injected()
test_one_story()
test_lost()
test_next_try()
test_reuse()
test_long()
test_main()
test_syslog()
done()
