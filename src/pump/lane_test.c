#include "pump/lane.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/test.h"

#define STAMP "@400000006955b90b02b91f21 "
#define ACCEPTED(pid) \
	STAMP pid " Accepted connection 0/40 from 192.0.2.7 / Unknown\n"
#define CLOSED(pid) STAMP pid " (post-connection) connection_time: 1.5 s.\n"

static const struct lane_options everything = {
	.scan = { .wants = EVENT_ALL, .start_ns = INT64_MIN,
	    .end_ns = INT64_MAX, .join = true, .stream = { "log", 3 } },
};

/* Gives a text as a block of its own, with slack behind it. */
static void
give(struct lane *l, const char *text, uint64_t offset)
{
	struct buf b = { 0 };

	buf_add(&b, text, strlen(text));
	buf_add_repeated(&b, '\n', FORMAT_SLACK);
	lane_block(l, str_make(b.p, b.n - FORMAT_SLACK), offset);
	buf_clear(&b);
}

/* "accepted 3907 192.0.2.7 @0", taken from the queue; "" if it is empty. */
static void
assert_next(struct lane *l, const char *should)
{
	const struct event *ev = lane_peek(l);
	struct buf b = { 0 };

	if (ev) {
		buf_printf(&b, "%s %.*s %.*s @%llu", event_kind_name(ev->kind),
		    STR_ARG(ev->pid), STR_ARG(ev->client),
		    (unsigned long long)ev->offset);
		lane_drop(l);
	}
	assert_str(buf_str(&b), should);
	buf_clear(&b);
}

TEST(events_come_as_their_lines_are_given)
{
	struct lane *l = lane_new(&everything);

	give(l, ACCEPTED("3907"), 0);
	assert_next(l, "accepted 3907 192.0.2.7 @0");
	assert_next(l, "");
	give(l, CLOSED("3907"), 100);
	assert_next(l, "closed 3907 192.0.2.7 @100");
	lane_finish(l);
	assert_next(l, "");
	lane_free(&l);
}

TEST(a_line_without_its_end_waits_for_it)
{
	struct lane *l = lane_new(&everything);

	give(l, ACCEPTED("3907") STAMP "3907 (post-connection) connec", 0);
	assert_next(l, "accepted 3907 192.0.2.7 @0");
	assert_next(l, "");
	give(l, "tion_time: 1.5 s.\n", 120);
	assert_next(l, "closed 3907 192.0.2.7 @81");
	lane_free(&l);
}

TEST(a_source_may_go_on_in_the_middle_of_a_line)
{
	struct lane *l = lane_new(&everything);

	give(l, STAMP "3907 Accepted connection 0/40 from 192.", 0);
	lane_source_end(l, true);
	assert_next(l, "");
	give(l, "0.2.7 / Unknown\n" CLOSED("3907"), 0);
	assert_next(l, "accepted 3907 192.0.2.7 @0");
	/* Offsets go on as though it were one source. */
	assert_next(l, "closed 3907 192.0.2.7 @81");
	lane_free(&l);
}

TEST(a_source_that_begins_with_a_stamp_goes_on_no_line)
{
	struct lane *l = lane_new(&everything);

	give(l, STAMP "3907 Accepted connection 0/40 from 192.0.2.9 / x", 0);
	lane_source_end(l, true);
	give(l, ACCEPTED("3908"), 0);
	assert_next(l, "accepted 3907 192.0.2.9 @0");
	assert_next(l, "accepted 3908 192.0.2.7 @74");
	lane_free(&l);
}

TEST(a_source_that_is_no_neighbour_goes_on_no_line)
{
	struct lane *l = lane_new(&everything);

	give(l, STAMP "3907 Accepted connection 0/40 from 192.0.2.9 / x", 0);
	lane_source_end(l, false);
	assert_next(l, "accepted 3907 192.0.2.9 @0");
	lane_free(&l);
}

TEST(what_ends_unseen_is_no_event_of_a_line)
{
	struct lane *l = lane_new(&everything);

	give(l, ACCEPTED("3907"), 0);
	assert_next(l, "accepted 3907 192.0.2.7 @0");
	lane_finish(l);
	assert_next(l, "");
	lane_free(&l);
}

static bool
keep_closed(void *ctx, const struct event *ev)
{
	++*(unsigned *)ctx;
	return ev->kind == EVENT_CLOSED;
}

TEST(only_what_is_wanted_is_kept)
{
	struct lane_options o = everything;
	unsigned asked = 0;
	struct lane *l;

	o.keep = keep_closed;
	o.ctx = &asked;
	l = lane_new(&o);
	give(l, ACCEPTED("3907") CLOSED("3907"), 0);
	assert_int_equal(asked, 2);
	assert_next(l, "closed 3907 192.0.2.7 @81");
	assert_next(l, "");
	lane_free(&l);
}

TEST(a_mute_lane_learns_but_says_nothing)
{
	struct lane *l = lane_new(&everything);

	lane_mute(l, true);
	give(l, ACCEPTED("3907"), 0);
	lane_mute(l, false);
	assert_next(l, "");
	give(l, CLOSED("3907"), 0);
	assert_next(l, "closed 3907 192.0.2.7 @0");
	lane_free(&l);
}

TEST(lines_that_nobody_knows_wait_for_one_that_tells_the_format)
{
	struct lane *l = lane_new(&everything);

	give(l, "hello\n", 0);
	assert_null(lane_format(l));
	assert_true(lane_last_ns(l) == INT64_MIN);
	give(l, ACCEPTED("3907"), 6);
	assert_ptr_equal(lane_format(l), &format_qpsmtpd);
	assert_next(l, "accepted 3907 192.0.2.7 @6");
	assert_int_equal(lane_counts(l)->not_understood, 1);
	lane_free(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_come_as_their_lines_are_given),
		cmocka_unit_test(a_line_without_its_end_waits_for_it),
		cmocka_unit_test(a_source_may_go_on_in_the_middle_of_a_line),
		cmocka_unit_test(
		    a_source_that_begins_with_a_stamp_goes_on_no_line),
		cmocka_unit_test(a_source_that_is_no_neighbour_goes_on_no_line),
		cmocka_unit_test(what_ends_unseen_is_no_event_of_a_line),
		cmocka_unit_test(only_what_is_wanted_is_kept),
		cmocka_unit_test(a_mute_lane_learns_but_says_nothing),
		cmocka_unit_test(
		    lines_that_nobody_knows_wait_for_one_that_tells_the_format),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
