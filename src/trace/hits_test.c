#include "trace/hits.h"

#include "base/buf.h"
#include "base/test.h"
#include "event/filter.h"
#include "format/format.h"
#include "trace/story.h"
#include "trace/what.h"

/* Gives a log of n refused connections, one a second, and its end. */
static void
give_log(struct hits *h, const char *stream, int n)
{
	void *lane = hits_lane(h, stream, 0);
	struct buf b = { 0 };

	for (int i = 0; i < n; i++)
		buf_printf(&b, "@%016llx00000000 %d Accepted connection 0/40 "
		    "from 192.0.2.%d / h\n"
		    "@%016llx00000001 %d (deny) logging::logterse: ` 192.0.2.%d"
		    "\th\t\t\t\tdnsbl\t901\tlisted %d\n"
		    "@%016llx00000002 7 cleaning up after %d\n",
		    0x400000006955b90aULL + (unsigned)i, 100 + i, i % 250,
		    0x400000006955b90aULL + (unsigned)i, 100 + i, i % 250, i,
		    0x400000006955b90aULL + (unsigned)i, 100 + i);
	buf_add_repeated(&b, '\n', FORMAT_SLACK);
	hits_block(lane, &format_qpsmtpd, str_make(b.p, b.n - FORMAT_SLACK), 0);
	hits_lane_end(h, lane);
	buf_clear(&b);
}

static struct hits_options
options(struct what *w, const char *text)
{
	assert_int_equal(what_parse(w, text, NULL, 0, NULL, NULL), 0);
	return (struct hits_options){ .what = w,
		.period = { INT64_MIN, INT64_MAX } };
}

TEST(hits_come_newest_first)
{
	struct what w;
	struct hits_options o = options(&w, "192.0.2.0/24");
	struct hits *h = hits_new(&o);
	const struct story *const *stories;
	size_t n;

	give_log(h, "log", 5);
	stories = hits_sorted(h, &n);
	assert_int_equal(n, 5);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(stories[i]->reason.p[7], '4' - (int)i);
	assert_false(hits_of_one_connection(h));
	assert_true(hits_understood(h));
	assert_int_equal(hits_found(h), 5);
	hits_free(&h);
	assert_null(h);
}

TEST(of_too_many_the_newest_are_kept)
{
	struct what w;
	struct hits_options o = options(&w, "192.0.2.0/24");
	struct hits *h;
	const struct story *const *stories;
	size_t n;

	o.max = 10;
	h = hits_new(&o);
	give_log(h, "log", 25);
	stories = hits_sorted(h, &n);
	assert_int_equal(n, 10);
	assert_str(stories[0]->reason, "listed 24");
	assert_str(stories[9]->reason, "listed 15");
	assert_int_equal(hits_found(h), 25);
	hits_free(&h);
}

TEST(the_newest_of_all_logs_are_kept)
{
	struct what w;
	struct hits_options o = options(&w, "192.0.2.0/24");
	struct hits *h;
	const struct story *const *stories;
	size_t n;

	o.max = 4;
	h = hits_new(&o);
	give_log(h, "long", 30);
	give_log(h, "short", 20);
	stories = hits_sorted(h, &n);
	assert_int_equal(n, 4);
	for (size_t i = 0; i < n; i++)
		assert_str(stories[i]->stream, "long");
	assert_int_equal(hits_found(h), 50);
	hits_free(&h);
}

TEST(only_what_is_asked_for_is_kept)
{
	struct what w;
	struct hits_options o = options(&w, "192.0.2.3");
	struct hits *h = hits_new(&o);
	size_t n;

	give_log(h, "log", 20);
	hits_sorted(h, &n);
	assert_int_equal(n, 1);
	assert_true(hits_of_one_connection(h));
	hits_free(&h);
}

TEST(period_and_filter_hold_for_the_decision)
{
	struct what w;
	struct hits_options o = options(&w, "192.0.2.0/24");
	struct filter_options fo = { .client = "192.0.2.4" };
	struct filter *f;
	struct hits *h;
	size_t n;

	/* The fourth and the fifth second; TAI64 label ...0a is 1767225600. */
	o.period.start_ns = INT64_C(1767225603) * 1000000000;
	o.period.end_ns = INT64_C(1767225605) * 1000000000;
	h = hits_new(&o);
	give_log(h, "log", 20);
	hits_sorted(h, &n);
	assert_int_equal(n, 2);
	hits_free(&h);

	assert_int_equal(filter_new(&f, &fo, NULL), 0);
	o.filter = f;
	h = hits_new(&o);
	give_log(h, "log", 20);
	hits_sorted(h, &n);
	assert_int_equal(n, 1);
	hits_free(&h);
	filter_free(&f);
}

TEST(two_logs_with_the_same_process_ids_are_not_mixed)
{
	struct what w;
	struct hits_options o = options(&w, "192.0.2.1");
	struct hits *h = hits_new(&o);
	const struct story *const *stories;
	size_t n;

	give_log(h, "one", 3);
	give_log(h, "two", 3);
	stories = hits_sorted(h, &n);
	assert_int_equal(n, 2);
	assert_str(stories[0]->stream, "two");
	assert_str(stories[1]->stream, "one");
	hits_free(&h);
}

TEST(without_a_line_nothing_was_understood)
{
	struct what w;
	struct hits_options o = options(&w, "192.0.2.1");
	struct hits *h = hits_new(&o);
	void *lane = hits_lane(h, "log", 0);
	size_t n;

	assert_false(hits_understood(h));
	hits_lane_end(h, lane);
	hits_sorted(h, &n);
	assert_int_equal(n, 0);
	hits_free(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hits_come_newest_first),
		cmocka_unit_test(of_too_many_the_newest_are_kept),
		cmocka_unit_test(the_newest_of_all_logs_are_kept),
		cmocka_unit_test(only_what_is_asked_for_is_kept),
		cmocka_unit_test(period_and_filter_hold_for_the_decision),
		cmocka_unit_test(two_logs_with_the_same_process_ids_are_not_mixed),
		cmocka_unit_test(without_a_line_nothing_was_understood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
