"""views.py - the log of a server through its other windows: dnsbl count, the
dashboard's API, the daily mail; each against what was sent."""
import collections
import email
import email.policy
import json
import re
import subprocess
import urllib.parse
import urllib.request

from mailtally import ENVIRONMENT, PROGRAM, run, scratch
from tap import equal, ok
from wait import wait_until

TIMEOUT_S = 120


class Dashboard:
    """serve, at a free port."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            [PROGRAM, "serve", "--listen", "127.0.0.1:0", *arguments],
            env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=open(scratch("serve.err"), "wb"), text=True)
        self.url = self.process.stdout.readline().strip()

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=TIMEOUT_S) as r:
            return r.read()

    def json(self, path):
        return json.loads(self.get("api/v1/" + path))

    def rows(self, section):
        return self.json("report?sections=%s&top=0" % section)[
            "sections"][section]["rows"]

    def close(self):
        self.process.terminate()
        return self.process.wait(TIMEOUT_S)


def counts(rows, key, value="count"):
    return {row[key]: row[value] for row in rows}


def check_dnsbl_count(log, lists):
    """lists: name -> how often it denied."""
    r = run("dnsbl", "count", "--top", "0", log)
    lines = [line.split("\t") for line in r.out.decode().splitlines()]
    equal(int(lines[0][0]), sum(lists.values()), "dnsbl count: in all", r)
    equal({name: int(n) for n, name in (line[:2] for line in lines[1:])},
          dict(lists), "dnsbl count: each list", r)


def check_dashboard(log, conf, sent, connections):
    d = Dashboard("-C", str(conf), str(log))
    try:
        dispositions = collections.Counter(r.disposition for r in sent)
        equal(counts(d.rows("codes"), "reason"), dict(dispositions),
              "dashboard: codes")
        totals = counts(d.rows("totals"), "item", "value")
        equal((totals["examined"], totals["connections"]),
              (len(sent), connections), "dashboard: totals")
        events = d.json("events?kind=transaction&limit=5000")["events"]
        equal(collections.Counter(e["disposition"] for e in events),
              dispositions, "dashboard: events")
        one = next(r for r in sent if r.disposition == "queued")
        equal([s["verdict"] for s in d.json("trace?what=" + urllib.parse.quote(
            one.text))["stories"]], ["accepted"], "dashboard: a story")
        table = d.get("report?sections=codes").decode()
        ok(all(re.search(r">%s<.*?>%d<" % (re.escape(name), n), table, re.S)
               for name, n in dispositions.items()), "dashboard: as a page",
           table[-3000:])
        ok(b"<script" in d.get(""), "dashboard: the page itself")
        with urllib.request.urlopen(d.url + "api/v1/live",
                                    timeout=TIMEOUT_S) as live:
            line = next(line for line in live if line.startswith(b"data:"))
        ok(json.loads(line[5:])["kind"], "dashboard: live", line)
    finally:
        equal(d.close(), 0, "dashboard: ends in order")


def check_mail(server, conf, sent):
    """Sent by SMTP to the very server that it is about."""
    before = set(server.mails())
    r = run("-C", conf, "mail", "--to", "ann@example.org", "--from",
            "reports@example.org", "--smtp", "smtp://127.0.0.1:%d" %
            server.port, "--top", "0", server.log)
    equal(r.status, 0, "the daily mail: the server takes it", r)
    equal(wait_until(lambda: len(set(server.mails()) - before) == 1), True,
          "the daily mail: it arrives")
    path = (set(server.mails()) - before).pop()
    mail = email.message_from_bytes(path.read_bytes(),
                                    policy=email.policy.default)
    equal((mail["To"], mail["From"]),
          ("ann@example.org", "reports@example.org"), "the daily mail: whose")
    ok("mail.example.org" in mail["Subject"], "the daily mail: its subject",
       mail["Subject"])
    dispositions = collections.Counter(r.disposition for r in sent)
    text = mail.get_body("plain").get_content()
    table = text.split("Disposition codes")[1]
    equal({name: int(n) for name, n in re.findall(
        r"^(\w+) +(\d+) +[0-9.]+%$", table.split("\nTotals")[0], re.M)},
        dict(dispositions), "the daily mail: codes", table[:2000])
    page = mail.get_body("html").get_content()
    ok(all(re.search(r">%s<.*?>%d<" % (re.escape(name), n), page, re.S)
           for name, n in dispositions.items()), "the daily mail: as HTML",
       page[-3000:])
    ok(wait_until(lambda: re.search(
        rb"logterse: ` 127\.0\.0\.1\t[^\n]*<reports@example\.org>\t"
        rb"<ann@example\.org>\tqueued\t", server.text())),
       "the daily mail: it is in the log itself", server.said())
