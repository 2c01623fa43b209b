"""lists.py - "dnsbl recheck" with a block list on loopback."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import atexit

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import mailtally
from dns import Rbldnsd
from mailbox import NOW
from mailtally import ENVIRONMENT, PROGRAM, TIMEOUT_S, Result, run

ZONE = "bl.test"
LISTED = ("203.0.113.5", "2001:db8::5")
CLEAN = ("203.0.113.9", "2001:db8::9")


class Lists:
    """A server of block lists, and the command that asks it."""

    def __init__(self):
        self.server = Rbldnsd({
            ZONE: ("ip4set", ["127.0.0.2", "203.0.113.5 :127.0.0.4:spam"]),
            ZONE + "#2": ("ip6trie", ["2001:db8::5 :127.0.0.9:spam"]),
            "second.test": ("ip4set", ["127.0.0.2", "203.0.113.5"]),
            "errors.test": ("ip4set", ["127.0.0.2",
                                       "203.0.113.0/24 :127.255.255.254:no"]),
            "dead.test": ("ip4set", ["192.0.2.1"]),
        })

    def arguments(self, *more, lists=(ZONE,)):
        given = ["dnsbl", "recheck", "--now", "@%d" % NOW, "--tz", "UTC",
                 "--resolver", self.server.address, "--rate", "0"]
        for zone in lists:
            given += ["--list", zone]
        return given + [os.fspath(m) for m in more]

    def recheck(self, *more, lists=(ZONE,), **options):
        return run(*self.arguments(*more, lists=lists), **options)


def rows(result):
    return json.loads(result.out)["sections"]["recheck"]["rows"]


def users(result):
    return {r["user"]: (r["examined"], r["listed"], r.get("moved"),
                        r["unknown"], r["errors"]) for r in
            json.loads(result.out)["sections"]["recheck"]["tables"]["users"][
                "rows"]}


def public_directory():
    """One that other users can come to."""
    top = pathlib.Path(tempfile.mkdtemp(prefix="mailtally-maildir-",
                                        dir="/tmp"))
    atexit.register(shutil.rmtree, top, ignore_errors=True)
    top.chmod(0o755)
    return top


def run_as(uid, program, *arguments, cwd, env=None):
    """The program as another user, without root's groups."""
    p = subprocess.run([program, *map(os.fspath, arguments)], cwd=cwd,
                       user=uid, group=uid, extra_groups=[],
                       env=dict(ENVIRONMENT, **(env or {})),
                       stdin=subprocess.DEVNULL, capture_output=True,
                       timeout=TIMEOUT_S)
    return Result(p, p.stdout, p.stderr)


def public_program(top):
    """A copy of the program that other users may run."""
    path = top / "mailtally"
    shutil.copy(PROGRAM, path)
    path.chmod(0o755)
    return path
