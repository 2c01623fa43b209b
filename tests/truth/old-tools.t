#!/usr/bin/env python3
"""old-tools.t - our reports against those of the tools they replace.

Each difference is named in DIFFERENCES, with why it is one; what is expected
of us is computed from the old output, and where that does not say enough,
from the log.  Any other difference fails, and so does a name that explains
nothing any more.
"""
import datetime
import pathlib
import re
import sys
import zoneinfo

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import terse
from mailtally import Report, corpus, corpus_log, scratch
from oldreport import OldReport
from tap import done, equal, near

DIFFERENCES = {
    "imitated records":
        "The old report takes any line that mentions logterse for a record, "
        "also what a client wrote in its HELO.",
    "reason of naughty":
        "The old report overwrites the line before it looks for the reason of "
        "naughty, which is nearly always \"unknown\" then.",
    "link before a virus":
        "The old report puts a link before the name of a Sanesecurity "
        "signature; the name is what follows \"Virus found: \".",
    "fetched twice":
        "The old report counts fetched mail once more as WebMail, because the "
        "client's name is localhost; a mail has one origin.",
    "tnef2mime":
        "The old report counts denials of tnef2mime as examined but in no "
        "column; what is in no list is Non.Conf.",
    "mean of unscored ham":
        "The old report divides the sum of the ham scores by all ham, also "
        "that without a score, and does not understand hits=.",
    "mean of rejected hits=":
        "The old report divides the sum of the scores of denied spam by all of "
        "them and does not understand hits=.",
    "list named by a text":
        "Without a URL the old report takes the whole text for the list; the "
        "first word that looks like a domain is one.",
    "no list named":
        "Such a text without any domain names no list.",
    "list behind a TAB":
        "The old report cuts a text at a TAB and so loses a URL behind it.",
    "case of a list":
        "Names of hosts are in lower case.",
    "further recipients":
        "The old report counts only the first recipient of a mail.",
    "no URL has a name":
        "The old one-line commands print nothing, or \"<\", where there is no "
        "URL or sender; \"(no URL)\", \"(none)\" and \"(null sender)\" are rows.",
    "host behind a TAB":
        "The old one-line command finds no URL in what follows a TAB.",
    "backquote":
        "qplogsumm splits at every backquote, so a record with one in HELO or "
        "sender is lost.",
    "ten seconds":
        "qplogsumm takes TAI64N labels for Unix seconds: 10 s late.",
}
needed = set()


def differs(name, really=True):
    assert name in DIFFERENCES, name
    if really:
        needed.add(name)


CONF = """
[classes]
local_domain = corp.example.net
dmarc_address = agg@reports.example.com
tag_level = 4
reject_level = 12
[report]
refused_country = CN
"""


def public(log):
    """The test rig's clients, which are on the loopback network, as if they
    were on the internet: only the new report knows that network."""
    return re.sub(rb"127\.(?=[123]0\.\d)", b"126.", log)


