/*
 * row.h - the table of settings, for the files of conf/ alone.
 *
 * A row says what a key is called, what type it has and where its value goes.
 * A type knows how a value is read from text and written again; each is a
 * const struct in values.c, lists.c or columns.c.
 */
#ifndef CONF_ROW_H
#define CONF_ROW_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct buf;
struct conf;
struct err;
struct row;

/* One value on its way into a struct conf. */
struct assignment {
	struct conf *conf;
	const struct row *row;
	struct str key;
	struct str value; /* trimmed; of a list one item */
	struct err *err;
};

struct conf_type {
	/* Errors (ERR_USAGE) name the key, not the place it stands at. */
	int (*set)(const struct assignment *a);
	/* Appends the value; where keys are free, a line "key = value" for each. */
	void (*print)(struct buf *b, const struct conf *c, const struct row *r);
	/* Empties the list; NULL where the value is not a list. */
	void (*clear)(struct conf *c, const struct row *r);
};

struct row {
	const char *section;
	const char *key;    /* NULL: any key, which the type has to judge */
	const char *plural; /* understood too; of a list */
	const struct conf_type *type;
	size_t offset;      /* in struct conf, for the types of values.c */
	const char *zones;  /* for conf_type_zones: DNSBL RHSBL URIBL */
	const char *help;
	const char *example; /* where there is no default to show */
};

extern const struct row conf_rows[];
extern const size_t conf_n_rows;

/* The row of a key, or NULL with *err, which suggests what was meant. */
const struct row *conf_row_find(struct str section, struct str key,
    struct err *err);
/* Is there such a section? */
bool conf_row_section(struct str section);
/* Lists are split here; add: to what the list holds. */
int conf_row_set(struct conf *c, const struct row *r, struct str key,
    struct str value, bool add, struct err *err);

/* "tag_level: "x" is not a number": fills a->err, returns -1. */
int conf_wrong(const struct assignment *a, const char *why);
/* As opt_nearest(). */
const char *conf_nearest(struct str word, const char *const *candidates);

/* values.c: what offset must point to is in brackets. */
extern const struct conf_type conf_type_text;	/* [const char *] */
extern const struct conf_type conf_type_marker; /* [struct str] */
extern const struct conf_type conf_type_zone;	/* [const char *] */
extern const struct conf_type conf_type_period; /* [const char *] */
extern const struct conf_type conf_type_yes_no; /* [bool] */
extern const struct conf_type conf_type_score;	/* [int64_t], thousandths */
extern const struct conf_type conf_type_percent; /* [double] */
extern const struct conf_type conf_type_percent_or_auto; /* [double], < 0 */
extern const struct conf_type conf_type_ip;	/* [struct ip] */
extern const struct conf_type conf_type_file_count; /* [long] */
extern const struct conf_type conf_type_days; /* [long] */
extern const struct conf_type conf_type_file_bytes; /* [long] */
extern const struct conf_type conf_type_port;	/* [long] */

/* lists.c */
extern const struct conf_type conf_type_logs;
extern const struct conf_type conf_type_texts; /* [struct conf_list] */
extern const struct conf_type conf_type_networks; /* [struct conf_list] */
extern const struct conf_type conf_type_facts;
extern const struct conf_type conf_type_countries;
extern const struct conf_type conf_type_local_domains;
extern const struct conf_type conf_type_mxbackup_domains;
extern const struct conf_type conf_type_local_networks;
extern const struct conf_type conf_type_dmarc_addresses;
extern const struct conf_type conf_type_zones;

/* columns.c */
extern const struct conf_type conf_type_columns;
extern const struct conf_type conf_type_categories;

#endif
