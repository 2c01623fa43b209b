#!/usr/bin/env python3
"""processor.t - descriptors 0, 1, 4 and 5, and whatever can be wrong with
them: the log is always copied, and the exit status is 0.
"""
import os
import re
import subprocess

from summarizer import COPY, Directory, add, truth  # finds the others
from mailtally import (ENVIRONMENT, PROGRAM, corpus, corpus_log, loggen,
                       scratch)
from tap import done, equal, ok

SETS = ["old-plugin-colon", "old-plugin-hook", "modern-8field",
        "modern-9field-naughty", "naughty-multiline"]


def stamped(name):
    return b"".join(line for line in corpus_log(name).splitlines(True)
                    if line.startswith(b"@"))


def numbers_of_the_old_tool(name):
    """{disposition: the six numbers} of its own one run over all lines."""
    text = (corpus(name) / "expected/qplogsumm-onepass.stdout-tail").read_text()
    return table(text)


def table(text):
    found = {}
    for line in text.splitlines():
        match = re.fullmatch(
            r"# (\S.{29}) +(\d+) +(\S+) +(\S+) +(\d+) +(\S+) +(\S+)", line)
        if match:
            found[match[1].strip()] = match.groups()[1:]
    return found


for name in SETS:
    log = stamped(name)
    d = Directory("set").process(log)
    equal(d.status, 0, name + ": exit status", d.err)
    equal(d.read("processed"), log, name + ": copied")
    equal(d.counts(), truth(log), name + ": counts")
    equal(d.read(COPY), d.read("newstate"), name + ": the copy of the state")
    ours = table(d.read("newstate").decode())
    # The old tool loses records with a backquote, and widens nothing else.
    same = {k: v for k, v in numbers_of_the_old_tool(name).items()
            if k not in ("queued", "TOTALS")}
    lost = sum(truth(log).values()) - sum(
        int(v[0]) for k, v in numbers_of_the_old_tool(name).items()
        if k != "TOTALS")
    for k, old in same.items():
        got = ours.get(k)
        # The share of a larger whole may be one less.
        alike = got and (got[0], got[2], got[3], got[5]) == (
            old[0], old[2], old[3], old[5]) and all(
                0 <= int(o[:-1]) - int(g[:-1]) <= (1 if lost else 0)
                for o, g in ((old[1], got[1]), (old[4], got[4])))
        ok(alike, "%s: numbers of %s" % (name, k), old, got)

log = stamped("modern-8field")
lines = log.splitlines(True)
half = len(lines) // 2
first, second = b"".join(lines[:half]), b"".join(lines[half:])

# ---- two logs are as one, once ----

d = Directory("two").rotate(first).rotate(second)
equal(d.counts("state"), truth(log), "two logs one after the other")
one = Directory("one").rotate(log)
equal([l for l in d.read("state").splitlines() if not l.startswith(b"#")],
      [l for l in one.read("state").splitlines() if not l.startswith(b"#")],
      "and the same first times")
d.rotate(b"")
equal(d.counts("state"), truth(log), "an empty log adds nothing")
d.rotate(b"\n\n# noise\n\0\xff\x1b[31m")
equal((d.status, d.counts("state")), (0, truth(log)), "nor does noise")

# ---- states that multilog hands in ----

old = Directory("x").rotate(first).read("state")
want, alone = truth(log), truth(second)
for name, state, should in [
        ("empty", b"", alone), ("noise", os.urandom(5000), alone),
        ("zero bytes", bytes(100000), alone),
        ("only comments", b"# nothing\n#\n", alone),
        ("no line end", b"queued", alone),
        ("our own", old, want),
        ("rows alone", b"".join(l for l in old.splitlines(True)
                                if not l.startswith(b"#")), want),
        ("CR LF", old.replace(b"\n", b"\r\n"), want),
        ("rows and noise", old + b"what is this?\n\xff\xff\n", want)]:
    d = Directory("s", state).process(second)
    equal((d.status, d.read("processed") == second), (0, True),
          "state: %s: copied" % name, d.err)
    equal(d.counts(), should, "state: %s: counts" % name,
          d.read("newstate")[:2000])
    if should is alone:
        ok(b"# Note:" in d.read("newstate"), "state: %s: is told" % name)

d = Directory("cut", old[:old.index(b"queued") + 60]).process(second)
ok(d.status == 0 and d.counts()["queued"] <= want["queued"],
   "a number that was cut off is not taken for a smaller one")

# ---- descriptors ----

