#!/usr/bin/env python3
"""start.t - what few runs need is not loaded by all: libcurl and libmicrohttpd,
with the forty libraries that these bring, only where something is sent or
served; and where they are missing the rest of the program does not care.
"""
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from mailtally import PROGRAM, ROOT, run, scratch
from tap import done, equal, ok

LOG = ROOT / "examples/log"
LATE = {"libcurl": ("libcurl4", ["mail", "--to", "a@example.org", "--smtp",
                                 "smtp://127.0.0.1:1", LOG]),
        "libmicrohttpd": ("libmicrohttpd12", ["serve", "--listen",
                                              "127.0.0.1:0", LOG])}

linked = subprocess.run(["ldd", PROGRAM], capture_output=True, text=True).stdout
ok("libc.so" in linked, "ldd lists what is linked", linked)
for library in [*LATE, "libgnutls", "libkrb5", "libldap"]:
    ok(library not in linked, library + " is not", linked)

# Their names, but empty files: as good as missing, on every machine.
broken = scratch("broken")
broken.mkdir()
for name in pathlib.Path(PROGRAM).read_bytes().split(b"\0"):
    if name.startswith(tuple(f"{l}.so.".encode() for l in LATE)):
        (broken / name.decode()).write_bytes(b"")
equal(len(list(broken.iterdir())), 2, "the program names both",
      list(broken.iterdir()))
without = {"LD_LIBRARY_PATH": str(broken)}
for library, (package, command) in LATE.items():
    r = run(*command, env=without)
    ok(r.status == 66 and r.err.count(b"\n") == 1 and
       b"install the package " + package.encode() in r.err,
       command[0] + " says what is missing", r)
for command in (["--version"], ["report", "--sections", "codes", LOG],
                ["grep", "--limit", "1", ".", LOG]):
    r = run(*command, env=without)
    equal(r.status, 0, command[0] + " does without", r)
r = run("summarize", stdin=b"@4000000069c8f2b0000000ff 1 a line\n", env=without,
        cwd=scratch("."))
equal(r.status, 0, "and so does multilog's processor", r)
done()
