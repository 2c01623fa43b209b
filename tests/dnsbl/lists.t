#!/usr/bin/env python3
"""lists.t - "mailtally dnsbl test" against rbldnsd, held against a second count.

Listed and not, IPv4 and IPv6, A and TXT, dead lists, lists in use, policies with
weights, and the best sets of eight lists against trying each of them.
"""
import pathlib
import random
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from whatif import (Mail, best, by_list, effect, log_of, rows, section, table,
                    test, tested)

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from dns import Rbldnsd
from mailtally import run, scratch
from tap import done, equal, ok

PICK = random.Random(20260329)
V4 = ["192.0.2.%d" % n for n in range(1, 90)] + [
    "198.51.100.%d" % n for n in range(1, 60)]
V6 = ["2001:db8:%x::%x" % (PICK.randrange(65536), PICK.randrange(1, 65536))
      for _ in range(30)]
PRIVATE = ["10.1.2.3", "192.168.1.7", "127.0.0.1", "fe80::1", "fd00::5"]
DENIALS = "earlytalker", "spamassassin", "rhsbl", "karma"
LISTS = ["l%d.bl.example" % n for n in range(8)]


def some_mails(n):
    for i in range(n):
        ip = PICK.choice(PICK.choice((V4, V4, V4, V6, PRIVATE)))
        sender = "s%d@d%d.example" % (PICK.randrange(40), PICK.randrange(9))
        to = ">,<".join("u%d@example.org" % PICK.randrange(12)
                        for _ in range(PICK.choice((1, 1, 1, 2))))
        what = PICK.random()
        if what < 0.45:
            yield Mail(ip, "queued", PICK.choice((None, -1.5, 0.2, 4.9)),
                       sender, to)
        elif what < 0.6:
            yield Mail(ip, "queued", PICK.choice((5.0, 7.25, 30)), sender, to)
        elif what < 0.8:
            yield Mail(ip, PICK.choice(DENIALS), None, sender, to, "go away")
        elif what < 0.95:
            yield Mail(ip, "dnsbl", None, sender, "",
                       "http://www.bl.example/?ip=" + ip)
        else:
            yield Mail(ip, "naughty", None, sender, to,
                       PICK.choice(("(dnsbl)", "(karma)")) + " no")


def zone_lines(clients, code):
    """rbldnsd: a value, the point of the probe, and clients."""
    return [":%s:Listed, see http://%s.example/?ip=$" % (code, code),
            "127.0.0.2", *sorted(clients)]


MAILS = list(some_mails(1500))
LISTED = {name: {ip for ip in V4 + V6
                 if PICK.random() < 0.05 + 0.05 * LISTS.index(name)}
          for name in LISTS}
CODES = {name: "127.0.0.%d" % (2 + n) for n, name in enumerate(LISTS)}
# ip6trie has IPv6 alone, and ip4trie IPv4; a zone may have both.
ZONES = {}
for name in LISTS:
    four = {ip for ip in LISTED[name] if ":" not in ip}
    six = LISTED[name] - four
    ZONES[name] = four, six


def start():
    zones = {}
    for name, (four, six) in ZONES.items():
        zones[name] = ("ip4set", zone_lines(four, CODES[name]))
        if six:
            zones[name + "#6"] = ("ip6trie", [
                ":%s:Listed, see http://%s.example/?ip=$" % (
                    CODES[name], CODES[name]), *sorted(six)])
    zones["dead.bl.example"] = ("ip4set", [":127.0.0.2:gone"])
    zones["world.bl.example"] = ("ip4trie", [":127.0.0.2:all",
                                                 "0.0.0.0/0"])
    return Rbldnsd(zones)


