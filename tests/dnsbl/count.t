#!/usr/bin/env python3
"""count.t - "mailtally dnsbl count" against the classic command, the report and a
second reader.

The classic command is an awk line; what it printed of the recorded logs stands in
their folders.  Where it differs it is wrong in a known way: it takes what stands
between the second and third slash of the eighth field for the list, so a text
without an URL has no name, and one behind a TAB is not seen.
"""
import collections
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from whatif import Mail, log_of

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import terse
from mailtally import CORPUS, LOGGEN, Report, run, scratch
from tap import done, equal, ok

RECORDED = [p.parent.parent.name for p in
            sorted(CORPUS.glob("*/expected/awk-dnsbl.txt"))]


def count_lines(*arguments, status=0):
    result = run("dnsbl", "count", *arguments)
    equal(result.status, status, "exit status of %s" % (arguments,), result)
    return [tuple(line.split("\t")) for line in
            result.out.decode().splitlines()]


def logs(name):
    return sorted((CORPUS / name / "log").iterdir())


def test_classic(name):
    """Its output, number by number."""
    lines = (CORPUS / name / "expected/awk-dnsbl.txt").read_text(
        encoding="latin-1").splitlines()
    old = {}
    for line in lines:
        n, host = line.split("\t")
        old[host or "(no URL)"] = int(n)
    # It sees neither the second line of a text nor what is behind a TAB.
    behind = collections.Counter()
    for log in logs(name):
        for r in terse.records(log.read_bytes()):
            first = r.text.split(b"\t")[0]
            if (r.disposition == b"dnsbl" or r.text.startswith(b"(dnsbl)")) \
                    and b"//" in r.text and b"//" not in first:
                behind[re.search(rb"//([^/]*)", r.text)[1].decode()] += 1
    for host, n in behind.items():
        old["(no URL)"] -= n
        old[host] = old.get(host, 0) + n
    old = {host: n for host, n in old.items() if n}
    got = count_lines(CORPUS / name / "log")
    equal(got[0][1], "Total", name + ": the total stands first")
    equal({host: int(n) for n, host in got if int(n)}, old,
          name + ": what the classic command counted")
    numbers = [(-int(n), host) for n, host in got[1:]]
    equal(numbers, sorted(numbers), name + ": the most frequent first")


def same_as_report(name, log, by, key):
    """The section bl-use has the same rows, to the last column."""
    result = run("dnsbl", "count", "--plugin", "all", "--by", by, "-o", "json",
                 log)
    section = json.loads(result.out)["sections"]["bl-use"]
    table = Report("--sections", "bl-use", "--bl-key", key, "--top", "0",
                   log).table("bl-use")
    equal(section["rows"], table["rows"],
          "%s: bl-use by %s is the same" % (name, by))
    equal(section.get("totals"), table.get("totals"), "... and its totals")
    plugins = section["tables"]["plugins"]["rows"]
    total = (section["totals"] if by == "name" else section["rows"][0])
    equal(sum(r["count"] + r["list_errors"] for r in plugins), total["count"],
          "... and the plugins add up to it")
    ok(all(r["unique_ips"] <= total["unique_ips"] for r in plugins),
       "... and none has more clients than all", plugins, total)


URL = "http://www.bl.example:8080/?ip="
MAILS = [
    Mail("192.0.2.1", "dnsbl", text=URL + "192.0.2.1"),
    Mail("192.0.2.2", "dnsbl", text=URL + "192.0.2.2"),
    Mail("192.0.2.1", "naughty", text="(dnsbl) " + URL + "192.0.2.1"),
    Mail("192.0.2.3", "naughty", text="(rhsbl) http://rh.example/x"),
    Mail("192.0.2.3", "naughty", text="(karma) http://karma.example/x"),
    Mail("192.0.2.4", "rhsbl", text="Mail from x.example rejected because it "
         "http://rh.example/y"),
    Mail("192.0.2.5", "uribl", text="see http://Uri.example/z"),
    Mail("192.0.2.6", "dnsbl", text="6.2.0.192.zone.example"),
    Mail("192.0.2.7", "dnsbl", text="Error: open resolver; "
         "http://www.bl.example:8080/returnc"),
    Mail("192.0.2.8", "earlytalker", text="http://not.example/ dnsbl"),
    Mail("192.0.2.9", sender="dnsbl@http://x.example/"),
]


