#!/usr/bin/env python3
"""rotate.t - "mailtally rotate" under the real daemontools, runit and s6."""
import os
import pathlib
import shutil
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from mailtally import ENVIRONMENT, run, scratch
from tap import done, equal, ok
from wait import wait_until

SUPERVISORS = {"daemontools": "supervise", "runit": "runsv",
               "s6": "s6-supervise"}
missing = [p for p in [*SUPERVISORS.values(), "multilog"]
           if not shutil.which(p)]
if missing:
    sys.exit("missing: %s; they are in Debian's daemontools, runit and s6"
             % ", ".join(missing))


class Service:
    """SERVICES/NAME/log, run by a supervisor; we hold what it logs from."""

    def __init__(self, supervisor, script):
        self.services = scratch(supervisor)
        self.directory = self.services / "mx" / "log"
        self.directory.mkdir(parents=True)
        self.logs = self.directory / "main"
        self.logs.mkdir()
        (self.directory / "run").write_text("#!/bin/sh\n%s\n" % script)
        (self.directory / "run").chmod(0o755)
        self.process = subprocess.Popen(
            [SUPERVISORS[supervisor], str(self.directory)], env=ENVIRONMENT,
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        if not wait_until((self.directory / "supervise/control").exists):
            sys.exit("Bail out! %s did not start" % supervisor)

    def write(self, line):
        self.process.stdin.write(line)
        self.process.stdin.flush()

    def current(self):
        path = self.logs / "current"
        return path.read_bytes() if path.exists() else b""

    def finished(self):
        return sorted(p.name for p in self.logs.glob("@*.s"))

    def pid(self):
        """runit's."""
        status = (self.directory / "supervise/status").read_bytes()
        return int.from_bytes(status[12:16], "little")

    def rotate(self, name, *options):
        return run("rotate", *options, name,
                   env={"SVDIR": str(self.services)})

    def close(self):
        self.process.stdin.close()
        (self.directory / "down").touch()
        # x: and end when the process has; all three know it.
        with open(self.directory / "supervise/control", "wb", 0) as control:
            control.write(b"dx")
        self.process.wait(60)


for supervisor in SUPERVISORS:
    s = Service(supervisor, "exec multilog t s1000000 n9 ./main")
    s.write(b"one\n")
    ok(wait_until(lambda: b"one" in s.current()), supervisor + ": it logs")
    r = s.rotate("mx")
    equal(r.status, 0, supervisor + ": by name", r)
    equal(len(s.finished()), 1, supervisor + ": there is a new file")
    ok(b"through " + supervisor.encode() in r.out and b"multilog" in r.out and
       s.finished()[-1].encode() in r.out, supervisor + ": says what it did",
       r.out)
    equal(s.current(), b"", supervisor + ": current is new")
    r = s.rotate("mx")
    equal(r.status, 0, supervisor + ": an empty current", r)
    ok(b"nothing to rotate" in r.out, supervisor + ": says so", r.out)
    s.write(b"two\n")
    wait_until(lambda: b"two" in s.current())
    r = s.rotate(s.directory)
    equal((r.status, len(s.finished())), (0, 2),
          supervisor + ": by directory", r)
    equal(b"".join(line[26:] for f in s.finished() for line in
                   (s.logs / f).read_bytes().splitlines(True)),
          b"one\ntwo\n", supervisor + ": nothing is lost")
    s.close()
    r = s.rotate("mx")
    equal(r.status, 66, supervisor + ": one that is down", r)

# A processor that fails: the rotation cannot end.
shutil.rmtree(scratch("runit"), ignore_errors=True)
s = Service("runit", "exec multilog t s1000000 '!false' ./main")
s.write(b"one\n")
wait_until(lambda: b"one" in s.current())
r = s.rotate("mx", "--wait", "2s")
equal(r.status, 75, "a processor that fails: try again later", r)
ok(b"mailtally doctor" in r.err, "and whom to ask", r.err)
s.process.kill()
os.kill(s.pid(), signal.SIGKILL)
s.process.wait()

# What ALRM would kill gets none.
shutil.rmtree(scratch("runit"), ignore_errors=True)
s = Service("runit", "exec sleep 1000")
ok(wait_until(lambda: s.pid() and "sleep" in pathlib.Path(
    "/proc/%d/comm" % s.pid()).read_text()), "something else runs")
r = s.rotate("mx")
equal(r.status, 65, "what does not rotate gets no signal", r)
ok(b"sleep" in r.err, "and is named", r.err)
s.close()

r = run("rotate", "no-such-service")
equal(r.status, 66, "a service that does not exist", r)
equal(run("rotate").status, 64, "no service named")
equal(run("rotate", "--wait", "soon", "x").status, 64, "a wait that is none")
done()
