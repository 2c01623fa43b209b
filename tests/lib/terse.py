"""terse.py - a second, plain reader of logterse records of multilog logs.

Only for what the truth of the recorded logs does not say: it splits at TABs
and knows nothing of plugins or classes.
"""
import re

RECORD = re.compile(
    rb"@([0-9a-f]{16})([0-9a-f]{8}) (\S+) "
    rb"(?:\([a-z_]+\) logging::logterse|logging::logterse plugin"
    rb"(?: \([a-z_]+\))?): ` (.*)")
STATUS = re.compile(rb"msg denied before queued|(Yes|No), (?:hits|score)="
                    rb"([-+]?[0-9.]+) required=([0-9.]+)")
# What the old tool took for a record.
LOOSE = re.compile(rb"@([0-9a-f]{16}).*logging::logterse:")


def seconds(label):
    return int(label, 16) - (1 << 62) - 10


class Record:
    """One record: the fields by their names, and the status if there is one."""

    def __init__(self, match):
        self.unix = seconds(match[1])
        self.pid = match[3]
        fields = match[4].split(b"\t")
        self.tabs = len(fields)
        self.status = None
        if len(fields) > 8 and (STATUS.match(fields[-1]) or not fields[-1]):
            self.status = fields.pop()
        (self.ip, self.host, self.helo, self.sender, self.recipients,
         self.disposition, self.code) = fields[:7]
        self.text = b"\t".join(fields[7:])

    def score(self):
        found = STATUS.match(self.status or b"")
        return float(found[2]) if found and found[2] else None


def records(log):
    for line in log.split(b"\n"):
        match = RECORD.match(line)
        if match:
            yield Record(match)


def imitated(log, since, until):
    """Lines in a period that only mention logterse: clients wrote them."""
    n = 0
    for line in log.split(b"\n"):
        loose = LOOSE.match(line)
        if loose and not RECORD.match(line):
            n += since <= seconds(loose[1]) < until
    return n
