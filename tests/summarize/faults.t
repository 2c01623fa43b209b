#!/usr/bin/env python3
"""faults.t - every read, write, fsync, rename and so on fails once, and from
then on.  Where the exit status is 0 the log was copied whole; it is 111 only
where the copy itself met the fault.
"""
import errno
import os
import pathlib
import subprocess
import sys

from summarizer import COPY, Directory, add, rows, truth
from mailtally import (ENVIRONMENT, PROGRAM, TIMEOUT_S, corpus_log, scratch,
                       together)
from tap import done, equal, ok

shim = scratch("faults.so")
subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-O1",
                "-D_GNU_SOURCE", "-o", shim,
                pathlib.Path(__file__).with_name("faults.c"), "-ldl"],
               check=True)

LINES = [line for line in corpus_log("modern-8field").splitlines(True)
         if line.startswith(b"@")]
first, second = b"".join(LINES[:3000]), b"".join(LINES[3000:9000])
OLD = Directory("old").rotate(first).read("state")
WANT = add(truth(first), truth(second))

# Which calls the copy is made of.
COPYING = {"read", "write"}
CALLS = {"read": errno.EIO, "write": errno.ENOSPC, "fsync": errno.EIO,
         "rename": errno.EACCES, "ftruncate": errno.EIO,
         "fchmod": errno.EPERM, "open": errno.EMFILE, "pipe2": errno.EMFILE,
         "fork": errno.EAGAIN, "tee": errno.EIO, "splice": errno.EIO,
         "malloc": errno.ENOMEM}
# The sanitizers need memory for themselves.
sanitized = b"__asan_init" in pathlib.Path(PROGRAM).read_bytes()
if sanitized:
    del CALLS["malloc"]
    print("# NOT TESTED with this build: malloc, which its sanitizer needs")


def attempt(call, error, at, times, through, short=False):
    """What went wrong, or None; and whether the fault was met at all."""
    name = "%s-%d-%d-%s" % (call, at, times, through)
    d = Directory("fault-" + name, OLD)
    env = {"LD_PRELOAD": str(shim), "FAULT_CALL": call, "FAULT_AT": str(at),
           "FAULT_FOR": str(times), "FAULT_ERRNO": str(error),
           "ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0"}
    if short:
        env["FAULT_SHORT"] = "1"
    if through == "pipes":
        d.write("previous", second)
        p = subprocess.run(
            ["sh", "-c", 'cat previous | { "$0" summarize 4<state 5>newstate; '
             'echo $? >status; } | cat >processed', PROGRAM], cwd=d.path,
            env=dict(ENVIRONMENT, **env), stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE, timeout=TIMEOUT_S)
        status, err = int(d.read("status") or b"-1"), p.stderr.decode()
    else:
        d.process(second, env=env)
        status, err = d.status, d.err
    processed = d.read("processed")
    if status == 111:
        if call not in COPYING:
            return "%s: 111: %s" % (name, err)
        if not second.startswith(processed):
            return "%s: what was copied is wrong" % name
        return None
    if status != 0:
        return "%s: exit status %d: %s" % (name, status, err)
    if processed != second:
        return "%s: the log was not copied whole: %d bytes of %d" % (
            name, len(processed), len(second))
    try:
        newstate, copy = d.read("newstate"), d.read(COPY)
        got = [rows(newstate)] if newstate else []
        got += [rows(copy)] if copy else []
    except AssertionError as e:
        return "%s: a state in pieces: %s" % (name, e)
    # New, or old with a note; or without the old one, if that cannot be read.
    good = [WANT, truth(first)]
    if call in ("read", "malloc") and b"# Note: " in newstate:
        good += [truth(second), {}]
    if any(g not in good for g in got):
        return "%s: a state that is neither old nor new: %r" % (name, got)
    if not got and not err:
        return "%s: no state, and nothing is said" % name
    return None


for through in ("files", "pipes"):
    for call, error in CALLS.items():
        most = 400 if call == "malloc" else 40
        step = 7 if call == "malloc" else 1
        for times in (1, 0):
            found = together([
                lambda at=at: attempt(call, error, at, times, through)
                for at in range(1, most, step)])
            wrong = [w for w in found if w]
            ok(not wrong, "%s: %s fails %s" % (
                through, call, "once" if times else "for good"),
               *wrong[:5])
        for interrupted in (errno.EINTR, errno.EAGAIN):
            if call not in COPYING:
                continue
            found = together([
                lambda at=at: attempt(call, interrupted, at, 1, through)
                for at in range(1, 30)])
            wrong = [w for w in found if w]
            ok(not wrong, "%s: %s says %s" % (
                through, call, errno.errorcode[interrupted]), *wrong[:5])
    wrong = attempt("none", 0, 0, 0, through, short=True)
    ok(not wrong, "%s: short reads and writes" % through, wrong)

done()
