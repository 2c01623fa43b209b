/*
 * insights.h - what stands out in a report: the parts of the section.
 *
 * Each finder looks for one thing and, where it is there, adds a sentence and
 * a table of the rows behind it.  When a thing is worth a sentence is said by
 * the thresholds, of which there is one table, shown with the findings.
 */
#ifndef REPORT_INSIGHTS_H
#define REPORT_INSIGHTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

struct build;
struct section;
struct table;
struct tally;

enum threshold {
	KNOWN_ACCEPTED, KNOWN_SHARE,
	RETURN_LEAST, RETURN_HOURS,
	SILENCE_MAILS, SILENCE_DAYS,
	LIST_DENIALS,
	HABIT_DAYS, HABIT_LEAST, HABIT_TIMES, HABIT_DEVIATIONS,
	LOGIN_NETWORKS, LOGIN_SHARE,
	THRESHOLDS
};

struct threshold_row {
	const char *name; /* "known-accepted" */
	int64_t value;
	const char *unit; /* "mails" */
	const char *help;
};
extern const struct threshold_row thresholds[THRESHOLDS];

static inline int64_t
threshold(enum threshold which)
{
	return thresholds[which].value;
}

/* A set of thresholds. */
#define THRESHOLD_BIT(which) (1U << (which))

/* What has been found so far. */
struct insights {
	struct build *b;
	struct section *s;
	struct table *index; /* a row a finding */
};

/*
 * A finding: its name, which is that of its table, a sentence, the number of
 * things found, whether it needs attention, and the thresholds it went by.
 * Returns the table, whose columns and rows are the finder's.  Names literal.
 */
struct finding {
	const char *name;
	struct str sentence; /* copied */
	uint64_t found;
	bool attention;
	unsigned thresholds;
};
struct table *insights_add(struct insights *x, const struct finding *f);
/* How many rows of a finding are shown; the rest of n is told in a note. */
size_t insights_rows(struct insights *x, const struct finding *f, size_t n);

typedef void insight_fn(struct insights *x);

/* Clients and senders that are refused though their mail was accepted;
 * temporary refusals that came back, or not. */
insight_fn insight_refused_clients, insight_refused_senders, insight_returns;
/* No mail where there usually is some. */
insight_fn insight_silence;
/* Block lists that answer errors, or never hit. */
insight_fn insight_lists;
/* Dispositions, networks, recipients, reasons far outside of their habit. */
insight_fn insight_dispositions, insight_networks, insight_recipients,
    insight_deferrals;
/* Logins refused to many networks. */
insight_fn insight_logins;

/* Local days from 1970-01-01 on. */
int32_t insights_day(const struct build *b, int64_t time_ns);

#endif
