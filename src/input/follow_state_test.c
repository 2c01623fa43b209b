/* Each arrow of the drawing in follow_state.h, and no other. */
#include "input/follow_state.h"

#include "base/test.h"

/* From a state, having seen this, to a state, doing that. */
static void
assert_arrow(enum follow_state from, struct follow_seen seen,
    enum follow_state to, enum follow_step does)
{
	enum follow_state state = from;

	assert_int_equal(follow_step(&state, &seen), does);
	assert_string_equal(follow_state_name(state), follow_state_name(to));
}

#define SEEN(...) ((struct follow_seen){ __VA_ARGS__ })

TEST(an_absent_log_waits_for_its_name)
{
	assert_arrow(FOLLOW_ABSENT, SEEN(.name = FOLLOW_NONE), FOLLOW_ABSENT,
	    FOLLOW_WAIT);
}

TEST(an_absent_log_is_opened_when_a_file_has_its_name)
{
	assert_arrow(FOLLOW_ABSENT, SEEN(.name = FOLLOW_OTHER), FOLLOW_BEHIND,
	    FOLLOW_BEGIN);
}

TEST(rotated_files_of_an_absent_log_are_read)
{
	assert_arrow(FOLLOW_ABSENT, SEEN(.between = true), FOLLOW_BEHIND,
	    FOLLOW_CATCH_UP);
}

TEST(an_open_log_is_read_to_its_end_first)
{
	assert_arrow(FOLLOW_OPEN, SEEN(.name = FOLLOW_OURS, .unread = true),
	    FOLLOW_OPEN, FOLLOW_READ);
	assert_arrow(FOLLOW_OPEN, SEEN(.name = FOLLOW_OTHER, .unread = true),
	    FOLLOW_OPEN, FOLLOW_READ);
	assert_arrow(FOLLOW_OPEN, SEEN(.name = FOLLOW_NONE, .unread = true,
	    .unlinked = true), FOLLOW_OPEN, FOLLOW_READ);
}

TEST(an_open_log_without_news_waits)
{
	assert_arrow(FOLLOW_OPEN, SEEN(.name = FOLLOW_OURS), FOLLOW_OPEN,
	    FOLLOW_WAIT);
}

TEST(a_renamed_log_waits_for_its_successor)
{
	assert_arrow(FOLLOW_OPEN, SEEN(.name = FOLLOW_NONE), FOLLOW_ROTATED,
	    FOLLOW_WAIT);
	assert_arrow(FOLLOW_ROTATED, SEEN(.name = FOLLOW_NONE),
	    FOLLOW_ROTATED, FOLLOW_WAIT);
}

TEST(a_log_with_a_successor_is_looked_at_once_more)
{
	assert_arrow(FOLLOW_OPEN, SEEN(.name = FOLLOW_OTHER), FOLLOW_ROTATED,
	    FOLLOW_LOOK);
	assert_arrow(FOLLOW_ROTATED, SEEN(.name = FOLLOW_OTHER,
	    .unread = true), FOLLOW_ROTATED, FOLLOW_READ);
	assert_arrow(FOLLOW_ROTATED, SEEN(.name = FOLLOW_OTHER), FOLLOW_BEHIND,
	    FOLLOW_MOVE_ON);
}

TEST(a_deleted_log_is_gone_and_may_come_back)
{
	assert_arrow(FOLLOW_OPEN, SEEN(.name = FOLLOW_NONE, .unlinked = true),
	    FOLLOW_GONE, FOLLOW_WAIT);
	assert_arrow(FOLLOW_GONE, SEEN(.name = FOLLOW_NONE, .unlinked = true,
	    .unread = true), FOLLOW_GONE, FOLLOW_READ);
	assert_arrow(FOLLOW_GONE, SEEN(.name = FOLLOW_OTHER,
	    .unlinked = true), FOLLOW_BEHIND, FOLLOW_MOVE_ON);
}

TEST(a_log_that_is_replaced_while_it_is_open_is_gone)
{
	assert_arrow(FOLLOW_OPEN, SEEN(.name = FOLLOW_OTHER,
	    .unlinked = true), FOLLOW_GONE, FOLLOW_LOOK);
}

TEST(a_rotated_log_may_be_deleted_and_a_deleted_one_linked_again)
{
	assert_arrow(FOLLOW_ROTATED, SEEN(.name = FOLLOW_NONE,
	    .unlinked = true), FOLLOW_GONE, FOLLOW_WAIT);
	assert_arrow(FOLLOW_GONE, SEEN(.name = FOLLOW_NONE), FOLLOW_ROTATED,
	    FOLLOW_WAIT);
}

