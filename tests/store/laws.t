#!/usr/bin/env python3
"""laws.t - a report of a store is the report of the files, however they came
into it."""
import gzip
import os
import pathlib
import random
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from mailtally import QMAIL, corpus, corpus_log, loggen, run, scratch
from stores import difference, ingest, report_of, without
from tap import done, equal, ok


def same(a, b, name, *sections):
    a, b = without(a, *sections), without(b, *sections)
    ok(a == b, name, difference(a, b))


def folder_of(name, **files):
    """A folder of a log, to be named as log/ from within."""
    folder = scratch(name + "/log")
    folder.mkdir(parents=True)
    return folder


def test_corpus():
    for name in ("modern-8field", "modern-9field-naughty",
                 "naughty-multiline", "old-plugin-colon", "old-plugin-hook"):
        log = str(corpus(name) / "log")
        store = scratch(name + ".db")
        ingest(store, log)
        files, kept = report_of(log), report_of("--store", store)
        equal(kept, files, name + ": the report of the store is that of the "
              "files, inputs and all")
    log, store = str(QMAIL / "main"), scratch("qmail.db")
    ingest(store, log)
    same(report_of("--store", store), report_of(log), "a queue's too")
    both, store = [log, str(corpus("modern-8field") / "log")], scratch("both.db")
    ingest(store, *both)
    same(report_of("--store", store), report_of(*both), "two logs together")


def test_other_outputs():
    log, store = str(corpus("modern-8field") / "log"), scratch("outputs.db")
    ingest(store, log)
    for options in (["-o", "text"], ["-o", "csv"], ["--top", "3"],
                    ["--top", "0"], ["--bl-key", "host"],
                    ["--sections", "ips,codes"], ["--ip-prefix", "24,64"]):
        files = run("report", "--now", "2027-01-10", *options, log)
        kept = run("report", "--now", "2027-01-10", *options, "--store", store)
        equal((kept.status, kept.out), (files.status, files.out),
              "report " + " ".join(options))


def generated(kind="qpsmtpd", size="3M"):
    log, _ = loggen(kind, "--size", size, "--days", "4", "--start",
                    "1772280000")  # 2026-02-28 12:00
    return log


PERIODS = [
    ["--since", "2026-03-01", "--until", "2026-03-02"],
    ["--since", "2026-03-01 05:17:33", "--until", "2026-03-03 00:00:00"],
    ["--since", "2026-03-01 23:59:59.5", "--until", "2026-03-02 00:00:00.5"],
    ["--until", "2026-03-02 12:00"],
    ["--since", "2026-03-02"],
]
FILTERS = [["--verdict", "rejected"], ["--disposition", "dnsbl"],
           ["--client", "10.0.0.0/8"], ["--min-score", "3"]]
QUEUE_FILTERS = [["--verdict", "deferred"], ["--from", "bounce-*"],
                 ["--to", "*a*"], ["--from", "bounce-*", "--verdict",
                                     "accepted"]]
# Each is made of what is counted under a queue's names.
QUEUE_SECTIONS = ["dest-domains", "providers", "qmail-hosts",
                  "qmail-recipients", "qmail-rxdelay", "qmail-senders",
                  "qmail-uids", "hosts", "senders", "receivers"]

# Of what came in only counted when they are named.
VIEWS = "summary,months,days,weekdays,clock,hosts,senders,receivers,smtp-errors"


def test_queue():
    log, store = generated("qmail", "1M"), scratch("queue.db")
    ingest(store, "--delta-bytes", "100000", log)
    whole = report_of(log, "--top", "0")
    empty = [s for s in QUEUE_SECTIONS if not whole["sections"][s]["rows"]]
    equal(empty, [], "the queue's log has all kinds of names")
    same(report_of("--store", store, "--top", "0"), whole,
         "all of a queue's names")
    for options in PERIODS + QUEUE_FILTERS + [PERIODS[1] + QUEUE_FILTERS[0]]:
        same(report_of("--store", store, *options), report_of(log, *options),
             "of a queue: " + " ".join(options), "unparsed")
    # One after the other: only what it asks for is loaded.
    for section in QUEUE_SECTIONS:
        options = ["--sections", section, "--top", "0"]
        same(report_of("--store", store, *options), report_of(log, *options),
             "alone: " + section)


