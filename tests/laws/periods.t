#!/usr/bin/env python3
"""periods.t - neighbouring periods add up to the whole, and so do servers
(F.7).

Each column of each table is a sum, the least, the greatest, or named in
OTHERS: a new one has to be put somewhere.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from laws import SEED, generated, rng
from mailtally import Report, corpus, corpus_log, scratch, together
from tap import done, equal

# What tells the rows of a table apart.
KEYS = {
    "hours": None, "rcpt-domains": ("domain", "type"),
    "viruses": ("action", "name", "third_party"), "codes": ("reason",),
    "sa-rules": ("rule",), "sa-rules/rejected": ("rule",),
    "sa-rules/tagged": ("rule",), "sa-rules/ham": ("rule",), "countries": ("country", "refused"),
    "bl-config": ("type", "list"), "bl-use": ("list",),
    "rcpt-users": ("address",), "unrecognised": ("name",),
    "tld": ("disposition", "tld"), "ips": ("ip",), "connections": None,
    "connections/times": (), "connections/dispositions": ("disposition",),
    "connections/concurrency": ("n",), "connections/limits": ("ip", "limit"),
    "totals": ("item", "label"), "traffic-days": None,
    "traffic-hours": ("hour",), "auth": ("network",),
    "streams": ("stream",), "qplogsumm": ("disposition",),
}
# What is of the whole log, of several periods, or the greatest few.
OTHER_TABLES = {"coverage", "coverage/limits", "coverage/gaps", "compare",
                "unparsed", "unparsed/samples", "connections/slowest",
                "auth/patterns", "unrecognised/texts", "qplogsumm/times"}
# Nothing is too little to be shown.
CONF = scratch("all.conf", "[report]\ncountry_cutoff = 0\n"
               "sa_rule_threshold = 0\n")
LEAST = {"first", "first_seen", "oldest"}
GREATEST = {"last", "last_hit", "newest", "peak_n", "m", "max", "highest_n"}
# Neither sums nor bounds of the rows: shares, means, distinct things, and
# what describes a row.
OTHERS = {
    "percent", "accept_percent", "n_m_percent", "score", "mean", "median",
    "90_percent", "99_percent", "unique_ips", "ips", "days", "received_day",
    "deferred_day", "rejected_day", "plugins", "host", "country", "lists",
    "example_text", "avg_day",
}
# Rows of totals that count distinct things.
DISTINCT = {"senders", "sender_domains", "recipients", "recipient_domains",
            "client_hosts"}


def the_report(*arguments):
    return Report("--top", "0", *arguments, conf=CONF)


def tables(report):
    for name, section in report.json["sections"].items():
        yield name, section
        for table, inner in section.get("tables", {}).items():
            yield name + "/" + table, inner


def facts(report):
    """{(table, key, column): value} of all that is a sum or a bound."""
    found = {}
    for name, table in tables(report):
        if name in OTHER_TABLES:
            continue
        columns = [c["id"] for c in table["columns"]]
        # The first column is the hour, day or month.
        keys = (columns[0],) if KEYS[name] is None else KEYS[name]
        rows = [(tuple(row[k] for k in keys), row) for row in table["rows"]]
        if "totals" in table:
            rows.append((("Totals",), table["totals"]))
        for key, row in rows:
            if name == "totals" and row["item"] in DISTINCT:
                continue
            for column in columns:
                if column in keys or column in OTHERS:
                    continue
                value = row[column]
                if value not in (None, 0):
                    found[name, key, column] = value
    return found


def add_up(parts):
    whole = {}
    for part in parts:
        for fact, value in part.items():
            if fact not in whole:
                whole[fact] = value
            elif fact[2] in LEAST:
                whole[fact] = min(whole[fact], value)
            elif fact[2] in GREATEST:
                whole[fact] = max(whole[fact], value)
            elif isinstance(value, (int, float)):
                whole[fact] = round(whole[fact] + value, 9)
            else:
                raise AssertionError("%s: is it a sum? %r" % (fact, value))
    return whole


def rounded(found):
    return {fact: round(value, 9) if isinstance(value, float) else value
            for fact, value in found.items()}


def whole_and_parts(log, bounds, *options):
    """Reports of each period between neighbouring bounds, and of them all."""
    def one(since, until):
        return lambda: facts(the_report("--since", since, "--until", until,
                                        *options, log))
    pairs = list(zip(bounds, bounds[1:]))
    results = together([one(*pair) for pair in
                        [(bounds[0], bounds[-1])] + pairs])
    return results[0], results[1:]


def test_periods(name, log, begin, end, *options):
    """Bounds anywhere in the log, and some at a record's very instant."""
    for n in (1, 1, 2, 5):
        inner = sorted(begin + rng.randrange(int((end - begin) * 1e6)) / 1e6
                       for _ in range(n))
        bounds = ["@%.6f" % t for t in [begin] + inner + [end]]
        whole, parts = whole_and_parts(log, bounds, *options)
        equal(add_up(parts), rounded(whole),
              "%s: %d periods add up" % (name, len(parts)), bounds,
              "seed %d" % SEED)


def stamps(log):
    lines = [line for line in log.splitlines() if b"logging::logterse" in line]
    return [int(line[1:17], 16) - (1 << 62) - 10 + int(line[17:25], 16) / 1e9
            for line in lines]


