#!/usr/bin/env python3
"""api.t - the API answers what the commands print, and nothing that it should not.
"""
import gzip
import json
import pathlib
import socket
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lib")]
from mailtally import CORPUS, QMAIL, run, scratch
from server import Server
from tap import done, equal, ok

NOW = "2026-03-13"


def logs():
    """Two logs in folders of their own; the first one may grow."""
    first = next(p for p in sorted((CORPUS / "modern-8field").rglob("*"))
                 if p.is_file() and b" Accepted connection " in p.read_bytes())
    own = scratch("door/log", first.read_bytes())
    return own, QMAIL / "main"


def test_same_as_commands(server, own, queue):
    for params in ({}, {"sections": "codes,hours", "top": "3"},
                   {"verdict": "rejected"}):
        options = [x for k, v in params.items()
                   for x in ("--" + k.replace("_", "-"), v)]
        printed = run("report", "-o", "json", "--now", NOW, *options, own, queue)
        equal(server.json("report", **params), json.loads(printed.out),
              "report %s is what report prints" % params)
    printed = run("grep", "-o", "jsonl", "--all", "--kind", "transaction",
                  "--verdict", "accepted", own, queue)
    should = [json.loads(x) for x in printed.out.decode().splitlines()]
    got = server.json("events", kind="transaction", verdict="accepted",
                      limit="5000")["events"]
    ok(len(should) > 10, "there are events", len(should))
    key = lambda e: json.dumps(e, sort_keys=True)
    equal(sorted(map(key, got)), sorted(map(key, should)),
          "events are what grep prints")
    times = [e["time"] for e in got]
    equal(times, sorted(times, reverse=True), "the newest event first")
    equal(len(server.json("events", limit="3")["events"]), 3, "a limit")
    who = next(e["message_id"] for e in should if e.get("message_id"))
    printed = run("trace", "-o", "json", "--now", NOW, "--", who, own, queue)
    equal(server.json("trace", what=who), json.loads(printed.out),
          "a story is what trace tells")
    equal(server.json("trace", what="<nobody@nowhere.example>")["stories"], [],
          "no story is an empty list")
    equal(server.json("events", q="xyzzy-nowhere")["events"], [],
          "nothing found is an empty list")
    health = server.json("health")
    equal((health["zone"], health["logs"], health["host"]),
          ("UTC", 2, "mail.example.org"), "health")


def test_caching(server, own):
    path = "/api/v1/report?sections=codes"
    status, headers, body = server.ask(path)
    equal(server.ask(path, headers={"If-None-Match": headers["ETag"]})[0], 304,
          "what the client has is not sent again")
    status, packed, data = server.ask(path, headers={"Accept-Encoding": "gzip"})
    equal((packed["Content-Encoding"], gzip.decompress(data)), ("gzip", body),
          "packed for who takes it")
    with open(own, "ab") as f:
        f.write(own.read_bytes().splitlines(True)[-1])
    for _ in range(600):
        if server.ask(path)[2] != body:
            break
        time.sleep(0.1)
    else:
        return ok(False, "a log that grew is read again")
    ok(True, "a log that grew is read again")


def test_refusals(server):
    bad = {
        "/api/v1/report?nonsense=1": 400, "/api/v1/report?since=gugu": 400,
        "/api/v1/report?sections=nonsense": 400,
        "/api/v1/report?top=-1": 400, "/api/v1/report?top=1&top=2": 400,
        "/api/v1/report?since=" + "9" * 600: 400,
        "/api/v1/report?verdict=%2D%2Dhelp": 400,
        "/api/v1/report?sections=a%0ab": 400, "/api/v1/events?q=%28": 400,
        "/api/v1/events?limit=999999999": 400,
        "/api/v1/trace": 400, "/api/v1/trace?what=x&as=gugu": 400,
        "/api/v1/report?output=csv": 400, "/api/v1/report?directory=/tmp": 400,
        "/api/v1/report?state=/etc/passwd": 400,
        "/api/v1/": 404, "/nope": 404, "/api/v1/report/": 404,
        "/../../etc/passwd": 404, "/..%2f..%2fetc/passwd": 404,
        "/%2e%2e/%2e%2e/etc/passwd": 404, "//etc/passwd": 404,
    }
    for path, status in bad.items():
        got, headers, body = server.ask(path)
        fine = got == status and "error" in json.loads(body)
        ok(fine, "%s is %d" % (path[:60], status), got, body[:200])
    for what in ("--help", "-C", "; touch pwned", "$(touch pwned)", "|x", "%s%n"):
        status, headers, body = server.ask("/api/v1/trace", what=what)
        ok(status in (200, 400) and headers["Content-Type"].startswith(
            "application/json"), "trace of %s is asked as text" % what, body)
    ok(not list(pathlib.Path(scratch("x")).parent.rglob("pwned")),
       "no shell ran anything")
    for host in ("evil.example", "evil.example:%d" % server.port, "",
                 "127.0.0.1.evil.example", "localhost.evil.example:80"):
        equal(server.ask("/", headers={"Host": host})[0], 421,
              "a Host that is not ours: %r" % host)
    for host in ("localhost", "LOCALHOST:1", "127.0.0.1:9", "[::1]:80",
                 "mail.example.org:443"):
        equal(server.ask("/", headers={"Host": host})[0], 200,
              "a Host that is: %r" % host)
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "TRACE", "GUGU"):
        equal(server.ask("/", method=method)[0], 405, method)
    status, headers, body = server.ask("/api/v1/health", method="HEAD")
    equal((status, body), (200, b""), "HEAD has no body")


