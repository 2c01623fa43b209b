#!/usr/bin/env python3
"""corpus.t - the recorded logs against what is known to be in them.

truth.json was made when the logs were, by the clients that sent the mail
(from_client) and by an independent reader (from_log).
"""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import terse
from mailtally import Report, corpus, corpus_log, run, scratch
from tap import done, equal, near, ok

SETS = ("modern-8field", "modern-9field-naughty", "naughty-multiline",
        "old-plugin-colon", "old-plugin-hook")

# A mean has six decimals.
SCORE = 0.0005


def with_naughty_whole(counts):
    """naughty-dnsbl, naughty-helo: the truth has one row for all reasons."""
    whole = {}
    for name, n in counts.items():
        plugin = name.split(" ")[0]
        if plugin.startswith("naughty-"):
            name = name.replace(plugin, "naughty")
        whole[name] = whole.get(name, 0) + n
    return whole


def with_one_none(counts):
    """The truth does not tell the null sender from none at all."""
    whole = dict(counts)
    nulls = whole.pop("(null sender)", 0)
    if nulls:
        whole["(none)"] = whole.get("(none)", 0) + nulls
    return whole


def second(time):
    return time[:19] + "Z"


def test_records(name, r, truth):
    equal(r.head["examined"], truth["logterse_records"], name + ": records")
    equal(r.totals("codes")["count"], truth["logterse_records"],
          name + ": sum of the codes")
    equal(r.totals("hours")["totals"], truth["logterse_records"],
          name + ": sum of the hours")
    equal(with_naughty_whole(r.column("codes", "reason", "count")),
          truth["by_disposition"], name + ": dispositions")
    hours = r.column("hours", "hour", "totals")
    equal({h.replace(",", ""): n for h, n in hours.items()},
          truth["by_hour_utc"], name + ": records per hour")


def test_codes(name, log, truth):
    r = Report("--codes-by", "hook", "--sections", "codes", log)
    columns = [c["id"] for c in r.table("codes")["columns"]]
    got, codes = {}, {}
    for row in r.rows("codes"):
        if row["reason"] == "queued":
            equal(row["code"], None, name + ": no code on queued mail")
            continue
        key = "%s %s" % (row["reason"], row["code"])
        got[key] = got.get(key, 0) + row["count"]
        codes[row["code"]] = codes.get(row["code"], 0) + row["count"]
    equal(columns, ["reason", "code", "count", "percent"],
          name + ": columns of the codes by hook")
    equal(with_naughty_whole(got), truth["by_disposition_and_code"],
          name + ": dispositions and codes")
    equal(codes, truth["by_code"], name + ": codes")


def test_lines(name, r, truth):
    lines = {row["item"]: row["lines"] for row in r.rows("unparsed")}
    equal(lines["read"], truth["physical_lines"], name + ": lines read")
    equal(sum(i["lines"] for i in r.inputs), truth["physical_lines"],
          name + ": lines of the inputs")
    equal(lines["used"] + lines["ignored"] + lines["not_understood"],
          lines["read"], name + ": used + ignored + not understood = read")
    equal(lines["not_understood"], 0, name + ": all lines are understood")
    first = min(second(row["oldest"]) for row in r.rows("coverage"))
    last = max(second(row["newest"]) for row in r.rows("coverage"))
    equal((first, last), (truth["first_timestamp"], truth["last_timestamp"]),
          name + ": first and last line")


def test_viruses(name, r, truth):
    equal(r.column("viruses", "name", "count"), truth["viruses"],
          name + ": viruses")
    equal(r.totals("viruses")["count"], sum(truth["viruses"].values()),
          name + ": sum of the viruses")


def test_countries(name, r, truth):
    equal(r.column("countries", "country", "count"), truth["geoip_countries"],
          name + ": countries")
    equal({row["country"] for row in r.rows("countries") if row["refused"]},
          {"CN"}, name + ": the refused country")


