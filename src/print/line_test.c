#include "print/line.h"

#include "base/buf.h"
#include "base/test.h"
#include "base/when.h"
#include "print/json_event.h"

static const struct line_style bare = { .time = LINE_TIME_NONE };

static struct event
event_of(enum event_kind kind)
{
	struct event ev;

	event_init(&ev, kind, INT64_C(1772535863) * WHEN_SECOND);
	ev.pid = STR("28545");
	ev.client = STR("192.0.2.7");
	return ev;
}

static void
assert_line(const struct event *ev, const struct line_style *style,
    const char *should)
{
	struct buf b = { 0 };

	event_line(&b, ev, style);
	assert_string_equal(b.p, should);
	buf_clear(&b);
}

static void
assert_json(const struct event *ev, const char *should)
{
	struct buf b = { 0 };

	event_json(&b, ev);
	assert_string_equal(b.p, should);
	buf_clear(&b);
}

static struct event
denied(void)
{
	struct event ev = event_of(EVENT_TRANSACTION);

	ev.verdict = VERDICT_REJECTED;
	ev.disposition = STR("dnsbl");
	ev.code = STR("903");
	ev.sender = STR("<>");
	ev.recipients = STR("<a@b.example>,<c@d.example>");
	ev.text = STR("http://list.example/?ip=192.0.2.7");
	ev.trailer = STR("msg denied before queued");
	return ev;
}

TEST(each_kind_has_the_line_of_c_18)
{
	struct event ev = event_of(EVENT_ACCEPTED);

	ev.running = 4;
	ev.limit = 40;
	assert_line(&ev, &bare, "28545 192.0.2.7 4/40");
	ev = event_of(EVENT_TOO_MANY);
	ev.client = str_none();
	ev.running = ev.limit = 40;
	assert_line(&ev, &bare, "28545 - too-many 40>=40");
	ev = event_of(EVENT_TOO_MANY);
	ev.scope = LIMIT_CLIENT;
	ev.running = 6;
	ev.limit = 5;
	assert_line(&ev, &bare, "28545 192.0.2.7 too-many-from-ip 6>5");
	ev = denied();
	assert_line(&ev, &bare, "28545 192.0.2.7 dnsbl msg denied before queued");
	ev.verdict = VERDICT_ACCEPTED;
	ev.disposition = STR("queued");
	ev.trailer = STR("No, hits=-2.6 required=5.0_");
	assert_line(&ev, &bare,
	    "28545 192.0.2.7 queued No, hits=-2.6 required=5.0_");
	ev = event_of(EVENT_CLOSED);
	ev.duration_ns = 1566 * WHEN_SECOND / 1000;
	assert_line(&ev, &bare, "28545 192.0.2.7 1.566 sec.");
}

TEST(seconds_have_three_decimals_or_as_many_as_there_are)
{
	struct event ev = event_of(EVENT_CLOSED);

	ev.duration_ns = 12 * WHEN_SECOND;
	assert_line(&ev, &bare, "28545 192.0.2.7 12.000 sec.");
	ev.duration_ns = 1;
	assert_line(&ev, &bare, "28545 192.0.2.7 0.000000001 sec.");
	ev.duration_ns = -WHEN_SECOND / 2;
	assert_line(&ev, &bare, "28545 192.0.2.7 -0.500 sec.");
}

TEST(the_last_field_of_eight_is_the_text_of_a_denial)
{
	struct event ev = denied();

	ev.trailer = str_none();
	assert_line(&ev, &bare,
	    "28545 192.0.2.7 dnsbl http://list.example/?ip=192.0.2.7");
	ev.verdict = VERDICT_ACCEPTED;
	ev.disposition = STR("queued");
	assert_line(&ev, &bare, "28545 192.0.2.7 queued");
}

TEST(the_long_form_adds_sender_recipients_and_text)
{
	const struct line_style style = { .long_form = true };
	struct event ev = denied();

	assert_line(&ev, &style, "28545 192.0.2.7 dnsbl msg denied before "
	    "queued <> <a@b.example>,<c@d.example> "
	    "http://list.example/?ip=192.0.2.7");
	ev.sender = ev.recipients = ev.trailer = str_none();
	assert_line(&ev, &style, "28545 192.0.2.7 dnsbl "
	    "http://list.example/?ip=192.0.2.7 - -");
}

TEST(the_label_is_the_lines_own_or_made_of_its_time)
{
	const struct line_style style = { .time = LINE_TIME_LABEL };
	struct event ev = event_of(EVENT_CLOSED);

	ev.duration_ns = 0;
	ev.line = STR("@4000000069af603600000001 28545 x");
	assert_line(&ev, &style,
	    "@4000000069af603600000001 28545 192.0.2.7 0.000 sec.");
	ev.line = STR("Mar  3 11:04:23 mail qpsmtpd[28545]: x");
	ev.time_ns = INT64_C(1772535863) * WHEN_SECOND + 7;
	assert_line(&ev, &style,
	    "@4000000069a6c04100000007 28545 192.0.2.7 0.000 sec.");
	ev.time_ns = WHEN_NONE;
	assert_line(&ev, &style, "- 28545 192.0.2.7 0.000 sec.");
}

TEST(an_event_without_client_or_process_keeps_their_places)
{
	struct event ev = event_of(EVENT_REFUSED);

	ev.client = ev.pid = str_none();
	ev.text = STR("denied");
	assert_line(&ev, &bare, "- - refused denied");
}

