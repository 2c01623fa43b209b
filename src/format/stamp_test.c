#include "format/stamp.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/test.h"
#include "base/when.h"

#define S WHEN_SECOND
#define BERLIN "CET-1CEST,M3.5.0,M10.5.0/3"

/* 2026-11-22T14:35:11Z */
#define NOVEMBER_S INT64_C(1795358111)

static struct stamp
parsed(const char *line)
{
	struct stamp_clock clock;
	struct stamp st;

	stamp_clock_init(&clock, NULL, 2026);
	stamp_parse(str_from(line), &clock, &st);
	return st;
}

static void
assert_none(const char *line)
{
	struct stamp st = parsed(line);

	if (st.kind != STAMP_NONE)
		fail_msg("a stamp was seen in \"%s\"", line);
	assert_int_equal(st.time_ns, WHEN_NONE);
	assert_int_equal(st.n, 0);
	assert_false(stamp_begins(str_from(line)));
}

static struct zone *
zone_of(const char *name)
{
	struct zone *z;

	assert_int_equal(zone_open(&z, name, NULL), 0);
	return z;
}

/* The instant of the line to a clock that goes on from line to line. */
static int64_t
next_s(struct stamp_clock *c, const char *line)
{
	struct stamp st;

	if (!stamp_parse(str_from(line), c, &st))
		fail_msg("no stamp in \"%s\"", line);
	return st.time_ns / S;
}

/* Unix seconds of midnight UTC and hours after it. */
static int64_t
utc(int64_t year, int month, int day, int hour)
{
	struct civil c = { .year = year, .month = month, .day = day,
		.hour = hour };

	return civil_to_s(&c);
}

static const struct {
	const char *line;
	enum stamp_kind kind;
	int64_t time_ns;
	const char *message;
	const char *host, *program, *pid; /* NULL: absent */
} known[] = {
	{ "@400000006955b90b02b91f21 3907 text", STAMP_TAI64N,
	  1767225601 * S + 45686561, "3907 text", NULL, NULL, NULL },
	{ "2008-11-08 06:35:41.724563500 18773 text", STAMP_TAI64NLOCAL,
	  1226126141 * S + 724563500, "18773 text", NULL, NULL, NULL },
	{ "2008-11-08 06:35:41 18773 text", STAMP_TAI64NLOCAL,
	  1226126141 * S, "18773 text", NULL, NULL, NULL },
	{ "Nov 22 14:35:11 mail qpsmtpd[14753]: text", STAMP_SYSLOG,
	  NOVEMBER_S * S, "text", "mail", "qpsmtpd", "14753" },
	{ "Nov  2 14:35:11 mail postfix/smtpd[1]: text", STAMP_SYSLOG,
	  (NOVEMBER_S - 20 * 86400) * S, "text", "mail", "postfix/smtpd", "1" },
	{ "Nov 22 14:35:11 mail kernel: text", STAMP_SYSLOG,
	  NOVEMBER_S * S, "text", "mail", "kernel", NULL },
	{ "Nov 22 14:35:11 mail last message repeated 2 times", STAMP_SYSLOG,
	  NOVEMBER_S * S, "last message repeated 2 times", "mail", NULL, NULL },
	{ "Nov 22 14:35:11 mail qpsmtpd[14753]:", STAMP_SYSLOG,
	  NOVEMBER_S * S, "", "mail", "qpsmtpd", "14753" },
	{ "2026-11-22T14:35:11.5+01:00 mail qpsmtpd[14753]: text",
	  STAMP_RFC3339, (NOVEMBER_S - 3600) * S + 500000000, "text", "mail",
	  "qpsmtpd", "14753" },
	{ "2026-11-22T14:35:11Z mail qpsmtpd[14753]: text", STAMP_RFC3339,
	  NOVEMBER_S * S, "text", "mail", "qpsmtpd", "14753" },
	{ "2026-11-22T14:35:11.123456789-0330 mail qpsmtpd[1]: text",
	  STAMP_RFC3339, (NOVEMBER_S + 12600) * S + 123456789, "text", "mail",
	  "qpsmtpd", "1" },
	{ "Sun Nov 22 14:35:11 2026 mail[14753]: text", STAMP_FILE_PLUGIN,
	  NOVEMBER_S * S, "text", "mail", NULL, "14753" },
	{ "Mon Nov  2 14:35:11 2026 mail[14753]: `192.0.2.3", STAMP_FILE_PLUGIN,
	  (NOVEMBER_S - 20 * 86400) * S, "`192.0.2.3", "mail", NULL, "14753" },
	{ "22/11/2026 14:35:11:14753: text", STAMP_PREFORK,
	  NOVEMBER_S * S, "text", NULL, NULL, "14753" },
	{ "1795358111.230487500 text", STAMP_DECIMAL,
	  NOVEMBER_S * S + 230487500, "text", NULL, NULL, NULL },
};

