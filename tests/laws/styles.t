#!/usr/bin/env python3
"""styles.t - the same mail, logged in another way, gives the same tables."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import styles
from laws import comparable, generated, lay_out, read
from tap import done, equal, ok

LOG = generated("2M", "--seed", "5")
NOW = "2026-01-02"
# What needs neither plugin names of other lines nor nanoseconds.
COMMON = ("hours", "rcpt-domains", "viruses", "codes", "bl-use", "rcpt-users",
          "unrecognised", "tld", "totals", "traffic-days", "traffic-hours",
          "auth")


def sections(log, *options):
    folder = lay_out({"a": log})
    out = read(folder, "--now", NOW, *options, "log/a")
    return json.loads(comparable(out))["sections"]


def seconds(value):
    """Times without the fraction that some styles do not have."""
    if isinstance(value, dict):
        return {k: seconds(v) for k, v in value.items()}
    if isinstance(value, list):
        return [seconds(v) for v in value]
    if isinstance(value, str) and value[10:11] == "T" and value[-1:] == "Z":
        return value[:19] + "Z"
    return value


def test_tai64nlocal(whole):
    """Only the stamp differs: everything is the same, in any zone."""
    for zone, offset in (("UTC", 0), ("Asia/Kolkata", 19800),
                         ("America/St_Johns", -12600)):
        local = styles.restyled(LOG, styles.tai64nlocal, offset=offset)
        got = sections(local, "--tz", zone)
        should = sections(LOG, "--tz", zone)
        # A line is longer by the difference of the two stamps.
        for s in (got, should):
            for row in s["coverage"]["rows"]:
                for column in ("bytes", "mean_day", "peak_day"):
                    del row[column]
        equal(got, should, "tai64nlocal in " + zone)


def test_plain(whole, name, log):
    got = sections(log)
    for section in COMMON:
        equal(seconds(got[section]), seconds(whole[section]),
              "%s: %s" % (name, section))
    # The hours of connections; the seconds of equal ones may be in any order.
    for part in ("rows", "totals"):
        equal(got["connections"][part], whole["connections"][part],
              "%s: connections, %s" % (name, part))
    for table in ("times", "dispositions", "concurrency", "limits"):
        equal(got["connections"]["tables"].get(table),
              whole["connections"]["tables"].get(table),
              "%s: connections, %s" % (name, table))


def test_unstamped(whole):
    """Without stamps there is no hour, but what was counted is the same."""
    got = sections(styles.restyled(LOG, styles.unstamped))
    for section in ("codes", "rcpt-domains", "viruses", "rcpt-users"):
        equal(got[section], whole[section], "no stamps: " + section)
    equal({row["hour"]: row["totals"] for row in got["hours"]["rows"]},
          {"(no time)": whole["hours"]["totals"]["totals"]},
          "no stamps: all is in a row of its own")


all_of_it = sections(LOG)
ok(all_of_it["hours"]["totals"]["totals"] > 500, "there is something to count")
test_tai64nlocal(all_of_it)
test_plain(all_of_it, "syslog", styles.restyled(LOG, styles.syslog))
test_plain(all_of_it, "logging/file", styles.restyled(LOG, styles.file_plugin))
test_unstamped(all_of_it)
done()
