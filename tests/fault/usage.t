#!/usr/bin/env python3
"""usage.t - options, settings and periods that are wrong: exit status 64 and
one line that says what to write instead."""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from mailtally import corpus, run, scratch
from tap import done, equal, ok

LOG = corpus("naughty-multiline") / "log"


def complains(result, status, name, *words):
    """One line on standard error that has the words, and nothing else."""
    text = result.err.decode()
    ok(result.status == status and result.out == b"" and
       text.startswith("mailtally: ") and text.count("\n") == 1 and
       text.endswith("\n") and all(word in text for word in words),
       name, result, words, result.out[:200])


def test_options():
    for arguments, words in (
            (("--sektions", "codes"), ["--sektions", "--sections"]),
            (("--bl-kez", "host"), ["--bl-kez", "--bl-key"]),
            (("--sections", "cods"), ["cods", "codes"]),
            (("--sections", "codes,hour"), ["hour", "hours"]),
            (("--sections", "codes,-zzzzzzzz"), ["zzzzzzzz"]),
            (("--se", "codes"), ["--se", "--sections", "--selfcheck"]),
            (("-x",), ["-x", "--help"]),
            (("--top", "many"), ["--top", "many"]), (("--top",), ["--top"]),
            (("--top", "-1"), ["--top"]), (("--top", "1e3"), ["--top"]),
            (("--top", "99999999999999999999"), ["--top"]),
            (("--jobs", "257"), ["--jobs"]), (("--jobs", "two"), ["--jobs"]),
            (("--max-hour-rows", "0"), ["--max-hour-rows"]),
            (("--quiet=no",), ["--quiet"]), (("-o", "jsn"), ["jsn", "json"]),
            (("-o", ""), ["-o"]), (("-o", "csv"), ["-d", "--sections"]),
            (("-o", "csv", "--sections", "codes,hours"), ["-d"]),
            (("-o", "json", "-d", "x"), ["-d", "csv"]),
            (("--codes-by", "verdict"), ["disposition", "hook"]),
            (("--bl-key", "zone"), ["name", "host"]),
            (("--tld-of", "some"), ["all", "queued", "denied"]),
            (("--order", "size"), ["count", "name"]),
            (("--color", "sometimes"), ["auto", "always", "never"]),
            (("--progress", "maybe"), ["auto", "always", "never"]),
            (("--fact", "antivirus"), ["KEY=VALUE"]),
            (("--ip-prefix", "33"), ["--ip-prefix", "24,64"]),
            (("--ip-prefix", "24,129"), ["--ip-prefix"]),
            (("--ip-prefix", "24,64,3"), ["--ip-prefix"]),
            (("--ip-prefix", "x"), ["--ip-prefix"]),
            (("--format", "sendmail"), ["sendmail"]),
            (("--tz", "Mars/Base"), ["Mars/Base", "Europe/Berlin"]),
            (("--tz", "../../etc/passwd"), ["../../etc/passwd"]),
            (("--files-newer-than", "soon"), ["soon", "7d"]),
            (("--files-newer-than", "0"), ["--files-newer-than"]),
            (("--client", "192.0.2.1/33"), ["--client"]),
            (("--client", "example.org"), ["--client"]),
            (("--verdict", "lost"), ["accepted", "rejected", "deferred"]),
            (("--min-score", "high"), ["--min-score"]),
            (("--max-score", "1.5.5"), ["--max-score"])):
        logs = [] if arguments == ("--top",) else [LOG]
        complains(run("report", *arguments, *logs), 64,
                  "report " + " ".join(arguments), *words)
    complains(run("report", "--", "-x"), 66, "report -- -x", "-x")


def test_commands():
    for arguments, words in (
            (("reprot",), ["reprot", "report"]), (("repot", "x"), ["report"]),
            (("formates",), ["formats"]), (("zzz",), ["zzz", "--help"]),
            (("--period", "all"), ["--period"]),
            (("report", "-C"), ["-C"]),
            (("formats", "qpsmtp"), ["qpsmtp", "qpsmtpd"]),
            (("formats", "zzz"), ["zzz"]), (("config", "x"), ["config"]),
            (("explain",), ["explain"]),
            (("explain", "--format", "x", "line"), ["--format"])):
        complains(run(*arguments), 64, " ".join(arguments), *words)
    result = run()
    ok(result.status == 64 and result.out == b"" and
       result.err.startswith(b"usage: mailtally"), "no command", result)
    for arguments in (("--help",), ("help",), ("report", "--help"),
                      ("help", "report"), ("--version",),
                      ("report", "--version"), ("formats", "--help")):
        result = run(*arguments)
        ok(result.status == 0 and result.out and not result.err,
           " ".join(arguments), result)


