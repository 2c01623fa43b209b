#!/usr/bin/env python3
"""config.t - where settings come from: the data base of an SME Server, the
file, the environment, in this order."""
import os
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from mailtally import run, scratch
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
NONE = {"MAILTALLY_REPORT_HOST": ""}


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
        "lists.rhsbl": "",
}.items():
    equal(get(key), value, "from the data base: " + key)
r = run("config", "get", "report.host", env={
    "MAILTALLY_SME": str(DB), "MAILTALLY_REPORT_HOST": "other.example"})
equal(r.out, b"other.example\n", "the environment comes after it")
ok("Connections at a time=40" in get("report.fact"), "limits are facts")
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
