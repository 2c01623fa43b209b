#!/usr/bin/env python3
"""packings.t - packed, piped, given twice, read by threads: one report."""
import bz2
import gzip
import json
import lzma
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from laws import (Log, SEED, comparable, cut, in_order, lay_out, line_ends,
                  logs, read, rng)
from mailtally import QMAIL, corpus, loggen, run, together
from tap import done, equal, ok


def zstd(data):
    return subprocess.run(["zstd", "-q", "-c"], input=data, check=True,
                          stdout=subprocess.PIPE).stdout


def several(pack):
    """Members, frames, streams one after the other, cut anywhere."""
    def packed(data):
        at = [rng.randrange(len(data)) for _ in range(3)]
        return b"".join(pack(piece) for piece in cut(data, at))
    return packed


def xz(data):
    return lzma.compress(data, preset=0)


def gz(data):
    return gzip.compress(data, compresslevel=1)


PACKINGS = {"gz": gz, "bz2": bz2.compress, "xz": xz, "zst": zstd}
MORE = {
    "several gzip members": several(gz),
    "several bzip2 streams": several(bz2.compress),
    "several xz streams": several(xz),
    "several zstd frames": several(zstd),
    "zeros behind gzip": lambda data: gz(data) + bytes(512),
}


def same(got, log, name, *said):
    equal(got, log.plain, "%s: %s" % (log.name, name), *said, "seed %d" % SEED)


def test_packings(log):
    for name, pack in PACKINGS.items():
        packed = pack(log.data)
        same(log.of_files({"log." + name: packed}), log, name)
        # The name says nothing.
        same(log.of_files({"log": packed}), log, name + " without its name")
        same(log.of_stdin(packed), log, name + " through a pipe")
    same(log.of_stdin(log.data), log, "through a pipe")


def test_more_packings(log):
    for name, pack in MORE.items():
        same(log.of_files({"log": pack(log.data)}), log, name)


def test_pieces_of_all_packings(log):
    """A rotation of which each file is packed otherwise, one cut in lines."""
    for cuts in (rng.sample(line_ends(log.data), 5),
                 [rng.randrange(len(log.data)) for _ in range(5)]):
        pieces = cut(log.data, cuts)
        packs = list(PACKINGS.values()) + [bytes, bytes]
        packed = [pack(piece) for pack, piece in zip(packs, pieces)]
        same(log.of_files(in_order(packed)), log, "pieces packed in all ways",
             cuts)
    rotated = ["maillog.5.gz", "maillog.4.zst", "maillog.3.xz",
               "maillog.2.bz2", "maillog.1", "maillog"]
    dated = ["maillog-20260310.gz", "maillog-20260311.zst",
             "maillog-20260312.xz", "maillog-20260313.bz2",
             "maillog-20260314", "maillog"]
    for order in (rotated, dated):
        same(log.of_folder(dict(zip(order, packed))), log,
             "rotated as " + order[0])


def test_copies(log):
    """Counted once, whatever it is called and packed with (B.1)."""
    pieces = cut(log.data, rng.sample(line_ends(log.data), 2))
    a, b, c = pieces
    for name, files in {
        "twice under two names": {"a": log.data, "b": log.data},
        "beside packed copies of itself":
            {"a": log.data, "a.gz": gz(log.data),
             "b.zst": zstd(log.data), "c.xz": xz(log.data),
             "d.bz2": bz2.compress(log.data)},
        "copies of pieces":
            {"1": a, "2": b, "again-1": a, "3": c, "3.gz": gz(c)},
        "a copy taken while it grew": {"early": a + b[:len(b) // 2],
                                       "late": a + b, "rest": c},
    }.items():
        folder = lay_out(files)
        same(comparable(read(folder, *log.options,
                             *("log/" + f for f in files))), log, name)
        same(comparable(read(folder, *log.options, "log")), log,
             name + ", as a folder")
    folder = lay_out({"a": log.data})
    (folder / "log" / "link").symlink_to("a")
    (folder / "log" / "hard").hardlink_to(folder / "log" / "a")
    for name, arguments in {
        "named twice": ("log/a", "log/a"),
        "named in two spellings": ("log/a", "./log/../log/a"),
        "named and in a folder": ("log/a", "log"),
        "by links": ("log/link", "log/hard"),
    }.items():
        same(comparable(read(folder, *log.options, *arguments)), log, name)


def test_equal_lines_count(log):
    """Equal lines within one file are real, and all counted."""
    doubled = b"".join(line + line
                       for line in log.data.splitlines(keepends=True))
    folder = lay_out({"a": doubled})
    out = read(folder, *log.options, "--sections", "unparsed", "log/a")
    rows = json.loads(out)["sections"]["unparsed"]["rows"]
    equal(rows[0]["lines"], 2 * log.data.count(b"\n"),
          log.name + ": equal lines of one file")


def test_jobs(log_file, name):
    """The same bytes with any number of threads, and with the same twice."""
    reports = together([
        lambda jobs=jobs: run("report", "-o", "json", "--jobs", str(jobs),
                              "--top", "0", log_file)
        for jobs in (1, 2, 3, 4, 5, 6, 7, 8, 2)])
    for jobs, got in zip((1, 2, 3, 4, 5, 6, 7, 8, "2 again"), reports):
        if not ok(got.status == 0, "%s: %s jobs" % (name, jobs), got):
            continue
        if jobs != 1:
            equal(got.out, reports[0].out,
                  "%s: %s jobs, the same bytes" % (name, jobs))


def test_threads():
    """Parts of a file are 8 MiB and more: this one has eight of them."""
    log_file, _ = loggen("qpsmtpd", "--size", "64M", "--seed", "7")
    test_jobs(log_file, "64 MiB")
    whole = log_file.read_bytes()
    log_file.unlink()
    # Threads share the pieces of a rotation, too.
    log = Log("64 MiB, first 4", whole[:4 << 20])
    files = in_order(cut(log.data, [rng.randrange(len(log.data))
                                    for _ in range(11)]))
    for jobs in ("1", "2", "8"):
        same(log.of_files(files, "--jobs", jobs), log,
             "12 pieces and %s jobs" % jobs)
    test_jobs(corpus("modern-8field") / "log", "a multilog directory")
    log_file, _ = loggen("qmail", "--size", "40M", "--seed", "7")
    test_jobs(log_file, "40 MiB of qmail")
    test_jobs(QMAIL / "main", "a multilog directory of qmail")


for one in logs():
    test_packings(one)
    test_more_packings(one)
    test_pieces_of_all_packings(one)
    test_copies(one)
    test_equal_lines_count(one)
test_threads()
done()
