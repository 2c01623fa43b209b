#!/usr/bin/env python3
"""qmailanalog.t - the printed reports of qmailanalog, row by row.

qmail/old holds what its programs printed of the recorded log (their rows, not
their headings).  Every row is found again, with the same counts, and times that
round to what was printed.  Where they differ, they differ as follows.

* They sort by text, so 10.02 stands before 9.50; ours are in the order of
  numbers, the costly rows on top (tests/truth/qmail.t looks at that).
* They are awk's: sums of doubles of the size of 2e9, each off by up to 2.4e-7 s.
* Reasons are printed with blanks for all '_', so that two texts may look the
  same; ours are the texts as they stand in the log.
* zrxdelay divides a sum that was rounded to hundredths before.
* zddist's avg is the mean of the distinct values, each taken once however often
  it occurs; short delays occur most often, so it is too long.  Ours is that
  of all deliveries, which tests/truth/qmail.t compares with exact numbers.
* zsendmail copies what is no delivery and no message: bounces with a "?" before
  them, warnings and alerts.  Ours are counted in queue-events.  Lines of
  one nanosecond stand there in the order of the log, ours in that of their texts.
"""
import collections
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from mailtally import QMAIL, Report
from tap import done, equal, near, ok

OLD = QMAIL / "old"
# What the doubles of awk add up to in the largest sums.
NOISE = 2e-5


def lines(name):
    return (OLD / (name + ".txt")).read_text(
        errors="surrogateescape").splitlines()


def rows(name):
    """The columns of a table as texts, the last one to the end of its line."""
    head, *body = lines(name)
    n = len(head.split())
    return head.split(), [line.split(None, n - 1) for line in body if line]


def decimals(text):
    return len(text.partition(".")[2])


def printed(value, text):
    """Could value have been printed as text, give or take the noise?"""
    return abs(value - float(text)) <= (
        0.5 * 10.0 ** -decimals(text) + NOISE if "." in text else 0)


def compare(name, section, key, close=printed):
    head, old = rows(name)
    columns = head[:-1]
    by_key = collections.defaultdict(list)
    for row in old:
        by_key[row[-1]].append(row[:-1])
    got = collections.defaultdict(list)
    for row in r.rows(section):
        shown = row[key].replace("_", " ") if key == "reason" else row[key]
        # As awk splits a line: no blanks at its ends.
        got[shown.strip(" ")].append([row[c] for c in columns])
    wrong = []
    for k in sorted(set(by_key) | set(got)):
        a = sorted(by_key[k], key=lambda row: [float(v) for v in row])
        b = sorted(got[k])
        if len(a) != len(b) or not all(
                close(y, x) for one, two in zip(a, b)
                for x, y in zip(one, two)):
            wrong.append("%s: got %r, should be %r" % (k[:100], b, a))
    ok(not wrong and len(old) > 5, "%s: all %d rows are those of %s" % (
        name, len(old), section), *wrong[:10])


def test_tables():
    for name in ("zdeferrals", "zfailures", "zsuccesses"):
        compare(name, "qmail-" + name[1:], "reason")
    compare("zrhosts", "qmail-hosts", "host")
    compare("zrecipients", "qmail-recipients", "recipient")
    compare("zsenders", "qmail-senders", "sender")
    compare("zsuids", "qmail-uids", "uid")


def test_rxdelay():
    """avg = (sum to hundredths) / tries, to hundredths: off by a little more."""
    tries = {row["recipient"]: row["tries"] for row in r.rows("qmail-rxdelay")}
    _, old = rows("zrxdelay")
    got = {row["recipient"]: row["avg"] for row in r.rows("qmail-rxdelay")}
    equal({row[2]: int(row[1]) for row in old}, tries, "zrxdelay: tries")
    wrong = ["%s: got %r, should be %s" % (row[2], got[row[2]], row[0])
             for row in old if abs(got[row[2]] - float(row[0])) >
             0.005 + 0.005 / int(row[1]) + NOISE]
    ok(not wrong and old, "zrxdelay: all %d averages" % len(old), *wrong)