static void
assert_part(struct str s, const char *expected)
{
	if (expected)
		assert_str(s, expected);
	else
		assert_null(s.p);
}

TEST(every_kind_of_stamp_is_taken_apart)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		const char *line = known[i].line;
		struct stamp st = parsed(line);

		if (st.kind != known[i].kind)
			fail_msg("kind %d of \"%s\"", (int)st.kind, line);
		assert_int_equal(st.time_ns, known[i].time_ns);
		assert_string_equal(line + st.n, known[i].message);
		assert_part(st.host, known[i].host);
		assert_part(st.program, known[i].program);
		assert_part(st.pid, known[i].pid);
		assert_int_equal(st.guessed, st.kind == STAMP_SYSLOG);
		assert_true(stamp_begins(str_from(line)));
	}
}

/* In memory of just that size, so that a sanitizer sees what reads on. */
TEST(a_line_cut_anywhere_is_read_to_its_end_only)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		size_t whole = strlen(known[i].line);
		struct stamp_clock clock;
		struct stamp st;

		for (size_t n = 0; n <= whole; n++) {
			char *copy = malloc(n + !n);

			memcpy(copy, known[i].line, n);
			stamp_clock_init(&clock, NULL, 2026);
			if (stamp_parse(str_make(copy, n), &clock, &st))
				assert_true(st.n <= n);
			free(copy);
		}
	}
}

TEST(a_label_may_end_the_line)
{
	struct stamp st = parsed("@400000006955b90b02b91f21");

	assert_int_equal(st.kind, STAMP_TAI64N);
	assert_int_equal(st.n, 25);
}

TEST(a_label_in_upper_or_mixed_case_is_the_same_instant)
{
	assert_int_equal(stamp_tai64n("@400000006955B90B02B91F21"),
	    stamp_tai64n("@400000006955b90b02b91f21"));
	assert_int_equal(stamp_tai64n("@400000006955b90B02b91F21"),
	    stamp_tai64n("@400000006955b90b02b91f21"));
}

TEST(labels_pass_over_leap_seconds)
{
	/* Observed at the end of 2016 (spec/qpsmtpd-log.md 1.1). */
	assert_int_equal(stamp_tai64n("@400000005868468900000000"),
	    utc(2016, 12, 31, 24) * S - S);
	assert_int_equal(stamp_tai64n("@400000005868468a00000000"),
	    utc(2017, 1, 1, 0) * S);
}

TEST(a_label_below_the_middle_is_before_1970)
{
	assert_int_equal(stamp_tai64n("@400000000000000a00000000"), 0);
	assert_int_equal(stamp_tai64n("@400000000000000000000000"), -10 * S);
	assert_int_equal(stamp_tai64n("@3fffffffffffffff3b9ac9ff"), -10 * S - 1);
}

