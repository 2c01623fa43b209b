#!/usr/bin/env python3
"""quick.t - the short way finds what looking at every line finds.

Patterns are made of pieces of the logs themselves, so that most of them find
something, and are compared with what --lines every prints, in order.
"""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from laws import SEED, cut, in_order, lay_out, line_ends, rng
from mailtally import corpus_log, loggen, run, together
from tap import done, ok

PATTERNS = 25

# Words of ours, and of every log; addresses that only an Accepted line has.
ALWAYS = ["too-many", "4/30", r"\d/40", "queued", "connection_time", "sec.",
          "msg denied before queued", "Accepted connection", "logterse",
          "127.0.0.1 queued", "user.*queued", "@example.org",
          "cleaning up after", r"^\d+ 127\.10\.1\.\d+ 0\.", "closed", "refused",
          "0.3", "500 sec", "<>", "Unknown", "GeoIP", "dispatching"]


# What was found of how many, of each comparison.
total = []


def pieces(data):
    """A piece of a line, as a pattern that it matches."""
    lines = data.split(b"\n")
    while True:
        line = rng.choice(lines)
        if rng.random() < 0.95 and not re.search(
                rb"logterse|Accepted|connection_time|cleaning|Too many", line):
            continue
        words = line.decode("latin-1").split()
        if not words:
            continue
        text = rng.choice(words)
        if rng.random() < 0.3:
            at = rng.randrange(max(1, len(line) - 30))
            text = line[at:at + rng.randint(3, 30)].decode("latin-1")
        text = re.sub(r"[^\x20-\x7e]", "", text)
        if len(text) < 2:
            continue
        yield decorated(text)


def decorated(text):
    """The text itself, or a regular expression around it."""
    what = rng.randrange(6)
    if what == 0:
        return ("-F", text)
    escaped = [re.escape(c) for c in text]
    at = rng.randrange(len(escaped))
    if what == 1:
        escaped[at] = "."
    elif what == 2:
        escaped[at] = escaped[at] + rng.choice(
            ["?", "*", "+", "{1,3}", "{0}", "{2}?", "*+"])
    elif what == 3:
        escaped[at] = "(%s|%s)" % (escaped[at], rng.choice(["x", ".", "ab"]))
    elif what == 4:
        escaped[at] = rng.choice([r"\S", "[^ ]", r"\b", "(?:.)", r"\w*", "$?"])
    return ("-e", "".join(escaped).swapcase() if "\\" not in "".join(escaped)
            and rng.random() < 0.3 else "".join(escaped))


def found(folder, files, arguments):
    return run("grep", "--jobs", "1", *arguments,
               *("log/" + name for name in files), cwd=folder)


def window(files):
    """Sometimes only a part of the time: then reading begins in the middle."""
    stamps = re.findall(rb"(?m)^@([0-9a-f]{16})", b"".join(files.values()))
    if rng.random() < 0.7:
        return ()
    since, until = sorted(int(rng.choice(stamps), 16) - (1 << 62) - 10
                          for _ in "12")
    return ("--since", "@%d" % since, "--until", "@%d" % (until + 1))


def compare(name, files, patterns):
    """The same bytes on both outputs, and the same status."""
    folder = lay_out(files)
    calls = []
    for option, text in patterns:
        how = rng.choice([("--long",), ("-o", "jsonl"), ("--raw",), ()])
        arguments = (*how, option, text) if option == "-e" else (
            *how, "-F", "-e", text)
        arguments += window(files)
        for more in ("--lines", "some"), ("--lines", "every"):
            calls.append(lambda a=(*more, *arguments):
                         (a, found(folder, files, a)))
    results = together(calls)
    matched = 0
    for (told, quick), (_, slow) in zip(results[::2], results[1::2]):
        same = (quick.status, quick.out, quick.err) == (
            slow.status, slow.out, slow.err)
        matched += quick.status == 0
        if not same:
            ok(False, name, told, list(files), "seed %d" % SEED, quick, slow,
               *set(quick.out.splitlines()) ^ set(slow.out.splitlines()))
            return
    ok(True, "%s: %d patterns, %d of them found" % (
        name, len(patterns), matched))
    total.append((matched, len(patterns)))


def take(generator, n):
    return [next(generator) for _ in range(n)]


def by_name(parts):
    """As multilog would call them: known to be in order."""
    return {"@%016x00000000.s" % (0x7f00000000000000 + i): part
            for i, part in enumerate(parts)}


def test(name, data):
    patterns = take(pieces(data), PATTERNS) + [("-e", p) for p in ALWAYS]
    compare(name + " whole", {"whole": data}, patterns)
    places = rng.sample(line_ends(data), min(5, len(line_ends(data))))
    compare(name + " cut at line ends", in_order(cut(data, places)),
            take(pieces(data), PATTERNS))
    for n in (2, 9):
        places = [rng.randrange(1, len(data)) for _ in range(n)]
        compare("%s cut at %d random bytes" % (name, n),
                by_name(cut(data, places)), take(pieces(data), PATTERNS))
    # The pieces do not go on one another: what is cut stays cut.
    folder = in_order(cut(data, [rng.randrange(1, len(data))]))
    compare(name + " in files that tell no order", folder,
            take(pieces(data), PATTERNS // 2))


for log in ("modern-8field", "modern-9field-naughty", "naughty-multiline",
            "old-plugin-colon", "old-plugin-hook"):
    test(log, corpus_log(log))
for style in "modern", "colon":
    path, _ = loggen("qpsmtpd", "--size", "300K", "--style", style)
    test("generated, " + style, path.read_bytes())
found_in_all, patterns_in_all = (sum(column) for column in zip(*total))
ok(found_in_all > patterns_in_all // 4, "most patterns are worth comparing: %d of "
   "%d" % (found_in_all, patterns_in_all))
done()