def test_effects(server, log, mails):
    report = test(*LISTS, log, resolver=server.address)
    head = report["head"]
    ours = tested(mails)
    equal(head["examined"], len(mails), "all transactions are examined")
    equal(head["tested"], len(ours), "those that may be listed are tested")
    equal(head["clients"], len({m.ip for m in ours}), "distinct addresses")
    equal(head["denied_by_list"],
          sum(m.disposition == "dnsbl" or m.text.startswith("(dnsbl)")
              for m in mails), "what a list denied then is left out")
    any_list = effect(ours, lambda ip: any(ip in LISTED[n] for n in LISTS))
    equal((head["ham_lost"], head["spam_saved"], head["denied_anyway"]),
          tuple(any_list.values()), "queued and listed, denied and listed")
    for column, kind in (("ham_lost", "ham"), ("spam_saved", "tagged"),
                         ("denied_anyway", "denied")):
        equal(by_list(report, column),
              {n: effect(ours, LISTED[n].__contains__)[kind] for n in LISTS},
              "each list: " + column)
    equal(by_list(report, "only_this_list"),
          {n: sum(m.ip in LISTED[n] and not any(
              m.ip in LISTED[o] for o in LISTS if o != n) for m in ours)
           for n in LISTS}, "each list: only this one")
    equal(by_list(report, "clients"),
          {n: len({m.ip for m in ours} & LISTED[n]) for n in LISTS},
          "each list: clients")
    equal({(r["list"], r["and"]): r["both"]
           for r in table(report, "overlap")},
          {(a, b): sum(m.ip in LISTED[a] & LISTED[b] for m in ours)
           for i, a in enumerate(LISTS) for b in LISTS[i + 1:]},
          "every two lists: both")
    equal(by_list(report, "listed", "dispositions", "disposition"),
          count(("naughty-karma" if m.disposition == "naughty"
                 else m.disposition) for m in ours
                if any(m.ip in LISTED[n] for n in LISTS)),
          "listed by what became of it")
    lost = [m for m in ours if m.disposition == "queued" and
            any(m.ip in LISTED[n] for n in LISTS)]
    everything = test("--top", "0", *LISTS, log, resolver=server.address)
    equal(by_list(everything, "lost", "recipients", "recipient"),
          count(to for m in lost for to in m.to.split(">,<")),
          "lost by recipient")
    equal(by_list(everything, "lost", "sender-domains", "sender_domain"),
          count(m.sender.split("@")[1] for m in lost), "lost by sender")
    return report


def count(values):
    counts = {}
    for v in values:
        counts[v] = counts.get(v, 0) + 1
    return counts


def test_rows(report, mails):
    """C.20: one row a transaction and list, in the order of time."""
    got = rows(report)
    should = [(m.ip, n, CODES[n], "Listed, see http://%s.example/?ip=%s" % (
        CODES[n], m.ip if ":" not in m.ip else shown(got, m.ip)),
        m.score, m.sender, m.to.replace(">,<", ",") or None)
        for m in tested(mails) for n in LISTS if m.ip in LISTED[n]]
    equal([(r["ip"], r["list"], r["a"], r["txt"], r["score"], r["from"],
            r["to"]) for r in got], should,
          "the rows are the listed transactions, in the order of time")


def shown(got, ip):
    """How rbldnsd writes an IPv6 address in a text is its affair."""
    for r in got:
        if r["ip"] == ip:
            return r["txt"].split("ip=")[1]
    return None


def test_best(server, log, mails):
    """Equal to trying each set of eight lists, for every N."""
    ours = tested(mails)
    lists = LISTED
    snapshot = scratch("snapshot")
    test("--snapshot", snapshot, *LISTS, log, resolver=server.address)
    for n in range(1, 9):
        report = test("--replay", snapshot, "--best", str(n), log)
        got = [(r["ham_lost"], r["spam_stopped"], r["lists"])
               for r in table(report, "best")]
        should, tried = best(ours, lists, n)
        equal([r[:2] for r in got], should,
              "the best of at most %d of 8 lists, as by trying all" % n)
        wrong = [r for r in got
                 if tried[tuple(r[2].split(" + "))] != r[:2]]
        equal(wrong, [], "... and each set does what it is said to do")
        fewer = [r for r in got for names, e in tried.items()
                 if e == r[:2] and len(names) < len(r[2].split(" + "))]
        equal(fewer, [], "... and none has a list too many")


