#!/usr/bin/env python3
"""loggen.t - generated logs against what their generator counted."""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import terse
from mailtally import Report, loggen, run
from tap import done, equal, near, ok

LOGS = (
    ("modern", ("--size", "64M")),
    ("sme", ("--size", "16M", "--days", "20", "--seed", "2")),
    ("colon", ("--size", "16M", "--seed", "3")),
    # Only the records, as a multilog directory of summaries keeps them.
    ("modern", ("--transactions", "20000", "--terse-only")),
)


def nonzero(counts):
    return {key: n for key, n in counts.items() if n}


def test_dispositions(name, r, truth):
    got = r.column("codes", "reason", "count")
    reasons = {which[len("naughty-"):]: got.pop(which)
               for which in list(got) if which.startswith("naughty-")}
    # The older styles have no naughty.
    equal(reasons, truth.get("naughty_reason", {}),
          name + ": reasons of naughty")
    if reasons:
        got["naughty"] = sum(reasons.values())
    equal(got, nonzero(truth["per_disposition"]), name + ": dispositions")
    equal((r.head["examined"], r.totals("hours")["totals"],
           r.totals("codes")["count"], r.totals("tld")["count"]),
          (truth["transactions"],) * 4, name + ": transactions")
    totals = {row["item"]: row["value"] for row in r.rows("totals")}
    verdicts = truth["per_verdict"]
    deferred = verdicts["902"] + verdicts["904"]
    equal((totals["received"], totals["rejected"], totals["deferred"]),
          (truth["queued"], truth["denied"] - deferred, deferred),
          name + ": received, rejected, deferred")


def test_verdicts(name, log, truth):
    r = Report("--codes-by", "hook", "--sections", "codes", log)
    should = nonzero(truth["per_verdict"])
    should[None] = should.pop("accepted")
    equal(r.column("codes", "code", "count"), should, name + ": verdicts")


def test_block_lists(name, log, truth):
    """The truth has what mentions dnsbl; C.10 has rhsbl and uribl too."""
    got, records = {}, 0
    for which in ("dnsbl", "naughty-dnsbl"):
        r = Report("--bl-key", "host", "--disposition", which, "--top", "0",
                   "--sections", "bl-use,codes", log)
        column = r.column("bl-use", "list", "count")
        equal(column.pop("Total", 0), r.head["examined"],
              name + ": the Total of " + which)
        records += r.head["examined"]
        for host, n in column.items():
            got[host] = got.get(host, 0) + n
    got.pop("(no URL)", None)
    equal(got, nonzero(truth["per_dnsbl_host"]),
          name + ": block lists by host of the URL")
    equal(records, truth["dnsbl_lines"], name + ": records of dnsbl")


def test_addresses(name, r, log, truth):
    """The note under the table has the number of recipients.

    B.6 counts one more where only the text of a denial names it.
    """
    in_texts = sum(
        not record.recipients and record.disposition == b"check_goodrcptto"
        and b"@" in record.text for record in terse.records(log.read_bytes()))
    note = r.table("rcpt-domains")["notes"][0]
    mails, recipients = map(int, re.findall(r"(\d+) (?:mails|recipients)",
                                            note)[:2])
    equal((mails, recipients),
          (truth["transactions"], truth["recipients"] + in_texts),
          name + ": mails and recipients")
    equal(r.column("tld", "tld", "count").get("(null sender)", 0),
          truth["null_senders"], name + ": null senders")
    totals = {row["item"]: row["value"] for row in r.rows("totals")}
    equal((totals["sender_domains"], totals["client_hosts"]),
          (truth["distinct_sender_domains"],
           truth["client_ips_in_transactions"]),
          name + ": distinct sender domains and clients")
    equal(len(r.rows("ips")), truth["client_ips_in_transactions"],
          name + ": a row for each client")


def test_hours(name, r, truth):
    got = r.column("hours", "hour", "totals")
    equal({hour.replace(", ", "T"): n for hour, n in got.items()},
          nonzero(truth["per_hour"]), name + ": per hour")
    of_day = [0] * 24
    for row in r.rows("traffic-hours"):
        of_day[int(row["hour"])] += (
            row["received"] + row["deferred"] + row["rejected"])
    equal(of_day, truth["per_hour_of_day_utc"], name + ": per hour of the day")