class Case:
    """One old report, the log it was made of, and ours of the same period."""

    def __init__(self, name, file, log, zone="UTC"):
        self.name = "%s/%s" % (name, file)
        self.old = OldReport(corpus(name) / "expected" / file)
        self.zone = zoneinfo.ZoneInfo(zone)
        since, until = (
            datetime.datetime.fromisoformat(t).replace(tzinfo=self.zone)
            .timestamp() for t in (self.old.since, self.old.until))
        self.log = log
        self.records = [r for r in terse.records(log)
                        if since <= r.unix < until]
        self.imitated = terse.imitated(log, since, until)
        self.ours = Report("--tz", zone, "--since", self.old.since, "--until",
                           self.old.until, "--top", "0", "-",
                           stdin=public(log), conf=scratch("old.conf", CONF))

    def denied_by(self, disposition):
        """Or queued, if that is the disposition."""
        return [r for r in self.records if r.disposition == disposition]

    def test(self):
        self.test_head()
        self.test_means()
        self.test_codes()
        self.test_hours()
        self.test_viruses()
        self.test_countries()
        self.test_lists()
        self.test_recipients()

    def test_head(self):
        differs("imitated records", self.imitated)
        examined = self.old.examined - self.imitated
        head = self.ours.head
        equal(head["examined"], examined, self.name + ": examined")
        hours = self.ours.json["period"]["hours"]
        near(head["per_hour"], examined / hours, 1e-6,
             self.name + ": per hour")
        near(self.old.per_hour, self.old.examined / hours, 0.05,
             self.name + ": the same length of the period")
        equal(head["dmarc_reports_sent"], self.old.dmarc_sent,
              self.name + ": DMARC reports")
        equal(head["dmarc_approved"], self.old.dmarc_passed,
              self.name + ": approved by DMARC")

    def test_means(self):
        head = self.ours.head
        near(head["avg_spam_score_accepted"] or 0, self.old.accepted, 0.005001,
             self.name + ": mean score of tagged mail")
        ham = [r for r in self.denied_by(b"queued")
               if r.score() is None or r.score() < 4]
        self.test_mean(ham, len(ham), self.old.ham, head["avg_ham_score"],
                       "mean of unscored ham")
        spam = self.denied_by(b"spamassassin")
        yes = [r for r in spam if (r.status or b"").startswith(b"Yes")]
        self.test_mean(spam, len(yes), self.old.rejected,
                       head["avg_spam_score_rejected"],
                       "mean of rejected hits=")

    def test_mean(self, records, divisor, old, ours, difference):
        """That both are what the log says, each by its rule."""
        scores = [r.score() for r in records if r.score() is not None]
        read = sum(r.score() for r in records
                   if b"score=" in (r.status or b""))
        near(old, read / divisor if divisor else 0, 0.005001,
             "%s: %s: the old rule" % (self.name, difference))
        if scores:
            mean = sum(scores) / len(scores)
            differs(difference, abs(mean - old) > 0.006)
            near(ours, mean, 1e-6, "%s: %s: ours" % (self.name, difference))
        else:
            equal(ours, None, "%s: %s: none" % (self.name, difference))

    def test_codes(self):
        def whole(counts):
            sums = {}
            for name, n in counts.items():
                if name.startswith("naughty-"):
                    name = "naughty"
                sums[name] = sums.get(name, 0) + n
            return sums
        ours = self.ours.column("codes", "reason", "count")
        differs("reason of naughty", ours != self.old.codes)
        equal(whole(ours), whole(self.old.codes), self.name + ": codes")

    def test_hours(self):
        """Each row and column; a percentage follows from its count."""
        titles = {re.sub("[^a-z0-9]+", "_", title.lower()).strip("_"): title
                  for title in next(iter(self.old.hours.values()))}
        rows = {row["hour"]: row for row in self.ours.rows("hours")}
        rows["TOTALS"] = self.ours.totals("hours")
        equal(sorted(rows), sorted(h for h in self.old.hours
                                   if h != "PERCENTAGES"),
              self.name + ": the hours")
        for label, row in rows.items():
            old = dict(self.old.hours[label])
            del old["PERCENT"]
            lost = self.within(label, self.denied_by(b"tnef2mime"))
            differs("tnef2mime", lost)
            old["Non.Conf."] += lost
            old["TOTALS"] += lost
            twice = self.within(label, self.fetched_twice())
            differs("fetched twice", twice)
            old["WebMail"] -= twice
            equal({title: row[column] for column, title in titles.items()
                   if title in old}, old, "%s: %s" % (self.name, label))

    def fetched_twice(self):
        return [r for r in self.denied_by(b"queued")
                if r.ip == b"127.0.0.200" and b"localhost" in r.host
                and b"FETCHMAIL" not in r.sender
                and b"bounces" not in r.sender]

    def within(self, label, records):
        return sum(1 for r in records if label == "TOTALS" or label ==
                   datetime.datetime.fromtimestamp(r.unix, self.zone)
                   .strftime("%Y-%m-%d, %H"))

    def test_viruses(self):
        old = {}
        for name, n in self.old.viruses.items():
            plain = re.sub(r"^http://sane\.mxuptime\.com/s\.aspx\?id=", "",
                           name)
            differs("link before a virus", plain != name)
            old[plain] = n
        equal(self.ours.column("viruses", "name", "count"), old,
              self.name + ": viruses")

    def test_countries(self):
        equal(self.ours.column("countries", "country", "count"),
              self.old.countries, self.name + ": countries")
        equal({row["country"] for row in self.ours.rows("countries")
               if row["refused"]}, self.old.refused,
              self.name + ": refused countries")

    LISTS = (
        ("list behind a TAB", r"Tab", "weird.test"),
        ("list named by a text", r".* rejected because it ([a-z.]+)", r"\1"),
        ("list named by a text", r".* at (nolist\.test) for removal", r"\1"),
        ("no list named", r"no url here", "(no list named)"),
    )

    def test_lists(self):
        old = {}
        for name, n in self.old.lists.items():
            for difference, pattern, ours in self.LISTS:
                if re.fullmatch(pattern, name):
                    differs(difference)
                    name = re.sub("^" + pattern + "$", ours, name)
                    break
            differs("case of a list", name != name.lower())
            name = name.lower()
            old[name] = old.get(name, 0) + n
        equal(self.ours.column("bl-use", "list", "count"), old,
              self.name + ": block lists")

    def test_recipients(self):
        """Sums only: which row a recipient is in depends on its origin."""
        rows = {}
        for line in self.old.after("Incoming mails by recipient domains"):
            match = re.match(r"Total +(\d+) +(\d+) +(\d+) +(\d+)", line)
            if match:
                rows = dict(zip(("total", "deny", "xfererr", "accept"),
                                map(int, match.groups())))
        further = {"accept": 0, "deny": 0}
        for r in self.records:
            n = max(0, len(re.split(rb",(?=<)", r.recipients)) - 1)
            further["accept" if r.disposition == b"queued" else "deny"] += n
        differs("further recipients", sum(further.values()))
        lost = len(self.denied_by(b"tnef2mime"))
        rows["accept"] += further["accept"]
        rows["deny"] += further["deny"] + lost
        rows["total"] += sum(further.values()) - self.imitated
        totals = self.ours.totals("rcpt-domains")
        equal({k: totals[k] for k in rows}, rows,
              self.name + ": recipients")


