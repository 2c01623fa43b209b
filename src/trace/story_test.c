#include "trace/story.h"

#include "base/buf.h"
#include "base/test.h"
#include "base/when.h"
#include "format/format.h"
#include "trace/conversation.h"

/* What the stories of a log are, one a line, as text. */
static struct buf told;

static void
tell_people(const struct story *s)
{
	buf_add_char(&told, ' ');
	if (s->sender.p == NULL)
		buf_add_char(&told, '-');
	else
		buf_add_str(&told, s->sender.n ? s->sender : STR("<>"));
	buf_add_char(&told, '>');
	for (size_t i = 0; i < s->n_recipients; i++) {
		buf_add_str(&told, i ? STR(",") : STR(""));
		buf_add_str(&told, s->recipients[i]);
	}
	for (size_t i = 0; i < s->n_refused; i++) {
		buf_add_str(&told, STR(" !"));
		buf_add_str(&told, s->refused[i].recipient);
		buf_add_char(&told, '/');
		buf_add_str(&told, s->refused[i].by);
		buf_add_char(&told, '/');
		buf_add_str(&told, s->refused[i].reason);
	}
}

static void
tell(void *ctx, const struct conversation *c)
{
	struct story_maker m = { .format = &format_qpsmtpd,
		.stream = STR("log") };
	struct arena a = { 0 };
	struct story *stories;
	size_t n;

	(void)ctx;
	stories = stories_of(&m, c, &a, &n);
	for (size_t i = 0; i < n; i++) {
		const struct story *s = &stories[i];

		buf_printf(&told, "%s %d", story_verdict_name(s->verdict),
		    (int)s->stage);
		tell_people(s);
		buf_printf(&told, " by=%.*s code=%.*s why=%.*s",
		    STR_ARG(s->by), STR_ARG(s->code), STR_ARG(s->reason));
		if (s->queue_id.n > 0)
			buf_printf(&told, " qp=%.*s", STR_ARG(s->queue_id));
		buf_printf(&told, "%s lines=%zu\n", s->open ? " open" : "",
		    s->n_lines);
	}
	arena_clear(&a);
}

static void
assert_stories(const char *log, const char *should)
{
	struct conversations_options o = { .format = &format_qpsmtpd,
		.year = 2026, .all = true };
	struct conversations *cs = conversations_new(&o, tell, NULL);
	struct buf b = { 0 };

	buf_reset(&told);
	buf_add_str(&b, str_from(log));
	buf_add_repeated(&b, '\n', FORMAT_SLACK);
	conversations_block(cs, str_make(b.p, b.n - FORMAT_SLACK), 0);
	conversations_finish(cs);
	conversations_free(&cs);
	buf_clear(&b);
	buf_reserve(&told, 1);
	told.p[told.n] = '\0';
	if (strcmp(told.p, should) != 0)
		fail_msg("told\n%sshould be\n%s", told.p, should);
}

#define L "@400000006955b90100000000 11 "
#define BEGIN L "Accepted connection 0/40 from 192.0.2.1 / h.example\n" \
	L "220 hello\n" L "dispatching EHLO c.example\n" L "250-hi\n" L "250 x\n"
#define END L "dispatching QUIT\n" L "221 bye\n" \
	L "(post-connection) connection_time: 1.5 s.\n"
#define MAIL(a) L "dispatching MAIL FROM:<" a ">\n" L "250 ok\n"
#define RCPT(a) L "dispatching RCPT TO:<" a ">\n" L "250 ok\n"
#define DATA L "dispatching DATA\n" L "354 go ahead\n"
#define RECORD(hook, people, what) \
	L "(" hook ") logging::logterse: ` 192.0.2.1\th.example\tc.example\t" \
	people "\t" what "\n"
#define QUEUED(people) RECORD("queue", people, "queued\t\t<id@x>")

TEST(a_message_that_was_queued_is_accepted)
{
	assert_stories(BEGIN MAIL("a@b") RCPT("c@d") DATA
	    QUEUED("<a@b>\t<c@d>") L "250 Queued! 1 qp 77 <id@x>\n" END,
	    "accepted 5 a@b>c@d by= code= why= qp=77 lines=16\n");
}

