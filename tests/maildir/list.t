#!/usr/bin/env python3
"""list.t - "mailtally maildir": which address mail came from, in every stamp."""
import csv
import io
import json
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lib")]
import hostile
from mailbox import (AUTHENTICATED, FORGED, HOST, NOW, STAMPS, Mailbox, date,
                     message, stamp)
from mailtally import run, scratch
from tap import done, equal, ok


def maildir(*arguments, status=0, env=None):
    result = run("maildir", "--tz", "UTC", "--now", "@%d" % NOW, *arguments,
                 env=env)
    equal(result.status, status, "exit status of maildir %s" % " ".join(
        str(a).rpartition("/")[2] for a in arguments), result)
    return result


def pairs(result):
    """(address, path) of each line."""
    return [tuple(line.split("\t")) for line in
            result.out.decode().splitlines()]


def test_stamps():
    """Each server's field, with forged ones below, for both families."""
    box = Mailbox(scratch("stamps/ann/Maildir"))
    should = []
    for name, form in STAMPS.items():
        for ip in ("203.0.113.5", "2001:db8::5"):
            path = box.deliver(message(stamp(form, ip) + FORGED % date()))
            should.append((ip, str(path)))
    equal(sorted(pairs(maildir(box.path))), sorted(should),
          "the client's address, whatever the server")


def test_users():
    """Authenticated users' mail has an address, local mail only with --all."""
    box = Mailbox(scratch("auth/ann/Maildir"))
    should = [("203.0.113.9", str(box.deliver(message(stamp(f, "203.0.113.9")))))
              for f in AUTHENTICATED.values()]
    local = [
        ("10.1.1.1", box.deliver(message(stamp(STAMPS["postfix"], "10.1.1.1")))),
        ("-", box.deliver(message("Received: by %s (Postfix, from userid 33)\n"
                                  "\tid 1; %s\n" % (HOST, date())))),
        ("-", box.deliver(message(""), folder=".Sent")),
        ("-", box.deliver(message(stamp(STAMPS["exim"], "203.0.113.7",
                                        "mx.elsewhere.example")))),
    ]
    equal(sorted(pairs(maildir(box.path))), sorted(should), "strangers alone")
    result = maildir("--all", box.path)
    equal(sorted(pairs(result)),
          sorted(should + [(ip, str(p)) for ip, p in local]), "--all")
    ok(b"mx.elsewhere.example" in result.err and b"[maildir]" in result.err,
       "a host that is not known to be ours is named", result)
    env = {"MAILTALLY_MAILDIR_HOST": "mx.elsewhere.example, " + HOST}
    ok(("203.0.113.7", str(local[3][1])) in pairs(maildir(box.path, env=env)),
       "and may be configured")


def test_networks():
    """Our relays lead on to the stranger, other clients of ours do not."""
    box = Mailbox(scratch("relay/ann/Maildir"))
    received = ("Received: from mx2.ours.example (mx2 [192.0.2.7])\n\tby "
                + HOST + " (Postfix) with ESMTP id 2; " + date() + "\n" +
                stamp(STAMPS["postfix"], "203.0.113.5", "mx2.ours.example"))
    box.deliver(message(received + FORGED % date()))
    env = {"MAILTALLY_MAILDIR_RELAY": "192.0.2.0/28",
           "MAILTALLY_CLASSES_LOCAL_DOMAIN": "ours.example"}
    equal([p[0] for p in pairs(maildir(box.path))], ["192.0.2.7"],
          "a relay that is not known is a stranger")
    equal([p[0] for p in pairs(maildir(box.path, env=env))], ["203.0.113.5"],
          "one that is known is not")
    env["MAILTALLY_MAILDIR_RELAY"] = ""
    env["MAILTALLY_CLASSES_LOCAL_NETWORK"] = "192.0.2.0/24"
    equal([p[0] for p in pairs(maildir("--all", box.path, env=env))],
          ["192.0.2.7"], "a client of ours is no relay")
    result = run("maildir", box.path, env={"MAILTALLY_MAILDIR_RELAY": "x"})
    equal(result.status, 64, "a relay that is no network", result)


