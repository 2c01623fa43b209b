#!/usr/bin/env python3
"""grep.t - grep finds in a store what it finds in the logs, byte for byte."""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from mailtally import QMAIL, corpus, loggen, run, scratch
from stores import ingest
from tap import done, equal, ok

LOGS = {name: str(corpus(name) / "log") for name in
        ("modern-8field", "modern-9field-naughty", "old-plugin-colon")}
LOGS["queue"] = str(QMAIL / "main")
LOGS["generated"] = str(loggen("qpsmtpd", "--size", "2M", "--days", "3",
                               "--start", "1772280000")[0])


def same(store, log, *arguments):
    files = run("grep", *arguments, log)
    kept = run("grep", *arguments, "--store", store)
    equal((kept.status, kept.out), (files.status, files.out),
          "grep %s, %d bytes" % (" ".join(arguments), len(files.out)),
          kept, files)
    return files.out


def addresses(out):
    """Clients and senders that occur, a few of each."""
    clients = re.findall(rb'"client":"([0-9.]+)"', out)
    senders = re.findall(rb'"sender":"([^"<>*?\\]+@[^"\\]+)"', out)
    names = re.findall(rb'"recipients":\["([^"<>*?\\]+@[^"\\]+)"', out)
    return [("--client", c) for c in sorted(set(clients))[::97][:4]] + [
        ("--from", s) for s in sorted(set(senders))[::97][:4]] + [
        ("--to", s) for s in sorted(set(names))[::97][:4]]


def main():
    for name, log in LOGS.items():
        store = scratch(name + ".db")
        ingest(store, "--delta-bytes", "300000", log)
        found = same(store, log, "--all", "-o", "jsonl")
        ok(len(found) > 10000, name + ": there is something")
        same(store, log, "--all", "--long", "--time")
        same(store, log, "--all", "--sort", "seconds", "--limit", "20")
        same(store, log, "--all", "--group-by", "disposition")
        same(store, log, "-e", "example", "--verdict", "rejected")
        same(store, log, "--all", "--since", "2026-03-01 03:00:00", "--until",
             "2026-03-02 04:05:06", "--kind", "transaction")
        for option, value in addresses(found):
            out = same(store, log, "--all", option, value.decode())
            ok(len(out) > 0, "%s is found" % value)
        same(store, log, "--all", "--to", "nobody@nowhere.invalid")
        for option in ["--raw"], ["--context", "connection"]:
            same(store, log, "--all", *option)
            same(store, log, "-e", "example", *option, "--verdict", "rejected",
                 "--since", "2026-03-01 03:00:00")
            for key in addresses(found)[::3]:
                same(store, log, "--all", *option, key[0], key[1].decode())
        same(store, log, "--all", "--kind", "check", "--limit", "100")


main()
done()
