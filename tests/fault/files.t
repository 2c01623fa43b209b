#!/usr/bin/env python3
"""files.t - logs that are missing, unreadable, damaged, or change while they
are read: what can be read is reported, and one line tells what could not."""
import bz2
import ctypes
import gzip
import json
import lzma
import os
import pathlib
import re
import resource
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from mailtally import (ENVIRONMENT, PROGRAM, Result, SCRATCH, corpus_log,
                       loggen, report, run, scratch)
from tap import done, equal, ok

LOG = corpus_log("naughty-multiline")
RECORDS = 24
GOOD = scratch("good.log", LOG)


def json_report(result):
    return json.loads(result.out)


def told(result, *paths):
    """Each path has one line on standard error, and nothing else has one."""
    lines = result.err.decode().splitlines()
    starts = ["mailtally: %s: " % path for path in paths]
    return len(lines) == len(paths) and all(
        sum(line.startswith(start) and line != start for line in lines) == 1
        for start in starts)


def test_missing():
    gone, log = SCRATCH / "gone", GOOD
    result = run("report", gone)
    ok(result.status == 66 and not result.out, "a missing log", result)
    lines = result.err.decode().splitlines()
    ok(lines[0] == "mailtally: %s: No such file or directory" % gone,
       "a missing log is named", result)
    result = run("report", "-o", "json", gone, log, SCRATCH / "gone-2")
    ok(result.status == 66 and told(result, gone, SCRATCH / "gone-2"),
       "two missing logs and one that is there", result)
    equal(json_report(result)["head"]["examined"], RECORDS,
          "the one that is there is reported")
    ok(run("report", log / "x").status == 66, "a log below a file")
    ok(run("report", "").status == 66, "a log without a name")


def without_override():
    """Root may read everything; not if it gives up these two (prctl(2))."""
    libc = ctypes.CDLL(None)
    for capability in (1, 2):
        libc.prctl(24, capability, 0, 0, 0)


def run_plainly(*arguments):
    process = subprocess.run(
        [PROGRAM, *map(str, arguments)], env=ENVIRONMENT, cwd=SCRATCH,
        preexec_fn=without_override, capture_output=True, timeout=120)
    return Result(process, process.stdout, process.stderr)


def test_unreadable():
    locked = scratch("locked.log", LOG)
    locked.chmod(0)
    result = run_plainly("report", "-o", "json", locked)
    ok(result.status == 74 and told(result, locked), "an unreadable log",
       result)
    result = run_plainly("report", "-o", "json", locked, GOOD)
    ok(result.status == 74 and told(result, locked),
       "an unreadable log and another", result)
    equal(json_report(result)["head"]["examined"], RECORDS,
          "the other one is reported")
    text = run_plainly("report", locked, GOOD).out
    ok(b"ermission" in text, "the report says so too", text[:600])
    folder = SCRATCH / "locked"
    folder.mkdir()
    (folder / "a.log").write_bytes(LOG)
    folder.chmod(0)
    result = run_plainly("report", "-o", "json", folder, GOOD)
    ok(result.status in (66, 74) and told(result, folder),
       "an unreadable folder", result)
    folder.chmod(0o700)
    loop = SCRATCH / "loop"
    loop.symlink_to("loop")
    result = run("report", "-o", "json", loop, GOOD)
    ok(result.status in (66, 74) and told(result, loop), "a link to itself",
       result)
    # Opening it works, reading does not.
    result = run("report", "-o", "json", "/proc/self/mem", GOOD)
    ok(result.status == 74 and told(result, "/proc/self/mem"),
       "a log that cannot be read", result)
    equal(json_report(result)["head"]["examined"], RECORDS,
          "the other one is reported")


def test_nothing_there():
    folder = SCRATCH / "empty"
    folder.mkdir()
    state = SCRATCH / "only-state"
    state.mkdir()
    (state / "state").write_bytes(b"queued @400000004914563a275ce974 195\n")
    (state / "lock").write_bytes(b"")
    for path, name in ((folder, "an empty folder"),
                       (state, "a folder without a log"),
                       (scratch("empty.log", b""), "an empty log"),
                       (scratch("newlines", b"\n\n\n"), "empty lines"),
                       (scratch("blank", b" "), "a blank"),
                       (pathlib.Path("/dev/null"), "/dev/null")):
        result = run("report", path)
        ok(result.status == 2 and not result.err, name, result)
        ok(b"No line of the input was recognised" in result.out,
           name + ": the report says so", result.out)
        result = run("report", "--empty-ok", path)
        ok(result.status == 0, name + ", --empty-ok", result)
        result = run("report", "-o", "json", path, GOOD)
        ok(result.status == 0 and not result.err and
           json_report(result)["head"]["examined"] == RECORDS,
           name + ", and a log", result)


