#!/usr/bin/env python3
"""server.t - real daemons, many clients, and everything that can go wrong with
multilog; in the end every number is what was sent.

    SHARE=100 makes the crowd larger; 30 is the default.
"""
import atexit
import collections
import json
import os
import re
import signal
import subprocess
import sys
import time

from clients import Crowd
from server import Server, missing_programs
from views import check_dashboard, check_dnsbl_count, check_mail
from mailtally import ENVIRONMENT, PROGRAM, Report, run, scratch
from tap import done, equal, ok
from wait import wait_until

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../summarize"))
from summarizer import rows, truth

SHARE = int(os.environ.get("SHARE", "30"))
SECTIONS = ("hours,rcpt-domains,rcpt-users,codes,bl-use,tld,ips,unrecognised,"
            "qplogsumm,traffic-days,traffic-hours,coverage,connections,totals,"
            "unparsed")
# Of what nobody sent there is nothing.
NOTHING = "viruses,sa-rules,countries,bl-config,auth,junk"
BY_NAME = {"dnsbl": "rbl_dns", "queued": "ham"}  # else non_conf

missing = missing_programs()
if missing:
    sys.exit("missing: " + ", ".join(missing))

server = Server()

crowd = Crowd(server)
live = scratch("live")
tail = subprocess.Popen([PROGRAM, "tail", str(server.log)], env=ENVIRONMENT,
                        stdout=open(live, "wb"), stderr=subprocess.PIPE)
guard = subprocess.Popen(
    [PROGRAM, "doctor", "--fix", "--every", "5s", str(server.log)],
    env=ENVIRONMENT, stderr=open(scratch("guard.err"), "wb"))


@atexit.register
def end_them():
    for process in (tail, guard):
        if process.poll() is None:
            process.kill()


def all_is_logged():
    """Each connection that was forked for has been cleaned up after."""
    return server.text().count(b" cleaning up after ") >= crowd.connections


def rotated(n=1):
    """A forced rotation, and its end."""
    before = len(list(server.log.glob("@*.s")))
    server.rotate()
    return wait_until(lambda: server.is_idle() and len(list(
        server.log.glob("@*.s"))) >= before + n)


def wave(name, meanwhile):
    """Clients, something that happens while they are at it, and their end."""
    records, failures = len(crowd.records), len(crowd.failures)
    threads = crowd.start(SHARE)
    before = crowd.done
    wait_until(lambda: crowd.done >= before + 5)
    meanwhile()
    for t in threads:
        t.join()
    ok(len(crowd.failures) == failures, name + ": no client was refused",
       "\n".join(crowd.failures[failures:]))
    ok(wait_until(all_is_logged), name + ": all is in the log", server.said())
    print("# %s: %d records" % (name, len(crowd.records) - records))


# ---- what happens to multilog ----

wave("a quiet hour", lambda: None)


def killed():
    """Between two waves, so that what it had read is written."""
    server.kill_multilog()


killed()


def restart():
    """Meanwhile the pipe takes what is logged."""
    server.start_multilog()
    ok(wait_until(lambda: list(server.log.glob("@*.u"))),
       "a killed multilog leaves a log unprocessed")


wave("multilog killed", restart)
ok(rotated(), "and goes on")


def corrupt():
    (server.log / "state").write_bytes(b"\x00\xff noise\n" * 300)
    ok(rotated(), "state corrupted: multilog goes on")


def empty():
    (server.log / "state").write_bytes(b"")
    ok(rotated(), "state emptied: multilog goes on")


wave("state corrupted", corrupt)
wave("state emptied", empty)


def guard_said():
    return scratch("guard.err").read_bytes().count(b"was missing; created")


def delete():
    """Without state multilog is stuck until somebody helps."""
    while not guard_said():
        wait_until(server.is_idle)
        (server.log / "state").unlink(missing_ok=True)
        gone = time.time()
        server.rotate()
        # A processor that was at work just then makes it too.
        wait_until((server.log / "state").exists)
        time.sleep(0.1)
    ok(True, "the guard makes it again")
    taken = (server.log / "state").stat().st_ctime - gone
    ok(taken < 10, "within 10 s", "%.1f s" % taken)
    ok(wait_until(server.is_idle), "state deleted: multilog goes on")


wave("state deleted", delete)
guard.send_signal(signal.SIGTERM)
equal(guard.wait(60), 0, "the guard ends in order")
equal(guard_said(), 1, "the guard said so once",
      scratch("guard.err").read_bytes())

# ---- what was sent ----

sent = crowd.records
ok(len(sent) > 5 * 15, "%d records of %d connections" % (
    len(sent), crowd.connections))
ok(rotated(), "the last rotation")
text = server.text()
open(scratch("whole.log"), "wb").write(text)
by_disposition = collections.Counter(r.disposition for r in sent)

# ---- the lines, by another reader ----


def plain(record):
    """The eight fields as they should stand in the log."""
    return (record.ip, record.helo, record.sender, record.recipients,
            record.disposition, record.text)