def test_periods():
    for arguments, words in (
            (("--now", "nonsense"), ["nonsense", "2026-03-10"]),
            (("--now", ""), []), (("--now", "2026-13-01"), ["2026-13-01"]),
            (("--since", "2026-02-30"), ["2026-02-30"]),
            (("--since", "2026-03-29 02:60"), []),
            (("--since", "99999999999999999999"), []),
            (("--since", "@x"), []), (("--since", "-3y"), []),
            (("--since", "2026-03-02", "--until", "2026-03-01"),
             ["2026-03-02", "2026-03-01"]),
            (("--since", "2026-03-02", "--until", "2026-03-02"), ["empty"]),
            (("--since", "2026-03-02", "--period", "today"), ["--period"]),
            (("--interval", "12", "--since", "-2h"), ["--interval"]),
            (("--interval", "12", "--period", "all"), ["--interval"]),
            (("--interval", "0"), ["--interval"]),
            (("--interval", "-5"), ["--interval"]),
            (("--interval", "99999999999"), ["--interval"]),
            (("--interval", "hourly"), ["daily"]),
            (("--base", "24"), ["midnight"]), (("--base", "noon"), ["midday"]),
            (("--period", "nextweek"), ["last-week"])):
        complains(run("report", *arguments, LOG), 64,
                  "report " + " ".join(arguments), *words)
    for arguments in (("--since", "2200-01-01"), ("--until", "1960-01-01"),
                      ("--since", "2023-02-28 22:00", "--until",
                       "2023-02-28 22:00:00.000000001"),
                      ("--period", "today", "--now", "2023-03-05")):
        result = run("report", "-o", "json", *arguments, LOG)
        ok(result.status == 0 and b'"examined":0' in
           result.out.replace(b": ", b":") and not result.err,
           "nothing in the period: " + " ".join(arguments), result)


def test_settings():
    for text, words in (
            ("[classes]\nnosuch = 1\n", ["line 2", "nosuch"]),
            ("[nosuch]\nx = 1\n", ["nosuch"]),
            ("tag_level = 4\n", ["line 1"]),
            ("[classes]\ntag_level = much\n", ["line 2", "much"]),
            ("[classes]\n\n# x\ntag_level = 1e999\n", ["line 4"]),
            ("what is this\n", ["line 1"]), ("[classes\n", ["line 1"]),
            ("[report]\nzone = Mars\n", ["line 2", "Mars"]),
            ("[report]\ninterval = hourly\n", ["line 2"]),
            ("[report]\nfact = nothing\n", ["line 2"]),
            ("[category]\nfoo =\n", ["line 2"]),
            ("[columns]\nHam = maybe\n", ["line 2", "maybe"]),
            ("[columns]\nSpam = yes\n", ["line 2", "Spam"]),
            ("[classes]\nlocal_network = 300.1.1.1/8\n", ["300.1.1.1/8"]),
            ("[report]\ncountry_file = /nonexistent/x.mmdb\n",
             ["/nonexistent/x.mmdb"])):
        conf = scratch("bad.conf", text)
        name = "settings: " + text.strip().replace("\n", " ")
        complains(run("report", "-C", conf, LOG), 64, name, *words)
        complains(run("report", LOG, env={"MAILTALLY_CONF": str(conf)}), 64,
                  name + ", by the environment", *words)
    for text in (b"", b"\n\n", b"# only\n", b"[classes]\n", b"\xef\xbb\xbf"):
        conf = scratch("good.conf", text)
        result = run("report", "-C", conf, LOG)
        ok(result.status == 0, "settings: %r" % text, result)
    complains(run("report", "-C", "missing.conf", LOG), 66,
              "settings that are missing", "missing.conf")
    complains(run("report", "-C", "/", LOG), 66, "settings: a folder", "/")
    complains(run("report", LOG, env={"MAILTALLY_CLASSES_TAG_LEVEL": "x"}),
              64, "a setting of the environment",
              "MAILTALLY_CLASSES_TAG_LEVEL")
    # Noise is an error, not a crash.
    for seed in range(20):
        noise = bytes((seed * 131 + i * i * 7 + i // 3) % 256
                      for i in range(400))
        result = run("config", "-C", scratch("noise.conf", noise))
        ok(result.status in (0, 64) and result.err.count(b"\n") <= 1,
           "settings: noise %d" % seed, result)


def test_broken_settings_do_not_hide_help():
    conf = scratch("broken.conf", "what is this\n")
    for arguments in (("--help",), ("report", "--help"), ("formats",),
                      ("config", "--example")):
        result = run(*arguments, env={"MAILTALLY_CONF": str(conf)})
        ok(result.status == 0 and result.out, "with broken settings: " +
           " ".join(arguments), result)


def test_example_settings():
    """What config prints can be read again, and changes nothing."""
    example = run("config", "--example").out
    def settings(*arguments):
        """Without the comments, which tell the files."""
        return re.sub(rb"^# .*\n", b"", run("config", *arguments).out, flags=re.M)

    plain = settings()
    conf = scratch("example.conf", example)
    equal(settings("-C", conf), plain, "the example changes no setting")
    on = b"\n".join(
        line[1:] if line[:1] == b"#" and line[1:2] not in (b" ", b"") else line
        for line in example.split(b"\n"))
    on = on.replace(b"country_file =", b"#country_file =")
    conf = scratch("all.conf", on)
    result = run("config", "-C", conf)
    ok(result.status == 0, "every setting of the example is valid", result)
    conf = scratch("again.conf", result.out)
    equal(settings("-C", conf), re.sub(rb"^# .*\n", b"", result.out,
                                       flags=re.M),
          "and printed as it was read")


test_options()
test_commands()
test_periods()
test_settings()
test_broken_settings_do_not_hide_help()
test_example_settings()
done()