def test_daily_mails():
    """utc-corrected: without the 10 s that the old clock was late."""
    modern = corpus_log("modern-8field")
    naughty = corpus_log("modern-9field-naughty")
    mail = "spamfilter-stats-%s.txt"
    for case in (
        Case("modern-8field", mail % "midday.utc-corrected", modern),
        Case("modern-8field", mail % "midnight.utc-corrected", modern),
        Case("modern-8field", mail % "midday-london.utc-corrected", modern,
             zone="Europe/London"),
        Case("modern-9field-naughty", mail % "midday", naughty),
        Case("modern-9field-naughty", mail % "12h-base6", naughty),
        Case("column-variants", "columns-spamfilter-stats.txt",
             (corpus("column-variants") / "columns.log").read_bytes()),
    ):
        case.test()


def read_counts(path, separator):
    for line in path.read_text(encoding="latin-1").splitlines():
        yield line.split(separator)


def test_dnsbl_command(name):
    """awk -F/ ... $3: what stands between // and the next /."""
    old, total = {}, 0
    for n, *host in read_counts(corpus(name) / "expected/awk-dnsbl.txt", "\t"):
        if host == ["Total"]:
            total = int(n)
        else:
            old[host[0]] = int(n)
    if "" in old:
        differs("no URL has a name")
        old["(no URL)"] = old.pop("")
    log = corpus_log(name)
    behind = sum(1 for r in terse.records(log)
                 if b"dnsbl" in r.disposition + r.text[:7]
                 and b"//" in r.text and b"//" not in r.text.split(b"\t")[0])
    differs("host behind a TAB", behind)
    if behind:
        old["weird.test"] = behind
        old["(no URL)"] -= behind
    got, totals = {}, 0
    for which in ("dnsbl", "naughty-dnsbl"):
        r = Report("--bl-key", "host", "--disposition", which, "--top", "0",
                   "--sections", "bl-use", "-", stdin=log)
        column = r.column("bl-use", "list", "count")
        totals += column.pop("Total", 0)
        got.update(column)
    equal(got, {h: n for h, n in old.items() if n},
          name + ": the command that counts dnsbl")
    equal(totals, total, name + ": its total")