def test_layouts():
    """A Maildir, a home, homes, domains of homes; folders of both layouts."""
    top = scratch("homes")
    content = message(stamp(STAMPS["qpsmtpd"], "203.0.113.5"))
    should = {}
    for user, where in (("ann", "ann/Maildir"), ("bob", "bob"),
                        ("dan@example.org", "example.org/dan/Maildir"),
                        ("eve@example.org", "example.org/eve")):
        box = Mailbox(top / where)
        for folder in ("", ".junkmail", ".Work.2026", "fs/deep"):
            path = box.deliver(content, folder=folder)
            should[str(path)] = (user, folder or "INBOX")
    (top / "carl/Documents").mkdir(parents=True)
    (top / "carl/Documents/cur").write_bytes(b"no folder")
    rows = json.loads(maildir("-o", "json", top).out)[
        "sections"]["maildir-list"]["rows"]
    equal({r["file"]: (r["user"], r["folder"]) for r in rows}, should,
          "users and folders of a directory of homes")
    one = {p: v for p, v in should.items() if v[0] == "ann"}
    for where in ("ann", "ann/Maildir", "ann/"):
        rows = json.loads(maildir("-o", "json", top / where).out)[
            "sections"]["maildir-list"]["rows"]
        equal({r["file"]: (r["user"], r["folder"]) for r in rows}, one,
              "the same of %s alone" % where)
    equal({p[1] for p in pairs(maildir("--user", "bob", top))},
          {p for p, v in should.items() if v[0] == "bob"}, "--user")
    equal({p[1] for p in pairs(maildir("--folder", "INBOX", "--folder",
                                       ".junkmail", top))},
          {p for p, v in should.items() if v[1] in ("INBOX", ".junkmail")},
          "--folder")
    for path in "ann", "../homes/./ann", "bob/../ann/Maildir/":
        result = run("maildir", "--now", "@%d" % NOW, path, cwd=top)
        equal({p[1] for p in pairs(result)}, set(one), "from here: " + path)
    equal(len(pairs(maildir(top, top / "ann", top / "ann/Maildir"))),
          len(should), "directories in each other: each message once")


def test_days():
    """By the name, whatever the file's time; by that, if the name is mute."""
    box = Mailbox(scratch("days/ann/Maildir"))
    content = message(stamp(STAMPS["exim"], "203.0.113.5"))
    day = 86400
    named = {d: str(box.deliver(content, when=NOW - int(d * day)))
             for d in (0, 0.9, 1.1, 2.9, 9)}
    for path in named.values():
        os.utime(path, (1, 1))
    mute = {d: str(box.deliver(content, when=NOW - int(d * day),
                               name="mute%s:2,S" % d)) for d in (0.5, 1.5)}
    future = str(box.deliver(content, when=NOW + day))
    for days in (1, 2, 3):
        equal({p[1] for p in pairs(maildir("--days", str(days), box.path))},
              {p for d, p in {**named, **mute}.items() if d < days} | {future},
              "--days %d" % days)
    equal(len(pairs(maildir("--days", "0", box.path))), 8, "--days 0: all")
    equal(len(pairs(maildir(box.path))), 4, "one day if nothing is said")


def test_outputs():
    box = Mailbox(scratch("outputs/ann/Maildir"))
    path = box.deliver(message(stamp(STAMPS["sendmail"], "203.0.113.5"),
                               sender="=cmd|x@b.example",
                               subject="one\n two\n\tthree"), flags="FS",
                       when=NOW - 60)
    row = ["203.0.113.5", "2026-03-10 23:59:00", "ann", "INBOX", "FS",
           "=cmd|x@b.example", "one two\tthree", str(path)]
    line = maildir("--long", box.path).out.decode()
    equal(line, "\t".join(row).replace("two\tthree", "two\\x09three") + "\n",
          "--long")
    r = json.loads(maildir("-o", "json", box.path).out)
    equal(r["sections"]["maildir-list"]["rows"],
          [dict(zip(("ip", "date", "user", "folder", "flags", "from",
                     "subject", "file"),
                    [row[0], "2026-03-10T23:59:00Z", *row[2:]]))], "-o json")
    cells = list(csv.reader(io.StringIO(
        maildir("-o", "csv", box.path).out.decode())))
    equal(cells[0], ["IP", "Date", "User", "Folder", "Flags", "From",
                     "Subject", "File"], "-o csv: head")
    equal(cells[1][5], "'=cmd|x@b.example", "-o csv: disarmed")


