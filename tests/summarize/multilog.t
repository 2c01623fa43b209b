#!/usr/bin/env python3
"""multilog.t - the processor under the real multilog: whatever happens, what
is stored is what was written, byte for byte, and the counts are right.

thousands.t has more rotations than this.
"""
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time

from summarizer import (COPY, Multilog, chunks, rows, truth,
                        without_stamps)
from mailtally import ENVIRONMENT, PROGRAM, scratch
from tap import done, equal, ok
from wait import wait_until

if not shutil.which("multilog"):
    sys.exit("multilog is missing; it is in Debian's package daemontools")

ROTATIONS = 100
pick = random.Random(11)

def everything(m, name, lost_state=False):
    """Closes m: all is stored, and its state is right."""
    equal(m.close(), 0, name + ": multilog ends in order", m.err())
    equal(m.stored() == m.written, True,
          name + ": all that was written is stored, unchanged",
          "%d bytes of %d" % (len(m.stored()), len(m.written)))
    if not lost_state:
        equal(rows(m.state()), truth(m.processed()), name + ": counts")
    ok("failed" not in m.err(), name + ": multilog did not complain", m.err())


# ---- many rotations ----

m = Multilog("many")
for piece in chunks(ROTATIONS * 2300, pick):
    m.write(piece)
everything(m, "4096 bytes a log")
ok(len(m.files()) >= ROTATIONS, "%d rotations" % len(m.files()))
equal(m.state(), m.state(COPY), "the copy is the state")

m = Multilog("forced", size=16000000)
for i, piece in enumerate(chunks(400000, pick)):
    m.write(piece)
    if i % 8 == 0:
        m.rotate()
        time.sleep(0.01)
everything(m, "forced rotations")
ok(len(m.files()) > 5, "%d forced rotations" % len(m.files()))

m = Multilog("table", options="--append-table")
for piece in chunks(60000, pick):
    m.write(piece)
equal(m.close(), 0, "with tables: multilog ends in order", m.err())
equal(without_stamps(re.sub(rb"^#.*\n", b"", b"".join(m.logs()), flags=re.M)), m.written,
      "with tables behind the logs, the rest is what was written")
equal(rows(m.state()), truth(m.processed()), "with tables: counts")

# ---- lines that are cut, odd bytes ----

m = Multilog("cut")
rcpts = b",".join(b"<user%d@local.example.org>" % i for i in range(300))
for i, piece in enumerate(chunks(150000, pick)):
    m.write(piece)
    if i % 7 == 0:
        m.write(b"%d (queue) logging::logterse: ` 192.0.2.1\tmx\tmx\t<a@b>\t%s"
                b"\tqueued\t\t<1@x>\n" % (i + 1, rcpts[:pick.randrange(9000)]))
    if i % 11 == 0:
        m.write(bytes(pick.randrange(256) for _ in range(300)) + b"\n")
m.write(b"no line end")
m.close()
equal(m.stored(), m.written + b"\n", "cut lines: all is stored")
# The last file may end inside a record; what was processed is what counts.
counted, told = rows(m.state()), truth(m.processed())
ok(all(0 <= told[k] - counted.get(k, 0) <= (k == "queued") for k in told),
   "cut lines: counts", counted, told)

# ---- the state emptied, changed, and descriptors that are none ----

m = Multilog("emptied")
for i, piece in enumerate(chunks(120000, pick)):
    m.write(piece)
    if i % 5 == 0:
        (m.path / "state").write_bytes(b"")
# Emptied under a running processor it has read before; each log is in it
# once however that went.
everything(m, "state emptied again and again", lost_state=True)
total, told = sum(rows(m.state()).values()), sum(truth(m.processed()).values())
equal(total, told, "state emptied again and again: counts")

m = Multilog("changed")
for i, piece in enumerate(chunks(120000, pick)):
    m.write(piece)
    if i % 5 == 0:
        (m.path / "state").write_bytes(bytes(
            pick.randrange(256) for _ in range(pick.randrange(3000))))
everything(m, "state full of noise", lost_state=True)

for what in ("4<&-", "5>&-", "4<&- 5>&-", "4</", "5</", "5>/dev/full",
             "4>/dev/null", "4</dev/zero"):
    m = Multilog("fd", processor='"%s" summarize %s' % (PROGRAM, what))
    for piece in chunks(25000, pick):
        m.write(piece)
    everything(m, "processor with " + what, lost_state=True)
    if "4" not in what or what == "4<&-":
        equal(sum(rows(m.state(COPY)).values()),
              sum(truth(m.processed()).values()),
              "processor with %s: the copy counted all" % what)

if os.geteuid() == 0 and not os.environ.get("NO_MOUNTS"):
    full = scratch("tiny")
    full.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", full],
                      stderr=subprocess.DEVNULL).returncode == 0:
        try:
            (full / "fill").write_bytes(bytes(1 << 20)[:1044480])
        except OSError:
            pass
        m = Multilog("full", processor='"%s" summarize 5>"%s"/state' % (
            PROGRAM, full))
        for piece in chunks(25000, pick):
            m.write(piece)
        everything(m, "full disk for the state", lost_state=True)
        subprocess.run(["umount", full])
    else:
        print("# NOT TESTED: a full disk of its own; mounting is not allowed "
              "here (/dev/full was tested)")