def test_policies(server, log, mails):
    ours = tested(mails)
    cases = [
        ("l7=3,l5=2,l3=1 >= 3", {7: 3, 5: 2, 3: 1}, lambda s: s >= 3),
        ("l0.bl.example,l1,l2>=2", {0: 1, 1: 1, 2: 1}, lambda s: s >= 2),
        ("l6 = 1.5 , l4=-1 > 0.5", {6: 1.5, 4: -1}, lambda s: s > 0.5),
        ("l7=1 >= 1.001", {7: 1}, lambda s: s >= 1.001),
    ]
    arguments = [a for text, _, _ in cases for a in ("--policy", text)]
    report = test(*arguments, *LISTS, log, resolver=server.address)
    got = {r["policy"]: (r["ham_lost"], r["spam_saved"], r["denied_anyway"])
           for r in table(report, "policies")}
    for text, weights, enough in cases:
        def stops(ip):
            return enough(sum(w for n, w in weights.items()
                              if ip in LISTED[LISTS[n]]))
        equal(got.get(text), tuple(effect(ours, stops).values()),
              "the policy " + text)
    notes = " ".join(section(report)["notes"])
    ok("l7=1 >= 1.001 would have stopped none of %d" % len(ours) in notes,
       "a policy has a verdict", notes)
    for text, wrong in (("l9=1 >= 1", "none of the lists"),
                        ("l=1 >= 1", "several"), ("l1=1", ">="),
                        ("l1=x >= 1", "weight"), ("l1 >= x", "enough"),
                        (",l1 >= 1", "missing"), ("l1,l1 >= 1", "already")):
        result = run("dnsbl", "test", "--policy", text, *LISTS, log)
        equal(result.status, 64, "%s is a usage error" % text, result)
        ok(wrong in result.err.decode(), "... that says what is wrong", result)


def test_verdict(report, mails):
    ours = tested(mails)
    name = "l7.bl.example"
    e = effect(ours, LISTED[name].__contains__)
    senders = count(m.sender for m in ours
                    if m.fate() == "ham" and m.ip in LISTED[name])
    first = sorted(senders.items(), key=lambda s: (-s[1], s[0]))[0]
    verdict = next(n for n in section(report)["notes"] if n.startswith(name))
    should = ("%s would have stopped %d of %d not-denied transactions; "
              "%d were ham from %d senders: %s (%d), " % (
                  name, sum(e.values()), len(ours), e["ham"], len(senders),
                  *first))
    ok(verdict.startswith(should), "the verdict in one sentence", should,
       verdict)
    ok("; %d were tagged as spam, %d were denied anyway." % (
        e["tagged"], e["denied"]) in verdict, "... with what it saves", verdict)


def test_lists_that_do_not_work(server, log):
    report = test("dead.bl.example", "world.bl.example", "nobody.example",
                  LISTS[0], log, resolver=server.address)
    equal(by_list(report, "state"),
          {"dead.bl.example": "empty", "world.bl.example": "wildcard",
           "nobody.example": "no answer", LISTS[0]: "works"},
          "dead and wildcard lists are found out")
    equal([by_list(report, "listed")[n] for n in
           ("dead.bl.example", "world.bl.example", "nobody.example")],
          [0, 0, 0], "... and nothing is listed by them")
    alerts = " ".join(report["alerts"])
    for name in "dead.bl.example", "world.bl.example", "nobody.example":
        ok(name + " was not asked: " in alerts, "... which is told: " + name,
           alerts)
    equal(test("dead.bl.example", log, resolver=server.address,
               status=75)["head"]["listed"], 0,
          "where no list works the status says so")