def test_hostile():
    """Senders, subjects and file names are text wherever they go."""
    box = Mailbox(scratch("hostile/ann/Maildir"))
    for i, payload in enumerate(hostile.PAYLOADS + [b"`id`", b"$(id)@x"]):
        field = payload.replace(b"\n", b"").decode("utf-8", "surrogateescape")
        box.deliver(message(
            stamp(STAMPS["qpsmtpd"].replace("x.example", field.replace(
                "{", "{{").replace("}", "}}")), "203.0.113.5"),
            sender=field, subject=field))
        name = payload.replace(b"/", b"").replace(b"\0", b"").lstrip(b".")
        if name:
            raw = os.fsencode(box.path) + b"/cur/%d.%d" % (NOW - 60, i) + name
            with open(raw, "wb") as f:
                f.write(message(stamp(STAMPS["qmail"], "203.0.113.6")))
    for arguments in ((), ("--long",), ("-o", "csv"), ("-o", "json"),
                      ("-o", "jsonl")):
        text = maildir(*arguments, box.path).out.decode()
        # What is ours: tabs between fields, RFC 4180's ends of lines.
        if "csv" in arguments:
            text = text.replace("\r\n", "\n")
        elif "-o" not in arguments:
            text = text.replace("\t", "")
        ok(not hostile.FORBIDDEN.search(text), "nothing raw in maildir %s" %
           " ".join(arguments), text[:2000])
    equal({p[0] for p in pairs(maildir(box.path))},
          {"203.0.113.5", "203.0.113.6"}, "no HELO is taken for an address")
    ok(not list(pathlib.Path(box.path).rglob("*pwned*:2,S")) and
       not scratch("pwned").exists(), "nothing was run")


def test_bounded():
    """Only the header is read: what has no end is no trouble."""
    box = Mailbox(scratch("bounded/ann/Maildir"))
    path = box.deliver(message(stamp(STAMPS["exim"], "203.0.113.5")))
    with open(path, "r+b") as f:
        f.truncate(1 << 40)
    box.deliver(b"X: " + b"y" * (1 << 20))
    box.deliver(b"")
    box.deliver(b"\n" * 5000)
    equal(pairs(maildir(box.path)), [("203.0.113.5", str(path))],
          "a file of a terabyte, a header without an end")


def test_links():
    """Links are not followed, and said to be there; other things are none."""
    top = scratch("links")
    secret = Mailbox(scratch("secret/Maildir"))
    secret.deliver(message(stamp(STAMPS["exim"], "203.0.113.66")))
    box = Mailbox(top / "ann/Maildir")
    path = box.deliver(message(stamp(STAMPS["exim"], "203.0.113.5")))
    (box.path / ".evil").symlink_to(secret.path)
    (box.path / ".half").mkdir()
    (box.path / ".half/cur").symlink_to(secret.path / "cur")
    (box.path / ".half/new").mkdir()
    (box.path / ("cur/%d.link" % (NOW - 1))).symlink_to(
        next((secret.path / "cur").iterdir()))
    os.mkfifo(box.path / ("cur/%d.fifo" % (NOW - 1)))
    (box.path / ("cur/%d.dir" % (NOW - 1))).mkdir()
    (top / "bob").mkdir()
    (top / "bob/Maildir").symlink_to(secret.path)
    (top / "carl").symlink_to(secret.path)
    result = maildir(top)
    equal(pairs(result), [("203.0.113.5", str(path))], "nothing behind links")
    equal(result.err.count(b"symbolic link"), 4, "each is told", result)
    result = run("maildir", top / "carl")
    equal(result.status, 66, "not even the directory that is named", result)
    (top / "way").symlink_to(top / "ann")
    equal(run("maildir", top / "way/Maildir").status, 66, "nor one above it")


def test_usage():
    equal(run("maildir", scratch("nowhere")).status, 66, "no such directory")
    empty = scratch("empty")
    empty.mkdir()
    result = run("maildir", empty)
    equal(result.status, 66, "no Maildir in it")
    ok(result.err.startswith(b"mailtally: %s" % os.fsencode(empty)) and
       result.err.count(b"\n") == 1, "one clear line", result)
    equal(run("maildir", "-o", "nonsense", empty).status, 64, "-o nonsense")


test_stamps()
test_users()
test_networks()
test_layouts()
test_days()
test_outputs()
test_hostile()
test_bounded()
test_links()
test_usage()
done()