TEST(only_the_end_that_nobody_saw_has_no_line)
{
	struct event ev = event_of(EVENT_CLOSED);

	assert_true(event_has_line(&ev));
	ev.unfinished = true;
	assert_false(event_has_line(&ev));
}

TEST(json_has_the_members_of_design_5_and_none_that_is_unknown)
{
	struct event ev = denied();

	ev.score_milli = -2600;
	assert_json(&ev, "{\"time\":\"2026-03-03T11:04:23Z\","
	    "\"kind\":\"transaction\",\"pid\":\"28545\","
	    "\"client\":\"192.0.2.7\",\"sender\":\"\","
	    "\"recipients\":[\"a@b.example\",\"c@d.example\"],"
	    "\"disposition\":\"dnsbl\",\"code\":\"903\","
	    "\"verdict\":\"rejected\","
	    "\"text\":\"http://list.example/?ip=192.0.2.7\","
	    "\"trailer\":\"msg denied before queued\",\"score\":-2.6}");
	ev = event_of(EVENT_CLOSED);
	ev.last_disposition = STR("dnsbl");
	ev.duration_ns = 1566 * WHEN_SECOND / 1000;
	assert_json(&ev, "{\"time\":\"2026-03-03T11:04:23Z\","
	    "\"kind\":\"closed\",\"pid\":\"28545\","
	    "\"client\":\"192.0.2.7\",\"seconds\":1.566}");
}

TEST(what_a_queued_message_says_is_its_message_id)
{
	struct event ev = event_of(EVENT_TRANSACTION);

	ev.time_ns = WHEN_NONE;
	ev.verdict = VERDICT_ACCEPTED;
	ev.disposition = STR("queued");
	ev.text = STR("<\x1b\"@x>");
	assert_json(&ev, "{\"kind\":\"transaction\",\"pid\":\"28545\","
	    "\"client\":\"192.0.2.7\",\"disposition\":\"queued\","
	    "\"verdict\":\"accepted\","
	    "\"message_id\":\"<\\u001b\\\"@x>\"}");
}

static struct event
queue_event(enum event_kind kind)
{
	struct event ev;

	event_init(&ev, kind, INT64_C(1772535863) * WHEN_SECOND);
	ev.queue_id = STR("393241");
	return ev;
}

TEST(events_of_a_queue_are_told_by_message)
{
	struct event ev = queue_event(EVENT_QUEUED);

	ev.bytes = 2343;
	ev.sender = STR("<ann@example.com>");
	ev.pid = STR("3060");
	ev.uid = STR("81");
	assert_line(&ev, &bare,
	    "msg-393241 queued 2343 <ann@example.com> qp 3060 uid 81");
	ev = queue_event(EVENT_DELIVERY);
	ev.verdict = VERDICT_DEFERRED;
	ev.delivery = STR("17");
	ev.channel = STR("remote");
	ev.recipients = STR("bob@example.org");
	ev.duration_ns = 1204999999;
	ev.text = STR("192.0.2.7_failed/");
	assert_line(&ev, &bare, "msg-393241 d17 deferral remote "
	    "bob@example.org 1.204 sec. 192.0.2.7_failed/");
	ev = queue_event(EVENT_DONE);
	ev.delivered = 3;
	ev.deferred = 2;
	ev.bounced = 1;
	ev.duration_ns = 60 * WHEN_SECOND;
	assert_line(&ev, &bare, "msg-393241 done 3/2/1 60.000 sec.");
	ev = queue_event(EVENT_BOUNCE);
	ev.text = STR("bounce");
	ev.pid = STR("3061");
	assert_line(&ev, &bare, "msg-393241 bounce qp 3061");
}

TEST(what_is_not_known_of_a_queue_is_left_out_or_a_dash)
{
	struct event ev = queue_event(EVENT_QUEUED);

	assert_line(&ev, &bare, "msg-393241 queued - -");
	ev = queue_event(EVENT_DELIVERY);
	assert_line(&ev, &bare, "msg-393241 d- - - -");
	ev = queue_event(EVENT_DONE);
	ev.unfinished = true;
	ev.delivered = ev.bounced = ev.deferred = EVENT_NO_NUMBER;
	assert_line(&ev, &bare, "msg-393241 unfinished -/-/-");
	ev = queue_event(EVENT_ALERT);
	ev.queue_id = str_none();
	ev.text = STR("cannot start");
	assert_line(&ev, &bare, "- alert cannot start");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_has_the_line_of_c_18),
		cmocka_unit_test(
		    seconds_have_three_decimals_or_as_many_as_there_are),
		cmocka_unit_test(
		    the_last_field_of_eight_is_the_text_of_a_denial),
		cmocka_unit_test(
		    the_long_form_adds_sender_recipients_and_text),
		cmocka_unit_test(
		    the_label_is_the_lines_own_or_made_of_its_time),
		cmocka_unit_test(
		    an_event_without_client_or_process_keeps_their_places),
		cmocka_unit_test(only_the_end_that_nobody_saw_has_no_line),
		cmocka_unit_test(
		    json_has_the_members_of_design_5_and_none_that_is_unknown),
		cmocka_unit_test(
		    what_a_queued_message_says_is_its_message_id),
		cmocka_unit_test(events_of_a_queue_are_told_by_message),
		cmocka_unit_test(
		    what_is_not_known_of_a_queue_is_left_out_or_a_dash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
