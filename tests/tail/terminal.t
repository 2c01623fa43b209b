#!/usr/bin/env python3
"""terminal.t - what tail shows on a terminal: columns, colours, no more than the
width, and the line of --stats; and that hostile text stays text there."""
import errno
import fcntl
import os
import pty
import re
import signal
import struct
import termios
import threading

from follower import Tail, label, numbered
from mailtally import scratch
from tap import done, equal, ok
from wait import wait_for


class Terminal:
    """tail with a terminal of its own for output and errors.

    What it writes is read all the time by a thread: a terminal that nobody
    reads holds a few kilobytes only, then its writer stands still."""

    def __init__(self, *arguments, columns=80, env=None):
        self.master, slave = pty.openpty()
        self.resize(columns)
        self.seen = b""
        self.tail = Tail(*arguments, stdout=slave, stderr=slave,
                         env=dict({"TERM": "xterm", "NO_COLOR": ""},
                                  **(env or {})))
        os.close(slave)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def resize(self, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ,
                    struct.pack("HHHH", 24, columns, 0, 0))

    def read(self):
        """Until the other end is closed, which is EIO on Linux."""
        while True:
            try:
                data = os.read(self.master, 65536)
            except OSError as e:
                if e.errno != errno.EIO:
                    raise
                return
            if not data:
                return
            self.seen += data

    def wait_for(self, text):
        wait_for("%r in %r" % (text, self.seen[-500:]),
                 lambda: text in self.seen)
        return self

    def stop(self, number=signal.SIGTERM):
        status = self.tail.stop(number)
        self.reader.join()
        os.close(self.master)
        return status

    def lines(self):
        """What stands on the screen, line by line, without colours."""
        text = re.sub(rb"\x1b\[[0-9;]*m", b"", self.seen)
        found = []
        for line in text.replace(b"\r\n", b"\n").split(b"\n"):
            found.append(re.split(rb"\r\x1b\[K", line)[-1])
        return found


def denied(number, text=b"http://list.example/x"):
    return b"%s %d (deny) logging::logterse: ` 192.0.2.7\thost\thelo\t<a@b>\t" \
        b"<c@d>\tdnsbl\t901\t%s\tmsg denied before queued\n" % (
            label(number), number, text)


def queued(number):
    return b"%s %d (queue) logging::logterse: ` 192.0.2.7\thost\thelo\t<a@b>\t" \
        b"<c@d>\tqueued\t\t<m@x>\tNo, hits=-2.6 required=5.0_\n" % (
            label(number), number)


# ---- columns and colours ----

log = scratch("colours", numbered(1) + denied(2) + queued(3))
t = Terminal(log).wait_for(b"hits=-2.6")
equal(t.stop(), 0, "it ends in order")
equal(t.lines(), [b"1       192.0.2.2       0/40",
                  b"2       192.0.2.7       dnsbl msg denied before queued",
                  b"3       192.0.2.7       queued No, hits=-2.6 required=5.0_",
                  b""], "columns")
ok(re.search(rb"\x1b\[31m2 .*\x1b\[0m", t.seen), "a denial is red")
ok(re.search(rb"\x1b\[32m3 .*\x1b\[0m", t.seen), "what was queued is green")

t = Terminal(log, env={"NO_COLOR": "1"}).wait_for(b"hits=-2.6")
t.stop()
ok(b"\x1b" not in t.seen, "no colour where it is not wanted")
t = Terminal("--color", "never", log).wait_for(b"hits=-2.6")
t.stop()
ok(b"\x1b" not in t.seen, "... or refused")

t = Terminal("--long", log, columns=50).wait_for(b"queued")
t.stop()
ok(max(map(len, t.lines())) <= 50, "no line is wider than the terminal",
   *t.lines())

log = scratch("resized", b"")
t = Terminal("--long", log, columns=120)
t.tail.wait_ready()
t.resize(60)
os.kill(t.tail.process.pid, signal.SIGWINCH)
t.tail.wait_ready()
with open(log, "ab") as f:
    f.write(denied(4))
t.wait_for(b"dnsbl").tail.wait_ready()
t.stop()
ok(len(t.lines()[0]) <= 60, "... nor after it got narrower", *t.lines())

