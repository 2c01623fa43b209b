#!/usr/bin/env python3
"""replay.t - a run of "mailtally dnsbl test" repeated from its snapshot.

The same numbers without a network; files that are cut, old or made by hand are
told what is wrong with them, and what a file does not know is unknown.
"""
import os
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from whatif import Mail, by_list, log_of, rows, section, table, test

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from dns import REFUSED, SERVFAIL, Stub, by_zone, probes, query_name
from mailtally import run, scratch
from tap import done, equal, ok

HEAD = "mailtally-dnsbl-snapshot\t1\n"
CLIENTS = ["192.0.2.%d" % n for n in range(1, 60)] + ["2001:db8::%x" % n
                                                      for n in range(1, 20)]
HOSTILE = b"a\tb\nc\\d\\x41 \x1b[2J $(touch pwned) \x00\xff \\"


def behaviour(q):
    """Of everything something, by the last digit of the address."""
    digit = q.name[0]
    if digit in "13":
        return q.listed("127.0.0.%s" % digit if digit != "1" else "127.0.0.9",
                        text=HOSTILE)
    if digit == "5":
        return q.listed("127.255.255.252")
    if digit == "7":
        return q.listed("203.0.113.9", "127.0.0.2")
    if digit == "9":
        return q.reply(rcode=REFUSED)
    return q.nothing()


def test_same():
    stub = Stub(by_zone({
        "x.example": probes(behaviour),
        "y.example": probes(lambda q: q.listed() if q.name[0] in "23"
                            else q.nothing()),
        "dead.example": lambda q: q.reply(rcode=SERVFAIL)}))
    pick = random.Random(5)
    log = log_of("some.log", [
        Mail(pick.choice(CLIENTS), pick.choice(("queued", "karma", "dnsbl")),
             pick.choice((1.0, 9.0))) for _ in range(500)])
    names = "x.example", "y.example", "dead.example"
    options = "--best", "2", "--policy", "x=1,y=1 >= 2"
    snapshot = scratch("snapshot")
    live = test(*options, "--snapshot", snapshot, *names, log,
                resolver=stub.address)
    n = len(stub.queries)
    again = test(*options, "--replay", snapshot, log)
    equal(len(stub.queries), n, "a replay asks nobody")
    equal(again["head"], live["head"], "the head is the same")
    equal(rows(again), rows(live), "the rows are the same")
    for name in section(live)["tables"]:
        equal(table(again, name), table(live, name), "the same table " + name)
    equal(section(again)["notes"][:-1], section(live)["notes"][:-1],
          "the same verdicts")
    ok(str(snapshot) in section(again)["notes"][-1],
       "... and whence the answers are", section(again)["notes"])
    ok(len(table(live, "unknown")) >= 3 and rows(live),
       "... and all kinds of answers are among them", table(live, "unknown"))
    equal({r["txt"] for r in rows(again) if r["list"] == "x.example"},
          {r["txt"] for r in rows(live) if r["list"] == "x.example"},
          "a hostile TXT comes back as it was")
    text = snapshot.read_bytes()
    ok(all(c == 10 or c == 9 or 32 <= c < 127 for c in text),
       "... though the file is plain text")
    equal(test("--replay", snapshot, "y.example", log)["sections"]["dnsbl-test"]
          ["tables"]["lists"]["rows"],
          [dict(r, only_this_list=r["listed"]) for r in table(live, "lists")
           if r["list"] == "y.example"], "one list of several")
    return snapshot, log


def test_own():
    """--exclude-own from a file."""
    conf = scratch("own.conf", "[lists]\ndnsbl = own.example\n")
    env = {"MAILTALLY_CONF": str(conf)}
    stub = Stub(by_zone({
        "own.example": probes(lambda q: q.listed() if q.name[0] in "12"
                              else q.nothing()),
        "x.example": probes(lambda q: q.listed() if q.name[0] in "23"
                            else q.nothing())}))
    log = log_of("own.log", [Mail(ip) for ip in CLIENTS])
    snapshot = scratch("own.snapshot")
    live = test("--exclude-own", "--snapshot", snapshot, "x.example", log,
                resolver=stub.address, env=env)
    again = test("--exclude-own", "--replay", snapshot, log, env=env)
    equal((again["head"], rows(again)), (live["head"], rows(live)),
          "a replay without clients of own lists")
    asked = set(stub.asked("x.example")) - {"2.0.0.127.x.example"}
    equal({name[0] for name in asked} & set("12"), {"1"},
          "what an own list has is not asked of others, but by the probe")
    equal(sorted(n for n in asked if n[0] == "1"), ["1.0.0.127.x.example"],
          "... 127.0.0.1")
    equal(by_list(live, "listed"),
          {"x.example": sum(query_name(ip, "x")[0] == "3" for ip in CLIENTS)},
          "... and only what the list adds is told")
    result = run("dnsbl", "test", "--exclude-own", "--replay",
                 scratch("few", HEAD + "list\tx.example\tworks\n"), log,
                 env=env)
    equal(result.status, 64, "an own list that the file does not know", result)


