"""hostile.py - what clients may put into a log, in every place of it."""
import itertools
import re

# Each ends in MARK, so that it can be told whether it came through.
PAYLOADS = [
    b"\x1b[31;1mred\x1b[0m", b"\x1b]52;c;cHduZWQ=\x07", b"\x1b]0;title\x07",
    b"\x1b]8;;http://a.example\x1b\\", b"\x1b[2J\x1b[H", b"\x1bc", b"\x9b31m",
    b"\xc2\x9b31m", b"\x90q\x9c", b"\x0e\x0f", b"\x08\x08\x08", b"\x7f\x7f",
    b"a\rb\r", b"\x0b\x0c", b"\x85", b"\xc2\x85", b"\0nul\0",
    b"=cmd|'/C calc'!A0", b"+1+1", b"-1-1", b"@SUM(1)", b"\t=1", b"\r=1",
    b'"quoted","', b"a,b;c", b"'",
    b"\xff\xfe", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82",
    "\u202eevil\u202c\u2066\u200f".encode(), "\u2028\u2029".encode(),
    "\ufeff\u200b\u00ad".encode(), "e\u0301\u4e2d\U0001f4a9".encode(),
    b"$(touch pwned)", b"`touch pwned`", b";touch pwned;", b"|touch pwned",
    b"%n%s%n%s%999999d", b"%s" * 20, b"../../../etc/passwd",
    b"<script>alert(1)</script>", b"&amp;<!--", b"\\x1b\\n\\", b"{\"a\":[",
    b"\\", b"<<>>", b"<@>,<,>", b"@", b"a@b@c", b"", b" ", b"  x  ", b"(dnsbl)",
    b"http://", b"http:///x", b"http://a\x1b[31m/x", b"//@:80/",
]

FORBIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff]")

label = itertools.count(0x4000000069af6036)


def stamped(text):
    return b"@%016x00000000 %s\n" % (next(label), text)


def record(pid, **changed):
    """A logterse record with some of its fields replaced."""
    f = dict(ip=b"192.0.2.7", host=b"host.example", helo=b"helo.example",
             sender=b"<a@b.example>", rcpts=b"<ann@example.org>",
             plugin=b"dnsbl", code=b"901", text=b"http://list.example/x",
             status=b"msg denied before queued")
    f.update(changed)
    return stamped(b"%d (deny) logging::logterse: ` %s" % (
        pid, b"\t".join(f.values())))


# Every place where something of a client's, or of a plugin's, may stand.
PLACES = {
    "ip": lambda p, x: record(p, ip=x),
    "host": lambda p, x: record(p, host=x),
    "helo": lambda p, x: record(p, helo=x),
    "sender": lambda p, x: record(p, sender=b"<%s@b.example>" % x),
    "bare sender": lambda p, x: record(p, sender=x),
    "sender's TLD": lambda p, x: record(p, sender=b"<a@b.%s>" % x),
    "recipient": lambda p, x: record(p, rcpts=b"<%s@example.org>" % x),
    "bare recipient": lambda p, x: record(p, rcpts=x),
    "recipient's domain": lambda p, x: record(p, rcpts=b"<a@%s>" % x),
    "plugin": lambda p, x: record(p, plugin=x),
    "reason": lambda p, x: record(p, plugin=b"naughty", text=b"(%s) x" % x),
    "code": lambda p, x: record(p, code=x),
    "text": lambda p, x: record(p, text=x),
    "odd text": lambda p, x: record(p, plugin=b"some_plugin", text=x),
    "list": lambda p, x: record(p, text=b"Blocked by " + x),
    "URL": lambda p, x: record(p, text=b"http://%s/x" % x),
    "virus": lambda p, x: record(p, plugin=b"virus::clamdscan",
                                 text=b"Virus found: " + x),
    "login": lambda p, x: record(p, plugin=b"auth::" + x),
    "message id": lambda p, x: record(p, plugin=b"queued", code=b"", text=x),
    "status": lambda p, x: record(p, status=x),
    "rules": lambda p, x: record(
        p, plugin=b"queued", code=b"", status=b"Yes, score=7.0 required=4.0 "
        b"tests=%s,B autolearn=no" % x),
    "connection": lambda p, x: stamped(
        b"%d Accepted connection 1/40 from %s / %s" % (p, x, x)),
    "limit": lambda p, x: stamped(
        b"1 (pre-connection) hosts_allow: fail: too many connections from %s "
        b"(6 > 5)" % x),
    "country": lambda p, x: stamped(
        b"%d (connect) check_badcountries: GeoIP Country: %s" % (p, x)),
    "country of ident": lambda p, x: stamped(
        b"%d (connect) ident::geoip: %s, %s" % (p, x, x)),
    "time": lambda p, x: stamped(
        b"%d (post-connection) connection_time: %s s." % (p, x)),
    "command": lambda p, x: stamped(b"%d dispatching %s" % (p, x)),
    "process": lambda p, x: stamped(x + b" dispatching QUIT"),
    "hook": lambda p, x: stamped(b"%d (%s) dnsbl: fail" % (p, x)),
    "plugin's finding": lambda p, x: stamped(b"%d (connect) %s" % (p, x)),
    "no process": lambda p, x: stamped(x),
    "no stamp": lambda p, x: x + b"\n",
}


def hostile_log(payloads):
    pids = itertools.count(1000)
    lines = []
    for place in PLACES.values():
        for payload in payloads:
            pid = next(pids)
            lines.append(stamped(b"%d Accepted connection 0/40 from "
                                 b"192.0.2.7 / host.example" % pid))
            lines.append(place(pid, payload + b"MARK"))
            # What may not begin a file or follow a record of its own.
            if b"\t" not in payload:
                lines.append(place(pid, b"MARK" + payload))
            lines.append(stamped(b"%d click, disconnecting" % pid))
    return b"".join(lines)
