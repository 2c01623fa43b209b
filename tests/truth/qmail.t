#!/usr/bin/env python3
"""qmail.t - the log of a real qmail against an independent program's numbers.

expected/reports.json was computed in whole nanoseconds from the definitions,
and agrees with matchup and the report programs of qmailanalog.  Each row is
compared: counts exactly, times to a microsecond, percentiles to 0.1 per cent.
"""
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from mailtally import QMAIL, Report, scratch
from tap import done, equal, near, ok

MICROSECOND = 1e-6
EXPECTED = json.loads((QMAIL / "expected/reports.json").read_bytes())

SENDER_COLUMNS = ("mess", "bytes", "sbytes", "rbytes", "recips", "tries",
                  "xdelay")
COST_COLUMNS = ("sbytes", "mess", "tries", "xdelay")
# section, key, columns, name in reports.json
TABLES = (
    ("qmail-deferrals", "reason", ("del", "xdelay"), "deferrals"),
    ("qmail-failures", "reason", ("del", "xdelay"), "failures"),
    ("qmail-successes", "reason", ("del", "xdelay"), "successes"),
    ("qmail-hosts", "host", COST_COLUMNS, "rhosts"),
    ("qmail-recipients", "recipient", COST_COLUMNS, "recipients"),
    ("qmail-rxdelay", "recipient", ("avg", "tries"), "rxdelay"),
    ("qmail-senders", "sender", SENDER_COLUMNS, "senders"),
    ("qmail-uids", "uid", SENDER_COLUMNS, "suids"),
)


def same(got, should):
    return len(got) == len(should) and all(
        abs(a - b) <= (MICROSECOND if isinstance(b, float) else 0)
        for a, b in zip(got, should))


def test_tables(name, r, expected):
    for section, key, columns, of in TABLES:
        rows = {row[key]: [row[c] for c in columns]
                for row in r.rows(section)}
        should = expected[of]
        wrong = ["%s: got %r, should be %r" % (k, rows.get(k), should.get(k))
                 for k in sorted(set(rows) | set(should))
                 if not same(rows.get(k, ()), should.get(k, (None,)))]
        ok(not wrong and len(rows) == len(r.rows(section)),
           "%s: %s, %d rows" % (name, section, len(should)), *wrong)


def test_order(name, r):
    for section, key, columns, _ in TABLES:
        column = columns[-1] if "xdelay" in columns else "avg"
        sign = 1 if column == "avg" else -1
        order = [(sign * row[column], row[key].encode())
                 for row in r.rows(section)]
        if column == "avg":
            order = [row[0] for row in order]
        equal(order, sorted(order), "%s: order of %s" % (name, section))


def test_totals(name, r):
    for section, key, columns, _ in TABLES:
        if columns[0] == "avg":
            continue
        totals = r.totals(section)
        for c in columns[:-1]:
            equal(totals[c], sum(row[c] for row in r.rows(section)),
                  "%s: total %s of %s" % (name, c, section))


def test_overall(name, r, expected):
    items = r.column("qmail-overall", "item", "value")
    should = dict(expected["overall"])
    should["recipients_completed"] = should.pop("recipients")
    for item in ("span_s", "qtime_total"):
        should.pop(item)
    equal(set(items), set(should), name + ": items of the overall table")
    for item, value in should.items():
        near(items.get(item), value,
             MICROSECOND if isinstance(value, float) else 0,
             "%s: %s" % (name, item))


def test_delays(name, r, expected):
    rows = {row["pct"]: row["doneby"] for row in r.rows("qmail-delays")}
    equal(set(rows), {int(p) for p in expected["ddist"]},
          name + ": percentages that have a row")
    far = ["%d %%: got %r, should be %r" % (p, v, expected["ddist"][str(p)][0])
           for p, v in rows.items()
           if abs(v - expected["ddist"][str(p)][0]) >
           0.001 * expected["ddist"][str(p)][0]]
    ok(not far, name + ": delays by percentage", *far)
    for row in r.rows("qmail-delays", "percentiles"):
        delay, mean = expected["ddist_exact"][str(row["pct"])]
        near(row["delay"], delay, delay * 0.001,
             "%s: percentile %d" % (name, row["pct"]))
        near(row["mean"], mean, mean * 0.001,
             "%s: mean up to percentile %d" % (name, row["pct"]))


def matchup_rows(text):
    """The d and m lines of matchup: (fields), as test_log makes them."""
    rows = []
    for line in text.splitlines():
        f = line.split(" ")
        if f[0] == "d":
            _, r, birth, start, end, size, sender, to, qp, uid, why = f
            rows.append((end, {"k": "Sent", "d": "Failed", "z": "Deferred"}[r],
                         to, qp, uid, why))
        elif f[0] == "m":
            _, birth, end, size, k, d, z, sender, qp, uid = f
            rows.append((end, sender, int(size), int(k) + int(d), int(z), qp,
                         uid))
    return rows