def test_scores(name, r, truth):
    """Mail is scored before the virus scanner may deny it."""
    scanned = truth["spamassassin"]["yes"] + truth["spamassassin"]["no"]
    totals = r.totals("hours")
    equal(totals["qued_spam"] + totals["ham"] + totals["del_spam"] +
          totals["virus"], scanned, name + ": scanned mail")
    ok(0 < totals["qued_spam"] <= truth["spamassassin"]["yes"] -
       totals["del_spam"], name + ": tagged mail", totals)


def test_connections(name, r, truth):
    """What was not written (--terse-only) is 0 in the truth."""
    if truth["connections"] == 0:
        equal(r.rows("connections"), [], name + ": no connection, no row")
        return
    totals = r.totals("connections")
    equal((totals["connections"], totals["refused_total"],
           totals["refused_per_ip"]),
          (truth["connections"], truth["too_many_connections_lines"],
           truth["hosts_allow_limit_lines"]), name + ": connections, limits")
    times = r.rows("connections", "times")[0]
    equal((times["count"], round(times["total"] * 1000),
           round(times["max"] * 1000)),
          (truth["connection_time_lines"], truth["connection_time_sum_ms"],
           truth["connection_time_max_ms"]), name + ": connection times")
    last = r.column("connections", "disposition", "count", "dispositions")
    equal((last["(none)"], sum(last.values())),
          (truth["connections_without_transaction"], truth["connections"]),
          name + ": connections without a transaction")
    equal(sum(r.column("connections", "ip", "refusals", "limits").values()),
          truth["hosts_allow_limit_lines"],
          name + ": refusals of clients over their limit")


def test_log(style, options):
    log, truth = loggen("qpsmtpd", "--style", style, *options)
    name = " ".join((style,) + options)
    r = Report("--top", "0", log)
    equal((r.inputs[0]["bytes"], r.inputs[0]["lines"]),
          (truth["bytes"], truth["lines"]), name + ": bytes and lines")
    # The generator's countries are TLDs, and "com" is no country.
    odd = sum(bool(re.search(rb"GeoIP Country: [a-z]{3,}$", line))
              for line in open(log, "rb")) if style != "modern" else 0
    equal(r.inputs[0]["not_understood"], odd,
          name + ": all other lines are understood")
    test_dispositions(name, r, truth)
    test_verdicts(name, log, truth)
    test_block_lists(name, log, truth)
    test_addresses(name, r, log, truth)
    test_hours(name, r, truth)
    test_scores(name, r, truth)
    test_connections(name, r, truth)
    checked = run("report", "--selfcheck", log)
    ok(checked.status == 0, name + ": the tables agree", checked)
    log.unlink()


for one in LOGS:
    test_log(*one)


def test_qmail():
    """What the generator of qmail's logs counted."""
    log, truth = loggen("qmail", "--size", "16M", "--seed", "4")
    r = Report("--top", "0", "--sections",
               "qmail-overall,qmail-hosts,queue-events,qmail-uids", log)
    overall = r.column("qmail-overall", "item", "value")
    events = r.column("queue-events", "item", "count")
    equal({"messages": events.get("queued"),
           "ended": overall.get("completed_messages"),
           "bytes": overall.get("bytes"),
           "success": overall.get("success"),
           "failure": overall.get("failure"),
           "deferral": overall.get("deferral"),
           "bounces": events.get("bounces", 0),
           "triple": events.get("triple_bounces", 0)},
          {"messages": truth["messages"], "ended": truth["messages_ended"],
           "bytes": truth["bytes_sum"], "success": truth["success"],
           "failure": truth["failure"], "deferral": truth["deferral"],
           "bounces": truth["bounce_messages"],
           "triple": truth["triple_bounces"]}, "qmail: counts")
    equal(r.totals("qmail-hosts")["tries"],
          truth["success"] + truth["failure"] + truth["deferral"],
          "qmail: attempts by host")
    near(overall["qtime_avg"] * truth["messages_ended"],
         truth["queue_time_sum_ms"] / 1000, truth["messages_ended"] / 1000,
         "qmail: time in the queue, rounded to ms each")
    lines = r.inputs[0]
    equal((lines["lines"], lines["not_understood"]), (truth["lines"], 0),
          "qmail: every line is understood")


test_qmail()
done()