def test_periods():
    log, store = generated(), scratch("periods.db")
    ingest(store, log)
    for options in PERIODS + FILTERS + [PERIODS[1] + FILTERS[0]]:
        same(report_of("--store", store, *options), report_of(log, *options),
             "a part of it: " + " ".join(options), "unparsed")
    for options in ([], PERIODS[1], FILTERS[2]):
        options = ["--sections", VIEWS, *options]
        same(report_of("--store", store, *options), report_of(log, *options),
             "mail by names: " + " ".join(options))
    for zone in ("Europe/Berlin", "Asia/Kathmandu", "America/St_Johns"):
        options = ["--tz", zone, *PERIODS[1]]
        same(report_of("--store", store, *options), report_of(log, *options),
             "in another zone than the store's: " + zone, "unparsed",
             "coverage")  # bytes a day are of the store's days
        store_there = scratch(zone.replace("/", "-") + ".db")
        ingest(store_there, "--tz", zone, log)
        same(report_of("--store", store_there, *options),
             report_of(log, *options), "of a store of that zone: " + zone,
             "unparsed")


def test_rules():
    log, store = generated(), scratch("rules.db")
    conf = scratch("rules.conf", "[classes]\ntag_level = 1\n")
    ingest(store, log)
    env = {"MAILTALLY_CONF": str(conf)}
    same(report_of("--store", store, env=env), report_of(log, env=env),
         "settings that changed since are counted from the facts")
    half = scratch("half/log")
    half.parent.mkdir(exist_ok=True)
    data = log.read_bytes()
    half.write_bytes(data[:len(data) // 2])
    ingest("half.db", half)
    half.write_bytes(data)
    ingest("half.db", half, env=env)
    same(report_of("--store", "half.db"), report_of(half),
         "... also those that changed in between")


def grow(name, data, seed, rotate):
    """Ingests a log while it grows, is cut anywhere, rotated, packed, copied."""
    rng = random.Random(seed)
    folder = folder_of(name)
    cwd, current = folder.parent, folder / "maillog"
    cuts = sorted(rng.sample(range(1, len(data)), 25)) + [len(data)]
    begin = rotated = 0
    for cut in cuts:
        with open(current, "ab") as f:
            f.write(data[begin:cut])
        begin = cut
        ingest("x.db", "log", *rng.choice([[], ["--delta-bytes", "20000"]]),
               cwd=cwd)
        if rotate and rng.random() < 0.3 and cut != len(data):
            # A rotation cuts at the end of a line.
            end = data.find(b"\n", cut) + 1
            with open(current, "ab") as f:
                f.write(data[cut:end])
            begin = max(end, begin)
            rotated += 1
            old = folder / ("maillog.%d" % (100 - rotated))
            how = rng.random()
            if how < 0.4:
                current.rename(old)
            elif how < 0.7:
                old.with_name(old.name + ".gz").write_bytes(
                    gzip.compress(current.read_bytes()))
                current.unlink()
            else:
                shutil.copy(current, old)
                os.truncate(current, 0)
    ingest("x.db", "log", cwd=cwd)
    return cwd


def test_growing():
    data = generated().read_bytes()[:600000]
    data = data[:data.rfind(b"\n") + 1]
    queue = b"".join(f.read_bytes() for f in sorted((QMAIL / "main").glob("@*"))
                     )[:400000]
    queue = queue[:queue.rfind(b"\n") + 1]
    names = generated("qmail", "1M").read_bytes()[:500000]
    names = names[:names.rfind(b"\n") + 1]
    for seed, content in enumerate([data, data, data, queue, queue, names]):
        rotate = seed not in (0, 3)
        cwd = grow("grow%d" % seed, content, seed, rotate)
        whole = scratch("whole%d/log/maillog" % seed, content)
        files = report_of("log", cwd=whole.parent.parent)
        kept = report_of("--store", "x.db", cwd=cwd)
        same(kept, files, "a log that grew in pieces, %s" %
             ("rotated" if rotate else "cut anywhere"),
             *(["coverage"] if rotate else []))


def test_twice():
    log = corpus_log("modern-8field")
    folder = folder_of("twice")
    (folder / "maillog").write_bytes(log)
    cwd = folder.parent
    ingest("x.db", "log", cwd=cwd)
    before = report_of("--store", "x.db", cwd=cwd)
    ingest("x.db", "log", cwd=cwd)
    (folder / "maillog").rename(folder / "maillog.1")
    ingest("x.db", "log", cwd=cwd)
    (folder / "other").write_bytes(log)
    (folder / "maillog.2.gz").write_bytes(gzip.compress(log))
    ingest("x.db", "log", cwd=cwd)
    part = scratch("part", log[:log.find(b"\n", len(log) // 2) + 1])
    ingest("x.db", part, cwd=cwd)
    same(report_of("--store", "x.db", cwd=cwd), before, "what was read is not "
         "read again: the same file, renamed, copied, packed, a part of it")


test_corpus()
test_other_outputs()
test_periods()
test_queue()
test_rules()
test_growing()
test_twice()
done()
