#!/usr/bin/env python3
"""fields.t - whatever clients put into a log, outputs stay what they are.

Text holds no control byte but its newlines, JSON and CSV parse, no cell is a
formula, no shell and no format string sees any of it.
"""
import csv
import email
import email.policy
import html.parser
import io
import itertools
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import styles
from hostile import FORBIDDEN, PAYLOADS, PLACES, hostile_log, record
from mailtally import run, scratch
from tap import done, ok


def check_text(out, name):
    try:
        text = out.decode()
    except UnicodeDecodeError as error:
        ok(False, name + ": is UTF-8", error)
        return
    found = FORBIDDEN.search(text)
    ok(not found, name + ": no control byte, no invisible sign",
       found and repr(text[max(0, found.start() - 60):found.end() + 60]))


def check_json(out, name):
    try:
        json.loads(out.decode())
        ok(b"\x7f" not in out and not re.search(rb"[\x00-\x09\x0b-\x1f]", out),
           name + ": parses, without a control byte")
    except ValueError as error:
        ok(False, name + ": parses", error)


class Tags(html.parser.HTMLParser):
    """Which elements and attributes there are, and the text of scripts."""

    def __init__(self, text):
        super().__init__()
        self.found, self.scripts, self.inside = set(), [], False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found.add(tag)
        self.found |= {"%s %s" % (tag, name) for name, _ in attributes}
        self.inside = tag == "script"
        if self.inside:
            self.scripts.append([dict(attributes), ""])

    def handle_endtag(self, tag):
        self.inside = False

    def handle_data(self, data):
        if self.inside:
            self.scripts[-1][1] += data


# What the renderers write themselves; log text can add nothing to it.
PAGE_TAGS = set("""html head meta title style body main h1 h2 p dl dt dd div
    section table caption thead tbody tfoot tr th td svg rect script""".split())
MAIL_TAGS = set("""html head meta body h1 h2 h3 p b br table tr th td""".split())
ATTRIBUTES = set("""lang charset http-equiv content name class id tabindex scope
    viewbox preserveaspectratio aria-hidden width height type align valign
    bgcolor text cellpadding cellspacing border style""".split())


def check_tags(text, tags, name):
    parsed = Tags(text)
    odd = {x for x in parsed.found if x.split()[0] not in tags or
           (" " in x and x.split()[1] not in ATTRIBUTES)}
    ok(not odd, name + ": no element of a stranger", odd)
    return parsed


def check_html(out, name, as_json):
    text = out.decode()
    parsed = check_tags(text, PAGE_TAGS, name)
    shown = FORBIDDEN.search(re.sub(r"<script>.*?</script>", "", text,
                                    flags=re.S).replace("\n", ""))
    ok(not shown, name + ": no control byte, no invisible sign", shown)
    data = [s for a, s in parsed.scripts if a.get("id") == "data"]
    ok(len(parsed.scripts) == 2 and len(data) == 1,
       name + ": its own two scripts", len(parsed.scripts))
    ok(json.loads(data[0]) == json.loads(as_json.decode()),
       name + ": the data in it are those of -o json")


def check_mail(out, name):
    message = email.message_from_bytes(out, policy=email.policy.default)
    parts = [p.get_content_type() for p in message.walk()]
    ok(parts == ["multipart/alternative", "text/plain", "text/html"],
       name + ": two parts", parts)
    ok(all(byte < 128 for byte in out) and b"\r" not in out and
       max(map(len, out.split(b"\n"))) <= 78, name + ": short lines of ASCII")
    known = {"From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted",
             "MIME-Version", "Content-Type"}
    ok(set(message.keys()) == known and len(message.keys()) == len(known),
       name + ": no header of a stranger", message.keys())
    check_text(message.get_body("plain").get_content().encode(),
               name + ", text")
    check_tags(message.get_body("html").get_content(), MAIL_TAGS,
               name + ", HTML")


LABEL = r'\{[a-z]+="(?:[^"\\\n]|\\[\\"n])*"\}'


def check_metrics(out, name):
    bad = [line for line in out.decode().split("\n")[:-1] if not re.fullmatch(
        r"# (HELP|TYPE) [a-z_]+ .*|[a-z_]+(%s)? -?[0-9.e+]+" % LABEL, line) or
        FORBIDDEN.search(line)]
    ok(not bad, name + ": metrics are well formed", *bad[:5])
    ok(b"192.0.2." not in out and b"ann@example.org" not in out,
       name + ": no address in a label")