TEST(each_message_of_a_connection_is_a_story_with_head_and_tail)
{
	assert_stories(BEGIN
	    MAIL("a@b") RCPT("c@d") DATA QUEUED("<a@b>\t<c@d>")
	    L "250 Queued! 1 qp 77 <id@x>\n"
	    MAIL("e@f") RCPT("g@h")
	    RECORD("deny", "<e@f>\t", "rcpt_ok\t901\tno relay") END,
	    "accepted 5 a@b>c@d by= code= why= qp=77 lines=16\n"
	    "rejected 4 e@f>g@h by=rcpt_ok code=901 why=no relay lines=13\n");
}

TEST(a_refused_recipient_does_not_refuse_the_message)
{
	assert_stories(BEGIN MAIL("a@b") RCPT("c@d")
	    L "dispatching RCPT TO:<no@d>\n"
	    RECORD("deny", "<a@b>\t<c@d>", "badrcptto\t901\tno such user")
	    L "550 no such user\n"
	    L "dispatching RCPT TO:<odd\n" L "501 could not parse\n"
	    DATA QUEUED("<a@b>\t<c@d>") L "250 Queued!\n" END,
	    "accepted 5 a@b>c@d !no@d/badrcptto/no such user "
	    "!odd//could not parse by= code= why= lines=21\n");
}

TEST(if_all_recipients_are_refused_so_is_the_message)
{
	assert_stories(BEGIN MAIL("a@b") L "dispatching RCPT TO:<no@d>\n"
	    RECORD("deny", "<a@b>\t", "badrcptto\t902\tlater")
	    L "450 later\n" END,
	    "deferred 4 a@b>no@d by=badrcptto code=902 why=later lines=13\n");
}

TEST(what_is_refused_at_once_has_neither_sender_nor_recipient)
{
	assert_stories(L "Accepted connection 0/40 from 192.0.2.1 / h\n"
	    L "(deny) logging::logterse: ` 192.0.2.1\th\t\t\t\tdnsbl\t903\t"
	    "listed\n" L "550 listed\n" L "click, disconnecting\n"
	    L "(post-connection) connection_time: 1.5 s.\n",
	    "rejected 1 -> by=dnsbl code=903 why=listed lines=5\n");
}

TEST(a_refusal_at_mail_names_the_sender_that_the_command_named)
{
	assert_stories(BEGIN L "dispatching MAIL FROM:<a@b>\n"
	    RECORD("deny", "\t", "rhsbl\t901\tlisted") L "550 listed\n" END,
	    "rejected 3 a@b> by=rhsbl code=901 why=listed lines=11\n");
}

TEST(a_plugin_that_refuses_the_data_refuses_the_message)
{
	assert_stories(BEGIN MAIL("a@b") RCPT("c@d") RCPT("e@f") DATA
	    RECORD("deny", "<a@b>\t<c@d>,<e@f>", "spamassassin\t901\tspam")
	    L "552 spam\n" END,
	    "rejected 5 a@b>c@d,e@f by=spamassassin code=901 why=spam "
	    "lines=18\n");
}

TEST(the_queue_may_refuse_what_the_record_called_queued)
{
	assert_stories(BEGIN MAIL("a@b") RCPT("c@d") DATA
	    QUEUED("<a@b>\t<c@d>") L "451 Unable to queue message\n" END,
	    "deferred 5 a@b>c@d by= code=451 why=Unable to queue message "
	    "lines=16\n");
	assert_stories(BEGIN MAIL("a@b") RCPT("c@d") DATA
	    QUEUED("<a@b>\t<c@d>")
	    RECORD("deny", "<a@b>\t<c@d>", "queue::x\t902\tfull")
	    L "451 full\n" END,
	    "deferred 5 a@b>c@d by=queue::x code=902 why=full lines=17\n");
}

TEST(what_is_denied_after_the_message_was_taken_does_not_touch_it)
{
	assert_stories(BEGIN MAIL("a@b") RCPT("c@d") DATA
	    QUEUED("<a@b>\t<c@d>") L "250 Queued!\n"
	    L "dispatching FOO\n"
	    RECORD("deny", "\t", "count_unrecognized_commands\t903\tenough")
	    L "521 enough\n" END,
	    "accepted 5 a@b>c@d by= code= why= lines=19\n");
}

TEST(a_reply_refuses_where_no_plugin_tells_of_it)
{
	assert_stories(BEGIN L "dispatching MAIL FROM:<a@b> SIZE=9999999\n"
	    L "552 too large\n" END,
	    "rejected 3 a@b> by= code=552 why=too large lines=10\n");
	assert_stories(BEGIN L "dispatching AUTH LOGIN\n" L "334 a\n"
	    L "dispatching abc\n" L "535 wrong\n" END,
	    "rejected 2 -> by= code=535 why=wrong lines=12\n");
	assert_stories(BEGIN L "dispatching AUTH PLAIN ***\n" L "535 wrong\n"
	    L "dispatching AUTH PLAIN ***\n" L "235 right\n" END,
	    "unfinished 2 -> by= code= why= lines=12\n");
}

