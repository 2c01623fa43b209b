#include "whatif/best.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/test.h"

#define LISTS 8
#define GROUPS 300

/* What a set stops, in the plainest way. */
static struct best_set
stopped_by(const struct best_group *groups, size_t n, uint64_t lists)
{
	struct best_set s = { .lists = lists };

	for (size_t i = 0; i < n; i++)
		if (groups[i].listed & lists) {
			s.ham += groups[i].ham;
			s.spam += groups[i].spam;
		}
	return s;
}

static bool
beats(const struct best_set *a, const struct best_set *b)
{
	return a->ham <= b->ham && a->spam >= b->spam &&
	    (a->ham < b->ham || a->spam > b->spam);
}

static bool
is_best(const struct best_group *groups, size_t n, uint64_t lists,
    unsigned at_most)
{
	struct best_set s = stopped_by(groups, n, lists);

	if (s.spam == 0)
		return false;
	for (uint64_t other = 1; other < 1 << LISTS; other++) {
		struct best_set o = stopped_by(groups, n, other);

		if (__builtin_popcountll(other) <= (int)at_most &&
		    beats(&o, &s))
			return false;
	}
	return true;
}

/* Each best one is found, with another set that does the same or itself. */
static void
check(const struct best_group *groups, size_t n, unsigned at_most)
{
	size_t n_found, n_best = 0;
	struct best_set *found = best_sets(groups, n, LISTS, at_most, &n_found);

	for (size_t i = 0; i < n_found; i++) {
		struct best_set s = stopped_by(groups, n, found[i].lists);

		assert_true(is_best(groups, n, found[i].lists, at_most));
		assert_int_equal(s.ham, found[i].ham);
		assert_int_equal(s.spam, found[i].spam);
		assert_true(i == 0 || (found[i - 1].ham < s.ham &&
		    found[i - 1].spam < s.spam));
	}
	for (uint64_t set = 1; set < 1 << LISTS; set++) {
		struct best_set s = stopped_by(groups, n, set);
		bool same = false;

		if (__builtin_popcountll(set) > (int)at_most ||
		    !is_best(groups, n, set, at_most))
			continue;
		n_best++;
		for (size_t i = 0; i < n_found; i++)
			same |= found[i].ham == s.ham && found[i].spam == s.spam;
		assert_true(same);
	}
	assert_true(n_best >= n_found);
	free(found);
}

TEST(it_is_what_trying_every_set_of_eight_lists_finds)
{
	struct best_group groups[GROUPS];
	unsigned seed = 1;

	for (int round = 0; round < 6; round++) {
		for (size_t i = 0; i < GROUPS; i++)
			groups[i] = (struct best_group){
				.listed = (uint64_t)(rand_r(&seed) &
				    rand_r(&seed)) & 255,
				.ham = rand_r(&seed) % 40 == 0,
				.spam = (uint64_t)(rand_r(&seed) % 3),
			};
		for (unsigned at_most = 1; at_most <= LISTS; at_most += 3)
			check(groups, GROUPS, at_most);
	}
}

TEST(of_sets_that_do_the_same_it_is_the_smallest_and_the_first)
{
	/* Lists 1 and 2 are alike, list 0 adds nothing. */
	const struct best_group groups[] = {
		{ .listed = 6, .spam = 5 }, { .listed = 7, .spam = 2 },
	};
	size_t n;
	struct best_set *sets = best_sets(groups, 2, 3, 3, &n);

	assert_int_equal(n, 1);
	assert_int_equal(sets[0].lists, 2);
	assert_int_equal(sets[0].spam, 7);
	free(sets);
}

TEST(a_list_that_stops_only_ham_is_no_best_one)
{
	const struct best_group groups[] = {
		{ .listed = 1, .ham = 1 }, { .listed = 0, .spam = 9 },
	};
	size_t n;
	struct best_set *sets = best_sets(groups, 2, 1, 1, &n);

	assert_int_equal(n, 0);
	free(sets);
}

TEST(of_no_mail_and_no_lists_nothing_is_best)
{
	size_t n;

	free(best_sets(NULL, 0, 3, 2, &n));
	assert_int_equal(n, 0);
	free(best_sets(NULL, 0, 0, 2, &n));
	assert_int_equal(n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_what_trying_every_set_of_eight_lists_finds),
		cmocka_unit_test(
		    of_sets_that_do_the_same_it_is_the_smallest_and_the_first),
		cmocka_unit_test(a_list_that_stops_only_ham_is_no_best_one),
		cmocka_unit_test(of_no_mail_and_no_lists_nothing_is_best),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
