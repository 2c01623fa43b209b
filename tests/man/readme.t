#!/usr/bin/env python3
"""readme.t - what the README shows is what one gets: each output as it stands
there, each command with words that the program knows, and the everyday ones
run. (Its section "At home on a server" is typed by package/debian.t, its table
of the panel by truth/panel.t.)
"""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "lib"), str(HERE.parent / "maildir")]
from dns import Rbldnsd
from mailbox import Mailbox, message, stamp
from mailtally import ALL_CORPORA, ENVIRONMENT, PROGRAM, ROOT, run, scratch
from tap import done, equal, ok
from wait import wait_until

README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```\n(.*?)^```", README, re.M | re.S)
USERS = "/home/e-smith/files/users"
NOW = 1773210000  # a little after the mail that is shown

place = scratch("place")
place.mkdir()
(place / "examples").symlink_to(ROOT / "examples")
for name in ("qpsmtpd", "qmail"):
    (place / name).symlink_to(ALL_CORPORA / "joined" / name)
shutil.copy(ROOT / "fuzz/seeds/state/old-tool", place / "state")
bin_dir = scratch("bin")
bin_dir.mkdir()
(bin_dir / "mailtally").symlink_to(PROGRAM)
ENV = dict(ENVIRONMENT, PATH="%s:%s" % (bin_dir, os.environ["PATH"]))


def shell(command):
    """Status, and both outputs as a terminal shows them."""
    r = subprocess.run(["sh", "-c", command], cwd=place, env=ENV,
                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT)
    return r.returncode, r.stdout.decode()


def shell_until(command, n):
    """Of what goes on by itself the first lines."""
    path = scratch("said")
    with open(path, "wb") as f:
        process = subprocess.Popen(["sh", "-c", "exec " + command], cwd=place,
                                   env=ENV, stdout=f, stderr=f)
    wait_until(lambda: path.read_bytes().count(b"\n") >= n)
    process.send_signal(signal.SIGINT)
    process.wait(60)
    return 0, path.read_text()


# ---- users' mail, for the one block that has some ----

users = scratch("users")
for user, folder, where, when, n, flags, ip in (
        ("ann", "", "new", 1773203400, 2, "", "198.51.100.20"),
        ("ann", "", "cur", 1773209400, 1, "S", "203.0.113.5"),
        ("ann", ".junkmail", "new", 1773192400, 3, "", "203.0.113.77"),
        ("bob", "", "new", 1773209500, 5, "", "203.0.113.5"),
        ("bob", "", "cur", 1773205400, 4, "RS", "2001:db8::19")):
    Mailbox(users / user / "Maildir").deliver(
        message(stamp("qpsmtpd", ip)), folder, where, when=when,
        name="%d.M%dP99.mail.example.org%s" % (
            when, n, ":2," + flags if where == "cur" else ""))
server = Rbldnsd({"bl.example.net": ("ip4set", [
    ":127.0.0.4:listed", "203.0.113.5", ":127.0.0.2:listed", "203.0.113.77",
    "127.0.0.2"])})


def here(command):
    """The same, where the mail is on this machine."""
    if USERS in command:
        command += " --now %d" % NOW
    if "recheck" in command:
        command += " --resolver " + server.address
    return command.replace(USERS, str(users))


# ---- outputs ----


def words(text):
    """Lines may be wrapped in another way."""
    return " ".join(text.split())


def shows(shown, got):
    """"..." on a line of its own stands for any lines."""
    got, at = words(got), 0
    parts = re.split(r"^\.\.\.$", shown, flags=re.M)
    for i, part in enumerate(map(words, parts)):
        found = got.find(part, at)
        if found < 0 or (i == 0 and found > 0):
            return False
        at = found + len(part)
    return parts[-1].strip() == "" or at == len(got)


seen = 0
for block in BLOCKS:
    for session in re.split(r"^(?=\$ )", block, flags=re.M):
        if not session.startswith("$ "):
            continue
        command, shown = re.match(r"\$ ((?:.*\\\n)*.*)\n(.*)", session,
                                  re.S).groups()
        seen += 1
        if command.split(" examples/mailtally.conf ")[-1].startswith("tail"):
            _, got = shell_until(command, shown.count("\n"))
        else:
            _, got = shell(here(command))
        ok(shows(shown, got.replace(str(users), USERS)),
           "shown: " + command.split("\n")[0], got)
ok(seen >= 10, "%d outputs" % seen)

# ---- commands ----

rows = [line.split("\t") for line in
        run("help", "--rows").out.decode().splitlines()]
commands = {row[0] for row in rows if not row[1]}


def is_known(line):
    """Is it a command with options that it has?"""
    line = re.sub(r"^mailtally (-C \S+ )?", "", line)
    command = max((c for c in commands if (line + " ").startswith(c + " ")),
                  key=len, default=None)
    known = {row[1] for row in rows if row[0] == command and row[1]}
    return command and not [
        w for w in re.findall(r"(?<= )--[a-z-]+", line)
        if w not in known and w.replace("--no-", "--") not in known]


lines = {line.split("  ")[0] for block in BLOCKS for line in
         block.replace("\\\n", " ").splitlines()
         if re.match(r"mailtally (?!help)", line)}
lines |= {c for c in re.findall(r"`!?(mailtally [^`]+)`", README)
          if re.match(r"mailtally (?!help)[a-z]", c)}
for line in sorted(lines):
    ok(is_known(line.replace("\\|", "|")), "known: " + line)

# What reads logs is run, on those of the examples.
SAMPLES = (("/var/log/qpsmtpd", "examples/log"), ("/var/log/qmail", "qmail"),
           (" LOG", " examples/log"), ("old.log.gz", "examples/log"),
           ("-d tables", "-d " + str(scratch("tables"))),
           ("/etc/mailtally.conf", "made.conf"),
           ("/var/lib/node_exporter/", ""))
RUN = re.compile(r"mailtally (report|grep|trace|explain|formats|config|"
                 r"dnsbl count)\b(?!.*--store default)")
ran = 0
for line in sorted(lines):
    command = line
    for old, new in SAMPLES:
        command = command.replace(old, new)
    if not RUN.match(line):
        continue
    if "examples/log" not in command and "qmail" not in command and not \
            re.match(r"mailtally (explain|formats|config|.*--list)", command):
        command += " examples/log"
    status, got = shell(command)
    ran += 1
    ok(status in (0, 1), "works: " + line, command, status, got[-500:])
ok(ran > 30, "%d commands were run" % ran)

# ---- who comes from other tools finds each of them ----

table = "\n".join(line for line in README.splitlines() if line.startswith("| "))
for tool in ("spamfilter-stats-7.pl", "mailstats", "qplogsumm.pl", "qplogtail",
             "qploggrep", "setprop qpsmtpd qplogsumm enabled", "AWStats",
             "sv alarm /service/qpsmtpd/log", "sv alarm /service/qmail/log",
             "touch /var/log/qpsmtpd/state", "@*.u", "KeepLogFiles",
             "counts DNSBL hits", "would have been blocked via DNSBL",
             "recent emails with sending IP", "freshly listed in a DNSBL",
             "dispositions by sender TLD", "who is .faith?",
             "most denied addresses", "qploggrep spamassassin",
             "connection_time", "tai64nlocal", "the panel's report"):
    ok(tool in table, "the table has: " + tool)
done()
