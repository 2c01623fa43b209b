#!/usr/bin/env python3
"""mail.t - reports that are sent: to a program, and to a server by SMTP."""
import email
import email.policy
import os
import pathlib
import socket
import sys
import threading

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "lib")]
from mailtally import CORPUS, ENVIRONMENT, QMAIL, run, scratch
from tap import done, equal, ok

LOG = CORPUS / "modern-8field" / "log"
NOW = "2026-03-13"


def parse(data):
    return email.message_from_bytes(data, policy=email.policy.default)


def program(name, status=0):
    """A sendmail that notes what it was given."""
    path = scratch(name, '#!/bin/sh\nprintf "%%s\\n" "$@" >"$0.args"\n'
                   'cat >"$0.mail"\nexit %d\n' % status)
    path.chmod(0o755)
    return path


def test_program():
    taker = program("sendmail")
    result = run("mail", "--to", "a@example.org", "--to", "b@example.org",
                 "--from", "reports@example.org", "--sendmail", taker,
                 "--now", NOW, LOG)
    ok(result.status == 0 and not result.err and not result.out,
       "sent, silently", result)
    equal(scratch("sendmail.args").read_text().split("\n"),
          ["-i", "-f", "reports@example.org", "--", "a@example.org",
           "b@example.org", ""], "its arguments, without a shell")
    sent = scratch("sendmail.mail").read_bytes()
    message = parse(sent)
    equal((message["From"], message["To"], message["Date"],
           message["Auto-Submitted"]),
          ("reports@example.org", "a@example.org, b@example.org",
           "Fri, 13 Mar 2026 00:00:00 +0000", "auto-generated"), "headers")
    text = message.get_body("plain").get_content()
    ok("mail.example.org" in message["Subject"] and text.startswith(
        ("Nothing needs attention.", "Needs attention:")),
       "the subject, and what needs attention first", message["Subject"])
    printed = run("report", "--now", NOW, LOG, env={"LC_ALL": "C"}).out.decode()
    ok("Disposition codes" in printed and printed.split("Disposition codes")[1]
       [:200] in text, "the tables of report are in it")
    again = run("mail", "--to", "a@example.org", "--to", "b@example.org",
                "--from", "reports@example.org", "--sendmail", taker,
                "--now", NOW, LOG)
    ok(again.status == 0 and scratch("sendmail.mail").read_bytes() == sent,
       "the same bytes again")


def test_insights():
    """A client that is welcome otherwise is refused: the mail's head tells."""
    lines = []
    for i, (plugin, code) in enumerate([("queue", "250")] * 3 +
                                       [("dnsbl", "901")]):
        hook = "deny" if code == "901" else "queue"
        name = "dnsbl" if code == "901" else "queued"
        lines.append("2026-03-12 10:%02d:00.000000000 %d logging::logterse "
                     "plugin (%s): ` 203.0.113.7\tmail.example.net\t"
                     "mail.example.net\t<ann@example.net>\t<bob@example.org>"
                     "\t%s\t%s\tsaid so\t\n" % (i, 100 + i, hook, name, code))
    log = scratch("known/log", "".join(lines).encode())
    arguments = ["--to", "a@example.org", "--sendmail", program("noting"),
                 "--now", NOW, log]

    def text_of(*more):
        result = run("mail", *more, *arguments)
        ok(result.status == 0 and not result.err, "mail " + " ".join(more),
           result)
        return parse(scratch("noting.mail").read_bytes()).get_body(
            "plain").get_content()
    text = " ".join(text_of().split())
    sentence = ("1 client was refused though most of the mail is accepted: "
                "203.0.113.7 (1 refused, 3 accepted).")
    ok(text.startswith("Needs attention:") and
       sentence in text.split("Report for")[0], "an insight at the head", text)
    ok("known-accepted 3" in text and "Thresholds: when" not in text,
       "with its threshold, without the list of all")
    ok(sentence not in " ".join(text_of("--sections", "-insights").split()),
       "unless it is left out")
    ok(sentence not in " ".join(text_of("--sections", "codes").split()),
       "or others are named")


def test_failures():
    for status, expected in ((75, 75), (1, 74)):
        result = run("mail", "--to", "a@example.org", "--sendmail",
                     program("failing%d" % status, status), LOG)
        ok(result.status == expected and result.err.count(b"\n") == 1,
           "sendmail exits %d: status %d, one line" % (status, expected), result)
    for name, what in (("small", ("--sections", "codes")),
                       ("large", ("--top", "0"))):
        result = run("mail", "--to", "a@example.org", "--sendmail", "/bin/true",
                     *what, LOG)
        ok(result.status == 74 and result.err.count(b"\n") == 1 and
           b"ended without reading the mail" in result.err,
           "a program that reads no mail has not sent it: a %s one" % name,
           result)
    for arguments, status in (
            ((), 64), (("--to", "-x"), 64), (("--to", "a b"), 64),
            (("--to", "a@b\nBcc: c@d"), 64), (("--to", "a", "--smtp", "http://x"),
                                              64),
            (("--to", "a", "--smtp-user", "u"), 64),
            (("--to", "a", "--smtp", "smtp://127.0.0.1:1"), 75),
            (("--to", "a", "--sendmail", "/nonexistent"), 66)):
        result = run("mail", *arguments, LOG)
        ok(result.status == status and result.err.count(b"\n") == 1,
           "mail %s: status %d, one line" % (" ".join(map(repr, arguments)),
                                             status), result)


