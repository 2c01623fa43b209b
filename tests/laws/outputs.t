#!/usr/bin/env python3
"""outputs.t - all outputs tell the same, and twice the same bytes."""
import csv
import io
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from laws import comparable, cut, lay_out, line_ends, rng
from mailtally import SCRATCH, corpus, corpus_log, run, scratch
from tap import done, equal, ok

LOG = corpus("modern-9field-naughty") / "log"
OPTIONS = ("--top", "0", "--now", "2026-01-01")


def outputs(log, *options, cwd=None):
    """{name: bytes} of what each output prints and writes."""
    found = {}
    for name in ("text", "json", "jsonl"):
        result = run("report", *OPTIONS, *options, "-o", name, log, cwd=cwd)
        ok(result.status == 0 and not result.err,
           "%s of %s" % (name, log), result)
        found[name] = result.out
    folder = scratch("csv-%d/x" % len(list(SCRATCH.glob("csv-*")))).parent
    result = run("report", *OPTIONS, *options, "-o", "csv", "-d", folder, log,
                 cwd=cwd)
    ok(result.status == 0 and not result.err and not result.out,
       "csv of %s" % log, result)
    for path in sorted(folder.iterdir()):
        found["csv/" + path.name] = path.read_bytes()
    return found


def test_twice(first):
    again = outputs(LOG)
    for name in sorted(first | again):
        equal(again.get(name), first.get(name), name + ": the same bytes again")


def tables(report):
    for name, section in report["sections"].items():
        if "columns" in section:
            yield name, section
        for table, inner in section.get("tables", {}).items():
            yield "%s-%s" % (name, table), inner


def cell(value):
    """As CSV has it: nothing for unknown, and nothing a sheet would run."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    return "'" + value if value[:1] in ("=", "+", "-", "@") else value


def test_csv(found):
    report = json.loads(found["json"])
    equal(sorted(n for n in found if n.startswith("csv/")),
          sorted(["csv/%s.csv" % name for name, _ in tables(report)] +
                 ["csv/head.csv", "csv/inputs.csv"] * ("csv/inputs.csv" in
                                                       found) +
                 ["csv/head.csv"] * ("csv/inputs.csv" not in found)),
          "csv: a file for each table")
    for name, table in tables(report):
        text = found["csv/%s.csv" % name].decode()
        rows = list(csv.reader(io.StringIO(text, newline="")))
        columns = [c["id"] for c in table["columns"]]
        should = [[cell(row[c]) for c in columns] for row in table["rows"]]
        for part in ("totals", "percentages"):
            if part in table:
                should.append([cell(table[part][c]) for c in columns])
        ok(len(rows[0]) == len(columns), "csv: %s: titles" % name, rows[0])
        got = [[c.removesuffix(".0") for c in row] for row in rows[1:]]
        should = [[c.removesuffix(".0") for c in row] for row in should]
        # A table without rows may have no totals here.
        if table["rows"] or got:
            equal(got, should, "csv: %s: the rows of the JSON" % name)


def test_jsonl(found):
    report = json.loads(found["json"])
    by_section = {}
    for line in found["jsonl"].splitlines():
        row = json.loads(line)
        by_section.setdefault(row.pop("section"), []).append(row)
    head = by_section.pop("head")[0]
    equal({k: head[k] for k in report["head"]}, report["head"], "jsonl: head")
    equal(by_section.pop("inputs"), report["inputs"], "jsonl: inputs")
    for name, section in report["sections"].items():
        rows = [row for row in by_section.get(name, []) if "table" not in row]
        should = section.get("rows", [])
        equal(rows[:len(should)], should, "jsonl: %s" % name)


def test_text(found):
    """The numbers of each row of some tables, as text shows them."""
    report = json.loads(found["json"])
    lines = [re.findall(r"\S+", line)
             for line in found["text"].decode().splitlines()]
    for row in report["sections"]["codes"]["rows"]:
        ok([row["reason"], str(row["count"]), "%.1f%%" % row["percent"]]
           in lines, "text: codes: %s" % row["reason"])
    hours = report["sections"]["hours"]
    shown = [c["id"] for c in hours["columns"]
             if hours["totals"][c["id"]] or c["id"] in ("hour", "totals")]
    shown = [c for c in shown if c not in ("hour", "percent")]
    for row in hours["rows"]:
        should = row["hour"].split() + [str(row[c]) for c in shown]
        should.append("%.1f%%" % row["percent"])
        ok(should in lines, "text: hours: %s" % row["hour"], should)


def test_cut():
    """Each output of a log in pieces, but for the lines about the files."""
    data = corpus_log("modern-9field-naughty")
    whole = lay_out({"a": data})
    pieces = cut(data, rng.sample(line_ends(data), 4))
    parts = lay_out({"m.%d" % (9 - i): p for i, p in enumerate(pieces)})
    sections = ("--sections", "-coverage,-streams,-unparsed")
    a = outputs("log", *sections, cwd=whole)
    b = outputs("log", *sections, cwd=parts)
    for found in (a, b):
        found["text"] = re.sub(rb"(?m)^Input .*\n", b"", found["text"])
        found["jsonl"] = b"".join(
            line for line in found["jsonl"].splitlines(keepends=True)
            if not line.startswith(b'{"section":"inputs"'))
        found["json"] = comparable(found["json"])
        found.pop("csv/inputs.csv", None)
    for name in sorted(a | b):
        equal(b.get(name), a.get(name), name + ": of five files")


def test_color():
    """Colour is for terminals, and says nothing."""
    plain = run("report", *OPTIONS, LOG).out
    ok(b"\x1b" not in plain, "no colour into a pipe")
    color = run("report", *OPTIONS, "--color", "always", LOG).out
    ok(b"\x1b[" in color, "colour where it is asked for")
    never = run("report", *OPTIONS, "--color", "never", LOG).out
    equal(never, plain, "none where it is not wanted")
    ascii_only = run("report", *OPTIONS, LOG, env={"LC_ALL": "C"}).out
    ok(all(byte < 128 for byte in ascii_only), "ASCII where the locale is")


everything = outputs(LOG)
test_twice(everything)
test_csv(everything)
test_jsonl(everything)
test_text(everything)
test_cut()
test_color()
done()
