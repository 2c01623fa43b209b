#!/usr/bin/env python3
"""byhand.t - summarize on files and directories, and changes of a state."""
import re
import shutil

from summarizer import COPY, Directory, add, rows, truth
from mailtally import corpus, corpus_log, report, run, scratch
from tap import done, equal, ok

log = corpus("old-plugin-colon") / "log"
whole = truth(corpus_log("old-plugin-colon"))
files = sorted(log.glob("@*"))
state = scratch("new")

r = run("summarize", "--write-state", state, log)
equal((r.status, rows(state.read_bytes())), (0, whole), "a directory", r.err)
ok(re.search(rb"^queued +198  52% +\d+ +198  52% +\d+$", r.out, re.M),
   "prints the table", r.out)
equal(run("summarize", *files, log / "current").out, r.out,
      "its files are the same")
equal(run("summarize", log, *files).out, r.out, "a file named twice is one")
half = scratch("half")
run("summarize", "--write-state", half, *files[:5])
run("summarize", "--state", half, "--write-state", half, *files[5:],
    log / "current")
equal(rows(half.read_bytes()), whole, "going on from a state")
equal(run("summarize", "--state", scratch("none"), log).status, 66,
      "a state that there is not")
equal(run("summarize", "--state", half).status, 64, "a state without logs")
equal(run("summarize", scratch("none")).status, 66, "a log that there is not")
equal(run("summarize", "--write-state", "/no/dir/state", log).status, 73,
      "a state that cannot be written")

# ---- section of the report ----

ours = report("--sections", "qplogsumm", "--state", half, log)
got = {row["disposition"]: (row["total"], row["cum_total"])
       for row in ours["sections"]["qplogsumm"]["rows"]}
equal(got, {k: (v, v) for k, v in whole.items()}, "the section, with a state")
naughty = corpus("naughty-multiline") / "log"
ours = report("--sections", "qplogsumm", naughty)
equal({row["disposition"]: row["total"]
       for row in ours["sections"]["qplogsumm"]["rows"]},
      {"naughty": 16, "queued": 8}, "the section does not tell naughty's reason")

# ---- --halve-history ----

doubled = scratch("doubled",
                  (corpus("old-plugin-colon") /
                   "expected/qplogsumm-onepass.newstate").read_bytes())
before = doubled.read_bytes()
r = run("summarize", "--halve-history", doubled)
equal(r.status, 0, "halved", r.err)
equal({k: 2 * v for k, v in rows(doubled.read_bytes()).items()}, rows(before),
      "every count is half")
equal(doubled.with_name("doubled.orig").read_bytes(), before,
      "the old one is kept")
ok(run("summarize", "--halve-history", doubled).status != 0,
   "not a second time")
doubled.with_name("doubled.orig").unlink()
equal(run("summarize", "--halve-history", doubled).status, 65,
      "not even without the old one")

# ---- --rebuild, --include-unprocessed ----

def directory(name):
    path = scratch(name)
    shutil.rmtree(path, ignore_errors=True)
    shutil.copytree(log, path)
    return path


d = directory("rebuilt")
r = run("summarize", "--rebuild", d)
finished = b"".join(p.read_bytes() for p in files)
equal((r.status, rows((d / "state").read_bytes())), (0, truth(finished)),
      "made anew from all that is finished", r.err)
ok(re.search(rb"complete from 2008-11-07T14:01:11", r.out), "since when",
   r.out)
equal((d / COPY).read_bytes(), (d / "state").read_bytes(), "the copy too")
equal((d / "state.orig").read_bytes(), (log / "state").read_bytes(),
      "the old one is kept")
r = run("summarize", "--include-unprocessed", d)
equal((r.status, rows((d / "state").read_bytes())), (0, truth(finished)),
      "what was unprocessed is in it already", r.err)

d = directory("unprocessed")
u = truth(b"".join(p.read_bytes() for p in d.glob("*.u")))
r = run("summarize", "--include-unprocessed", d)
equal((r.status, rows((d / "state").read_bytes())),
      (0, add(rows((log / "state").read_bytes()), u)),
      "an unprocessed log is added", r.err)
ok(b"with %d transactions" % sum(u.values()) in r.out, "and reported", r.out)
after = (d / "state").read_bytes()
run("summarize", "--include-unprocessed", d)
equal((d / "state").read_bytes(), after, "once")
x = Directory("x", after).rotate(corpus_log("modern-8field"))
equal(b"# mailtally: included " in x.read("state"), True,
      "the processor remembers it")
(d / "previous").touch()
(d / "lock").touch()
equal(run("summarize", "--include-unprocessed", d).status, 0,
      "what a crash left there does not matter when nobody has the lock")
equal(run("summarize", "--include-unprocessed", scratch("none")).status, 66,
      "a directory that there is not")

done()
