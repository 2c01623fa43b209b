#!/usr/bin/env python3
"""panel.t - the commands that the README has for the panel's thirteen reports
are run as they stand there.
"""
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from mailtally import QMAIL, ROOT, run
from tap import done, equal, ok

ROW = re.compile(r"\| (.*\((?:z|qmail-q)\w+\)) \| `mailtally (.*)` \|")
PROGRAMS = {"zoverall", "qmail-qstat", "qmail-qread", "zsendmail",
            "zdeferrals", "zfailures", "zsuccesses", "zrhosts", "zrecipients",
            "zrxdelay", "zsenders", "zsuids", "zddist"}

seen = set()
for line in (ROOT / "README.md").read_text().splitlines():
    row = ROW.match(line)
    if not row:
        continue
    name, words = row[1], row[2].split()
    seen.add(re.search(r"\(([\w-]+)\)$", name)[1])
    # The queue's own directory is not here: its log is.
    words = [w for w in words if w != "/var/log/qmail"] + [str(QMAIL / "main")]
    plain = run(*words)
    equal(plain.status, 0, name, plain)
    words = [w for w in words if w not in ("-o", "csv")]
    sections = json.loads(run(*words, "-o", "json").out)["sections"]
    wanted = words[words.index("--sections") + 1].split(",") \
        if "--sections" in words else ["qmail-queue", "qmail-outgoing"]
    equal(set(sections), set(wanted), name + ": its tables")
    ok(all(s["rows"] for s in sections.values()), name + ": have rows")
equal(seen, PROGRAMS, "each of the thirteen has one command")
done()
