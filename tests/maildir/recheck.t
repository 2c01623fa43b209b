#!/usr/bin/env python3
"""recheck.t - "mailtally dnsbl recheck": results, actions, undoing, users."""
import csv
import io
import json
import os
import pathlib
import re
import signal
import stat
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lib")]
import hostile
from dns import A, Stub, probes
from lists import (CLEAN, LISTED, ZONE, Lists, public_directory,
                   public_program, rows, run_as, users)
from mailbox import (AUTHENTICATED, FORGED, HOST, NOW, STAMPS, Mailbox, date,
                     give, message, snapshot, stamp)
from mailtally import ENVIRONMENT, PROGRAM, run, scratch
from tap import done, equal, ok
from wait import wait_for

lists = Lists()
ANN, BOB = 60001, 60002


def from_ip(ip, server="qpsmtpd", **more):
    return message(stamp(STAMPS[server], ip) + FORGED % date(), **more)


def recheck(*arguments, status=0, **options):
    result = lists.recheck("-o", "json", *arguments, **options)
    equal(result.status, status, "exit status of recheck %s" % " ".join(
        str(a).rpartition("/")[2] for a in arguments), result)
    return result


def undo(journal, status=0):
    result = run("dnsbl", "recheck", "--undo", journal)
    equal(result.status, status, "exit status of --undo", result)
    return result.out.decode()


def make_homes(name, top=None):
    """Two users: listed mail of every kind, and mail that is not."""
    top = (top or scratch("")) / name
    ann, bob = Mailbox(top / "ann/Maildir"), Mailbox(top / "bob/Maildir")
    listed = [
        ann.deliver(from_ip(LISTED[0])),
        ann.deliver(from_ip(LISTED[1], "postfix"), place="new"),
        ann.deliver(from_ip(LISTED[0], "exim"), flags="FRS", sizes=True),
        ann.deliver(from_ip(LISTED[0], "sendmail"), folder=".Work"),
        ann.deliver(from_ip(LISTED[0]).replace(b"\n", b"\r\n"), flags="",
                    sizes=True),
        bob.deliver(from_ip(LISTED[0], "filtered"), place="new"),
    ]
    ann.deliver(from_ip(CLEAN[0]))
    ann.deliver(from_ip(CLEAN[1], "exim"), place="new")
    ann.deliver(from_ip(LISTED[0]), when=NOW - 3 * 86400)
    bob.deliver(message(stamp(AUTHENTICATED["postfix"], LISTED[0])))
    return top, listed


def test_results():
    box = Mailbox(scratch("results/ann/Maildir"))
    should = {}

    def add(content, ip, result, detail, asked=None, **more):
        should[str(box.deliver(content, **more))] = (ip, result, detail, asked)
    two = "bl.test, second.test"
    add(from_ip(LISTED[0]), LISTED[0], "127.0.0.4", two, two)
    add(from_ip(LISTED[1]), LISTED[1], "127.0.0.9", "bl.test", two)
    add(from_ip(CLEAN[0]), CLEAN[0], "OK", None, two)
    add(message(stamp(AUTHENTICATED["qpsmtpd"], LISTED[0])), LISTED[0],
        "AUTH", "ann@example.org")
    add(message(stamp(AUTHENTICATED["exim"], LISTED[0])), LISTED[0], "AUTH",
        None)
    add(from_ip("192.168.1.2"), "192.168.1.2", "LOCAL", None)
    add(message("Received: by %s (Postfix, from userid 33)\n\tid 1; %s\n" %
                (HOST, date())), None, "LOCAL", None)
    add(message(""), None, "SENT", None, folder=".Sent")
    add(message("Received: from b (a) by %s with ESMTP; %s\n" % (
        HOST, date())), None, "UNKNOWN", "no address in the Received: field")
    before = snapshot(box.path)
    for option in "--all", "--verbose":
        result = recheck(option, box.path, lists=(ZONE, "second.test"))
        equal({r["file"]: (r["ip"], r["result"], r["detail"],
                           r["lists_asked"]) for r in rows(result)}, should,
              "results with " + option)
    equal(users(result), {"ann": (9, 2, 0, 1, 0)}, "the user's sums")
    result = recheck(box.path, lists=(ZONE, "second.test"))
    equal({r["file"] for r in rows(result)},
          {p for p, r in should.items() if r[1].startswith("127.")},
          "else listed ones alone")
    equal(snapshot(box.path), before, "and nothing was changed")


