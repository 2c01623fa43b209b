#!/usr/bin/env python3
"""safe.t - users and passwords, TLS, and the sandbox of the dashboard."""
import base64
import http.client
import json
import os
import pathlib
import socket
import ssl
import subprocess
import sys
import threading
import time
import warnings

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lib")]
from mailtally import CORPUS, SCRATCH, run, scratch
from server import Server
from tap import done, equal, ok

LOG = CORPUS / "modern-8field" / "log"
# crypt() of "secret word" (bcrypt), and of "pw" (yescrypt).
ANN = "ann:$2b$05$abcdefghijklmnopqrstuu1C7yeI3ZG3Jm.nHdnKkGJg1xTYKP9Oy\n"
BOB = "bob:$y$j75$abcdefghijk./123$OBgIQi07HDm0.o8em.RKYzIT7DwmjzdXtxMGl8iIkmD\n"


def basic(name, password):
    text = base64.b64encode(("%s:%s" % (name, password)).encode()).decode()
    return {"Authorization": "Basic " + text}


def status_of(server, headers, path="/api/v1/health"):
    return server.ask(path, headers=headers)[0]


def test_login(users):
    server = Server("--auth-file", users, LOG)
    for path in ("/", "/page.js", "/page.css", "/report", "/metrics",
                 "/api/v1/report", "/api/v1/live", "/api/v1/logs", "/nope"):
        status, headers, body = server.ask(path)
        ok(status == 401 and headers["WWW-Authenticate"].startswith("Basic ")
           and "error" in json.loads(body) and headers["Cache-Control"] ==
           "no-store", path + " asks who it is", status, body)
    equal(status_of(server, basic("ann", "secret word")), 200, "bcrypt")
    equal(status_of(server, basic("bob", "pw")), 200, "yescrypt")
    status, headers, body = server.ask("/report", headers=basic("bob", "pw"))
    ok(status == 200 and b"<table" in body, "a user's report, made by a run")
    for name, header in {
            "no scheme": "ann", "another scheme": "Bearer abc",
            "no Base64": "Basic !!!!", "no colon": "Basic YW5u",
            "empty": "Basic ", "too long": "Basic " + "QUFB" * 700,
            "a NUL": "Basic " + base64.b64encode(
                b"ann:secret word\0").decode()}.items():
        equal(status_of(server, {"Authorization": header}), 401,
              "credentials that are none: " + name)
    # A stream and a run, each begun by one whose password is looked at.
    fresh = Server("--auth-file", users, LOG)
    s = fresh.raw(b"GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\n"
                  b"Authorization: " + basic("ann", "secret word")[
                      "Authorization"].encode() + b"\r\n\r\n")
    s.settimeout(120)
    got = b""
    while b"data: " not in got:
        part = s.recv(65536)
        if not part:
            break
        got += part
    ok(b"data: " in got, "a stream of a user", got[:200])
    s.close()
    for one in (server, fresh):
        equal(one.stop(), (0, ""), "ends without complaint")


def test_throttled(users):
    server = Server("--auth-file", users, LOG)
    equal(status_of(server, basic("bob", "pw")), 200, "a user is known")
    got = [status_of(server, basic("ann", "guess %d" % i)) for i in range(8)]
    ok(got[:4] == [401] * 4 and 429 in got,
       "who guesses has to wait", got)
    status, headers, body = server.ask("/", headers=basic("ann", "guess"))
    ok(status == 429 and int(headers["Retry-After"]) >= 1 and
       "error" in json.loads(body), "and is told for how long", status, headers)
    equal(status_of(server, basic("ann", "secret word")), 429,
          "even the right password is not looked at")
    equal(status_of(server, basic("bob", "pw")), 200,
          "who was in before stays in")
    end = time.monotonic() + 100
    while status_of(server, basic("ann", "secret word")) == 429 and \
            time.monotonic() < end:
        time.sleep(0.5)
    equal(status_of(server, basic("ann", "secret word")), 200,
          "after that time it is")
    server.stop()


