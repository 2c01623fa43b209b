/*
 * sec_names.h - the names that stand beside a row: the lists that refused a
 * client, the plugins that refused a network's logins.
 */
#ifndef REPORT_SEC_NAMES_H
#define REPORT_SEC_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "report/league.h"

struct arena;
struct buf;

struct names {
	struct league pairs; /* a row's label, a name */
	const struct league_row **sorted;
};

void names_init(struct names *n);
void names_clear(struct names *n);

/* Counts name beside the row called label; both are copied. */
void names_add(struct names *n, struct str label, struct str name,
    uint64_t count);
/* When all are added; what follows needs it. */
void names_sort(struct names *n);

/* How many different names the row has. */
size_t names_count(const struct names *n, struct str label);

/*
 * The names of the row as one text in the arena, "a, b": most frequent first,
 * of equal ones in byte order.  Beyond NAMES_SHOWN only their number is told,
 * "(3 more)".
 */
#define NAMES_SHOWN 5
struct str names_join(const struct names *n, struct str label,
    struct arena *a);

/*
 * The network of a client, "192.0.2.0/24"; the text itself if that is no
 * address, or if a network is one address (32 and 128 bits).  Points into
 * scratch, which is emptied first, or is client.
 */
struct str names_network(struct buf *scratch, struct str client, int v4_bits,
    int v6_bits);

#endif