else:
    print("# NOT TESTED: a full disk of its own, which only root can mount "
          "(/dev/full was tested)")

# ---- the processor killed ----

m = Multilog("killed", processor=(
    'echo $$ >>"%s/pids"; exec "%s" summarize' % (scratch(""), PROGRAM)))
pids = scratch("pids")
pids.write_bytes(b"")
stop = threading.Event()
kills = 0
KILLS = 6  # multilog waits five seconds and more after each


def killer():
    global kills
    seen = 0
    while not stop.is_set() and kills < KILLS:
        found = pids.read_text().split()
        if len(found) > seen:
            seen = len(found)
            # Every other one, so that it goes on.
            if seen % 2:
                time.sleep(pick.random() ** 3 * 0.02)
                try:
                    os.kill(int(found[-1]), signal.SIGKILL)
                    kills += 1
                except OSError:
                    pass
        time.sleep(0.0005)


thread = threading.Thread(target=killer)
thread.start()
for piece in chunks(35000, pick):
    m.write(piece)
equal(m.close(), 0, "processor killed: multilog ends in order")
stop.set()
thread.join()
equal(m.stored() == m.written, True,
      "processor killed %d times at any moment: all is stored" % kills)
equal(rows(m.state()), truth(m.processed()), "processor killed: counts")
ok(kills > 3, "it was killed", kills)

# ---- multilog killed ----

m = Multilog("crash")
for piece in chunks(60000, pick):
    m.write(piece)
for _ in range(6):
    wait_until(lambda: m.process.poll() is None and m.files())
    m.kill()
    # What is in the pipe or in multilog's buffer is lost, by its nature.
    wait_until(lambda: not (m.path / "newstate").exists(), 2)
    m.start()
    wait_until(lambda: m.files(".u"), 5)
    for piece in chunks(30000, pick):
        m.write(piece)
m.close()
unprocessed = sum(truth(b"".join(
    p.read_bytes() for p in m.files(".u"))).values())
stored = sum(truth(m.processed()).values())
counted = sum(rows(m.state()).values())
ok(stored <= counted <= stored + unprocessed,
   "multilog killed: the totals go on", stored, counted, unprocessed)
out = subprocess.run([PROGRAM, "summarize", "--include-unprocessed", m.path],
                     env=ENVIRONMENT, stdout=subprocess.PIPE,
                     stderr=subprocess.PIPE)
equal((out.returncode, sum(rows(m.state()).values())),
      (0, stored + unprocessed),
      "with the unprocessed logs they are the truth", out.stdout, out.stderr)
again = m.state()
subprocess.run([PROGRAM, "summarize", "--include-unprocessed", m.path],
               env=ENVIRONMENT, stdout=subprocess.PIPE, check=True)
equal(m.state(), again, "and not more the second time")

m = Multilog("during", options="--include-unprocessed")
for piece in chunks(40000, pick):
    m.write(piece)
m.kill()
m.start()
for piece in chunks(40000, pick):
    m.write(piece)
m.close()
equal(sum(rows(m.state()).values()), sum(truth(m.processed()).values()) + sum(
    truth(b"".join(p.read_bytes() for p in m.files(".u"))).values()),
    "the processor itself includes what is unprocessed")

m = Multilog("alive")
for piece in chunks(40000, pick):
    m.write(piece)
m.kill()
m.start()
wait_until(lambda: m.files(".u"))
m.written = m.stored()
done_writing = threading.Event()


def writer():
    for piece in chunks(400000, pick):
        m.write(piece)
    done_writing.set()


thread = threading.Thread(target=writer)
thread.start()
statuses = []
while not done_writing.is_set():
    statuses.append(subprocess.run(
        [PROGRAM, "summarize", "--include-unprocessed", m.path],
        env=ENVIRONMENT, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE).returncode)
thread.join()
everything(m, "included while multilog runs", lost_state=True)
equal(sum(rows(m.state()).values()), sum(truth(m.processed()).values()) + sum(
    truth(b"".join(p.read_bytes() for p in m.files(".u"))).values()),
    "included while multilog runs: counts, after %d tries" % len(statuses))
ok(set(statuses) <= {0, 75}, "included while multilog runs: exit status",
   statuses)

# ---- the state away: multilog stops before any processor runs ----

m = Multilog("away")
for piece in chunks(20000, pick):
    m.write(piece)
wait_until(lambda: m.stored() == m.written and not any(
    (m.path / name).exists() for name in ("previous", "newstate")))
(m.path / "state").unlink()


def fill():
    for piece in chunks(200000, pick):
        m.write(piece)
    m.process.stdin.close()


thread = threading.Thread(target=fill)
thread.start()
ok(wait_until(lambda: "unable to run" in m.err()), "state away: multilog says",
   m.err())
n = len(m.files())
time.sleep(2)
ok(len(m.files()) == n and thread.is_alive(),
   "state away: multilog is blocked, and who writes to it")
(m.path / "state").touch()
thread.join()
equal(m.process.wait(), 0, "state made again: it goes on and ends in order")
equal(m.stored() == m.written, True,
      "state made again: no line is lost")
equal(sum(rows(m.state()).values()), sum(truth(m.processed()).values()),
      "state made again: nor a count")

done()
