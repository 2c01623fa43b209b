"""mailbox.py - Maildirs on the disk, with mail as servers stamp it."""
import email.utils
import hashlib
import os
import pathlib
import subprocess

NOW = 1773187200  # 2026-03-11 00:00 UTC
HOST = "mail.example.org"
FORGED = ("Received: from good (HELO good) (198.51.100.1)\n"
          "  by mail.example.org (qpsmtpd/0.96) with ESMTPA; %s\n")


def date(when=NOW):
    return email.utils.formatdate(when)


# What each server writes of a client at ip; {ip} is an IPv6 address too.
STAMPS = {
    "qpsmtpd": "Received: from Unknown (HELO x.example) ({ip})\n"
               "    by {host} (qpsmtpd/0.96) with ESMTP; {date}\n",
    "qpsmtpd tls": "Received: from Unknown (HELO x.example) ({ip})\n"
                   " by {host} (qpsmtpd/0.96) with (AES256-SHA encrypted) "
                   "ESMTPS; {date}\n",
    "qmail": "Received: (qmail 123 invoked by uid 453); 10 Mar 2026 00:05:00 "
             "-0000\nReceived: from a.example (HELO b.example) ({ip})\n"
             "  by {host} with SMTP; 10 Mar 2026 00:05:00 -0000\n",
    "postfix": "Received: from [127.0.0.1] (unknown [{literal}])\n"
               "\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 "
               "bits))\n\t(No client certificate requested)\n"
               "\tby {host} (Postfix) with ESMTPS id 4F1\n"
               "\tfor <ann@example.org>; {date}\n",
    "exim": "Received: from a.example ([{ip}] helo=[127.0.0.1])\n"
            "\tby {host} with esmtps (TLS1.3) tls TLS_AES_256_GCM_SHA384\n"
            "\t(Exim 4.96)\n\t(envelope-from <a@b.example>)\n"
            "\tid 1abcde-0001AB-2C\n\tfor ann@example.org; {date}\n",
    "exim without a name": "Received: from [{ip}] (port=4711 helo=x)\n"
                           "\tby {host} with esmtp (Exim 4.96); {date}\n",
    "sendmail": "Received: from b.example (IDENT:x@a.example [{literal}] (may "
                "be forged))\n\tby {host} (8.15.2/8.15.2/Debian-22) with ESMTP "
                "id 0A1\n\tfor <ann@example.org>; {date}\n",
    "filtered": "Received: from localhost (localhost [127.0.0.1])\n"
                "\tby {host} (Postfix) with ESMTP id 2; {date}\n"
                "Received: from {host} ([127.0.0.1])\n"
                "\tby localhost ({host} [127.0.0.1]) (amavisd-new, port "
                "10024)\n\twith ESMTP id 3; {date}\n"
                "Received: from x (y [{literal}]) by {host} (Postfix) with "
                "ESMTP id 4; {date}\n",
}

AUTHENTICATED = {
    "qpsmtpd": "Received: from pc (HELO [10.0.0.9]) ({ip})\n  (smtp-auth "
               "username ann@example.org, mechanism cram-md5)\n  by {host} "
               "(qpsmtpd/0.40) with ESMTP; {date}\n",
    "qpsmtpd of today": "Received: from pc (HELO [10.0.0.9]) ({ip})\n by "
                        "{host} (qpsmtpd/0.96) with ESMTPA; {date}\n",
    "postfix": "Received: from pc (pc.example [{literal}])\n\t(Authenticated "
               "sender: ann@example.org)\n\tby {host} (Postfix) with ESMTPSA "
               "id 4F1; {date}\n",
    "exim": "Received: from pc ([{ip}] helo=x)\n\tby {host} with esmtpsa "
            "(Exim 4.96); {date}\n",
    "sendmail": "Received: from pc (a.example [{literal}])\n\t(authenticated "
                "bits=0)\n\tby {host} (8.15.2/8.15.2) with ESMTPSA id 0A1; "
                "{date}\n",
}


def stamp(form, ip, host=HOST):
    literal = "IPv6:" + ip if ":" in ip else ip
    return form.format(ip=ip, literal=literal, host=host, date=date())


def message(received, sender="a@b.example", subject="x", body="body\n"):
    return ("Return-Path: <%s>\nDelivered-To: ann@example.org\n%sFrom: %s\n"
            "To: ann@example.org\nSubject: %s\n\n%s" % (
                sender, received, sender, subject, body)).encode(
                    "utf-8", "surrogateescape")


class Mailbox:
    """A Maildir; its messages have names as Dovecot and qmail give them."""

    count = 0

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.folder("")

    def folder(self, name):
        for place in ("cur", "new", "tmp"):
            (self.path / name / place).mkdir(parents=True, exist_ok=True)
        return self.path / name

    def deliver(self, content, folder="", place="cur", flags="S",
                when=NOW - 3600, name=None, sizes=False):
        Mailbox.count += 1
        if name is None:
            name = "%d.M%dP99.%s" % (when, Mailbox.count, HOST)
            if sizes:
                name += ",S=%d,W=%d" % (len(content), len(
                    content.replace(b"\r\n", b"\n").replace(
                        b"\n", b"\r\n")))
            if place == "cur":
                name += ":2," + flags
        path = self.folder(folder) / place / name
        path.write_bytes(content)
        os.utime(path, ns=(1700000000123456789, when * 10 ** 9 + 987654321))
        return path


def give(path, uid):
    """All of it to a user."""
    subprocess.run(["chown", "-R", "-h", "%d:%d" % (uid, uid), path],
                   check=True)


def snapshot(top):
    """path -> kind, mode, owner, time and content, of all below."""
    found = {}
    for folder, names, files in os.walk(top):
        for name in names + files:
            path = os.path.join(folder, name)
            st = os.lstat(path)
            entry = [st.st_mode, st.st_uid, st.st_gid]
            if os.path.islink(path):
                entry.append(os.readlink(path))
            elif os.path.isfile(path):
                entry += [st.st_mtime_ns, st.st_size, hashlib.sha256(
                    pathlib.Path(path).read_bytes()).hexdigest()]
            found[os.path.relpath(path, top)] = entry
    return found