TEST(a_log_that_gets_its_name_back_is_open)
{
	assert_arrow(FOLLOW_ROTATED, SEEN(.name = FOLLOW_OURS), FOLLOW_OPEN,
	    FOLLOW_LOOK);
	assert_arrow(FOLLOW_GONE, SEEN(.name = FOLLOW_OURS), FOLLOW_OPEN,
	    FOLLOW_LOOK);
}

TEST(what_was_truncated_begins_anew_whatever_its_name)
{
	assert_arrow(FOLLOW_OPEN, SEEN(.name = FOLLOW_OURS, .restarted = true),
	    FOLLOW_BEHIND, FOLLOW_RESTART);
	assert_arrow(FOLLOW_OPEN, SEEN(.name = FOLLOW_OURS, .restarted = true,
	    .unread = true), FOLLOW_BEHIND, FOLLOW_RESTART);
	assert_arrow(FOLLOW_ROTATED, SEEN(.name = FOLLOW_NONE,
	    .restarted = true), FOLLOW_BEHIND, FOLLOW_RESTART);
	assert_arrow(FOLLOW_GONE, SEEN(.name = FOLLOW_OTHER,
	    .restarted = true), FOLLOW_BEHIND, FOLLOW_RESTART);
}

TEST(files_in_between_come_before_the_open_one)
{
	assert_arrow(FOLLOW_OPEN, SEEN(.name = FOLLOW_OURS, .unread = true,
	    .between = true), FOLLOW_BEHIND, FOLLOW_CATCH_UP);
	assert_arrow(FOLLOW_BEHIND, SEEN(.name = FOLLOW_OURS,
	    .between = true), FOLLOW_BEHIND, FOLLOW_CATCH_UP);
	assert_arrow(FOLLOW_BEHIND, SEEN(.name = FOLLOW_OURS), FOLLOW_OPEN,
	    FOLLOW_LOOK);
}

TEST(names_do_not_matter_while_behind)
{
	assert_arrow(FOLLOW_BEHIND, SEEN(.name = FOLLOW_OTHER,
	    .between = true), FOLLOW_BEHIND, FOLLOW_CATCH_UP);
}

TEST(what_cannot_be_opened_is_absent)
{
	assert_arrow(FOLLOW_BEHIND, SEEN(.nothing = true), FOLLOW_ABSENT,
	    FOLLOW_WAIT);
}

/* Whatever is seen, a machine that is fed the same thing comes to rest or reads. */
TEST(nothing_seen_makes_it_run_in_circles)
{
	for (unsigned bits = 0; bits < 3 * 32; bits++) {
		const struct follow_seen seen = { .name = bits % 3,
			.unread = bits / 3 & 1, .restarted = bits / 3 & 2,
			.unlinked = bits / 3 & 4, .between = bits / 3 & 8,
			.nothing = bits / 3 & 16 };

		for (int from = FOLLOW_ABSENT; from <= FOLLOW_BEHIND; from++) {
			enum follow_state at = (enum follow_state)from;
			int steps = 0;

			/* Opening and finding change what is seen. */
			while (follow_step(&at, &seen) == FOLLOW_LOOK)
				assert_true(++steps < 3);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_absent_log_waits_for_its_name),
		cmocka_unit_test(
		    an_absent_log_is_opened_when_a_file_has_its_name),
		cmocka_unit_test(rotated_files_of_an_absent_log_are_read),
		cmocka_unit_test(an_open_log_is_read_to_its_end_first),
		cmocka_unit_test(an_open_log_without_news_waits),
		cmocka_unit_test(a_renamed_log_waits_for_its_successor),
		cmocka_unit_test(a_log_with_a_successor_is_looked_at_once_more),
		cmocka_unit_test(a_deleted_log_is_gone_and_may_come_back),
		cmocka_unit_test(
		    a_log_that_is_replaced_while_it_is_open_is_gone),
		cmocka_unit_test(
		    a_rotated_log_may_be_deleted_and_a_deleted_one_linked_again),
		cmocka_unit_test(a_log_that_gets_its_name_back_is_open),
		cmocka_unit_test(
		    what_was_truncated_begins_anew_whatever_its_name),
		cmocka_unit_test(files_in_between_come_before_the_open_one),
		cmocka_unit_test(names_do_not_matter_while_behind),
		cmocka_unit_test(what_cannot_be_opened_is_absent),
		cmocka_unit_test(nothing_seen_makes_it_run_in_circles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