def test_headers(server):
    for path in ("/", "/page.js", "/report?sections=codes", "/api/v1/health",
                 "/nope"):
        status, headers, body = server.ask(path)
        policy = headers["Content-Security-Policy"] or ""
        ok("default-src 'none'" in policy and "unsafe" not in policy and
           "frame-ancestors 'none'" in policy, path + ": a strict policy", policy)
        ok(headers["X-Content-Type-Options"] == "nosniff" and
           headers["X-Frame-Options"] == "DENY", path + ": nosniff, no frames")


def closed(s, seconds):
    s.settimeout(seconds)
    try:
        while s.recv(65536):
            pass
        return True
    except socket.timeout:
        return False
    except OSError:
        return True


def test_bad_clients(server):
    start = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
    for name, data in {
            "huge headers": start + b"X: " + b"a" * 200000 + b"\r\n\r\n",
            "many headers": start + b"X: y\r\n" * 50000 + b"\r\n",
            "a huge address": b"GET /" + b"a" * 200000 + b" HTTP/1.1\r\n\r\n",
            "no HTTP": b"\0\1\2\3\r\n\r\n" * 10}.items():
        try:
            s = server.raw(data)
            answer = s.recv(4096)
        except OSError:
            answer = b""
        ok(not answer.startswith(b"HTTP/1.1 200"), name + " are refused",
           answer[:100])
    # A byte a second, for ever; meanwhile others are served.
    slow = [server.raw(b"GET /") for _ in range(20)]
    stop = threading.Event()

    def drip():
        while not stop.wait(0.5):
            for s in slow:
                try:
                    s.sendall(b"a")
                except OSError:
                    pass
    thread = threading.Thread(target=drip)
    thread.start()
    ok(server.json("health")["status"] == "ok", "slow clients hold nobody up")
    ok(all(closed(s, 60) for s in slow), "slow clients are sent away")
    stop.set()
    thread.join()


def test_many(server):
    """The same question of many at a time is answered once."""
    answers = []

    def ask():
        answers.append(server.ask("/api/v1/report?sections=ips")[::2])
    threads = [threading.Thread(target=ask) for _ in range(40)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    equal((len(answers), len(set(answers))), (40, 1), "forty the same")
    equal(answers[0][0], 200, "... and good")


def test_live(server, own):
    s = server.raw(b"GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
    s.settimeout(120)
    got = b""
    while b"data: " not in got:
        got += s.recv(65536)
    ok(b"Content-Type: text/event-stream" in got, "a stream of events")
    with open(own, "ab") as f:
        f.write(b"@4000000069b3a2f300000000 77777 Accepted connection 7/40 "
                b"from 192.0.2.77 / new.example\n")
    try:
        while b"192.0.2.77" not in got:
            part = s.recv(65536)
            if not part:
                break
            got += part
    except socket.timeout:
        pass
    event = next((x for x in got.split(b"\n") if b"192.0.2.77" in x), b"")
    ok(b'"running":7,"limit":40' in event, "a line that is written comes at once",
       event)
    s.close()


def test_metrics(server):
    status, headers, body = server.ask("/metrics")
    ok(status == 200 and b"mailtally_http_requests_total" in body, "metrics")
    checked = subprocess.run(["promtool", "check", "metrics"], input=body,
                             capture_output=True)
    ok(checked.returncode == 0 and not checked.stderr + checked.stdout,
       "promtool has nothing to say of /metrics", checked.stderr, checked.stdout)
    for log in (CORPUS / "modern-8field", QMAIL / "main"):
        printed = run("report", "-o", "prometheus", log).out
        checked = subprocess.run(["promtool", "check", "metrics"],
                                 input=printed, capture_output=True)
        ok(len(printed) > 1000 and checked.returncode == 0 and
           not checked.stderr + checked.stdout,
           "nor of report -o prometheus, %s" % log.name, checked.stderr)


def test_usage(own):
    for arguments, status in (
            (("--listen", "0.0.0.0:0", own), 64), (("--listen", "::1", own), 64),
            (("--listen", "gugu:1", own), 64), (("/nonexistent/log",), 66),
            (("-",), 64), (("--name", "x", "--listen", "[::]:0", own), 64)):
        result = run("serve", *arguments)
        ok(result.status == status and result.err.count(b"\n") == 1,
           "serve %s: status %d, one line" % (" ".join(map(str, arguments[:2])),
                                              status), result)


def main():
    own, queue = logs()
    server = Server("--now", NOW, "--name", "mail.example.org", own, queue)
    try:
        test_same_as_commands(server, own, queue)
        test_refusals(server)
        test_headers(server)
        test_many(server)
        test_live(server, own)
        test_caching(server, own)
        test_bad_clients(server)
        test_metrics(server)
    finally:
        status, err = server.stop()
    ok(status == 0 and err == "", "ends when it is told to, without complaint",
       status, err)
    test_usage(own)
    done()


main()