def test_noise():
    """A.6: the formats that were tried, and three lines."""
    noise = scratch("noise", os.urandom(300000))
    lines = scratch("other.log", b"line one\nline two\nline three\nline 4\n")
    for path in (noise, lines):
        result = run("report", path)
        ok(result.status == 2 and not result.err,
           "%s: exit status 2" % path.name, result)
        text = result.out.decode()
        ok("qpsmtpd" in text.split("Program")[0],
           path.name + ": the formats tried", text[:600])
        equal(text.count("ALERT: Not understood:"), 3, path.name + ": three lines",
              text[:600])
        alerts = json_report(run("report", "-o", "json", path))["alerts"]
        equal(len(alerts), 4, path.name + ": as alerts in JSON", alerts)
    ok(b"line three" in result.out and b"line 4" not in
       result.out.split(b"Program")[0], "the first three")
    forced = run("report", "--format", "qpsmtpd", lines)
    ok(forced.status == 2, "a forced format does not make it one", forced)
    both = run("report", "-o", "json", noise, GOOD)
    ok(both.status == 0 and json_report(both)["head"]["examined"] == RECORDS,
       "noise and a log", both)
    for seed, packing in enumerate((b"\x1f\x8b", b"\x28\xb5\x2f\xfd",
                                    b"\xfd7zXZ\0", b"BZh9")):
        path = scratch("magic-%d" % seed, packing + os.urandom(5000))
        result = run("report", path)
        # Some of it may look like the packing, and some not even that.
        ok(result.status in (2, 74) and result.err.count(b"\n") <= 1,
           "noise behind %r" % packing, result)