def check_csv(folder, name):
    bad = []
    files = sorted(folder.iterdir())
    for path in files:
        text = path.read_bytes().decode()
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        if any(len(row) != len(rows[0]) for row in rows):
            bad.append("%s: rows of different lengths" % path.name)
        for cell in itertools.chain(*rows):
            number = re.fullmatch(r"-?[0-9.]+", cell)
            if FORBIDDEN.search(cell.replace("\n", "")):
                bad.append("%s: %r" % (path.name, cell))
            if cell[:1] in ("=", "+", "-", "@") and not number:
                bad.append("%s: a formula: %r" % (path.name, cell))
    ok(len(files) > 20 and not bad, name + ": CSV is harmless", *bad[:10])


def check_report(log, name, *options):
    """All outputs of a log, which must not be too hostile to be shown."""
    options = ("--top", "0", "--now", "2026-12-31") + options
    folder = scratch(name + "-csv/x").parent
    results = {
        "text": run("report", *options, log),
        "text, explained": run("report", "--explain", *options, log),
        "text by hook, host": run("report", "--codes-by", "hook", "--bl-key",
                                  "host", "--tld-by-day", *options, log),
        "a TLD": run("report", "--tld", "example", *options, log),
        "ASCII": run("report", *options, log, env={"LC_ALL": "C"}),
        "colour": run("report", "--color", "always", *options, log),
        "json": run("report", "-o", "json", *options, log),
        "jsonl": run("report", "-o", "jsonl", *options, log),
        "csv": run("report", "-o", "csv", "-d", folder, *options, log),
        "html": run("report", "-o", "html", *options, log),
        "mail": run("report", "-o", "mail", *options, log),
        "prometheus": run("report", "-o", "prometheus", *options, log),
    }
    for kind, result in results.items():
        where = "%s: %s" % (name, kind)
        ok(result.status == 0, where + ": exit status 0", result)
        ok(result.err == b"", where + ": nothing to complain", result.err)
        if kind == "colour":
            check_text(re.sub(rb"\x1b\[[0-9;]*m", b"", result.out), where)
        elif kind == "json":
            check_json(result.out, where)
        elif kind == "html":
            check_html(result.out, where, results["json"].out)
        elif kind == "mail":
            check_mail(result.out, where)
        elif kind == "prometheus":
            check_metrics(result.out, where)
        elif kind == "jsonl":
            bad = []
            for line in result.out.split(b"\n")[:-1]:
                try:
                    json.loads(line.decode())
                except ValueError as error:
                    bad.append("%s: %r" % (error, line[:100]))
            ok(not bad, where + ": every line parses", *bad[:5])
        elif kind != "csv":
            check_text(result.out, where)
    ok(all(byte < 128 for byte in results["ASCII"].out), name + ": ASCII")
    check_csv(folder, name)
    return results


def test_fields():
    log = hostile_log(PAYLOADS)
    results = check_report(scratch("hostile.log", log), "fields")
    # It is the payloads that were shown, not nothing.
    text = results["text"].out
    shown = text.count(b"MARK")
    ok(shown > 1000, "the payloads are shown", shown)
    for payload in (rb"\x1B]52;c;cHduZWQ=\x07", rb"\x1B[31;1mred\x1B[0m",
                    rb"\x00nul\x00", rb"\xFF\xFE", rb"$(touch pwned)",
                    rb"%n%s%n%s%999999d", rb"\xE2\x80\xAE"):
        ok(payload in text, "shown as %s" % payload.decode())
    checked = run("report", "--selfcheck", scratch("hostile.log"))
    ok(checked.status == 0, "the tables agree all the same", checked)


def test_insights():
    """Senders whose mail is accepted and refused stand in sentences."""
    log = b"".join(
        record(i, sender=b"<" + p + b"MARK>", plugin=plugin, code=code)
        for i, p in enumerate(PAYLOADS) if b"\n" not in p and b"\t" not in p
        for plugin, code in [(b"queued", b"250")] * 3 + [(b"dnsbl", b"901")])
    path = scratch("insights.log", log)
    checks = {"text": check_text, "json": check_json, "mail": check_mail}
    for kind in ("text", "json", "html", "mail"):
        results = run("report", "--sections", "insights", "--top", "0", "--now",
                      "2026-12-31", "-o", kind, path)
        ok(results.status == 0 and not results.err, "insights: " + kind,
           results)
        if kind == "html":
            check_html(results.out, "insights: html", run(
                "report", "--sections", "insights", "--top", "0", "--now",
                "2026-12-31", "-o", "json", path).out)
        else:
            checks[kind](results.out, "insights: " + kind)
        shown = results.out.lower().count(b"mark")
        ok(shown > 20, "insights: %s shows the payloads" % kind, shown)


