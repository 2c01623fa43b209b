"""laws.py - logs cut, packed and named in many ways, and what must not change.

Each way stands in a folder of its own as log/..., and the program runs in that
folder, so that the names of logs in a report are the same.
"""
import itertools
import json
import os
import random

from mailtally import QMAIL, SCRATCH, corpus_log, loggen, run

SEED = int(os.environ.get("SEED", "20260310"))
rng = random.Random(SEED)

# What files there are is told by these, and differs with them.
FILE_COLUMNS = ("files", "on_disk", "processed", "unprocessed", "current")
FILE_ITEMS = ("joined_lines", "truncated_files", "copies")

folders = itertools.count(1)


def comparable(out, stream="log"):
    """A JSON report without what describes the files it was made of."""
    report = json.loads(out)
    del report["inputs"]
    sections = report["sections"]
    for row in sections.get("coverage", {}).get("rows", []):
        for column in FILE_COLUMNS:
            row.pop(column, None)
    for name in ("coverage", "unparsed"):
        section = sections.get(name, {})
        for row in section.get("rows", []) + [
                row for table in section.get("tables", {}).values()
                for row in table["rows"]]:
            if row.get("stream") == stream:
                row["stream"] = "log"
    if "coverage" in sections:
        sections["coverage"].pop("notes", None)
        tables = sections["coverage"].pop("tables", {})
        tables.pop("limits", None)
        if tables:
            sections["coverage"]["tables"] = tables
    if "unparsed" in sections:
        sections["unparsed"]["rows"] = [
            row for row in sections["unparsed"]["rows"]
            if row["item"] not in FILE_ITEMS]
    if "streams" in sections:
        sections["streams"] = json.loads(
            json.dumps(sections["streams"]).replace('"%s"' % stream, '"log"'))
    return json.dumps(report, indent=1).encode()


def lay_out(files):
    """A folder with log/NAME for each name and content, in that order."""
    folder = SCRATCH / ("way-%d" % next(folders))
    (folder / "log").mkdir(parents=True)
    for name, content in files.items():
        (folder / "log" / name).write_bytes(content)
    return folder


def read(folder, *arguments, **options):
    """The report of log/... in a folder; what failed is an exception."""
    result = run("report", "-o", "json", "--top", "0", *arguments, cwd=folder,
                 **options)
    if result.status != 0 or result.err:
        raise AssertionError("%s: %s" % (arguments, result))
    return result.out


class Log:
    """A log that is read in many ways, and its report when read in one."""

    def __init__(self, name, data, *options):
        self.name, self.data, self.options = name, data, options
        self.plain = self.of_files({"whole": data})

    def of_files(self, files, *arguments):
        """Files given one by one, in their order."""
        folder = lay_out(files)
        return comparable(read(folder, *self.options, *arguments,
                               *("log/" + name for name in files)))

    def of_folder(self, files, *arguments):
        return comparable(read(lay_out(files), *self.options, *arguments,
                               "log"))

    def of_stdin(self, data, *arguments):
        folder = lay_out({})
        out = read(folder, *self.options, *arguments, "-", stdin=data)
        return comparable(out, stream="-")


def generated(size="2M", *options):
    log, _ = loggen("qpsmtpd", "--size", size, *options)
    return log.read_bytes()


def qmail_log():
    """Some of the recorded log, with starts and a kill of qmail-send in it."""
    folder = QMAIL / "main"
    data = b"".join(f.read_bytes() for f in sorted(folder.iterdir()))
    at = data.index(b" status: exiting")
    begin = data.rindex(b"\n", 0, at - 150000) + 1
    return data[begin:data.rindex(b"\n", 0, begin + 500000) + 1]


def logs():
    """A few of each kind."""
    for name in ("modern-8field", "naughty-multiline", "old-plugin-colon"):
        yield Log(name, corpus_log(name))
    yield Log("generated", generated("1M"))
    yield Log("qmail", qmail_log())
    yield Log("qmail, generated", loggen("qmail", "--size", "512K",
                                         "--seed", "5")[0].read_bytes())


def cut(data, places):
    places = sorted(set(places) | {0, len(data)})
    return [data[a:b] for a, b in zip(places, places[1:])]


def line_ends(data):
    return [i + 1 for i, byte in enumerate(data) if byte == 10]


def in_order(pieces):
    """Names whose order says nothing: what counts is that of the arguments."""
    names = ["piece-%d" % i for i in range(len(pieces))]
    rng.shuffle(names)
    return dict(zip(names, pieces))


def shuffled(pieces):
    files = list(in_order(pieces).items())
    rng.shuffle(files)
    return dict(files)