def seconds(time):
    """2023-11-14T22:13:26.300Z as matchup's stamps, to a millisecond."""
    import datetime
    form = "%Y-%m-%dT%H:%M:%S.%f%z" if "." in time else "%Y-%m-%dT%H:%M:%S%z"
    when = datetime.datetime.strptime(time.replace("Z", "+0000"), form)
    return "%.3f" % when.timestamp()


def test_edge():
    """Each rule of matchup; where ours is another, it says so."""
    r = Report("--top", "0", "--sections", "qmail-log,qmail-queue,unparsed",
               QMAIL / "edge/edge.log")
    got = []
    for row in r.rows("qmail-log"):
        if row["to"]:
            got.append((seconds(row["time"]), row["stat"], row["to"].lower(),
                        row["qp"], row["uid"], row["reason"]))
        else:
            got.append((seconds(row["time"]), row["from"].lower(), row["size"],
                        row["nrcpts"], row["deferrals"], row["qp"],
                        row["uid"]))
    should = [("%.3f" % (int(row[0].split(".")[0]) +
                         int(row[0].split(".")[1][:3]) / 1000),) + row[1:]
              for row in matchup_rows(
                  (QMAIL / "edge/edge.matchup").read_text())]
    equal(got, should, "edge: attempts and messages as matchup has them")
    # A word that is no result: matchup prints "?" and nothing counts it.
    lines = {row["item"]: row["lines"] for row in r.rows("unparsed")}
    equal(lines["not_understood"], 3,
          "edge: an unknown line, an unknown result, a cut one")


def test_continued():
    """What matchup saved, and the rest of its cut line: goes on from there."""
    log = (QMAIL / "edge/edge.pending").read_bytes() + b"ess: did_1+0+0/\n"
    r = Report("--top", "0", "--sections", "qmail-log,qmail-outgoing",
               scratch("continued.log", log))
    row, = r.rows("qmail-log")
    should, = matchup_rows((QMAIL / "edge/edge.continued.matchup").read_text())
    equal((row["stat"], row["to"], row["qp"], row["uid"], row["reason"]),
          should[1:], "edge: a saved state is read")
    equal([[row["message"], row["sent"], row["deferrals"]]
           for row in r.rows("qmail-outgoing")],
          [[f[2], int(f[3]), int(f[4])] for f in (
              line.split(" ") for line in (
                  QMAIL / "edge/edge.continued.pending").read_text()
              .splitlines()) if f[1] == "extra"],
          "edge: and what is open after it")


def test_queue(name, log):
    """What is open when the log ends is what matchup saves."""
    r = Report("--top", "0", "--sections", "qmail-outgoing,qmail-queue", log)
    should = {}
    for line in (QMAIL / "expected/pending.final.txt").read_text().splitlines():
        f = line.split(" ")
        if f[1] == "info":
            should[f[3].rstrip(":")] = [int(f[5]), f[7].lower(), f[9], f[11],
                                        0, 0]
        elif f[1] == "extra":
            should[f[2]][4:] = [int(f[3]), int(f[4])]
    got = {row["message"]: [row["bytes"], row["sender"].lower(), row["qp"],
                            row["uid"], row["sent"], row["deferrals"]]
           for row in r.rows("qmail-outgoing")}
    equal(got, should, name + ": messages in the queue")
    equal(r.column("qmail-queue", "item", "value")["messages_in_queue"],
          len(should), name + ": their number")


def read_qread(text):
    """Messages of qmail-qread: (bouncing, who is not done with)."""
    messages = {}
    for line in text.splitlines():
        head = re.match(r".* GMT  #(\d+)  \d+  <.*> ( bouncing)?$", line)
        if head:
            number = head[1]
            messages[number] = (bool(head[2]), set())
            continue
        state, channel, address = line.split("\t", 2)
        if "done" not in state:
            # As the log writes it (safe encoding).
            messages[number][1].add(channel + "." + "".join(
                "_" if not 33 <= ord(c) <= 126 or c == "%" else c
                for c in address))
    return messages


def test_outgoing():
    """Who waits for what when the log ends, beside the real queue's list."""
    r = Report("--top", "0", "--sections", "qmail-outgoing", QMAIL / "main")
    got = {}
    for row in r.rows("qmail-outgoing"):
        got.setdefault(row["message"], (row["bouncing"], set()))[1].add(
            row["waiting"])
    equal(got, read_qread((QMAIL / "queue/final.qmail-qread.txt").read_text()),
          "messages and recipients as qmail-qread lists them")


def test_carrier():
    """splogger's stamps are cut to microseconds: counts are the same."""
    main = Report("--top", "0", QMAIL / "main").json["sections"]
    syslog = Report("--top", "0", QMAIL / "syslog/maillog")
    for section, key, columns, _ in TABLES:
        counts = [c for c in columns if c not in ("xdelay", "avg")]
        equal({row[key]: [row[c] for c in counts]
               for row in syslog.rows(section)},
              {row[key]: [row[c] for c in counts]
               for row in main[section]["rows"]},
              "syslog: counts of %s as through multilog" % section)
    equal(syslog.inputs[0]["not_understood"], 0,
          "syslog: every line is understood")


# Bytes of the message that was being delivered when qmail-send was killed.
AT_KILL = 10394


