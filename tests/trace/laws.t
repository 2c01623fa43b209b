#!/usr/bin/env python3
"""laws.t - a story is the same however its log is cut, packed, tangled and
numbered.
"""
import collections
import gzip
import json
import lzma
import pathlib
import random
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from mailtally import corpus, corpus_log, run, scratch
from tap import done, equal, ok

LINE = re.compile(rb"@[0-9a-f]{24} (\d+) (.*)\Z", re.S)
BURIED = re.compile(rb"cleaning up after (\d+)\Z")

random.seed(20260329)


def stories(log, *options, what="0.0.0.0/0", status=0):
    result = run("trace", "-o", "json", *options, what, log)
    if result.status != status:
        raise AssertionError("trace %s: %s" % (log, result))
    return json.loads(result.out)["stories"]


def told(log, forget=(), **options):
    """All stories in an order of their own, without what may differ."""
    rows = stories(log, **options)
    for s in rows:
        for part in [s] + s["events"] + s["lines"]:
            for name in ("stream",) + tuple(forget):
                part.pop(name, None)
    return sorted(rows, key=lambda s: json.dumps(s, sort_keys=True))


def same(got, should, name):
    differ = [(g, s) for g, s in zip(got, should) if g != s]
    return ok(got == should and should, name,
              "%d stories, should be %d" % (len(got), len(should)),
              *("got       %s\nshould be %s" % (
                  json.dumps(g)[:1500], json.dumps(s)[:1500])
                for g, s in differ[:1]))


def multilog_folder(name, pieces, suffix=".s"):
    """A directory as multilog leaves it, cut where the pieces are."""
    for i, piece in enumerate(pieces[:-1]):
        scratch("%s/@%016x00000000%s" % (name, 0x4000000069c83b0a + i, suffix),
                piece)
    return scratch(name + "/current", pieces[-1]).parent


def test_cuts(whole, log):
    """Rotation in the middle of connections, and of lines."""
    lines = log.splitlines(keepends=True)
    n = len(lines)
    at = sorted(random.sample(range(1, n), 40))
    pieces = [b"".join(lines[a:b]) for a, b in zip([0] + at, at + [n])]
    same(told(multilog_folder("lines", pieces)), whole,
         "41 files, cut between lines")
    at = sorted(random.sample(range(1, len(log)), 40))
    pieces = [log[a:b] for a, b in zip([0] + at, at + [len(log)])]
    same(told(multilog_folder("bytes", pieces)), whole,
         "41 files, cut anywhere")