TEST(a_client_that_leaves_in_the_middle_leaves_it_unfinished)
{
	assert_stories(BEGIN MAIL("a@b") RCPT("c@d") DATA
	    L "451 Incomplete DATA\n"
	    L "(post-connection) connection_time: 1.5 s.\n",
	    "unfinished 5 a@b>c@d by= code= why= lines=13\n");
	assert_stories(BEGIN END, "unfinished 2 -> by= code= why= lines=8\n");
}

TEST(a_connection_whose_end_the_log_lacks_is_open)
{
	assert_stories(BEGIN MAIL("a@b"),
	    "unfinished 3 a@b> by= code= why= open lines=7\n");
}

TEST(without_a_dialogue_records_tell_messages_apart)
{
	assert_stories(L "Accepted connection 0/40 from 192.0.2.1 / h\n"
	    RECORD("deny", "<a@b>\t<c@d>",
		"check_goodrcptto\t901\tinvalid recipient no@d")
	    QUEUED("<a@b>\t<c@d>")
	    RECORD("deny", "<e@f>\t", "spamassassin\t901\tspam")
	    L "(post-connection) connection_time: 1.5 s.\n",
	    "accepted 5 a@b>c@d !no@d/check_goodrcptto/"
	    "invalid recipient no@d by= code= why= lines=4\n"
	    "rejected 4 e@f> by=spamassassin code=901 why=spam lines=3\n");
	assert_stories(L "Accepted connection 0/40 from 192.0.2.1 / h\n"
	    RECORD("deny", "<e@f>\t<c@d>", "spamassassin\t901\tspam"),
	    "rejected 5 e@f>c@d by=spamassassin code=901 why=spam open "
	    "lines=2\n");
}

TEST(a_log_that_begins_in_a_message_tells_what_it_has)
{
	assert_stories(L "250 ok\n" DATA QUEUED("<a@b>\t<c@d>")
	    L "250 Queued!\n" END,
	    "accepted 5 a@b>c@d by= code= why= lines=8\n");
}

TEST(a_refusal_before_the_connection_is_a_story)
{
	assert_stories(
	    "@400000006955b90100000000 7 (pre-connection) hosts_allow: fail: "
	    "too many connections from 192.0.2.1 (6 > 5)\n"
	    "@400000006955b90100000000 7 (deny) logging::logterse: ` \t\t\t\t\t"
	    "hosts_allow\t902\ttoo many connections from 192.0.2.1, try again "
	    "later\n",
	    "deferred 0 -> by=hosts_allow code=902 why=too many connections "
	    "from 192.0.2.1, try again later lines=2\n");
}

TEST(what_the_daemon_says_of_itself_is_no_story)
{
	assert_stories("@400000006955b90100000000 7 Listening on 0.0.0.0:25\n"
	    "@400000006955b90100000000 7 Running as user q, group q\n", "");
}

/* ---- lines, events ---- */

static void
look_at_lines(void *ctx, const struct conversation *c)
{
	struct story_maker m = { .format = &format_qpsmtpd,
		.stream = STR("log") };
	struct arena a = { 0 };
	size_t n, *seen = ctx;
	struct story *s = stories_of(&m, c, &a, &n);

	assert_int_equal(n, 1);
	assert_int_equal(s->lines[0].mark, MARK_CONNECT);
	assert_int_equal(s->lines[1].mark, MARK_PASS);
	assert_int_equal(s->lines[2].mark, MARK_FAIL);
	assert_int_equal(s->lines[3].mark, MARK_SKIP);
	assert_str(s->lines[4].text, "dispatching AUTH PLAIN ***");
	assert_int_equal(s->lines[6].mark, MARK_QUEUED);
	assert_str(s->lines[7].pid, "12");
	assert_str(s->queue_id, "12");
	assert_int_equal(s->events[s->n_events - 1].kind, EVENT_CLOSED);
	assert_true(s->authenticated);
	assert_int_equal(s->duration_ns, INT64_C(1500000000));
	assert_str(s->client, "192.0.2.1");
	for (size_t i = 0; i < s->n_events; i++)
		*seen |= EVENT_BIT(s->events[i].kind);
	arena_clear(&a);
}

