#!/usr/bin/env python3
"""page.t - the page in a browser: starts servers and runs page.mjs, which prints
the results.  Screenshots are left in build/shots.
"""
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lib")]
from hostile import PAYLOADS, hostile_log, stamped
from mailtally import QMAIL, run, scratch
from server import Server

# A browser minds markup and signs; the terminal's are tests/hostile's.
MINDED = [p for p in PAYLOADS if set(p) & set(b"<>&") or p[:1] >= b"\xc0"]
EXTRA = [b"\"><img src=x onerror=alert(1)>", b"javascript:alert(1)",
         b"</script><script>alert(1)</script>", b"<svg/onload=alert(1)>"]


def known(payloads):
    """Senders whose mail is accepted, and refused: an insight each."""
    lines = []
    for sender in payloads:
        if b"\t" in sender:
            continue
        for what in (b"queued\t250", b"queued\t250", b"queued\t250",
                     b"dnsbl\t901"):
            lines.append(stamped(
                b"9999 logging::logterse plugin (queue): ` 192.0.2.8\t"
                b"mail.example\tmail.example\t<" + sender +
                b"MARK>\t<a@example.org>\t" + what + b"\tsaid so\t"))
    return b"".join(lines)


def with_snapshot(conf):
    """The settings of the sample, and answers of block lists."""
    text = (ROOT / conf).read_text()
    return scratch("conf", text.replace(
        "[lists]\n", "[lists]\nsnapshot = %s\n" %
        (ROOT / "examples/block-lists.snapshot")))


def main():
    door = scratch("door/x").parent
    for path in (ROOT / "examples/log").iterdir():
        shutil.copy(path, door)
    env = {"MAILTALLY_CONF": os.fspath(with_snapshot(
        "examples/mailtally.conf"))}
    made = run("summarize", "--write-state", door / "state",
               *sorted(door.glob("@*.s")), env=env)
    if made.status != 0:
        raise AssertionError(made)
    shots = ROOT / "build/shots"
    shots.mkdir(parents=True, exist_ok=True)
    static = scratch("report.html", run(
        "report", "-o", "html", "--now", "2026-03-31", door, env=env).out)
    hostile = scratch("hostile/log", hostile_log(MINDED + EXTRA) +
                      known(MINDED + EXTRA))
    servers = [Server("--now", "2026-03-30 00:11", "--follow", door, door,
                      QMAIL / "main", env=env),
               Server("--now", "2026-12-31", hostile)]
    try:
        status = subprocess.run(
            ["node", HERE / "page.mjs", servers[0].url, servers[1].url, static,
             door / "current", shots], env=dict(
                 os.environ, WEB_MODULES=str(ROOT / "build/web-test"))).returncode
    finally:
        for server in servers:
            server.stop()
    sys.exit(status)


main()