def test_unknown(log):
    """A client or a list that the file says nothing of."""
    few = scratch("few", HEAD + "# by hand\n\nlist\tx.example\tworks\n"
                  "answer\t192.0.2.1\tx.example\tlisted\t127.0.0.2\tby hand\n"
                  "answer\t192.0.2.2\tx.example\tnot listed\n")
    log = log_of("two.log", [Mail("192.0.2.1"), Mail("192.0.2.2"),
                             Mail("192.0.2.3"), Mail("192.0.2.3")])
    report = test("--replay", few, log)
    equal([(r["ip"], r["txt"]) for r in rows(report)],
          [("192.0.2.1", "by hand")], "a file made by hand")
    equal([(r["reason"], r["clients"], r["transactions"])
           for r in table(report, "unknown")], [("not in the snapshot", 1, 2)],
          "what it does not know is unknown")
    ok("an unknown time" in section(report)["notes"][-1],
       "... and so is its time")
    result = run("dnsbl", "test", "--replay", few, "z.example", log)
    equal(result.status, 64, "a list that it does not know", result)


def test_wrong():
    """Each is one line that says where and what."""
    log = log_of("two.log", [Mail("192.0.2.1")])
    works = "list\tx.example\tworks\n"
    answer = "answer\t192.0.2.1\tx.example\t"
    for text, word in (
            ("", "no snapshot"), ("\x7fELF\0\0", "no snapshot"),
            ("mailtally-dnsbl-snapshot\t2\n", "version"),
            ("mailtally-dnsbl-snapshot\n", "version"),
            (HEAD + "lst\tx\n", "line 2: a line begins"),
            (HEAD + works + "answer\t192.0.2\tx.example\tlisted\n",
             "line 3: this is no address"),
            (HEAD + answer + "listed\n", "line 2: there is no line"),
            (HEAD + works + answer + "maybe\n", "line 3: an answer is"),
            (HEAD + works + answer + "unknown\twhy not\n", "no such reason"),
            (HEAD + works + answer + "listed\t127.0.0.2\tx\\y\n", "backslash"),
            (HEAD + works + answer + "listed\t127.0.0.2\tx\\x1\n", "backslash"),
            (HEAD + works + answer + "listed\n" + "list\ty.example\tworks\n",
             "line 4: lists stand before"),
            (HEAD + "list\tx y\tworks\n", "no name of a list"),
            (HEAD + "list\n", "no name of a list"),
            (HEAD + "list\tx.example\tmaybe\n", "a list works"),
            (HEAD + "taken\tyesterday\n", "this is no time"),
            (HEAD + "".join("list\tl%d.example\tworks\n" % n
                            for n in range(65)), "line 66: there are too")):
        path = scratch("wrong", text)
        result = run("dnsbl", "test", "--replay", path, log)
        equal(result.status, 65, "bad: %r" % text[-30:], result)
        ok(word in result.err.decode() and result.err.count(b"\n") == 1,
           "... says %s" % word, result)
    result = run("dnsbl", "test", "--replay", scratch("none"), log)
    equal(result.status, 66, "a file that is not there", result)
    result = run("dnsbl", "test", "--replay", scratch("."), log)
    ok(result.status in (66, 74), "a directory", result)
    result = run("dnsbl", "test", "--replay", "a", "--snapshot", "b", log)
    equal(result.status, 64, "--replay and --snapshot", result)


def test_mutations(snapshot, log):
    """Changed at random: an error or a report, nothing else."""
    pick = random.Random(11)
    whole = snapshot.read_bytes()
    statuses = set()
    for n in range(60):
        data = bytearray(whole)
        for _ in range(pick.randrange(1, 4)):
            at = pick.randrange(len(data))
            data[at:at + pick.randrange(3)] = bytes(
                pick.choice(b"\t\n\\x \0\xffa0.") for _ in range(
                    pick.randrange(3)))
        path = scratch("mutant", bytes(data[:pick.choice(
            (len(data), pick.randrange(len(data))))]))
        result = run("dnsbl", "test", "-s", "--replay", path, log)
        statuses.add(result.status)
        # 64: a cut file has no list left.
        if result.status not in (0, 64, 65, 75):
            ok(False, "mutation %d" % n, result)
            break
    ok(65 in statuses and 0 in statuses, "damaged files", statuses)


def test_not_written():
    stub = Stub(by_zone({"x.example": probes(lambda q: q.nothing())}))
    log = log_of("two.log", [Mail("192.0.2.1")])
    result = run("dnsbl", "test", "--resolver", stub.address, "--snapshot",
                 scratch("no") / "such/file", "x.example", log)
    equal(result.status, 73, "a snapshot that cannot be written", result)
    path = scratch("kept", "what stood here\n")
    result = run("dnsbl", "test", "--resolver", stub.address, "--snapshot",
                 path, "x.example", log)
    equal(result.status, 0, "over an old file", result)
    ok(path.read_text().startswith(HEAD), "... it is replaced")
    equal([p.name for p in path.parent.iterdir() if "kept" in p.name],
          ["kept"], "... and nothing else is left there")


def main():
    snapshot, log = test_same()
    test_own()
    test_unknown(log)
    test_wrong()
    test_mutations(snapshot, log)
    test_not_written()
    ok(not os.path.exists("pwned"), "no shell has seen anything")
    done()


main()
