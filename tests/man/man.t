#!/usr/bin/env python3
"""man.t - the manual pages and completions that are made of the program's
rows: complete, clean, and their examples work."""
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from mailtally import ENVIRONMENT, PROGRAM, QMAIL, ROOT, run, scratch
from tap import done, equal, ok

for program, package in (("mandoc", "mandoc"), ("zsh", "zsh")):
    if not shutil.which(program):
        sys.exit("%s is missing; it is in Debian's package %s" % (
            program, package))

pages = scratch("pages")
subprocess.run([ROOT / "tools/man", PROGRAM, pages], env=ENVIRONMENT,
               check=True)
rows = [line.split("\t") for line in
        run("help", "--rows").out.decode().splitlines()]
commands = [row[0] for row in rows if not row[1]]
aliases = {row[3]: row[0] for row in rows if not row[1] and row[3]}

# ---- pages ----

names = {p.name for p in pages.iterdir()}
equal({"mailtally-%s.1" % c.replace(" ", "-") for c in commands} - names,
      set(), "each command has a page")
equal({a + ".1" for a in aliases} - names, set(),
      "each other name of a command too")
ok({"mailtally.1", "mailtally.conf.5"} <= names, "and the program")
# Whether other pages are installed here is not their fault.
ELSEWHERE = re.compile(r"referenced manual not found|outdated mandoc.db")
for page in sorted(pages.iterdir()):
    r = subprocess.run(["mandoc", "-T", "lint", page], capture_output=True,
                       text=True)
    equal([line for line in (r.stdout + r.stderr).splitlines()
           if not ELSEWHERE.search(line)], [], "lint: " + page.name)


def text_of(page):
    r = subprocess.run(["mandoc", "-T", "ascii", "-O", "width=200",
                        pages / page], capture_output=True, text=True)
    return re.sub(".\b", "", r.stdout)


for command in commands:
    text = text_of("mailtally-%s.1" % command.replace(" ", "-"))
    options = [row[1] for row in rows if row[0] == command and row[1]]
    equal([o for o in options if o not in text and
           o.replace("--", "--[no-]") not in text], [],
          "%s: all of its %d options" % (command, len(options)))
    ok("mailtally-" + command.replace(" ", "-") in text_of("mailtally.1"),
       command + ": is in mailtally(1)")
text = text_of("mailtally.conf.5")
keys = re.findall(r"^(\w+) =", re.sub(
    r"(?ms)^\[(category|columns)\].*?(?=^\[)", "",
    run("config").out.decode()), re.M)
equal([k for k in keys if k not in text], [],
      "mailtally.conf(5): all %d keys" % len(keys))

text = text_of("mailtally.1")
thresholds = [line.split()[0] for line in
              run("report", "--list-thresholds").out.decode().splitlines()]
ok(thresholds, "there are thresholds of insights")
equal([t for t in thresholds if t not in text], [],
      "mailtally(1): all %d of them" % len(thresholds))

# ---- examples ----

bin_dir = scratch("bin")
bin_dir.mkdir()
for name in ["mailtally", *aliases]:
    (bin_dir / name).symlink_to(PROGRAM)
place = scratch("place")
shutil.copytree(ROOT / "examples/log", place / "log")
(place / "old").write_bytes(b"")
qmail = QMAIL / "main"
PATHS = [("/var/log/qpsmtpd", "log"), ("/var/log/sqpsmtpd", "log"),
         ("/var/log/qmail", str(qmail)), ("/etc/mailtally.conf", "made.conf"),
         ("@*.s", "log/@*.s"), (" log.gz", " log/current"),
         ("zcat log/current", "cat log/current")]
# What needs a service, a queue, users' mail, the network, a store of the
# system's, or a pipe that never ends: of these only the words are looked at.
NOT_HERE = re.compile(
    r"^(multilog|mailtally (rotate|queue|maildir|mail|serve|dnsbl (test|recheck))\b)|"
    r"--store default|\| *(bash|consumer)")