def test_outputs():
    """Messages as CSV, one object a line, and text with the sums below."""
    top, listed = make_homes("outputs")
    rows = list(csv.reader(io.StringIO(lists.recheck(
        "-o", "csv", top).out.decode())))
    equal(rows[0], ["IP", "Result", "Detail", "Lists asked", "File"],
          "-o csv: columns")
    equal({r[4] for r in rows[1:]}, {str(p) for p in listed},
          "-o csv: messages")
    lines = [json.loads(line) for line in
             lists.recheck("-o", "jsonl", top).out.splitlines()]
    equal({r["file"] for r in lines if "file" in r},
          {str(p) for p in listed}, "-o jsonl")
    text = lists.recheck(top).out.decode()
    ok(re.search(r"(?m)^ann +7 +5 +0 +0 +0$", text) and
       re.search(r"(?m)^Totals +9 +6 +0 +0 +0$", text), "text: sums", text)


def test_lists():
    """What a list does not answer is unknown, whatever others say but yes."""
    box = Mailbox(scratch("lists/ann/Maildir"))
    path = box.deliver(from_ip(LISTED[0]))
    clean = box.deliver(from_ip(CLEAN[0]))
    result = recheck("--all", box.path, lists=(ZONE, "errors.test"))
    equal({r["file"]: (r["result"], r["detail"]) for r in rows(result)},
          {str(path): ("127.0.0.4", "bl.test"), str(clean): (
              "UNKNOWN", "errors.test: error code of the list")},
          "an error code is no listing")
    result = recheck("--all", box.path, lists=(ZONE, "dead.test"))
    equal({r["file"]: r["lists_asked"] for r in rows(result)},
          {str(path): "bl.test", str(clean): "bl.test"},
          "a dead list is not asked")
    ok(b"dead.test was not asked" in result.out, "and told")
    before = snapshot(box.path)
    result = recheck("--action", "move", "--apply", box.path,
                     lists=("dead.test",), status=75)
    equal(users(result), {"ann": (2, 0, 0, 2, 0)}, "no list works: unknown")
    equal(snapshot(box.path), before, "and nothing is done")
    env = {"MAILTALLY_LISTS_DNSBL": ZONE, "MAILTALLY_MAILDIR_DIR":
           str(box.path)}
    result = recheck(lists=(), env=env)
    equal([r["file"] for r in rows(result)], [str(path)],
          "lists and directories as configured")
    equal(recheck(box.path, lists=(), status=64).out, b"", "no list is named")


def check_move(top, listed, target=".RBL-Recheck"):
    for path in listed:
        folder = path.parent.parent
        while folder.name != "Maildir":
            folder = folder.parent
        moved = folder / target / path.parent.name / path.name
        if path.exists() or not moved.exists():
            return "%s is not in %s" % (path, moved)
    return ""


def test_move(name, arguments, as_root=False, top=None, runner=recheck):
    top, listed = make_homes(name, top)
    if as_root:
        give(top / "ann", ANN)
        give(top / "bob", BOB)
    before = snapshot(top)
    journal = top.parent / (name + ".journal")
    result = runner("--action", "move", *arguments, top)
    equal(len(rows(result)), 6, "six are listed")
    equal({r["action"] for r in rows(result)}, {"would move"}, "dry run")
    equal(snapshot(top), before, "a dry run changes nothing")
    result = runner("--action", "move", "--apply", "--journal", journal,
                    *arguments, top)
    equal({r["action"] for r in rows(result)}, {"moved"}, "they are moved")
    equal(users(result), {"ann": (7, 5, 5, 0, 0), "bob": (2, 1, 1, 0, 0)},
          "sums by user")
    equal(check_move(top, listed), "", "to where they belong")
    after = snapshot(top)
    for user in "ann", "bob":
        folder = top / user / "Maildir/.RBL-Recheck"
        st = (top / user / "Maildir").stat()
        for part in ("", "cur", "new", "tmp", "maildirfolder"):
            got = (folder / part).stat()
            equal((got.st_uid, got.st_gid, stat.S_IMODE(got.st_mode) & 0o700),
                  (st.st_uid, st.st_gid, 0o600 if part == "maildirfolder"
                   else 0o700), "%s's folder: %s" % (user, part or "itself"))
    equal(sorted(e[3:] for e in before.values() if len(e) > 4),
          sorted(e[3:] for p, e in after.items() if len(e) > 4 and
                 not p.endswith("maildirfolder")),
          "every byte and every time is the same")
    again = runner("--action", "move", "--apply", *arguments, top)
    equal(rows(again), [], "what was moved is not looked at again")
    equal(snapshot(top), after, "nothing is done twice")
    ok(not list(pathlib.Path.cwd().glob("*.journal")),
       "no journal where nothing was done")
    equal(stat.S_IMODE(journal.stat().st_mode), 0o600, "the journal is private")
    equal(undo(journal), "8 undone, 0 were as before, 0 gone, 0 folders kept, "
          "0 failed\n", "--undo")
    equal(snapshot(top), before, "byte for byte as it was")
    equal(undo(journal), "0 undone, 8 were as before, 0 gone, 0 folders kept, "
          "0 failed\n", "--undo once more")
    equal(snapshot(top), before, "changes nothing")


