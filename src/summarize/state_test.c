#include "summarize/state.h"

#include "base/test.h"

#include <stdio.h>
#include <string.h>

#include "base/when.h"

#define LABEL "@4000000069c83b370c0bcf14"
#define LATER "@4000000069c83b380c0bcf14"

static const struct sums_row *
row(const struct state *s, const char *name)
{
	const struct sums_row *r = sums_find(&s->sums, str_from(name));

	assert_non_null(r);
	return r;
}

static struct state
read_text(const char *text)
{
	struct state s;

	state_init(&s);
	state_read(&s, str_from(text));
	return s;
}

TEST(rows_are_name_label_and_count)
{
	struct state s = read_text("queued   " LABEL "   12\n\n# comment 1 2\n"
	    "dnsbl\t" LATER "\t3\r\nLOGFILE_EPOCH " LABEL " 0\n");
	int64_t when_ns;

	assert_true(when_parse_tai64n(STR(LABEL), &when_ns));
	assert_int_equal(s.sums.n, 2);
	assert_int_equal(row(&s, "queued")->count, 12);
	assert_int_equal(row(&s, "dnsbl")->count, 3);
	assert_true(s.epoch_ns == when_ns);
	assert_true(s.whole);
	assert_false(s.marked);
	state_clear(&s);
}

TEST(a_name_with_a_blank_is_one_name)
{
	struct state s = read_text(
	    "check_goodrcptto extn          " LABEL "           12\n");

	assert_int_equal(row(&s, "check_goodrcptto extn")->count, 12);
	assert_string_equal(row(&s, "check_goodrcptto extn")->key,
	    "check_goodrcptto_extn");
	state_clear(&s);
}

TEST(columns_that_were_shifted_keep_their_count)
{
	struct state s = read_text(
	    "check_goodrcptto               extn            2\n");

	assert_int_equal(row(&s, "check_goodrcptto")->count, 2);
	assert_true(row(&s, "check_goodrcptto")->first_ns == WHEN_NONE);
	assert_int_equal(s.without_time, 1);
	state_clear(&s);
}

TEST(names_that_are_equal_once_cut_are_summed_from_the_first_on)
{
	struct state s = read_text(
	    "virus::a_plugin_with_a_really_ " LATER " 10\n"
	    "virus::a_plugin_with_a_really_ " LABEL " 6\n");
	int64_t when_ns;

	assert_true(when_parse_tai64n(STR(LABEL), &when_ns));
	sums_add(&s.sums, STR("virus::a_plugin_with_a_really_long_name"),
	    WHEN_NONE, 1);
	assert_int_equal(s.sums.n, 1);
	assert_int_equal(s.sums.rows[0].count, 17);
	assert_true(s.sums.rows[0].first_ns == when_ns);
	state_clear(&s);
}

TEST(what_is_no_row_is_counted)
{
	struct state s = read_text("what\n" LABEL " 3\nqueued " LABEL " -3\n"
	    "queued " LABEL " 99999999999999999999999\n");

	assert_int_equal(s.not_understood, 4);
	assert_true(state_is_empty(&s));
	assert_false(s.whole);
	state_clear(&s);
}

TEST(a_last_row_without_its_end_may_be_cut)
{
	struct state s = read_text(
	    "queued                         " LABEL "         12");

	assert_true(state_is_empty(&s));
	assert_false(s.whole);
	state_clear(&s);
}

static void
fill(struct state *s)
{
	state_init(s);
	sums_add(&s->sums, STR("queued"), 0, 7);
	sums_add(&s->sums, STR("a b"), WHEN_NONE, 2);
	s->epoch_ns = 0;
	s->newest_ns = 5 * WHEN_SECOND;
	s->last = (struct log_id){ 77, 0xabc };
	state_include(s, (struct log_id){ 5, 6 });
	buf_add_str(&s->open, STR("@x\t\n"));
}

