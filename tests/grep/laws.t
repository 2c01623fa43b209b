#!/usr/bin/env python3
"""laws.t - grep --all is every event of the log, once, however it is cut,
packed and given."""
import bz2
import gzip
import json
import lzma
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from laws import SEED, cut, in_order, lay_out, line_ends, rng, shuffled
from mailtally import corpus_log, loggen, run, together
from tap import done, equal, ok

# A line of these is an event, whatever style it is in.
EVENT = re.compile(rb"""(?mx)^@[0-9a-f]{24}\ \d+\ (?:
    Accepted\ connection\ (?P<accepted>\d+/\d+\ from) |
    Too\ many\ connections:\ (?P<total>\d+) |
    .*?hosts_allow.*:\ (?:fail:\ t|T)oo\ many\ connections\ from\ (?P<client>) |
    \(pre-connection\)\ hosts_allow:\ fail,(?P<refused>) |
    (?:\(\w+\)\ logging::logterse: | logging::logterse\ plugin(?:\ \(\w+\))?:)
	\ `\ (?P<transaction>) |
    (?:\(post-connection\)\ connection_time: |
	connection_time\ plugin(?:\ \(post-connection\))?:)(?P<closed>))""")
KIND = {"accepted": "accepted", "total": "too-many", "client": "too-many",
        "refused": "refused", "transaction": "transaction", "closed": "closed"}


def lines_of_events(data):
    """(label, kind) of each event, by another reader than the program's."""
    return [(m[0][:25].decode(), KIND[m.lastgroup])
            for m in EVENT.finditer(data)]


def found(folder, *arguments, stdin=b""):
    result = run("grep", "--all", *arguments, cwd=folder, stdin=stdin)
    if result.status != 0 or result.err:
        raise AssertionError("%s: %s" % (arguments, result))
    return result.out


def all_of(files, *arguments):
    return found(lay_out(files), *arguments,
                 *("log/" + name for name in files))


def test_every_event_once(name, data):
    """Label and kind of each, in the order of the lines."""
    lines = all_of({"whole": data}).splitlines()
    kinds = [json.loads(line)["kind"] for line in
             all_of({"whole": data}, "-o", "jsonl").splitlines()]
    got = [(line[:25].decode(), kind) for line, kind in zip(lines, kinds)]
    should = lines_of_events(data)
    equal(sorted(got), sorted(should), "%s: every event, once (%d)" % (
        name, len(should)))
    equal([l for l, _ in got], sorted(l for l, _ in got),
          "%s: in the order of time" % name)


def test_report_agrees(name, data):
    folder = lay_out({"whole": data})
    head = json.loads(
        run("report", "-o", "json", "log/whole", cwd=folder).out)["head"]
    count = found(folder, "--kind", "transaction", "-c", "log/whole")
    equal(int(count), head["examined"], "%s: as many transactions as the report "
          "examined" % name)


def same(name, plain, ways):
    for told, got in zip([w[0] for w in ways],
                         together([w[1] for w in ways])):
        if got != plain:
            a, b = got.splitlines(), plain.splitlines()
            ok(False, name, told, "seed %d" % SEED, "%d lines, should be %d" % (
                len(a), len(b)), *[line for line in a if line not in set(b)][:5],
               *[line for line in b if line not in set(a)][:5])
            return
    ok(ways, "%s, %d ways" % (name, len(ways)))


def test_ways(name, data):
    plain = all_of({"whole": data}, "--long")
    ends = line_ends(data)
    packers = (gzip.compress, bz2.compress, lzma.compress, bytes)
    ways = []
    for _ in range(6):
        n = rng.randint(1, 9)
        parts = cut(data, rng.sample(ends, n))
        ways.append(("cut at line ends, any order",
                     lambda f=shuffled(parts): all_of(f, "--long")))
        packed = [rng.choice(packers)(part) for part in parts]
        ways.append(("packed in many ways, any order",
                     lambda f=shuffled(packed): all_of(f, "--long")))
        parts = cut(data, [rng.randrange(1, len(data)) for _ in range(n)])
        ways.append(("cut anywhere, in order",
                     lambda f=in_order(parts): all_of(f, "--long")))
        if rng.random() < 0.5:
            parts = [rng.choice(packers)(part) for part in parts]
            ways.append(("cut anywhere, packed, in order",
                         lambda f=in_order(parts): all_of(f, "--long")))
    ways.append(("through a pipe", lambda: found(lay_out({}), "--long", "-",
                                                 stdin=data)))
    ways.append(("twice the same file", lambda: found(
        lay_out({"a": data, "b": data}), "--long", "log")))
    same("%s: the same lines" % name, plain, ways)


def test_streams_are_merged():
    """Two directories: the lines of both, in the order of time."""
    a, _ = loggen("qpsmtpd", "--size", "300K", "--seed", "1")
    b, _ = loggen("qpsmtpd", "--size", "300K", "--seed", "2")
    folder = lay_out({})
    for name, path in ("one", a), ("two", b):
        (folder / name).mkdir()
        (folder / name / "current").write_bytes(path.read_bytes())
    both = found(folder, "one", "two").splitlines()
    each = [found(folder, name).splitlines() for name in ("one", "two")]
    equal(sorted(both), sorted(each[0] + each[1]), "two streams: all lines")
    equal([line[:25] for line in both], sorted(line[:25] for line in both),
          "two streams: in the order of time")
    equal(found(folder, "two", "one").splitlines() != [], True,
          "two streams the other way round")


def test_context():
    """Whole connections: their own lines, all of them, in order."""
    data = corpus_log("modern-8field")
    folder = lay_out({"whole": data})
    out = run("grep", "--context", "connection", "spamassassin", "log/whole",
              cwd=folder).out
    groups = out.split(b"--\n")
    count = run("grep", "-c", "spamassassin", "log/whole", cwd=folder).out
    ok(10 < len(groups) <= int(count), "context: a group a connection",
       len(groups), count)
    lines = data.splitlines()
    for group in groups:
        mine = group.splitlines()
        pid = mine[0].split()[1]
        ok_pids = all(l.split()[1] == pid or l.endswith(b"after " + pid)
                      for l in mine)
        first = lines.index(mine[0])
        if not ok_pids or b"Accepted connection" not in mine[0] or \
                b"connection_time" not in group or not b"spamassassin" in group:
            ok(False, "context: the connection's lines alone", group[:2000])
            return
        # As many as that process wrote until the next time its id began.
        own = [l for l in lines[first:] if l[26:].startswith(pid + b" ")]
        ends = [i for i, l in enumerate(own) if i and b" Accepted conn" in l]
        own = own[:ends[0]] if ends else own
        if len([l for l in mine if l.split()[1] == pid]) != len(own):
            ok(False, "context: all lines of the connection", group[:2000])
            return
    ok(True, "context: all lines of each connection, and no others")


for log in ("modern-8field", "modern-9field-naughty", "naughty-multiline",
            "old-plugin-colon", "old-plugin-hook"):
    test_every_event_once(log, corpus_log(log))
    test_report_agrees(log, corpus_log(log))
    test_ways(log, corpus_log(log))
test_streams_are_merged()
test_context()
done()
