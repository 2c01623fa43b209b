#!/usr/bin/env python3
"""streams.t - outputs that close or are full, inputs that are no files."""
import json
import os
import pathlib
import resource
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import styles
from mailtally import (ENVIRONMENT, PROGRAM, SCRATCH, corpus, corpus_log,
                       loggen, run, scratch)
from tap import done, equal, ok

LOG = corpus("naughty-multiline") / "log"
RECORDS = 24
LARGE, _ = loggen("qpsmtpd", "--size", "8M", "--terse-only")


def shell(command, **env):
    """Runs a shell command line in which $M is the program."""
    process = subprocess.run(
        ["bash", "-c", command], cwd=SCRATCH, timeout=120, capture_output=True,
        env=dict(ENVIRONMENT, M=PROGRAM, LOG=str(LOG), LARGE=str(LARGE),
                 **env))
    return process.returncode, process.stdout, process.stderr


def one_line(text, *words):
    return (text.startswith(b"mailtally: ") and text.count(b"\n") == 1 and
            text.endswith(b"\n") and all(w in text for w in words))


def test_closed_pipe():
    """head has seen enough: no error and no message."""
    lines = scratch("lines", b"".join(
        b"@4000000063fe8410%08x 7 click, disconnecting\n" % i for i in range(100000)))
    for command in ("report $LARGE --top 0", "report -o json --top 0 $LARGE",
                    "report -o jsonl --top 0 $LARGE",
                    "report -o csv --sections tld --top 0 $LARGE",
                    "report -o csv --sections rcpt-users --top 0 $LARGE",
                    "explain - < %s" % lines, "formats", "config --example",
                    "report --help"):
        status, out, err = shell(
            '"$M" %s | head -1; echo ${PIPESTATUS[0]}' % command)
        ok(out.endswith(b"\n0\n") and not err, "| head -1: " + command,
           out[-200:], err)
        status, out, err = shell(
            '"$M" %s > >(exec true); echo $?' % command)
        ok(out == b"0\n" and not err, "| true: " + command, out, err)


def test_full():
    for command in ("report $LOG", "report -o json $LOG",
                    "report -o jsonl $LOG",
                    "report -o csv --sections codes $LOG",
                    "report --top 0 $LARGE", "report -o json --top 0 $LARGE",
                    "explain 'x'", "formats", "config", "config --example",
                    "--help", "--version", "help report", "report --help"):
        status, out, err = shell('"$M" %s > /dev/full' % command)
        ok(status == 74 and one_line(err, b"standard output"),
           "a full disk: " + command, status, err)
    status, out, err = shell('"$M" report missing 2> /dev/full')
    equal(status, 66, "a full disk for the errors")


def test_directory():
    """-o csv -d: what cannot be written is 73."""
    status, out, err = shell('"$M" report -o csv -d /proc/nowhere $LOG')
    ok(status == 73 and one_line(err, b"/proc/nowhere"),
       "a folder that cannot be made", status, err)
    scratch("a-file", b"x")
    status, out, err = shell('"$M" report -o csv -d a-file $LOG')
    ok(status == 73 and one_line(err, b"a-file"), "a file instead of a folder",
       status, err)
    folder = SCRATCH / "blocked"
    (folder / "codes.csv").mkdir(parents=True)
    status, out, err = shell('"$M" report -o csv -d blocked $LOG')
    ok(status == 73 and one_line(err, b"codes.csv"),
       "a folder instead of a file", status, err)
    # No room: a file may have no more than 100 bytes.
    status, out, err = shell('ulimit -f 0; trap "" XFSZ; '
                             '"$M" report -o csv -d small $LOG')
    ok(status in (73, 74) and one_line(err), "no room in the folder",
       status, err)
    status, out, err = shell('"$M" report -o csv -d new $LOG && '
                             '"$M" report -o csv -d new $LOG && ls new | wc -l')
    ok(status == 0 and int(out) > 20, "a folder is made, and used again",
       status, out, err)


def test_closed_descriptors():
    """No file takes their place, and what cannot be used is an error."""
    for command in ('"$M" report - <&-', '"$M" report -o json - <&-',
                    '"$M" explain - <&-'):
        status, out, err = shell(command)
        ok(status == 74 and one_line(err), "no standard input: " + command,
           status, err)
    for command in ('"$M" report $LOG >&-', '"$M" report -o json $LOG >&-',
                    '"$M" formats >&-', '"$M" --version >&-'):
        status, out, err = shell(command)
        ok(status == 74 and one_line(err, b"standard output"),
           "no standard output: " + command, status, err)
    status, out, err = shell('"$M" report -o csv -d closed $LOG >&- 2>&- <&- '
                             '&& cat closed/codes.csv')
    ok(status == 0 and out.startswith(b"Reason,"), "none of the three", out)
    status, out, err = shell('"$M" report $LOG missing 2>&-')
    ok(status == 66 and out.startswith(b"Report for"), "no standard error",
       status, out[:100])
    status, out, err = shell('"$M" report -o json $LOG <&- 2>&-')
    ok(status == 0 and json.loads(out), "only standard output")


