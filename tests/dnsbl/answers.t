#!/usr/bin/env python3
"""answers.t - "mailtally dnsbl test" against name servers that misbehave.

Whatever comes back or does not, only a listing is a listing; what is unknown is
told with its reason and the raw answer, and no question is asked twice.
"""
import ipaddress
import os
import pathlib
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from whatif import (Mail, by_list, log_of, rows, section, table, test)

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from dns import (A, FORMERR, NOTIMP, REFUSED, SERVFAIL, TXT, Stub, by_zone,
                 probes, query_name, strings)
from mailtally import run, scratch
from tap import done, equal, ok

IP = "192.0.2.9"


def one_client(behaviour, ip=IP, **options):
    """One client asked for in a list that passes the probe."""
    stub = Stub(by_zone({"x.example": probes(behaviour)}))
    log = log_of("one.log", [Mail(ip), Mail(ip), Mail(ip, "earlytalker")])
    return stub, test("x.example", log, resolver=stub.address, **options)


def outcome(report):
    """listed, not listed, or (reason, raw answer)."""
    unknown = (table(report, "unknown")
               if "unknown" in section(report)["tables"] else [])
    listed = report["head"]["listed"]
    if unknown:
        assert listed == 0
        return unknown[0]["reason"], unknown[0]["answer"]
    return "listed" if listed else "not listed"


def test_meanings():
    """Spec C.20: what an answer means."""
    addresses = {
        "127.0.0.2": "listed", "127.0.0.255": "listed", "127.1.2.3": "listed",
        "127.255.254.1": "listed",
        "127.0.0.1": ("127.0.0.1", "127.0.0.1"),
        "127.255.255.254": ("error code of the list", "127.255.255.254"),
        "127.255.255.0": ("error code of the list", "127.255.255.0"),
        "203.0.113.80": ("answer outside 127.0.0.0/8", "203.0.113.80"),
        "128.0.0.2": ("answer outside 127.0.0.0/8", "128.0.0.2"),
    }
    for address, should in addresses.items():
        _, report = one_client(lambda q: q.listed(address))
        equal(outcome(report), should, "an answer of " + address)
    for rcode, reason in ((REFUSED, "REFUSED"), (SERVFAIL, "SERVFAIL"),
                          (FORMERR, "garbage"), (NOTIMP, "garbage")):
        _, report = one_client(lambda q: q.reply(rcode=rcode))
        equal(outcome(report), (reason, ""), "rcode %d" % rcode)
    _, report = one_client(lambda q: q.nothing())
    equal(outcome(report), "not listed", "NXDOMAIN")
    _, report = one_client(lambda q: q.reply())
    equal(outcome(report), "not listed", "no A record of the name")
    _, report = one_client(lambda q: q.listed("127.0.0.11", "127.0.0.3"))
    equal([r["a"] for r in rows(report)], ["127.0.0.3 127.0.0.11"] * 3,
          "several listings, in order")
    _, report = one_client(lambda q: q.listed("127.0.0.3", "127.255.255.252"))
    equal(outcome(report),
          ("contradictory answer", "127.0.0.3 127.255.255.252"),
          "a listing and an error at once is not believed")


def test_silence():
    stub, report = one_client(lambda q: None)
    equal(outcome(report), ("timeout", ""), "no answer at all")
    ok(len(stub.asked("x.example", A)) >= 4, "... is asked for again")
    gone = Stub(by_zone({}))
    gone.udp.close()
    log = log_of("one.log", [Mail(IP)])
    report = test("x.example", log, resolver=gone.address, status=75)
    equal([r["state"] for r in table(report, "lists")], ["no answer"],
          "nobody listens there")


def test_second_try():
    """A packet that is lost, and a SERVFAIL that passes."""
    seen = []

    def lost(q):
        seen.append(q.name)
        return None if seen.count(q.name) == 1 else q.listed()
    _, report = one_client(lost)
    equal(outcome(report), "listed", "a lost packet is asked for again")
    seen.clear()

    def fails(q):
        seen.append((q.name, q.type))
        return (q.reply(rcode=SERVFAIL) if seen.count((q.name, q.type)) == 1
                else q.listed())
    _, report = one_client(fails)
    equal(outcome(report), "listed", "a SERVFAIL is asked for again")


