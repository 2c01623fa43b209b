#include "format/qpsmtpd_scan.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/test.h"
#include "base/when.h"
#include "format/test_scan.h"

/* A label: the last digits of its second, and its nanoseconds. */
#define T(s, ns) "@4000000069c86b" s ns " "

static struct told
scan_whole(const struct scan_options *o, struct str log)
{
	return test_scan_whole(&format_qpsmtpd, o, log);
}

static void
assert_cut(const struct scan_options *o, const struct told *whole,
    struct str log, const size_t *cuts, size_t n, bool contiguous)
{
	test_assert_cut(&format_qpsmtpd, o, whole, log, cuts, n, contiguous);
}

static bool
is_line_begin(struct str log, size_t at)
{
	return at == 0 || log.p[at - 1] == '\n';
}

static struct told
scan_text(const char *text)
{
	return scan_whole(&test_everything, str_from(text));
}

static void
assert_only_event(const char *text, const char *holds)
{
	struct told t = scan_text(text);

	if (t.n != 1 || strstr(t.events[0].p, holds) == NULL)
		fail_msg("%zu events: %.*s\nnot %s", t.n,
		    t.n ? (int)t.events[0].n : 0, t.n ? t.events[0].p : "",
		    holds);
	assert_int_equal(t.counts.not_understood, 0);
	told_clear(&t);
}

TEST(the_lines_of_a_record_are_one_text)
{
	assert_only_event(T("86", "0000000a") "3907 (deny) logging::logterse: "
	    "` 192.0.2.8\th\te\t\t\tnaughty\t903\t(dnsbl) one\r\n"
	    T("86", "0000000b") "(helo) two\tmsg denied before queued\n",
	    "text=[(dnsbl) one (helo) two] trailer=[msg denied before queued]");
	/* ... and one line, as the log has it. */
	assert_only_event(T("86", "0000000a") "3907 (deny) logging::logterse: "
	    "` 192.0.2.8\th\te\t\t\tnaughty\t903\t(dnsbl) one\r\n"
	    T("86", "0000000b") "(helo) two\n", "line=[" T("86", "0000000a")
	    "3907 (deny) logging::logterse: ` 192.0.2.8\th\te\t\t\tnaughty\t903"
	    "\t(dnsbl) one\r\n" T("86", "0000000b") "(helo) two]");
}

TEST(a_record_has_no_more_than_some_lines)
{
	struct buf b = { 0 };
	struct told t;

	buf_add_str(&b, STR(T("86", "0000000a") "3907 (deny) logging::logterse: "
	    "` 192.0.2.8\th\te\t\t\tnaughty\t903\tx\r\n"));
	for (int i = 0; i < 100; i++)
		buf_add_str(&b, STR(T("86", "0000000a") "more\r\n"));
	t = scan_whole(&test_everything, buf_str(&b));
	assert_int_equal(t.n, 1);
	assert_int_equal(t.counts.lines, 101);
	assert_int_equal(t.counts.used, 17);
	assert_int_equal(t.counts.not_understood, 84);
	for (size_t cut = 0; cut <= b.n; cut++)
		if (is_line_begin(buf_str(&b), cut))
			assert_cut(&test_everything, &t, buf_str(&b), &cut, 1, false);
	told_clear(&t);
	buf_clear(&b);
}

TEST(verdicts_follow_the_disposition_and_the_code)
{
	static const struct {
		const char *fields;
		const char *verdict;
	} verdicts[] = {
		{ "queued\t\t<id@b.example>", "verdict=[accepted]" },
		{ "dnsbl\t901\tx", "verdict=[rejected]" },
		{ "dnsbl\t902\tx", "verdict=[deferred]" },
		{ "dnsbl\t903\tx", "verdict=[rejected]" },
		{ "dnsbl\t904\tx", "verdict=[deferred]" },
		{ "dnsbl\t\tx", "verdict=[rejected]" },
		{ "dnsbl", "verdict=[rejected]" },
	};

	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
		char line[200];

		snprintf(line, sizeof(line), "1 (deny) logging::logterse: ` "
		    "192.0.2.8\th\te\t\t\t%s\n", verdicts[i].fields);
		assert_only_event(line, verdicts[i].verdict);
	}
}

TEST(empty_fields_are_absent)
{
	struct told t = scan_text("1 (deny) logging::logterse: ` "
	    "\t\t\t\t\thosts_allow\t903\tx\n");

	assert_int_equal(t.n, 1);
	assert_null(strstr(t.events[0].p, "client="));
	assert_null(strstr(t.events[0].p, "sender="));
	assert_null(strstr(t.events[0].p, "recipients="));
	told_clear(&t);
}

TEST(the_parents_record_is_of_no_connection)
{
	struct told t = scan_text(
	    "7 Accepted connection 0/40 from 192.0.2.7 / h.example\n"
	    "7 (deny) logging::logterse: ` \t\t\t\t\thosts_allow\t903\tx\n"
	    "7 (post-connection) connection_time: 1 s.\n");

	assert_int_equal(t.n, 3);
	assert_null(strstr(t.events[2].p, "client="));
	assert_null(strstr(t.events[1].p, "last="));
	told_clear(&t);
}