logged = []
sizes = {}
for line in text.split(b"\n"):
    m = re.match(rb"@[0-9a-f]{24} \d+ \((?:deny|queue)\) logging::logterse: ` "
                 rb"(.*)$", line)
    if m:
        f = m[1].decode().split("\t")
        logged.append((f[0], f[2], f[3], f[4], f[5], f[7]))
        named = dict(x.split("=", 1) for x in f[9:])
        sizes[f[7]] = named.get("size")
        ok(f[8] == ("" if f[5] == "queued" else "msg denied before queued"),
           "field 9", line) if f[8] not in (
               "", "msg denied before queued") else None
        if f[0] and "conn" not in named or not f[0] and named:
            ok(False, "further fields", line)
equal(collections.Counter(logged), collections.Counter(map(plain, sent)),
      "the log has a line for each thing that was sent")
equal({r.text: sizes.get(r.text) for r in sent if r.size},
      {r.text: str(r.size) for r in sent if r.size}, "and its size")
connections = {}
for m in re.finditer(rb" (\d+) \(\w+\) logging::logterse: ` (\S+)\t.*"
                     rb"\tconn=(\S+)", text):
    connections.setdefault(m[3], set()).add((m[1], m[2]))
equal([c for c in connections.values() if len(c) != 1], [],
      "an id is one connection's")
equal(len({next(iter(c)) for c in connections.values()}), len(connections),
      "and a connection has one id")

# ---- the state ----

r = run("summarize", "--include-unprocessed", server.log)
equal(r.status, 0, "unprocessed logs are added", r)
equal(rows(server.state()), dict(by_disposition), "the state",
      server.state().decode(errors="replace"))
equal(truth(text), dict(by_disposition), "the second reader agrees")
r = run("summarize", "--rebuild", server.log)
equal((r.status, rows(server.state())), (0, dict(by_disposition)),
      "made anew from the logs it is the same", r)

# ---- the report ----

conf = scratch("e2e.conf", "[classes]\nlocal_domain = example.org\n")
report = Report("--sections", SECTIONS, "--top", "0", server.log, conf=conf)
equal(report.head["examined"], len(sent), "report: examined")
equal(report.column("codes", "reason", "count"), dict(by_disposition),
      "report: codes")
equal({row["reason"]: round(row["percent"], 3) for row in report.rows("codes")},
      {k: round(n * 100 / len(sent), 3) for k, n in by_disposition.items()},
      "report: codes in per cent")
hours = report.totals("hours")
columns = collections.Counter()
for r in sent:
    columns[BY_NAME.get(r.disposition, "non_conf")] += 1
equal({k: hours[k] for k in ("rbl_dns", "non_conf", "ham", "totals")},
      dict(columns, totals=len(sent)), "report: by hour")
equal(sum(row["totals"] for row in report.rows("hours")), len(sent),
      "report: hours add up")
lists = collections.Counter(
    "spamhaus.test" if "spamhaus" in r.text else "spamcop.test"
    for r in sent if r.disposition == "dnsbl")
equal(report.column("bl-use", "list", "count"), dict(lists),
      "report: block lists")
equal(report.column("bl-use", "list", "unique_ips"), dict(lists),
      "report: block lists by client")
queued = [r for r in sent if r.disposition == "queued"]
recipients = [a.strip("<>") for r in queued for a in r.recipients.split(",")]
accepted = sum(row["accept"] for row in report.rows("rcpt-domains"))
equal(accepted, len(recipients), "report: recipients accepted")
totals = {row["item"]: row["value"] for row in report.rows("totals")}
equal({k: totals[k] for k in ("examined", "received", "rejected", "deferred",
                              "connections", "senders", "recipients",
                              "client_hosts")},
      {"examined": len(sent), "received": len(queued),
       "rejected": len(sent) - len(queued), "deferred": 0,
       "connections": crowd.connections,
       "senders": len({r.sender for r in sent if r.sender and
                       r.sender != "<>"}) + ("<>" in {r.sender for r in sent}),
       "recipients": len(set(recipients)),
       "client_hosts": len({r.ip for r in sent if r.ip})},
      "report: grand totals")
tld = collections.Counter(
    (r.disposition, "(none)" if not r.sender else "(null sender)"
     if r.sender == "<>" else r.sender.rstrip(">").rpartition(".")[2])
    for r in sent)
equal({(row["disposition"], row["tld"]): row["count"]
       for row in report.rows("tld") if not row.get("subtotal")}, dict(tld),
      "report: top-level domains")
equal(report.totals("connections")["connections"], crowd.connections,
      "report: connections")
times = [float(t) for t in re.findall(rb"connection_time: ([0-9.]+) s\.", text)]
equal(report.rows("connections", "times")[0]["count"], crowd.connections,
      "report: connections with a time")
equal(round(report.rows("connections", "times")[0]["total"], 3),
      round(sum(times), 3), "report: their time in all")
running = collections.Counter(
    int(n) for n in re.findall(rb"Accepted connection (\d+)/40", text))
equal(report.column("connections", "n", "connections", "concurrency"),
      dict(running), "report: how many ran")
