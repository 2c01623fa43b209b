/* ledger_test.c - accounts are found again, and do not move. */
#include "tally/ledger.h"

#include <stdio.h>

#include "base/test.h"

#define NAMES 20000

struct account {
	uint64_t count;
	char rest[40];
};

static struct str
name_of(char text[16], size_t i)
{
	return str_make(text, (size_t)snprintf(text, 16, "name %zu", i));
}

TEST(a_name_has_one_account_which_begins_as_zero)
{
	struct ledger l;
	struct account *first, *a;
	char text[16];

	ledger_init(&l, sizeof(struct account));
	first = ledger_at(&l, ledger_add(&l, STR("first")));
	assert_int_equal(first->count, 0);
	for (size_t i = 0; i < 2 * (size_t)NAMES; i++) {
		a = ledger_at(&l, ledger_add(&l, name_of(text, i % NAMES)));
		assert_int_equal(a->count++, i / NAMES);
	}
	assert_int_equal(ledger_n(&l), NAMES + 2); /* and the empty one */
	assert_ptr_equal(ledger_at(&l, ledger_find(&l, STR("first"))), first);
	assert_int_equal(first->count, 0);
	assert_int_equal(ledger_find(&l, STR("other")), UINT32_MAX);
	ledger_clear(&l);
}

TEST(the_empty_name_has_an_account)
{
	struct ledger l;
	struct account *a;

	ledger_init(&l, sizeof(struct account));
	a = ledger_at(&l, ledger_add(&l, STR("")));
	assert_int_equal(a->count, 0);
	assert_int_equal(ledger_find(&l, STR("")), 0);
	assert_true(str_eq(ledger_name(&l, 0), STR("")));
	ledger_clear(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_has_one_account_which_begins_as_zero),
		cmocka_unit_test(the_empty_name_has_an_account),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
