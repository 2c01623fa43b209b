"""mailtally.py - the program under test, and where its inputs are.

MAILTALLY, CORPUS and LOGGEN name the program, the unpacked corpus and the
generator of logs; tests/run sets them.  Without it the release is tested.
"""
import atexit
import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAM = os.environ.get("MAILTALLY", str(ROOT / "build/mailtally"))
ALL_CORPORA = pathlib.Path(os.environ.get("CORPUS", ROOT / "build/corpus"))
CORPUS = ALL_CORPORA / "qpsmtpd"
QMAIL = ALL_CORPORA / "qmail"
LOGGEN = os.environ.get("LOGGEN", str(ROOT / "build/loggen"))

SCRATCH = pathlib.Path(tempfile.mkdtemp(prefix="mailtally-"))
atexit.register(shutil.rmtree, SCRATCH, ignore_errors=True)

ENVIRONMENT = {k: v for k, v in os.environ.items()
               if not k.startswith(("MAILTALLY_", "LC_"))}
ENVIRONMENT.update(
    TZ="UTC", LC_ALL="C.UTF-8", LANG="C.UTF-8", TERM="dumb",
    MAILTALLY_CONF="/dev/null", MAILTALLY_REPORT_HOST="mail.example.org")

TIMEOUT_S = 300


class Result:
    """How a run ended; sanitizers of the program write to stderr too."""

    def __init__(self, process, out, err):
        self.status = process.returncode
        self.out, self.err = out, err

    def __str__(self):
        return "exit status %d\n%s" % (
            self.status, self.err.decode(errors="backslashreplace")[-3000:])


def run(*arguments, stdin=b"", env=None, cwd=None, pass_fds=(), **streams):
    """Runs the program; stdin is bytes."""
    process = subprocess.run(
        [PROGRAM, *map(os.fspath, arguments)],
        env=dict(ENVIRONMENT, **(env or {})), cwd=cwd or SCRATCH,
        pass_fds=pass_fds, timeout=TIMEOUT_S,
        **({"input": stdin} if "stdin" not in streams else {}),
        **dict({"stdout": subprocess.PIPE, "stderr": subprocess.PIPE},
               **streams))
    return Result(process, process.stdout or b"", process.stderr or b"")


def report(*arguments, conf=None, stdin=b"", status=0):
    """A report as parsed JSON; one that fails is an exception."""
    env = {"MAILTALLY_CONF": os.fspath(conf)} if conf else None
    result = run("report", "-o", "json", *arguments, stdin=stdin, env=env)
    if result.status != status:
        raise AssertionError("report %s: %s" % (arguments, result))
    return json.loads(result.out)


class Report:
    """A report, by sections."""

    def __init__(self, *arguments, **options):
        self.json = report(*arguments, **options)
        self.head = self.json["head"]
        self.inputs = self.json["inputs"]

    def table(self, section, table=None):
        found = self.json["sections"][section]
        return found["tables"][table] if table else found

    def rows(self, section, table=None):
        return self.table(section, table)["rows"]

    def totals(self, section, table=None):
        return self.table(section, table)["totals"]

    def column(self, section, key, value, table=None):
        """key -> value of the rows, without zeros; equal keys add up."""
        sums = {}
        for row in self.rows(section, table):
            if row[value]:
                sums[row[key]] = sums.get(row[key], 0) + row[value]
        return sums


def scratch(name, content=None):
    """A path for a test's own file; with content it is written."""
    path = SCRATCH / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes)
                         else content.encode())
    return path


def corpus(name):
    path = CORPUS / name
    if not path.exists():
        raise SystemExit("Bail out! %s is missing; \"make build/corpus\" "
                         "unpacks it" % path)
    return path


def corpus_log(name):
    """The lines of a whole multilog directory, in time order."""
    folder = corpus(name) / "log"
    files = sorted(folder.glob("@*")) + [folder / "current"]
    return b"".join(f.read_bytes() for f in files)


def loggen(*arguments):
    """(path of a generated log, its truth)."""
    program = LOGGEN
    if not os.path.exists(program):
        program = SCRATCH / "loggen"
        if not program.exists():
            subprocess.run(["cc", "-O2", "-o", program,
                            ROOT / "bench/loggen.c", "-lm"], check=True)
    name = "-".join(a.lstrip("-") for a in arguments)
    log, truth = SCRATCH / (name + ".log"), SCRATCH / (name + ".json")
    with open(log, "wb") as f:
        subprocess.run([program, *arguments, "--truth", truth], stdout=f,
                       check=True)
    return log, json.loads(truth.read_bytes())


def together(calls):
    """Runs functions without arguments at once, results in their order."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return [f.result() for f in [pool.submit(c) for c in calls]]