# ---- the line below ----

log = scratch("counted", b"")
t = Terminal("-n", "0", "--stats", log, columns=100)
t.wait_for(b"accepted 0  rejected 0  0.0 events/s")
with open(log, "ab") as f:
    f.write(numbered(1) + numbered(2) + numbered(3) + denied(2) + queued(3) +
            queued(3) + denied(1)[:-1].replace(b"901", b"902") + b"\n")
t.wait_for(b"accepted 2  rejected 1  deferred 1  50.0 % accepted")
wait_for("the end of that line", lambda: re.search(
    rb"accepted 2 .*slots \d+/\d+", t.seen))
ok(re.search(rb"rejected 1 .*\b[1-9][0-9.]* events/s", t.seen),
   "events a second are counted", t.seen[-200:])
ok(b"slots 1/40" in t.seen, "slots are shown", t.seen[-200:])
rows = [line for line in t.lines() if line]
ok(rows[-1].startswith(b"accepted 2"), "the line is the last one", *rows)
equal(len(rows), 8, "events stand above it, each on its own line", *rows)
equal(t.stop(), 0, "it ends in order")
equal(t.lines()[-1], b"", "and the line goes away", t.seen[-100:])

t = Tail("-n", "0", "--stats", log).wait_ready()
equal(t.stop(), 0, "--stats without a terminal is nothing special")
equal(t.out() + t.err().encode(), b"", "... and shows nothing")

# ---- hostile text ----

HOSTILE = [b"\x1b[31;1mred\x1b[0m", b"\x1b]52;c;cHduZWQ=\x07",
           b"\x1b]0;title\x07", b"\x9b31m", b"\xc2\x9b31m", b"\x08\x08\x7f",
           b"\xff\xfe", "\u202eevil\u202c\u2066\u200f\u2028".encode(),
           b"%n%s%999999d", b"\0nul\0", b"a\x0b\x0c\x85"]
log = scratch("hostile", b"".join(
    b"%s %d (deny) logging::logterse: ` %s\n" % (
        label(i), i, b"\t".join(part if i % 9 == at else b"x" + text
                                for at, part in enumerate([text] * 9)))
    for i, text in enumerate(HOSTILE * 9, 1)) + b"".join(
        denied(200 + i, text + b"y" * 100) for i, text in enumerate(HOSTILE)))
FORBIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e"
                       "\u2060-\u206f\ufeff]")
for form in ((), ("--long", "--tai"), ("--long", "--time", "-o", "jsonl")):
    p = Tail("-n", "1000", *form, log)
    p.wait_ready()
    equal(p.stop(), 0, "hostile text: it ends in order")
    text = p.out().decode()  # or an exception: it has to be UTF-8
    ok(text.count("\n") == len(HOSTILE) * 10 and not FORBIDDEN.search(text),
       "hostile text, %s: nothing raw" % " ".join(form),
       repr(FORBIDDEN.search(text)), text.count("\n"))
t = Terminal("-n", "1000", "--long", log, columns=200)
t.tail.wait_ready()
t.wait_for(b"210 ")
t.stop()
controls = set(re.findall(rb"\x1b\[[0-9;]*m", t.seen))
ok(controls <= {b"\x1b[31m", b"\x1b[0m"}, "no sequence but our own colours",
   controls)
rest = re.sub(rb"\x1b\[(31|0)m|\r\n", b"", t.seen).decode()
ok(not FORBIDDEN.search(rest), "nothing raw on a terminal",
   repr(FORBIDDEN.search(rest)))

# ---- lines without end ----

log = scratch("endless", numbered(1))
p = Tail("-n", "10", log).wait_for(b"1 ")
with open(log, "ab") as f:
    f.write(label(2) + b" 2 (deny) logging::logterse: ` 192.0.2.7\th\th\t<a@b>"
            b"\t<c@d>\tdnsbl\t901\t")
    for _ in range(30):
        f.write(b"z" * (1 << 20))
    f.write(b"\tmsg denied before queued\n" + numbered(3))
p.wait_for(b"\n3 ")
p.stop()
equal(p.out().splitlines()[1], b"2 192.0.2.7 dnsbl msg denied before queued",
      "a line of 30 MB")
done()