TEST(what_only_looks_like_a_label_is_none)
{
	assert_none("@*");
	assert_none("@");
	assert_none("@40000000");
	assert_none("@400000006955b90b02b91f2");
	assert_none("@400000006955b90b02b91f2 3907 text");
	assert_none("@400000006955b90b02b91f213907 text");
	assert_none("@400000006955b90b02b91f2g 3907 text");
	assert_none("@40000000*955b90b02b91f21 3907 text");
	assert_none(" @400000006955b90b02b91f21 3907 text");
	/* A second has 999,999,999 ns and no more. */
	assert_none("@400000006955b90b3b9aca00 3907 text");
	assert_none("@400000006955b90bffffffff 3907 text");
}

TEST(a_label_beyond_what_an_instant_can_be_is_none)
{
	assert_none("@ffffffffffffffff00000000 3907 text");
	assert_none("@000000000000000000000000 3907 text");
	assert_none("@7fffffffffffffff00000000 3907 text");
	assert_none("@8000000000000000ffffffff 3907 text");
	assert_none("@400000030000000000000000 3907 text");
}

TEST(a_date_that_does_not_exist_is_no_stamp)
{
	assert_none("2026-02-29 06:35:41.724563500 18773 text");
	assert_none("2026-13-01 06:35:41.724563500 18773 text");
	assert_none("2026-00-01 06:35:41.724563500 18773 text");
	assert_none("2026-11-22 24:00:00.724563500 18773 text");
	assert_none("2026-11-22T14:60:11Z mail qpsmtpd[14753]: text");
	assert_none("2026-02-30T14:35:11Z mail qpsmtpd[14753]: text");
	assert_none("Nov 31 14:35:11 mail qpsmtpd[14753]: text");
	assert_none("Nov  0 14:35:11 mail qpsmtpd[14753]: text");
	assert_none("Nov 22 24:35:11 mail qpsmtpd[14753]: text");
	assert_none("Sun Nov 31 14:35:11 2026 mail[14753]: text");
	assert_none("31/11/2026 14:35:11:14753: text");
	assert_none("22/13/2026 14:35:11:14753: text");
}

TEST(a_year_beyond_what_an_instant_can_be_is_no_stamp)
{
	assert_none("9999-11-22 14:35:11.5 18773 text");
	assert_none("0000-11-22 14:35:11.5 18773 text");
	assert_none("9999-11-22T14:35:11Z mail qpsmtpd[14753]: text");
	assert_none("2262-04-11T23:59:59-12:00 mail qpsmtpd[14753]: text");
	assert_none("Sun Nov 22 14:35:11 9999 mail[14753]: text");
	assert_none("Sun Nov 22 14:35:11 1200 mail[14753]: text");
	assert_none("22/11/9999 14:35:11:14753: text");
	assert_none("9999999999.230487500 text");
	assert_int_equal(parsed("2262-04-11 00:00:00 1 text").time_ns,
	    utc(2262, 4, 11, 0) * S);
	assert_int_equal(parsed("1677-09-22 00:00:00 1 text").time_ns,
	    utc(1677, 9, 22, 0) * S);
}

TEST(what_only_looks_like_a_date_is_no_stamp)
{
	assert_none("");
	assert_none("text");
	assert_none("14753 (connect) relay: skip, no match");
	assert_none("Nov 22 14:35:11");
	assert_none("Nox 22 14:35:11 mail qpsmtpd[14753]: text");
	assert_none("Nov 22 14.35.11 mail qpsmtpd[14753]: text");
	assert_none("Sun Nov 22 14:35:11 26 mail[14753]: text");
	assert_none("2026-11-22 14:35:11");
	assert_none("2026-11-22 14:35:11.5");
	assert_none("2026-11-22 14:35:11,5 text");
	assert_none("2026-11-22T14:35:11 mail qpsmtpd[14753]: text");
	assert_none("2026-11-22T14:35:11+1:00 mail qpsmtpd[14753]: text");
	assert_none("2026-11-22T14:35:11+24:00 mail qpsmtpd[14753]: text");
	assert_none("22/11/2026 14:35:11:147x3: text");
	assert_none("22/11/2026 14:35:11:: text");
	assert_none("22/11/2026 14:35:11:14753 text");
	assert_none("1795358111. text");
	assert_none("1795358111.23");
	assert_none("17953581111.23 text");
}