def test_attention():
    quiet, loud = program("quiet"), program("loud")
    options = ("--to", "a@example.org", "--only-if-attention", "--now", NOW)
    result = run("mail", *options, "--sections", "codes", "--sendmail", quiet,
                 LOG)
    ok(result.status == 0 and not pathlib.Path("%s.mail" % quiet).exists(),
       "a quiet day sends nothing", result)
    # Asked for a week of which the log holds a day.
    result = run("mail", *options, "--sections", "coverage", "--since",
                 "2020-01-01", "--until", NOW, "--sendmail", loud, LOG)
    message = parse(pathlib.Path("%s.mail" % loud).read_bytes())
    ok(result.status == 0 and "not fully covered" in message["Subject"] and
       "not fully covered" in message.get_body("html").get_content(),
       "logs that do not cover the period are told first", message["Subject"])


def test_defang():
    taker = program("defanged")
    run("mail", "--to", "a@example.org", "--defang", "--sendmail", taker,
        "--now", NOW, LOG)
    text = parse(pathlib.Path("%s.mail" % taker).read_bytes()).get_body(
        "html").get_content()
    ok("hxxp" not in text or "http:" not in text.split("<body")[1],
       "no address of a web page")
    ok("[.]" in text and ".example<" not in text, "no domain of a stranger")


class Smtp(threading.Thread):
    """A mail server that takes one message."""

    def __init__(self, reply=b"250 taken"):
        super().__init__()
        self.reply, self.commands, self.data = reply, [], b""
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.settimeout(120)
        self.start()

    def run(self):
        connection = self.socket.accept()[0]
        connection.settimeout(120)
        lines = connection.makefile("rb")
        connection.sendall(b"220 test ESMTP\r\n")
        for line in lines:
            self.commands.append(line.decode().strip())
            if line.startswith(b"DATA"):
                connection.sendall(b"354 go on\r\n")
                for line in lines:
                    if line == b".\r\n":
                        break
                    self.data += line
                connection.sendall(self.reply + b"\r\n")
            elif line.startswith(b"QUIT"):
                connection.sendall(b"221 bye\r\n")
                break
            else:
                connection.sendall(b"250 fine\r\n")
        connection.close()
        self.socket.close()


def test_smtp():
    server = Smtp()
    url = "smtp://127.0.0.1:%d" % server.socket.getsockname()[1]
    result = run("mail", "--to", "a@example.org", "--to", "b@example.org",
                 "--smtp", url, "--now", NOW, LOG, QMAIL / "main")
    server.join()
    ok(result.status == 0, "sent by SMTP", result)
    said = [c for c in server.commands if not c.startswith("EHLO")]
    ok(said[0].startswith("MAIL FROM:<root@mail.example.org>") and
       said[1:3] == ["RCPT TO:<a@example.org>", "RCPT TO:<b@example.org>"],
       "the envelope", *said)
    ok(b"\r\n" in server.data and b"\n" not in server.data.replace(
        b"\r\n", b""), "lines end in CR LF")
    taker = program("same")
    run("mail", "--to", "a@example.org", "--to", "b@example.org", "--sendmail",
        taker, "--now", NOW, LOG, QMAIL / "main")
    same = pathlib.Path("%s.mail" % taker).read_bytes()
    equal(server.data.replace(b"\r\n..", b"\r\n.").replace(b"\r\n", b"\n"), same,
          "the same message as by a program")
    server = Smtp(b"451 later")
    url = "smtp://127.0.0.1:%d" % server.socket.getsockname()[1]
    result = run("mail", "--to", "a@example.org", "--smtp", url, LOG)
    server.join()
    ok(result.status == 75, "a server that says later: try again", result)
    secret = scratch("secret", "hunter2\n")
    server = Smtp()
    url = "smtp://127.0.0.1:%d" % server.socket.getsockname()[1]
    result = run("mail", "--to", "a@example.org", "--smtp", url, "--smtp-user",
                 "me", "--smtp-password-file", secret, LOG)
    server.join()
    ok(result.status != 0 and not server.data and not any(
        "AUTH" in c or "hunter2" in c for c in server.commands),
       "no password without encryption", result, *server.commands)


test_program()
test_insights()
test_failures()
test_attention()
test_defang()
test_smtp()
done()
