#include "trace/what.h"

#include "base/err.h"
#include "base/test.h"
#include "base/when.h"
#include "trace/conversation.h"
#include "trace/story.h"

#define NOW (INT64_C(1767225600) * WHEN_SECOND) /* 2026-01-01 */

static struct zone *utc;

static int
open_zone(void **state)
{
	(void)state;
	return zone_open(&utc, "UTC", NULL);
}

static int
close_zone(void **state)
{
	(void)state;
	zone_close(&utc);
	return 0;
}

static struct what
parsed(const char *text, const char *as)
{
	struct what w;
	struct err err;

	if (what_parse(&w, text, as, NOW, utc, &err) < 0)
		fail_msg("%s", err.text);
	return w;
}

static void
assert_kind(const char *text, enum what_kind kind, const char *inner)
{
	struct what w = parsed(text, NULL);

	if (w.kind != kind)
		fail_msg("\"%s\" is taken for a %s", text,
		    what_kind_names[w.kind]);
	if (inner)
		assert_str(w.text, inner);
}

static void
assert_refused(const char *text, const char *as, const char *why)
{
	struct what w;
	struct err err;

	assert_int_equal(what_parse(&w, text, as, NOW, utc, &err), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	if (strstr(err.text, why) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", err.text, why);
}

TEST(what_is_meant_is_seen_from_the_form)
{
	assert_kind("<1@example.org>", WHAT_MESSAGE_ID, "1@example.org");
	assert_kind("ann@example.org", WHAT_ADDRESS, "ann@example.org");
	assert_kind("@example.org", WHAT_ADDRESS, "@example.org");
	assert_kind("*@*.example.org", WHAT_ADDRESS, NULL);
	assert_kind("192.0.2.1", WHAT_CLIENT, NULL);
	assert_kind("192.0.2.0/24", WHAT_CLIENT, NULL);
	assert_kind("2001:db8::1", WHAT_CLIENT, NULL);
	assert_kind("26351@2026-03-29 09:58", WHAT_PROCESS, "26351");
	assert_kind("26351@-2h", WHAT_PROCESS, "26351");
	assert_kind("26351@@400000006955b90b02b91f21", WHAT_PROCESS, "26351");
	assert_kind("qp 26343", WHAT_QUEUE_ID, "26343");
	assert_kind("qp26343", WHAT_QUEUE_ID, "26343");
	assert_kind("26351", WHAT_NUMBER, "26351");
	assert_kind(" 26351 ", WHAT_NUMBER, "26351");
}

TEST(a_number_before_an_at_may_be_an_address)
{
	assert_kind("26351@example.org", WHAT_ADDRESS, "26351@example.org");
}

TEST(the_kind_can_be_said)
{
	struct what w = parsed("26351", "process");

	assert_int_equal(w.kind, WHAT_PROCESS);
	assert_int_equal(w.time_ns, WHEN_NONE);
	assert_int_equal(parsed("26351", "queue-id").kind, WHAT_QUEUE_ID);
	assert_int_equal(parsed("a b", "message-id").kind, WHAT_MESSAGE_ID);
	assert_str(parsed("<a@b>", "address").text, "a@b");
	assert_str(parsed("<>", "address").text, "");
}

TEST(what_has_no_known_form_is_refused_with_the_forms_there_are)
{
	assert_refused("example.org", NULL, "PID@TIME");
	assert_refused("", NULL, "--as KIND");
	assert_refused("x", "nonsense", "there are message-id");
	assert_refused("300.1.1.1", "client", "no client");
	assert_refused("1@never", "process", "no process");
	assert_refused("<>", NULL, "neither");
}

TEST(an_address_is_the_senders_a_recipients_or_a_refused_ones)
{
	struct str recipients[] = { STR("Bob@Example.org") };
	struct story_refused refused[] = { { .recipient = STR("no@example.org") } };
	struct story s = { .sender = STR("ann@example.net"),
		.recipients = recipients, .n_recipients = 1,
		.refused = refused, .n_refused = 1,
		.message_id = STR("<1@mail.example.net>") };
	struct what w = parsed("bob@example.ORG", NULL);

	assert_true(what_matches(&w, &s));
	w = parsed("ann@example.net", NULL);
	assert_true(what_matches(&w, &s));
	w = parsed("no@example.org", NULL);
	assert_true(what_matches(&w, &s));
	w = parsed("@example.org", NULL);
	assert_true(what_matches(&w, &s));
	w = parsed("b*@example.*", NULL);
	assert_true(what_matches(&w, &s));
	w = parsed("@ample.org", NULL);
	assert_false(what_matches(&w, &s));
	w = parsed("1@mail.example.net", NULL);
	assert_true(what_matches(&w, &s));
	w = parsed("1@mail.example.net", "address");
	assert_false(what_matches(&w, &s));
}

TEST(the_null_sender_can_be_asked_for)
{
	struct story s = { .sender = STR("") };
	struct what w = parsed("<>", "address");

	assert_true(what_matches(&w, &s));
	s.sender = str_none();
	assert_false(what_matches(&w, &s));
}

TEST(a_message_id_is_exact)
{
	struct story s = { .message_id = STR("<1@example.net>") };
	struct what w = parsed("<1@example.net>", NULL);

	assert_true(what_matches(&w, &s));
	w = parsed("<1@EXAMPLE.net>", NULL);
	assert_false(what_matches(&w, &s));
	s.message_id = str_none();
	assert_false(what_matches(&w, &s));
}

TEST(a_client_is_in_its_network)
{
	struct story s = { .client = STR("192.0.2.77") };
	struct what w = parsed("192.0.2.0/24", NULL);

	assert_true(what_matches(&w, &s));
	w = parsed("192.0.2.7", NULL);
	assert_false(what_matches(&w, &s));
	s.client = str_none();
	assert_false(what_matches(&w, &s));
	s.client = STR("2001:db8:0:0::1");
	w = parsed("2001:db8::1", NULL);
	assert_true(what_matches(&w, &s));
}

TEST(a_process_is_meant_within_a_minute)
{
	struct story_line line = { .time_ns = NOW + 10 * WHEN_SECOND };
	struct story s = { .pid = STR("26351"), .begun_ns = NOW,
		.lines = &line, .n_lines = 1 };
	struct what w = parsed("26351@2026-01-01 00:01", NULL);

	assert_true(what_matches(&w, &s));
	w = parsed("26351@2026-01-01 00:01:11", NULL);
	assert_false(what_matches(&w, &s));
	w = parsed("26351@2025-12-31 23:59", NULL);
	assert_true(what_matches(&w, &s));
	w = parsed("26351@2025-12-31 23:58:59", NULL);
	assert_false(what_matches(&w, &s));
	w = parsed("26352@2026-01-01", NULL);
	assert_false(what_matches(&w, &s));
}

TEST(a_number_is_a_process_or_a_queue_id)
{
	struct story s = { .pid = STR("11"), .queue_id = STR("12") };
	struct what w = parsed("11", NULL);

	assert_true(what_matches(&w, &s));
	w = parsed("12", NULL);
	assert_true(what_matches(&w, &s));
	w = parsed("qp 12", NULL);
	assert_true(what_matches(&w, &s));
	w = parsed("qp 11", NULL);
	assert_false(what_matches(&w, &s));
}

TEST(the_quick_look_passes_all_that_may_match)
{
	struct conversation c = { .pid = STR("11"), .client = STR("192.0.2.7"),
		.text = STR("to <Bob@Example.org> <1@x> qp 77") };
	static const char *const in[] = { "bob@example.org", "<1@x>", "qp 77",
		"77", "11", "192.0.2.0/24", "*@other", "@example.org", NULL };
	static const char *const out[] = { "ann@example.org", "<2@x>", "qp 78",
		"12", "192.0.2.8", "12@-1h", NULL };

	for (size_t i = 0; in[i]; i++) {
		struct what w = parsed(in[i], NULL);

		if (!what_may_be_in(&w, &c))
			fail_msg("%s is passed over", in[i]);
	}
	for (size_t i = 0; out[i]; i++) {
		struct what w = parsed(out[i], NULL);

		if (what_may_be_in(&w, &c))
			fail_msg("%s is not passed over", out[i]);
	}
	/* Whom the parent refused is in no first line. */
	c.client = str_none();
	assert_true(what_may_be_in(&(struct what){ .kind = WHAT_CLIENT }, &c));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_meant_is_seen_from_the_form),
		cmocka_unit_test(a_number_before_an_at_may_be_an_address),
		cmocka_unit_test(the_kind_can_be_said),
		cmocka_unit_test(
		    what_has_no_known_form_is_refused_with_the_forms_there_are),
		cmocka_unit_test(
		    an_address_is_the_senders_a_recipients_or_a_refused_ones),
		cmocka_unit_test(the_null_sender_can_be_asked_for),
		cmocka_unit_test(a_message_id_is_exact),
		cmocka_unit_test(a_client_is_in_its_network),
		cmocka_unit_test(a_process_is_meant_within_a_minute),
		cmocka_unit_test(a_number_is_a_process_or_a_queue_id),
		cmocka_unit_test(the_quick_look_passes_all_that_may_match),
	};

	return cmocka_run_group_tests(tests, open_zone, close_zone);
}
