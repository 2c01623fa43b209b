/*
 * agenda.h - which sources are to be read, and when: for ordered.c, and
 * for history/.
 */
#ifndef PUMP_AGENDA_H
#define PUMP_AGENDA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/when.h"
#include "pump/ordered.h"
#include "pump/span.h"

/* Sources that overlap by more than this are different logs (as pump.c). */
#define AGENDA_OVERLAP_NS (INT64_C(300) * WHEN_SECOND)
/* What a tracker may have to know of the time before (qpsmtpd_track.h). */
#define AGENDA_AGE_NS (INT64_C(3600) * WHEN_SECOND)

/* A source that is to be read. */
struct waiting {
	size_t source;	  /* in the list of all */
	size_t index;	  /* in the list of those to be read: neighbours may
			   * share a line */
	const char *stream;
	const struct format *format;
	int year;
	struct span span;
	int64_t due_ns;	  /* when it is read at the latest */
	bool begun;
};

struct agenda {
	struct waiting *waiting; /* by due_ns, then as listed */
	size_t n;
	size_t next;	/* those before it were begun */
	uint64_t bytes; /* on disk */
};

/*
 * Looks at all sources: formats, years, times.  What can be told of them goes
 * into result, those outside the period among it.
 */
void agenda_make(struct agenda *a, const struct ordered_options *o,
    struct ordered *result);
void agenda_clear(struct agenda *a);

/* Lines before and after these need not be read: the period, and what is
 * around it. */
int64_t agenda_start(const struct ordered_options *o);
int64_t agenda_end(const struct ordered_options *o);
/* A pipe can not. */
bool agenda_can_read_again(const struct source *s);

#endif
