"""clients.py - what clients do, and what the server should say of it.

Each client has an address of its own, 127.0.NET.N, and is one of KINDS: a
function that talks to the server and yields what it expects in the log, as a
Record for each line of logterse.
"""
import collections
import smtplib
import socket
import subprocess
import threading

from server import ZONES

Record = collections.namedtuple(
    "Record", "ip helo sender recipients disposition text size")

HELO = "client.example"
TIMEOUT_S = 240


class Refused(Exception):
    pass


def message(n, message_id, body="hello\n"):
    return ("From: <a@sender.example>\r\nSubject: number %d\r\n"
            "Message-ID: %s\r\n\r\n%s" % (
                n, message_id, body.replace("\n", "\r\n")))


class Client:
    def __init__(self, server, net, n):
        self.server, self.n = server, n
        self.ip = "127.0.%d.%d" % (net, n)
        self.id = "<%d.%d@sender.example>" % (net, n)

    def connect(self, helo=HELO):
        smtp = smtplib.SMTP(timeout=TIMEOUT_S, local_hostname=helo,
                            source_address=(self.ip, 0))
        code, text = smtp.connect("127.0.0.1", self.server.port)
        if code != 220:
            raise Refused(code, text)
        code, text = smtp.helo(helo)
        if code != 250:
            smtp.close()
            raise Refused(code, text)
        return smtp

    def send(self, smtp, sender, recipients, text, accepted=None):
        """Each step must be answered as expected; the last one with 250."""
        self.must(smtp.mail(sender), 250)
        for r in recipients:
            self.must(smtp.rcpt(r), 250 if accepted is None or r in accepted
                      else 550)
        self.must(smtp.data(text), 250)

    @staticmethod
    def must(answer, code):
        if answer[0] != code:
            raise AssertionError("answered %r, should be %d" % (answer, code))

    def record(self, disposition, sender="", recipients=(), text=None,
               helo=HELO, size=None):
        return Record(self.ip, helo, sender,
                      ",".join("<%s>" % r for r in recipients), disposition,
                      text, size)

    def queued(self, sender, recipients, text, message_id=None):
        # qpsmtpd counts what it keeps: LF, and the line of the end is none.
        return self.record("queued", "<%s>" % sender, recipients,
                           message_id or self.id,
                           size=len(text.replace("\r\n", "\n")))


# ---- kinds ----


def one(c):
    text = message(c.n, c.id)
    with c.connect() as smtp:
        c.send(smtp, "a@sender.example", ["ann@example.org"], text)
    yield c.queued("a@sender.example", ["ann@example.org"], text)


def three_recipients(c):
    to = ["ann@example.org", "bob@example.org", "cid@example.net"]
    text = message(c.n, c.id, "x" * 70 + "\n" + "line\n" * 500)
    with c.connect() as smtp:
        c.send(smtp, "news@letter.example", to, text)
    yield c.queued("news@letter.example", to, text)


def two_messages(c):
    with c.connect() as smtp:
        for i in range(2):
            message_id = "<%d-%d@twice.example>" % (c.n, i)
            text = message(c.n, message_id)
            c.send(smtp, "twice@twice.example", ["bob@example.org"], text)
            yield c.queued("twice@twice.example", ["bob@example.org"], text,
                           message_id)


def null_sender(c):
    text = message(c.n, c.id)
    with c.connect() as smtp:
        c.send(smtp, "", ["ann@example.org"], text)
    yield c.queued("", ["ann@example.org"], text)


def odd_message_id(c):
    """What would disturb a reader of the log is replaced."""
    text = message(c.n, "<odd`%d\tid@x>" % c.n)
    with c.connect() as smtp:
        c.send(smtp, "a@sender.example", ["ann@example.org"], text)
    yield c.queued("a@sender.example", ["ann@example.org"], text,
                   "<odd_%d_id@x>" % c.n)


def listed(c):
    try:
        c.connect()
    except Refused:
        name = next(n for n, (net, _) in ZONES.items()
                    if net.split(".")[2] == c.ip.split(".")[2])
        yield c.record("dnsbl", helo="",
                       text=ZONES[name][1].replace("$", c.ip))
        return
    raise AssertionError("%s is listed and was let in" % c.ip)


def bad_sender(c):
    with c.connect() as smtp:
        c.must(smtp.mail("bad@sender.example"), 550)
    yield c.record("badmailfrom",
                   text="Your envelope sender is in my badmailfrom list")