TEST(what_came_through_syslog_is_of_the_hosts_stream)
{
	assert_only_event("Nov 22 14:35:11 mail qpsmtpd[14753]: ` 192.0.2.3#011U"
	    "#011#011#011#011dnsbl#011903#011listed\n",
	    "time=1795358111000000000 verdict=[rejected] stream=[mail] "
	    "pid=[14753] client=[192.0.2.3]");
}

TEST(process_ids_of_different_hosts_are_different)
{
	struct told t = scan_text("Nov 22 14:35:11 a qpsmtpd[7]: Accepted "
	    "connection 0/20 from 192.0.2.3 / Unknown\n"
	    "Nov 22 14:35:12 b qpsmtpd[7]: GeoIP Country: DE\n");

	assert_int_equal(t.n, 3);
	assert_null(strstr(t.events[1].p, "client="));
	told_clear(&t);
}

TEST(of_what_is_not_understood_the_first_lines_are_kept)
{
	struct told t = scan_text("one by one\n" T("86", "0000000a") "7 two\n"
	    T("86", "0000000a") "three by three\n7 four\n7 Accepted five\n"
	    "six by six\n");

	assert_int_equal(t.counts.not_understood, 6);
	assert_int_equal(t.counts.n_samples, SCAN_SAMPLES);
	assert_int_equal(t.counts.samples[0].offset, 0);
	assert_memory_equal(t.counts.samples[0].text, "one by one", 10);
	assert_int_equal(t.counts.samples[1].offset, 11);
	assert_memory_equal(t.counts.samples[4].text, "7 Accepted five", 15);
	told_clear(&t);
}

TEST(a_sample_shows_no_secret)
{
	struct told t = scan_text("7x dispatching AUTH PLAIN AGFubgBzZWNyZXQ=\n"
	    "dispatching AUTH AGFubgBzZWNyZXQ=\nIN AGFubgBzZWNyZXQ=\n"
	    "gBzZWNyZXQ=\n");

	assert_int_equal(t.counts.n_samples, 4);
	for (unsigned i = 0; i < t.counts.n_samples; i++) {
		struct str s = str_make(t.counts.samples[i].text,
		    t.counts.samples[i].n);

		assert_int_equal(str_find(s, STR("ZWNy")), s.n);
	}
	told_clear(&t);
}

TEST(a_long_line_gives_a_short_sample)
{
	struct buf b = { 0 };
	struct told t;

	buf_add_str(&b, STR("what is "));
	buf_add_repeated(&b, 'x', 5000);
	buf_add_char(&b, '\n');
	t = scan_whole(&test_everything, buf_str(&b));
	assert_int_equal(t.counts.samples[0].n, SCAN_SAMPLE_BYTES);
	told_clear(&t);
	buf_clear(&b);
}

/* ---- what is asked for ---- */

TEST(lines_that_nobody_asks_for_are_not_needed)
{
	struct scan_options o = test_everything;
	struct told t;

	o.wants = EVENT_BIT(EVENT_TOO_MANY);
	t = scan_whole(&o, STR("7 (deny) logging::logterse: ` 192.0.2.8\th\te\t\t"
	    "\tnaughty\t903\t(dnsbl) one\r\n"
	    T("86", "0000000b") "7 Accepted connection 0/40 from 192.0.2.7 / h\n"
	    T("86", "0000000b") "7 (deny) logging::logterse: ` 192.0.2.8\th\te\t"
	    "\t\tnaughty\t903\t(dnsbl) one\r\n" T("86", "0000000b") "(helo) two\n"
	    "789 cleaning up after 7\n"));
	assert_int_equal(t.n, 0);
	assert_int_equal(t.counts.used, 0);
	assert_int_equal(t.counts.not_understood, 0);
	assert_int_equal(t.counts.ignored[IGNORED_UNNEEDED], 4);
	assert_int_equal(t.counts.ignored[IGNORED_PROGRESS], 1);
	told_clear(&t);
}

TEST(an_end_tells_the_last_disposition_though_only_ends_are_asked_for)
{
	struct scan_options o = test_everything;
	struct told t;

	o.wants = EVENT_BIT(EVENT_CLOSED);
	o.join = false;
	t = scan_whole(&o, STR("7 Accepted connection 0/40 from 192.0.2.7 / h\n"
	    "7 (deny) logging::logterse: ` 192.0.2.8\th\te\t\t\tdnsbl\t903\tx\n"
	    "7 (post-connection) connection_time: 1 s.\n"));
	assert_int_equal(t.n, 1);
	assert_non_null(strstr(t.events[0].p, "last=[dnsbl]"));
	told_clear(&t);
}

