#!/usr/bin/env python3
"""pace.t - how "mailtally dnsbl test" asks: how fast, how many at once, and what
Ctrl-C and --progress do.

What was sent when is taken from the kernel's time stamps of the packets.
"""
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from whatif import Mail, by_list, log_of, section, table, test

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from dns import A, Stub, by_zone, probes
from mailtally import ENVIRONMENT, PROGRAM, SCRATCH, run, scratch
from tap import done, equal, ok
from wait import wait_for


def clients(n):
    return [Mail("203.0.%d.%d" % (112 + i // 250, 1 + i % 250))
            for i in range(n)]


def most_in_a_second(stamps_ns):
    stamps = sorted(stamps_ns)
    most, first = 0, 0
    for i, t in enumerate(stamps):
        while t - stamps[first] >= 10 ** 9:
            first += 1
        most = max(most, i - first + 1)
    return most


def test_rate():
    """--rate is a list's own, A and TXT together."""
    stub = Stub(by_zone({
        "x.example": probes(lambda q: q.listed()),
        "y.example": probes(lambda q: q.nothing())}))
    log = log_of("rate.log", clients(80))
    result = run("dnsbl", "test", "-o", "json", "--resolver", stub.address,
                 "--rate", "100", "x.example", "y.example", log)
    equal(result.status, 0, "a run at 100 a second", result)
    for zone, least in (("x.example", 160), ("y.example", 80)):
        stamps = [q.time_ns for q in stub.queries if q.name.endswith(zone)]
        ok(len(stamps) >= least, zone + ": all was asked", len(stamps))
        most = most_in_a_second(stamps)
        # A tenth of a second may be made up for.
        ok(most <= 100 + 10 + 2, zone + ": never more than 100 in a second",
           most)
        span = (max(stamps) - min(stamps)) / 1e9
        ok(span >= (len(stamps) - 12) / 100, zone + ": it takes as long as "
           "that", span)


class Holding:
    """Keeps all questions until there are n; then answers them at once."""

    def __init__(self, n):
        self.n, self.held, self.most = n, [], 0
        self.at = time.monotonic()
        self.lock = threading.Lock()
        threading.Thread(target=self.let_go, daemon=True).start()

    def answer(self, query):
        with self.lock:
            self.held.append(query)
            self.at = time.monotonic()
            self.most = max(self.most, len(self.held))
            if len(self.held) >= self.n:
                self.release()

    def release(self):
        for q in self.held:
            q.send(q.nothing())
        self.held = []

    def let_go(self):
        """The last ones are fewer."""
        while True:
            time.sleep(0.05)
            with self.lock:
                if self.held and time.monotonic() - self.at > 0.5:
                    self.release()


def test_concurrency():
    holding = Holding(8)
    stub = Stub(by_zone({"x.example": probes(holding.answer)}))
    log = log_of("many.log", clients(200))
    result = run("dnsbl", "test", "-o", "json", "--resolver", stub.address,
                 "--rate", "0", "--concurrency", "8", "--timeout", "30",
                 "x.example", log)
    equal(result.status, 0, "a run with 8 at once", result)
    equal(holding.most, 8, "8 are under way at once, and never more")


def start(stub, log, *arguments):
    return subprocess.Popen(
        [PROGRAM, "dnsbl", "test", "-o", "json", "--resolver", stub.address,
         *map(os.fspath, arguments), "x.example", os.fspath(log)],
        env=ENVIRONMENT, cwd=SCRATCH, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_interrupt():
    """Ctrl-C prints what is known by then, and keeps it."""
    import json
    for number in signal.SIGINT, signal.SIGTERM:
        answered = []

        def some(q):
            if len(answered) >= 30:
                return None
            if q.type == A:
                answered.append(q.name)
            return q.listed()
        stub = Stub(by_zone({"x.example": probes(some)}))
        snapshot = scratch("interrupted")
        process = start(stub, log_of("many.log", clients(100)), "--rate", "0",
                        "--timeout", "60", "--concurrency", "4", "--snapshot",
                        snapshot)
        wait_for("30 answers and silence", lambda: len(answered) >= 30 and
                 len([q for q in stub.queries if q.type == A]) > 32 or
                 process.poll() is not None)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
        equal(process.returncode, 75, "%s ends it with status 75"
              % signal.Signals(number).name, err.decode())
        report = json.loads(out)
        listed = report["head"]["listed"]
        ok(20 <= listed <= 30, "... what is known is printed", listed)
        ok("interrupted" in " ".join(report["alerts"]), "... and said to be "
           "not all", report["alerts"])
        notes = " ".join(section(report)["notes"])
        ok("It was not asked for %d of 100 clients." % (100 - listed) in notes,
           "... nothing is counted as not listed", notes)
        known = snapshot.read_text().count("\nanswer\t")
        equal(known, listed, "... and it is in the snapshot")
        equal(by_list(test("--replay", snapshot, scratch("many.log")),
                      "unknown"), {"x.example": 100 - known},
              "... of which the rest is unknown")


def test_interrupt_of_probe():
    """Before anything is known, too."""
    stub = Stub(lambda q: None)
    process = start(stub, log_of("few.log", clients(3)), "--timeout", "60")
    wait_for("the probe", lambda: len(stub.queries) >= 2 or
             process.poll() is not None)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    equal(process.returncode, 75, "Ctrl-C during the probe", err.decode())
    ok(b"interrupted" in out, "... prints that nothing is known", out)


def test_progress():
    """With an estimate, and only when it takes long."""
    stub = Stub(by_zone({"x.example": probes(lambda q: q.nothing())}))
    process = start(stub, log_of("many.log", clients(60)), "--rate", "20",
                    "--progress", "always")
    out, err = process.communicate(timeout=120)
    equal(process.returncode, 0, "a run of three seconds", err.decode())
    lines = [l for l in err.decode().split("\r") if "answers, about" in l]
    ok(lines and all(" of 60 answers, about " in l and " left" in l
                     for l in lines), "shows how far it is and how long it "
       "will take", err.decode())
    process = start(stub, log_of("many.log", clients(3)), "--rate", "0",
                    "--progress", "never")
    out, err = process.communicate(timeout=120)
    equal(err, b"", "without --progress nothing is said")


def main():
    test_rate()
    test_concurrency()
    test_interrupt()
    test_interrupt_of_probe()
    test_progress()
    done()


main()