def test_styles():
    """The other ways to write a log, which name hosts and programs too."""
    log = hostile_log([p for p in PAYLOADS if b"\n" not in p])
    for style in (styles.syslog, styles.file_plugin, styles.tai64nlocal,
                  styles.unstamped):
        name = style.__name__
        check_report(scratch(name + ".log", styles.restyled(log, style)), name)
    lines = [b"Mar 10 10:00:0%d %s qpsmtpd[7]: Accepted connection 0/40 from "
             b"192.0.2.7 / x\n" % (i % 10, p.replace(b" ", b""))
             for i, p in enumerate(PAYLOADS)]
    lines += [b"Mar 10 10:01:00 mail %s[7]: x\n" % p for p in PAYLOADS]
    lines += [b"Mar 10 10:02:00 mail qpsmtpd[%s]: x\n" % p for p in PAYLOADS]
    check_report(scratch("hosts.log", b"".join(lines)), "syslog hosts")


def test_long_fields():
    """A megabyte in each place; several of them are longer than a line."""
    lines = []
    for i, place in enumerate(PLACES.values()):
        lines.append(place(i + 1, b"MARK" + b"a\x1b[1m" * 200000 + b"MARK"))
    path = scratch("long.log", b"".join(lines))
    for kind in ("text", "json", "jsonl"):
        result = run("report", "-o", kind, "--top", "0", path)
        ok(result.status == 0 and not result.err,
           "1 MB fields: %s" % kind, result)
        if kind == "text":
            check_text(result.out, "1 MB fields: text")
        elif kind == "json":
            check_json(result.out, "1 MB fields: json")


def test_other_commands():
    log = hostile_log(PAYLOADS)
    result = run("explain", "-", stdin=log)
    ok(result.status == 0 and not result.err, "explain: exit status", result)
    check_text(result.out, "explain")
    for payload in PAYLOADS:
        if b"\0" in payload:
            continue
        line = record(1, text=payload, plugin=payload)[:-1]
        result = run("explain", line)
        ok(result.status in (0, 2), "explain %r" % payload, result)
        check_text(result.out, "explain %r" % payload)
        check_text(result.err, "explain %r, errors" % payload)
    conf = scratch("hostile.conf", b"[report]\nhost = \x1b]0;x\x07MARK\n"
                   b"fact = \"\x1b[31mMARK=\x1b[32m\xff\"\n"
                   b"[classes]\nlocal_domain = \x1b[1mMARK.example\n")
    for command in (("config",), ("report", "--sections", "codes",
                                  scratch("one.log", record(1)))):
        result = run(*command, env={"MAILTALLY_CONF": str(conf),
                                    "MAILTALLY_REPORT_HOST": "\x1b]0;x\x07"})
        check_text(result.out, command[0] + " with a hostile configuration")
        check_text(result.err, command[0] + " with one, errors")
        ok(b"MARK" in result.out + result.err, command[0] + ": it is shown",
           result)


def test_names():
    """Names of files and arguments come from others, too."""
    name = "\x1b]0;x\x07=cmd\n\"MARK'\x9b\udcff.log"
    path = scratch(name, record(1) + b"what is this\n")
    for kind in ("text", "jsonl"):
        result = run("report", "-o", kind, path)
        check_text(result.out, "the name of a log: " + kind)
        ok(b"MARK" in result.out and result.status == 0,
           "the name of a log: %s: it is shown" % kind, result)
    check_json(run("report", "-o", "json", path).out, "the name of a log: json")
    for arguments in (
            ("report", scratch("missing" + name)),
            ("report", "-C", scratch("missing" + name), path),
            ("report", "--tz", name, path), ("report", "-o", name, path),
            ("report", "--sections", name, path),
            ("report", "--since", name, path), ("report", "--" + name, path),
            ("report", "--client", name, path), ("report", "--now", name, path),
            ("report", "--disposition", name, path),
            ("report", "--format", name, path), ("explain", name),
            ("formats", name), (name,), ("config", name),
            ("report", "-o", "csv", "-d", "/dev/null/" + name, path)):
        result = run(*arguments)
        where = " ".join(a if isinstance(a, str) else "LOG"
                         for a in arguments).replace(name, "NAME")
        check_text(result.err, "errors: " + where)
        ok(result.err.count(b"\n") <= 1, "errors: one line: " + where,
           result.err)


def test_nothing_ran():
    ok(not any(p.name.startswith("pwned") for p in scratch("x").parent.iterdir())
       and not pathlib.Path("pwned").exists(), "no shell ran anything")


test_fields()
test_insights()
test_styles()
test_long_fields()
test_other_commands()
test_names()
test_nothing_ran()
done()
