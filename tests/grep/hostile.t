#!/usr/bin/env python3
"""hostile.t - what clients write into a log is shown, never obeyed."""
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from mailtally import run, scratch
from tap import done, ok

PAYLOADS = [
    b"\x1b[31;1mred\x1b[0m", b"\x1b]52;c;cHduZWQ=\x07", b"\x1b]0;title\x07",
    b"\x1b]8;;http://a.example\x1b\\", b"\x1bc", b"\x9b31m", b"\xc2\x9b31m",
    b"\x90q\x9c", b"\x08\x08\x08", b"\x7f\x7f", b"a\rb", b"\0nul\0", b"\x85",
    b"\xff\xfe", b"\xc0\xaf", b"\xed\xa0\x80", b"\xe2\x82",
    "\u202eevil\u202c\u2066\u200f".encode(), "\u2028\u2029".encode(),
    "\ufeff\u200b".encode(), "e\u0301\u4e2d\U0001f4a9".encode(),
    b"$(touch pwned)", b"`touch pwned`", b"%n%s%999999d", b"\\x1b\\n\\",
    b'{"a":[', b'"', b"<>", b"--", b"",
]
FORBIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f"
                       "\u2028-\u202e\u2060-\u206f\ufeff]")
WAYS = [("--long",), ("--long", "--time"), ("-o", "jsonl"), ("--raw",),
        ("--context", "connection"), ("--long", "--color", "always"),
        ("--sort", "score", "--long"), ("--group-by", "sender"),
        ("--group-by", "helo", "-o", "jsonl"), ("--long", "--reverse")]


def connection(pid, payload):
    """Every field that a client fills."""
    yield b"%d Accepted connection 1/40 from 192.0.2.7 / h%s.example" % (
        pid, payload)
    yield b"%d dispatching EHLO %s" % (pid, payload)
    yield b"%d dispatching AUTH PLAIN c2VjcmV0%s" % (pid, payload)
    yield (b"%d (deny) logging::logterse: ` 192.0.2.7\th\t%s\t<%s@b.example>\t"
           b"<c%s@d.example>\tplugin%s\t901\ttext %s\tmsg denied before queued"
           % ((pid,) + (payload,) * 5))
    yield b"%d (queue) logging::logterse: ` 192.0.2.7\th\t%s\t<%s>\t<c@d>\t" \
        b"queued\t\t<%s>\tNo, score=0.1 %s_" % ((pid,) + (payload,) * 4)
    yield b"%d (post-connection) connection_time: 0.3 s." % pid
    yield b"9 (pre-connection) hosts_allow: fail, %s" % payload


def log():
    at = 0x4000000069af6036
    for i, payload in enumerate(PAYLOADS):
        for line in connection(1000 + i, payload):
            yield b"@%016x00000000 %s\n" % (at, line)
            at += 1
    # A line of a megabyte, and one that is longer than is kept.
    for n in (1 << 20, 3 << 20):
        yield b"@%016x00000000 8 (deny) logging::logterse: ` 192.0.2.9\th\t" \
            b"%s\t<a@b>\t<c@d>\tlong\t901\t\x1b[1m\tmsg denied\n" % (at, b"x" * n)
        at += 1


def check(arguments, path):
    out = run("grep", "--all", *arguments, path)
    shown = out.out.decode("utf-8", "strict")
    if "always" in arguments:
        shown = re.sub("\x1b\\[[0-9;]*m", "", shown)
    if "--raw" in arguments or "--context" in arguments:
        shown = shown.replace("\t", "")
    bad = FORBIDDEN.search(shown)
    ok(out.status == 0 and not bad and "c2VjcmV0" not in shown,
       "grep %s: nothing that a terminal obeys" % " ".join(arguments),
       out.status, bad and shown[max(0, bad.start() - 200):bad.end()][:400])
    if "jsonl" in arguments:
        ok(all(json.loads(line) for line in shown.splitlines()),
           "grep %s: each line is JSON" % " ".join(arguments))


path = scratch("hostile.log", b"".join(log()))
for way in WAYS:
    check(way, path)
for pattern in "\x1b", "%s", "$(touch", "evil", "long":
    quick = run("grep", "-F", "-e", pattern, path)
    ok(quick.status in (0, 1) and not FORBIDDEN.search(quick.out.decode()),
       "grep -F %r" % pattern, quick)
ok(run("grep", "^(a|aa)+$", scratch("deep.log", b"@4000000069af603600000000 8 "
       b"(deny) logging::logterse: ` 192.0.2.9\th\t" + b"a" * 5000 +
       b"\t<a@b>\t\tx\t901\t" + b"a" * 40 + b"!\n")).status == 1,
   "a pattern that backtracks without end ends")
ok(not (scratch("x").parent / "pwned").exists(), "no shell was run")
done()
