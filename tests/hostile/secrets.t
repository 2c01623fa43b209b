#!/usr/bin/env python3
"""secrets.t - what stands behind AUTH in a log reaches no output (promise 5).

Each spelling is pushed through every command and output, whole, in lines
nobody understands, and as the rest of a line whose beginning is lost.
"""
import base64
import itertools
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from mailtally import run, scratch, together
from tap import done, ok

PLAIN = base64.b64encode(b"\0sesame-user\0open-sesame-1234").decode()
USER = base64.b64encode(b"sesame-user").decode()
PASSWORD = base64.b64encode(b"open-sesame-1234").decode()
URL_SAFE = base64.urlsafe_b64encode(b"\xfb\xff\xfeopen-sesame-1234").decode()
BEARER = base64.b64encode(b"user=sesame-user\x01auth=Bearer open-sesame\x01"
                          b"\x01").decode()

# Commands as they are logged behind "dispatching ".
COMMANDS = [
    "AUTH PLAIN " + PLAIN, "auth plain " + PLAIN, "Auth Plain " + PLAIN,
    "aUtH pLaIn " + PLAIN, "AUTH  PLAIN  " + PLAIN, "AUTH\tPLAIN\t" + PLAIN,
    "AUTH PLAIN " + PLAIN + "\r", " AUTH PLAIN " + PLAIN, "AUTH PLAIN=" + PLAIN,
    "AUTH " + PLAIN, "AUTH PLAIN" + " " * 50 + PLAIN, "AUTH=PLAIN " + PLAIN,
    "AUTH LOGIN " + USER, "auth login " + USER, "AUTH LOGIN " + USER + " " +
    PASSWORD, "AUTH CRAM-MD5 " + PASSWORD, "AUTH DIGEST-MD5 " + PASSWORD,
    "AUTH NTLM " + PASSWORD, "AUTH XOAUTH2 " + BEARER,
    "AUTH OAUTHBEARER " + BEARER, "AUTH SCRAM-SHA-256 " + URL_SAFE,
    "AUTH X-UNHEARD-OF " + PASSWORD, "AUTH PLAIN \x01" + PLAIN,
    "AUTH PLAIN " + PLAIN + " trailing words",
    "*AUTH PLAIN " + PLAIN, "xAUTH PLAIN " + PLAIN, "EHLO AUTH PLAIN " + PLAIN,
    "RSET AUTH PLAIN " + PLAIN, PLAIN, USER, PASSWORD, URL_SAFE,
    "AUTH PLAIN " + "A" * 1500000 + PLAIN,
]
SECRETS = [s.encode() for s in (PLAIN, USER, PASSWORD, URL_SAFE, BEARER)]
SECRETS += [b"open-sesame", b"sesame-user"]

label = itertools.count(0x4000000069af6036)


def lines_of(command):
    """A command in every kind of line."""
    stamp = "@%016x00000000 " % next(label)
    return [
        stamp + "77 dispatching " + command,
        stamp + "77 running plugin: dispatching " + command,
        stamp + "77 (unknown) plugin dispatching " + command,
        stamp + "dispatching " + command,
        stamp + "??? dispatching " + command,
        stamp + "77 dispatching dispatching " + command,
        stamp + "77 nobody knows dispatching " + command,
        "77 dispatching " + command,
        "dispatching " + command,
        "Mar 10 10:00:00 mail qpsmtpd[77]: dispatching " + command,
        "Mar 10 10:00:00 mail qpsmtpd: dispatching " + command,
        "Tue Mar 10 10:00:00 2026 mail[77]: dispatching " + command,
        "2026-03-10 10:00:00.123456789 77 dispatching " + command,
        "2026-03-10T10:00:00Z mail qpsmtpd[77]: dispatching " + command,
        "10/03/2026 10:00:00:77: dispatching " + command,
        "1795357230.230487500 77 dispatching " + command,
        "garbage dispatching " + command,
    ]


# Not a command any more, so that only the name of a mechanism tells.
NAMED = [c for c in COMMANDS if c.upper().startswith(("AUTH PLAIN ",
                                                      "AUTH LOGIN "))]


def odd_lines(command):
    """Lines that nobody understands."""
    stamp = "@%016x00000000 " % next(label)
    return [
        stamp + "77 " + command, stamp + "77 got " + command, stamp + command,
        stamp + "77 (unknown) plugin " + command, "77 " + command,
        "Mar 10 10:00:00 mail qpsmtpd[77]: client said " + command,
        "Mar 10 10:00:00 mail postfix[77]: client said " + command,
        "garbage " + command, command,
    ]


def found(out):
    return [s for s in SECRETS if s in out]


def check(name, *results):
    bad = ["%r in %s" % (s, which)
           for r in results for which, text in (("stdout", r.out),
                                                ("stderr", r.err))
           for s in found(text)]
    failed = [str(r) for r in results if r.status not in (0, 2)]
    return ok(not bad and not failed, name, *bad[:5], *failed[:2])


OPTIONS = ("--top", "0", "--explain", "--now", "2026-12-31")


def every_output(*logs):
    """Reports in all outputs, files included."""
    folder = scratch("secret-csv/x").parent
    results = together([
        lambda kind=kind: run("report", *OPTIONS, "-o", kind, *logs)
        for kind in ("text", "json", "jsonl")] + [
        lambda: run("report", *OPTIONS, "-v", "--timing", *logs),
        lambda: run("report", *OPTIONS, "--format", "qpsmtpd", *logs),
        lambda: run("report", *OPTIONS, "-o", "csv", "-d", folder, *logs)])
    for file in folder.iterdir():
        results[-1].out += file.read_bytes()
    return results


