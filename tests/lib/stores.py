"""stores.py - what the tests of the store share."""
import json

from mailtally import run

NOW = "2027-01-10"


def ingest(store, *arguments, status=0, **options):
    result = run("ingest", "--now", NOW, "--store", store, *arguments,
                 **options)
    if status is not None and result.status != status:
        raise AssertionError("ingest %s: %s" % (arguments, result))
    return result


def report_of(*arguments, status=0, **options):
    result = run("report", "-o", "json", "--now", NOW, *arguments, **options)
    if result.status != status:
        raise AssertionError("report %s: %s" % (arguments, result))
    return json.loads(result.out)


def without(report, *sections):
    """A report without its inputs and some sections.

    What a store cannot have as the files have it: inputs stand in the order of
    reading and without copies, and a line that was cut between two runs counts
    for the later one; what became of lines (unparsed) is told of all that was
    read, while a report of files tells it of its period and sections.
    """
    left = dict(report, sections={
        k: v for k, v in report["sections"].items() if k not in sections})
    del left["inputs"]
    return left


def difference(a, b):
    """Where two reports differ, for a message."""
    for key in a:
        if key != "sections" and a[key] != b.get(key):
            return "%s: %r != %r" % (key, a[key], b.get(key))
    for name, section in a["sections"].items():
        if section != b["sections"].get(name):
            return "%s: %.1500r\n!= %.1500r" % (name, section,
                                               b["sections"].get(name))
    return ""