TEST(what_is_no_origin_is_left_in_the_message)
{
	const char *line = "Nov 22 14:35:11 mail -- MARK --";

	assert_string_equal(line + parsed(line).n, "-- MARK --");
	assert_null(parsed(line).program.p);
	assert_null(parsed(line).pid.p);
	line = "Sun Nov 22 14:35:11 2026 text without an origin";
	assert_string_equal(line + parsed(line).n, "text without an origin");
	assert_null(parsed(line).host.p);
}

TEST(local_stamps_without_a_zone_are_utc)
{
	assert_int_equal(parsed("2026-11-22 14:35:11 1 text").time_ns,
	    NOVEMBER_S * S);
}

TEST(local_stamps_are_of_the_zone_in_winter_and_in_summer)
{
	struct zone *z = zone_of(BERLIN);
	struct stamp_clock c;

	stamp_clock_init(&c, z, 2026);
	assert_int_equal(next_s(&c, "Jan 10 12:00:00 mail qpsmtpd[1]: x"),
	    utc(2026, 1, 10, 11));
	assert_int_equal(next_s(&c, "2026-07-10 12:00:00 1 x"),
	    utc(2026, 7, 10, 10));
	assert_int_equal(next_s(&c, "Sat Oct 10 12:00:00 2026 mail[1]: x"),
	    utc(2026, 10, 10, 10));
	assert_int_equal(next_s(&c, "10/12/2026 12:00:00:1: x"),
	    utc(2026, 12, 10, 11));
	zone_close(&z);
}

TEST(stamps_that_name_an_instant_do_not_ask_the_zone)
{
	struct zone *z = zone_of(BERLIN);
	struct stamp_clock c;

	stamp_clock_init(&c, z, 2026);
	assert_int_equal(next_s(&c, "@400000006955b90b02b91f21 1 x"), 1767225601);
	assert_int_equal(next_s(&c, "2026-11-22T14:35:11Z mail qpsmtpd[1]: x"),
	    NOVEMBER_S);
	assert_int_equal(next_s(&c, "1795358111.5 x"), NOVEMBER_S);
	zone_close(&z);
}

/* On 2026-10-25 the clock in Berlin goes from 03:00 back to 02:00. */
TEST(in_the_hour_that_is_repeated_time_goes_on)
{
	struct zone *z = zone_of(BERLIN);
	struct stamp_clock c;

	stamp_clock_init(&c, z, 2026);
	assert_int_equal(next_s(&c, "Oct 25 01:50:00 mail qpsmtpd[1]: x"),
	    utc(2026, 10, 24, 24) - 600);
	assert_int_equal(next_s(&c, "Oct 25 02:10:00 mail qpsmtpd[1]: x"),
	    utc(2026, 10, 25, 0) + 600);
	assert_int_equal(next_s(&c, "Oct 25 02:50:00 mail qpsmtpd[1]: x"),
	    utc(2026, 10, 25, 0) + 3000);
	assert_int_equal(next_s(&c, "Oct 25 02:05:00 mail qpsmtpd[1]: x"),
	    utc(2026, 10, 25, 1) + 300);
	assert_int_equal(next_s(&c, "Oct 25 02:55:00 mail qpsmtpd[1]: x"),
	    utc(2026, 10, 25, 1) + 3300);
	assert_int_equal(next_s(&c, "Oct 25 03:05:00 mail qpsmtpd[1]: x"),
	    utc(2026, 10, 25, 2) + 300);
	zone_close(&z);
}

TEST(lines_that_swapped_places_do_not_begin_the_second_run_of_an_hour)
{
	struct zone *z = zone_of(BERLIN);
	struct stamp_clock c;

	stamp_clock_init(&c, z, 2026);
	next_s(&c, "Oct 25 02:50:30 mail qpsmtpd[1]: x");
	assert_int_equal(next_s(&c, "Oct 25 02:50:00 mail qpsmtpd[1]: x"),
	    utc(2026, 10, 25, 0) + 3000);
	assert_int_equal(next_s(&c, "Oct 25 02:50:31 mail qpsmtpd[1]: x"),
	    utc(2026, 10, 25, 0) + 3031);
	zone_close(&z);
}

