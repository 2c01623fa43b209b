#include "trace/sentence.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/test.h"
#include "base/when.h"
#include "trace/queued.h"
#include "trace/story.h"

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

static void
assert_sentence(const struct story *s, const char *should)
{
	struct buf b = { 0 };

	sentence_add(&b, s, utc);
	buf_add_char(&b, '\0');
	if (strcmp(b.p, should) != 0)
		fail_msg("\"%s\"\nshould be\n\"%s\"", b.p, should);
	buf_clear(&b);
}

/* A story with the given verdict of which nothing is known. */
static struct story
unknown(enum story_verdict verdict)
{
	return (struct story){ .verdict = verdict, .time_ns = WHEN_NONE,
		.begun_ns = WHEN_NONE, .score_milli = EVENT_NO_NUMBER,
		.required_milli = EVENT_NO_NUMBER,
		.duration_ns = EVENT_NO_NUMBER };
}

static struct str one[] = { { "bob@example.org", 15 } };

/* One of which all is known. */
static struct story
known(enum story_verdict verdict)
{
	struct story s = unknown(verdict);

	s.stage = STAGE_DATA;
	s.time_ns = INT64_C(1767225605) * WHEN_SECOND;
	s.client = STR("192.0.2.1");
	s.host = STR("mx.example.net");
	s.sender = STR("ann@example.net");
	s.recipients = one;
	s.n_recipients = 1;
	s.message_id = STR("<1@example.net>");
	s.duration_ns = INT64_C(1500000000);
	return s;
}

#define SENT "mx.example.net (192.0.2.1) sent the message <1@example.net> " \
	"from ann@example.net to bob@example.org at 2026-01-01 00:00:05; "
#define TRIED "mx.example.net (192.0.2.1) tried to send a message from " \
	"ann@example.net to bob@example.org at 2026-01-01 00:00:05; "
#define AT (INT64_C(1767225605) * WHEN_SECOND)
#define HANDED "the server accepted it and handed it to the queue"
#define LOG "; what became of it since is in the queue's log."

TEST(an_accepted_message_is_in_the_queue)
{
	struct story s = known(STORY_ACCEPTED);

	assert_sentence(&s, SENT "the server accepted it and handed it to the "
	    "queue; the connection took 1.5s" LOG);
	s.queue_id = STR("77");
	s.score_milli = 2100;
	assert_sentence(&s, SENT "the server accepted it with a spam score of "
	    "2.1 and handed it to the queue as process 77 of qmail-queue; the "
	    "connection took 1.5s" LOG);
	s.required_milli = 5000;
	s.authenticated = true;
	s.duration_ns = EVENT_NO_NUMBER;
	assert_sentence(&s, "mx.example.net (192.0.2.1), logged in, sent the "
	    "message <1@example.net> from ann@example.net to bob@example.org at "
	    "2026-01-01 00:00:05; the server accepted it with a spam score of "
	    "2.1 (limit 5.0) and handed it to the queue as process 77 of "
	    "qmail-queue" LOG);
}

TEST(that_no_plugin_objected_is_said_only_if_some_were_asked)
{
	struct story s = known(STORY_ACCEPTED);
	struct story_line lines[] = { { .mark = MARK_PASS },
		{ .mark = MARK_SKIP } };

	s.duration_ns = EVENT_NO_NUMBER;
	s.lines = lines;
	s.n_lines = 2;
	assert_sentence(&s, SENT "no plugin objected, so the server accepted it "
	    "and handed it to the queue" LOG);
	lines[1].mark = MARK_FAIL;
	assert_sentence(&s, SENT "the server accepted it and handed it to the "
	    "queue" LOG);
}