def test_ddist():
    _, old = rows("zddist")
    got = {row["pct"]: row for row in r.rows("qmail-delays")}
    equal([int(row[2]) for row in old], sorted(got),
          "zddist: percentages that have a row")
    # Ours are from buckets: 0.1 per cent.
    wrong = ["%s %%: got %r, should be %s" % (row[2], got[int(row[2])], row)
             for row in old
             if abs(got[int(row[2])]["doneby"] - float(row[0])) >
             0.005 + 0.001 * float(row[0]) + NOISE]
    ok(not wrong, "zddist: doneby", *wrong)
    above = [row for row in old
             if got[int(row[2])]["avg"] > float(row[1]) + 0.005]
    equal(above, [], "zddist: no true mean is above that of distinct values")


# What zoverall calls an item, and how ours is called; spans are in days.
OVERALL = {
    "Completed messages": "completed_messages",
    "Recipients for completed messages": "recipients_completed",
    "Total delivery attempts for completed messages": "attempts_completed",
    "Average delivery attempts per completed message": "attempts_per_message",
    "Bytes in completed messages": "bytes",
    "Bytes weighted by success": "bytes_success",
    "Average message qtime (s)": "qtime_avg",
    "Total delivery attempts": "attempts",
    "  success": "success",
    "  failure": "failure",
    "  deferral": "deferral",
    "Total ddelay (s)": "ddelay_total",
    "Average ddelay per success (s)": "ddelay_avg",
    "Total xdelay (s)": "xdelay_total",
    "Average xdelay per delivery attempt (s)": "xdelay_avg",
    "Time span (days)": "span_days",
    "Average concurrency": "concurrency",
}


def test_overall():
    got = r.column("qmail-overall", "item", "value")
    old = dict(line.split(": ") for line in lines("zoverall") if line)
    equal(sorted(old), sorted(OVERALL), "zoverall: its lines")
    for label, text in old.items():
        # Six digits, or six places.
        within = 0 if "." not in text else max(
            float(text) * 5.1e-6 if decimals(text) != 6 else 0, 1e-6) + NOISE
        near(got[OVERALL[label]], float(text), within, "zoverall: " + label)


def sendmail_fields(text):
    """qp, the numbers that are times, and the rest."""
    head, _, rest = text.partition(" stat=")
    times, others = [], []
    for field in head.split(", "):
        name, _, value = field.partition("=")
        if name in ("ddelay", "xdelay", "qtime"):
            times.append(float(value.rstrip(",")))
        else:
            others.append(field)
    return (*others, rest), times


def test_sendmail():
    # By stamp; and what is neither attempt nor message.
    old, copied = collections.defaultdict(list), collections.Counter()
    for line in lines("zsendmail"):
        first, second, rest = line.split(" ", 2)
        if first == "?":
            copied[rest.split(" ")[0]] += 1
        elif second != "qp":
            copied[second] += 1
        else:
            old[first].append(sendmail_fields(second + " " + rest))
    got = [sendmail_fields(lower_names(row)) for row in r.rows("qmail-log")]
    equal(len(got), sum(map(len, old.values())),
          "zsendmail: attempts and messages")
    wrong = []
    for stamp, should in old.items():
        of, got = sorted(got[:len(should)]), got[len(should):]
        wrong += ["got %r, should be %r" % (a, b)
                  for a, b in zip(of, sorted(should))
                  if a[0] != b[0] or len(a[1]) != len(b[1]) or any(
                      abs(x - y) > 1.6e-6 for x, y in zip(a[1], b[1]))]
    ok(not wrong, "zsendmail: every line, in the order of the log",
       *wrong[:5])
    events = r.column("queue-events", "item", "count")
    complaints = sum(row["count"]
                     for row in r.rows("queue-events", "complaints"))
    equal(copied, {"bounce": events["bounces"],
                   "triple": events["triple_bounces"],
                   "alert:": 3, "warning:": 1}, "zsendmail: what it copies")
    equal(complaints, copied["alert:"] + copied["warning:"],
          "zsendmail: warnings and alerts are counted")


def lower_names(row):
    """matchup writes addresses in lower case."""
    for name in ("to", "from"):
        if row[name]:
            row["line"] = row["line"].replace(row[name], row[name].lower(), 1)
    return row["line"]


r = Report("--top", "0", "--sections", ",".join((
    "qmail-overall", "qmail-deferrals", "qmail-failures", "qmail-successes",
    "qmail-hosts", "qmail-recipients", "qmail-rxdelay", "qmail-senders",
    "qmail-uids", "qmail-delays", "qmail-log", "queue-events")),
    QMAIL / "main")
test_tables()
test_rxdelay()
test_ddist()
test_overall()
test_sendmail()
done()
