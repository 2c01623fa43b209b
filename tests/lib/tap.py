"""tap.py - test results as TAP.

Every check is one line; done() prints the plan, so a script that dies on the
way has none and counts as failed.
"""
import sys

count = 0
failed = 0


def ok(passed, name, *said):
    """One result; what was said is shown only if it failed."""
    global count, failed
    count += 1
    failed += not passed
    print("%sok %d - %s" % ("" if passed else "not ", count, name))
    if not passed:
        for text in said:
            for line in str(text).splitlines()[:60]:
                print("#", line)
    sys.stdout.flush()
    return bool(passed)


def equal(got, should, name, *said):
    """The same value; of two dicts only what differs is shown."""
    if got == should:
        return ok(True, name)
    return ok(False, name, *said, *differences(got, should))


def near(got, should, within, name, *said):
    """The same number, give or take."""
    same = got is not None and abs(got - should) <= within
    return ok(same, name, *said, "got %r, should be %r" % (got, should))


def differences(got, should):
    if isinstance(got, dict) and isinstance(should, dict):
        for key in sorted(set(got) | set(should), key=str):
            if got.get(key) != should.get(key):
                yield "%s: got %r, should be %r" % (
                    key, got.get(key), should.get(key))
    elif isinstance(got, bytes) and isinstance(should, bytes):
        at = next((i for i, (a, b) in enumerate(zip(got, should)) if a != b),
                  min(len(got), len(should)))
        yield "they differ at byte %d of %d and %d" % (
            at, len(got), len(should))
        yield "got       ...%r" % got[max(0, at - 100):at + 100]
        yield "should be ...%r" % should[max(0, at - 100):at + 100]
    else:
        yield "got       %r" % (got,)
        yield "should be %r" % (should,)


def done():
    print("1..%d" % count)
    sys.exit(1 if failed or count == 0 else 0)
