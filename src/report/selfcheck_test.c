#include "base/err.h"
#include "base/test.h"
#include "event/event.h"
#include "report/report.h"
#include "report/test_events.h"

TEST(a_count_that_one_dimension_lacks_is_found)
{
	struct test_report x;
	struct event ev;
	struct tally_options o = { .dims = DIM_BIT(DIM_VIRUS), .grain_s = 3600 };
	struct tally *part;
	struct err err;

	test_worked_example(&x);
	test_report(&x, "viruses,codes");
	test_sound(&x);
	/* A virus that is no transaction. */
	o.classes = &x.classes;
	o.zone = x.zone;
	part = tally_new(&o);
	event_init(&ev, EVENT_TRANSACTION, test_time(&x, "2026-03-10 05:00"));
	ev.verdict = VERDICT_REJECTED;
	ev.disposition = STR("virus::clamdscan");
	ev.text = STR("Virus found: Ghost");
	tally_add(part, &ev);
	tally_merge(x.tally, part);
	tally_free(&part);
	test_report(&x, "viruses,codes");
	assert_int_equal(build_selfcheck(&x.build, &err), -1);
	assert_int_equal(err.kind, ERR_INTERNAL);
	assert_string_equal(err.text, "equality F.4 does not hold: viruses by"
	    " name is 2, column Virus is 1");
	test_close(&x);
}

TEST(a_table_that_shows_something_else_is_found)
{
	struct test_report x;
	struct err err;

	test_worked_example(&x);
	test_report(&x, "hours");
	test_sound(&x);
	test_section(&x, "hours")->tables[0]->rows[5].values[17].i++;
	assert_int_equal(build_selfcheck(&x.build, &err), -1);
	assert_string_equal(err.text, "equality F.1 does not hold: rows of hours"
	    " is 11, examined is 10");
	test_close(&x);
}

TEST(a_line_that_went_missing_is_found)
{
	struct log_stream stream = { .counts = { .lines = 10, .used = 3,
	    .ignored = { [IGNORED_CHECK] = 4, [IGNORED_EMPTY] = 1 },
	    .not_understood = 2 } };
	struct test_report x;
	struct err err;

	test_worked_example(&x);
	x.build.streams = &stream;
	x.build.n_streams = 1;
	test_report(&x, "head");
	test_sound(&x);
	stream.counts.lines++;
	assert_int_equal(build_selfcheck(&x.build, &err), -1);
	assert_string_equal(err.text, "equality F.11 does not hold: lines read"
	    " is 11, used + ignored + not understood is 10");
	test_close(&x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_count_that_one_dimension_lacks_is_found),
		cmocka_unit_test(a_table_that_shows_something_else_is_found),
		cmocka_unit_test(a_line_that_went_missing_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