def test_many_at_once(users):
    """More than may wait, all wrong; nobody else is held up by them."""
    server = Server("--auth-file", users, LOG)
    got = []

    def guess(i):
        got.append(status_of(server, basic("ann", "guess %d" % i)))
    status_of(server, basic("bob", "pw"))
    threads = [threading.Thread(target=guess, args=(i,)) for i in range(60)]
    for t in threads:
        t.start()
    ok(all(status_of(server, basic("bob", "pw")) == 200 for _ in range(20)),
       "a user is served while others guess")
    for t in threads:
        t.join()
    ok(len(got) == 60 and set(got) <= {401, 429, 503} and
       got.count(401) <= 10, "sixty guesses at once are not sixty guesses",
       sorted(got))
    # Ends while some wait.
    threads = [threading.Thread(target=lambda i=i: server.raw(
        b"GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization: " +
        basic("x", str(i))["Authorization"].encode() + b"\r\n\r\n"))
        for i in range(10)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    equal(server.stop(), (0, ""), "ends while passwords are looked at")


def test_auth_usage(users):
    weak = scratch("weak", "eve:$apr1$abc$MtSdWSZbhct2oe\n")
    for arguments, status in (
            (("--auth-file", "/nonexistent"), 66), (("--auth-file", weak), 65),
            (("--auth-file", scratch("none", "# nobody\n")), 65),
            (("--auth-file", SCRATCH), 74),
            (("--listen", "0.0.0.0:0"), 64),
            (("--tls-cert", users), 64), (("--tls-key", users), 64),
            (("--tls-cert", users, "--tls-key", users), 65),
            (("--tls-cert", "/nonexistent", "--tls-key", users), 66)):
        result = run("serve", *arguments, LOG)
        ok(result.status == status and result.err.count(b"\n") == 1 and
           b"apr1" not in result.err,
           "serve %s: status %d, one line" % (" ".join(map(str, arguments)),
                                              status), result)
    server = Server("--auth-file", users, LOG, listen="0.0.0.0:0")
    equal(server.ask("/")[0], 401, "with users other addresses may be asked")
    status, err = server.stop()
    ok(status == 0 and err.count("\n") == 1 and "--tls-cert" in err,
       "and that passwords can be read on their way is said", err)
    server = Server("--trust-proxy", LOG, listen="0.0.0.0:0")
    equal(server.ask("/")[0], 200, "so with a proxy that is trusted")
    equal(server.stop(), (0, ""), "without a word")


def certificate():
    cert, key = scratch("cert.pem"), scratch("key.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30",
                    "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=DNS:localhost", "-keyout", key, "-out",
                    cert], check=True, capture_output=True)
    return cert, key


def test_tls(users):
    cert, key = certificate()
    server = Server("--tls-cert", cert, "--tls-key", key, "--auth-file", users,
                    LOG)
    ok(server.url.startswith("https://"), "it says https", server.url)
    context = ssl.create_default_context(cafile=os.fspath(cert))

    def ask(path, headers):
        c = http.client.HTTPSConnection("localhost", server.port, timeout=120,
                                        context=context)
        c.request("GET", path, headers=headers)
        answer = c.getresponse()
        return answer.status, answer.read()
    equal(ask("/", {})[0], 401, "TLS, and who it is")
    status, body = ask("/api/v1/report", basic("bob", "pw"))
    ok(status == 200 and "sections" in json.loads(body), "a report over TLS")
    warnings.simplefilter("ignore", DeprecationWarning)
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version = ssl.TLSVersion.TLSv1
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    try:
        old.wrap_socket(socket.create_connection(("127.0.0.1", server.port)))
        ok(False, "TLS 1.1 is refused")
    except OSError:
        ok(True, "TLS 1.1 is refused")
    for name, data in {
            "plain HTTP": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "noise": bytes(range(256)) * 20}.items():
        s = server.raw(data)
        s.settimeout(60)
        try:
            answer = s.recv(4096)
        except OSError:
            answer = b""
        ok(b"HTTP" not in answer and b"html" not in answer,
           name + " to a TLS port is answered with nothing", answer[:80])
    # A handshake that never ends.
    slow = [server.raw(b"\x16\x03\x01") for _ in range(10)]
    equal(ask("/api/v1/health", basic("bob", "pw"))[0], 200,
          "half handshakes hold nobody up")
    gone = 0
    for s in slow:
        s.settimeout(60)
        try:
            while s.recv(4096):
                pass
            gone += 1
        except socket.timeout:
            pass
        except OSError:
            gone += 1
    equal(gone, 10, "and are sent away")
    equal(server.stop(), (0, ""), "ends without complaint")
    # A key of another certificate.
    other = scratch("other.pem")
    subprocess.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-out", other], check=True,
                   capture_output=True)
    result = run("serve", "--listen", "127.0.0.1:0", "--tls-cert", cert,
                 "--tls-key", other, LOG)
    ok(result.status == 75 and result.err.count(b"\n") == 1,
       "a key that does not fit: one line", result)


def field(pid, name):
    for line in pathlib.Path("/proc/%d/status" % pid).read_text().splitlines():
        if line.startswith(name + ":"):
            return line.split()[1]
    return None


def children(pid):
    found = []
    for task in pathlib.Path("/proc/%d/task" % pid).iterdir():
        found += map(int, (task / "children").read_text().split())
    return found


def test_sandbox():
    store = scratch("box/mail.db")
    server = Server("--store", store, "--follow", LOG / "current", LOG)
    pid = server.process.pid
    end = time.monotonic() + 60
    while server.ask("/api/v1/report")[0] != 200 and time.monotonic() < end:
        time.sleep(0.2)
    equal(server.ask("/api/v1/report")[0], 200, "runs work in the sandbox")
    equal(server.ask("/api/v1/logs")[0], 200, "logs, too")
    started = children(pid)
    ok(len(started) >= 2, "there are runs that go on", started)
    for p in [pid, *started]:
        equal((field(p, "Seccomp"), field(p, "NoNewPrivs")), ("2", "1"),
              "calls are filtered in %s" % ("the server" if p == pid
                                            else "a run"))
    equal(server.stop(), (0, ""), "ends without complaint")
    free = Server("--no-sandbox", LOG)
    equal(field(free.process.pid, "Seccomp"), field(os.getpid(), "Seccomp"),
          "--no-sandbox")
    free.stop()


def main():
    users = scratch("users", ANN + BOB)
    test_login(users)
    test_throttled(users)
    test_many_at_once(users)
    test_auth_usage(users)
    test_tls(users)
    test_sandbox()
    done()


main()