lines = {row["item"]: row["lines"] for row in report.rows("unparsed")}
equal(lines["read"], text.count(b"\n"), "report: lines read")
equal(lines["used"] + lines["ignored"] + lines["not_understood"],
      lines["read"], "report: every line is accounted for")
equal(lines["not_understood"], 0, "report: every line is understood")
coverage = report.rows("coverage")[0]
equal((coverage["files"], coverage["unprocessed"]),
      (len(server.files()), len(list(server.log.glob("@*.u")))),
      "report: files")
clients = collections.Counter(r.ip for r in sent
                              if r.ip and r.disposition != "queued")
equal(report.column("ips", "ip", "denied"), dict(clients),
      "report: clients by denials")

equal({name: collections.Counter(
    {c: sum(row[c] for row in report.rows(name))
     for c in ("received", "deferred", "rejected")})
       for name in ("traffic-days", "traffic-hours")},
      {name: {"received": len(queued), "deferred": 0,
              "rejected": len(sent) - len(queued)}
       for name in ("traffic-days", "traffic-hours")}, "report: traffic")
equal(report.column("qplogsumm", "disposition", "total"), dict(by_disposition),
      "report: as qplogsumm has it")
equal(report.column("unrecognised", "name", "count"),
      {"hosts_allow": by_disposition["hosts_allow"]}, "report: unrecognised")
denied = sum(row["deny"] for row in report.rows("rcpt-domains"))
equal(denied, len(sent) - len(queued), "report: recipients denied")
equal(report.rows("rcpt-users"), [], "report: none is from outside")
nothing = Report("--sections", NOTHING, server.log, conf=conf)
for name, section in nothing.json["sections"].items():
    tables = section.get("tables", {name: section})
    equal([t["rows"] for t in tables.values() if t["rows"]], [],
          "report: no " + name)

# ---- through other windows ----

# By the host that the denial names.
check_dnsbl_count(server.log, {"www." + n if n == "spamhaus.test" else n: count
                               for n, count in lists.items()})
check_dashboard(server.log, conf, sent, crowd.connections)

# ---- what was shown live ----


def shown(record):
    if not record.ip:
        return "- hosts_allow msg denied before queued"
    return "%s %s" % (record.ip, "queued" if record.disposition == "queued"
                      else record.disposition + " msg denied before queued")


expected = collections.Counter(map(shown, sent))
count = len(sent) + 2 * crowd.connections
ok(wait_until(lambda: live.read_bytes().count(b"\n") >= count),
   "tail has shown all there is", live.read_bytes().count(b"\n"), count)
tail.send_signal(signal.SIGINT)
_, err = tail.communicate(timeout=60)
live_lines = live.read_text().splitlines()
words = [line.split(" ", 1)[1] for line in live_lines]
equal(collections.Counter(w for w in words if not re.search(
    r"^\S+ (\d+/40|[0-9.]+ sec\.)$", w)), expected, "tail: records")
equal(sum(bool(re.search(r"^\S+ \d+/40$", w)) for w in words),
      crowd.connections, "tail: connections")
equal(sorted(float(w.split()[1]) for w in words if w.endswith("sec.")),
      sorted(times), "tail: their ends")
r = run("grep", "--all", "--no-tai", server.log)
equal(sorted(r.out.decode().splitlines()), sorted(live_lines),
      "live equals batch")
r = run("grep", "--all", "--kind", "transaction", "-o", "jsonl", server.log)
sizes = collections.Counter(json.loads(line).get("bytes")
                            for line in r.out.splitlines())
equal({n: sizes[n] for n in {q.size for q in queued if q.size}},
      dict(collections.Counter(q.size for q in queued if q.size)),
      "grep: sizes")

# ---- stories ----

kinds = {}
for r in sent:
    if r.ip:
        kinds.setdefault(r.disposition, r)
for disposition, r in sorted(kinds.items()):
    mine = [s for s in sent if s.ip == r.ip]
    result = run("trace", "-o", "json", r.ip, server.log)
    stories = json.loads(result.out)["stories"]
    # A recipient that was refused is part of the story of the message.
    accepted = [s for s in mine if s.disposition == "queued"]
    equal([s["verdict"] for s in stories],
          ["accepted"] * len(accepted) or ["rejected"] * len(mine),
          "trace: client of " + disposition, result.out)
    if disposition == "queued":
        result = run("trace", "-o", "json", r.text, server.log)
        equal([s["verdict"] for s in json.loads(result.out)["stories"]],
              ["accepted"], "trace: by message-id", result)
    else:
        ok(all(disposition in s["sentence"] for s in stories),
           "trace: says that it was " + disposition, result.out)

# ---- doctor, and the end ----

r = run("doctor", "-o", "json", "--disk", "1000", server.log,
        env={"MAILTALLY_REPORT_INTERVAL": "1"})
found = {row["finding"] for row in
         json.loads(r.out)["sections"]["doctor"]["rows"]}
equal(found - {"retention"}, set(), "doctor finds nothing", r.out)
check_mail(server, conf, sent)
equal(server.close(), 0, "multilog ends in order")
done()
