"""summarizer.py - the processor as multilog calls it, and under multilog."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import terse
from mailtally import (ENVIRONMENT, PROGRAM, SCRATCH, TIMEOUT_S,
                       corpus_log)
from wait import wait_until

COPY = "mailtally.state"
ROW = re.compile(rb"(\S+) +(@[0-9a-f]{24}) +(\d+)\n")


def rows(state):
    """name -> count of a state's text; every other line is a comment."""
    counts = {}
    for line in state.splitlines(True):
        if line.startswith(b"#"):
            continue
        match = ROW.fullmatch(line)
        if not match or len(line) < 70:
            raise AssertionError("not a row: %r" % line)
        if match[1] != b"LOGFILE_EPOCH":
            counts[match[1].decode()] = int(match[3])
    return counts


def truth(log):
    """What a state should say of a log, by another reader."""
    counts = {}
    for record in terse.records(log):
        name = re.sub(rb"[^!-~]", b"_", record.disposition[:30]).decode()
        counts[name] = counts.get(name, 0) + 1
    return counts


def add(*counts):
    sums = {}
    for one in counts:
        for name, n in one.items():
            sums[name] = sums.get(name, 0) + n
    return sums


class Directory:
    """What multilog has set up when it calls the processor."""

    def __init__(self, name, state=b""):
        self.path = SCRATCH / name
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.mkdir(parents=True)
        self.write("state", state)

    def write(self, name, content):
        (self.path / name).write_bytes(content)

    def read(self, name):
        path = self.path / name
        return path.read_bytes() if path.is_file() else None

    def process(self, log, *options, four="4<state", five="5>newstate",
                one="1>processed", zero="0<previous", env=None, before=""):
        """Runs it; afterwards its result is in status and err."""
        self.write("previous", log)
        for name in ("processed", "newstate"):
            (self.path / name).unlink(missing_ok=True)
        script = '%s exec "$0" summarize "$@" %s %s %s %s' % (
            before, zero, one, four, five)
        process = subprocess.run(
            ["sh", "-c", script, PROGRAM, *options], cwd=self.path,
            env=dict(ENVIRONMENT, **(env or {})), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=TIMEOUT_S)
        self.status, self.err = process.returncode, process.stderr.decode()
        self.out = process.stdout
        (self.path / "previous").unlink(missing_ok=True)
        return self

    def rotate(self, log, *options, **how):
        """And what multilog does then, if all went well."""
        self.process(log, *options, **how)
        if self.status == 0 and (self.path / "newstate").exists():
            (self.path / "newstate").replace(self.path / "state")
        return self

    def counts(self, name="newstate"):
        return rows(self.read(name))


class Multilog:
    """The real one; lines written to it are kept, to be compared."""

    def __init__(self, name, size=4096, files=100000, options="", stamp="t",
                 processor=None, program=PROGRAM, folder=SCRATCH):
        self.path = folder / name
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.mkdir(parents=True)
        processor = processor or '"%s" summarize %s' % (program, options)
        self.arguments = ["multilog"] + ([stamp] if stamp else []) + [
            "s%d" % size, "n%d" % files, "!" + processor, str(self.path)]
        self.written = b""
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            self.arguments, env=ENVIRONMENT, stdin=subprocess.PIPE,
            stderr=subprocess.PIPE)
        os.set_blocking(self.process.stderr.fileno(), False)
        self.complaints = b""

    def write(self, data):
        self.written += data
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def err(self):
        self.complaints += self.process.stderr.read() or b""
        return self.complaints.decode(errors="backslashreplace")

    def rotate(self):
        """A forced rotation; before there is a log the signal would kill."""
        wait_until((self.path / "current").exists)
        self.process.send_signal(signal.SIGALRM)

    def close(self):
        self.process.stdin.close()
        status = self.process.wait(TIMEOUT_S)
        self.err()
        return status

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()

    def files(self, suffix=".s"):
        return sorted(self.path.glob("@*" + suffix))

    def logs(self):
        """All that was stored, in time order, a file each."""
        names = sorted(self.path.glob("@*")) + [self.path / "current"]
        return [p.read_bytes() for p in names if p.exists()]

    def stored(self):
        """The same as it was written; a line that was cut has one stamp."""
        return b"".join(without_stamps(log) for log in self.logs())

    def processed(self):
        return b"".join(p.read_bytes() for p in self.files())

    def state(self, name="state"):
        path = self.path / name
        return path.read_bytes() if path.is_file() else b""


# Lines without stamps, for multilog to put them on.
LINES = [line[26:] for line in corpus_log("modern-8field").splitlines(True)
         if line.startswith(b"@") and len(line) < 1500]
LINES = LINES[:len(LINES) * 3 // 4]


def chunks(n_bytes, pick):
    """n_bytes of lines, in pieces of no particular size."""
    at = size = 0
    while size < n_bytes:
        n = pick.randrange(1, 60)
        piece = b"".join(LINES[at:at + n])
        at = (at + n) % (len(LINES) - 60)
        size += len(piece)
        yield piece


def without_stamps(log):
    return re.sub(rb"^@[0-9a-f]{24} ", b"", log, flags=re.M)