def test_packings(whole, log):
    half = log.index(b"\n", len(log) // 2) + 1
    folder = scratch("packed/x").parent
    scratch("packed/mail.log.2.gz", gzip.compress(log[:half // 2]))
    scratch("packed/mail.log.1.xz", lzma.compress(log[half // 2:half]))
    scratch("packed/mail.log", log[half:])
    same(told(folder), whole, "packed files of a rotation")
    result = run("trace", "-o", "json", "0.0.0.0/0", "-", stdin=log)
    equal(len(json.loads(result.out)["stories"]), len(whole),
          "through standard input")


def owner(line):
    match = LINE.match(line.rstrip(b"\n"))
    if not match:
        return None
    buried = BURIED.match(match[2])
    return buried[1] if buried else match[1]


def tangle(lines):
    """Lines of different processes change places with their neighbours; what
    has no process stays behind its line."""
    units = []
    for line in lines:
        if owner(line) is None and units:
            units[-1] += line
        else:
            units.append(line)
    out = []
    for i in range(0, len(units), 60):
        queues = collections.OrderedDict()
        for unit in units[i:i + 60]:
            queues.setdefault(owner(unit), []).append(unit)
        queues = list(queues.values())
        while queues:
            queue = random.choice(queues)
            out.append(queue.pop(0))
            if not queue:
                queues.remove(queue)
    return out


def test_tangled(whole, log):
    lines = tangle(log.splitlines(keepends=True))
    ok(lines != log.splitlines(keepends=True), "the lines are tangled")
    same(told(scratch("tangled.log", b"".join(lines))), whole,
         "connections tangled more than they were")


def renumber(lines, pids):
    """The same connections, served by as few process ids as can be: each
    begins with the id that was given back last."""
    free, now, out = list(pids), {}, []
    for line in lines:
        match = LINE.match(line)
        if not match:
            out.append(line)
            continue
        pid, text = match[1], match[2]
        buried = BURIED.match(text.rstrip(b"\n"))
        if text.startswith(b"Accepted connection "):
            now[pid] = free.pop()
        if buried and buried[1] in now:
            new = now.pop(buried[1])
            free.append(new)
            out.append(line[:26] + pid + b" cleaning up after %s\n" % new)
        else:
            out.append(line[:26] + now.get(pid, pid) + b" " + text)
    return out, len(pids) - len(free)


def test_reuse(log, name):
    lines, _ = renumber(log.splitlines(keepends=True),
                        [b"%d" % n for n in range(40200, 40100, -1)])
    used = {owner(line) for line in lines}
    ok(len(used) < 110, "process ids come back: %d are enough" % len(used))
    # The burial's text holds the id, too.
    same(told(scratch(name, b"".join(lines)), forget=("pid", "text")),
         told(scratch("all.log", log), forget=("pid", "text")),
         "process ids that are used again and again")


def test_never_ends(log):
    """A log that ends anywhere: what is open is unfinished, and said so."""
    lines = log.splitlines(keepends=True)
    for n in (60, 100, 333, 1000, 5000):
        part = b"".join(lines[:n])
        begun = {m[1] for m in map(LINE.match, lines[:n])
                 if m and m[2].startswith(b"Accepted")}
        ended = {owner(line) for line in lines[:n]
                 if BURIED.search(line.rstrip(b"\n")) or
                 b"connection_time: " in line}
        rows = stories(scratch("part-%d.log" % n, part))
        open_ = {s["pid"].encode() for s in rows
                 if any(e["kind"] == "closed" and "seconds" not in e
                        for e in s["events"])}
        equal(open_, begun - ended, "%d lines: who is still there" % n)
        ok(all("the log does not show" in s["sentence"] for s in rows
               if s["verdict"] == "unfinished" and s["pid"].encode() in open_),
           "%d lines: their sentences say so" % n)


def test_long_connection():
    """Thousands of messages in one connection, much longer than what is kept
    of one: each is a story."""
    label = 0x4000000069c83b0a
    lines = [b"@%016x00000000 11 Accepted connection 0/40 from 192.0.2.1 / h\n"
             % label]
    n = 3000
    for i in range(n):
        for text in (b"dispatching MAIL FROM:<s%d@example.net>" % i,
                     b"250 ok", b"dispatching RCPT TO:<r%d@example.org>" % i,
                     b"250 ok", b"dispatching DATA", b"354 go",
                     b"(queue) logging::logterse: ` 192.0.2.1\th\tc\t"
                     b"<s%d@example.net>\t<r%d@example.org>\tqueued\t\t<%d@x>"
                     % (i, i, i), b"250 Queued! 1 qp %d <%d@x>" % (5000 + i, i)):
            lines.append(b"@%016x%08x 11 %s\n" % (label + i // 10, i, text))
    lines.append(b"@%016x00000000 11 (post-connection) connection_time: 9.5 s.\n"
                 % (label + n // 10 + 1))
    log = scratch("long.log", b"".join(lines))
    rows = stories(log)
    equal(collections.Counter((s["sender"], tuple(s["recipients"]),
                               s["verdict"], s["queue_id"]) for s in rows),
          collections.Counter(("s%d@example.net" % i,
                               ("r%d@example.org" % i,), "accepted",
                               str(5000 + i)) for i in range(n)),
          "%d messages in one connection are as many stories" % n)
    one = stories(log, what="<1234@x>")
    ok(len(one) == 1 and one[0]["sender"] == "s1234@example.net" and
       "Accepted connection" in one[0]["lines"][0]["text"],
       "one of them is found, with the connection's beginning", one)


def test_filters(whole, log):
    path = scratch("all.log", log)
    for option, value, judge in (
            ("--verdict", "accepted", lambda s: s["verdict"] == "accepted"),
            ("--verdict", "rejected", lambda s: s["verdict"] == "rejected"),
            ("--disposition", "dnsbl", lambda s: s.get("by") == "dnsbl"),
            ("--from", "<>", lambda s: s.get("sender") == ""),
            ("--to", "@second.example.org", lambda s: any(
                a.endswith("@second.example.org") for a in
                s.get("recipients", []) +
                [r["recipient"] for r in s.get("refused", [])])),
            ("--client", "127.10.1.0/28",
             lambda s: int(s.get("client", "0.0.0.99").split(".")[3]) < 16 and
             s["client"].startswith("127.10.1.")),
            ("--since", "2026-03-29 02:00",
             lambda s: s["time"] >= "2026-03-29T02:00:00Z"),
            ("--until", "2026-03-29 02:00",
             lambda s: s["time"] < "2026-03-29T02:00:00Z")):
        got = stories(path, option, value)
        equal(len(got), sum(map(judge, whole)),
              "%s %s: as many as there are" % (option, value))
        ok(got and all(map(judge, got)), "%s %s: and no other" % (
            option, value))
    folder = corpus("modern-8field") / "log"
    for since, until in (("2026-03-28 23:00", "2026-03-29 01:30"),
                         ("2026-03-29 09:00", "2026-03-29 09:10")):
        period = ("--since", since, "--until", until)
        got, should = stories(folder, *period), stories(path, *period)
        for s in got + should:
            for part in [s] + s["events"]:
                part.pop("stream", None)
        ok(got and got == should,
           "%s to %s: files that are not read hold none" % (since, until),
           len(got), len(should))
    times = [s["time"] for s in stories(path)]
    equal(times, sorted(times, reverse=True), "the newest first")


LOG = b"".join(line for line in corpus_log("modern-8field").splitlines(True)
               if line.startswith(b"@"))
WHOLE = told(scratch("whole.log", LOG))
same(told(corpus("modern-8field") / "log"), WHOLE,
     "a multilog directory and its lines in one file")
test_cuts(WHOLE, LOG)
test_packings(WHOLE, LOG)
test_tangled(WHOLE, LOG)
test_reuse(LOG, "reused.log")
test_never_ends(LOG)
test_long_connection()
test_filters(WHOLE, LOG)
NAUGHTY = b"".join(line for line in corpus_log(
    "naughty-multiline").splitlines(True) if line.startswith(b"@"))
test_cuts(told(scratch("naughty.log", NAUGHTY)), NAUGHTY)
done()