def test_tld_command(name):
    old, total = {}, 0
    path = corpus(name) / "expected/awk-disposition-tld.txt"
    for first, *rest in read_counts(path, "\t"):
        if first == "Total":
            total = int(rest[0])
            continue
        tld, n = rest
        ours = {"": "(none)", "<": "(null sender)"}.get(tld, tld)
        differs("no URL has a name", ours != tld)
        old[first, ours] = int(n)
    r = Report("--sections", "tld", "--top", "0", "-", stdin=corpus_log(name))
    got = {}
    for row in r.rows("tld"):
        if row["tld"] is not None:
            plugin = re.sub("^naughty-.*", "naughty", row["disposition"])
            key = plugin, row["tld"]
            got[key] = got.get(key, 0) + row["count"]
    equal(got, old, name + ": the command that counts TLDs")
    equal(sum(got.values()), total, name + ": its total")


class OldSummary:
    """The table at the end of qplogsumm's output, and the times above it."""

    def __init__(self, path):
        self.rows, times = {}, []
        for line in path.read_text().splitlines():
            row = re.match(r"# (.{30})\s+(\d+)\s+(\d+)%\s+(\d+)\s+\d+", line)
            if row:
                self.rows[row[1].strip()] = tuple(map(int, row.groups()[1:]))
            time = re.match(r"# (?:Start |Finish)\s*: (.*)", line)
            if time:
                times.append(datetime.datetime.fromisoformat(time[1]))
        self.total = self.rows.pop("TOTALS")
        # Of the log; those of the state follow.
        self.start, self.finish = times[:2]
        self.days = (self.finish - self.start).total_seconds() / 86400

    def row(self, n):
        """C.15: cut, not rounded."""
        return (n, n * 100 // self.total[0], int(n / self.days))

    def add(self, name):
        """A record that was lost."""
        self.rows[name] = self.row(self.rows[name][0] + 1)
        self.total = self.row(self.total[0] + 1)


def test_qplogsumm(name, log, file):
    old = OldSummary(corpus(name) / "expected" / file)
    equal({n: old.row(row[0]) for n, row in old.rows.items()}, old.rows,
          name + ": qplogsumm's own formulas")
    lost = [r for r in terse.records(log) if b"`" in r.helo + r.sender]
    differs("backquote", lost)
    for record in lost:
        old.add(record.disposition.decode())
    # With one more record the shares of all are others.
    should = {n: old.row(row[0]) for n, row in old.rows.items()}
    r = Report("--sections", "qplogsumm", "--top", "0", "-", stdin=log)
    got = {}
    for row in r.rows("qplogsumm"):
        got[row["disposition"]] = (row["total"], int(row["percent"]),
                                   row["avg_day"])
    equal(got, should, name + ": qplogsumm")
    totals = r.totals("qplogsumm")
    equal((totals["total"], totals["percent"], totals["avg_day"]),
          (old.total[0], 100.0, old.row(old.total[0])[2]),
          name + ": its totals")
    late = datetime.timedelta(seconds=10)
    differs("ten seconds")
    times = r.rows("qplogsumm", "times")[0]
    equal((times["start"][:19], times["finish"][:19]),
          ((old.start - late).isoformat(), (old.finish - late).isoformat()),
          name + ": its times")


test_daily_mails()
for one in ("modern-8field", "modern-9field-naughty", "naughty-multiline",
            "old-plugin-colon", "old-plugin-hook"):
    test_dnsbl_command(one)
    test_qplogsumm(one, corpus_log(one), "qplogsumm-onepass.stdout-tail")
for one in ("old-plugin-colon", "old-plugin-hook"):
    test_tld_command(one)
test_qplogsumm("column-variants",
               (corpus("column-variants") / "names-1.log").read_bytes(),
               "names-1.stdout-tail")
equal(needed, set(DIFFERENCES), "every named difference is one")
done()
