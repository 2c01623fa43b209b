#!/usr/bin/env python3
"""follow.t - logs that come, go, come back and grow by halves; several at once; and
that nothing is done when nothing happens."""
import os
import pathlib
import shutil
import signal
import subprocess
import time

from follower import Tail, label, numbered
from mailtally import run, scratch
from tap import done, equal, ok
from wait import wait_for

ALL = ("-n", "100000000")


def shown(*numbers):
    return b"".join(b"%d 192.0.2.%d 0/40\n" % (n, n % 250 + 1)
                    for n in numbers)


def append(path, data):
    with open(path, "ab", buffering=0) as f:
        f.write(data)


def check(process, numbers, name, status=0):
    """What it has shown, and what it shows no more than."""
    try:
        process.wait_for(shown(numbers[-1]))
        process.wait_ready()
    except AssertionError:
        pass
    equal(process.stop(), status, name + ": it ends in order", process.err())
    equal(process.out(), shown(*numbers), name, process.err())


WAYS = (("", ()), (", polled", ("--poll", "--poll-ms", "10")))

for way, options in WAYS:
    # ---- half a line ----
    log = scratch("half" + way, numbered(1))
    t = Tail(*ALL, *options, log).wait_for(shown(1))
    line = numbered(2)
    append(log, line[:40])
    t.wait_ready()
    equal(t.out(), shown(1), "half a line is not shown" + way)
    append(log, line[40:] + numbered(3)[:5])
    t.wait_for(shown(2))
    append(log, numbered(3)[5:])
    check(t, [1, 2, 3], "halves of lines are joined" + way)

    # ---- deletion and return ----
    log = scratch("gone" + way, numbered(1))
    t = Tail(*ALL, *options, log).wait_for(shown(1))
    log.unlink()
    t.wait_ready()
    append(log, numbered(2))
    t.wait_for(shown(2))
    log.unlink()
    append(log, numbered(3))
    check(t, [1, 2, 3], "a log that is deleted comes back" + way)

    # ---- what is written to a deleted log ----
    log = scratch("deleted" + way, numbered(1))
    with open(log, "ab", buffering=0) as writer:
        t = Tail(*ALL, *options, log).wait_for(shown(1))
        log.unlink()
        writer.write(numbered(2))
        t.wait_for(shown(2))
    append(log, numbered(3))
    check(t, [1, 2, 3], "a deleted log is read as long as it is written" + way)

    # ---- truncation ----
    log = scratch("cut" + way, numbered(1) + numbered(2))
    t = Tail(*ALL, *options, log).wait_for(shown(2))
    os.truncate(log, 0)
    t.wait_ready()
    append(log, numbered(3))
    t.wait_for(shown(3))
    with open(log, "r+b") as f:  # cut and longer than before, at once
        f.truncate(0)
        f.write(numbered(4) + numbered(5) + numbered(6))
    check(t, [1, 2, 3, 4, 5, 6], "a truncated log begins anew" + way)

    # ---- things that are not there yet ----
    folder = scratch("nowhere" + way) / "a" / "b"
    t = Tail(*ALL, *options, folder)
    t.wait_ready()
    ok("not there yet" in t.err(), "that a directory is missing is told" + way,
       t.err())
    folder.mkdir(parents=True)
    append(folder / "current", numbered(1))
    t.wait_for(shown(1))
    shutil.rmtree(folder)
    t.wait_ready()
    folder.mkdir()
    append(folder / "current", numbered(2))
    check(t, [1, 2], "a directory that comes, goes and comes back" + way)

    folder = scratch("file-later" + way)
    folder.mkdir()
    t = Tail(*ALL, *options, folder / "maillog")
    t.wait_ready()
    append(folder / "maillog", numbered(1))
    check(t, [1], "a file that comes" + way)

    # ---- a directory whose path is given to another one ----
    folder = scratch("moved" + way)
    folder.mkdir()
    append(folder / "current", numbered(1))
    t = Tail(*ALL, *options, folder).wait_for(shown(1))
    folder.rename(str(folder) + ".old")
    folder.mkdir()
    append(folder / "current", numbered(2))
    check(t, [1, 2], "a directory that is replaced" + way)

    # ---- new logs in a directory; a link to one is none; renamed ones are none ----
    folder = scratch("several" + way)
    folder.mkdir()
    append(folder / "one.log", numbered(1))
    t = Tail(*ALL, *options, folder).wait_for(shown(1))
    append(folder / "two.log", numbered(2))
    t.wait_for(shown(2))
    (folder / "link.log").symlink_to("one.log")
    (folder / "one.log").rename(folder / "one.log.old")
    append(folder / "one.log", numbered(3))
    t.wait_for(shown(3))
    append(folder / "two.log", numbered(4))
    check(t, [1, 2, 3, 4], "new logs in a directory" + way)

    # ---- symbolic links ----
    folder = scratch("linked" + way)
    (folder / "target").mkdir(parents=True)
    append(folder / "target/real", numbered(1))
    (folder / "log").symlink_to("target/real")
    t = Tail(*ALL, *options, folder / "log").wait_for(shown(1))
    append(folder / "target/real", numbered(2))
    t.wait_for(shown(2))
    (folder / "target/real").rename(folder / "target/real.1")
    append(folder / "target/real", numbered(3))
    t.wait_for(shown(3))
    append(folder / "target/other", numbered(4))
    (folder / "new").symlink_to("target/other")
    (folder / "new").rename(folder / "log")
    check(t, [1, 2, 3, 4], "through symbolic links" + way)

