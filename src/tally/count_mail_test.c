#include "base/test.h"
#include "event/event.h"
#include "tally/tally.h"
#include "tally/test_tally.h"

static void
add(struct test_tally *x, struct event ev)
{
	tally_add(x->tally, &ev);
}

static struct event
sized(int64_t s, const char *recipients, int64_t bytes)
{
	struct event ev = test_queued(s);

	ev.host = STR("Mail.Example.COM.");
	ev.sender = STR("<Ann@Far.Example>");
	ev.recipients = str_from(recipients);
	ev.bytes = bytes;
	return ev;
}

TEST(a_mail_is_one_message_for_one_recipient)
{
	struct test_tally x;

	test_tally_open(&x, DIM_BIT(DIM_MAIL) | DIM_BIT(DIM_MAIL_HOST) |
	    DIM_BIT(DIM_MAIL_SENDER) | DIM_BIT(DIM_MAIL_RECIPIENT));
	add(&x, sized(1, "<a@x.example>,<B@X.example>", 100));
	add(&x, sized(5, "<a@x.example>", 30));
	test_assert_cells(&x, DIM_MAIL, "0 ||0: 3 230 3 100\n");
	test_assert_cells(&x, DIM_MAIL_HOST,
	    "mail.example.com||0: 3 230 3 100 1-5 \n");
	test_assert_cells(&x, DIM_MAIL_SENDER,
	    "ann@far.example||0: 3 230 3 100 1-5 \n");
	test_assert_cells(&x, DIM_MAIL_RECIPIENT,
	    "a@x.example||0: 2 130 2 100 1-5 \n"
	    "b@x.example||0: 1 100 1 100 1-1 \n");
	test_tally_close(&x);
}

TEST(without_a_name_a_host_is_its_address)
{
	static const char *const none[] = { "", "Unknown", "." };
	struct test_tally x;

	test_tally_open(&x, DIM_BIT(DIM_MAIL_HOST));
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		struct event ev = sized(1, "<a@x.example>", 1);

		ev.host = str_from(none[i]);
		ev.client = STR("::ffff:192.0.2.7");
		add(&x, ev);
	}
	test_assert_cells(&x, DIM_MAIL_HOST, "192.0.2.7||0: 3 3 3 1 1-1 \n");
	test_tally_close(&x);
}

TEST(a_message_that_names_no_recipient_is_one_mail_of_no_receiver)
{
	struct test_tally x;

	test_tally_open(&x, DIM_BIT(DIM_MAIL) | DIM_BIT(DIM_MAIL_RECIPIENT));
	add(&x, sized(1, "", EVENT_NO_NUMBER));
	test_assert_cells(&x, DIM_MAIL, "0 ||0: 1 0 0\n");
	test_assert_cells(&x, DIM_MAIL_RECIPIENT, "");
	test_tally_close(&x);
}

TEST(countries_are_those_that_are_known)
{
	struct test_tally x;
	struct event ev = sized(1, "<a@x.example>", 10);

	test_tally_open(&x, DIM_BIT(DIM_MAIL_COUNTRY));
	add(&x, ev);
	ev.country = STR("DE");
	add(&x, ev);
	test_assert_cells(&x, DIM_MAIL_COUNTRY, "DE||0: 1 10 1 10 1-1 \n");
	test_tally_close(&x);
}

TEST(what_was_not_accepted_is_an_error_with_its_code)
{
	struct test_tally x;
	struct event ev;

	test_tally_open(&x, DIM_BIT(DIM_MAIL) | DIM_BIT(DIM_MAIL_ERROR));
	ev = test_denied(1, "spamassassin", "901", "spam");
	ev.bytes = 500;
	add(&x, ev);
	add(&x, test_denied(2, "dnsbl", "901", "listed"));
	add(&x, test_denied(3, "dnsbl", "902", "listed"));
	test_assert_cells(&x, DIM_MAIL, "");
	test_assert_cells(&x, DIM_MAIL_ERROR,
	    "901||2: 2 500 1 500\n"
	    "902||3: 1 0 0\n");
	test_tally_close(&x);
}

TEST(nothing_is_counted_that_nobody_asked_for)
{
	assert_int_equal(tally_wants(DIM_BIT(DIM_MAIL)),
	    EVENT_BIT(EVENT_TRANSACTION));
	assert_int_equal(tally_wants(DIM_BIT(DIM_MAIL_ERROR)),
	    EVENT_BIT(EVENT_TRANSACTION));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mail_is_one_message_for_one_recipient),
		cmocka_unit_test(without_a_name_a_host_is_its_address),
		cmocka_unit_test(a_message_that_names_no_recipient_is_one_mail_of_no_receiver),
		cmocka_unit_test(countries_are_those_that_are_known),
		cmocka_unit_test(what_was_not_accepted_is_an_error_with_its_code),
		cmocka_unit_test(nothing_is_counted_that_nobody_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
