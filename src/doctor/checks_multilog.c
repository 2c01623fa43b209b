/* checks_multilog.c - what multilog keeps in a log directory. */
#include <inttypes.h>

#include "base/buf.h"
#include "base/when.h"
#include "doctor/checks.h"
#include "doctor/doctor.h"
#include "doctor/place.h"

/* A processor may take its time; multilog calls one that fails every second. */
#define BLOCKED_NS (30 * WHEN_SECOND)

/* spec/qpsmtpd-log.md 4.4: the next rotation stops all mail. */
bool
check_state_missing(struct examination *x, const struct place *p,
    struct finding *f)
{
	if (!p->multilog || !p->has_lock || p->has_state)
		return false;
	return finding_set(x, f, command_text(x, "touch %q/state", p->path),
	    "there is no file state: multilog's processor cannot run, and at the "
	    "next rotation the log, and all mail with it, stops");
}

bool
check_state_odd(struct examination *x, const struct place *p,
    struct finding *f)
{
	const char *rebuild = command_text(x, "mailtally summarize --rebuild %q",
	    p->path);

	if (!p->has_state)
		return false;
	if (!p->state_regular)
		return finding_set(x, f, command_text(x,
		    "mv %q/state %q/state.odd && touch %q/state", p->path,
		    p->path, p->path), "state is no regular file");
	if (p->state_error != NULL)
		return finding_set(x, f, rebuild, "state cannot be read: %s",
		    p->state_error);
	if (p->state.not_understood > 0)
		return finding_set(x, f, rebuild, "%zu lines of state are not "
		    "understood", p->state.not_understood);
	if (p->state.marked && !p->state.whole)
		return finding_set(x, f, rebuild, "state was cut or changed: its "
		    "rows do not agree with their sum");
	return false;
}

/*
 * The old tool adds every count twice (spec/qpsmtpd-log.md 5, fault 1), so all
 * of its counts are even; that chance does it to so many rows is not to be
 * expected.
 */
bool
check_state_doubled(struct examination *x, const struct place *p,
    struct finding *f)
{
	const struct sums *sums = &p->state.sums;
	size_t counted = 0;

	if (p->state.marked || p->state.halved_ns != WHEN_NONE)
		return false;
	for (size_t i = 0; i < sums->n; i++) {
		if (sums->rows[i].count % 2 != 0)
			return false;
		counted += sums->rows[i].count > 0;
	}
	if (counted < 4)
		return false;
	return finding_set(x, f, command_text(x,
	    "mailtally summarize --halve-history %q/state", p->path),
	    "state is qplogsumm's, which counts every log twice: all of its %zu "
	    "counts are even", counted);
}

static const char *
state_command(struct examination *x, const struct place *p)
{
	if (!p->has_state)
		return command_text(x, "touch %q/state", p->path);
	return command_text(x, "cd %q && mailtally summarize <previous >/dev/null "
	    "4<state 5>/dev/null", p->path);
}

/* The processor has had "previous" for too long, or fails again and again. */
bool
check_blocked(struct examination *x, const struct place *p, struct finding *f)
{
	struct buf age = { 0 };

	if (p->previous_ns == WHEN_NONE || !p->locked ||
	    x->now_ns - p->previous_ns < BLOCKED_NS)
		return false;
	when_format_duration(&age, x->now_ns - p->previous_ns);
	finding_set(x, f, state_command(x, p), "multilog has been stuck for %s: "
	    "its processor does not get done with the file previous, nothing "
	    "is logged and no mail accepted%s", age.p, p->has_state ? "" :
	    ", because there is no file state");
	buf_clear(&age);
	return true;
}

bool
check_unprocessed(struct examination *x, const struct place *p,
    struct finding *f)
{
	if (p->uncounted == 0)
		return false;
	return finding_set(x, f, command_text(x,
	    "mailtally summarize --include-unprocessed %q", p->path),
	    "%u log%s that a crash left unprocessed (@*.u) %s not in the counts of "
	    "state", p->uncounted, p->uncounted == 1 ? "" : "s",
	    p->uncounted == 1 ? "is" : "are");
}

bool
check_no_writer(struct examination *x, const struct place *p,
    struct finding *f)
{
	if (!p->has_lock || p->locked)
		return false;
	return finding_set(x, f, command_text(x, "sv up %q/log || svc -u "
	    "%q/log", p->name, p->name), "no multilog is running here: nobody "
	    "holds the lock");
}