TEST(recipients_that_were_refused_are_told)
{
	struct story s = known(STORY_ACCEPTED);
	struct story_refused refused[] = {
		{ STR("x@example.org"), STR("badrcptto"), STR("no such user") },
		{ STR("y@example.org"), STR(""), STR("odd") },
		{ STR("z@example.org"), STR("rcpt_ok"), STR("") },
	};

	s.duration_ns = EVENT_NO_NUMBER;
	s.refused = refused;
	s.n_refused = 1;
	assert_sentence(&s, SENT "the server accepted it, but not for "
	    "x@example.org (badrcptto: no such user), and handed it to the "
	    "queue" LOG);
	s.n_refused = 2;
	assert_sentence(&s, SENT "the server accepted it, but not for "
	    "x@example.org (badrcptto: no such user) and 1 other, and handed it "
	    "to the queue" LOG);
	s.n_refused = 3;
	assert_sentence(&s, SENT "the server accepted it, but not for "
	    "x@example.org (badrcptto: no such user) and 2 others, and handed "
	    "it to the queue" LOG);
	s.refused++;
	s.n_refused = 1;
	assert_sentence(&s, SENT "the server accepted it, but not for "
	    "y@example.org (odd), and handed it to the queue" LOG);
	s.refused++;
	assert_sentence(&s, SENT "the server accepted it, but not for "
	    "z@example.org (rcpt_ok), and handed it to the queue" LOG);
}

TEST(what_the_queue_knows_ends_the_sentence)
{
	struct queued_recipient to[] = {
		{ .address = STR("c@d"), .fate = FATE_DELIVERED, .attempts = 1,
		    .last_ns = AT, .next_ns = WHEN_NONE },
		{ .address = STR("e@f"), .fate = FATE_FAILED, .attempts = 2,
		    .last_ns = AT, .next_ns = WHEN_NONE,
		    .text = STR("192.0.2.1_failed_on_DATA_command./"
			"Remote_host_said:_550_no_such_user/"
			"Giving_up_on_192.0.2.1./") },
		{ .address = STR("g@h"), .fate = FATE_WAITING, .attempts = 3,
		    .last_ns = AT, .next_ns = AT,
		    .text = STR("mailbox_full/") },
	};
	struct queued q = { .number = STR("43"), .qp = STR("501"),
		.recipients = to, .n_recipients = 1, .done = true };
	struct queued *queue[] = { &q };
	struct story s = known(STORY_DELIVERED);

	s.duration_ns = EVENT_NO_NUMBER;
	s.queue = queue;
	s.n_queue = 1;
	assert_sentence(&s, SENT HANDED "; it was delivered to c@d at "
	    "2026-01-01 00:00:05.");
	s.verdict = STORY_BOUNCED;
	q.n_recipients = 2;
	assert_sentence(&s, SENT HANDED "; it was delivered to c@d at "
	    "2026-01-01 00:00:05; it could not be delivered to e@f after 2 "
	    "attempts (\"550 no such user\").");
	s.verdict = STORY_QUEUED;
	q.n_recipients = 3;
	q.done = false;
	assert_sentence(&s, SENT HANDED "; it was delivered to c@d at "
	    "2026-01-01 00:00:05; it could not be delivered to e@f after 2 "
	    "attempts (\"550 no such user\"); for g@h it is still in the queue "
	    "after 3 attempts (\"mailbox full\"), and is due for its next try at "
	    "2026-01-01 00:00:05.");
	q.origin = ORIGIN_LIKELY;
	q.n_recipients = 0;
	assert_sentence(&s, SENT HANDED "; it is likely message 43 of the queue, "
	    "by sender, recipient and time, for no process id was told; it is "
	    "in the queue and has not been tried yet.");
}

TEST(a_rejected_message_says_by_whom_and_why)
{
	struct story s = known(STORY_REJECTED);

	s.by = STR("spamassassin");
	s.code = STR("901");
	s.reason = STR("spam score exceeded threshold");
	assert_sentence(&s, TRIED "the plugin spamassassin refused it for good "
	    "when it handed over the message (901): \"spam score exceeded "
	    "threshold\"; the connection took 1.5s; nothing of it is here, and "
	    "the sending side knows.");
	s.score_milli = 16400;
	s.duration_ns = EVENT_NO_NUMBER;
	assert_sentence(&s, TRIED "the plugin spamassassin refused it for good "
	    "when it handed over the message (901): \"spam score exceeded "
	    "threshold\", with a spam score of 16.4; nothing of it is here, and "
	    "the sending side knows.");
	s.score_milli = EVENT_NO_NUMBER;
	s.duration_ns = INT64_C(1500000000);
	s.by = str_none();
	s.reason = STR("");
	s.code = STR("552");
	s.stage = STAGE_MAIL;
	assert_sentence(&s, TRIED "the server refused it for good when it named "
	    "the sender (552); the connection took 1.5s; nothing of it is here, "
	    "and the sending side knows.");
}