def test_names():
    """A name that is taken is not overwritten."""
    box = Mailbox(scratch("names/ann/Maildir"))
    path = box.deliver(from_ip(LISTED[0]), flags="FS")
    other = box.deliver(b"another\n", folder=".Seen", name=path.name)
    before = snapshot(box.path)
    journal = scratch("names.journal")
    recheck("--action", "move", "--to", ".Seen", "--apply", "--journal",
            journal, box.path)
    equal(other.read_bytes(), b"another\n", "the other one is as it was")
    moved = [p for p in (box.path / ".Seen/cur").iterdir() if p != other]
    equal(len(moved), 1, "and there is a second one")
    equal(moved[0].name.split(".")[0] + moved[0].name[-5:],
          path.name.split(".")[0] + ":2,FS", "with the time and the flags")
    undo(journal)
    (box.path / ".Seen/maildirfolder").unlink()
    equal(snapshot(box.path), before, "--undo")


def test_flag():
    top, listed = make_homes("flag")
    before = snapshot(top)
    journal = scratch("flag.journal")
    result = recheck("--action", "flag", "--flag", "F", "--apply", "--journal",
                     journal, top)
    equal([r["action"] for r in rows(result)].count("it has been"), 1,
          "one had the flag")
    for path in listed:
        base, _, flags = path.name.partition(":2,")
        now = path.parent.parent / "cur" / (
            base + ":2," + "".join(sorted(set(flags + "F"))))
        ok(now.exists(), "%s is flagged" % path.name[-30:])
    equal(undo(journal)[:9], "5 undone,", "--undo")
    equal(snapshot(top), before, "byte for byte as it was")
    for flag in "T", "", "FS", "1", "\u00e4":
        equal(lists.recheck("--action", "flag", "--flag", flag, top).status,
              64, "--flag %r" % flag)


def test_header():
    top, listed = make_homes("header")
    before = snapshot(top)
    content = {p: p.read_bytes() for p in listed}
    times = {p: p.stat().st_mtime_ns for p in listed}
    journal = scratch("header.journal")
    result = recheck("--action", "header", "--apply", "--journal", journal,
                     top)
    equal({r["action"] for r in rows(result)}, {"marked"}, "marked")
    for path in listed:
        end = b"\r\n" if b"\r\n" in content[path] else b"\n"
        base, colon, flags = path.name.partition(":")
        now = [p for p in path.parent.iterdir()
               if p.stat().st_mtime_ns == times[path] and
               p.name.split(",")[0] == base.split(",")[0].split(":")[0] or
               p.name == path.name]
        text = now[0].read_bytes()
        field, rest = text.split(end, 1)
        ok(field.startswith(b"X-RBL-Recheck: listed; client=") and
           rest == content[path], "the field and then the message",
           field, path)
        equal(now[0].stat().st_mtime_ns, times[path], "its time stays")
        equal(now[0].name.partition(":")[2], flags, "its flags stay")
        if ",S=" in path.name:
            equal(now[0].name.partition(":")[0],
                  "%s,S=%d,W=%d" % (base.split(",")[0], len(text), len(
                      text.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))),
                  "its sizes follow")
    again = recheck("--action", "header", "--apply", top)
    equal({r["action"] for r in rows(again)}, {"it has been"}, "only once")
    ok(not list(top.rglob("tmp/*")), "nothing is left in tmp")
    equal(undo(journal)[:9], "6 undone,", "--undo")
    equal(snapshot(top), before, "byte for byte as it was")


