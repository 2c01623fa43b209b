#include "pump/last.h"

#include <stdio.h>

#include "base/test.h"

static void
add(struct last *l, int64_t n)
{
	char pid[24];
	struct event ev;

	event_init(&ev, EVENT_ACCEPTED, n);
	ev.pid = str_make(pid, (size_t)snprintf(pid, sizeof(pid), "%d", (int)n));
	last_add(l, &ev);
	/* It was copied. */
	pid[0] = 'x';
}

static void
assert_holds(const struct last *l, int64_t first, int64_t last)
{
	assert_int_equal(l->n, last - first + 1);
	for (size_t i = 0; i < l->n; i++) {
		char pid[24];

		snprintf(pid, sizeof(pid), "%d", (int)first + (int)i);
		assert_int_equal(last_get(l, i)->time_ns, first + (int64_t)i);
		assert_str(last_get(l, i)->pid, pid);
	}
}

TEST(fewer_than_the_most_are_all_there)
{
	struct last l;

	last_init(&l, 5);
	for (int i = 1; i <= 4; i++)
		add(&l, i);
	assert_holds(&l, 1, 4);
	last_clear(&l);
}

TEST(of_more_the_last_ones_remain)
{
	struct last l;

	last_init(&l, 5);
	for (int i = 1; i <= 23; i++) {
		add(&l, i);
		assert_holds(&l, i > 5 ? i - 4 : 1, i);
	}
	last_clear(&l);
}

TEST(none_are_kept_where_none_are_wanted)
{
	struct last l;

	last_init(&l, 0);
	add(&l, 1);
	assert_int_equal(l.n, 0);
	last_clear(&l);
}

TEST(a_cleared_one_begins_anew)
{
	struct last l;

	last_init(&l, 2);
	for (int i = 1; i <= 5; i++)
		add(&l, i);
	last_clear(&l);
	assert_int_equal(l.n, 0);
	add(&l, 6);
	assert_holds(&l, 6, 6);
	last_clear(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fewer_than_the_most_are_all_there),
		cmocka_unit_test(of_more_the_last_ones_remain),
		cmocka_unit_test(none_are_kept_where_none_are_wanted),
		cmocka_unit_test(a_cleared_one_begins_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