TEST(a_deferred_message_is_still_with_the_sender)
{
	struct story s = known(STORY_DEFERRED);

	s.stage = STAGE_RCPT;
	s.by = STR("greylisting");
	s.code = STR("902");
	assert_sentence(&s, TRIED "the plugin greylisting refused it for now "
	    "when it named the recipient (902); the connection took 1.5s; the "
	    "message is still with the sending side, which may try again.");
}

TEST(refused_at_once_it_names_no_message)
{
	struct story s = unknown(STORY_REJECTED);

	s.client = STR("192.0.2.1");
	s.host = STR("Unknown");
	s.time_ns = INT64_C(1767225605) * WHEN_SECOND;
	s.stage = STAGE_CONNECT;
	s.by = STR("dnsbl");
	s.code = STR("903");
	s.reason = STR("listed");
	assert_sentence(&s, "192.0.2.1 connected at 2026-01-01 00:00:05 and the "
	    "plugin dnsbl refused it for good when it connected (903): "
	    "\"listed\"; no message was named, and none was taken.");
	s.verdict = STORY_DEFERRED;
	s.stage = STAGE_HELO;
	assert_sentence(&s, "192.0.2.1 connected at 2026-01-01 00:00:05 and the "
	    "plugin dnsbl refused it for now after it gave its name (903): "
	    "\"listed\"; no message was named, and the client may try again.");
}

TEST(an_unfinished_story_says_how_far_it_came)
{
	struct story s = known(STORY_UNFINISHED);

	assert_sentence(&s, "mx.example.net (192.0.2.1) began to send a message "
	    "from ann@example.net to bob@example.org at 2026-01-01 00:00:05 but "
	    "left before it was complete; nothing was decided; the connection "
	    "took 1.5s; no message was taken.");
	s.open = true;
	assert_sentence(&s, "mx.example.net (192.0.2.1) began to send a message "
	    "from ann@example.net to bob@example.org at 2026-01-01 00:00:05; "
	    "the log does not show how it went on, and nothing was decided "
	    "yet.");
	s.sender = str_none();
	s.n_recipients = 0;
	assert_sentence(&s, "mx.example.net (192.0.2.1) connected at 2026-01-01 "
	    "00:00:05; the log does not show how it went on, and no message was "
	    "named yet.");
	s.open = false;
	assert_sentence(&s, "mx.example.net (192.0.2.1) connected at 2026-01-01 "
	    "00:00:05 and left without naming a message; nothing was decided; "
	    "the connection took 1.5s.");
}

TEST(what_is_not_known_is_left_out)
{
	static const char *const should[STORY_VERDICTS] = {
		[STORY_UNFINISHED] = "An unknown client connected and left "
		    "without naming a message; nothing was decided.",
		[STORY_ACCEPTED] = "An unknown client sent a message; the server "
		    "accepted it and handed it to the queue" LOG,
		[STORY_REJECTED] = "An unknown client connected and the server "
		    "refused it for good before a word was said; no message was "
		    "named, and none was taken.",
		[STORY_DEFERRED] = "An unknown client connected and the server "
		    "refused it for now before a word was said; no message was "
		    "named, and the client may try again.",
		[STORY_QUEUED] = "An unknown client sent a message; the server "
		    "accepted it and handed it to the queue.",
		[STORY_DELIVERED] = "An unknown client sent a message; the "
		    "server accepted it and handed it to the queue.",
		[STORY_BOUNCED] = "An unknown client sent a message; the server "
		    "accepted it and handed it to the queue.",
	};

	for (int v = 0; v < STORY_VERDICTS; v++) {
		struct story s = unknown((enum story_verdict)v);

		assert_sentence(&s, should[v]);
	}
}

