/*
 * routes.h - which address is answered by what: the table of routes.
 *
 * No part of an address is ever a name of a file: an address is one of the
 * table or there is none.
 */
#ifndef WEB_ROUTES_H
#define WEB_ROUTES_H

#include <stdint.h>

#include "web/logs_seen.h"

struct http_request;
struct jobs;
struct keeper;
struct login;
struct live_feed;
struct server_options;

/* What routes answer from. */
struct site {
	const struct server_options *o;
	struct jobs *jobs;
	struct live_feed *live; /* NULL: nothing is followed */
	int64_t now_ns;		/* the clock, when this turn of the loop began */
	struct login *login;	/* NULL: whoever reaches us may ask */
	struct keeper *ingest;	/* NULL: nothing is put into the store */
	struct seen logs_seen, store_seen;
	uint64_t requests;
	/* Content-Security-Policy of /report, which has its style in it. */
	const char *tables_policy;
};

struct route {
	const char *path;
	void (*handle)(struct site *s, struct http_request *r);
	const char *help;
};

/* Ends with a NULL path. */
extern const struct route routes[];

/* Answers r; what is not in the table is 404. */
void routes_handle(void *site, struct http_request *r);

#endif