def awstats(name):
    text = (QMAIL / "expected/awstats-mail.data.txt").read_text(
        errors="surrogateescape")
    begin = text.index("BEGIN_%s " % name)
    return [line.split(" ") for line in
            text[begin:text.index("END_" + name)].splitlines()[1:]]


def test_awstats():
    """Mails and bytes by address as AWStats counts them.

    It takes < and > out of addresses, names senders without a domain its own
    way, and counts the delivery that was running
    when qmail-send was killed as a success.
    """
    r = Report("--top", "0", "--sections",
               "senders,receivers,smtp-errors,clock,summary", QMAIL / "main")
    receivers = {f[0]: [int(f[1]), int(f[2])] for f in awstats("EMAILRECEIVER")}
    senders = {f[0]: [int(f[1]), int(f[2])] for f in awstats("EMAILSENDER")}
    senders["#@[]"] = senders.pop("@")
    senders["news-return-@mail.example.org-@[]"] = senders.pop(
        "news-return-@mail.example.org-@")
    unknown = senders.pop("unknown")
    got = {row["address"]: [row["mails"], row["bytes"]]
           for row in r.rows("senders")}
    nulls = got.pop("<>")
    got = {k.replace(">", ""): v for k, v in got.items()}
    # Attempts of messages that were queued before the log begins.
    lost = r.totals("senders")["mails"]
    equal(unknown[0] - nulls[0], 2955 - lost,
          "awstats: senders that are not known")
    equal(unknown[1], nulls[1], "awstats: bytes of the null sender")
    # Without a domain, AWStats gives them one.
    for sender in [s for s in got if "@" not in s]:
        got[sender + "@mail.example.org"] = got.pop(sender)
    mine = {row["address"].replace(">", ""): [row["mails"], row["bytes"]]
            for row in r.rows("receivers")}
    extra = {k: v for k, v in receivers.items() if mine.get(k) != v}
    equal(len(extra), 1, "awstats: one receiver got a mail less", extra)
    for key, (mails, size) in extra.items():
        equal([mails - 1, size - AT_KILL], mine[key],
              "awstats: the mail in flight at the kill")
    senders["erika@example.org"][0] -= 1
    senders["erika@example.org"][1] -= AT_KILL
    equal(got, senders, "awstats: senders")
    equal(set(mine), set(receivers), "awstats: who received mail")
    code, hits, size = awstats("ERRORS")[0]
    equal(r.totals("smtp-errors")["mails"], int(hits),
          "awstats: attempts that failed or were put off")
    equal(r.totals("smtp-errors")["bytes"], int(size), "awstats: their bytes")


def test_classes():
    r = Report("--top", "0", "--sections", "deferrals,bounces", QMAIL / "main")
    for section, of in (("deferrals", "deferrals"), ("bounces", "failures")):
        count = sum(n for n, _ in EXPECTED[of].values())
        equal(r.totals(section)["count"], count, section + ": all are counted")
        other = sum(row["count"] for row in r.rows(section)
                    if row["class"] == "other")
        ok(other <= count * 0.05, "%s: at most 5 %% have no class" % section,
           other)
        wrong = [row for row in r.rows(section)
                 if row["example"] not in EXPECTED[of]]
        ok(not wrong, section + ": examples are whole", wrong)


def test_events():
    truth = {"starts": 4, "bounces": 645, "double_bounces": 178,
             "triple_bounces": 52, "expired": 389, "queued": 2195,
             "remaining": 214}
    r = Report("--sections", "queue-events", QMAIL / "main")
    got = r.column("queue-events", "item", "count")
    equal({k: got.get(k) for k in truth}, truth, "events of the queue")
    equal(sorted(row["text"] for row in r.rows("queue-events", "complaints")),
          ["alert: cannot start: qmail-send is already running",
           "alert: oh no! lost spawn connection! dying...",
           "alert: unable to reread control/locals",
           "warning: trouble injecting bounce message, will try later"],
          "warnings and alerts")


def test_decimal():
    """Decimal stamps, as matchup wants them, say the same as TAI64N."""
    text = b"".join((QMAIL / "main" / f).read_bytes() for f in sorted(
        p.name for p in (QMAIL / "main").iterdir()))
    lines = []
    for line in text.splitlines():
        label, rest = line.split(b" ", 1)
        lines.append(b"%d.%09d %s\n" % (
            int(label[1:17], 16) - 0x400000000000000a, int(label[17:], 16),
            rest))
    return scratch("decimal.log", b"".join(lines))


main = Report("--top", "0", QMAIL / "main")
test_overall("multilog", main, EXPECTED)
test_tables("multilog", main, EXPECTED)
test_order("multilog", main)
test_totals("multilog", main)
test_delays("multilog", main, EXPECTED)
test_queue("multilog", QMAIL / "main")
decimal = Report("--top", "0", test_decimal())
test_overall("decimal", decimal, EXPECTED)
test_tables("decimal", decimal, EXPECTED)
test_carrier()
test_edge()
test_continued()
test_outgoing()
test_awstats()
test_classes()
test_events()
done()
