/*
 * grep_group.h - how many of the events found have which value: --group-by.
 */
#ifndef CMD_GREP_GROUP_H
#define CMD_GREP_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/intern.h"

struct classes;
struct event;
struct group_field;
struct out;
struct zone;

/* By the name of DESIGN 4 and 5, or NULL. */
const struct group_field *group_field_find(const char *name);

/* Memory: the distinct values. */
struct groups {
	const struct group_field *field;
	const struct classes *classes; /* which plugins ask block lists */
	const struct zone *zone;       /* of hours and days */
	struct intern values;
	uint64_t *counts; /* by the id of the value */
	size_t n, cap;
	struct buf scratch;
};

void groups_init(struct groups *g, const struct group_field *field,
    const struct classes *classes, const struct zone *zone);
void groups_clear(struct groups *g);
/*
 * An event that has no such value counts under "-"; one with several
 * (recipients) under each.
 */
void groups_add(struct groups *g, const struct event *ev);
/*
 * Largest first, equal ones by value; at most limit, 0: all.  Text is
 * escaped; jsonl: {"value":"...","count":1}.
 */
void groups_print(struct groups *g, struct out *out, bool jsonl, bool utf8,
    uint64_t limit);

#endif
