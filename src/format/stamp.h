/*
 * stamp.h - the time stamp in front of a log line, whatever wrote it.
 *
 * Shared by all formats.  Sources: multilog and tai64n (TAI64N labels: 2^62 +
 * 10 + Unix seconds, no leap second table; spec/qpsmtpd-log.md 1.1),
 * tai64nlocal, RFC 3164 and RFC 3339 stamps of syslog daemons, qpsmtpd's
 * logging/file plugin, the debug lines of qpsmtpd-prefork, accustamp.
 */
#ifndef FORMAT_STAMP_H
#define FORMAT_STAMP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct zone;

enum stamp_kind {
	STAMP_NONE,
	STAMP_TAI64N,	   /* @400000006955b90b02b91f21 */
	STAMP_TAI64NLOCAL, /* 2008-11-08 06:35:41.724563500 */
	STAMP_SYSLOG,	   /* Nov 22 14:35:11 mail qpsmtpd[14753]: */
	STAMP_RFC3339,	   /* 2026-11-22T14:35:11.5+01:00 mail qpsmtpd[14753]: */
	STAMP_FILE_PLUGIN, /* Sun Nov 22 14:35:11 2026 mail[14753]: */
	STAMP_PREFORK,	   /* 22/11/2026 14:35:11:14753: */
	STAMP_DECIMAL	   /* 1795357230.230487500 */
};

/* What must be remembered from line to line to read local, year-less stamps. */
struct stamp_clock {
	const struct zone *zone;
	int year;	  /* of the stamp before; 0: stamps without a year get 1972 */
	int64_t previous; /* seconds in the year of the one before without a year, -1 */
	int64_t last_s;	  /* Unix seconds of the stamp before */
};

struct stamp {
	enum stamp_kind kind;
	bool guessed;	    /* its year is not in the line */
	int64_t time_ns;
	size_t n;	    /* bytes up to the message, blanks included */
	struct str host;    /* syslog and file plugin */
	struct str program; /* syslog: the tag without [pid] */
	struct str pid;	    /* in brackets, or prefork's */
};

/* z may be NULL: local stamps are in UTC then. */
void stamp_clock_init(struct stamp_clock *c, const struct zone *z, int year);

/*
 * The stamp at the start of a line.  False, and kind STAMP_NONE, if there is
 * none (out of range dates count as none).
 */
bool stamp_parse(struct str line, struct stamp_clock *c, struct stamp *st);

/* Does the line begin with a stamp?  (Promise 3: such a line is no rest.) */
bool stamp_begins(struct str line);

/*
 * The label at p (25 readable bytes) in ns since 1970 UTC, or WHEN_NONE if it is not
 * one.  Upper case is accepted.
 */
int64_t stamp_tai64n(const char *p);

/*
 * Counting the years of a source whose stamps have none.
 *
 * Going through the lines once, a jump back of more than half a year is a new
 * year, a jump forward of more than half a year a late line of the year
 * before.  The year of the last stamp follows from an anchor (the latest year
 * that does not put it more than a day after the anchor, and in which every
 * 29 February seen exists), and so that of the first.
 */
struct years {
	bool any;	   /* a year-less stamp was seen */
	int64_t previous;  /* seconds in the year of the stamp before, -1 */
	int era;	   /* years since the first stamp */
	int last_month, last_day, last_hour, last_minute, last_second;
	uint64_t leap_eras; /* bit n: era n - YEARS_BEFORE had a 29 February */
};
/* Lines of so many years before the first stamp may follow it. */
#define YEARS_BEFORE 8

void years_init(struct years *y);
void years_block(struct years *y, struct str block);
/* The year of the first stamp, given when the source ended.  z may be NULL: UTC. */
int years_first(const struct years *y, int64_t anchor_ns, const struct zone *z);

#endif
