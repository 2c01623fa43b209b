#!/usr/bin/env python3
"""debian.t - a clean Debian 12, and the commands of the README's section "At
home on a server", word for word; then mail, and it is in all that shows it.

In a root of its own (tools/debian-root), with processes, mounts and a network
of its own, which is loopback alone. What systemd would do after the
installation of runit-run, starting it, the test does. Commands of which one
sees nothing until they are ended (tail, serve) are the other terminals.
"""
import array
import email
import email.contentmanager  # what is imported later is not in the root
import email.policy
import encodings.idna
import fcntl
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from mailtally import ROOT, scratch
from tap import done, equal, ok
from wait import wait_until

TOP = ROOT / "build/debian"
SECTION = "At home on a server"
OTHER_TERMINALS = ("mailtally tail", "mailtally serve")
LOGS = pathlib.Path("/var/log/qpsmtpd")
MAILDIR = pathlib.Path("/var/spool/qpsmtpd/Maildir/new")


def commands():
    """The lines of the section's blocks; not the one with an output."""
    text = (ROOT / "README.md").read_text()
    section = re.search(r"^## %s\n(.*?)^## " % SECTION, text, re.M | re.S)[1]
    for block in re.findall(r"^```\n(.*?)^```", section, re.M | re.S):
        if not block.startswith("$"):
            yield from (line for line in
                        block.replace("\\\n", " ").splitlines()
                        if line and not line.startswith("#"))


def untested(why):
    print("# NOT TESTED: a clean Debian: %s" % why)
    ok(True, "a clean Debian # SKIP")
    done()


# ---- outside ----


def outside():
    why = TOP / "why"
    if why.exists():
        untested(why.read_text().strip())
    if not (TOP / "root").exists():
        sys.exit("build/debian/root is missing; make check makes it")
    package = next(TOP.glob("mailtally_*.deb"))
    if subprocess.run(["unshare", "--mount", "--net", "--pid", "--fork",
                       "true"], stderr=subprocess.DEVNULL).returncode:
        untested("unshare is not allowed on this machine")
    root = scratch("root")
    subprocess.run(["cp", "-a", "--reflink=auto", TOP / "root", root],
                   check=True)
    shutil.copy(package, root / "root")
    sys.stdout.flush()
    result = subprocess.run(
        ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child",
         sys.executable, __file__, "inside", root])
    sys.exit(result.returncode)


# ---- inside ----


def loopback_up():
    """What "ip link set lo up" does (netdevice(7))."""
    request = array.array("B", b"lo".ljust(16, b"\0") + bytes(24))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        fcntl.ioctl(s, 0x8913, request)  # SIOCGIFFLAGS
        request[16] |= 1  # IFF_UP
        fcntl.ioctl(s, 0x8914, request)  # SIOCSIFFLAGS


def enter(root):
    loopback_up()
    subprocess.run(["mount", "-t", "proc", "proc", root + "/proc"], check=True)
    os.chroot(root)
    os.chdir("/root")
    os.environ.clear()
    os.environ.update(
        PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        HOME="/root", LANG="C.UTF-8", TERM="dumb",
        DEBIAN_FRONTEND="noninteractive")


def shell(command):
    return subprocess.run(["sh", "-c", command], capture_output=True,
                          text=True, stdin=subprocess.DEVNULL)


class Terminal:
    """A command that goes on, and what it has said so far."""

    def __init__(self, command):
        self.path = pathlib.Path("/root") / command.split()[1]
        self.process = subprocess.Popen(
            ["sh", "-c", "exec " + command], stdin=subprocess.DEVNULL,
            stdout=open(self.path, "wb"), stderr=subprocess.STDOUT)

    def said(self):
        return self.path.read_text()


