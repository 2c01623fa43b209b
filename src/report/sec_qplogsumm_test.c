#include "base/test.h"

#include <string.h>

#include "base/when.h"
#include "report/test_events.h"
#include "summarize/state.h"

TEST(each_disposition_has_its_share_and_its_average_a_day)
{
	struct test_report x;

	test_open(&x, "UTC");
	test_queued(&x, "2026-03-10 00:00", "<ann@example.org>", NULL);
	test_queued(&x, "2026-03-11 00:00", "<ann@example.org>", NULL);
	test_denied(&x, "2026-03-12 00:00", "dnsbl", "text");
	test_report(&x, "qplogsumm");
	assert_string_equal(test_table(&x, "qplogsumm", 0),
	    "queued|2|66%|1\ndnsbl|1|33%|0\n--\nTotals|3|100%|1\n");
	test_close(&x);
}

TEST(naughty_is_one_disposition)
{
	struct test_report x;

	test_open(&x, "UTC");
	test_denied(&x, "2026-03-10 00:00", "naughty", "(dnsbl) text");
	test_denied(&x, "2026-03-10 00:00", "naughty", "(helo) text");
	test_report(&x, "qplogsumm");
	assert_string_equal(test_table(&x, "qplogsumm", 0),
	    "naughty|2|100%|-\n--\nTotals|2|100%|-\n");
	test_close(&x);
}

TEST(a_state_stands_beside_and_is_not_added_to)
{
	struct test_report x;
	struct state s;

	test_open(&x, "UTC");
	state_init(&s);
	sums_add(&s.sums, STR("queued"), 0, 30);
	s.epoch_ns = 0;
	s.newest_ns = 10 * WHEN_DAY_S * WHEN_SECOND;
	x.options.state = &s;
	test_queued(&x, "2026-03-10 00:00", "<ann@example.org>", NULL);
	test_denied(&x, "2026-03-11 00:00", "dnsbl", "text");
	test_report(&x, "qplogsumm");
	assert_string_equal(test_table(&x, "qplogsumm", 0),
	    "dnsbl|1|50%|1|0|0%|0\nqueued|1|50%|1|30|100%|3\n"
	    "--\nTotals|2|100%|2|30|100%|3\n");
	state_clear(&s);
	test_close(&x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    each_disposition_has_its_share_and_its_average_a_day),
		cmocka_unit_test(naughty_is_one_disposition),
		cmocka_unit_test(a_state_stands_beside_and_is_not_added_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