def test_forgeries():
    """Wrong ids, other questions, garbage: as if they had not come."""
    def wrong_id(q):
        return [q.reply((A, 1, b"\x7f\0\0\2"), id=q.id ^ 0x5555), q.nothing()]
    _, report = one_client(wrong_id)
    equal(outcome(report), "not listed", "a listing with a wrong id")

    def other_question(q):
        other = b"\5other\7example\0" + struct.pack("!HH", q.type, 1)
        return [q.reply((A, 1, b"\x7f\0\0\2"), question=other), q.nothing()]
    _, report = one_client(other_question)
    equal(outcome(report), "not listed", "a listing of somebody else")
    for name, garbage in (("zeros", bytes(40)), ("nothing", b""),
                          ("half a header", b"\0" * 7),
                          ("noise", bytes(range(256)))):
        _, report = one_client(lambda q: [garbage, q.listed()])
        equal(outcome(report), "listed", "garbage before the answer: " + name)
    for name, cut in (("a record that is cut", -2), ("a name that is cut", -8)):
        _, report = one_client(lambda q: q.listed()[:cut])
        ok(outcome(report)[0] in ("garbage", "timeout"), name + " is unknown",
           outcome(report))
    _, report = one_client(lambda q: q.packet[:2] + b"\x81\x80" + b"\xff" * 60)
    ok(outcome(report)[0] in ("garbage", "timeout"), "counts that are lies",
       outcome(report))

    def loop(q):
        return q.reply((A, 60, b"\x7f\0\0\2")).replace(b"\xc0\x0c", bytes(
            [0xc0, len(q.packet)]))
    _, report = one_client(loop)
    ok(outcome(report)[0] in ("garbage", "timeout", "l"),
       "a name that points to itself", outcome(report))


def test_tcp():
    """What does not fit is fetched over TCP."""
    text = b"x" * 250
    long_text = strings(*[text] * 8)

    def behaviour(q):
        if q.type == A:
            return q.reply(cut=True) if not q.tcp else q.listed("127.0.0.7")
        return (q.reply((TXT, 1, long_text)) if q.tcp else q.reply(cut=True))
    stub, report = one_client(behaviour)
    equal(outcome(report), "listed", "an answer that is cut comes over TCP")
    equal([r["txt"] for r in rows(report)], [(text * 8).decode()] * 3,
          "... a TXT of 2000 bytes too")
    ok(any(q.tcp for q in stub.queries), "... over TCP indeed")

    def only_cut(q):
        return q.reply(cut=True)
    _, report = one_client(lambda q: None if q.tcp else only_cut(q))
    ok(outcome(report)[0] in ("timeout", "name server unreachable"),
       "TCP that does not answer is unknown", outcome(report))


def test_txt():
    def two(q):
        return (q.reply((TXT, 1, strings(b"one ", b"record")),
                        (TXT, 1, strings(b"another"))) if q.type == TXT
                else q.listed())
    _, report = one_client(two)
    equal({r["txt"] for r in rows(report)}, {"one record / another"},
          "strings of a record are one, records are told apart")
    for rcode in SERVFAIL, REFUSED:
        _, report = one_client(lambda q: q.reply(rcode=rcode)
                               if q.type == TXT else q.listed())
        equal((outcome(report), rows(report)[0]["txt"]), ("listed", ""),
              "a listing without TXT (rcode %d) is one" % rcode)
    hostile = b"\x1b[31m$(touch pwned)\n\t`id`\x00\xff"
    stub, report = one_client(lambda q: q.listed(text=hostile))
    ok("touch pwned" in rows(report)[0]["txt"], "TXT is text")
    log = log_of("one.log", [Mail(IP)])
    text = run("dnsbl", "test", "--rate", "0", "--resolver", stub.address,
               "x.example", log)
    ok(b"\x1b" not in text.out and b"\0" not in text.out and
       b"\\x1B[31m$(touch pwned)\\x0A\\x09`id`\\x00\\xFF" in text.out,
       "... and no escape of it comes to the terminal", text.out)


def test_names():
    """IPv4 by octets, IPv6 by nibbles; mapped is IPv4."""
    for ip, name in (
            ("203.0.113.255", "255.113.0.203.x.example"),
            ("2001:db8::567:89ab",
             "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2"
             ".x.example"),
            ("::ffff:192.0.2.1", "1.2.0.192.x.example")):
        stub, report = one_client(lambda q: q.listed(), ip=ip)
        equal(set(stub.asked("x.example", A)) - {
            "2.0.0.127.x.example", "1.0.0.127.x.example"}, {name},
            "the name for " + ip)
        equal(outcome(report), "listed", "... and it is listed")
        if "ffff" not in ip:
            equal(name, query_name(ip, "x.example"), "... as a second look")


