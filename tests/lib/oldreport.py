"""oldreport.py - reads the daily mail of spamfilter-stats-7."""
import re
import time


def number(text):
    return float(text.rstrip("%")) if "." in text else int(text.rstrip("%"))


class OldReport:
    def __init__(self, path):
        self.lines = path.read_text(encoding="latin-1").splitlines()
        self.since = self.time("Period Beginning")
        self.until = self.time("Period Ending")
        self.examined = int(self.value("All SMTP connections accepted"))
        self.per_hour = float(self.value("Emails per hour"))
        self.accepted = float(self.value("Average spam score (accepted)"))
        self.rejected = float(self.value("Average spam score (rejected)"))
        self.ham = float(self.value("Average ham score"))
        self.dmarc_sent = int(self.value("Number of DMARC reporting emails"))
        self.dmarc_passed = int(self.value("Number of emails approved"))
        self.read_hours()
        self.codes = self.league("Qpsmtpd codes league table",
                                 r"(\d+)\t *[\d.]+%\t\t(.*)")
        self.lists = self.league("Blacklist details", r" *(\d+)\t(.*)")
        self.viruses = self.league("Virus Statistics", r"Rejected (\d+)\t(.*)")
        self.read_countries()

    def value(self, title):
        for line in self.lines:
            if line.startswith(title):
                return line.split(":", 1)[1].split()[0]
        raise ValueError(title)

    def time(self, title):
        """As it is printed: local time, '2026-03-28 12:00:00'."""
        for line in self.lines:
            if line.startswith(title):
                text = line.split(":", 1)[1].strip()
                return time.strftime("%Y-%m-%d %H:%M:%S",
                                     time.strptime(text))
        raise ValueError(title)

    def after(self, title):
        """The lines behind a title and its rules, up to an empty one."""
        at = next((i for i, line in enumerate(self.lines)
                   if line.startswith(title)), None)
        if at is None:
            return
        for line in self.lines[at + 1:]:
            if not line.strip():
                return
            yield line

    def league(self, title, pattern):
        rows = {}
        for line in self.after(title):
            match = re.fullmatch(pattern, line)
            if match:
                name = match[2]
                rows[name] = rows.get(name, 0) + int(match[1])
        return rows

    def read_hours(self):
        """hours[label][column]; totals and percentages as rows."""
        self.hours = {}
        columns = None
        for line in self.after("Statistics by Hour"):
            if "|" in line:
                columns = [c.strip() for c in line.split("|")][1:-1]
            elif re.match(r"\d{4}-\d\d-\d\d, \d\d|TOTALS|PERCENTAGES", line):
                cells = line[15:].split()
                self.hours[line[:15].strip()] = dict(
                    zip(columns, map(number, cells), strict=True))

    def read_countries(self):
        self.countries = {}
        self.refused = set()
        for line in self.after("Geoip results"):
            match = re.fullmatch(r"(\S\S)\t+ *[\d.]+%\t+(\d+)\t(.)", line)
            if match:
                self.countries[match[1]] = int(match[2])
                if match[3] == "*":
                    self.refused.add(match[1])