TEST(what_is_no_stamp_does_not_move_the_clock)
{
	struct zone *z = zone_of(BERLIN);
	struct stamp_clock c, before;
	struct stamp st;
	static const char *const lines[] = {
		"Dec 99 23:00:00 mail qpsmtpd[1]: x",
		"Feb 29 23:00:00 mail qpsmtpd[1]: x",
		"Aug 31 25:00:00 mail qpsmtpd[1]: x",
		"25/10/2026 02:30:00:nobody: x",
		"2026-10-25 02:30:00,5 x",
		"Sun Oct 25 02:30:00 9999 mail[1]: x",
	};

	stamp_clock_init(&c, z, 2026);
	next_s(&c, "Jan  2 01:50:00 mail qpsmtpd[1]: x");
	before = c;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_false(stamp_parse(str_from(lines[i]), &c, &st));
		assert_int_equal(c.year, before.year);
		assert_int_equal(c.previous, before.previous);
		assert_int_equal(c.last_s, before.last_s);
	}
	zone_close(&z);
}

TEST(at_new_year_the_year_goes_on_and_late_lines_are_of_the_old_one)
{
	struct stamp_clock c;

	stamp_clock_init(&c, NULL, 2025);
	assert_int_equal(next_s(&c, "Dec 31 23:00:00 mail qpsmtpd[1]: x"),
	    utc(2025, 12, 31, 23));
	assert_int_equal(next_s(&c, "Jan  1 00:00:00 mail qpsmtpd[1]: x"),
	    utc(2026, 1, 1, 0));
	assert_int_equal(next_s(&c, "Dec 31 23:00:00 mail qpsmtpd[1]: x"),
	    utc(2025, 12, 31, 23));
	assert_int_equal(next_s(&c, "Jan  1 01:00:00 mail qpsmtpd[1]: x"),
	    utc(2026, 1, 1, 1));
	assert_int_equal(next_s(&c, "Apr  1 01:00:00 mail qpsmtpd[1]: x"),
	    utc(2026, 4, 1, 1));
}

TEST(the_29th_of_february_exists_in_leap_years_only)
{
	const char *line = "Feb 29 12:00:00 mail qpsmtpd[1]: x";
	struct stamp_clock c;
	struct stamp st;

	stamp_clock_init(&c, NULL, 2028);
	assert_int_equal(next_s(&c, line), utc(2028, 2, 29, 12));
	stamp_clock_init(&c, NULL, 2026);
	assert_false(stamp_parse(str_from(line), &c, &st));
}

TEST(without_any_year_all_stamps_are_of_one_leap_year)
{
	struct stamp_clock c;

	stamp_clock_init(&c, NULL, 0);
	assert_int_equal(next_s(&c, "Feb 29 12:00:00 mail qpsmtpd[1]: x"),
	    utc(1972, 2, 29, 12));
	assert_int_equal(next_s(&c, "Dec 31 23:00:00 mail qpsmtpd[1]: x"),
	    utc(1972, 12, 31, 23));
	assert_int_equal(next_s(&c, "Jan  1 00:00:00 mail qpsmtpd[1]: x"),
	    utc(1972, 1, 1, 0));
	assert_int_equal(next_s(&c, "Dec 31 23:00:00 mail qpsmtpd[1]: x"),
	    utc(1972, 12, 31, 23));
}

/* The year of the first stamp of lines that ended at an instant. */
static int
first_year(const char *lines, int64_t anchor_s, const struct zone *z)
{
	struct years y;

	years_init(&y);
	years_block(&y, str_from(lines));
	assert_true(y.any);
	return years_first(&y, anchor_s * S, z);
}

