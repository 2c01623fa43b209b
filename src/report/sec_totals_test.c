#include "base/test.h"
#include "event/event.h"
#include "report/report.h"
#include "report/test_events.h"

static void
connection(struct test_report *x, enum event_kind kind, enum limit_scope scope)
{
	struct event ev;

	event_init(&ev, kind, test_time(x, "2026-03-10 00:00"));
	ev.scope = scope;
	ev.client = STR("192.0.2.1");
	ev.running = 1;
	ev.limit = 5;
	test_count(x, &ev);
}

TEST(the_worked_example_adds_up)
{
	struct test_report x;

	test_worked_example(&x);
	test_report(&x, "totals");
	assert_string_equal(test_titles(&x, "totals", 0), "Item|Value|Percent");
	assert_string_equal(test_table(&x, "totals", 0),
	    "Examined|10|-\n"
	    "Received|4|-\n"
	    "Rejected|6|60.0%\n"
	    "Deferred|0|-\n"
	    "Connections|0|-\n"
	    "Connections refused|0|-\n"
	    "Senders|0|-\n"
	    "Sender domains|0|-\n"
	    "Recipients|4|-\n"
	    "Recipient domains|3|-\n"
	    "Client hosts|10|-\n");
	test_close(&x);
}

TEST(names_are_counted_once_however_they_are_written_and_judged)
{
	struct test_report x;
	struct test_mail m = { .time = "2026-03-10 00:05",
		.client = "192.0.2.1", .sender = "<Ann@A.test>",
		.recipients = "<x@c.test>,<y@C.test>,<nodomain>",
		.disposition = "queued" };

	test_open(&x, "UTC");
	test_mail(&x, &m);
	m.disposition = "helo";
	m.code = "902";
	m.sender = "<ann@a.test>";
	test_mail(&x, &m);
	m.code = "901";
	m.sender = "<>";
	m.client = "::ffff:192.0.2.1";
	test_mail(&x, &m);
	connection(&x, EVENT_ACCEPTED, LIMIT_TOTAL);
	connection(&x, EVENT_TOO_MANY, LIMIT_TOTAL);
	connection(&x, EVENT_TOO_MANY, LIMIT_CLIENT);
	connection(&x, EVENT_REFUSED, LIMIT_TOTAL);
	test_report(&x, "totals");
	assert_string_equal(test_table(&x, "totals", 0),
	    "Examined|3|-\n"
	    "Received|1|-\n"
	    "Rejected|1|50.0%\n"
	    "Deferred|1|-\n"
	    "Connections|1|-\n"
	    "Connections refused|2|-\n"
	    "Senders|2|-\n"
	    "Sender domains|1|-\n"
	    "Recipients|3|-\n"
	    "Recipient domains|1|-\n"
	    "Client hosts|1|-\n");
	test_close(&x);
}

TEST(explain_adds_a_definition_to_each_number)
{
	struct test_report x;
	const struct table *t;

	test_worked_example(&x);
	x.options.explain = true;
	test_report(&x, "totals");
	assert_string_equal(test_titles(&x, "totals", 0),
	    "Item|Value|Percent|Definition");
	t = test_section(&x, "totals")->tables[0];
	assert_string_equal(t->columns[0].id, "item");
	assert_true(t->columns[0].hidden);
	assert_string_equal(t->columns[1].id, "label");
	for (size_t i = 0; i < t->n_rows; i++)
		assert_true(t->rows[i].values[4].s.n > 0);
	assert_str(t->rows[10].values[0].s, "client_hosts");
	test_close(&x);
}

TEST(a_number_that_was_not_counted_is_left_out)
{
	struct test_report x;
	struct tally_options o;

	test_open(&x, "UTC");
	o = (struct tally_options){ .dims = DIM_BIT(DIM_CATEGORY),
		.classes = &x.classes, .zone = x.zone, .grain_s = 3600 };
	tally_free(&x.tally);
	x.tally = tally_new(&o);
	x.build.tally = x.tally;
	test_report(&x, "totals");
	assert_string_equal(test_table(&x, "totals", 0),
	    "Examined|0|-\nReceived|0|-\nRejected|0|-\nDeferred|0|-\n");
	test_close(&x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_worked_example_adds_up),
		cmocka_unit_test(names_are_counted_once_however_they_are_written_and_judged),
		cmocka_unit_test(explain_adds_a_definition_to_each_number),
		cmocka_unit_test(a_number_that_was_not_counted_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
