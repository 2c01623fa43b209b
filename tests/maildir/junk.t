#!/usr/bin/env python3
"""junk.t - "mailtally report --sections junk" against folders counted here."""
import json
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lib")]
from lists import public_directory, public_program, run_as
from mailbox import NOW, Mailbox, give
from mailtally import CORPUS, run, scratch
from tap import done, equal, ok

CONTENT = b"Subject: junk\n\nbody\n"


def section(*arguments, env=None, status=0):
    result = run("report", "-o", "json", "--sections", "junk", *arguments,
                 env=env)
    equal(result.status, status, "exit status", result)
    return json.loads(result.out)["sections"]["junk"]


def counts(s):
    return {r["user"]: r["count"] for r in s["rows"]}


def make(name):
    """ann 3 and 2, bob 1 in another folder, carl none."""
    top = scratch(name)
    ann = Mailbox(top / "ann/Maildir")
    for i in range(3):
        ann.deliver(CONTENT, folder=".junkmail", place="new",
                    when=NOW - i * 3600)
    for i in range(2):
        ann.deliver(CONTENT * 100, folder=".junkmail", when=NOW - i * 86400)
    (ann.path / ".junkmail/new/.hidden").write_bytes(CONTENT)
    (ann.path / ".junkmail/tmp/1.x").write_bytes(CONTENT)
    (ann.path / ".junkmail/cur/link").symlink_to("/etc/passwd")
    ann.deliver(CONTENT)
    Mailbox(top / "bob/Maildir").deliver(CONTENT, folder=".Spam")
    Mailbox(top / "carl/Maildir").deliver(CONTENT)
    return top


def test_counts():
    top = make("counts")
    s = section("--maildirs", top)
    equal(s["rows"], [{
        "user": "ann", "count": 5, "oldest": "2026-03-10T00:00:00Z",
        "newest": "2026-03-11T00:00:00Z", "bytes": 203 * len(CONTENT),
        "error": None}], "who has junk, how much and since when")
    equal((s["totals"]["count"], s["totals"]["bytes"]),
          (5, 203 * len(CONTENT)), "totals")
    env = {"MAILTALLY_MAILDIR_DIR": str(top),
           "MAILTALLY_MAILDIR_JUNK_FOLDERS": ".junkmail, .Spam"}
    equal(counts(section(env=env)), {"ann": 5, "bob": 1},
          "directories and folders as configured")
    equal(section("--maildirs", top / "carl")["rows"], [], "none")
    text = run("report", "--sections", "junk", "--maildirs", top / "carl").out
    ok(b"Junk folders\n" in text and b"none" in text, "and the text says so",
       text.decode())


def test_report():
    """It stands in a whole report only where directories are known."""
    log = CORPUS / "modern-8field/log"
    top = make("report")
    for env, there in ((None, False), ({"MAILTALLY_MAILDIR_DIR": str(top)},
                                       True)):
        r = json.loads(run("report", "-o", "json", log, env=env).out)
        equal("junk" in r["sections"], there, "in a report of everything")
        ok("codes" in r["sections"], "beside the log's tables")
    s = section(log, "--maildirs", top)
    equal(counts(s), {"ann": 5}, "with a log and by name")


def test_unreadable():
    """As an ordinary user: what may not be read is "?", not zero."""
    top = public_directory()
    program = public_program(top)
    for user in "ann", "bob", "carl":
        box = Mailbox(top / "homes" / user / "Maildir")
        box.deliver(CONTENT, folder=".junkmail")
    give(top / "homes/ann", 60001)
    give(top / "homes/bob", 60002)
    (top / "homes/bob/Maildir/.junkmail").chmod(0o700)
    (top / "homes/carl").chmod(0o700)
    result = run_as(60001, program, "report", "--sections", "junk", "-o",
                    "json", "--maildirs", top / "homes", cwd=top)
    rows = {r["user"]: (r["count"], r["error"]) for r in
            json.loads(result.out)["sections"]["junk"]["rows"]}
    equal(rows["ann"], (1, None), "one's own")
    for user in "bob", "carl":
        equal(rows[user][0], None, "%s's is unknown" % user)
        ok("Permission denied" in rows[user][1], "and why", rows)
    text = run_as(60001, program, "report", "--sections", "junk",
                  "--maildirs", top / "homes", cwd=top).out.decode()
    ok([line for line in text.splitlines()
        if line.split()[:2] == ["bob", "?"]], "a question mark", text)
    equal(counts(section("--maildirs", top / "homes")),
          {"ann": 1, "bob": 1, "carl": 1}, "root counts them all")


test_counts()
test_report()
if os.geteuid() == 0:
    test_unreadable()
else:
    print("# NOT TESTED: what other users may not read; run the tests as root")
done()
