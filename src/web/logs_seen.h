/*
 * logs_seen.h - what the logs are at present, as one number.
 */
#ifndef WEB_LOGS_SEEN_H
#define WEB_LOGS_SEEN_H

#include <stdint.h>

struct site;

/*
 * The same as long as no log has changed: of names, sizes and times of the
 * files.  They are looked at once a second at most.  Never 0.
 */
uint64_t logs_fingerprint(struct site *s);

#endif