# ---- a line that multilog cuts in two files ----

folder = scratch("cut-by-multilog")
folder.mkdir()
long_line = b"77 (deny) logging::logterse: ` 192.0.2.1\thost\thelo\t<a@b>\t\tdnsbl" \
    b"\t903\t%s\tmsg denied before queued\n" % (b"x" * 9000)
t = Tail(*ALL, folder)
t.wait_ready()
subprocess.run(["multilog", "t", "s4096", "n100", str(folder)], check=True,
               input=numbered(1, False) + long_line + numbered(2, False))
t.wait_for(shown(2)).wait_ready()
t.stop()
equal(t.out(), shown(1) + b"77 192.0.2.1 dnsbl msg denied before queued\n" +
      shown(2), "a line that is cut between files is one line")

# ---- several logs: merged by time ----

a, b = scratch("merge/a/current"), scratch("merge/b/current")
append(a, b"".join(numbered(n) for n in (1, 4, 5)))
append(b, b"".join(numbered(n) for n in (2, 3, 6)))
t = Tail("-n", "4", a.parent, b.parent).wait_for(shown(6))
t.wait_ready()
equal(t.out(), shown(3, 4, 5, 6), "the last events of all logs together")
t.process.send_signal(signal.SIGSTOP)
append(a, b"".join(numbered(n) for n in range(7, 3000, 2)))
append(b, b"".join(numbered(n) for n in range(8, 3000, 2)))
t.process.send_signal(signal.SIGCONT)
check(t, list(range(3, 3000)), "what comes to several logs is merged by time")

# ---- standard input ----

equal(run("tail", "-", stdin=numbered(1) + numbered(2)[:-1]).out, shown(1, 2),
      "standard input, to its end and without a last line end")
result = run("tail", "-", stdin=b"this is\nno log\n")
equal(result.status, 2, "what is no log is not understood", result)
ok(b"no line was recognised" in result.err, "... which is told", result.err)
equal(run("tail", "-").status, 0, "nothing is not understood wrongly")
read, write = os.pipe()
t = Tail("-", stdin=read)
os.close(read)
os.write(write, numbered(1))
t.wait_for(shown(1))
os.write(write, numbered(2))
os.close(write)
equal(t.process.wait(timeout=60), 0, "a pipe that ends, ends it")
equal(t.out(), shown(1, 2), "what comes through a pipe is shown at once")

# ---- filters hold for what comes ----

folder = scratch("filtered/current", b"")
t = Tail("-n", "0", "--client", "192.0.2.7", folder)
t.wait_ready()
append(folder, b"".join(numbered(n) for n in range(1, 20)))
t.wait_for(shown(6)).wait_ready()
t.stop()
equal(t.out(), shown(6), "filters hold for what comes")

# ---- how it ends ----

for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    t = Tail(folder).wait_ready()
    equal(t.stop(number), 0, "%s ends it in order" % number.name, t.err())

for way, feed in (("while nothing happens", lambda: None),
                  ("by what is written", lambda: append(folder, numbered(50)))):
    read, write = os.pipe()
    t = Tail("-n", "0", folder, stdout=write)
    os.close(write)
    t.wait_ready()
    os.close(read)
    feed()
    equal(t.process.wait(timeout=60), 0, "a closed pipe ends it " + way)
    equal(t.err(), "", "and is no error")

with open("/dev/full", "wb") as full:
    t = Tail("-n", "1", folder, stdout=full)
    equal(t.process.wait(timeout=60), 74, "a full disk is an error")
    ok("standard output" in t.err(), "that is told", t.err())

# ---- idle ----

t = Tail("-n", "1", folder, scratch("idle/later"), scratch("idle/x", b""))
t.wait_ready()


def work():
    """(ticks of processor time, times it woke up)."""
    stat = pathlib.Path("/proc/%d/stat" % t.process.pid).read_text()
    fields = stat.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12]),
            t.status("voluntary_ctxt_switches"))


before = work()
time.sleep(1.5)
equal(work(), before, "nothing is done while nothing happens")
append(folder, numbered(60))
t.wait_for(shown(60))
ok(work()[1] != before[1], "(and something when something does)")
t.stop()

# ---- what cannot be ----

for arguments, status, text in (
        ((scratch("fifo"),), 66, "neither a file nor a directory"),
        (("",), 64, "empty name"),
        (("--time", "--tai", folder), 64, "which one"),
        (("-o", "csv", folder), 64, "text or jsonl"),
        (("--color", "red", folder), 64, "always or never"),
        (("-n", "-1", folder), 64, "-1"),
        (("--verdict", "maybe", folder), 64, "maybe")):
    if arguments[0] == scratch("fifo"):
        os.mkfifo(arguments[0])
    result = run("tail", *arguments)
    equal(result.status, status, "%s: the status" % " ".join(
        map(str, arguments[:2])), result)
    ok(text in result.err.decode() and result.err.count(b"\n") == 1,
       "... and why", result.err.decode())
done()
