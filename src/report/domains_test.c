/* domains_test.c - sums by domain, and by labels that are none. */
#include "report/domains.h"

#include "base/test.h"
#include "base/when.h"

static int
by_label(const void *a, const void *b)
{
	const struct league_row *x = a, *y = b;

	return str_cmp(x->label, y->label);
}

TEST(a_label_that_is_a_domain_is_its_row)
{
	struct accounts a;
	struct domains d;
	struct best x;
	uint32_t number;

	accounts_init(&a);
	number = ledger_add(&a.domains, STR("far.example"));
	ledger_add(&a.domains, STR("not.asked"));
	accounts_seal(&a);
	domains_init(&d, &a);
	domains_at(&d, number)->count[0] += 1;
	domains_named(&d, STR("(none)"))->count[0] += 2;
	domains_named(&d, STR("far.example"))->count[0] += 4;
	domains_named(&d, STR("(none)"))->last_ns = 5;
	best_init(&x, by_label, 0);
	domains_offer(&d, &x);
	best_sort(&x);
	assert_int_equal(x.n, 2);
	assert_true(str_eq(x.rows[0].label, STR("(none)")));
	assert_int_equal(x.rows[0].count[0], 2);
	assert_int_equal(x.rows[0].last_ns, 5);
	assert_true(str_eq(x.rows[1].label, STR("far.example")));
	assert_int_equal(x.rows[1].count[0], 5);
	assert_int_equal(x.rows[1].last_ns, WHEN_NONE);
	best_clear(&x);
	domains_clear(&d);
	accounts_clear(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_label_that_is_a_domain_is_its_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