def test_lived_on():
    """The user reads, flags, moves and deletes mail before the undoing."""
    box = Mailbox(scratch("lived/ann/Maildir"))
    paths = [box.deliver(from_ip(LISTED[0]), place="new", flags="")
             for _ in range(4)]
    journal = scratch("lived.journal")
    recheck("--action", "move", "--apply", "--journal", journal, box.path)
    target = box.path / ".RBL-Recheck"
    (target / "new" / paths[0].name).rename(
        target / "cur" / (paths[0].name + ":2,S"))
    (target / "new" / paths[1].name).unlink()
    (target / "new" / paths[2].name).rename(
        box.folder(".Other") / "cur" / (paths[2].name + ":2,"))
    box.deliver(b"new mail\n", folder=".RBL-Recheck")
    equal(undo(journal), "2 undone, 0 were as before, 2 gone, 1 folders kept, "
          "0 failed\n", "--undo")
    ok((box.path / "cur" / (paths[0].name + ":2,S")).exists(),
       "what was read comes back as read")
    ok(paths[3].exists(), "what was not, as new")
    ok((box.path / ".Other/cur" / (paths[2].name + ":2,")).exists(),
       "what was moved elsewhere stays there")
    ok(len(list((target / "cur").iterdir())) == 1, "new mail stays there")


def test_journals():
    """Only our own journal, and only a whole one, is worked off."""
    box = Mailbox(scratch("journals/ann/Maildir"))
    box.deliver(from_ip(LISTED[0]))
    journal = scratch("journals.journal")
    recheck("--action", "move", "--apply", "--journal", journal, box.path)
    after = snapshot(box.path)
    equal(recheck("--action", "move", "--apply", "--journal", journal,
                  box.path, status=73).out, b"", "it is not overwritten")
    text = journal.read_bytes()
    for name, content, mode, status in (
            ("writable", text, 0o666, 65), ("other", b"hello\n", 0o600, 65),
            ("empty", b"", 0o600, 65),
            ("damaged", text + b"move\tx\n", 0o600, 65),
            ("later", text.replace(b"journal 1", b"journal 2"), 0o600, 65)):
        path = scratch(name + ".journal", content)
        path.chmod(mode)
        equal(undo(path, status=status), "", "a journal that is " + name)
    (scratch("link.journal")).symlink_to(journal)
    undo(scratch("link.journal"), status=66)
    undo(scratch("none.journal"), status=66)
    equal(snapshot(box.path), after, "nothing was undone")
    path = scratch("cut.journal", text + b"move\t9\t/home/ann")
    path.chmod(0o600)
    equal(undo(path)[:9], "2 undone,", "a line without an end was not done")


def test_hostile():
    """Whatever a sender or a file is called, it is text, and comes back."""
    box = Mailbox(scratch("hostile/ann/Maildir"))
    payloads = hostile.PAYLOADS + [b"`touch pwned`@x", b"$(touch pwned)@x",
                                   b"\\x41\\\\", b"x\ty\nz"]
    for i, payload in enumerate(payloads):
        text = payload.replace(b"\n", b"").decode("utf-8", "surrogateescape")
        box.deliver(message(
            stamp(STAMPS["qpsmtpd"].replace("x.example", text.replace(
                "{", "{{").replace("}", "}}")), LISTED[0]), sender=text))
        name = payload.replace(b"/", b"").replace(b"\0", b"").replace(
            b":", b"").lstrip(b".")
        raw = os.fsencode(box.path) + b"/cur/%d.%d%s:2,S" % (
            NOW - 60, i, name)
        with open(raw, "wb") as f:
            f.write(message(stamp(STAMPS["exim"], LISTED[0])))
    before = snapshot(box.path)
    for action in "move", "flag", "header":
        journal = scratch("hostile-%s.journal" % action)
        result = lists.recheck("--action", action, "--apply", "--journal",
                               journal, box.path, cwd=scratch(""))
        equal(result.status, 0, "hostile mail: " + action, result.err)
        ok(not hostile.FORBIDDEN.search(result.out.decode()),
           "nothing raw is printed", result.out[:2000])
        equal(result.out.count(b"\n203.0.113.5 "), 2 * len(payloads),
              "every one of it")
        ok(not re.search(b"[\\x00-\\x08\\x0b-\\x1f\\x7f]",
                         journal.read_bytes()), "nor stands in the journal")
        undo(journal)
        equal(snapshot(box.path), before, "and undone byte for byte")
    ok(not [p for p in scratch("").rglob("*pwned*")
            if not p.name.startswith(str(NOW - 60))], "nothing was run")


