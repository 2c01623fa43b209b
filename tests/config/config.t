#!/usr/bin/env python3
"""config.t - where settings come from: the data base of an SME Server, the
file, the environment, in this order."""
import os
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from mailtally import ENVIRONMENT, run, scratch
from tap import done, equal, ok

DB = scratch("db")
DB.mkdir()
(DB / "configuration").write_text("""\
# DO NOT MODIFY THIS FILE.
DomainName=ourtown.example
LocalIP=192.168.1.1
SystemName=mail
mailstats=report|Base|Midday|Email|admin|Interval|weekly|status|enabled
qmail=service|KeepLogFiles|7|MaxMessageSize|25000000|status|enabled
qpsmtpd=service|DNSBL|enabled|LogLevel|6|RBLList|zen.spamhaus.org:bl.spamcop.net|RHSBL|disabled|SBLList|dbl.spamhaus.org|qplogsumm|enabled|status|enabled
smtpd=service|Instances|40|InstancesPerIP|5|status|enabled
spamassassin=service|RejectLevel|12|TagLevel|5|status|enabled
""")
(DB / "domains").write_text("""\
ourtown.example=domain|Content|Primary|Description|Primary domain
shop.example=domain|Content|shop|Removable|yes
""")


def config(*arguments, sme=DB, **env):
    r = run("config", *arguments, env={"MAILTALLY_SME": str(sme), **env})
    ok(r.status == 0, "config %s" % (arguments,), r)
    return r.out.decode()


def get(key, **options):
    return config("get", key, **options).rstrip("\n")


def origins(text):
    return dict((m[2], m[1]) for m in re.finditer(
        r"^# from (.*):\n(\w+) =", text, re.M))


for key, value in {
        "classes.local_domain": "shop.example, ourtown.example",
        "classes.tag_level": "5", "classes.reject_level": "12",
        "report.interval": "weekly", "report.base": "midday",
        "qmail.keep_log_files": "7", "qmail.KeepLogFiles": "7",
        "qmail.MaxFileSize": "5000000", "qpsmtpd.KeepLogFiles": "30",
        "lists.dnsbl": "zen.spamhaus.org, bl.spamcop.net",
        "lists.rhsbl": "", "maildir.relay": "192.168.1.1",
        "classes.local_network": "10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, "
                                 "fc00::/7, fe80::/10",
}.items():
    equal(get(key), value, "from the data base: " + key)
r = run("config", "get", "report.host", env={
    "MAILTALLY_SME": str(DB), "MAILTALLY_REPORT_HOST": "other.example"})
equal(r.out, b"other.example\n", "the environment comes after it")
for fact in ("Connections at a time=40", "Connections of one client=5",
             "Log level of qpsmtpd=6", "qplogsumm=enabled"):
    ok(fact in get("report.fact"), "a line of the head: " + fact)
said = origins(config())
equal(said.get("tag_level"), "the configuration data base", "it is said")
ok("keep_log_files" in said and "zone" not in said, "a default has no origin",
   said)

conf = scratch("x.conf", "[classes]\ntag_level = 7\nlocal_domain = a.example\n"
               "[qmail]\nkeep_log_files = 99\n")
equal(get("classes.tag_level", MAILTALLY_CONF=str(conf)), "7",
      "the file comes after the data base")
equal(get("classes.local_domain", MAILTALLY_CONF=str(conf)), "a.example",
      "a list of the file replaces that of the data base")
equal(get("qmail.KeepLogFiles", MAILTALLY_CONF=str(conf),
          MAILTALLY_QMAIL_KEEP_LOG_FILES="12"), "12",
      "and the environment after the file")
said = origins(config(MAILTALLY_CONF=str(conf),
                      MAILTALLY_QMAIL_KEEP_LOG_FILES="12"))
equal((said["tag_level"], said["reject_level"], said["keep_log_files"]),
      (str(conf), "the configuration data base",
       "MAILTALLY_QMAIL_KEEP_LOG_FILES"), "each says where it is from")

