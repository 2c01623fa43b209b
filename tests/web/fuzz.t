#!/usr/bin/env python3
"""fuzz.t - requests that nobody would send: each is answered or refused, in
JSON, by a server that goes on.

The same ones in each run; REQUESTS= makes it more, SEED= others."""
import json
import os
import pathlib
import random
import socket
import sys
import time
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lib")]
from mailtally import CORPUS, scratch
from server import Server
from tap import done, equal, ok

REQUESTS = int(os.environ.get("REQUESTS", "250"))
SEED = int(os.environ.get("SEED", "1"))
LOG = CORPUS / "modern-8field" / "log"
SECRET = "a-line-of-a-file-that-no-address-may-name"

PATHS = ["report", "events", "trace", "logs", "logs/lines", "logs/state",
         "snapshots", "whatif", "queue", "health", "metrics"]
NAMES = ["since", "until", "period", "client", "host", "helo", "from", "to",
         "disposition", "verdict", "min_score", "max_score", "sections", "top",
         "q", "fixed", "kind", "limit", "what", "as", "id", "at", "last",
         "snapshot", "policy", "best", "exclude_own", "summary", "store",
         "config", "C", "output", "directory", "", "--help"]
VALUES = ["", "0", "1", "-1", "99999999999999999999", "1e9", "0x10", " 1", "1 ",
          "today", "yesterday", "2026-03-29", "2026-02-30", "-2h", "+1d",
          "@0", "@-1", "@99999999999999999", "now", "queued", "@example.org",
          "192.0.2.0/24", "::/0", "0.0.0.0/0", "*", "?*?*?*", "[", "(", "(?R)",
          "\\", "%s%n%x", "$(id)", "`id`", ";id", "|id", "'", '"', "<script>",
          "--", "--help", "-C/etc/passwd", "--store=/etc/passwd", "../..",
          "/etc/passwd", "\r\nX-Evil: 1", "\n", "\t", "\x00", "\x7f", "\u202e",
          "\ud7ff", "a" * 513, "b" * 512, "0" * 16, "f" * 16, ",", ",,,", "all",
          "codes,codes", "-codes", "rejected", "x=1 >= 1", "=>=", "1,2,3"]


def address(pick, secret):
    """Something like an address of the API."""
    path = "/api/v1/" + pick.choice(PATHS)
    if pick.random() < 0.1:
        path = pick.choice([
            path + "/", path + "/../report", "/" + path, path.upper(),
            path + "%2f..%2f..", path + "%00", path + "\\..\\", secret,
            "/api/v1/logs" + secret, "/api/v1/logs/.." + secret,
            "//" + secret.lstrip("/"), "/.%2e" * 8 + secret])
    pairs = []
    for _ in range(pick.choice((0, 1, 1, 2, 2, 3, 8))):
        value = pick.choice(VALUES + [secret, "file://" + secret])
        if pick.random() < 0.3:
            value = "".join(pick.choice(value + "aZ0-/.%\x1b\xff ")
                            for _ in range(pick.randrange(1, 40)))
        pairs.append(urllib.parse.quote(pick.choice(NAMES)) + "=" +
                     urllib.parse.quote(value.encode("utf-8", "replace")))
    return path + ("?" + "&".join(pairs) if pairs else "")


def test_addresses(server, secret):
    pick, bad, seen = random.Random(SEED), [], {}
    for _ in range(REQUESTS):
        path = address(pick, os.fspath(secret))
        status, headers, body = server.ask(path)
        seen[status] = seen.get(status, 0) + 1
        fine = status in (200, 400, 404, 413)
        if status != 200:
            try:
                fine = fine and set(json.loads(body)) == {"error"}
            except ValueError:
                fine = False
        if headers["X-Evil"] or SECRET.encode() in body or b"\x1b" in body \
                or headers["X-Content-Type-Options"] != "nosniff":
            fine = False
        if not fine:
            bad.append((path, status, body[:300]))
    ok(not bad, "%d made-up addresses are answered or refused: %s" % (
        REQUESTS, seen), *bad[:10])
    ok(seen.get(200, 0) > REQUESTS // 20 and seen.get(400, 0) > REQUESTS // 20,
       "some of each", seen)


START = b"GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\n"


def mutate(pick, data):
    data = bytearray(data)
    for _ in range(pick.randrange(1, 6)):
        at = pick.randrange(len(data) + 1)
        what = pick.randrange(4)
        if what == 0 and at < len(data):
            data[at] = pick.randrange(256)
        elif what == 1:
            data[at:at] = bytes(pick.randrange(256)
                                for _ in range(pick.randrange(1, 9)))
        elif what == 2:
            del data[at:at + pick.randrange(1, 9)]
        else:
            data[at:at] = data[:at]
    return bytes(data[:60000])


