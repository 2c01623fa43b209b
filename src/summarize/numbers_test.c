#include "summarize/numbers.h"

#include "base/test.h"

#include <string.h>

#include "base/buf.h"
#include "base/when.h"
#include "summarize/state.h"

static const struct numbers_row *
row(const struct numbers *n, const char *name)
{
	for (size_t i = 0; i < n->n; i++)
		if (strcmp(n->rows[i].name, name) == 0)
			return &n->rows[i];
	fail_msg("no row %s", name);
	return NULL;
}

static int64_t
at(int64_t s)
{
	return s * WHEN_SECOND;
}

/* A log of two days after a state of ten. */
static void
setup(struct state *all, struct sums *recent)
{
	state_init(all);
	sums_init(recent);
	sums_add(&all->sums, STR("queued"), at(0), 100);
	sums_add(&all->sums, STR("gone"), at(86400), 9);
	all->epoch_ns = at(0);
	sums_add(recent, STR("queued"), at(8 * 86400), 20);
	sums_add(recent, STR("dnsbl"), at(10 * 86400), 1);
	state_add(all, recent, at(8 * 86400), at(10 * 86400));
}

TEST(numbers_are_cut_and_added_once)
{
	struct state all;
	struct sums recent;
	struct numbers n;

	setup(&all, &recent);
	numbers_init(&n, &recent, at(8 * 86400), at(10 * 86400), &all);
	assert_int_equal(n.recent.total, 21);
	assert_int_equal(n.recent.elapsed_s, 2 * 86400);
	assert_int_equal(n.recent.per_hour, 0);
	assert_int_equal(n.all.total, 130);
	assert_int_equal(row(&n, "queued")->recent.percent, 95);
	assert_int_equal(row(&n, "queued")->recent.per_day, 10);
	assert_int_equal(row(&n, "queued")->all.total, 120);
	assert_int_equal(row(&n, "queued")->all.percent, 92);
	assert_int_equal(row(&n, "queued")->all.per_day, 12);
	assert_int_equal(row(&n, "gone")->recent.total, 0);
	assert_int_equal(row(&n, "gone")->all.per_day, 1);
	numbers_clear(&n);
	state_clear(&all);
	sums_clear(&recent);
}

TEST(what_was_first_seen_in_the_last_second_has_no_average)
{
	struct state all;
	struct sums recent;
	struct numbers n;

	setup(&all, &recent);
	numbers_init(&n, &recent, at(8 * 86400), at(10 * 86400), &all);
	assert_true(row(&n, "dnsbl")->all.per_day == NUMBERS_NONE);
	numbers_clear(&n);
	state_clear(&all);
	sums_clear(&recent);
}

TEST(most_in_the_recent_log_come_first)
{
	struct state all;
	struct sums recent;
	struct numbers n;

	setup(&all, &recent);
	numbers_init(&n, &recent, at(8 * 86400), at(10 * 86400), &all);
	assert_string_equal(n.rows[0].name, "queued");
	assert_string_equal(n.rows[1].name, "dnsbl");
	assert_string_equal(n.rows[2].name, "gone");
	numbers_clear(&n);
	state_clear(&all);
	sums_clear(&recent);
}

TEST(a_log_of_one_second_counts_as_one)
{
	struct state all;
	struct sums recent;
	struct numbers n;

	state_init(&all);
	sums_init(&recent);
	sums_add(&recent, STR("queued"), at(5), 2);
	state_add(&all, &recent, at(5), at(5));
	numbers_init(&n, &recent, at(5), at(5), &all);
	assert_int_equal(n.recent.per_hour, 7200);
	assert_true(n.all.per_hour == NUMBERS_NONE);
	assert_true(n.totals.recent.per_day == NUMBERS_NONE);
	assert_int_equal(n.totals.recent.percent, 100);
	numbers_clear(&n);
	state_clear(&all);
	sums_clear(&recent);
}

TEST(nothing_at_all_is_dashes)
{
	struct state all;
	struct sums recent;
	struct numbers n;
	struct buf b = { 0 };

	state_init(&all);
	sums_init(&recent);
	numbers_init(&n, &recent, WHEN_NONE, WHEN_NONE, &all);
	numbers_table(&b, &n, "# ");
	assert_non_null(strstr(b.p, "# Start  : -\n# Finish : -\n# Elapsed: -\n"
	    "#\n# Total transactions :         0\n"
	    "# Average tx per hour:         -\n"));
	assert_non_null(strstr(b.p, "\n# TOTALS                              0"
	    "    -        -          0    -        -\n"));
	numbers_clear(&n);
	state_clear(&all);
	sums_clear(&recent);
	buf_clear(&b);
}

TEST(huge_counts_do_not_wrap)
{
	struct state all;
	struct sums recent;
	struct numbers n;

	state_init(&all);
	sums_init(&recent);
	sums_add(&all.sums, STR("a"), at(0), UINT64_MAX);
	sums_add(&all.sums, STR("b"), at(0), UINT64_MAX);
	all.epoch_ns = at(0);
	all.newest_ns = at(3);
	numbers_init(&n, &recent, WHEN_NONE, WHEN_NONE, &all);
	assert_true(n.all.total == UINT64_MAX);
	assert_int_equal(row(&n, "a")->all.percent, 100);
	numbers_clear(&n);
	state_clear(&all);
	sums_clear(&recent);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_cut_and_added_once),
		cmocka_unit_test(
		    what_was_first_seen_in_the_last_second_has_no_average),
		cmocka_unit_test(most_in_the_recent_log_come_first),
		cmocka_unit_test(a_log_of_one_second_counts_as_one),
		cmocka_unit_test(nothing_at_all_is_dashes),
		cmocka_unit_test(huge_counts_do_not_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
