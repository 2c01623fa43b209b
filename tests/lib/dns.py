"""dns.py - block lists to ask, on loopback: rbldnsd, and a server that misbehaves.

Rbldnsd serves zones of lines as rbldnsd(8) has them.  Stub serves whatever a
function says, over UDP and TCP, and remembers what it was asked and when.
"""
import atexit
import ipaddress
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import time

from wait import wait_for

A, NS, SOA, TXT = 1, 2, 6, 16
NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED = range(6)


def query_name(ip, zone):
    """RFC 5782: octets or nibbles backwards."""
    ip = ipaddress.ip_address(ip)
    if ip.version == 4:
        labels = str(ip).split(".")
    else:
        labels = list(ip.exploded.replace(":", ""))
    return ".".join(labels[::-1] + [zone])


# ---- rbldnsd ----

class Rbldnsd:
    """zones: name -> (dataset type, lines); NAME#2 is more of NAME."""

    def __init__(self, zones):
        # As root it becomes another user, who must be able to come here.
        self.top = pathlib.Path(tempfile.mkdtemp(
            prefix="mailtally-rbldnsd-",
            dir="/tmp" if os.geteuid() == 0 else None))
        atexit.register(shutil.rmtree, self.top, ignore_errors=True)
        self.top.chmod(0o755)
        self.arguments = []
        for name, (kind, lines) in zones.items():
            path = self.top / name
            path.write_text("".join(line + "\n" for line in lines))
            path.chmod(0o644)
            self.arguments.append("%s:%s:%s" % (
                name.split("#")[0], kind, name))
        for _ in range(20):
            if self.start():
                return
        raise AssertionError("rbldnsd: " + self.log.read_text())

    def start(self):
        """Somebody else may take the port before rbldnsd does."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        self.address = "127.0.0.1:%d" % port
        self.log = self.top / "log"
        program = shutil.which("rbldnsd", path=os.environ["PATH"] +
                               ":/usr/sbin:/sbin")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [program or "rbldnsd", "-n", "-w", str(self.top),
                 "-b", "127.0.0.1/%d" % port, *self.arguments],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        atexit.register(self.stop)
        wait_for("rbldnsd to start", lambda: self.process.poll() is not None
                 or "started" in self.log.read_text())
        return self.process.poll() is None

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait()


# ---- packets ----

class Query:
    """What was asked; raises for what is no question."""

    def __init__(self, packet, tcp=False):
        self.packet, self.tcp = packet, tcp
        self.id, self.flags = struct.unpack("!HH", packet[:4])
        labels, at = [], 12
        while packet[at]:
            labels.append(packet[at + 1:at + 1 + packet[at]].decode("ascii"))
            at += packet[at] + 1
        self.name = ".".join(labels).lower()
        self.type = struct.unpack("!H", packet[at + 1:at + 3])[0]
        self.question = packet[12:at + 5]
        self.time_ns = time.monotonic_ns()

    def reply(self, *records, rcode=NOERROR, cut=False, id=None, question=None,
              authority=()):
        """Records are (type, ttl, data)."""
        flags = 0x8000 | (self.flags & 0x0100) | rcode | (0x0200 if cut else 0)
        return struct.pack("!HHHHHH", self.id if id is None else id, flags, 1,
                           len(records), len(authority), 0) + (
            question or self.question) + b"".join(
                b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, ttl, len(data)) +
                data for kind, ttl, data in (*records, *authority))

    def listed(self, *addresses, ttl=60, text=b"listed"):
        """A and TXT of a listing."""
        if self.type == TXT:
            return self.reply((TXT, ttl, strings(text)))
        return self.reply(*((A, ttl, ipaddress.ip_address(a).packed)
                            for a in addresses or ("127.0.0.2",)))

    def nothing(self, minimum=None):
        """NXDOMAIN, with the SOA that says how long to believe it."""
        soa = b"\0\0" + struct.pack("!IIIII", 1, 2, 3, 4, minimum or 0)
        return self.reply(rcode=NXDOMAIN, authority=() if minimum is None
                          else ((SOA, 3600, soa),))


def strings(*texts):
    """The data of a TXT record."""
    return b"".join(bytes([len(t)]) + t for t in texts)


# ---- the stub ----

class Stub:
    """answer(query) is a packet, several, or None; called by one thread."""

    def __init__(self, answer):
        self.answer = answer
        self.queries = []
        self.lock = threading.Lock()
        while True:
            self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            self.udp.setsockopt(socket.SOL_SOCKET, 35, 1)  # SO_TIMESTAMPNS
            self.udp.bind(("127.0.0.1", 0))
            self.tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            self.tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                self.tcp.bind(self.udp.getsockname())
                break
            except OSError:
                self.udp.close()
                self.tcp.close()
        self.tcp.listen(64)
        self.address = "%s:%d" % self.udp.getsockname()
        for serve in self.serve_udp, self.serve_tcp:
            threading.Thread(target=serve, daemon=True).start()

    def ask(self, query):
        with self.lock:
            self.queries.append(query)
            answers = self.answer(query)
        if answers is None:
            return []
        return answers if isinstance(answers, list) else [answers]

    def serve_udp(self):
        while True:
            packet, ancillary, _, peer = self.udp.recvmsg(65536, 1024)
            query = Query(packet)
            for _, _, data in ancillary:
                seconds, ns = struct.unpack("@qq", data[:16])
                query.time_ns = seconds * 10 ** 9 + ns
            query.send = lambda p, peer=peer: self.udp.sendto(p, peer)
            for packet in self.ask(query):
                query.send(packet)

    def serve_tcp(self):
        while True:
            connection, _ = self.tcp.accept()
            threading.Thread(target=self.serve_stream, args=(connection,),
                             daemon=True).start()

    def serve_stream(self, connection):
        with connection, connection.makefile("rb") as stream:
            while True:
                head = stream.read(2)
                if len(head) < 2:
                    return
                query = Query(stream.read(struct.unpack("!H", head)[0]), True)
                for packet in self.ask(query):
                    connection.sendall(struct.pack("!H", len(packet)) + packet)

    def asked(self, zone=None, kind=None):
        """Names that were asked for, as often as they were."""
        with self.lock:
            return [q.name for q in self.queries
                    if (zone is None or q.name.endswith("." + zone)) and
                    (kind is None or q.type == kind)]


def probes(behaviour):
    """The behaviour of a list that passes the probe of RFC 5782."""
    def answer(query):
        if query.name.startswith("2.0.0.127."):
            return query.listed()
        if query.name.startswith("1.0.0.127."):
            return query.nothing()
        return behaviour(query)
    return answer


def by_zone(zones):
    """One behaviour a zone; others are refused."""
    def answer(query):
        for zone, behaviour in zones.items():
            if query.name.endswith("." + zone):
                return behaviour(query)
        return query.reply(rcode=REFUSED)
    return answer