def words_are_known(line):
    """Is it a command with options that it has?"""
    command = max((c for c in commands if (line + " ").startswith(
        "mailtally %s " % c)), key=len, default=None)
    known = {row[1] for row in rows if row[0] == command}
    return command and not [word for word in re.findall(
        r"(?<= )--[a-z-]+", line) if word not in known and
        word.replace("--no-", "--") not in known]




def examples(page):
    source = (pages / page).read_text()
    found = re.findall(r"^\.Dl (.*)$", source, re.M)
    for block in re.findall(r"(?ms)^\.Bd -literal.*?\n(.*?)^\.Ed", source):
        found += block.splitlines()
    for line in found:
        line = line.replace("\\-", "-").replace("\\(dq", '"').replace(
            "\\(aq", "'").replace("\\&", "").replace("\\e", "\\").strip()
        if re.match(r"([A-Z_]+=\S+ +)*(mailtally|zcat|%s)(?= |$)" % "|".join(
                aliases), line):
            yield line


tried = 0
for page in sorted(names):
    if (pages / page).is_symlink():
        continue
    for line in examples(page):
        if NOT_HERE.search(line):
            ok(line.startswith("multilog") or words_are_known(line),
               "%s: not run here: %s" % (page, line))
            continue
        command = line
        for old, new in PATHS:
            command = command.replace(old, new)
        if "log" not in command and re.match(
                r"mailtally (grep|trace|report|tail|doctor)", command):
            command += " log"
        # tail and the guard go on for ever.
        r = subprocess.run(
            ["timeout", "-s", "TERM", "-k", "10", "20" if not re.search(
                r"tail|--every", line) else "2", "sh", "-c", command],
            cwd=place, capture_output=True, stdin=subprocess.DEVNULL,
            # The search for leaks may hang in one that timeout ends.
            env=dict(ENVIRONMENT, ASAN_OPTIONS="detect_leaks=0",
                     PATH="%s:%s" % (bin_dir, os.environ["PATH"])))
        tried += 1
        ok(r.returncode in (0, 1, 2, 124, 137, 143), "%s: %s" % (page, line),
           command, r.returncode, r.stderr.decode(errors="replace")[-300:])
ok(tried > 20, "%d examples" % tried)

# ---- completions ----

bash, zsh = scratch("mailtally.bash"), scratch("_mailtally")
for shell, path in (("bash", bash), ("zsh", zsh)):
    path.write_bytes(subprocess.run(
        [ROOT / "tools/completion", shell, PROGRAM], env=ENVIRONMENT,
        capture_output=True, check=True).stdout)
    r = subprocess.run([shell, "-n", path], capture_output=True)
    equal((r.returncode, r.stderr), (0, b""), shell + ": is a script")


def completed(*words):
    script = ". %s; COMP_WORDS=(%s); COMP_CWORD=%d; _mailtally; " \
        'printf "%%s\\n" "${COMPREPLY[@]}"' % (
            bash, " ".join(map(shlex.quote, words)), len(words) - 1)
    r = subprocess.run(["bash", "-c", script], capture_output=True, text=True,
                       cwd=place)
    return set(r.stdout.split())


equal(completed("mailtally", "rep"), {"report"}, "bash: a command")
equal(completed("mailtally", ""), {c.split()[0] for c in commands} | {"help"},
      "bash: all commands")
for command in commands:
    equal(completed("mailtally", *command.split(), "--"),
          {row[1] for row in rows if row[0] == command and row[1]},
          "bash: the options of " + command)
equal(completed("mailtally", "report", "--color", ""),
      {"auto", "always", "never"}, "bash: what an option may be")
equal(completed("mailtally", "report", "--top", ""), set(),
      "bash: nothing, where nothing is known")
equal(completed("qploggrep", "--fixed"), {"--fixed-strings"},
      "bash: another name of a command")
ok("log" in completed("mailtally", "report", "lo"), "bash: a log")
text = zsh.read_text()
equal([row[1] for row in rows if row[1] and "'%s[" % row[1] not in text], [],
      "zsh: all options")
done()
