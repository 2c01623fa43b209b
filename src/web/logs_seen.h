/*
 * logs_seen.h - what the logs and the store are at present, as one number.
 */
#ifndef WEB_LOGS_SEEN_H
#define WEB_LOGS_SEEN_H

#include <stdint.h>

struct server_options;

/* What was seen, and when. */
struct seen {
	uint64_t fingerprint;
	int64_t at_ns;
};

/*
 * The same as long as no log has changed: of names, sizes and times of the
 * files.  They are looked at once a second at most.  Never 0.
 */
uint64_t logs_fingerprint(struct seen *last, const struct server_options *o,
    int64_t now_ns);
/* The same of the store; also while there is none. */
uint64_t store_fingerprint(struct seen *last, const struct server_options *o,
    int64_t now_ns);

#endif
