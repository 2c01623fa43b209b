#!/usr/bin/env python3
"""years.t - stamps without a year, and local ones when the clock changes."""
import calendar
import gzip
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import styles
from laws import Log, SEED, cut, generated, in_order, line_ends, rng
from mailtally import Report, scratch
from tap import done, equal


def unix(*ymdhms):
    return calendar.timegm(ymdhms + (0,) * (6 - len(ymdhms)))


# Begins on 2026-01-01 and is short; moved to where it is wanted.
MADE = generated("600K", "--seed", "9")
BEGIN = unix(2026, 1, 1)


def at(*ymdhms, style=styles.syslog, offset=0):
    """The made log, beginning at a time."""
    return styles.restyled(MADE, style, shift=unix(*ymdhms) - BEGIN,
                           offset=offset)


# No stretch of half a year is without a line, or nobody could tell.
LONG_DAYS = ((2023, 11, 5), (2024, 2, 29), (2024, 6, 30), (2024, 11, 1),
             (2025, 3, 3), (2025, 7, 14), (2025, 12, 24), (2026, 4, 1))
LONG = b"".join(at(*day, 6)[:70000].rsplit(b"\n", 1)[0] + b"\n"
                for day in LONG_DAYS)


def hours(r):
    return r.column("hours", "hour", "totals")


def of(log, *options):
    return Report(*options, scratch("syslog", log))


def same(got, log, name, *said):
    equal(got, log.plain, "%s: %s" % (log.name, name), *said, "seed %d" % SEED)


def test_years():
    """The latest year that puts the log no more than a day after --now."""
    log = at(2026, 3, 10, 12)
    for now, year in (("2026-03-10 12:05", 2026), ("2026-12-31", 2026),
                      ("2027-03-09 11:00", 2026), ("2027-03-09 13:00", 2027),
                      ("2027-03-10 12:30", 2027)):
        equal(set(hours(of(log, "--now", now))), {"%d-03-10, 12" % year},
              "a log of March read on %s" % now)
    equal(set(hours(of(at(2028, 2, 29, 7), "--now", "2031-01-01"))),
          {"2028-02-29, 07"}, "a log of 29 February is of a leap year")


def test_anchor_is_the_file():
    """Without --now a file is as old as it says."""
    path = scratch("old", at(2019, 5, 1, 3))
    os.utime(path, (unix(2019, 5, 2), unix(2019, 5, 2)))
    equal(set(hours(Report(path))), {"2019-05-01, 03"},
          "the year of the file's time")


def test_new_year():
    log = at(2026, 12, 31, 23, 59)
    r = of(log, "--now", "2027-01-05")
    equal(set(hours(r)), {"2026-12-31, 23", "2027-01-01, 00"}, "over New Year")
    total = r.head["examined"]
    first = of(log, "--now", "2027-01-05", "--until", "2027-01-01")
    then = of(log, "--now", "2027-01-05", "--since", "2027-01-01")
    equal(first.head["examined"] + then.head["examined"], total,
          "the two years add up")
    r = of(LONG, "--now", "2026-06-01", "--max-hour-rows", "100000")
    equal({hour[:10] for hour in hours(r)}, {
        "%d-%02d-%02d" % day for day in LONG_DAYS},
        "a log over three New Years")


def test_cuts(name, data, *options, before=None):
    """In the order of the arguments, or of rotation."""
    log = Log(name, data, *options)
    ends = [end for end in line_ends(data) if before is None or end < before]
    for way in range(4):
        candidates = ends if way % 2 else range(1, ends[-1])
        places = rng.sample(candidates, rng.randint(1, 6))
        pieces = cut(data, places)
        same(log.of_files(in_order(pieces)), log, "cut, in order", places)
        names = ["mail.log.%d" % i for i in range(len(pieces) - 1, 0, -1)]
        same(log.of_folder(dict(zip(names + ["mail.log"], pieces))), log,
             "cut, rotated", places)
    pieces = cut(data, rng.sample(ends, 3))
    packed = {"mail.log.3.gz": gzip.compress(pieces[0]),
              "mail.log.2.gz": gzip.compress(pieces[1]),
              "mail.log.1": pieces[2], "mail.log": pieces[3]}
    same(log.of_folder(packed), log, "rotated and packed")
    same(log.of_stdin(data), log, "through a pipe")
    for jobs in ("1", "4"):
        same(log.of_files({"whole": data}, "--jobs", jobs), log,
             jobs + " jobs")


def whole_minutes(data):
    """Where the stamp's minute changes: what is older is told by the stamp."""
    ends = [0] + line_ends(data)
    return [b for a, b in zip(ends, ends[1:-1])
            if data[a:a + 12] != data[b:b + 12]]


def test_any_order():
    """Within a year of --now the order of the arguments does not matter."""
    data = at(2026, 12, 31, 23, 59)
    log = Log("New Year, in any order", data, "--now", "2027-01-05")
    for _ in range(4):
        files = list(in_order(cut(data, rng.sample(whole_minutes(data),
                                                   2))).items())
        rng.shuffle(files)
        same(log.of_files(dict(files)), log, "cut between minutes",
             [name for name, _ in files])


def test_clock_goes_back():
    """Berlin, 2026-10-25: 02:00 to 03:00 is twice, in local stamps too."""
    zone = ("--tz", "Europe/Berlin", "--now", "2026-10-26")
    begin = unix(2026, 10, 25, 0, 59)
    tai = styles.restyled(MADE, styles.tai64n, shift=begin - BEGIN)
    should = hours(of(tai, *zone))
    equal(set(should), {"2026-10-25, 02", "2026-10-25, 02 (+0100)"},
          "both hours of the same name have a row")
    for style in (styles.file_plugin, styles.tai64nlocal, styles.syslog):
        local = b"".join(
            style(unix_s + begin - BEGIN, ns, pid, text,
                  offset=7200 if unix_s + begin - BEGIN < unix(2026, 10, 25, 1)
                  else 3600)
            for unix_s, ns, pid, text in styles.lines(MADE))
        equal(hours(of(local, *zone)), should,
              "the same of stamps like %r" % local[:32])
        # A piece that begins in the second hour looks like one of the first.
        back = local.rindex(b"\n", 0, local.index(b" 02:00:")) + 1
        test_cuts("clock back, %s" % style.__name__, local, *zone, before=back)


def test_clock_goes_forward():
    """Berlin, 2026-03-29: there is no 02:00 to 03:00."""
    zone = ("--tz", "Europe/Berlin", "--now", "2026-03-30")
    begin = unix(2026, 3, 29, 0, 59)
    tai = styles.restyled(MADE, styles.tai64n, shift=begin - BEGIN)
    should = hours(of(tai, *zone))
    equal(set(should), {"2026-03-29, 01", "2026-03-29, 03"},
          "the hour that does not exist has no row")
    for style in (styles.file_plugin, styles.tai64nlocal, styles.syslog):
        local = b"".join(
            style(unix_s + begin - BEGIN, ns, pid, text,
                  offset=3600 if unix_s + begin - BEGIN < unix(2026, 3, 29, 1)
                  else 7200)
            for unix_s, ns, pid, text in styles.lines(MADE))
        equal(hours(of(local, *zone)), should,
              "the same of stamps like %r" % local[:32])
        test_cuts("clock forward, %s" % style.__name__, local, *zone)


test_years()
test_anchor_is_the_file()
test_new_year()
test_cuts("New Year", at(2026, 12, 31, 23, 59), "--now", "2027-01-05")
test_cuts("three New Years", LONG, "--now", "2026-06-01")
test_any_order()
test_clock_goes_back()
test_clock_goes_forward()
done()
