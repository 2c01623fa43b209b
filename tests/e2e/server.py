"""server.py - a mail server of Debian's daemons, on loopback.

    qpsmtpd-forkserver --stderr--> multilog --> log/@*.s, log/current, log/state
       |  our logterse plugin         |
       |  connection_time, dnsbl ...  +--!mailtally summarize
       +--dns--> rbldnsd

The test holds the pipe between the two open, as svscan and runsv do, so that
qpsmtpd outlives a killed multilog.
"""
import atexit
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from mailtally import ENVIRONMENT, PROGRAM, ROOT, SCRATCH
from wait import wait_until

PLUGIN = ROOT / "share/qpsmtpd/logterse"
# Debian's, or a tree of upstream's that was unpacked somewhere.
TREE = os.environ.get("QPSMTPD_TREE")
QPSMTPD_PLUGINS = TREE + "/plugins" if TREE else "/usr/share/qpsmtpd/plugins"

NEEDED = {"qpsmtpd-forkserver": "qpsmtpd", "multilog": "daemontools",
          "rbldnsd": "rbldnsd", "swaks": "swaks"}

# Listed in one zone each; the text is what the zone says of it.
ZONES = {"bl.spamhaus.test": ("127.0.66.0/24",
                              "http://www.spamhaus.test/query/bl?ip=$"),
         "bl.spamcop.test": ("127.0.67.0/24",
                             "Blocked - see https://spamcop.test/bl?$")}
CONFIG = {
    "loglevel": "6",
    "logging": "logging/warn LOGINFO",
    "me": "mx.example.org",
    "rcpthosts": "example.org\nexample.net",
    "badmailfrom": "bad@sender.example\n@spam.example",
    "badrcptto": "gone@example.org",
    "badhelo": "bad.helo.example",
    "hosts_allow": "127.0.77.0/24 DENY not from there",
    "dnsbl_zones": "\n".join(ZONES),
    "plugins": "\n".join([
        "hosts_allow", "connection_time", "dnsbl reject 1",
        "helo policy lenient reject 1", "badmailfrom", "badrcptto",
        "count_unrecognized_commands 3", "rcpt_ok", "logging/logterse",
        "queue/maildir %s"]),
}


def free_port(kind):
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def missing_programs():
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    if TREE:
        os.environ["PATH"] = TREE + ":" + os.environ["PATH"]
        ENVIRONMENT["PERL5LIB"] = ":".join(
            [TREE + "/lib", *filter(None, [os.environ.get("PERL5LIB")])])
    return ["%s (package %s)" % (program, package)
            for program, package in NEEDED.items() if not shutil.which(program)]


def user(name):
    """Of a daemon, if we may choose."""
    return name if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


def let_in(path):
    """Daemons that are somebody else must get to their files."""
    for p in (path, *path.parents):
        if p.stat().st_uid == os.geteuid() and "mailtally" in str(p):
            p.chmod(0o755)