def test_devices():
    """Another file system below is left out, unless it is asked for."""
    top = public_directory()
    script = '''set -e
        mount -t tmpfs none "$1/Maildir/.Other"
        mkdir "$1/Maildir/.Other/cur" "$1/Maildir/.Other/new"
        cp "$2" "$1/Maildir/.Other/cur/"
        shift 2
        "$@"
        "$@" --cross-devices'''
    box = Mailbox(top / "Maildir")
    path = box.deliver(from_ip(LISTED[0]))
    (box.path / ".Other").mkdir()
    p = subprocess.run(["unshare", "-m", "sh", "-c", script, "sh", top, path,
                        PROGRAM, "maildir", "--now", "@%d" % NOW, top],
                       env=ENVIRONMENT, capture_output=True)
    if b"mount" in p.stderr or b"unshare" in p.stderr:
        print("# NOT TESTED: another file system; no mount is allowed here")
        return
    other = box.path / ".Other/cur" / path.name
    equal([line.split("\t")[1] for line in p.stdout.decode().splitlines()],
          [str(path), str(path), str(other)], "a file system below", p.stderr)
    ok(b".Other: it is on another file system" in p.stderr, "is told")


def test_interrupted():
    """Ctrl-C while lists are asked: what is known is told, nothing is done."""
    box = Mailbox(scratch("interrupted/ann/Maildir"))
    for ip in LISTED + CLEAN:
        box.deliver(from_ip(ip))
    before = snapshot(box.path)
    stub = Stub(probes(lambda query: query.listed() if query.name.startswith(
        "5.113.0.203.") else None))
    journal = scratch("interrupted.journal")
    p = subprocess.Popen(
        [PROGRAM, "dnsbl", "recheck", "-o", "json", "--now", "@%d" % NOW,
         "--resolver", stub.address, "--list", ZONE, "--timeout", "500",
         "--action", "move", "--apply", "--journal", journal, box.path],
        env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_for("all questions", lambda: len(set(stub.asked(ZONE, A))) >= 6)
    p.send_signal(signal.SIGINT)
    out, err = p.communicate()
    equal(p.returncode, 75, "exit status of an interrupted run", err)
    ok(b"interrupted" in out, "it is told", out)
    equal(snapshot(box.path), before, "nothing was changed")
    ok(not journal.exists(), "there is no journal")


def test_usage():
    box = Mailbox(scratch("usage/ann/Maildir"))
    for arguments in (("--apply",), ("--action", "move", "--to", "Junk"),
                      ("--action", "move", "--to", "../x"),
                      ("--action", "move", "--to", ".a/b"),
                      ("--action", "move", "--to", ".."),
                      ("--action", "delete"), ("--undo", "x", "--apply"),
                      ("--undo", "x")):
        equal(lists.recheck(*arguments, box.path).status, 64,
              " ".join(arguments))


def test_as_user():
    """An ordinary user does his own mailbox, and no other."""
    top = public_directory()
    program = public_program(top)

    def as_ann(*arguments, status=0):
        result = run_as(ANN, program, *lists.arguments(
            "-o", "json", *arguments), cwd=top / "ann")
        equal(result.status, status, "exit status as a user", result)
        return result

    ann, bob = Mailbox(top / "ann/Maildir"), Mailbox(top / "bob/Maildir")
    path = ann.deliver(from_ip(LISTED[0]))
    bob.deliver(from_ip(LISTED[0]))
    give(top / "ann", ANN)
    give(top / "bob", BOB)
    before = snapshot(top / "ann")
    result = as_ann("--action", "move", "--apply", "--journal", "j.journal",
                    top / "ann")
    equal(users(result), {"ann": (1, 1, 1, 0, 0)}, "a user's own mailbox")
    ok((ann.path / ".RBL-Recheck/cur" / path.name).exists(), "is dealt with")
    result = run_as(ANN, program, "dnsbl", "recheck", "--undo", "j.journal",
                    cwd=top / "ann")
    equal(result.status, 0, "and as it was again", result)
    (top / "ann/j.journal").unlink()
    equal(snapshot(top / "ann"), before, "byte for byte")
    before = snapshot(top / "bob")
    result = as_ann("--action", "move", "--apply", top / "bob", status=74)
    equal(rows(result)[0]["action"], "error", "another's that may be read")
    ok(b"run it as root or as its owner" in result.err, "says why", result)
    (top / "bob").chmod(0o700)
    as_ann("--action", "move", "--apply", top / "bob", status=66)
    (top / "bob").chmod(0o755)
    equal(snapshot(top / "bob"), before, "is left alone")


test_results()
test_outputs()
test_lists()
test_move("move", ())
test_names()
test_flag()
test_header()
test_lived_on()
test_journals()
test_usage()
test_interrupted()
test_hostile()
if os.geteuid() == 0:
    test_devices()
    test_move("as-root", (), as_root=True, top=public_directory())
    test_as_user()
else:
    print("# NOT TESTED: as root for other users; run the tests as root")
done()