TEST(up_to_three_recipients_are_named_more_are_counted)
{
	struct str many[] = { STR("a@x"), STR("b@x"), STR("c@x"), STR("d@x"),
		STR("e@x") };
	struct story s = unknown(STORY_ACCEPTED);

	s.recipients = many;
	s.n_recipients = 2;
	assert_sentence(&s, "An unknown client sent a message to a@x and b@x; "
	    "the server accepted it and handed it to the queue" LOG);
	s.n_recipients = 3;
	assert_sentence(&s, "An unknown client sent a message to a@x, b@x and "
	    "c@x; the server accepted it and handed it to the queue" LOG);
	s.n_recipients = 5;
	assert_sentence(&s, "An unknown client sent a message to a@x, b@x and 3 "
	    "others; the server accepted it and handed it to the queue" LOG);
}

TEST(of_several_recipients_one_was_refused)
{
	struct str two[] = { STR("a@x"), STR("b@x") };
	struct story s = unknown(STORY_REJECTED);

	s.recipients = two;
	s.n_recipients = 2;
	s.stage = STAGE_RCPT;
	assert_sentence(&s, "An unknown client tried to send a message to a@x "
	    "and b@x; the server refused it for good when it named a recipient; "
	    "nothing of it is here, and the sending side knows.");
}

TEST(the_null_sender_has_a_name)
{
	struct story s = unknown(STORY_ACCEPTED);

	s.sender = STR("");
	s.message_id = STR("<>");
	assert_sentence(&s, "An unknown client sent a message from the null "
	    "sender <>; the server accepted it and handed it to the queue" LOG);
}

TEST(long_texts_are_cut_between_characters)
{
	struct story s = unknown(STORY_REJECTED);
	struct buf reason = { 0 }, sentence = { 0 };

	buf_add_char(&reason, 'x');
	for (int i = 0; i < 500; i++)
		buf_add_str(&reason, STR("\xc3\xa4"));
	s.reason = buf_str(&reason);
	s.by = s.reason;
	sentence_add(&sentence, &s, utc);
	assert_true(sentence.n < 600);
	/* 199 bytes: the two of the next character would be 201. */
	buf_add_char(&sentence, '\0');
	assert_non_null(strstr(sentence.p, "\xc3\xa4...\""));
	buf_clear(&reason);
	buf_clear(&sentence);
}

TEST(brackets_and_braces_in_the_log_are_text)
{
	struct story s = unknown(STORY_REJECTED);

	s.by = STR("[{client}|x]");
	s.reason = STR("{by}");
	assert_sentence(&s, "An unknown client connected and the plugin "
	    "[{client}|x] refused it for good before a word was said: "
	    "\"{by}\"; no message was named, and none was taken.");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_accepted_message_is_in_the_queue),
		cmocka_unit_test(
		    that_no_plugin_objected_is_said_only_if_some_were_asked),
		cmocka_unit_test(recipients_that_were_refused_are_told),
		cmocka_unit_test(what_the_queue_knows_ends_the_sentence),
		cmocka_unit_test(a_rejected_message_says_by_whom_and_why),
		cmocka_unit_test(a_deferred_message_is_still_with_the_sender),
		cmocka_unit_test(refused_at_once_it_names_no_message),
		cmocka_unit_test(an_unfinished_story_says_how_far_it_came),
		cmocka_unit_test(what_is_not_known_is_left_out),
		cmocka_unit_test(
		    up_to_three_recipients_are_named_more_are_counted),
		cmocka_unit_test(of_several_recipients_one_was_refused),
		cmocka_unit_test(the_null_sender_has_a_name),
		cmocka_unit_test(long_texts_are_cut_between_characters),
		cmocka_unit_test(brackets_and_braces_in_the_log_are_text),
	};

	return cmocka_run_group_tests(tests, open_zone, close_zone);
}