TEST(the_last_stamp_is_of_the_latest_year_that_is_not_over)
{
	const char *lines = "Mar  1 10:00:00 mail a: x\n"
	    "Mar 14 10:00:00 mail a: x\n";

	assert_int_equal(first_year(lines, utc(2026, 3, 15, 0), NULL), 2026);
	assert_int_equal(first_year(lines, utc(2026, 12, 31, 0), NULL), 2026);
	assert_int_equal(first_year(lines, utc(2026, 3, 1, 0), NULL), 2025);
}

TEST(a_stamp_may_be_a_day_after_the_anchor)
{
	const char *lines = "Mar 14 10:00:00 mail a: x\n";

	assert_int_equal(first_year(lines, utc(2026, 3, 13, 11), NULL), 2026);
	assert_int_equal(first_year(lines, utc(2026, 3, 13, 9), NULL), 2025);
	/* Also over New Year. */
	assert_int_equal(first_year("Jan  1 01:00:00 mail a: x\n",
	    utc(2025, 12, 31, 23), NULL), 2026);
}

TEST(years_are_counted_over_new_year)
{
	const char *lines = "Nov 30 10:00:00 mail a: x\n"
	    "Dec 31 10:00:00 mail a: x\n"
	    "Jan  1 10:00:00 mail a: x\n"
	    "Dec  1 10:00:00 mail a: x\n" /* late, by a month: still of 2024 */
	    "Jan  2 10:00:00 mail a: x\n"
	    "Jun  2 10:00:00 mail a: x\n"
	    "Nov  2 10:00:00 mail a: x\n"
	    "Feb  2 10:00:00 mail a: x\n";

	assert_int_equal(first_year(lines, utc(2026, 2, 3, 0), NULL), 2024);
}

TEST(newer_lines_before_older_ones_have_the_later_year)
{
	/* As "cat mail.log mail.log.1" gives them. */
	const char *lines = "Jan  3 10:00:00 mail a: x\n"
	    "Jan 14 10:00:00 mail a: x\n"
	    "Dec 20 10:00:00 mail a: x\n"
	    "Dec 31 10:00:00 mail a: x\n";

	assert_int_equal(first_year(lines, utc(2026, 1, 15, 0), NULL), 2026);
}

TEST(a_29th_of_february_moves_all_to_where_it_exists)
{
	const char *lines = "Feb 29 10:00:00 mail a: x\n"
	    "Mar 14 10:00:00 mail a: x\n";
	const char *before = "Dec 31 10:00:00 mail a: x\n"
	    "Feb 29 10:00:00 mail a: x\n";

	assert_int_equal(first_year(lines, utc(2026, 3, 15, 0), NULL), 2024);
	assert_int_equal(first_year(before, utc(2026, 3, 15, 0), NULL), 2023);
	assert_int_equal(first_year(lines, utc(2103, 3, 15, 0), NULL), 2096);
}

TEST(a_29th_of_february_in_older_lines_that_follow_counts_too)
{
	const char *lines = "Jan  3 10:00:00 mail a: x\n"
	    "Oct 20 10:00:00 mail a: x\n"
	    "Jun 20 10:00:00 mail a: x\n"
	    "Feb 29 10:00:00 mail a: x\n";

	assert_int_equal(first_year(lines, utc(2027, 1, 15, 0), NULL), 2025);
}

TEST(the_anchor_is_of_the_zone)
{
	struct zone *z = zone_of("<+14>-14");
	const char *lines = "Mar 15 10:00:00 mail a: x\n";

	/* Where the clock is 14 hours ahead, the 15th is not a day away. */
	assert_int_equal(first_year(lines, utc(2026, 3, 13, 22), z), 2026);
	assert_int_equal(first_year(lines, utc(2026, 3, 13, 22), NULL), 2025);
	zone_close(&z);
}

TEST(lines_without_a_yearless_stamp_say_nothing_of_years)
{
	struct years y;

	years_init(&y);
	years_block(&y, STR("@400000006955b90b02b91f21 3907 text\n"
	    "2026-11-22T14:35:11Z mail qpsmtpd[14753]: text\n"
	    "Nov 31 14:35:11 mail a: x\nNov 22 14:35:11\nNov 22 14:35:11 \n\n"));
	assert_false(y.any);
}