for name, how in [
        ("4 closed", {"four": "4<&-"}), ("4 a directory", {"four": "4</"}),
        ("4 not for reading", {"four": "4>/dev/null"}),
        ("4 without end", {"four": "4</dev/zero"}),
        ("4 a pipe nobody writes to",
         {"before": "rm -f p; mkfifo p; sleep 60 3<>p & exec 4<>p;",
          "four": ""})]:
    d = Directory("four", old)
    d.process(second, **how)
    equal((d.status, d.read("processed") == second, d.counts()),
          (0, True, alone), "descriptor %s" % name, d.err)
    ok(b"# Note:" in d.read("newstate"), "descriptor %s: is told" % name)

for name, how in [
        ("5 closed", {"five": "5>&-"}), ("5 full", {"five": "5>/dev/full"}),
        ("5 a directory", {"five": "5</"}),
        ("5 not for writing", {"five": "5</dev/null"}),
        ("5 a pipe nobody reads", {
            "before": "rm -f p; mkfifo p; exec 5<>p;", "five": ""}),
        ("4 and 5 closed", {"four": "4<&-", "five": "5>&-"})]:
    d = Directory("five", old)
    d.process(second, **how)
    equal((d.status, d.read("processed") == second), (0, True),
          "descriptor %s" % name, d.err)
    ok(d.err.startswith("mailtally: ") or "pipe" in name,
       "descriptor %s: is told" % name, d.err)
    equal(d.counts(COPY), alone if "4" in name else want,
          "descriptor %s: the copy of the state has it" % name)

d = Directory("one", old).process(second, one="1>/dev/full")
equal((d.status, d.read("newstate"), d.read(COPY)), (111, b"", None),
      "standard output full: 111, and no state", d.err)
d.write("previous", log * 3)
reader, writer = os.pipe()
os.close(reader)
with open(d.path / "previous", "rb") as previous:
    status = subprocess.run([PROGRAM, "summarize"], cwd=d.path, stdin=previous,
                            env=ENVIRONMENT, stdout=writer,
                            stderr=subprocess.DEVNULL).returncode
os.close(writer)
equal(status, 111, "standard output a pipe without a reader: 111")

# ---- the working directory ----

d = Directory("gone", old)
(d.path / COPY).mkdir()
d.process(second)
equal((d.status, d.counts()), (0, want), "the copy is a directory")
ok(b"mailtally.state" in d.read("newstate"), "the copy is a directory: told")
d = Directory("link", old)
(d.path / (COPY + ".tmp")).symlink_to("/dev/full")
d.process(second)
equal((d.status, d.counts()), (0, want), "somebody's link for our file")

# ---- the copy of the state ----

d = Directory("copy").rotate(first)
d.write("state", b"")
d.rotate(second)
equal(d.counts("state"), want, "an emptied state goes on from the copy")
ok(b"# Note: the state was not used" in d.read("state"), "and it is told")
d = Directory("again").rotate(first)
kept = d.read("state")
d.write("state", b"")
d.rotate(first)
equal(d.counts("state"), truth(first),
      "the log that the copy ends with is not added again")
d = Directory("damaged").rotate(first)
d.write("state", d.read("state").replace(b"queued  ", b"qu\0ued  ", 1))
d.rotate(second)
equal(d.counts("state"), want, "a state that was changed: the copy counts")
d = Directory("oldstate").rotate(first)
d.write("state", b"queued @4000000069c83b370c0bcf14 7\n")
d.rotate(second)
equal(d.counts("state"), add(alone, {"queued": 7}),
      "a state that somebody wrote counts, not the copy")

# ---- what the old tool left ----

names = corpus("column-variants")
one_log, two_log = ((names / n).read_bytes() for n in
                    ("names-1.log", "names-2.log"))
doubled = (names / "expected/names-1.newstate").read_bytes()
d = Directory("names", doubled).process(two_log)
before = {}
for line in doubled.splitlines():
    match = re.fullmatch(rb"(.{30}) (@\w{24}) +(\d+)", line)
    if match and not line.startswith(b"LOGFILE"):
        before[re.sub(r"\s", "_", match[1].decode().strip())] = int(match[3])
equal(d.counts(), add(before, truth(two_log)),
      "its state is read, names with blanks and long ones too")
shifted = (names / "expected/names-2.newstate").read_bytes()
d = Directory("shifted", shifted).process(two_log)
equal((d.status, d.read("processed") == two_log), (0, True),
      "shifted columns stop nothing")
equal(sum(d.counts().values()), sum(truth(two_log).values()) + sum(
    int(l.split()[-1]) for l in shifted.splitlines()
    if not l.startswith(b"#") and b"LOGFILE_EPOCH" not in l),
      "and no count of them is lost")

# ---- hostile names, and very many ----

evil = b"".join(
    b"@4000000069c83b37%08x 1 (deny) logging::logterse: ` 192.0.2.1\th\th\t<>"
    b"\t<a@b>\t%s\t901\ttext\tmsg denied before queued\n" % (i, n)
    for i, n in enumerate([b"#comment", b"LOGFILE_EPOCH", b"", b"\x1b[31m",
                           b"a b", b"\xff\xfe", b"%s%n", b"x" * 500]))