# Each is a default: the file has the last word.
full = scratch("full")
full.mkdir()
(full / "configuration").write_text("""\
DomainName=ourtown.example
LocalIP=198.51.100.7
SystemName=mail
mailstats=report|Base|Midday|GeoipCutoffPercent|2.5|Interval|monthly|SARulePercentThreshold|3
qmail=service|KeepLogFiles|7|MaxFileSize|100000
qpsmtpd=service|BadCountries|XX:YY|DNSBL|enabled|KeepLogFiles|8|LogLevel|6|MaxFileSize|200000|RBLList|a.example:b.example|RHSBL|enabled|SBLList|c.example;d.example|URIBL|enabled|UBLList|e.example|qplogsumm|enabled
sqpsmtpd=service|KeepLogFiles|9|MaxFileSize|300000
smtpd=service|Instances|40|InstancesPerIP|5
spamassassin=service|RejectLevel|12|TagLevel|5
""")
(full / "domains").write_text("ourtown.example=domain|Content|Primary\n"
                              "shop.example=domain|Content|shop\n")
TAKEN = {
    "report.host": ("mail.ourtown.example", "mx.example"),
    "classes.local_domain": ("shop.example, ourtown.example", "x.example"),
    "classes.local_network": ("10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, "
                              "fc00::/7, fe80::/10, 198.51.100.7",
                              "192.0.2.0/24"),
    "maildir.relay": ("198.51.100.7", "192.0.2.1"),
    "report.interval": ("monthly", "daily"),
    "report.base": ("midday", "midnight"),
    "report.country_cutoff": ("2.5", "1"),
    "report.sa_rule_threshold": ("3", "1"),
    "report.refused_country": ("XX, YY", "ZZ"),
    "report.fact": ('"Connections at a time=40", "Connections of one '
                    'client=5", "Log level of qpsmtpd=6", qplogsumm=enabled',
                    "a=b"),
    "lists.dnsbl": ("a.example, b.example", "x.example"),
    "lists.rhsbl": ("c.example, d.example", "x.example"),
    "lists.uribl": ("e.example", "x.example"),
    "qmail.keep_log_files": ("7", "70"),
    "qmail.max_file_size": ("100000", "5000"),
    "qpsmtpd.keep_log_files": ("8", "80"),
    "qpsmtpd.max_file_size": ("200000", "5000"),
    "sqpsmtpd.keep_log_files": ("9", "90"),
    "sqpsmtpd.max_file_size": ("300000", "5000"),
    "classes.tag_level": ("5", "6"),
    "classes.reject_level": ("12", "13"),
}
sections = {}
for key, (_, own) in TAKEN.items():
    section, name = key.split(".")
    sections.setdefault(section, []).append("%s = %s\n" % (name, own))
conf = scratch("all.conf", "".join("[%s]\n%s" % (s, "".join(lines))
                                   for s, lines in sections.items()))
# The tests have one of their own, which would come last.
del ENVIRONMENT["MAILTALLY_REPORT_HOST"]
for key, (value, own) in TAKEN.items():
    equal(get(key, sme=full), value, "from the data base: " + key)
    equal(get(key, sme=full, MAILTALLY_CONF=str(conf)), own,
          "the file's " + key + " instead")
r = run("report", "--sections", "codes", os.path.join(
    os.environ.get("EXAMPLES", "examples"), "log"),
    env={"MAILTALLY_SME": str(full)})
for line in ("mail.ourtown.example", "Connections at a time", "40",
             "Connections of one client", "Tag level", "5.0", "Reject level",
             "12.0"):
    ok(line.encode() in r.out, "the head of a report has it: " + line, r.out)

# What the data base holds is not ours to judge.
odd = scratch("odd")
odd.mkdir()
(odd / "configuration").write_bytes(
    b"spamassassin=service|TagLevel|high|RejectLevel|9\n"
    b"qmail=service|KeepLogFiles|-3\nqpsmtpd=service|RBLList\n\xff\x00=|||\n"
    b"mailstats=report|Interval|never\nDomainName=\nbroken\n")
equal(get("classes.tag_level", sme=odd), "", "a value that is none")
equal(get("classes.reject_level", sme=odd), "9", "beside one that is")
equal(get("qmail.keep_log_files", sme=odd), "30", "a number that is none")
equal(get("report.interval", sme=odd), "", "an interval that is none")
equal(get("classes.tag_level", sme=scratch("nothing")), "", "no data base")

for words in (("get", "qmail.keep_log_file"), ("get", "nothing"),
              ("get", "qmale.KeepLogFiles"), ("get",), ("set", "a.b")):
    r = run("config", *words)
    equal((r.status, r.err.count(b"\n")), (64, 1), "config %s" % (words,), r)
ok(b"keep_log_files" in run("config", "get", "qmail.keep_log_file").err,
   "what was meant")
done()
