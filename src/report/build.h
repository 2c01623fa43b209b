/*
 * build.h - sections made of tallies.
 *
 * A section is one row of one table (sections.c): id, title, what it needs to
 * have counted, and the function that fills it.  Adding one is a function, a
 * row and a test.
 */
#ifndef REPORT_BUILD_H
#define REPORT_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/period.h"
#include "base/str.h"
#include "format/format.h"
#include "report/report.h"
#include "tally/tally.h"

struct classes;
struct err;
struct league;
struct state;
struct zone;

/* One log directory, or one syslog host's file: for coverage and counts. */
struct log_stream {
	const char *name;     /* directory, or "-" */
	const char *format;   /* "qpsmtpd"; NULL: not understood */
	bool multilog;	      /* it has @*.s, @*.u or current */
	unsigned finished;    /* @*.s */
	unsigned unprocessed; /* @*.u */
	unsigned current;
	unsigned plain;	      /* other files */
	unsigned packed;      /* of all these, compressed */
	unsigned unreadable;
	unsigned copies;      /* not counted: same content as another */
	unsigned truncated;   /* damaged, or shrank while they were read */
	uint64_t disk_bytes;
	uint64_t largest_file; /* bytes on disk of the largest finished file */
	struct scan_counts counts;
	const struct scan_gap *gaps;
	size_t n_gaps;
	const struct scan_day *days;
	size_t n_days;
};

enum column_show { SHOW_AUTO, SHOW_YES, SHOW_NO };
struct column_show_row {
	struct str title; /* of C.2, any case */
	enum column_show show;
};
struct configured_list {
	const char *type; /* DNSBL RHSBL URIBL */
	struct str zone;
};

/* C.8: what somebody who looked found in a user's junk folders. */
struct junk_row {
	struct str user;
	uint64_t messages, bytes;
	int64_t oldest_ns, newest_ns; /* WHEN_NONE: no message */
	struct str error; /* absent: all of it was counted */
};

/* Whatever changes how tables look, not what was counted. */
struct build_options {
	long top;		  /* --top; -1: the default of each section; 0: all */
	long max_hour_rows;	  /* 744 */
	bool codes_by_code;	  /* --codes-by hook */
	bool list_key_host;	  /* --bl-key host */
	const char *tld_of;	  /* queued, denied, all */
	bool tld_by_day;
	bool order_by_name;	  /* --order name */
	int ip_bits_v4, ip_bits_v6; /* --ip-prefix; 32 and 128: none */
	bool sections_named;	  /* --sections says which */
	bool explain;		  /* definitions under the tables */
	double country_cutoff_percent;
	double rule_cutoff_percent; /* negative: by the rule of C.6 */
	const struct str *refused_countries;
	size_t n_refused_countries;
	const struct configured_list *lists;
	size_t n_lists;
	const struct column_show_row *columns;
	size_t n_columns;
	const struct str *facts; /* "key=value" for the head */
	size_t n_facts;
	const struct junk_row *junk;
	size_t n_junk;
	bool junk_looked; /* nobody looked: there is no such section */
	const struct state *state; /* of the summariser (C.15); NULL: none */
};

/* What sections are made of. */
struct build {
	struct report *report;
	struct tally *tally; /* its lists are sorted when they are looked at */
	/* What came before the period, from build_before_since() on, bounded
	 * dimensions only; NULL when the period has no beginning or no section
	 * that looks at it was asked for. */
	const struct tally *before;
	/* When the logs begin: older days of "before" are not zero but unknown. */
	int64_t logs_begin_ns;
	/* The same of the dimensions that no store keeps (tally_stored). */
	int64_t habits_begin_ns;
	const struct classes *classes;
	const struct zone *zone;
	struct period period;	  /* as asked for, or all */
	int64_t first_ns, last_ns; /* of what was read, WHEN_NONE if nothing */
	int64_t now_ns;		  /* what of the period is yet to come cannot be
				   * missing; 0: not known */
	const struct build_options *o;
	const struct log_stream *streams;
	size_t n_streams;
	uint64_t examined;	  /* transactions in the period: filled by build_report */
};

/*
 * Fills s, which is in the report already.  A section that gets neither table
 * nor note is taken out again: it has nothing to say, not even "none".
 * section_head has no section: NULL.
 */
typedef void build_fn(struct build *b, struct section *s);

/* Which side of a mail server a section is about: mail coming in, or the queue. */
enum section_side { SIDE_BOTH, SIDE_INCOMING, SIDE_QUEUE };

struct section_type {
	const char *id;
	const char *title;
	const char *help;
	dim_mask dims;		  /* what it needs to have counted */
	dim_mask dims_named;	  /* the same, only where --sections names it */
	bool wants_before;	  /* needs build.before */
	enum section_side side;	  /* left out, unless --sections names any, where
				   * only logs of the other side were read */
	bool without_logs;	  /* alone it needs none */
	bool when_named;	  /* a long list: only where --sections names it */
	build_fn *build;
};

/* In the order of spec/reports.md; ends with a NULL id. */
extern const struct section_type section_types[];

