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
struct list;
struct policy;
struct report;
struct section;
struct trial;
struct zone;

struct whatif_options {
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
	bool interrupted;
};

/* Appends the section "dnsbl-test", its tables and its notes. */
void whatif_trial(struct report *r, const struct trial *t,
    const struct whatif_options *o);

/* ---- its parts ---- */

/* One table each, appended to s; nothing where there is nothing to tell. */
void whatif_rows(struct report *r, struct section *s, const struct trial *t,
    const struct whatif_options *o);
void whatif_dispositions(struct report *r, struct section *s,
    const struct trial *t);
void whatif_losers(struct report *r, struct section *s, const struct trial *t,
    const struct whatif_options *o);
void whatif_lists(struct report *r, struct section *s, const struct trial *t);
void whatif_overlap(struct report *r, struct section *s, const struct trial *t);
void whatif_unknown(struct report *r, struct section *s, const struct trial *t);
void whatif_policies(struct report *r, struct section *s, const struct trial *t,
    const struct whatif_options *o);
void whatif_best(struct report *r, struct section *s, const struct trial *t,
    const struct whatif_options *o);

/* The sentences, as notes of the section. */
void whatif_verdicts(struct report *r, struct section *s, const struct trial *t,
    const struct whatif_options *o);

/*
 * A row of values, one for each column:
 *	whatif_row(r, t, WHATIF_VALUES(value_text(name), value_count(n)));
 * and a copy of a text for one.
 */
struct value;
struct row;
struct table;
#define WHATIF_VALUES(...)                                               \
	(const struct value[]){ __VA_ARGS__ },                         \
	    sizeof((const struct value[]){ __VA_ARGS__ }) / sizeof(struct value)
void whatif_row(struct report *r, struct table *t, const struct value *values,
    size_t n);
struct value whatif_text(struct report *r, const struct buf *b);

/* Clients that a list is unknown, or was not asked, for; of those tried. */
uint64_t whatif_unknown_clients(const struct trial *t, unsigned list,
    uint64_t *not_asked);

#endif