def test_each_command():
    """Each log of few lines in a folder of its own, which is a stream: the
    first five lines that are not understood of each are shown."""
    spellings = [(c, lines_of(c)) for c in COMMANDS]
    spellings += [("odd " + c, odd_lines(c)) for c in NAMED]
    explained, logs, parts = [], [], {}
    for i, (command, lines) in enumerate(spellings):
        lines = [line.encode() for line in lines]
        for part in range(0, len(lines), 4):
            log = scratch("auth-%d-%d/log" % (i, part),
                          b"\n".join(lines[part:part + 4]) + b"\n")
            logs.append(log.parent)
            parts[log] = command
        whole = b"\n".join(lines) + b"\n"
        explained.append((command, [lambda whole=whole: run(
            "explain", "-", stdin=whole)]))
        short = [line for line in lines if len(line) < 4096]
        if short:
            explained[-1][1].append(
                lambda short=short: run("explain", *short))
    results = every_output(*logs)
    check("%d spellings in every output" % len(spellings), *results)
    shown = results[1].out.count(b"***")
    ok(shown > len(spellings), "lines are shown, masked", shown)
    for command, calls in explained:
        check("explained: %r" % command[:40], *[call() for call in calls])
    forced = b"".join(log.read_bytes() for log in parts)
    check("explained, the format forced",
          run("explain", "--format", "qpsmtpd", "-", stdin=forced))


def test_traced():
    """Whole connections are shown by trace, each line of them."""
    lines = ["@%016x00000000 77 Accepted connection 0/40 from 192.0.2.7 / h" %
             next(label)]
    for command in COMMANDS:
        lines.append("@%016x00000000 77 dispatching %s" % (next(label), command))
    for command in NAMED:
        lines += ["@%016x00000000 77 %s%s" % (next(label), before, command)
                  for before in ("(auth) some::plugin: got ", "501 what is ")]
        lines.append("@%016x00000000 77 (deny) logging::logterse: ` 192.0.2.7\t"
                     "h\t%s\t<a@b.example>\t\tdnsbl\t901\tgot %s" % (
                         next(label), command, command))
    log = scratch("traced", "\n".join(lines) + "\n")
    for kind in ("text", "json", "jsonl"):
        result = run("trace", "--all", "-o", kind, "192.0.2.7", log)
        check("traced: " + kind, result)
        ok(result.status == 0 and (kind == "jsonl" or result.out.count(b"***")
                                   > len(COMMANDS)),
           "traced: %s: lines are shown, masked" % kind)
    for options in (("--long",), ("--raw",), ("-o", "jsonl"), ("--time",),
                    ("--context", "connection"), ("--group-by", "helo"),
                    ("--kind", "check", "--long")):
        result = run("grep", *options, "--all", log)
        check("searched: " + " ".join(options), result)
    check("reported", *every_output(log))
    shown = run("grep", "--all", "--long", "--kind", "transaction", log)
    ok(shown.out.count(b"***") > len(NAMED) / 2,
       "fields of records are shown, masked", shown.out)


def test_lost_beginnings():
    """A file may begin anywhere: here at each byte before the secret."""
    for command, secret in (("AUTH PLAIN ", PLAIN), ("AUTH LOGIN ", PASSWORD),
                            ("auth cram-md5 ", PASSWORD), ("", PASSWORD)):
        line = "@%016x00000000 77 dispatching %s%s\n" % (
            next(label), command, secret)
        rest = b"@%016x00000000 77 dispatching QUIT\n" % next(label) * 3
        results = together([
            lambda at=at: run("report", "-o", "json", "--format", "qpsmtpd", "-",
                              stdin=line[at:].encode() + rest)
            for at in range(len(line) - len(secret))])
        check("AUTH cut before the secret: %r" % command, *results)
        # Two files of one log: the piece alone, and both together.
        for at in range(20, len(line) - len(secret), 7):
            a = scratch("cut/a", rest + line[:at].encode())
            b = scratch("cut/b", line[at:].encode() + rest)
            check("in two files, cut at %d: %r" % (at, line[at:at + 20]),
                  run("report", *OPTIONS, a, b), run("report", *OPTIONS, b))


def test_shown():
    """That a line is shown, and where its secret was."""
    path = scratch("shown", lines_of(COMMANDS[0])[-1] + "\n" +
                   "\n".join(odd_lines(COMMANDS[0])[:3]) + "\n")
    for kind in ("text", "json"):
        out = run("report", "--format", "qpsmtpd", "-o", kind, path.name).out
        ok(out.count(b"AUTH PLAIN ***") >= 4, kind + ": masked lines are shown",
           out)


def test_what_stays():
    """Not everything that looks like it is secret."""
    replies = ["@%016x00000000 77 250 AUTH PLAIN LOGIN CRAM-MD5" % next(label),
               "@%016x00000000 77 dispatching MAIL FROM:<a@b.example> "
               "AUTH=<c@d.example>" % next(label)]
    result = run("explain", *replies)
    ok(result.status == 0 and b"***" not in result.out,
       "a reply and MAIL FROM are understood", result.out)


test_each_command()
test_traced()
test_lost_beginnings()
test_shown()
test_what_stays()
done()
