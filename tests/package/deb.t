#!/usr/bin/env python3
"""deb.t - the Debian package: lintian finds nothing, and it comes and goes
without leaving anything.  Units are as closed as they can be.

The package is built of the release, build/mailtally.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from mailtally import PROGRAM, ROOT, scratch
from tap import done, equal, ok

for program in ("lintian", "dpkg-shlibdeps", "fakeroot", "systemd-analyze"):
    if not shutil.which(program):
        sys.exit(program + " is missing; tools/packages check installs it")


def sh(*arguments, **options):
    return subprocess.run([os.fspath(a) for a in arguments],
                          capture_output=True, text=True, **options)


# ---- units and scripts ----

for unit in sorted((ROOT / "share/systemd").glob("*.service")):
    r = sh("systemd-analyze", "security", "--offline=yes", unit)
    level = re.search(r"exposure level for .*: ([0-9.]+)", r.stdout)
    ok(level and float(level[1]) <= 2.0, "%s: exposure %s" % (
        unit.name, level[1] if level else "unknown"), r.stdout, r.stderr)
for unit in sorted((ROOT / "share/systemd").iterdir()):
    # It wants the program to be where the package puts it.
    scratch("units/" + unit.name, unit.read_text().replace(
        "/usr/bin/mailtally", PROGRAM))
for unit in sorted((ROOT / "share/systemd").iterdir()):
    r = sh("systemd-analyze", "verify", "--man=no",
           scratch("units/" + unit.name))
    equal((r.returncode, r.stdout + r.stderr), (0, ""),
          unit.name + ": systemd has nothing to say")
for script in (*sorted((ROOT / "share/multilog").iterdir()),
               ROOT / "share/qpsmtpd/run"):
    r = sh("sh", "-n", script)
    equal((r.returncode, r.stderr), (0, ""), script.name + ": is a script")
    ok(os.access(script, os.X_OK), script.name + ": can be run")

# ---- the package ----

r = sh("make", "build/debian/package", cwd=ROOT, env={k: v for k, v in os.environ.items()
                                     if not k.startswith("MAKE")})
package = next(iter(ROOT.glob("build/debian/mailtally_*.deb")), None)
if not ok(r.returncode == 0 and package, "it is made", r.stdout, r.stderr):
    done()
r = sh("lintian", "--fail-on", "error,warning", "--no-cfg", package,
       *(["--allow-root"] if os.geteuid() == 0 else []))
equal((r.returncode, r.stdout), (0, ""), "lintian finds nothing", r.stderr)
r = sh("dpkg-deb", "-f", package, "Depends")
ok(all(lib in r.stdout for lib in ("libc6", "libpcre2-8", "libzstd")),
   "it depends on its libraries", r.stdout)

# ---- a root of its own ----

target = scratch("root")
for folder in ("var/lib/dpkg/info", "var/lib/dpkg/updates", "etc", "bin",
               "usr/share/doc"):
    (target / folder).mkdir(parents=True)
for name in ("status", "available"):
    (target / "var/lib/dpkg" / name).write_text("")


def dpkg(*arguments):
    # Its dependencies are not in there; scripts of maintainers would be run in
    # a changed root, where there is no shell.
    return sh("fakeroot", "dpkg", "--root=%s" % target, "--force-depends",
              "--force-not-root", "--force-script-chrootless", "--log=/dev/null",
              *arguments,
              env=dict(os.environ, PATH=os.environ["PATH"] + ":/usr/sbin:/sbin"))


def files():
    """All but what dpkg keeps for itself."""
    return {str(p.relative_to(target)) for p in target.rglob("*")
            if not str(p.relative_to(target)).startswith("var/lib/dpkg")}


before = files()
r = dpkg("-i", package)
equal(r.returncode, 0, "installs in a bare root", r.stdout, r.stderr)
program = target / "usr/bin/mailtally"
r = sh(program, "--version")
ok(r.returncode == 0 and r.stdout.startswith("mailtally 0"), "and runs", r)
r = sh(program, "report", "--sections", "codes", ROOT / "examples/log")
ok(r.returncode == 0 and "queued" in r.stdout, "a report", r.stderr)
for name in ("usr/bin/qplogtail", "usr/bin/qploggrep", "usr/bin/qplogsumm",
             "usr/share/man/man1/mailtally.1.gz",
             "usr/share/man/man1/qplogtail.1.gz",
             "usr/share/man/man5/mailtally.conf.5.gz",
             "usr/share/bash-completion/completions/mailtally",
             "usr/share/zsh/vendor-completions/_mailtally",
             "usr/share/mailtally/qpsmtpd/logterse",
             "usr/share/mailtally/multilog/run",
             "usr/share/mailtally/qpsmtpd/run",
             "lib/systemd/system/mailtally-serve.service",
             "lib/systemd/system/mailtally-guard@.service"):
    ok((target / name).exists(), "it has " + name)
equal([f for f in files() if ".wants/" in f or f.startswith("etc/")], [],
      "nothing is enabled")
r = dpkg("--purge", "mailtally")
equal(r.returncode, 0, "is purged", r.stdout, r.stderr)
equal(files() - before, set(), "and leaves nothing")
done()
