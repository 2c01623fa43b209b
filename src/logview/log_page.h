/*
 * log_page.h - some lines of one log file: those with a pattern in them, from
 * a place on or the last ones.
 *
 * Bounds: lines, bytes of text, and time; the page says which one ended it and
 * where to go on.  Credentials are masked before anything is looked for in a
 * line, so that no pattern can find them out.
 */
#ifndef LOGVIEW_LOG_PAGE_H
#define LOGVIEW_LOG_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

struct err;
struct source;
struct zone;

#define LOG_PAGE_LINES 5000
#define LOG_PAGE_LINE_BYTES ((size_t)16 * 1024)
#define LOG_PAGE_BYTES ((size_t)4 * 1024 * 1024)
#define LOG_PAGE_NS (INT64_C(5) * 1000000000)

struct log_page_options {
	const char *pattern; /* NULL: every line */
	bool fixed;	     /* it is plain text */
	uint64_t at;	     /* begins at the first line from this byte on */
	size_t limit;	     /* lines, 1 to LOG_PAGE_LINES */
	bool last;	     /* the last lines there are; at is 0 then */
	const struct zone *zone; /* of local times, and of stamps without one */
	/* Monotonic, ns; a test has its own. */
	int64_t (*clock)(void);
};

struct log_page_line {
	uint64_t at;	 /* where it begins, unpacked */
	int64_t time_ns; /* WHEN_NONE: it has no stamp, or one without a year */
	struct str stamp; /* a label as the log has it, or empty */
	struct str text; /* behind the stamp, without its end */
	bool cut;	 /* its end is left out */
	size_t from;	 /* in log_page.bytes: private */
};

enum log_page_reason { LOG_PAGE_END, LOG_PAGE_LIMIT, LOG_PAGE_FULL,
	LOG_PAGE_TIME };

struct log_page {
	struct log_page_line *lines;
	size_t n, cap;
	struct buf bytes;    /* of the lines */
	uint64_t next;	     /* to go on at; the size at the end */
	uint64_t read;	     /* bytes that were looked through */
	uint64_t matched;
	enum log_page_reason reason;
};

/*
 * -1 with *err: a pattern that is none (ERR_USAGE), or a file that cannot be
 * read, not even in part.  page is to be cleared in any case.
 */
int log_page_read(struct log_page *page, const struct source *s,
    const struct log_page_options *o, struct err *err);
void log_page_clear(struct log_page *page);

/* One object of JSON and a newline; docs/API.md has its members. */
void log_page_json(struct buf *b, const struct log_page *page,
    const struct source *s, const struct zone *zone);

#endif
