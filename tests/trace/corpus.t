#!/usr/bin/env python3
"""corpus.t - every transaction of the recorded logs, traced, against what the
clients know (truth.jsonl): client, sender, recipients, decision, reason.

A transaction has no name that client and log share, but for the message-ids
that some have.  So the transactions of a client are set against its stories:
each must have one of its own that agrees in everything the log can know.
What a client never got to say (its sender, when it was refused at once) the
log cannot know.
"""
import collections
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from mailtally import corpus, corpus_log, run
from tap import done, equal, ok

SETS = ("modern-8field", "modern-9field-naughty", "naughty-multiline",
        "old-plugin-colon", "old-plugin-hook")


def trace(what, log, *options):
    result = run("trace", "-o", "json", *options, what, log)
    if result.status not in (0, 1):
        raise AssertionError("trace %s: %s" % (what, result))
    return json.loads(result.out)["stories"]


def shown(text):
    """Text of the truth as the program prints it: bytes above 0x7f are there
    given as U+0080 to U+00FF, the log has them raw, and they may be UTF-8."""
    raw = text.encode("latin-1")
    out, i = "", 0
    while i < len(raw):
        for n in (4, 3, 2, 1):
            try:
                c = raw[i:i + n].decode()
            except UnicodeDecodeError:
                continue
            if len(c) == 1:
                break
        else:
            c, n = "\\x%02X" % raw[i], 1
        out += c
        i += n
    return out


def address(text):
    """As the log writes it: without the quotes of a local part."""
    return re.sub(r'^"(.*)"@', r"\1@", shown(text))


def same_people(truth, story):
    if "helo" in story and story["helo"] != shown(truth["helo"]):
        return False
    if "sender" in story and \
            address(story["sender"]) != address(truth["mail_from"]):
        return False
    # What the client said is in the lines; then the story knows it.
    said = [line["text"] for line in story["lines"]]
    if any(t.startswith("dispatching MAIL") for t in said) and \
            "sender" not in story:
        return False
    if any(t.startswith("dispatching RCPT") for t in said) and \
            "recipients" not in story:
        return False
    told = [address(a) for a in story.get("recipients", [])] + \
        [address(r["recipient"]) for r in story.get("refused", [])]
    wanted = [address(a) for a in truth["rcpts"]]
    if told and sorted(told) != sorted(wanted):
        return False
    # A message that was taken has a sender and all its recipients.
    return story["verdict"] != "accepted" or \
        ("sender" in story and bool(told))


def message_id(truth):
    """As qpsmtpd logs it: <> is added where it is missing."""
    text = truth["msgid"] or ""
    return shown(text) if text.startswith("<") else "<%s>" % shown(text)


def same_message_id(truth, story):
    return story["verdict"] != "accepted" or "msgid" not in truth or \
        story.get("message_id") == message_id(truth)


def same_reason(reply, story):
    """The reply to the client ends in what the log says, or that goes on
    where the reply's first line ends."""
    reason, said = story.get("text", ""), shown(reply[4:])
    return bool(reason) and (said.endswith(reason) or
                             reason.startswith(said))


def same_decision(truth, story):
    queued, reply = truth["queued"], truth["reply"]
    if story["verdict"] == "accepted":
        return queued > 0 and (reply[0] == "2" or any(
            same_reason(reply, {"text": r["text"]})
            for r in story["refused"]))
    if queued:
        return False
    if reply[0] in "23":   # the client broke off
        return story["verdict"] == "unfinished"
    return story["verdict"] == {"4": "deferred", "5": "rejected"}[reply[0]] \
        and same_reason(reply, story)


def agrees(truth, story):
    return same_people(truth, story) and same_message_id(truth, story) and \
        same_decision(truth, story)


def match(truths, stories, judge=agrees):
    """Pairs them; returns what is left of both.  The most exact stories
    first, so that one that says little does not take another's place."""
    left = list(truths)
    for truth in truths:
        for _ in range(max(1, truth["queued"])):
            fitting = [s for s in stories if judge(truth, s)]
            if not fitting:
                break
            stories.remove(max(fitting, key=lambda s: len(s.get(
                "recipients", [])) + ("sender" in s)))
        else:
            left.remove(truth)
    return left, stories


def by_client(rows, key):
    groups = collections.defaultdict(list)
    for row in rows:
        groups[row[key]].append(row)
    return groups


def parents(name):
    """The processes that listen: it is they that bury the others."""
    return {pid.decode() for pid in re.findall(
        rb" (\d+) cleaning up after ", corpus_log(name))}


def test_set(name):
    log = corpus(name) / "log"
    rows = [json.loads(line) for line in
            open(corpus(name) / "truth.jsonl", encoding="utf-8")]
    bursts = [r for r in rows if r["kind"].startswith("burst")]
    # What hosts_allow has in its list it refuses without saying whom.
    nameless = [r for r in rows if r["kind"] in ("hadeny", "hasoft")]
    named = [r for r in rows if r not in bursts and r not in nameless]

    everything = trace("0.0.0.0/0", log)
    stories = by_client(everything, "client")
    wrong, left = [], []
    for client, truths in by_client(named, "ip").items():
        missing, over = match(truths, stories.pop(client, []))
        wrong += missing
        left += over
    left += [s for group in stories.values() for s in group]
    ok(not wrong, "%s: all %d transactions that a client told of trace to "
       "the right verdict" % (name, len(named)),
       *(json.dumps(w) for w in wrong[:3]))

    # The bursts' connections: the accepted ones say nothing, the refused
    # ones are named by the limit's text.
    banners = collections.Counter()
    for burst in bursts:
        banners.update(burst["banners"])
    said = collections.Counter(
        s["verdict"] if "sender" not in s else "?" for s in left)
    equal(said, collections.Counter({k: v for k, v in {
        "unfinished": banners.get("220", 0),
        "deferred": banners.get("451", 0)}.items() if v}),
        name + ": what is left are the connections of the bursts",
        *(s["sentence"] for s in left[:20]))

    refused = [s for pid in parents(name)
               for s in trace(pid, log, "--as", "process")
               if "client" not in s]
    records = {json.dumps(e, sort_keys=True) for s in everything + refused
               for e in s["events"] if e["kind"] == "transaction"}
    truth = json.load(open(corpus(name) / "truth.json", encoding="utf-8"))
    equal(len(records), truth["from_log"]["logterse_records"],
          name + ": each record of the log is in a story")
    missing, over = match(nameless, refused, same_decision)
    ok(not missing and not over, "%s: %d clients that were refused before "
       "they were connected" % (name, len(nameless)),
       *(json.dumps(m) for m in missing[:3]),
       *(s["sentence"] for s in over[:3]))


def test_by_message_id(name):
    """Those that can be asked for by name, one by one."""
    log = corpus(name) / "log"
    rows = [json.loads(line) for line in
            open(corpus(name) / "truth.jsonl", encoding="utf-8")]
    rows = [r for r in rows if r.get("msgid") and r["queued"] == 1
            and r["msgid"].isascii()]
    wrong = []
    for row in rows[:40]:
        found = trace(message_id(row), log)
        if len(found) != 1 or found[0]["client"] != row["ip"] or \
                not agrees(row, found[0]):
            wrong.append((row, [s["sentence"] for s in found]))
    ok(rows and not wrong, "%s: %d messages traced by their message-id" %
       (name, len(rows[:40])), *wrong[:3])


for each in SETS:
    test_set(each)
    test_by_message_id(each)
done()