class Server:
    def __init__(self):
        self.top = SCRATCH / "server"
        self.config = self.top / "config"
        self.log = self.top / "log"
        self.maildir = self.top / "maildir"
        for place in (self.config, self.log, self.maildir,
                      self.top / "plugins/logging", self.top / "spool",
                      self.top / "dns"):
            place.mkdir(parents=True)
        let_in(self.top)
        shutil.copy(PLUGIN, self.top / "plugins/logging/logterse")
        self.dns_port = free_port(socket.SOCK_DGRAM)
        self.port = free_port(socket.SOCK_STREAM)
        self.write_config()
        self.out, self.log_in = os.pipe()
        atexit.register(self.kill)
        self.start_dns()
        self.start_multilog()
        self.start_qpsmtpd()

    def write_config(self):
        for name, text in CONFIG.items():
            if name == "plugins":
                text %= self.maildir
            (self.config / name).write_text(text + "\n")
        (self.config / "spool_dir").write_text("%s\n" % (self.top / "spool"))
        (self.config / "plugin_dirs").write_text(
            "%s\n%s\n" % (self.top / "plugins", QPSMTPD_PLUGINS))
        (self.top / "spool").chmod(0o700)
        if os.geteuid() == 0:
            for place in (self.top / "spool", self.maildir):
                shutil.chown(place, "qpsmtpd", "qpsmtpd")

    def start_dns(self):
        zones = []
        for name, (network, text) in ZONES.items():
            (self.top / "dns" / name).write_text(
                "$SOA 3600 ns.%s admin.%s 0 600 300 86400 300\n:127.0.0.2:%s\n"
                "%s\n" % (name, name, text, network))
            zones.append("%s:ip4set:%s" % (name, name))
        self.dns = subprocess.Popen(
            [shutil.which("rbldnsd"), "-n", "-u", user("rbldns"),
             "-w", self.top / "dns", "-b", "127.0.0.1/%d" % self.dns_port,
             *zones], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def start_multilog(self):
        self.multilog = subprocess.Popen(
            ["multilog", "t", "s16384", "n100000",
             '!"%s" summarize' % PROGRAM, str(self.log)], env=ENVIRONMENT,
            stdin=self.out, stderr=open(self.top / "multilog.err", "ab"))

    def untainted_forkserver(self):
        """Debian's, without -T: with it no resolver but that of the system,
        on port 53, may be asked, and that is not ours to change."""
        copy = self.top / "qpsmtpd-forkserver"
        text = pathlib.Path(shutil.which("qpsmtpd-forkserver")).read_text()
        first, rest = text.split("\n", 1)
        copy.write_text(first.replace("-Tw", "-w") + "\n" + rest)
        return str(copy)

    def start_qpsmtpd(self):
        self.qpsmtpd = subprocess.Popen(
            ["perl", self.untainted_forkserver(), "-l", "127.0.0.1",
             "-p", str(self.port),
             "-c", "40", "-m", "40", "-u", user("qpsmtpd")],
            env=dict(ENVIRONMENT, QPSMTPD_CONFIG=str(self.config),
                     RES_NAMESERVERS="127.0.0.1",
                     RES_OPTIONS="port:%d" % self.dns_port),
            cwd=self.top, stdin=subprocess.DEVNULL, stdout=self.log_in,
            stderr=self.log_in)
        if not wait_until(self.is_up):
            sys.exit("Bail out! qpsmtpd did not start:\n" + self.said())

    def is_up(self):
        if self.qpsmtpd.poll() is not None:
            sys.exit("Bail out! qpsmtpd ended:\n" + self.said())
        with socket.socket() as s:
            # A connection would be in the log; a port that is taken is not.
            try:
                s.bind(("127.0.0.1", self.port))
            except OSError:
                return b"Listening on" in self.text()
        return False

    def said(self):
        return self.text().decode(errors="backslashreplace")[-3000:]

    # ---- the log ----

    def files(self):
        return [p for p in [*sorted(self.log.glob("@*")), self.log / "current"]
                if p.exists()]

    def text(self):
        """All of it, in order; whole, as multilog is between rotations."""
        for _ in range(200):
            try:
                before = self.files()
                text = b"".join(p.read_bytes() for p in before)
                if before == self.files() and not (
                        self.log / "previous").exists():
                    return text
            except FileNotFoundError:
                pass
            time.sleep(0.02)
        return b""

    def state(self, name="state"):
        path = self.log / name
        return path.read_bytes() if path.is_file() else b""

    def mails(self):
        """What qpsmtpd delivered."""
        return [*(self.maildir / "new").glob("*"),
                *(self.maildir / "cur").glob("*")]

    def rotate(self):
        self.multilog.send_signal(signal.SIGALRM)

    def is_idle(self):
        return not (self.log / "previous").exists() and \
            not (self.log / "processed").exists()

    def kill_multilog(self):
        self.multilog.kill()
        self.multilog.wait()

    def kill(self):
        """Whatever is left of a test that failed."""
        for name in ("qpsmtpd", "dns", "multilog"):
            process = self.__dict__.get(name)
            if process and process.poll() is None:
                process.terminate()

    def close(self):
        for process in (self.qpsmtpd, self.dns):
            process.terminate()
            process.wait(60)
        os.close(self.log_in)
        os.close(self.out)
        return self.multilog.wait(60)