def test_inputs():
    """Pipes, fifos, descriptors, devices, several of them."""
    whole = corpus_log("naughty-multiline")
    scratch("one.log", whole)

    def examined(command):
        status, out, err = shell(command)
        return (status, err, json.loads(out)["head"]["examined"]
                if status in (0, 2, 74) else None)
    cases = {
        "cat one.log | \"$M\" report -o json -": RECORDS,
        "\"$M\" report -o json - < one.log": RECORDS,
        "\"$M\" report -o json /dev/stdin < one.log": RECORDS,
        "\"$M\" report -o json <(cat one.log)": RECORDS,
        "\"$M\" report -o json <(head -300 one.log) <(tail -n +301 one.log)":
            RECORDS,
        "mkfifo f; cat one.log > f & \"$M\" report -o json f": RECORDS,
        "(head -c 777 one.log; sleep 0.2; tail -c +778 one.log) | "
        "\"$M\" report -o json -": RECORDS,
        "gzip -c one.log | \"$M\" report -o json -": RECORDS,
        "(gzip -c one.log; gzip -c one.log) | \"$M\" report -o json -":
            2 * RECORDS,
    }
    for command, should in cases.items():
        status, err, n = examined(command)
        ok(status == 0 and not err and (should is None or n == should),
           command, status, err, n)
    status, out, err = shell('"$M" report - < .')
    ok(status in (66, 74) and one_line(err), "a folder as standard input",
       status, err)
    status, out, err = shell('"$M" report - 0> w')
    ok(status in (2, 74) and err.count(b"\n") <= 1,
       "standard input that is only written to", status, err)


def test_no_log():
    """Without a LOG, a setting, or one of the usual places."""
    usual = [p for p in ("/var/log/qpsmtpd", "/var/log/sqpsmtpd")
             if os.path.isdir(p)]
    result = run("report")
    if usual:
        ok(usual[0].encode() in result.err, "the usual place is named", result)
    else:
        ok(result.status == 66 and not result.out and
           one_line(result.err, b"/var/log/qpsmtpd"), "no log at all", result)
    conf = scratch("logs.conf", "[logs]\nlog = %s\n" % LOG)
    result = run("report", "-o", "json", "--period", "all",
                 env={"MAILTALLY_CONF": str(conf)})
    ok(result.status == 0 and
       json.loads(result.out)["head"]["examined"] == RECORDS,
       "the configured log", result)
    result = run("report", "-o", "json", "--now", "2023-03-01 10:00",
                 env={"MAILTALLY_CONF": str(conf)})
    equal(json.loads(result.out)["period"]["since"], "2023-02-28T00:00:00Z",
          "and the day up to midnight")
    conf = scratch("logs.conf", "[logs]\nlog = /nonexistent\n")
    result = run("report", env={"MAILTALLY_CONF": str(conf)})
    ok(result.status == 66 and b"/nonexistent" in result.err,
       "a configured log that is missing", result)


def test_spool():
    """A pipe without years is put aside, if there is room."""
    log = styles.restyled(corpus_log("modern-9field-naughty"), styles.syslog)
    scratch("syslog", log)
    status, out, err = shell('cat syslog | "$M" report -o json --now '
                             '2019-06-11 -', TMPDIR=str(SCRATCH))
    ok(status == 0 and json.loads(out)["head"]["examined"] > 500,
       "in TMPDIR", status, err)
    before = set(os.listdir(SCRATCH))
    status, out, err = shell('cat syslog | "$M" report --now 2019-06-11 -',
                             TMPDIR="/nonexistent")
    ok(status in (0, 74) and err.count(b"\n") <= 1, "TMPDIR does not exist",
       status, err)
    status, out, err = shell('ulimit -f 0; trap "" XFSZ; cat syslog | "$M" '
                             'report --now 2019-06-11 -', TMPDIR=str(SCRATCH))
    ok(status == 74 and one_line(err), "no room to put it aside", status, err)
    equal(set(os.listdir(SCRATCH)), before, "nothing is left there")


def test_limits():
    """Threads and memory that cannot be had."""
    def no_threads():
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    whole = subprocess.run([PROGRAM, "report", "-o", "json", "--jobs", "1", LOG],
                           env=ENVIRONMENT, capture_output=True, timeout=120)
    process = subprocess.run([PROGRAM, "report", "-o", "json", "--jobs", "8",
                              LOG], env=ENVIRONMENT, preexec_fn=no_threads,
                             capture_output=True, timeout=120)
    ok(process.returncode == 0 and process.stdout == whole.stdout,
       "without threads, if the system has none", process.stderr[-500:])


def test_progress():
    """A line on standard error, and wiped."""
    result = run("report", "--progress", "always", LARGE)
    ok(result.status == 0 and b"\n" not in result.err,
       "progress has no line end", result.err[-200:])
    result = run("report", LARGE)
    equal(result.err, b"", "none into a pipe")
    slow = subprocess.Popen([PROGRAM, "report", "--progress", "always", "-"],
                            env=ENVIRONMENT, stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    threading.Timer(1, slow.stdin.close).start()
    out = slow.stdout.read()
    err = slow.stderr.read()
    ok(slow.wait() == 2 and out and b"\n" not in err,
       "a pipe that says nothing for a while", err)


test_closed_pipe()
test_full()
test_directory()
test_closed_descriptors()
test_inputs()
test_no_log()
test_spool()
test_limits()
test_progress()
done()