def test_plugins():
    log = log_of("plugins.log", MAILS)
    host = "www.bl.example:8080"
    cases = {
        (): {"Total": 5, host: 3, "(no URL)": 1, "list error": 1},
        ("--plugin", "dnsbl"): {"Total": 4, host: 2, "(no URL)": 1,
                                "list error": 1},
        ("--plugin", "naughty"): {"Total": 2, host: 1, "rh.example": 1},
        ("--plugin", "naughty-dnsbl"): {"Total": 1, host: 1},
        ("--plugin", "rhsbl,naughty-rhsbl"): {"Total": 2, "rh.example": 2},
        ("--plugin", "uribl"): {"Total": 1, "Uri.example": 1},
        ("--plugin", "all"): {"Total": 8, host: 3, "rh.example": 2,
                              "Uri.example": 1, "(no URL)": 1,
                              "list error": 1},
        ("--by", "name", "--plugin", "all"): {
            "Total": 8, "bl.example": 3, "rh.example": 2, "uri.example": 1,
            "zone.example": 1, "list error": 1},
    }
    for arguments, should in cases.items():
        equal({h: int(n) for n, h in count_lines(*arguments, log)}, should,
              "count %s" % " ".join(arguments))
    result = run("dnsbl", "count", log)
    ok(b"refused to answer" in result.err, "a list error is an alert", result)
    result = run("dnsbl", "count", "--plugin", "naughty", log)
    equal(result.err, b"", "... and without one there is none")
    report = json.loads(run("dnsbl", "count", "-o", "json", log).out)
    row = report["sections"]["bl-use"]["rows"][1]
    equal((row["list"], row["count"], row["unique_ips"], row["percent"],
           row["first"], row["last"]),
          (host, 3, 2, 60.0, "2026-03-28T23:00:00Z", "2026-03-28T23:00:02Z"),
          "clients, share, first and last")
    equal(report["sections"]["bl-use"]["tables"]["plugins"]["rows"],
          [{"plugin": "dnsbl", "count": 3, "list_errors": 1, "unique_ips": 3,
            "first": "2026-03-28T23:00:00Z", "last": "2026-03-28T23:00:08Z"},
           {"plugin": "naughty-dnsbl", "count": 1, "list_errors": 0,
            "unique_ips": 1, "first": "2026-03-28T23:00:02Z",
            "last": "2026-03-28T23:00:02Z"}], "a row a plugin")


def test_usage():
    log = log_of("plugins.log", MAILS)
    for arguments, word in ((("--by", "x"), "zone or name"),
                            (("--plugin", "x"), "naughty-uribl"),
                            (("--plugin", ""), "naughty-uribl"),
                            (("-o", "xml"), "jsonl"), (("-d", "x"), "csv")):
        result = run("dnsbl", "count", *arguments, log)
        equal(result.status, 64, "%s is a usage error" % (arguments,), result)
        ok(word in result.err.decode(), "... that says what there is", result)
    equal(run("dnsbl", "count", "/nowhere").status, 66, "no such log")
    equal(run("dnsbl", "count", "-", stdin=b"what?\n").status, 2,
          "nothing understood")
    result = run("dnsbl")
    equal(result.status, 64, "dnsbl alone is a usage error", result)
    ok(b"count, test" in result.err, "... that says which there are", result)
    text = run("dnsbl", "count", "--period", "all", "--since",
               "2026-03-28 23:00:01", "--until", "2026-03-28 23:00:03", log)
    equal(text.status, 64, "two ways to say the period", text)
    equal(count_lines("--since", "2026-03-28 23:00:01", "--until",
                      "2026-03-28 23:00:03", log)[0], ("2", "Total"),
          "a period")


def test_hostile():
    log = log_of("hostile.log", [
        Mail("192.0.2.1", "dnsbl", text="http://\x1b[31m$(touch pwned)\x07/")])
    result = run("dnsbl", "count", log)
    equal(result.out, b"1\tTotal\n1\t\\x1B[31m$(touch pwned)\\x07\n",
          "what a stranger wrote is escaped")


def main():
    for name in RECORDED:
        test_classic(name)
    ok(len(RECORDED) == 5, "all recorded logs", RECORDED)
    import subprocess
    made = scratch("made.log", subprocess.run(
        [LOGGEN, "qpsmtpd", "--size", "2M", "--seed", "5"],
        stdout=subprocess.PIPE, check=True).stdout)
    for name, log in [(n, CORPUS / n / "log") for n in RECORDED] + [
            ("a generated log", made)]:
        same_as_report(name, log, "zone", "host")
        same_as_report(name, log, "name", "name")
    test_plugins()
    test_usage()
    test_hostile()
    done()


main()