def bad_and_good_recipient(c):
    text = message(c.n, c.id)
    with c.connect() as smtp:
        c.send(smtp, "a@sender.example",
               ["gone@example.org", "bob@example.org"], text,
               accepted=["bob@example.org"])
    yield c.record("badrcptto", "<a@sender.example>",
                   text="mail to gone@example.org not accepted here (#5.1.1)")
    yield c.queued("a@sender.example", ["bob@example.org"], text)


def relay(c):
    with c.connect() as smtp:
        c.must(smtp.mail("a@sender.example"), 250)
        c.must(smtp.rcpt("x@elsewhere.example"), 550)
    yield c.record("rcpt_ok", "<a@sender.example>",
                   text="Relaying denied (#5.7.1)")


def bad_helo(c):
    try:
        c.connect("bad.helo.example")
    except Refused:
        yield c.record("helo", helo="",
                       text="I do not believe you are bad.helo.example.")
        return
    raise AssertionError("a bad helo was let in")


def says_nothing(c):
    with c.connect():
        pass
    yield from ()


def talks_nonsense(c):
    smtp = c.connect()
    for word in ("FROBNICATE", "XYZZY", "PLUGH"):
        code, text = smtp.docmd(word)
    smtp.close()
    yield c.record("count_unrecognized_commands",
                   text="Closing connection, 3 unrecognized commands. "
                   "Perhaps you should read RFC 2821?")


def not_allowed(c):
    try:
        c.connect()
    except (Refused, smtplib.SMTPServerDisconnected, ConnectionError):
        yield Record("", "", "", "", "hosts_allow", "not from there", None)
        return
    raise AssertionError("%s may not connect and could" % c.ip)


def swaks(c):
    """The same as `one' by another program."""
    text = message(c.n, c.id, "by swaks\n")
    result = subprocess.run(
        ["swaks", "--server", "127.0.0.1", "--port", str(c.server.port),
         "--local-interface", c.ip, "--helo", HELO, "--protocol", "SMTP",
         "--from", "swaks@sender.example", "--to", "ann@example.org",
         "--timeout", str(TIMEOUT_S), "--data", "-"],
        input=text.encode(), capture_output=True)
    if result.returncode != 0:
        raise AssertionError("swaks: %r" % result.stdout[-500:])
    # It adds a line end of its own.
    yield c.queued("swaks@sender.example", ["ann@example.org"], text + "\n")


# Kind, network of its clients, how many of a hundred.
KINDS = [(one, 1, 26), (three_recipients, 2, 10), (two_messages, 3, 8),
         (null_sender, 4, 4), (odd_message_id, 5, 4), (listed, 66, 14),
         (listed, 67, 4), (bad_sender, 6, 6), (bad_and_good_recipient, 7, 6),
         (relay, 8, 4), (bad_helo, 9, 4), (says_nothing, 10, 4),
         (talks_nonsense, 11, 2), (not_allowed, 77, 2), (swaks, 12, 2)]
FORKED = {not_allowed: 0}


class Crowd:
    """Many clients at once; what they expect is in records, what failed in
    failures."""

    def __init__(self, server):
        self.server = server
        self.next = collections.Counter()
        self.records, self.failures = [], []
        self.connections = 0
        self.done = 0
        self.lock = threading.Lock()

    def clients(self, share):
        """A number of each kind, mixed."""
        all_of_them = []
        for kind, net, percent in KINDS:
            for i in range(max(1, percent * share // 100)):
                self.next[net] += 1
                all_of_them.append((i * 100 / percent, net, kind, Client(
                    self.server, net, self.next[net])))
        all_of_them.sort(key=lambda row: row[:2])
        return [row[2:] for row in all_of_them]

    def run_one(self, kind, client):
        try:
            records = list(kind(client))
        except (AssertionError, OSError, smtplib.SMTPException, Refused,
                socket.timeout) as e:
            with self.lock:
                self.failures.append("%s from %s: %r" % (
                    kind.__name__, client.ip, e))
            return
        with self.lock:
            self.records += records
            self.connections += FORKED.get(kind, 1)

    def work(self, queue):
        while True:
            with self.lock:
                if not queue:
                    return
                kind, client = queue.pop(0)
            self.run_one(kind, client)
            with self.lock:
                self.done += 1

    def start(self, share, at_once=8):
        """Threads that send; join() them."""
        queue = self.clients(share)
        threads = [threading.Thread(target=self.work, args=(queue,))
                   for _ in range(at_once)]
        for t in threads:
            t.start()
        return threads