def test_own_lists(server, log, mails):
    """--exclude-own: only what a list adds."""
    conf = scratch("own.conf", "[lists]\ndnsbl = %s, %s\n" % (
        LISTS[7], LISTS[6]))
    env = {"MAILTALLY_CONF": str(conf)}
    report = test("--exclude-own", LISTS[5], LISTS[7], log,
                  resolver=server.address, env=env)
    left = tested(mails, own=(LISTED[LISTS[7]], LISTED[LISTS[6]]))
    equal(report["head"]["tested"], len(left), "clients of own lists are out")
    equal(report["head"]["excluded"], len(tested(mails)) - len(left),
          "... and counted")
    e = effect(left, LISTED[LISTS[5]].__contains__)
    equal([(r["list"], r["ham_lost"], r["spam_saved"], r["denied_anyway"])
           for r in table(report, "lists")], [(LISTS[5], *e.values())],
          "only the additional effect shows, and an own list is not tried")
    result = run("dnsbl", "test", "--exclude-own", LISTS[5], log)
    equal(result.status, 64, "without a configured list it is an error", result)


def test_times(server):
    """Date and time are of the zone, one second of two mails in any order."""
    log = log_of("times.log", [
        Mail("192.0.2.200", at=3600 * 5), Mail("192.0.2.201", at=1)])
    lone = Rbldnsd({"t.example": ("ip4set", [":127.0.0.2:x", "127.0.0.2",
                                             "192.0.2.200/31"])})
    report = test("--tz", "Europe/Berlin", "t.example", log,
                  resolver=lone.address)
    equal([(r["date"], r["time"], r["when"]) for r in rows(report)],
          [("2026-03-29", "00:00:01", "2026-03-28T23:00:01Z"),
           ("2026-03-29", "06:00:00", "2026-03-29T04:00:00Z")],
          "rows are in the order of time, in local time")
    text = run("dnsbl", "test", "--resolver", lone.address, "--rate", "0",
               "t.example", log).out.decode()
    heading = next(l for l in text.splitlines() if l.startswith("Date"))
    equal(heading.split(), "Date Time Disposition Score From To IP A TXT"
          .split(), "the columns of the table")
    lone.stop()


def test_jobs(server, log):
    """Any number of threads, the same bytes."""
    snapshot = scratch("jobs.snapshot")
    test("--snapshot", snapshot, *LISTS, log, resolver=server.address)
    parts = []
    lines = pathlib.Path(log).read_bytes().splitlines(True)
    for i in range(3):
        parts.append(scratch("part%d.log" % i, b"".join(
            lines[len(lines) * i // 3:len(lines) * (i + 1) // 3])))
    one = run("dnsbl", "test", "--replay", snapshot, "-o", "csv", "--jobs", "1",
              log)
    three = run("dnsbl", "test", "--replay", snapshot, "-o", "csv", "--jobs",
                "3", *parts[::-1])
    equal(three.out, one.out, "three files, backwards, by three threads", three)
    ok(len(one.out.splitlines()) > 100, "... and it is not nothing", one)


def test_newer(server):
    """--files-newer-than: by the change of the inode, as find -ctime has it."""
    log = log_of("new.log", [Mail("192.0.2.77"), Mail("192.0.2.78")])
    for days, tested_then in ((1, 2), (4, 0)):
        now = "@%d" % (time.time() + (days - 1) * 86400 + 3600)
        report = test("--files-newer-than", "2d", "--now", now, LISTS[0], log,
                      "--empty-ok", resolver=server.address)
        equal(report["head"]["tested"], tested_then,
              "files of the last two days, on day %d" % days)


def main():
    server = start()
    log = log_of("mails.log", MAILS)
    report = test_effects(server, log, MAILS)
    test_rows(report, MAILS)
    test_verdict(report, MAILS)
    test_best(server, log, MAILS)
    test_policies(server, log, MAILS)
    test_lists_that_do_not_work(server, log)
    test_own_lists(server, log, MAILS)
    test_times(server)
    test_jobs(server, log)
    test_newer(server)
    server.stop()
    done()


main()
