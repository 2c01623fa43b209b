#!/usr/bin/env python3
"""cuts.t - a log cut into files gives the report of the whole (F.12)."""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from laws import Log, SEED, cut, in_order, line_ends, logs, rng, shuffled
from mailtally import corpus_log, together
from tap import done, equal, ok

TIMES = 4

RECORD_OF_TWO_LINES = re.compile(rb"@[0-9a-f]{24} [^\n]*\r\n@[0-9a-f]{24} "
                                 rb"[^\n]*\n")


def places(candidates, n):
    return rng.sample(candidates, min(n, len(candidates)))


def all_same(log, ways, name):
    """The reports of several ways; the places of the first bad one."""
    reports = together([way for _, way in ways])
    for (told, _), got in zip(ways, reports):
        if got != log.plain:
            equal(got, log.plain, "%s: %s" % (log.name, name), told,
                  "seed %d" % SEED)
            return
    ok(ways, "%s: %s, %d ways" % (log.name, name, len(ways)))


def test_line_ends(log):
    """In any order: the lines themselves tell it."""
    ends = line_ends(log.data)
    ways = []
    for n in [1, 2, 11] + [rng.randint(1, 11) for _ in range(TIMES)]:
        at = places(ends, n)
        files = shuffled(cut(log.data, at))
        ways.append(("cut at %s, given as %s" % (sorted(at), list(files)),
                     lambda files=files: log.of_files(files)))
    all_same(log, ways, "cut at line ends, in random order")


def test_bytes(log):
    """Also inside lines, in the order of the arguments."""
    ways = []
    for n in [1, 2, 11] + [rng.randint(1, 11) for _ in range(TIMES)]:
        at = [rng.randrange(1, len(log.data)) for _ in range(n)]
        files = in_order(cut(log.data, at))
        ways.append(("cut at %s" % sorted(at),
                     lambda files=files: log.of_files(files)))
    # Pieces of a few bytes, which may all be inside one line.
    for _ in range(TIMES):
        at = rng.randrange(1, len(log.data) - 100)
        at = [at + rng.randint(0, 40) for _ in range(rng.randint(2, 6))]
        files = in_order(cut(log.data, at))
        ways.append(("cut at %s" % sorted(at),
                     lambda files=files: log.of_files(files)))
    all_same(log, ways, "cut at random bytes, in order")


def test_carriage_returns(log):
    pairs = [m.start() + 1 for m in re.finditer(rb"\r\n", log.data)]
    if not pairs:
        return
    ways = []
    for n in (1, len(pairs)) + tuple(range(2, 2 + TIMES)):
        at = places(pairs, min(n, 11))
        files = in_order(cut(log.data, at))
        ways.append(("cut at %s" % sorted(at),
                     lambda files=files: log.of_files(files)))
    all_same(log, ways, "cut between CR and LF")


def label(data):
    """The last stamp of a piece, for the name of a multilog file."""
    found = re.findall(rb"@[0-9a-f]{24}(?= )", data)
    return found[-1].decode() if found else None


def test_multilog(log):
    """As multilog leaves them: also lines longer than its files are cut."""
    ways = []
    for way in range(TIMES):
        candidates = (line_ends(log.data) if way % 2 else
                      range(1, len(log.data)))
        pieces = cut(log.data, places(candidates, rng.randint(1, 11)))
        files, last = {}, "@" + "0" * 24
        for i, piece in enumerate(pieces):
            # Each is finished later than every line in it.
            stamp = label(piece) or last
            stamp = "@%024x" % (int(max(stamp, last)[1:], 16) + 1)
            last = stamp
            kind = "u" if way % 3 == 0 and i == 0 else "s"
            files["%s.%s" % (stamp, kind)] = piece
        if way % 3:
            files["current"] = files.pop(list(files)[-1])
        files["state"] = b"queued @400000004914563a275ce974 195\n"
        files["lock"] = b""
        told = ["%s: %d" % (n, len(c)) for n, c in files.items()]
        ways.append((told, lambda files=files: log.of_folder(files)))
        one_by_one = {n: c for n, c in files.items()
                      if n not in ("state", "lock")}
        ways.append((told, lambda files=one_by_one: log.of_files(files)))
    all_same(log, ways, "as a multilog directory")


def test_around_records():
    """Cut at every byte from before a record of two lines to behind it.

    The lines around one keep the runs short.
    """
    data = corpus_log("naughty-multiline")
    found = list(RECORD_OF_TWO_LINES.finditer(data))
    ok(len(found) >= 4, "there are records of two lines", len(found))
    for match in (found[0], found[-1]):
        a = data.rfind(b"Accepted connection", 0, match.start())
        a = data.rfind(b"\n", 0, a) + 1
        b = data.find(b"\n", data.find(b"cleaning up", match.end())) + 1
        short = Log("record at byte %d" % match.start(), data[a:b])
        begin, end = match.start() - a, match.end() - a
        ways = []
        for at in range(begin - 2, end + 3):
            files = in_order(cut(short.data, [at]))
            ways.append(("cut at %d" % at,
                         lambda files=files: short.of_files(files)))
        all_same(short, ways, "cut at every byte around it")
        ways = []
        for _ in range(20):
            at = [rng.randrange(begin, end) for _ in range(rng.randint(2, 5))]
            files = in_order(cut(short.data, at))
            ways.append(("cut at %s" % sorted(at),
                         lambda files=files: short.of_files(files)))
        all_same(short, ways, "cut into several inside it")


for one in logs():
    test_line_ends(one)
    test_bytes(one)
    test_carriage_returns(one)
    test_multilog(one)
test_around_records()
done()
