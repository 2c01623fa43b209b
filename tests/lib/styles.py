"""styles.py - a multilog log rewritten as other daemons would have kept it."""
import re
import time

LINE = re.compile(rb"@([0-9a-f]{16})([0-9a-f]{8}) (\S+) (.*)")
# "(hook) plugin: text", which logging/file and logging/syslog do not know.
PLUGIN = re.compile(rb"\([a-z_-]+\) \S+: (.*)")
DAYS = "Mon Tue Wed Thu Fri Sat Sun".split()
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def lines(log):
    """(Unix seconds, nanoseconds, pid, text) of each line with a stamp."""
    for line in log.split(b"\n"):
        match = LINE.fullmatch(line)
        if match:
            unix = int(match[1], 16) - (1 << 62) - 10
            yield unix, int(match[2], 16), match[3], match[4]


def bare(text):
    match = PLUGIN.fullmatch(text)
    return match[1] if match else text


def escaped(text):
    """As syslog daemons write control bytes."""
    return re.sub(rb"[\x00-\x1f\x7f]", lambda m: b"#%03o" % m[0][0], text)


def tai64n(unix, ns, pid, text):
    return b"@%016x%08x %s %s\n" % (unix + 10 + (1 << 62), ns, pid, text)


def tai64nlocal(unix, ns, pid, text, offset=0):
    t = time.gmtime(unix + offset)
    return b"%s.%09d %s %s\n" % (time.strftime(
        "%Y-%m-%d %H:%M:%S", t).encode(), ns, pid, text)


def syslog(unix, ns, pid, text, offset=0, host=b"mail"):
    t = time.gmtime(unix + offset)
    stamp = "%s %2d %02d:%02d:%02d" % (MONTHS[t.tm_mon - 1], t.tm_mday,
                                       t.tm_hour, t.tm_min, t.tm_sec)
    return b"%s %s qpsmtpd[%s]: %s\n" % (stamp.encode(), host, pid,
                                         escaped(bare(text)))


def file_plugin(unix, ns, pid, text, offset=0):
    t = time.gmtime(unix + offset)
    stamp = "%s %s %2d %02d:%02d:%02d %d" % (
        DAYS[t.tm_wday], MONTHS[t.tm_mon - 1], t.tm_mday, t.tm_hour, t.tm_min,
        t.tm_sec, t.tm_year)
    return b"%s mail[%s]: %s\n" % (stamp.encode(), pid,
                                   re.sub(rb"^` ", b"`", bare(text)))


def unstamped(unix, ns, pid, text):
    return b"%s %s\n" % (pid, text)


def restyled(log, style, shift=0, offset=0):
    """The log in a style: shift moves its times, offset is the zone's."""
    more = {"offset": offset} if offset else {}
    return b"".join(style(unix + shift, ns, pid, text, **more)
                    for unix, ns, pid, text in lines(log))