def test_damaged():
    """What could be unpacked is reported; how much that is, is up to chance."""
    log = b"".join(b"@%016x%s" % (0x4000000063fe8000 + i, line[17:])
                   for i, line in enumerate(LOG.splitlines(keepends=True) * 40)
                   if line[:1] == b"@")
    whole = report(scratch("whole.log", log))["head"]["examined"]
    pack = {"gz": gzip.compress, "xz": lzma.compress, "bz2": bz2.compress,
            "zst": lambda data: subprocess.run(
                ["zstd", "-qc"], input=data, check=True,
                stdout=subprocess.PIPE).stdout}
    for name, compress in pack.items():
        packed = compress(log)
        cut = packed[:len(packed) * 2 // 3]
        flipped = bytearray(packed)
        flipped[len(packed) // 2] ^= 0x55
        flipped[len(packed) // 2 + 1] ^= 0xaa
        for kind, data in (("cut off", cut), ("damaged", bytes(flipped)),
                           ("nothing but its beginning", packed[:20]),
                           ("followed by rubbish", packed + b"rubbish" * 9)):
            path = scratch("damaged.%s" % name, data)
            result = run("report", "-o", "json", path, GOOD)
            ok(result.status == 74 and told(result, path),
               "%s, %s" % (name, kind), result)
            n = json_report(result)["head"]["examined"]
            ok(RECORDS <= n <= whole + RECORDS and
               (kind != "followed by rubbish" or n == whole + RECORDS),
               "%s, %s: the rest is reported" % (name, kind), n)
            piped = run("report", "-o", "json", "-", stdin=data)
            ok(piped.status == 74 and piped.err.count(b"\n") == 1,
               "%s, %s, through a pipe" % (name, kind), piped)
        # The pieces of a rotation around it are all there.
        half = scratch("half.%s" % name, compress(log[:len(log) // 2])[:-9])
        result = run("report", "-o", "json", half)
        ok(result.status == 74, name + ": its end is missing", result)


def test_shrinks():
    """Truncated at some moment of the reading; the moment is searched for."""
    path, truth = loggen("qpsmtpd", "--size", "24M")
    size = path.stat().st_size
    data = path.read_bytes()
    begun = time.monotonic()
    run("report", "-o", "json", path)
    took = time.monotonic() - begun
    seen = crashed = 0
    for i in range(60):
        path.write_bytes(data)
        process = subprocess.Popen(
            [PROGRAM, "report", "-o", "json", path], env=ENVIRONMENT,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        timer = threading.Timer(took * (i % 20 + 1) / 20,
                                os.truncate, (path, size // 3))
        timer.start()
        out, err = process.communicate(timeout=120)
        timer.join()
        if process.returncode == 74:
            seen += 1
            got = json.loads(out)
            ok(0 < got["head"]["examined"] < truth["transactions"] and
               err.count(b"\n") == 1 and str(path).encode() in err,
               "a log that shrinks: told, the rest is reported", err)
            if seen == 2:
                break
        elif process.returncode not in (0, 2):
            crashed += 1
            ok(False, "a log that shrinks", process.returncode, err[-2000:])
            break
    ok(seen > 0 and not crashed, "a log that shrinks is noticed", seen)
    path.unlink()


def test_grows():
    """What is appended while it is read is left for the next time."""
    path, truth = loggen("qpsmtpd", "--size", "24M", "--seed", "4")
    data = path.read_bytes()
    stop = threading.Event()

    def append():
        with open(path, "ab") as f:
            while not stop.is_set():
                f.write(data[:100000])
                f.flush()
                time.sleep(0.001)
    writer = threading.Thread(target=append)
    writer.start()
    try:
        results = [run("report", "-o", "json", path) for _ in range(3)]
    finally:
        stop.set()
        writer.join()
    for result in results:
        ok(result.status == 0 and not result.err and
           json_report(result)["head"]["examined"] >= truth["transactions"],
           "a log that grows", result)
    path.unlink()


def test_vanishes():
    """A rotation between listing and reading (DESIGN 8 has it as gone)."""
    folder = SCRATCH / "rotating"
    folder.mkdir()
    stop = threading.Event()
    piece = LOG[:len(LOG) // 2]

    def rotate():
        n = 0
        while not stop.is_set():
            n += 1
            (folder / "new").write_bytes(piece)
            os.replace(folder / "new", folder / "current")
            os.replace(folder / "current", folder / (
                "@%024x.s" % (0x4000000063fe9000 + n)))
            for old in sorted(folder.glob("@*"))[:-5]:
                old.unlink()
    rotator = threading.Thread(target=rotate)
    rotator.start()
    try:
        results = [run("report", "-o", "json", folder) for _ in range(30)]
    finally:
        stop.set()
        rotator.join()
    bad = [str(r) for r in results if r.status not in (0, 2, 66, 74, 75) or
           b"Sanitizer" in r.err]
    ok(not bad, "a folder that is rotated while it is read", *bad[:3])


def peak_kib(arguments, stdin_path=None):
    """Greatest resident size of a run, and how it ended."""
    env = dict(ENVIRONMENT, ASAN_OPTIONS="quarantine_size_mb=1")
    with open(stdin_path or os.devnull, "rb") as stdin, \
            open(SCRATCH / "peak.err", "w+b") as err:
        process = subprocess.Popen([PROGRAM, *map(str, arguments)], env=env,
                                   stdin=stdin, stdout=subprocess.DEVNULL,
                                   stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_maxrss, process.returncode


def test_memory():
    """A line of 100 MB, a file of nothing but one, and one packed a thousand
    times: memory does not grow with them (promise 6)."""
    record = next(line for line in LOG.splitlines() if b"logterse" in line)
    small = scratch("line-2M", record + b"x" * (2 << 20) + b"\n" + LOG)
    large = scratch("line-100M", record + b"x" * (100 << 20) + b"\n" + LOG)
    packed = scratch("line.gz", gzip.compress(large.read_bytes(), 1))
    spread = 24 << 10
    base, status = peak_kib(["report", small])
    equal(status, 0, "a line of 2 MB")
    for name, arguments, stdin in (
            ("a line of 100 MB", ["report", large], None),
            ("a line of 100 MB, packed", ["report", packed], None),
            ("a line of 100 MB through a pipe", ["report", "-"], large),
            ("a line of 100 MB explained", ["explain", "-"], large)):
        peak, status = peak_kib(arguments, stdin)
        ok(status == 0 and peak < base + spread, name,
           "status %d, %d KiB, a line of 2 MB takes %d" % (status, peak, base))
    r = report(large)
    rows = {row["item"]: row["lines"]
            for row in r["sections"]["unparsed"]["rows"]}
    equal((rows["long_lines"], r["head"]["examined"]), (1, RECORDS + 1),
          "it is counted, and what follows it is read")
    large.unlink()
    # One line without an end, and it is no line of a log.
    nothing = scratch("nothing", b"")
    with open(nothing, "r+b") as f:
        f.truncate(200 << 20)
    peak, status = peak_kib(["report", nothing])
    ok(status == 2 and peak < base + spread, "200 MB of NUL",
       "status %d, %d KiB" % (status, peak))
    # More distinct clients take more, a longer log of the same ones does not.
    one, _ = loggen("qpsmtpd", "--size", "8M", "--terse-only")
    data = one.read_bytes()
    with open(scratch("many.log"), "wb") as f:
        for i in range(12):
            # Later by an hour each time, and not a copy of the last.
            f.write(re.sub(rb"^@([0-9a-f]{16})", lambda m: b"@%016x" % (
                int(m[1], 16) + i * 3600), data, flags=re.M))
    base, _ = peak_kib(["report", "--jobs", "1", one])
    peak, _ = peak_kib(["report", "--jobs", "1", scratch("many.log")])
    ok(peak < base + (16 << 10), "a log twelve times as long",
       "%d KiB, once it takes %d" % (peak, base))


def test_many_files():
    """More files than may be open at once, and limits that are reached."""
    ends = [i + 1 for i, byte in enumerate(LOG) if byte == 10]
    folder = SCRATCH / "many"
    folder.mkdir()
    for i, (a, b) in enumerate(zip([0] + ends, ends)):
        (folder / ("m.%d" % (len(ends) - i))).write_bytes(LOG[a:b])

    def few():
        resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
    process = subprocess.run([PROGRAM, "report", "-o", "json", "--jobs", "8",
                              folder], env=ENVIRONMENT, preexec_fn=few,
                             capture_output=True, timeout=120)
    ok(process.returncode == 0 and json.loads(process.stdout)["head"]
       ["examined"] == RECORDS, "%d files, 16 descriptors" % len(ends),
       process.returncode, process.stderr[-600:])


test_missing()
test_unreadable()
test_nothing_there()
test_noise()
test_damaged()
test_shrinks()
test_grows()
test_vanishes()
test_memory()
test_many_files()
done()