def test_block_lists(name, log, truth):
    """C.10 counts the category RBL/DNS; the truth has all texts of dnsbl.

    In the 9-field set dnsbl speaks through naughty without saying so: there
    only a setting makes the texts those of a list, and only those with a URL
    are known not to be of another plugin.
    """
    hosts = dict(truth["dnsbl_by_url_host_text_rejoined"])
    conf = None
    which = "dnsbl" if "dnsbl" in truth["by_disposition"] else "naughty-dnsbl"
    if name in ("modern-9field-naughty", "old-plugin-hook"):
        conf = scratch("naughty.conf",
                       "[category]\nnaughty-unknown = RBL/DNS\n")
        which = "naughty-unknown"
    r = Report("--bl-key", "host", "--disposition", which, "--top", "0",
               "--sections", "bl-use", log, conf=conf)
    got = r.column("bl-use", "list", "count")
    equal(got.pop("Total", 0), sum(got.values()), name + ": a Total row first")
    without = got.pop("(no URL)", 0)
    if "(no URL)" in hosts:
        equal(without, hosts.pop("(no URL)"), name + ": dnsbl without a URL")
    equal(got, hosts, name + ": dnsbl by host of the URL")


def test_senders(name, log, truth):
    for which in ("queued", "denied"):
        r = Report("--tld-of", which, "--top", "0", "--sections", "tld", log)
        # Without the row with the sum of each disposition.
        rows = [row for row in r.rows("tld") if row["tld"] is not None]
        got = {}
        for row in rows:
            got[row["tld"]] = got.get(row["tld"], 0) + row["count"]
        if which == "queued":
            equal(got.get("(null sender)", 0), truth["queued_null_sender"],
                  name + ": queued mail of the null sender")
        equal(with_one_none(got), truth["sender_tld_" + which],
              name + ": TLDs of %s senders" % which)


# No client is one of the server's own, so that recipients keep their names.
OPEN_CONF = """
[classes]
local_domain = local.example.org, second.example.org, .sub.example.org
local_network = 192.0.2.0/24
fetchmail_address = 192.0.2.1
fetchmail_marker = "never in a sender"
mailman_marker = "never in a sender"
dmarc_marker = "never in a recipient"
webmail_address = 192.0.2.2
"""


def test_recipients(name, truth, folder):
    """As if the clients, all on the loopback network, were on the internet.

    A login still makes a client a user who sends through this server (B.2):
    the clients know whose mail that was.
    """
    public = corpus_log(name).replace(b"127.", b"126.")
    public = public.replace(b"localhost", b"otherhost")
    r = Report("--top", "0", "--sections", "rcpt-domains", "-",
               stdin=public, conf=scratch("open.conf", OPEN_CONF))
    equal(r.totals("rcpt-domains")["accept"], truth["queued_recipients"],
          name + ": recipients of queued mail")
    should = {"Internal": 0, "Outgoing": 0}
    for domain, n in truth["recipient_domain_queued"].items():
        if domain == "elsewhere.example.com":
            domain = "Others"
        should[domain] = n
    for line in (folder / "truth.jsonl").read_bytes().splitlines():
        client = json.loads(line)
        if client["kind"] != "authok" or client["queued"] != 1:
            continue
        for address in client["rcpts"]:
            domain = address.split("@")[1].lower()
            here = domain != "elsewhere.example.com"
            should[domain if here else "Others"] -= 1
            should["Internal" if here else "Outgoing"] += 1
    equal(r.column("rcpt-domains", "domain", "accept"),
          {d: n for d, n in should.items() if n},
          name + ": domains of the recipients of queued mail")


def test_scores(name, log, truth):
    """From tag level -100 on all scored mail is tagged: their number, mean.

    The truth took the ninth field for the status, also where a TAB in the
    Message-Id makes it the tenth: those are added here.
    """
    queued = dict(truth["spam_scores_in_queued"])
    for record in terse.records(corpus_log(name)):
        if record.tabs == 10 and record.disposition == b"queued":
            queued["count"] += 1
            queued["sum"] += record.score()
    conf = scratch("all-spam.conf", "[classes]\ntag_level = -100\n")
    r = Report("--sections", "hours", log, conf=conf)
    equal(r.totals("hours")["qued_spam"], queued["count"],
          name + ": queued mail with a score")
    mean = r.head["avg_spam_score_accepted"]
    if queued["count"]:
        near(mean * queued["count"], queued["sum"], SCORE,
             name + ": sum of the scores of queued mail")
    else:
        equal(mean, None, name + ": no score, no mean")

    # Without a tag level that of each line counts, and so does its yes.
    r = Report("--sections", "hours", log)
    equal(r.totals("hours")["qued_spam"], queued["tagged_yes"],
          name + ": queued mail that SpamAssassin called spam")

    denied = truth["spam_scores_in_spamassassin_denials"]
    mean = r.head["avg_spam_score_rejected"]
    if denied["count"]:
        near(mean * denied["count"], denied["sum"], SCORE,
             name + ": sum of the scores of denied mail")
    else:
        equal(mean, None, name + ": no denied score, no mean")