def listens(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


class Walk:
    """One command after the other; what each said, by its first two words."""

    def __init__(self):
        self.said, self.terminals = {}, {}

    def type(self, command):
        name = " ".join(command.split()[:2])
        if name in OTHER_TERMINALS:
            self.terminals[name] = Terminal(command)
            ok(wait_until(lambda: name != "mailtally serve" or
                          self.terminals[name].said()), "$ " + command)
            return
        result = shell(command)
        self.said[name] = result.stdout
        ok(result.returncode == 0, "$ " + command,
           result.stdout[-2000:] + result.stderr[-2000:])
        if name == "apt-get install":
            self.runit = subprocess.Popen(["runsvdir", "-P", "/etc/service"])
        if command.startswith("ln -s /etc/sv/qpsmtpd"):
            # The log, not a connection, which would be in it.
            ok(wait_until(lambda: b"Listening on" in log()),
               "qpsmtpd runs, and its log is written", log().decode())


def log():
    return b"".join(p.read_bytes() for p in sorted(LOGS.glob("@*")) +
                    [LOGS / "current"] if p.exists())


def mails():
    return sorted(MAILDIR.glob("*"), key=lambda p: p.stat().st_mtime_ns)


def inside(root):
    every = list(commands())
    ok(len(every) > 10, "the README has %d commands" % len(every))
    enter(root)
    walk = Walk()
    for command in every:
        walk.type(command)
    tail = walk.terminals["mailtally tail"]
    ok(wait_until(lambda: len(re.findall(r"queued", tail.said())) >= 2),
       "both mails are seen in tail", tail.said())
    report = walk.said["mailtally report"]
    ok(re.search(r"^queued +1 +100\.0%$", report, re.M),
       "the first one in the report", report)
    ok("the server accepted it" in walk.said["mailtally trace"],
       "its story is told", walk.said["mailtally trace"])
    ok(re.search(rb"OK|WARNING|CRITICAL", walk.said[
        "mailtally doctor"].encode()) and "0 critical" in walk.said[
            "mailtally doctor"], "the doctor finds nothing critical",
       walk.said["mailtally doctor"])
    state = walk.said["cat /var/log/qpsmtpd/state"]
    ok(re.search(r"^queued +\S+ +2$", state, re.M),
       "both mails are in the state file", state)
    url = walk.terminals["mailtally serve"].said().split()[-1]
    with urllib.request.urlopen(
            url + "api/v1/report?sections=codes", timeout=60) as r:
        rows = json.load(r)["sections"]["codes"]["rows"]
    equal({row["reason"]: row["count"] for row in rows}, {"queued": 2},
          "both are in the dashboard")
    ok(wait_until(lambda: len(mails()) == 2), "both are in the Maildir", mails())
    daily = email.message_from_bytes(mails()[-1].read_bytes(),
                                     policy=email.policy.default)
    text = daily.get_body("plain").get_content()
    ok(re.search(r"^queued +1 +100\.0%$", text, re.M),
       "the daily mail tells of the first one", text[:3000])
    supervised()
    removed()
    done()


# ---- the same scripts under other supervisors, and the end ----


def supervised():
    """Under daemontools and s6 in place of runit, each with its own way to
    become another user: that of runit is hidden."""
    shell("sv down /etc/service/qpsmtpd /etc/service/qpsmtpd/log; "
          "sv -w 30 exit /etc/service/qpsmtpd")
    os.unlink("/etc/service/qpsmtpd")
    os.rename("/usr/bin/chpst", "/usr/bin/chpst.hidden")
    for name, command in (("daemontools", ["svscan"]), ("s6", ["s6-svscan"])):
        r = shell("apt-get install " + name)
        equal(r.returncode, 0, name + " is installed", r.stderr)
        services = pathlib.Path("/root") / name
        services.mkdir()
        shutil.copytree("/etc/sv/qpsmtpd", services / "qpsmtpd",
                        ignore=shutil.ignore_patterns("supervise"))
        begun = log().count(b"Listening on")
        process = subprocess.Popen([*command, str(services)])
        ok(wait_until(lambda: log().count(b"Listening on") > begun),
           name + " runs both scripts", log().decode()[-2000:])
        r = shell("swaks --server 127.0.0.1 --from b@remote.example "
                  "--to ann@example.org --header 'Message-Id: <%s@x>'" % name)
        equal(r.returncode, 0, name + ": mail is taken", r.stdout[-2000:])
        ok(wait_until(lambda: b"\tqueued\t\t<%s@x>" % name.encode() in log()),
           name + ": it is in the log", log().decode()[-2000:])
        r = shell("mailtally rotate %s/qpsmtpd" % services)
        equal(r.returncode, 0, name + ": the log is rotated", r.stderr)
        process.terminate()
        process.wait()
        shell("svc -dx {0}/qpsmtpd {0}/qpsmtpd/log; s6-svc -dx {0}/qpsmtpd; "
              "s6-svc -dx {0}/qpsmtpd/log".format(services))
        ok(wait_until(lambda: not listens(25)), name + ": it ends")
    os.rename("/usr/bin/chpst.hidden", "/usr/bin/chpst")


def removed():
    r = shell("apt-get purge mailtally")
    equal(r.returncode, 0, "the package is purged", r.stderr)
    r = shell("find / -xdev -path /proc -prune -o -iname '*mailtally*' "
              "-not -name '*.deb' -print")
    equal([line for line in r.stdout.splitlines()
           if not line.startswith(("/var/log/apt", "/root", str(LOGS)))], [],
          "nothing is left but what the logs' own directory has")


if len(sys.argv) > 2 and sys.argv[1] == "inside":
    inside(sys.argv[2])
else:
    outside()