def test_once():
    """One question a client and list; TXT only of what is listed."""
    listed = {"192.0.2.%d" % n for n in range(1, 255, 3)}
    mails = [Mail("192.0.2.%d" % (1 + n * 7 % 254), PICKED[n % 3])
             for n in range(900)]
    names = {query_name(ip, "x.example") for ip in listed}

    def behaviour(q):
        return q.listed() if q.name in names else q.nothing()
    stub = Stub(by_zone({"x.example": probes(behaviour),
                         "y.example": probes(behaviour)}))
    report = test("x.example", "y.example", "X.Example.", log_of(
        "many.log", mails), resolver=stub.address)
    asked = stub.asked("x.example", A)
    clients = {m.ip for m in mails if m.disposition != "dnsbl"}
    equal(sorted(asked), sorted([query_name(ip, "x.example")
                                 for ip in clients] + [
        "1.0.0.127.x.example", "2.0.0.127.x.example"]),
        "each client is asked for once, and two addresses of the probe")
    equal(sorted(stub.asked("x.example", TXT)),
          sorted(names & set(asked) | {"2.0.0.127.x.example"}),
          "TXT is asked of what is listed")
    equal(len(stub.asked("y.example", A)), len(clients) + 2,
          "... in each list")
    equal(by_list(report, "clients")["x.example"], len(listed & clients),
          "... and that is what is told")


PICKED = "queued", "earlytalker", "dnsbl"


def test_privacy():
    """Private, own and strange clients are asked nobody about."""
    stub = Stub(by_zone({"x.example": probes(lambda q: q.listed())}))
    log = log_of("private.log", [
        Mail(ip) for ip in ("10.0.0.1", "172.16.5.5", "192.168.9.9",
                            "127.0.0.1", "169.254.1.1", "::1", "fe80::7",
                            "fc00::1", "224.0.0.1", "not-an-address",
                            "1.2.3.4.5", "")] + [
        Mail(IP, sender="$(touch pwned)@x", to="`id`@example.org"),
        Mail(IP, sender="a@b;touch pwned;", to="|touch pwned"),
        Mail(IP, sender="nul\0\x1b[2J@x")])
    report = test("x.example", log, resolver=stub.address)
    equal(set(stub.asked()), {"1.0.0.127.x.example", "2.0.0.127.x.example",
                              query_name(IP, "x.example")},
          "only public addresses are asked about")
    equal(report["head"]["not_public"], 12, "... the others are counted")
    equal([r["from"] for r in rows(report)],
          ["$(touch pwned)@x", "a@b;touch pwned;", "nul\0\x1b[2J@x"],
          "a sender is only text")
    ok(section(report)["notes"][0].endswith(" denied anyway."),
       "... which cuts no verdict", section(report)["notes"])
    ok(not list(pathlib.Path(os.environ.get("TMPDIR", "/tmp"))
                .rglob("pwned")) and not os.path.exists("pwned"),
       "... and no shell has seen it")


def test_dying():
    """A list that answers no more is left alone after a while."""
    for what, behaviour in (
            ("refuses", lambda q: q.reply(rcode=REFUSED)),
            ("tells error codes", lambda q: q.listed("127.255.255.255"))):
        stub = Stub(by_zone({"x.example": probes(behaviour),
                             "y.example": probes(lambda q: q.nothing())}))
        log = log_of("dying.log", [
            Mail("198.51.100.%d" % (n % 250) if n < 250 else
                 "203.0.113.%d" % (n - 250)) for n in range(500)])
        report = test("x.example", "y.example", log, resolver=stub.address)
        n = len(stub.asked("x.example", A)) - 2
        ok(100 <= n < 100 + 2 * 64, "a list that %s is left alone" % what, n)
        equal(by_list(report, "unknown"), {"x.example": 500, "y.example": 0},
              "... what it would have said is unknown, the other list's not")
        ok("given up" in {r["reason"] for r in table(report, "unknown")},
           "... which is told")
        ok("given up after 100 such answers" in " ".join(
            section(report)["notes"]), "... in the verdict too")


def test_resolver():
    log = log_of("one.log", [Mail(IP)])
    for wrong in ("dns.example", "127.0.0.1:0", "127.0.0.1:x", "[::1",
                  "127.0.0.1:65536", "[::1]x", ""):
        result = run("dnsbl", "test", "--resolver", wrong, "x.example", log)
        equal(result.status, 64, "--resolver %r is a usage error" % wrong,
              result)
    for wrong in ("a b", "x..example", "-" * 64 + ".example", "a." * 120,
                  "zen.example;id"):
        result = run("dnsbl", "test", wrong, log)
        equal(result.status, 64, "%r is no list" % wrong[:20], result)
    result = run("dnsbl", "test", log)
    equal(result.status, 64, "a list has to be named", result)
    result = run("dnsbl", "test", "x.example", "/nowhere/log")
    equal(result.status, 66, "what looks like a path is a log", result)


def main():
    test_meanings()
    test_silence()
    test_second_try()
    test_forgeries()
    test_tcp()
    test_txt()
    test_names()
    test_once()
    test_privacy()
    test_dying()
    test_resolver()
    done()


main()