TEST(lines_are_marked_and_masked_and_events_tell_of_the_queue)
{
	static const char log[] =
	    L "Accepted connection 0/40 from 192.0.2.1 / h\n"
	    L "(connect) dnsbl: pass\n" L "(connect) fcrdns: fail, none\n"
	    L "(connect) relay: skip, no match\n"
	    L "dispatching AUTH PLAIN AGEAYg==\n"
	    L "(auth-plain) auth::auth_flat_file: pass: clear match\n"
	    QUEUED("<a@b>\t<c@d>")
	    "@400000006955b90100000000 12 (queue) queue::q: (for 11) Queuing to "
	    "/q\n" L "dispatching DATA\n" L "354 go\n" L "250 Queued!\n"
	    L "(post-connection) connection_time: 1.5 s.\n";
	struct conversations_options o = { .format = &format_qpsmtpd,
		.all = true };
	size_t seen = 0;
	struct conversations *cs = conversations_new(&o, look_at_lines, &seen);
	struct buf b = { 0 };

	buf_add_str(&b, str_from(log));
	buf_add_repeated(&b, '\n', FORMAT_SLACK);
	conversations_block(cs, str_make(b.p, sizeof(log) - 1), 0);
	conversations_finish(cs);
	conversations_free(&cs);
	buf_clear(&b);
	assert_int_equal(seen, EVENT_BIT(EVENT_ACCEPTED) |
	    EVENT_BIT(EVENT_CHECK) | EVENT_BIT(EVENT_TRANSACTION) |
	    EVENT_BIT(EVENT_QUEUED) | EVENT_BIT(EVENT_CLOSED));
}

TEST(a_story_is_an_event_for_the_filters)
{
	struct str recipients[] = { STR("a@b"), STR("c@d") };
	struct story_refused refused[] = { { .recipient = STR("e@f") } };
	struct story s = { .verdict = STORY_ACCEPTED, .sender = STR(""),
		.recipients = recipients, .n_recipients = 2,
		.refused = refused, .n_refused = 1, .client = STR("192.0.2.1") };
	struct buf b = { 0 };
	struct event ev;

	story_event(&s, &b, &ev);
	assert_int_equal(ev.verdict, VERDICT_ACCEPTED);
	assert_str(ev.sender, "<>");
	assert_str(ev.recipients, "<a@b>,<c@d>,<e@f>");
	assert_str(ev.disposition, "queued");
	s = (struct story){ .verdict = STORY_REJECTED, .by = STR("dnsbl") };
	story_event(&s, &b, &ev);
	assert_int_equal(ev.verdict, VERDICT_REJECTED);
	assert_str(ev.disposition, "dnsbl");
	assert_null(ev.sender.p);
	assert_null(ev.recipients.p);
	assert_null(ev.client.p);
	buf_clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_that_was_queued_is_accepted),
		cmocka_unit_test(
		    each_message_of_a_connection_is_a_story_with_head_and_tail),
		cmocka_unit_test(
		    a_refused_recipient_does_not_refuse_the_message),
		cmocka_unit_test(
		    if_all_recipients_are_refused_so_is_the_message),
		cmocka_unit_test(
		    what_is_refused_at_once_has_neither_sender_nor_recipient),
		cmocka_unit_test(
		    a_refusal_at_mail_names_the_sender_that_the_command_named),
		cmocka_unit_test(
		    a_plugin_that_refuses_the_data_refuses_the_message),
		cmocka_unit_test(
		    the_queue_may_refuse_what_the_record_called_queued),
		cmocka_unit_test(
		    what_is_denied_after_the_message_was_taken_does_not_touch_it),
		cmocka_unit_test(a_reply_refuses_where_no_plugin_tells_of_it),
		cmocka_unit_test(
		    a_client_that_leaves_in_the_middle_leaves_it_unfinished),
		cmocka_unit_test(a_connection_whose_end_the_log_lacks_is_open),
		cmocka_unit_test(
		    without_a_dialogue_records_tell_messages_apart),
		cmocka_unit_test(
		    a_log_that_begins_in_a_message_tells_what_it_has),
		cmocka_unit_test(a_refusal_before_the_connection_is_a_story),
		cmocka_unit_test(what_the_daemon_says_of_itself_is_no_story),
		cmocka_unit_test(
		    lines_are_marked_and_masked_and_events_tell_of_the_queue),
		cmocka_unit_test(a_story_is_an_event_for_the_filters),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	buf_clear(&told);
	return failed;
}
