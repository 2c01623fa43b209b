#!/usr/bin/env python3
"""kill.t - recheck is killed, or fails, at each step that changes something.

Before every write, rename, unlink ... once: then no message is lost or doubled,
a second run finishes the work, and all journals undone make it as it was.
"""
import errno
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lib")]
from lists import LISTED, Lists
from mailbox import STAMPS, Mailbox, message, snapshot, stamp
from mailtally import ENVIRONMENT, PROGRAM, run, scratch
from tap import done, equal, ok

lists = Lists()
killer = scratch("killer.so")
subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-O1",
                "-D_GNU_SOURCE", "-o", killer, HERE / "killer.c", "-ldl"],
               check=True)
ACTIONS = ("move", "flag", "header")


def make(path, more=0):
    box = Mailbox(path)
    for i, options in enumerate((
            {"flags": "S"}, {"place": "new"}, {"flags": "RS", "sizes": True},
            {"folder": ".Work", "flags": ""}, *({"flags": ""},) * more)):
        box.deliver(message(stamp(STAMPS["qpsmtpd"], LISTED[0]),
                            subject="message %d" % i), **options)
    # One whose name is taken where it goes.
    other = box.deliver(b"Subject: other\n\n", folder=".RBL-Recheck",
                        flags="S")
    box.deliver(message(stamp(STAMPS["exim"], LISTED[0]), subject="last"),
                name=other.name)
    return box


def bodies(box):
    """The messages that a mail program sees, each without our field."""
    found = []
    for path in sorted(box.path.rglob("*")):
        if path.is_file() and path.parent.name in ("cur", "new"):
            text = path.read_bytes()
            if text.startswith(b"X-RBL-Recheck:"):
                text = text.partition(b"\n")[2]
            found.append(text)
    return sorted(found)


def state(box):
    """What undoing brings back: not a folder's maildirfolder of ours."""
    return {p: e for p, e in snapshot(box.path).items()
            if p != ".RBL-Recheck/maildirfolder"}


def with_killer(at, *arguments, error=None):
    env = {"LD_PRELOAD": str(killer), "KILL_AT": str(at),
           "ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0"}
    if error:
        env["KILL_ERRNO"] = str(error)
    return run(*arguments, env=env)


def undo(journal):
    return ("dnsbl", "recheck", "--undo", journal)


def apply(action, box, journal):
    return lists.arguments("--action", action, "--apply", "--journal", journal,
                           box.path)


def fresh(name):
    shutil.rmtree(scratch(name), ignore_errors=True)
    for path in scratch(name).parent.glob(name + "*.journal"):
        path.unlink()
    box = make(scratch(name) / "ann/Maildir")
    return box, state(box), bodies(box)


def finish(box, before, texts, journals):
    """What is wrong after an interrupted run, or None."""
    if bodies(box) != texts:
        return "lost or doubled: %d of %d" % (len(bodies(box)), len(texts))
    for journal in journals:
        if journal.exists() and journal.stat().st_size > 28:
            result = run(*undo(journal))
            if result.status != 0:
                return "undo: %s" % result
    if state(box) != before:
        now = state(box)
        return "not as it was: %s" % [
            p for p in sorted(set(now) | set(before))
            if now.get(p) != before.get(p)]
    return None


def every_step(what, attempt, steps=None, least=1):
    """Steps 1, 2, ... until one is not met any more, or so many."""
    at, wrong = 1, []
    while True:
        met, problem = attempt(at)
        if problem:
            wrong.append("step %d: %s" % (at, problem))
        if at == steps or (steps is None and not met):
            break
        at += 1
    ok(at > least and not wrong, "%s at each of %d steps" % (what, at),
       "\n".join(wrong))
    return at


def kill_action(action, then):
    def attempt(at):
        box, before, texts = fresh("kill-" + action)
        one, two = (scratch("kill-%s-%d.journal" % (action, i))
                    for i in (1, 2))
        result = with_killer(at, *apply(action, box, one))
        met = result.status == -signal.SIGKILL
        if not met and result.status != 0:
            return met, str(result)
        if then == "again":
            if bodies(box) != texts:
                return met, "lost or doubled"
            again = run(*apply(action, box, two))
            if again.status != 0:
                return met, "again: %s" % again
            return met, finish(box, before, texts, [two, one])
        return met, finish(box, before, texts, [one])
    # At least three calls for each of five messages.
    return every_step("%s killed, then %s" % (action, then), attempt, least=15)


def kill_undo(action):
    def attempt(at):
        box, before, texts = fresh("undo-" + action)
        journal = scratch("undo-%s.journal" % action)
        run(*apply(action, box, journal))
        result = with_killer(at, *undo(journal))
        met = result.status == -signal.SIGKILL
        if not met and result.status != 0:
            return met, str(result)
        return met, finish(box, before, texts, [journal])
    every_step("undoing of %s killed, then undone" % action, attempt, least=5)


def fail_action(action, error, steps):
    def attempt(at):
        box, before, texts = fresh("fail-" + action)
        journal = scratch("fail-%s.journal" % action)
        result = with_killer(at, *apply(action, box, journal), error=error)
        if result.status not in (0, 73, 74):
            return True, str(result)
        return True, finish(box, before, texts, [journal])
    every_step("%s without room" % action, attempt, steps)


def kill_at_random(action):
    """The real signal, with many messages, whenever it comes."""
    box = make(scratch("random-" + action) / "ann/Maildir", more=150)
    before, texts = state(box), bodies(box)
    journals, killed = [], 0
    for i in range(40):
        journal = scratch("random-%s-%d.journal" % (action, i))
        journals.insert(0, journal)
        p = subprocess.Popen([PROGRAM, *apply(action, box, journal)],
                             env=ENVIRONMENT, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
        # As soon as it has done so much, or is over.
        while p.poll() is None and (not journal.exists() or
                                    journal.stat().st_size < 500 * (i + 1)):
            time.sleep(0.0005)
        p.kill()
        p.wait()
        killed += p.returncode == -signal.SIGKILL
        if bodies(box) != texts:
            ok(False, "%s: lost or doubled in run %d" % (action, i))
            return
        if p.returncode == 0:
            break
    ok(p.returncode == 0 and killed > 0,
       "%s: over after %d kills" % (action, killed))
    equal(finish(box, before, texts, journals), None,
          "%s: all journals undone, the last one first" % action)


for action in ACTIONS:
    steps = kill_action(action, "undone")
    kill_action(action, "again")
    kill_undo(action)
    fail_action(action, errno.ENOSPC, steps)
    kill_at_random(action)
done()
