#!/usr/bin/env python3
"""countries.t - the country of a client (B.8): from the log where it names
one, else from the configured file."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from mailtally import Report, run, scratch
from mmdb import build
from tap import done, equal, ok

FILE = scratch("country.mmdb", build({
    "192.0.2.0/24": "DE", "198.51.100.0/25": "FR", "203.0.113.7/32": "JP"}))
CONF = scratch("country.conf", "[report]\ncountry_file = %s\n"
               "country_cutoff = 0\n" % FILE)


def connection(second, pid, ip, country=None):
    stamp = "@400000006955b9%02x00000000 %d " % (second, pid)
    lines = [stamp + "Accepted connection 0/40 from %s / Unknown" % ip]
    if country:
        lines.append(stamp + "(connect) check_badcountries: GeoIP Country: "
                     + country)
    lines.append(stamp + "(deny) logging::logterse: ` %s\tUnknown\t\t\t\t"
                 "earlytalker\t903\tx" % ip)
    lines.append(stamp + "(post-connection) connection_time: 0.313 s.")
    return "".join(line + "\n" for line in lines)


LOG = scratch("countries.log", "".join([
    connection(1, 101, "192.0.2.9"),
    connection(2, 102, "192.0.2.9"),
    connection(3, 103, "192.0.2.10", "PL"),  # the log knows better
    connection(4, 104, "198.51.100.1"),
    connection(5, 105, "198.51.100.200"),    # beyond the /25
    connection(6, 106, "203.0.113.7"),
    connection(7, 107, "10.1.2.3"),
    connection(8, 108, "2001:db8::1"),
]))

with_file = Report(LOG, conf=CONF)
equal(with_file.column("countries", "country", "count"),
      {"DE": 2, "PL": 1, "FR": 1, "JP": 1, "(private)": 1, "(unknown)": 2},
      "countries from the log, else from the file")
equal(with_file.totals("countries")["count"], 8,
      "every connection has a country once")
equal({row["ip"]: row["country"] for row in with_file.rows("ips")},
      {"192.0.2.9": "DE", "192.0.2.10": "PL", "198.51.100.1": "FR",
       "198.51.100.200": "(unknown)", "203.0.113.7": "JP",
       "10.1.2.3": "(private)", "2001:db8::1": "(unknown)"},
      "and those of the clients")
equal(Report(LOG).column("countries", "country", "count"), {"PL": 1},
      "without a file only what the log says")

broken = scratch("broken.mmdb", b"\x00" * 100)
conf = scratch("broken.conf", "[report]\ncountry_file = %s\n" % broken)
result = run("report", LOG, env={"MAILTALLY_CONF": str(conf)})
equal(result.status, 64, "a file that is none is an error", result)
ok(result.err.count(b"\n") == 1 and str(broken).encode() in result.err,
   "which names it in one line", result)
done()
