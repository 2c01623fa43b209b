#include "format/qpsmtpd_dialogue.h"

#include "base/test.h"
#include "format/format.h"

static struct dialogue
said(const char *text)
{
	struct dialogue d;

	qpsmtpd_dialogue(str_from(text), &d);
	return d;
}

static void
assert_said(const char *text, enum dialogue_kind kind, const char *argument)
{
	struct dialogue d = said(text);

	if (d.kind != kind)
		fail_msg("\"%s\" is of kind %d", text, (int)d.kind);
	assert_str(d.argument, argument);
}

TEST(commands_are_known_by_their_verb_in_any_case)
{
	assert_said("dispatching HELO mail.example.org", DIALOGUE_HELO,
	    "mail.example.org");
	assert_said("dispatching ehlo x", DIALOGUE_HELO, "x");
	assert_said("dispatching Mail From:<a@b>", DIALOGUE_MAIL, "a@b");
	assert_said("dispatching RCPT TO:<a@b>", DIALOGUE_RCPT, "a@b");
	assert_said("dispatching DATA", DIALOGUE_DATA, "");
	assert_said("dispatching QUIT\r", DIALOGUE_QUIT, "");
	assert_said("dispatching AUTH PLAIN ***", DIALOGUE_AUTH, "");
	assert_said("dispatching RSET", DIALOGUE_COMMAND, "");
	assert_said("dispatching XCLIENT a", DIALOGUE_COMMAND, "");
	assert_said("dispatching ", DIALOGUE_NONE, "");
}

TEST(the_address_of_a_path_stands_between_its_brackets)
{
	assert_said("dispatching MAIL FROM:<a@b> SIZE=100", DIALOGUE_MAIL, "a@b");
	assert_said("dispatching MAIL FROM: <a@b>", DIALOGUE_MAIL, "a@b");
	assert_said("dispatching MAIL FROM:<>", DIALOGUE_MAIL, "");
	assert_said("dispatching MAIL FROM:a@b X=1", DIALOGUE_MAIL, "a@b");
	assert_said("dispatching RCPT TO:<\"a>b\"@c>", DIALOGUE_RCPT, "\"a>b\"@c");
	assert_said("dispatching RCPT TO:<\"a\\\">b\"@c>", DIALOGUE_RCPT,
	    "\"a\\\">b\"@c");
	assert_said("dispatching RCPT TO:<never ends", DIALOGUE_RCPT,
	    "never ends");
	assert_said("dispatching RCPT TO:<\"never ends>", DIALOGUE_RCPT,
	    "\"never ends");
	assert_said("dispatching RCPT", DIALOGUE_RCPT, "");
}

TEST(a_reply_has_its_code_and_says_if_more_follows)
{
	struct dialogue d = said("250-mail.example.org Hi");

	assert_int_equal(d.kind, DIALOGUE_REPLY);
	assert_int_equal(d.code, 250);
	assert_true(d.more);
	assert_str(d.argument, "mail.example.org Hi");
	d = said("550 no");
	assert_int_equal(d.code, 550);
	assert_false(d.more);
	assert_str(d.argument, "no");
	d = said("354");
	assert_int_equal(d.code, 354);
	assert_str(d.argument, "");
}

TEST(what_only_looks_like_a_reply_is_none)
{
	assert_int_equal(said("2500 x").kind, DIALOGUE_NONE);
	assert_int_equal(said("150 x").kind, DIALOGUE_NONE);
	assert_int_equal(said("650 x").kind, DIALOGUE_NONE);
	assert_int_equal(said("25").kind, DIALOGUE_NONE);
	assert_int_equal(said("(connect) dnsbl: pass").kind, DIALOGUE_NONE);
	assert_int_equal(said("").kind, DIALOGUE_NONE);
}

TEST(the_reply_to_a_queued_message_names_the_queues_process)
{
	assert_str(said("250 Queued! 1469519342 qp 5322 <a@b>").queue_id, "5322");
	assert_str(said("250 Queued! 1469519342 qp 5322").queue_id, "5322");
	assert_null(said("250 Hi qp 5322").queue_id.p);
	assert_null(said("250 Queued! 1 qp x").queue_id.p);
	assert_null(said("250 Queued! <1 qp 2@example.org>").queue_id.p);
	assert_null(said("250 Queued! <a@b>").queue_id.p);
}

TEST(a_client_that_went_away_in_the_middle_did_not_wait_for_the_reply)
{
	assert_true(said("451 Incomplete DATA").client_gone);
	assert_false(said("451 Incomplete DATA, she said").client_gone);
}

TEST(the_line_of_the_process_that_queues_is_known)
{
	assert_int_equal(said("(queue) queue::qmail_2dqueue: (for 3947) Queuing "
	    "to /var/qmail/bin/qmail-queue").kind, DIALOGUE_QUEUING);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_are_known_by_their_verb_in_any_case),
		cmocka_unit_test(
		    the_address_of_a_path_stands_between_its_brackets),
		cmocka_unit_test(a_reply_has_its_code_and_says_if_more_follows),
		cmocka_unit_test(what_only_looks_like_a_reply_is_none),
		cmocka_unit_test(
		    the_reply_to_a_queued_message_names_the_queues_process),
		cmocka_unit_test(
		    a_client_that_went_away_in_the_middle_did_not_wait_for_the_reply),
		cmocka_unit_test(the_line_of_the_process_that_queues_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
