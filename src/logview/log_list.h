/*
 * log_list.h - the log files that there are, under ids that say nothing of
 * their names.
 *
 * Who asks over a network names a file by its id, and the id is looked for
 * among the files of the logs that were named when the program began: so nothing
 * that is asked can open another file.
 */
#ifndef LOGVIEW_LOG_LIST_H
#define LOGVIEW_LOG_LIST_H

#include <stdint.h>

#include "base/str.h"
#include "input/source.h"

struct report;
struct zone;

#define LOG_ID_DIGITS 16

/* Of device and inode: the same after a rotation, another one once packed. */
void log_id(char id[LOG_ID_DIGITS + 1], const struct source *s);
/* The file in its directory; of standard input "-". */
struct str log_name(const struct source *s);
/* The source with that id, else the first with that name (without a directory),
 * or NULL. */
const struct source *log_find(const struct source_list *l, struct str id);

/*
 * The "state" beside a multilog directory's logs: n of them, one a
 * directory that has one, at most max.
 */
struct log_state {
	const char *stream;   /* the directory, as in the list */
	char id[LOG_ID_DIGITS + 1];
	char path[4096];
	uint64_t size;
	int64_t mtime_ns;
};
#define LOG_STATES_MAX 64
size_t log_states(struct log_state *states, size_t max,
    const struct source_list *l);

/* Sections "logs" and "states"; zone is of stamps that name none. */
void log_list_report(struct report *r, const struct source_list *l,
    const struct zone *zone);

#endif
