/*
 * test_events.h - reports of invented mail, for the tests of sections.
 *
 *	test_open(&x, "UTC");
 *	test_period(&x, "2026-03-10", "2026-03-11");
 *	test_mail(&x, &(struct test_mail){ .time = "2026-03-10 00:05", ... });
 *	test_report(&x, "codes");
 *	assert_string_equal(test_table(&x, "codes", 0), "queued|1|100.0%\n...");
 *	test_close(&x);
 */
#ifndef REPORT_TEST_EVENTS_H
#define REPORT_TEST_EVENTS_H

#include "base/buf.h"
#include "report/build.h"
#include "tally/classes.h"

/* A struct str in a static table: STR() is no constant expression. */
#define TEST_STR(literal) { "" literal, sizeof(literal) - 1 }

struct test_report {
	struct classes classes;
	struct zone *zone;
	struct build_options options; /* the defaults; change them before the report */
	struct tally *tally;
	struct build build;
	struct report *report;
	struct buf text;
};

/* One record of logterse; NULL is an empty field. */
struct test_mail {
	const char *time; /* local; NULL: a line without a stamp */
	const char *client;
	const char *host;
	const char *helo;
	const char *sender;
	const char *recipients;
	const char *disposition;
	const char *code;
	const char *text;
	const char *trailer;
	const char *score; /* NULL: none */
	const char *country;
};

/* All dimensions, local domain example.org, tag level 4, no period. */
void test_open(struct test_report *x, const char *zone);
void test_close(struct test_report *x);
/* Local times, either may be NULL; first and last line are then to be set. */
void test_period(struct test_report *x, const char *since, const char *until);
int64_t test_time(const struct test_report *x, const char *local);

/*
 * Makes and counts an event: "queued" is accepted, 902 and 904 deferred, the
 * rest rejected.  Moves first_ns and last_ns of the build.
 */
void test_mail(struct test_report *x, const struct test_mail *m);
void test_count(struct test_report *x, const struct event *ev);

/* What most tests need of one, from 192.0.2.1; denials have code 901. */
void test_denied(struct test_report *x, const char *time,
    const char *disposition, const char *text);
void test_queued(struct test_report *x, const char *time,
    const char *recipients, const char *score);

/* Builds these sections (--sections); an earlier report is gone. */
void test_report(struct test_report *x, const char *sections);
/* Fails if build_selfcheck does. */
void test_sound(const struct test_report *x);
const struct section *test_section(const struct test_report *x,
    const char *id);
/*
 * The rows of a table as text, a line each, with its footers behind "--"; only
 * shown columns, "|" between them; "-" for null, "*" behind a partial row.
 * Valid until the next call.
 */
const char *test_table(struct test_report *x, const char *id, size_t table);
/* The shown titles of a table, "|" between them. */
const char *test_titles(struct test_report *x, const char *id, size_t table);
/* The same form for one item of the head: "per_hour". */
const char *test_head(struct test_report *x, const char *id);
/* The notes of a section, a line each. */
const char *test_notes(struct test_report *x, const char *id);

/* The ten messages of spec/reports.md G, with its settings and its period. */
void test_worked_example(struct test_report *x);

#endif