d = Directory("evil").rotate(evil).rotate(evil)
equal(sum(d.counts("state").values()), 16, "hostile names are counted")
equal(len(d.counts("state")), 8, "each its own, the same in both logs")
ok(all(32 <= c < 127 or c == 10 for c in d.read("state")),
   "and nothing of them but letters is written")
many = b"".join(
    b"@4000000069c83b37%08x 1 (deny) logging::logterse: ` 192.0.2.1\th\th\t<>"
    b"\t<a@b>\tplugin%d\t901\ttext\n" % (i, i) for i in range(30000))
d = Directory("many").rotate(many)
equal((sum(d.counts("state").values()), len(d.counts("state"))),
      (30000, 1000), "30000 names are a thousand rows, and all are counted")
ok(b"# Note: 29001 transactions have names beyond" in d.read("state"),
   "which is told")

# ---- the table behind the log ----

d = Directory("table", old).process(second, "--append-table")
out = d.read("processed")
ok(out.startswith(second) and all(
    l.startswith(b"#") for l in out[len(second):].splitlines()),
   "the table stands behind the log as # lines")
equal(table(out.decode(errors="replace"))["TOTALS"][3],
      str(sum(want.values())), "with the totals")
d = Directory("table", old).process(second + b"@4000000069c8", "--append-table")
equal(d.read("processed"), second + b"@4000000069c8",
      "but not in the middle of a line")
d = Directory("stamps").process(b"".join(
    re.sub(rb"^@\w{24}", b"@4000000069c83b370c0bcf14", l) for l in lines))
equal(d.status, 0, "all stamps equal")
ok(b"%        -" in d.read("newstate"), "divided by nothing is -")

# ---- lines that multilog cut ----

rcpts = b",".join(b"<user%d@local.example.org>" % i for i in range(200))
record = (b"@4000000069c83b370c0bcf14 77 (queue) logging::logterse: ` 192.0.2.1"
          b"\tmx\tmx\t<a@b>\t" + rcpts + b"\tqueued\t\t<1@x>\tNo, score=1.0\n")
after = b"@4000000069c83b380c0bcf14 77 click, disconnecting\n"
bad = 0
for at in list(range(97, len(record), 97)) + list(
        range(record.index(b"queued") - 3, len(record))):
    d = Directory("cutline").rotate(first + record[:at])
    d.rotate(record[at:] + after)
    bad += d.counts("state") != add(truth(first), {"queued": 1})
equal(bad, 0, "a record cut anywhere between two logs is counted once")
d = Directory("three").rotate(first + record[:600]).rotate(record[600:2000])
d.rotate(record[2000:] + after)
equal(d.counts("state"), add(truth(first), {"queued": 1}),
      "or between three")
d = Directory("fake").rotate(b"@4000000069c83b370c0bcf14 77 dispatching HELO ")
d.rotate(record[26:])
ok(d.counts("state") == {}, "the rest of a line is not taken for a record")

# ---- how it is called ----

d = Directory("wrong", old).process(second, "--no-such-option")
equal((d.status, d.read("processed") == second, d.counts()), (0, True, want),
      "an option that there is not does not stop multilog", d.err)
conf = scratch("broken.conf", "[nonsense\n???\n")
d = Directory("conf", old).process(second, env={"MAILTALLY_CONF": str(conf)})
equal((d.status, d.counts()), (0, want), "nor does a broken configuration",
      d.err)
link = scratch("qplogsumm")
link.unlink(missing_ok=True)
link.symlink_to(PROGRAM)
out = subprocess.run([link], input=second, env=ENVIRONMENT,
                     stdout=subprocess.PIPE)
equal((out.returncode, out.stdout), (0, second), "called as qplogsumm")
d = Directory("limits", old).process(second, before="ulimit -f 100;")
equal((d.status, d.read("newstate")), (111, b""),
      "a limit on files that the copy meets: 111", d.err)

# ---- one large log through pipes ----

path, told = loggen("qpsmtpd", "--size", "24M")
with open(path, "rb") as f:
    cat = subprocess.Popen(["cat"], stdin=f, stdout=subprocess.PIPE)
    d = Directory("large")
    mine = subprocess.Popen(
        ["sh", "-c", 'exec "$0" summarize 4<state 5>newstate', PROGRAM],
        cwd=d.path, env=ENVIRONMENT, stdin=cat.stdout,
        stdout=subprocess.PIPE)
    cat.stdout.close()
    got = mine.stdout.read()
    equal(mine.wait(), 0, "through pipes")
equal(got == path.read_bytes(), True, "through pipes: copied")
equal(sum(d.counts().values()), told["transactions"], "through pipes: counted")

done()