TEST(what_is_written_is_read_again)
{
	struct state s, again;
	struct buf b = { 0 }, c = { 0 };

	fill(&s);
	state_write(&b, &s);
	again = read_text(b.p);
	assert_true(again.marked);
	assert_true(again.whole);
	assert_true(again.newest_ns == s.newest_ns);
	assert_true(log_id_eq(again.last, s.last));
	assert_true(state_has_included(&again, (struct log_id){ 5, 6 }));
	assert_str(buf_str(&again.open), "@x\t\n");
	state_write(&c, &again);
	assert_str(buf_str(&c), b.p);
	state_clear(&s);
	state_clear(&again);
	buf_clear(&b);
	buf_clear(&c);
}

TEST(rows_are_written_as_the_old_tool_does)
{
	struct state s;
	struct buf b = { 0 };

	fill(&s);
	state_write(&b, &s);
	assert_true(str_starts(buf_str(&b), STR(
	    "LOGFILE_EPOCH                  @400000000000000a00000000            0\n"
	    "a_b                            @400000000000000a00000000            2\n"
	    "queued                         @400000000000000a00000000            7\n"
	    "#")));
	state_clear(&s);
	buf_clear(&b);
}

TEST(a_state_that_was_changed_is_not_whole)
{
	struct state s;
	struct buf b = { 0 };
	char *seven;

	fill(&s);
	state_write(&b, &s);
	state_clear(&s);
	seven = strstr(b.p, "7\n");
	*seven = '8';
	s = read_text(b.p);
	assert_true(s.marked);
	assert_false(s.whole);
	state_clear(&s);
	buf_clear(&b);
}

TEST(the_oldest_included_logs_are_forgotten)
{
	struct state s;

	state_init(&s);
	for (uint64_t i = 1; i <= STATE_MAX_INCLUDED + 1; i++)
		state_include(&s, (struct log_id){ i, i });
	assert_int_equal(s.n_included, STATE_MAX_INCLUDED);
	assert_false(state_has_included(&s, (struct log_id){ 1, 1 }));
	assert_true(state_has_included(&s, (struct log_id){ 2, 2 }));
	state_clear(&s);
}

TEST(names_beyond_the_limit_are_others)
{
	struct sums s, sum;
	char name[20];

	sums_init(&s);
	sums_init(&sum);
	for (int i = 0; i < SUMS_MAX + 10; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		sums_add(&s, str_from(name), WHEN_NONE, 2);
	}
	assert_int_equal(s.n, SUMS_MAX);
	assert_int_equal(s.cut, 22);
	assert_int_equal(sums_find(&s, STR(SUMS_OTHERS))->count, 22);
	sums_merge(&sum, &s);
	assert_int_equal(sum.cut, 22);
	assert_int_equal(sums_total(&sum), 2 * (SUMS_MAX + 10));
	sums_clear(&s);
	sums_clear(&sum);
}

TEST(names_that_mean_something_else_are_changed)
{
	struct sums s;

	sums_init(&s);
	sums_add(&s, STR("#x"), WHEN_NONE, 1);
	sums_add(&s, STR("LOGFILE_EPOCH"), WHEN_NONE, 1);
	sums_add(&s, STR(" "), WHEN_NONE, 1);
	assert_string_equal(s.rows[0].key, "_x");
	assert_string_equal(s.rows[1].key, "_OGFILE_EPOCH");
	assert_string_equal(s.rows[2].key, "(none)");
	sums_clear(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_name_label_and_count),
		cmocka_unit_test(a_name_with_a_blank_is_one_name),
		cmocka_unit_test(columns_that_were_shifted_keep_their_count),
		cmocka_unit_test(
		    names_that_are_equal_once_cut_are_summed_from_the_first_on),
		cmocka_unit_test(what_is_no_row_is_counted),
		cmocka_unit_test(a_last_row_without_its_end_may_be_cut),
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(rows_are_written_as_the_old_tool_does),
		cmocka_unit_test(a_state_that_was_changed_is_not_whole),
		cmocka_unit_test(the_oldest_included_logs_are_forgotten),
		cmocka_unit_test(names_beyond_the_limit_are_others),
		cmocka_unit_test(names_that_mean_something_else_are_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