def test_instants():
    """An event exactly at the end belongs to the next period (A.1)."""
    folder = corpus("naughty-multiline") / "log"
    label = next(line[:25].decode()
                 for line in corpus_log("naughty-multiline").splitlines()
                 if b"logging::logterse" in line)
    r = Report("--until", label, folder)
    before = r.head["examined"]
    r = Report("--since", label, folder)
    equal((before, r.head["examined"]), (0, 24),
          "the first record belongs to the period that begins with it")
    whole, parts = whole_and_parts(folder, ["2023-02-28", label, "2023-03-01"])
    equal(add_up(parts), rounded(whole), "periods that meet at a record")


def test_named_periods():
    """Days of the calendar, also the one of 23 hours."""
    log = corpus("modern-8field") / "log"
    for zone in ("UTC", "Europe/London", "Asia/Kolkata", "America/St_Johns"):
        bounds = ["2026-03-28", "2026-03-29", "2026-03-30"]
        whole, parts = whole_and_parts(log, bounds, "--tz", zone)
        equal(add_up(parts), rounded(whole), "two days in " + zone)
        daily = [facts(the_report("--tz", zone, "--interval", "daily",
                                  "--now", bound, log))
                 for bound in bounds[1:]]
        equal(daily, parts, "the same two as --interval daily in " + zone)
        named = [facts(the_report("--tz", zone, "--period", "yesterday",
                                  "--now", bound + " 12:34", log))
                 for bound in bounds[1:]]
        equal(named, parts, "the same two as --period yesterday in " + zone)


def test_lengths():
    """A.1: what the ways to give a period mean."""
    log = corpus("naughty-multiline") / "log"

    def period(*options):
        got = Report(*options, log).json["period"]
        return got["since"], got["until"], got["hours"]

    london = ("--tz", "Europe/London", "--now")
    for options, should in {
        (*london, "2026-03-29 12:00", "--interval", "daily", "--base",
         "midday"):
            ("2026-03-28T12:00:00Z", "2026-03-29T11:00:00Z", 23.0),
        (*london, "2026-03-30 00:00", "--interval", "daily"):
            ("2026-03-29T00:00:00Z", "2026-03-29T23:00:00Z", 23.0),
        (*london, "2026-10-26 05:00", "--period", "yesterday"):
            ("2026-10-24T23:00:00Z", "2026-10-26T00:00:00Z", 25.0),
        # The end is never later than now.
        (*london, "2026-01-10 05:59", "--interval", "12", "--base", "6"):
            ("2026-01-08T18:00:00Z", "2026-01-09T06:00:00Z", 12.0),
        (*london, "2026-01-10 06:00", "--interval", "12", "--base", "6"):
            ("2026-01-09T18:00:00Z", "2026-01-10T06:00:00Z", 12.0),
        (*london, "2026-01-10 06:00", "--interval", "weekly"):
            ("2026-01-03T00:00:00Z", "2026-01-10T00:00:00Z", 168.0),
        (*london, "2026-01-10 06:00", "--interval", "fortnightly"):
            ("2025-12-27T00:00:00Z", "2026-01-10T00:00:00Z", 336.0),
        (*london, "2026-01-31 06:00", "--interval", "monthly"):
            ("2026-01-01T00:00:00Z", "2026-01-31T00:00:00Z", 720.0),
        (*london, "2026-03-31 06:00", "--interval", "calendar-month"):
            ("2026-02-28T00:00:00Z", "2026-03-30T23:00:00Z", 743.0),
        (*london, "2026-01-10 06:30:15", "--interval", "daily", "--base",
         "now"):
            ("2026-01-09T06:30:15Z", "2026-01-10T06:30:15Z", 24.0),
        (*london, "2026-01-14 06:00", "--period", "last-week"):
            ("2026-01-05T00:00:00Z", "2026-01-12T00:00:00Z", 168.0),
        (*london, "2026-03-14 06:00", "--period", "last-month"):
            ("2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z", 672.0),
    }.items():
        equal(period(*options), should, " ".join(options[2:]))


def test_servers():
    """Two logs are one more server: everything adds up but what is distinct."""
    one = corpus("modern-8field") / "log"
    other = scratch("server-2/generated", generated("1M"))
    third = corpus("old-plugin-hook") / "log"
    logs = (one, other, third)
    parts = [facts(the_report(log)) for log in logs]
    whole = facts(the_report(*logs))
    # From 2016 to 2026 there are too many hours and days for a row each.
    for found in parts + [whole]:
        for fact in list(found):
            if (fact[0] in ("hours", "connections", "traffic-days", "streams")
                    and fact[1] != ("Totals",)):
                del found[fact]
    # What one log alone does not have.
    for fact in [f for f in whole if f[0] == "streams"]:
        del whole[fact]
    equal(add_up(parts), rounded(whole), "three servers add up")
    for way in ((other, third, one), (third, one, other)):
        equal(the_report(*way).json["sections"],
              the_report(*logs).json["sections"],
              "in any order: " + " ".join(p.parent.name for p in way))


naughty = corpus_log("modern-9field-naughty")
times = stamps(naughty)
test_periods("modern-9field-naughty", corpus("modern-9field-naughty") / "log",
             times[0] - 60, times[-1] + 60)
colon = stamps(corpus_log("old-plugin-colon"))
test_periods("old-plugin-colon", corpus("old-plugin-colon") / "log",
             colon[0] - 60, colon[-1] + 60, "--tz", "Asia/Kathmandu")
made = generated("2M", "--days", "3")
path = scratch("generated-3-days", made)
times = stamps(made)
test_periods("generated", path, times[0] - 1, times[-1] + 1)
test_instants()
test_named_periods()
test_lengths()
test_servers()
done()
