"""whatif.py - logs of known mails, what lists would do to them, and the command.

The effect of lists is computed here a second time, from the mails and from which
list has which client, in the plainest way.
"""
import ipaddress
import itertools
import json
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from mailtally import run, scratch
from tap import equal

EPOCH = 1774738800  # 2026-03-28 23:00:00 UTC
CLASSES = ("ham", "tagged", "denied")


class Mail:
    def __init__(self, ip, disposition="queued", score=None, sender="a@b.example",
                 to="ann@example.org", text="", at=0):
        self.ip, self.disposition, self.score = ip, disposition, score
        self.sender, self.to, self.text, self.at = sender, to, text, at

    def fate(self):
        if self.disposition != "queued":
            return "denied"
        return "tagged" if self.score is not None and self.score >= 5 else "ham"

    def line(self, pid):
        queued = self.disposition == "queued"
        trailer = "msg denied before queued" if not queued else "" if (
            self.score is None) else "%s, score=%s required=5.0" % (
                "Yes" if self.score >= 5 else "No", self.score)
        fields = [self.ip, "host.example", "helo.example",
                  "<%s>" % self.sender if self.sender is not None else "",
                  "<%s>" % self.to if self.to else "",
                  self.disposition, "" if queued else "903",
                  "<%d@id.example>" % pid if queued else self.text, trailer]
        return "@%016x%08x %d (%s) logging::logterse: ` %s\n" % (
            2 ** 62 + 10 + EPOCH + self.at, 0, pid,
            "queue" if queued else "deny", "\t".join(fields))


def log_of(name, mails):
    for i, m in enumerate(mails):
        m.at = m.at or i
    return scratch(name, "".join(m.line(1000 + i)
                                 for i, m in enumerate(mails)))


def test(*arguments, resolver=None, status=0, env=None, tries=2):
    """The report as JSON; fast, but patient enough for a slow machine."""
    how = [] if resolver is None else [
        "--resolver", resolver, "--rate", "0", "--timeout", "1", "--tries",
        str(tries)]
    result = run("dnsbl", "test", "-o", "json", *how, *arguments, env=env)
    if result.status != status:
        equal(result.status, status, "exit status of %s" % (arguments,), result)
    return json.loads(result.out) if result.out else None


def section(report):
    return report["sections"]["dnsbl-test"]


def table(report, name):
    return section(report)["tables"][name]["rows"]


def rows(report):
    return section(report)["rows"]


def by_list(report, column, name="lists", key="list"):
    return {row[key]: row[column] for row in table(report, name)}


# ---- the effect, a second time ----

def is_public(ip):
    """The documentation networks stand for the public ones."""
    return not ipaddress.ip_address(ip).is_private or ip.startswith(
        ("192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:"))


def tested(mails, own=()):
    """Those that no list denied, of public clients that no own list has."""
    return [m for m in mails if m.disposition != "dnsbl"
            and not m.text.startswith("(dnsbl)") and is_public(m.ip)
            and not any(m.ip in clients for clients in own)]


def effect(mails, stops):
    """stops(ip) -> bool; ham, tagged, denied."""
    counts = dict.fromkeys(CLASSES, 0)
    for m in mails:
        counts[m.fate()] += stops(m.ip)
    return counts


def all_sets(lists, at_most):
    for n in range(1, at_most + 1):
        yield from itertools.combinations(lists, n)


def best(mails, lists, at_most):
    """(ham, spam) of every set of at most so many lists that none beats."""
    tried = {}
    for names in all_sets(lists, at_most):
        e = effect(mails, lambda ip: any(ip in lists[n] for n in names))
        tried[names] = (e["ham"], e["tagged"] + e["denied"])
    results = {r for r in tried.values() if r[1] > 0}
    kept = {(ham, spam) for ham, spam in results if not any(
        (h <= ham and s >= spam and (h, s) != (ham, spam))
        for h, s in results)}
    return sorted(kept), tried