/*
 * Which sections "a,b,-c" means: the named ones; all but c where only
 * exclusions are named.  NULL: all.  chosen has room for section_type_count()
 * flags.  An unknown id is an error with a suggestion.
 */
size_t section_type_count(void);
int sections_choose(const char *list, bool *chosen, struct err *err);
/* Does the list name sections to be shown, not only such to be left out? */
bool sections_named(const char *list);
/* named: sections_named. */
dim_mask sections_dims(const bool *chosen, bool named);
/* The section as well, unless the list names others or leaves it out. */
void sections_add(const char *id, const char *list, bool *chosen);

/* Head, alerts and the chosen sections into b->report. */
void build_report(struct build *b, const bool *chosen);

/*
 * The equalities of spec/reports.md F that one report can be checked for, on
 * the tally and on the finished sections.  -1 with *err naming the first that
 * does not hold.
 */
int build_selfcheck(const struct build *b, struct err *err);

/* One function a section; file sec_<id>.c or a file of close relatives. */
build_fn section_head, section_hours, section_rcpt_domains, section_viruses,
    section_codes, section_sa_rules, section_countries, section_junk,
    section_bl_config, section_bl_use, section_rcpt_users, section_unrecognised, section_tld,
    section_ips, section_qplogsumm, section_coverage, section_connections,
    section_totals, section_traffic_days, section_traffic_hours, section_auth,
    section_compare, section_insights, section_streams, section_unparsed;
build_fn section_qmail_overall, section_qmail_deferrals,
    section_qmail_failures, section_qmail_successes, section_qmail_hosts,
    section_qmail_recipients, section_qmail_rxdelay, section_qmail_senders,
    section_qmail_uids, section_qmail_delays, section_qmail_log,
    section_qmail_outgoing, section_qmail_queue, section_deferrals,
    section_bounces, section_queue_events, section_dest_domains,
    section_queue_times, section_summary, section_months, section_days,
    section_weekdays, section_clock, section_hosts, section_senders,
    section_receivers, section_smtp_errors, section_providers;

/* ---- shared by the sections ---- */

/* Was a log of that side read?  (Unit tests read none: both.) */
bool build_has_side(const struct build *b, enum section_side side);

/* A row, and a footer, of these values, one for each column:
 *	build_row(b, t, VALUES(build_text(b, label), value_count(n)));
 */
#define VALUES(...)                                                    \
	(const struct value[]){ __VA_ARGS__ },                         \
	    sizeof((const struct value[]){ __VA_ARGS__ }) / sizeof(struct value)
struct row *build_row(struct build *b, struct table *t,
    const struct value *values, size_t n);
void build_footer(struct build *b, struct table *t, const char *name,
    const struct value *values, size_t n);
/* A copy in the report's arena; null when absent. */
struct value build_text(struct build *b, struct str s);
/* Null for WHEN_NONE. */
struct value build_time(int64_t time_ns);

/* The limit of a league table: --top, else the section's own default. */
size_t build_top(const struct build *b, size_t section_default);

/* Sum of the counts of all cells of a dimension; of all cells of a counter. */
uint64_t build_sum(const struct tally *t, enum dim_id dim);
uint64_t build_counter(const struct tally *t, enum counter c);
/* Transactions of a category of classes.h. */
uint64_t build_category(const struct tally *t, int category);

/* Is the column of C.2 shown, by its switch or else because of its sum? */
bool build_column_shown(const struct build *b, struct str title, uint64_t sum);

/* The dispositions that are in no list (C.12): count[0], when, an example
 * text, which is the tally's.  l is empty and sorted afterwards. */
void build_unrecognised(const struct build *b, struct league *l);

/* Logs that begin or end no further inside a period than this cover it. */
#define BUILD_TOLERANCE_NS (INT64_C(3600) * 1000000000)

/*
 * From when on compare (D.19) needs to have counted: 28 days before the
 * period, or the whole period before it where that begins earlier.
 * INT64_MIN when the period is open, so that there is nothing to compare.
 */
int64_t build_before_since(const struct period *p, const struct zone *z);

/*
 * The rows of time of the period (A.2): hours, or days or months when there
 * would be more than max_hour_rows.  Each row is [start_s, end_s) in Unix
 * seconds with its label: whole hours, days or months, also where the period
 * has only a part of one.  A bucket of the tally belongs to exactly one.
 *
 * An open side of the period begins with the hour of the first line seen, or
 * ends with that of the last.  No lines and an open side: no rows.
 */
enum slot_unit { SLOT_HOUR, SLOT_DAY, SLOT_MONTH };
struct slot {
	int64_t start_s, end_s;
	struct str label;   /* "2026-03-10, 00"; the second of two equal hours
			     * with its offset: "2026-10-25, 02 (+0100)" */
	bool partial;	    /* the period holds only a part of it */
};
struct slots {
	enum slot_unit unit;
	struct slot *rows;  /* in the report's arena, ascending */
	size_t n;
};
struct slots build_slots(struct build *b, bool days_only);
/* The slot that an instant falls in, or n: what came from lines without a
 * stamp falls in none. */
size_t slots_find(const struct slots *s, int64_t unix_s);

#endif