def answers(server, data):
    """What comes back until the server, or we, have enough."""
    got = b""
    try:
        s = server.raw(data)
        s.shutdown(socket.SHUT_WR)
        s.settimeout(60)
        while len(got) < 1 << 20:
            part = s.recv(65536)
            if not part:
                break
            got += part
    except OSError:
        pass
    return got


def test_bytes(server):
    pick, bad = random.Random(SEED), []
    for i in range(REQUESTS // 2):
        data = mutate(pick, START + b"Accept-Encoding: gzip\r\n"
                      b"Connection: close\r\n\r\n")
        got = answers(server, data)
        if got and not got.startswith(b"HTTP/1.") or SECRET.encode() in got:
            bad.append((data, got[:200]))
    ok(not bad, "%d broken requests get HTTP or nothing" % (REQUESTS // 2),
       *bad[:5])
    equal(server.json("health")["status"], "ok", "the server goes on")


def test_smuggling(server):
    inner = b"GET /api/v1/report HTTP/1.1\r\nHost: localhost\r\n\r\n"
    for name, headers, body in (
            ("a body with a length", b"Content-Length: %d\r\n" % len(inner),
             inner),
            ("a chunked body", b"Transfer-Encoding: chunked\r\n",
             b"%x\r\n%s\r\n0\r\n\r\n" % (len(inner), inner)),
            ("a length and chunks", b"Content-Length: 4\r\n"
             b"Transfer-Encoding: chunked\r\n",
             b"%x\r\n%s\r\n0\r\n\r\n" % (len(inner), inner)),
            ("two lengths", b"Content-Length: 0\r\nContent-Length: %d\r\n" %
             len(inner), inner),
            ("a negative length", b"Content-Length: -1\r\n", inner),
            ("a length of more than there is",
             b"Content-Length: 99999999999999999999\r\n", inner)):
        got = answers(server, START + headers + b"\r\n" + body)
        ok(b'"sections"' not in got, name + " is not taken for a request",
           got[:300])
    for name, head in {
            "two hosts": START + b"Host: evil.example\r\n\r\n",
            "a folded host": b"GET / HTTP/1.1\r\nHost:\r\n evil.example\r\n\r\n",
            "no host": b"GET / HTTP/1.1\r\n\r\n",
            "HTTP/1.0 without a host": b"GET / HTTP/1.0\r\n\r\n",
            "an address with a host":
                b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example"
                b"\r\n\r\n",
            "a host with a user": b"GET / HTTP/1.1\r\nHost: localhost@evil."
                                  b"example\r\n\r\n"}.items():
        got = answers(server, head)
        ok(not got.startswith(b"HTTP/1.1 200"), name + " is not ours", got[:120])
    # Pipelined requests are answered each, in their order.
    got = answers(server, START + b"\r\n" + START.replace(
        b"health", b"nope") + b"\r\n" + START + b"Connection: close\r\n\r\n")
    equal([x[:3] for x in got.split(b"HTTP/1.1 ")[1:]],
          [b"200", b"404", b"200"], "pipelined requests")


def sockets(server):
    """How many the server has open."""
    n = 0
    for fd in pathlib.Path("/proc/%d/fd" % server.process.pid).iterdir():
        try:
            n += os.readlink(fd).startswith("socket:")
        except OSError:
            pass
    return n


def test_slow_reader(server):
    """Who asks and does not read is sent away; others do not notice."""
    idle = []
    for _ in range(20):
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.connect(("127.0.0.1", server.port))
        s.sendall(b"GET /api/v1/events?limit=5000 HTTP/1.1\r\n"
                  b"Host: localhost\r\n\r\n" * 20)
        idle.append(s)
    equal(server.json("health")["status"], "ok",
          "clients that do not read hold nobody up")
    # They cannot tell, as they do not read: the server has to.
    end = time.monotonic() + 120
    while sockets(server) > 5 and time.monotonic() < end:
        time.sleep(0.5)
    ok(sockets(server) <= 5, "and are sent away", sockets(server))
    for s in idle:
        s.close()


def test_crowd(server):
    """More connections than one client may have; then there is room again."""
    crowd = []
    for _ in range(700):
        try:
            crowd.append(server.raw(b""))
        except OSError:
            break
    closed = 0
    for s in crowd:
        s.settimeout(0.01)
        try:
            closed += s.recv(1) == b""
        except socket.timeout:
            pass
        except OSError:
            closed += 1
    ok(closed >= 150, "one client gets a bounded number of connections",
       closed, len(crowd))
    for s in crowd:
        s.close()
    equal(server.json("health")["status"], "ok", "and then there is room again")


def main():
    secret = scratch("secret/file", SECRET)
    server = Server(LOG)
    try:
        test_addresses(server, secret)
        test_bytes(server)
        test_smuggling(server)
        test_slow_reader(server)
        test_crowd(server)
    finally:
        status, err = server.stop()
    equal((status, err), (0, ""), "ends without complaint")
    done()


main()
