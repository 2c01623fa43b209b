#!/usr/bin/env python3
"""command.t - grep as a command: its names, arguments, inputs and statuses."""
import gzip
import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from mailtally import ENVIRONMENT, PROGRAM, corpus, corpus_log, run, scratch
from tap import done, equal, ok

LOG = str(corpus("modern-9field-naughty") / "log")
OLD = str(corpus("old-plugin-colon") / "log")
EIGHT = str(corpus("modern-8field") / "log")


def called_as(name, *arguments):
    link = scratch(name)
    if not link.exists():
        link.symlink_to(PROGRAM)
    return subprocess.run([str(link), *arguments], env=ENVIRONMENT,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def shell(script, **names):
    """The pipelines of old; the program by its old name comes first in PATH."""
    called_as("qploggrep", "--version")
    env = dict(ENVIRONMENT, PATH="%s:%s" % (scratch("x").parent,
                                            os.environ["PATH"]), **names)
    return subprocess.run(["sh", "-c", script], env=env,
                          stdout=subprocess.PIPE).stdout.decode()


def test_old_name():
    long = run("grep", "--long", "peggy@local", EIGHT).out
    equal(called_as("qploggrep", "peggy@local", EIGHT).stdout, long,
          "qploggrep is grep --tai --long")
    by_text = called_as("qploggrep", "connection_time", OLD).stdout
    ok(by_text.count(b" sec.\n") == by_text.count(b"\n") > 100,
       "qploggrep finds what only the raw line says")
    ok(run("grep", "connection_time", OLD).status == 1, "grep does not")


def test_old_pipelines():
    out = shell("qploggrep spamassassin $LOG | grep -i peggy@local.example.org",
                LOG=EIGHT)
    ok(out.count("\n") >= 1 and all(" spamassassin " in line
       for line in out.splitlines()), "qploggrep spamassassin | grep user@domain")
    lines = shell("qploggrep connection_time $LOG | sort -k 4 -n",
                  LOG=OLD).splitlines()
    times = [float(line.split()[3]) for line in lines]
    equal(times, sorted(times), "qploggrep connection_time | sort -n")
    lines = shell("qploggrep '/40 ' $LOG | sort -k4; qploggrep '/40$' $LOG | "
                  "sort -k4", LOG=EIGHT).splitlines()
    ok(len(lines) > 100 and all(re.search(r" \d+/40$", line)
       for line in lines), "qploggrep /40 | sort -k4")
    equal(shell("qploggrep . $LOG | wc -l", LOG=LOG),
          shell("qploggrep --all $LOG | wc -l", LOG=LOG), "qploggrep .")


def test_arguments():
    both = run("grep", "-e", "virus", "-e", "rhsbl", LOG).out
    one = run("grep", "-e", "virus", LOG).out + run("grep", "rhsbl", LOG).out
    equal(sorted(both.splitlines()), sorted(set(one.splitlines())),
          "-e several times: any of them")
    equal(run("grep", "virus", LOG, "-c").out,
          b"%d\n" % run("grep", "VIRUS", LOG).out.count(b"\n"),
          "no case; options may follow")
    equal(run("grep", "--all", "--limit", "7", LOG).out.count(b"\n"), 7,
          "--limit")
    first = run("grep", "--all", LOG).out.splitlines()
    equal(run("grep", "--all", "--reverse", LOG).out.splitlines(),
          first[::-1], "--reverse: newest first")
    equal(run("grep", "--all", "--reverse", "--limit", "5", LOG)
          .out.splitlines(), first[:-6:-1], "--reverse --limit: the newest")
    result = run("grep", LOG)
    ok(b"is taken for the pattern" in result.err and result.status != 0,
       "a log alone is a pattern, which is told", result)
    for words in (("grep",), ("grep", "--all", "-e", "x", LOG),
                  ("grep", "x", "--kind", "no"), ("grep", "x", "--sort", "no"),
                  ("grep", "x", "--group-by", "no"), ("grep", "x", "-o", "csv"),
                  ("grep", "x", "--context", "3")):
        result = run(*words)
        ok(result.status == 64 and result.err.startswith(b"mailtally: ")
           and result.err.count(b"\n") == 1, "usage: " + " ".join(words),
           result)


def test_filters():
    rows = run("grep", "--all", "--kind", "transaction", "--long", LOG)
    for option, value, part in (
            ("--disposition", "virus*", rb" virus::"),
            ("--verdict", "accepted", rb"^\S+ \S+ \S+ queued "),
            ("--from", "@m2.example.com", rb"_ <\S*@m2\.example\.com> |"
             rb"queued <\S*@m2\.example\.com> "),
            ("--client", "127.20.1.0/24", rb" 127\.20\.1\.\d+ ")):
        got = run("grep", "--all", "--kind", "transaction", "--long", option,
                  value, LOG).out.splitlines()
        should = [l for l in rows.out.splitlines() if re.search(part, l)]
        equal(got, should, option)
        ok(should, option + " finds something")
    ok(run("grep", "--all", "--files-newer-than", "1d", LOG).status in (0, 1),
       "--files-newer-than")


def test_notes():
    result = run("grep", "peggy@local.example.org", EIGHT)
    denied = [l for l in run("grep", "--all", "--verdict", "rejected", "--long",
                             EIGHT).out.splitlines()
              + run("grep", "--all", "--verdict", "deferred", "--long",
                    EIGHT).out.splitlines()]
    without = int(re.search(rb"(\d+) denials", result.err)[1])
    ok(0 < without < len(denied), "an address: how many denials name none",
       without, len(denied))
    for lines in "every", "some":
        equal(run("grep", "--lines", lines, "peggy@local.example.org",
                  EIGHT).err, result.err, "--lines %s: as many" % lines)
    equal(run("grep", "--quiet", "peggy@local.example.org", EIGHT).err, b"",
          "--quiet: not told")
    equal(run("grep", "spamassassin", EIGHT).err, b"", "no address: not told")


def test_inputs():
    data = corpus_log("modern-9field-naughty")
    whole = run("grep", "--all", LOG).out
    equal(run("grep", "--all", "-", stdin=data).out, whole, "a pipe")
    equal(run("grep", "--all", "-", stdin=gzip.compress(data)).out, whole,
          "a packed pipe")
    result = run("grep", "--all", LOG, scratch("not-there"))
    ok(result.status == 66 and result.out == whole, "one of two is missing",
       result)
    broken = scratch("broken.gz", gzip.compress(data)[:-20000])
    result = run("grep", "--all", broken)
    ok(result.status == 74 and whole.startswith(result.out[:-200])
       and len(result.out) > 1000, "a damaged file: what can be read", result)
    empty = scratch("empty", b"")
    ok(run("grep", "--all", empty).status == 1, "an empty file")
    ok(run("grep", "--all", scratch("text", "nothing\nknown\n")).status == 2,
       "a file that is no log")
    reader = subprocess.Popen([PROGRAM, "grep", "--all", LOG], env=ENVIRONMENT,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    reader.stdout.read(10)
    reader.stdout.close()
    equal((reader.wait(), reader.stderr.read()), (0, b""), "a closed pipe")
    full = run("grep", "--all", LOG, stdout=open("/dev/full", "w"))
    ok(full.status == 74, "a full disk", full)


test_old_name()
test_old_pipelines()
test_arguments()
test_filters()
test_notes()
test_inputs()
done()
