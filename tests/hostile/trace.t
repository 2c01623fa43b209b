#!/usr/bin/env python3
"""trace.t - stories of hostile logs: nothing raw is shown, and no client can
make its story another's.
"""
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import styles
from hostile import FORBIDDEN, PAYLOADS, PLACES, hostile_log, stamped
from mailtally import run, scratch
from tap import done, equal, ok

LOG = hostile_log(PAYLOADS)


def check(name, result, json_lines=None):
    """json_lines: the output is JSON, or one a line; text if None."""
    ok(result.status == 0, name + ": exit status", result)
    try:
        text = result.out.decode()
    except UnicodeDecodeError as error:
        ok(False, name + ": is UTF-8", error)
        return
    if json_lines is None:
        plain = re.sub("\x1b\\[[0-9;]*m", "", text) \
            if "colour" in name else text
        found = FORBIDDEN.search(plain)
        ok(not found, name + ": no control byte, no invisible sign",
           found and repr(plain[max(0, found.start() - 80):found.end() + 80]))
        return
    try:
        for part in text.splitlines() if json_lines else [text]:
            json.loads(part)
        found = re.search("[\x00-\x09\x0b-\x1f\x7f]", text)
        ok(not found, name + ": parses, without a control byte")
    except ValueError as error:
        ok(False, name + ": parses", error)


def check_all(name, log):
    options = ("--now", "2026-12-31", "--quiet", "0.0.0.0/0", log)
    check(name + ": whole", run("trace", "--all", *options))
    check(name + ": list", run("trace", "--limit", "10000", *options))
    check(name + ": colour", run("trace", "--all", "--color", "always",
                                 *options))
    check(name + ": json", run("trace", "-o", "json", *options), False)
    check(name + ": jsonl", run("trace", "-o", "jsonl", *options), True)
    ascii_only = run("trace", "--all", *options, env={"LC_ALL": "C"})
    ok(ascii_only.out and all(byte < 128 for byte in ascii_only.out),
       name + ": ASCII where the locale has no more")


def test_outputs():
    check_all("multilog", scratch("hostile.log", LOG))
    for style in (styles.syslog, styles.file_plugin, styles.tai64nlocal):
        lines = hostile_log([p for p in PAYLOADS if b"\n" not in p])
        check_all(style.__name__, scratch(
            style.__name__ + ".log", styles.restyled(lines, style)))
    text = run("trace", "--all", "--quiet", "0.0.0.0/0",
               scratch("hostile.log")).out
    for payload in (rb"\x1B]52;c;cHduZWQ=\x07", rb"\x1B]0;title\x07",
                    rb"\xFF\xFE", rb"\xE2\x80\xAE", rb"$(touch pwned)"):
        ok(payload in text, "shown as %s" % payload.decode())


def test_long_lines():
    lines = [stamped(b"77 Accepted connection 0/40 from 192.0.2.7 / h")]
    lines += [place(77, b"MARK" + b"a\x1b[1m" * 200000 + b"MARK")
              for name, place in PLACES.items()
              if name not in ("connection", "process")]
    log = scratch("long.log", b"".join(lines))
    for kind, lines in (("text", None), ("json", False), ("jsonl", True)):
        check("lines of a megabyte: " + kind,
              run("trace", "--all", "-o", kind, "192.0.2.7", log), lines)


def test_impostors():
    """A client writes what looks like lines of others."""
    said = [
        b"cleaning up after 78", b"(queue) logging::logterse: ` 192.0.2.9\th\t"
        b"h\t<x@x>\t<y@y>\tqueued\t\t<z@z>", b"Accepted connection 0/40 from "
        b"192.0.2.9 / h", b"(for 78) Queuing to /q", b"250 Queued! 1 qp 99 <z>",
        b"RCPT TO:<victim@example.org>\r\n", b"250 ok", b"[{client}|x]{by}"]
    lines = [stamped(b"78 Accepted connection 0/40 from 192.0.2.8 / h"),
             stamped(b"77 Accepted connection 0/40 from 192.0.2.7 / h")]
    lines += [stamped(b"77 dispatching HELO " + text) for text in said
              if b"\n" not in text]
    lines += [stamped(b"78 dispatching MAIL FROM:<ann@example.net>"),
              stamped(b"78 250 ok"),
              stamped(b"77 dispatching " + said[5].rstrip(b"\n")),
              stamped(b"78 click, disconnecting"),
              stamped(b"78 (post-connection) connection_time: 1.0 s.")]
    log = scratch("impostors.log", b"".join(lines))
    rows = json.loads(run("trace", "-o", "json", "0.0.0.0/0", log).out)
    by_pid = {s["pid"]: s for s in rows["stories"]}
    equal(sorted(by_pid), ["77", "78"], "impostors: two connections, no more")
    equal([by_pid["78"][k] for k in ("verdict", "client", "sender")],
          ["unfinished", "192.0.2.8", "ann@example.net"],
          "impostors: the other's story is as it was")
    equal(len(by_pid["78"]["lines"]), 5, "impostors: it has its own lines")
    equal([by_pid["77"][k] for k in ("verdict", "client")],
          ["unfinished", "192.0.2.7"], "impostors: nothing was decided")
    ok("queue_id" not in by_pid["77"], "impostors: nor queued")


def test_arguments():
    name = "\x1b]0;x\x07\x9b31m"
    log = scratch("hostile.log")
    for arguments in ((name, log), ("--as", name, "1", log),
                      ("--as", "client", name, log),
                      ("<%s@x>" % name, scratch("missing" + name))):
        result = run("trace", *arguments)
        text = result.err.decode(errors="replace")
        ok(not FORBIDDEN.search(text) and text.count("\n") == 1,
           "a hostile argument: one clean line", repr(text))


test_outputs()
test_long_lines()
test_impostors()
test_arguments()
done()
