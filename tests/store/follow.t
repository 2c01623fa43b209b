#!/usr/bin/env python3
"""follow.t - ingest --follow takes what is written, over rotations, and may
be stopped and started again."""
import gzip
import os
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from mailtally import ENVIRONMENT, PROGRAM, corpus_log, run, scratch
from stores import NOW, difference, ingest, report_of, without
from tap import done, ok

PATIENCE_S = 200
CONTENT = corpus_log("modern-8field")


def start(cwd):
    return subprocess.Popen(
        [PROGRAM, "ingest", "--follow", "--now", NOW, "--store", "x.db",
         "log"], cwd=cwd, env=ENVIRONMENT, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)


def stop(process):
    process.terminate()
    process.wait(PATIENCE_S)


def wait_for(cwd, bytes_, process):
    """Until so many bytes are in the store."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and process.poll() is None:
        result = run("report", "-o", "json", "--now", NOW, "--store", "x.db",
                     "--sections", "coverage", cwd=cwd)
        if result.status == 0 and (b'"bytes":%d,' % bytes_) in \
                result.out.replace(b": ", b":"):
            return True
        time.sleep(0.05)
    return False


def main():
    folder = scratch("follow/log")
    folder.mkdir(parents=True)
    log, cwd = folder / "maillog", folder.parent
    lines = CONTENT.splitlines(keepends=True)
    quarter = len(lines) // 4
    parts = [b"".join(lines[i * quarter:(i + 1) * quarter if i < 3 else None])
             for i in range(4)]
    log.write_bytes(parts[0])
    process = start(cwd)
    ok(wait_for(cwd, len(parts[0]), process), "what is there at the start")
    with open(log, "ab") as f:
        f.write(parts[1])
    ok(wait_for(cwd, len(parts[0] + parts[1]), process), "what comes later")
    log.rename(folder / "maillog.1")
    log.write_bytes(parts[2])
    ok(wait_for(cwd, sum(map(len, parts[:3])), process), "over a rotation")
    stop(process)
    old = folder / "maillog.1"
    (folder / "maillog.2.gz").write_bytes(gzip.compress(old.read_bytes()))
    os.rename(log, old)
    log.write_bytes(parts[3])
    process = start(cwd)
    ok(wait_for(cwd, len(CONTENT), process), "stopped, rotated and packed "
       "meanwhile, started again")
    stop(process)
    whole = scratch("whole/log/maillog", CONTENT).parent.parent
    ingest("x.db", "log", cwd=whole)
    a = without(report_of("--store", "x.db", cwd=cwd), "coverage")
    b = without(report_of("--store", "x.db", cwd=whole), "coverage")
    ok(a == b, "the report is that of a single run", difference(a, b))


main()
done()
