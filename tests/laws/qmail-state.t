#!/usr/bin/env python3
"""qmail-state.t - the law of incremental reading over a whole log of qmail:
read file by file with the open messages saved between, it tells each event that
it tells in one go.  The law itself is a unit test, src/format/qmail_join_test.c.
"""
import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from mailtally import QMAIL, ROOT, scratch
from tap import done, ok

NAME = "build/asan/src/format/qmail_join_test"
log = scratch("main.log", b"".join(
    (QMAIL / "main" / name).read_bytes() for name in sorted(
        p.name for p in (QMAIL / "main").iterdir()
        if p.name.startswith("@") or p.name == "current")))
made = subprocess.run(["make", "-C", ROOT, NAME], stdout=subprocess.PIPE,
                      stderr=subprocess.STDOUT)
ok(made.returncode == 0, "the unit test is built", made.stdout.decode()[-2000:])
ran = subprocess.run(
    [ROOT / NAME], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    env=dict(os.environ, CMOCKA_MESSAGE_OUTPUT="TAP",
             MAILTALLY_TEST_QMAIL_LOG=str(log)))
text = ran.stdout.decode(errors="backslashreplace")
for law in ("tells_the_same_in_pieces", "file_by_file_tells_the_same"):
    ok(ran.returncode == 0 and re.search(
        r"^ok \d+ - a_log_of_yours_%s$" % law, text, re.M),
       "qmail/main, " + law, text[-2000:])
done()
