#!/usr/bin/env python3
"""race.t - the owner of a mailbox puts links in its place while recheck works.

Nothing behind the links is read, made, moved or changed, no message is lost,
and what was done can be undone.  As root, who becomes the owner, and as the
owner himself.
"""
import os
import pathlib
import shutil
import sys
import threading

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lib")]
from lists import LISTED, Lists, public_directory, public_program, run_as
from mailbox import STAMPS, Mailbox, give, message, snapshot, stamp
from mailtally import run
from tap import done, equal, ok

ANN = 60001
ROUNDS = int(os.environ.get("ROUNDS", "8"))
MESSAGES = 40
lists = Lists()


class Swapper(threading.Thread):
    """Puts a link where a directory was, and the directory back, at once."""

    def __init__(self, path, victim):
        super().__init__(daemon=True)
        self.path, self.victim = pathlib.Path(path), victim
        self.stop, self.times, self.asides = threading.Event(), 0, 0

    def run(self):
        while not self.stop.is_set():
            aside = "%s-aside%d" % (self.path, self.asides)
            try:
                os.rename(self.path, aside)
            except FileNotFoundError:
                continue  # the folder is not made yet
            try:
                os.symlink(self.victim, self.path)
                os.unlink(self.path)
                os.rename(aside, self.path)
            except OSError:
                # It was made anew meanwhile: the old one stays aside.
                self.asides += 1
            self.times += 1

    def end(self):
        self.stop.set()
        self.join()


def subjects(top):
    """The messages below, by their subjects: each once, wherever it is."""
    found = []
    for path in top.rglob("*"):
        if path.is_file() and path.parent.name.partition("-")[0] in (
                "cur", "new"):
            found += [line for line in path.read_bytes().splitlines()
                      if line.startswith(b"Subject: ")]
    return sorted(found)


def race(where, action, as_root):
    name = "%s of %s as %s" % (action, where, "root" if as_root else "owner")
    top = public_directory()
    program = public_program(top)
    victim = Mailbox(top / "victim/Maildir")
    victim.folder(".RBL-Recheck")
    for _ in range(5):
        victim.deliver(message(stamp(STAMPS["postfix"], LISTED[0]),
                               subject="secret"))
    if as_root:
        for path in [top / "victim", *(top / "victim").rglob("*")]:
            os.chmod(path, 0o700)
    box = Mailbox(top / "home/ann/Maildir")
    for i in range(MESSAGES):
        box.deliver(message(stamp(STAMPS["qpsmtpd"], LISTED[0]),
                            subject="message %d" % i), folder=".Work")
    give(top / "home/ann", ANN)
    before = snapshot(top / "victim")
    should = subjects(top / "home")
    targets = {"home/ann/Maildir": victim.path,
               "home/ann/Maildir/.Work": victim.path,
               "home/ann/Maildir/.Work/cur": victim.path / "cur",
               "home/ann/Maildir/.Work/tmp": victim.path / "cur",
               "home/ann/Maildir/.RBL-Recheck": victim.path,
               "home/ann/Maildir/.RBL-Recheck/cur": victim.path / "cur"}
    swapper = Swapper(top / where, targets[where])
    swapper.start()
    journals, crashed, secrets = [], [], 0
    for i in range(ROUNDS):
        journals.insert(0, top / ("j%d.journal" % i) if as_root else
                        top / ("home/ann/j%d.journal" % i))
        arguments = lists.arguments(
            "--action", action, "--apply", "--all", "--journal", journals[0],
            top / "home")
        result = run(*arguments) if as_root else run_as(
            ANN, program, *arguments, cwd=top / "home/ann")
        if result.status not in (0, 66, 74):
            crashed.append(str(result))
        secrets += b"victim" in result.out
    swapper.end()
    equal(crashed, [], name + ": no crash")
    ok(swapper.times > 0, "%s: swapped %d times" % (name, swapper.times))
    equal(snapshot(top / "victim"), before, name + ": nothing behind the link")
    equal(secrets, 0, name + ": nor anything of it told")
    equal(subjects(top / "home"), should, name + ": no message lost or doubled")
    for journal in journals:
        if journal.exists():
            result = run("dnsbl", "recheck", "--undo", journal) if as_root \
                else run_as(ANN, program, "dnsbl", "recheck", "--undo",
                            journal, cwd=top)
            # What was done where the directory stood aside cannot be.
            aside = b"-aside" in journal.read_bytes()
            ok(result.status == 0 or (aside and result.status == 74),
               name + ": undone", result)
    equal(subjects(top / "home"), should, name + ": and all is there again")
    shutil.rmtree(top)


if os.geteuid() != 0:
    print("# NOT TESTED: root and another user; run the tests as root")
    ok(True, "races need two users # SKIP")
else:
    for as_root in True, False:
        for where, action in (("home/ann/Maildir", "move"),
                              ("home/ann/Maildir/.Work", "flag"),
                              ("home/ann/Maildir/.Work/cur", "header"),
                              ("home/ann/Maildir/.Work/tmp", "header"),
                              ("home/ann/Maildir/.RBL-Recheck", "move"),
                              ("home/ann/Maildir/.RBL-Recheck/cur", "move")):
            race(where, action, as_root)
done()