def test_connections(name, r, truth):
    truth = truth["connections"]
    totals = r.totals("connections")
    times = r.rows("connections", "times")[0]
    equal(totals["connections"], truth["accepted_lines"],
          name + ": connections")
    equal(totals["refused_total"], truth["too_many_instances_lines"],
          name + ": too many connections")
    equal(totals["refused_per_ip"], truth["too_many_per_ip_lines"],
          name + ": too many connections of one client")
    if truth["too_many_per_ip_lines"]:
        over = r.column("connections", "ip", "refusals", "limits")
        equal(sum(over.values()), truth["too_many_per_ip_lines"],
              name + ": clients over their limit")
    else:
        ok("limits" not in r.table("connections")["tables"],
           name + ": no client over its limit")
    equal(times["count"], truth["connection_time_count"],
          name + ": connection times")
    near(times["total"], truth["connection_time_sum"], 0.0005,
         name + ": sum of the connection times")
    for table, key in (("dispositions", "disposition"), ("concurrency", "n")):
        value = "connections" if table == "concurrency" else "count"
        equal(sum(r.column("connections", key, value, table).values()),
              truth["accepted_lines"], name + ": connections by " + key)


def test_clients(name, r, truth):
    clients = dict(truth["by_client_ip"])
    nameless = clients.pop("", 0)
    got = {}
    for row in r.rows("ips"):
        got[row["ip"]] = row["denied"] + row["queued"]
    equal(got, clients, name + ": records of each client")
    totals = r.totals("ips")
    equal(totals["denied"] + totals["queued"],
          truth["logterse_records"] - nameless,
          name + ": records with a client")
    equal(totals["queued"], truth["queued_messages"],
          name + ": queued mail of all clients")
    equal(totals["temporary"],
          truth["by_code"].get("902", 0) + truth["by_code"].get("904", 0)
          - truth["by_disposition_and_code"].get("hosts_allow 902", 0),
          name + ": temporary denials of all clients")


def test_totals(name, r, truth):
    got = {row["item"]: row["value"] for row in r.rows("totals")}
    denied = truth["by_code"]
    deferred = denied.get("902", 0) + denied.get("904", 0)
    equal((got["examined"], got["received"], got["rejected"]),
          (truth["logterse_records"], truth["queued_messages"],
           truth["logterse_records"] - truth["queued_messages"] - deferred),
          name + ": grand totals")


def test_set(name):
    folder = corpus(name)
    log = folder / "log"
    whole = json.loads((folder / "truth.json").read_bytes())
    truth = whole["from_log"]
    conf = scratch("cn.conf", "[report]\nrefused_country = CN\n"
                   "country_cutoff = 0\n")
    r = Report("--top", "0", log, conf=conf)
    test_records(name, r, truth)
    test_codes(name, log, truth)
    test_lines(name, r, truth)
    test_viruses(name, r, truth)
    test_countries(name, r, truth)
    test_block_lists(name, log, truth)
    test_senders(name, log, truth)
    test_recipients(name, truth, folder)
    test_scores(name, log, truth)
    test_connections(name, r, truth)
    test_clients(name, r, truth)
    test_totals(name, r, truth)
    equal(r.column("codes", "reason", "count")["queued"],
          whole["from_client"]["messages_confirmed_queued"],
          name + ": queued as the clients saw it")
    checked = run("report", "--selfcheck", log)
    ok(checked.status == 0, name + ": the tables agree", checked)


def test_other_plugins():
    """logging/file and logging/syslog, one log each of the same mail."""
    folder = corpus("other-log-plugins")
    truth = json.loads((folder / "truth.json").read_bytes())
    for file, dispositions in truth["by_disposition"].items():
        r = Report("--now", "2026-11-23", "--top", "0", folder / file)
        equal(r.column("codes", "reason", "count"), dispositions,
              file + ": dispositions")
        equal(r.head["examined"], sum(dispositions.values()),
              file + ": records")
        equal({row["hour"] for row in r.rows("hours") if row["totals"]},
              {"2026-11-22, 14"}, file + ": the year is that before --now")


for one in SETS:
    test_set(one)
test_other_plugins()
done()
