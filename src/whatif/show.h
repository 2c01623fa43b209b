/*
 * show.h - a trial of block lists as a section of a report: what is listed, what
 * would have been lost and saved, and a verdict for each list in one sentence.
 */
#ifndef WHATIF_SHOW_H
#define WHATIF_SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct answers_list;
struct policy;
struct report;
struct section;
struct trial;
struct zone;

/* How a trial is shown. */
struct trial_view {
	const struct zone *zone;
	bool keep_local_case;	/* addresses (classes.h) */
	bool for_people;	/* of several recipients the first, and how many */
	bool whole;		/* shorten no address and no TXT */
	bool summary;		/* leave out the transactions one by one */
	size_t top;		/* recipients, domains; 0: all */
	const struct policy *policies;
	size_t n_policies;
	unsigned best;		/* --best N; 0: not asked for */
	const char *replayed;	/* file that the answers are of, or NULL */
	int64_t answers_ns;	/* when they were given; WHEN_NONE: not known */
};

/* Appends the section "dnsbl-test", its tables and its notes. */
void trial_show(struct report *r, const struct trial *t,
    const struct trial_view *o);

/* ---- its parts ---- */

/* One table each, appended to s; nothing where there is nothing to tell. */
void trial_show_rows(struct report *r, struct section *s, const struct trial *t,
    const struct trial_view *o);
void trial_show_dispositions(struct report *r, struct section *s,
    const struct trial *t);
void trial_show_losers(struct report *r, struct section *s, const struct trial *t,
    const struct trial_view *o);
void trial_show_lists(struct report *r, struct section *s, const struct trial *t);
void trial_show_overlap(struct report *r, struct section *s, const struct trial *t);
void trial_show_unknown(struct report *r, struct section *s, const struct trial *t);
void trial_show_policies(struct report *r, struct section *s, const struct trial *t,
    const struct trial_view *o);
void trial_show_best(struct report *r, struct section *s, const struct trial *t,
    const struct trial_view *o);

/* The sentences, as notes of the section. */
void trial_show_verdicts(struct report *r, struct section *s, const struct trial *t,
    const struct trial_view *o);

/*
 * A row of values, one for each column:
 *	trial_row(r, t, TRIAL_VALUES(value_text(name), value_count(n)));
 * and a copy of a text for one.
 */
struct value;
struct row;
struct table;
#define TRIAL_VALUES(...)                                               \
	(const struct value[]){ __VA_ARGS__ },                         \
	    sizeof((const struct value[]){ __VA_ARGS__ }) / sizeof(struct value)
void trial_row(struct report *r, struct table *t, const struct value *values,
    size_t n);
struct value trial_text(struct report *r, const struct buf *b);

/* Clients that a list is unknown, or was not asked, for; of those tried. */
uint64_t trial_unknown_clients(const struct trial *t, unsigned list,
    uint64_t *not_asked);

#endif