static unsigned
random_below(uint64_t *seed, unsigned n)
{
	*seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (unsigned)(*seed >> 33) % n;
}

/* Whatever the lines: what years_first says is what the clock ends at. */
TEST(the_clock_reaches_the_year_that_the_years_foretold)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	uint64_t seed = 1;

	for (int round = 0; round < 5000; round++) {
		struct buf text = { 0 };
		int lines = 1 + (int)random_below(&seed, 12);
		int64_t anchor_s = utc(2020 + (int)random_below(&seed, 10), 1,
		    1 + (int)random_below(&seed, 366), 0);
		struct stamp_clock c;
		struct stamp st = { .time_ns = WHEN_NONE };
		struct str rest, line;

		for (int i = 0; i < lines; i++)
			buf_printf(&text, "%.3s %2d %02d:00:00 mail a: x\n",
			    months + 3 * random_below(&seed, 12),
			    1 + (int)random_below(&seed, 28),
			    (int)random_below(&seed, 24));
		stamp_clock_init(&c, NULL, first_year(text.p, anchor_s, NULL));
		rest = buf_str(&text);
		while (str_cut(&rest, '\n', &line) && line.n > 0)
			assert_true(stamp_parse(line, &c, &st));
		assert_true(st.time_ns / S <= anchor_s + 86400);
		assert_true(st.time_ns / S > anchor_s - 366 * 86400);
		buf_clear(&text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_stamp_is_taken_apart),
		cmocka_unit_test(a_line_cut_anywhere_is_read_to_its_end_only),
		cmocka_unit_test(a_label_may_end_the_line),
		cmocka_unit_test(a_label_in_upper_or_mixed_case_is_the_same_instant),
		cmocka_unit_test(labels_pass_over_leap_seconds),
		cmocka_unit_test(a_label_below_the_middle_is_before_1970),
		cmocka_unit_test(what_only_looks_like_a_label_is_none),
		cmocka_unit_test(a_label_beyond_what_an_instant_can_be_is_none),
		cmocka_unit_test(a_date_that_does_not_exist_is_no_stamp),
		cmocka_unit_test(a_year_beyond_what_an_instant_can_be_is_no_stamp),
		cmocka_unit_test(what_only_looks_like_a_date_is_no_stamp),
		cmocka_unit_test(what_is_no_origin_is_left_in_the_message),
		cmocka_unit_test(local_stamps_without_a_zone_are_utc),
		cmocka_unit_test(local_stamps_are_of_the_zone_in_winter_and_in_summer),
		cmocka_unit_test(stamps_that_name_an_instant_do_not_ask_the_zone),
		cmocka_unit_test(in_the_hour_that_is_repeated_time_goes_on),
		cmocka_unit_test(lines_that_swapped_places_do_not_begin_the_second_run_of_an_hour),
		cmocka_unit_test(what_is_no_stamp_does_not_move_the_clock),
		cmocka_unit_test(at_new_year_the_year_goes_on_and_late_lines_are_of_the_old_one),
		cmocka_unit_test(the_29th_of_february_exists_in_leap_years_only),
		cmocka_unit_test(without_any_year_all_stamps_are_of_one_leap_year),
		cmocka_unit_test(the_last_stamp_is_of_the_latest_year_that_is_not_over),
		cmocka_unit_test(a_stamp_may_be_a_day_after_the_anchor),
		cmocka_unit_test(years_are_counted_over_new_year),
		cmocka_unit_test(newer_lines_before_older_ones_have_the_later_year),
		cmocka_unit_test(a_29th_of_february_moves_all_to_where_it_exists),
		cmocka_unit_test(a_29th_of_february_in_older_lines_that_follow_counts_too),
		cmocka_unit_test(the_anchor_is_of_the_zone),
		cmocka_unit_test(lines_without_a_yearless_stamp_say_nothing_of_years),
		cmocka_unit_test(the_clock_reaches_the_year_that_the_years_foretold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