/* An hour of a connection; its second is the only number. */
static const char hour_log[] =
    "@400000000000000a00000000 7 Accepted connection 0/40 from 192.0.2.7 / h\n"
    "@400000000000000b00000000 7 (connect) ident::geoip: DE\n"
    "@400000000000000c00000000 7 (deny) logging::logterse: ` 192.0.2.7\th\te\t\t\t"
    "naughty\t903\tone\r\n"
    "@400000000000000c00000001 two\n"
    "@400000000000000d00000000 7 (deny) logging::logterse: ` 192.0.2.7\th\te\t\t\t"
    "dnsbl\t903\tx\n"
    "@400000000000000e00000000 7 (post-connection) connection_time: 4 s.\n"
    "@400000000000000f00000000 8 Accepted connection 0/40 from 192.0.2.8 / h\n"
    "@400000000000001000000000 789 cleaning up after 8\n";

static struct told
scan_period(int64_t start_s, int64_t end_s)
{
	struct scan_options o = test_everything;

	o.start_ns = start_s * WHEN_SECOND;
	o.end_ns = end_s * WHEN_SECOND;
	return scan_whole(&o, str_from(hour_log));
}

TEST(a_period_begins_with_its_start_and_ends_before_its_end)
{
	struct told t = scan_period(2, 4);

	assert_int_equal(t.n, 2);
	assert_non_null(strstr(t.events[0].p, "time=2000000000"));
	assert_non_null(strstr(t.events[1].p, "time=3000000000"));
	assert_int_equal(t.counts.lines, 8);
	assert_int_equal(t.counts.used, 3);
	assert_int_equal(t.counts.ignored[IGNORED_PERIOD], 4);
	assert_int_equal(t.counts.ignored[IGNORED_PROGRESS], 1);
	told_clear(&t);
	t = scan_period(2, 3);
	assert_int_equal(t.n, 1);
	told_clear(&t);
	t = scan_period(3, 3);
	assert_int_equal(t.n, 0);
	told_clear(&t);
}

TEST(what_was_before_the_period_is_known_in_it)
{
	struct told t = scan_period(3, 5);

	assert_int_equal(t.n, 2);
	assert_non_null(strstr(t.events[0].p, "country=[DE]"));
	assert_non_null(strstr(t.events[0].p, "last=[dnsbl]"));
	assert_non_null(strstr(t.events[1].p, "country=[DE]"));
	told_clear(&t);
}

TEST(outside_the_period_every_line_that_makes_an_event_is_ignored)
{
	struct told t = scan_period(100, 200);

	assert_int_equal(t.n, 0);
	assert_int_equal(t.counts.used, 0);
	assert_int_equal(t.counts.ignored[IGNORED_PERIOD], 7);
	assert_int_equal(t.counts.ignored[IGNORED_PROGRESS], 1);
	told_clear(&t);
}

TEST(an_end_without_connection_time_may_lie_outside_the_period)
{
	struct told t = scan_period(5, 6);

	assert_int_equal(t.n, 1);
	assert_non_null(strstr(t.events[0].p, "accepted"));
	assert_int_equal(t.counts.used, 1);
	assert_int_equal(t.counts.ignored[IGNORED_PERIOD], 6);
	told_clear(&t);
}

TEST(lines_without_a_stamp_are_in_every_period)
{
	struct scan_options o = test_everything;
	struct told t;

	o.start_ns = 0;
	o.end_ns = 1;
	t = scan_whole(&o, STR("7 (post-connection) connection_time: 1 s.\n"));
	assert_int_equal(t.n, 1);
	told_clear(&t);
}

TEST(without_a_zone_local_stamps_are_utc)
{
	assert_only_event("2026-11-22 14:35:11.000000000 7 (post-connection) "
	    "connection_time: 1 s.\n", "time=1795358111000000000");
}

TEST(a_scan_that_was_never_made_is_freed_too)
{
	struct scan *s = NULL;

	qpsmtpd_scan_free(&s);
	assert_null(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_lines_of_a_record_are_one_text),
		cmocka_unit_test(a_record_has_no_more_than_some_lines),
		cmocka_unit_test(verdicts_follow_the_disposition_and_the_code),
		cmocka_unit_test(empty_fields_are_absent),
		cmocka_unit_test(the_parents_record_is_of_no_connection),
		cmocka_unit_test(what_came_through_syslog_is_of_the_hosts_stream),
		cmocka_unit_test(process_ids_of_different_hosts_are_different),
		cmocka_unit_test(of_what_is_not_understood_the_first_lines_are_kept),
		cmocka_unit_test(a_sample_shows_no_secret),
		cmocka_unit_test(a_long_line_gives_a_short_sample),
		cmocka_unit_test(lines_that_nobody_asks_for_are_not_needed),
		cmocka_unit_test(an_end_tells_the_last_disposition_though_only_ends_are_asked_for),
		cmocka_unit_test(a_period_begins_with_its_start_and_ends_before_its_end),
		cmocka_unit_test(what_was_before_the_period_is_known_in_it),
		cmocka_unit_test(outside_the_period_every_line_that_makes_an_event_is_ignored),
		cmocka_unit_test(an_end_without_connection_time_may_lie_outside_the_period),
		cmocka_unit_test(lines_without_a_stamp_are_in_every_period),
		cmocka_unit_test(without_a_zone_local_stamps_are_utc),
		cmocka_unit_test(a_scan_that_was_never_made_is_freed_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
