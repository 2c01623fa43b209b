#include "format/qmail_line.h"

#include "base/buf.h"
#include "base/test.h"

static struct buf copy;

/* What the parser makes of a text, with something nasty behind its end. */
static enum qm_kind
read_line(const char *text, struct qm_line *l)
{
	static const char behind[QM_SLACK + 1] =
	    "\n1 qp 2 uid 3 success: failure: 0/20 exitasap to local a@b x x x";
	size_t n = strlen(text);

	*l = (struct qm_line){ 0 };
	buf_reset(&copy);
	buf_add(&copy, text, n);
	buf_add(&copy, behind, QM_SLACK);
	return qm_read(copy.p, copy.p + n, l);
}

static enum qm_kind
kind_of(const char *text)
{
	struct qm_line l;

	return read_line(text, &l);
}

TEST(each_line_is_known_by_its_words)
{
	static const struct {
		const char *text;
		enum qm_kind kind;
	} lines[] = {
		{ "new msg 43", QM_NEW },
		{ "new msg 43 and more", QM_NEW },
		{ "new msg x", QM_UNKNOWN },
		{ "new msg 43x", QM_UNKNOWN },
		{ "new msg ", QM_UNKNOWN },
		{ "info msg 43: bytes 1 from <> qp 2 uid 3", QM_INFO },
		{ "info msg 43: bytes 1 from <> qp 2 uid", QM_UNKNOWN },
		{ "info msg 43: bytes 1 from <> qp 2", QM_UNKNOWN },
		{ "info msg 43: bytes x from <> qp 2 uid 3", QM_UNKNOWN },
		{ "starting delivery 8: msg 43 to remote c@d", QM_START },
		{ "starting delivery 8: msg 43 to local ", QM_START },
		{ "starting delivery 8: msg 43 to nobody c@d", QM_UNKNOWN },
		{ "delivery 8: success: did_1+0+0/", QM_RESULT },
		{ "delivery 8: deferral: x", QM_RESULT },
		{ "delivery 8: report mangled, will defer", QM_RESULT },
		{ "delivery 8: wonderful: yes/", QM_UNKNOWN },
		{ "delivery 8: succ", QM_UNKNOWN },
		{ "delivery ", QM_UNKNOWN },
		{ "bounce msg 43 qp 502", QM_BOUNCE },
		{ "bounce msg 43", QM_UNKNOWN },
		{ "triple bounce: discarding bounce/50", QM_TRIPLE },
		{ "end msg 43", QM_END },
		{ "extra 52 5 6 7", QM_EXTRA },
		{ "extra 52 5 6", QM_UNKNOWN },
		{ "extra 52 5 6 7 remote remote.a@b,", QM_EXTRA },
		{ "status: local 0/10 remote 0/20", QM_IDLE },
		{ "status: local 0/10 remote 0/20 exitasap", QM_RUNNING },
		{ "status: local 1/10 remote 0/20", QM_RUNNING },
		{ "status: local 0/10 remote 10/20", QM_RUNNING },
		{ "status: exiting", QM_EXITING },
		{ "running", QM_OLD_STOP },
		{ "exiting", QM_OLD_STOP },
		{ "number 1 of 3", QM_OLD },
		{ "local 10", QM_OLD },
		{ "remote 20", QM_OLD },
		{ "warning: trouble in select", QM_WARNING },
		{ "alert: out of memory, sleeping...", QM_ALERT },
		{ "something else entirely", QM_UNKNOWN },
		{ "", QM_EMPTY },
		{ "new msg 12345678901234567890", QM_UNKNOWN },
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (kind_of(lines[i].text) != lines[i].kind)
			fail_msg("\"%s\" is %s", lines[i].text,
			    qm_kind_name(kind_of(lines[i].text)));
}

TEST(a_sender_is_the_whole_token_whatever_is_in_it)
{
	struct qm_line l;

	assert_int_equal(read_line("info msg 43: bytes 700 from "
	    "<x>_qp_1_uid_0@d.example> qp 503 uid 0 more words", &l), QM_INFO);
	assert_int_equal(l.msg, 43);
	assert_str(l.msg_text, "43");
	assert_int_equal(l.bytes, 700);
	assert_str(l.sender, "<x>_qp_1_uid_0@d.example>");
	assert_str(l.qp, "503");
	assert_str(l.uid, "0");
}

TEST(a_delivery_has_a_channel_and_a_recipient_with_any_sign_in_it)
{
	struct qm_line l;

	read_line("starting delivery 8: msg 43 to remote Two:@Hosts@Odd.Example "
	    "x", &l);
	assert_int_equal(l.delivery, 8);
	assert_str(l.delivery_text, "8");
	assert_int_equal(l.msg, 43);
	assert_true(l.remote);
	assert_str(l.recipient, "Two:@Hosts@Odd.Example");
	read_line("starting delivery 9: msg 43 to local no-at-sign", &l);
	assert_false(l.remote);
	assert_str(l.recipient, "no-at-sign");
}

TEST(a_result_is_one_token)
{
	struct qm_line l;

	read_line("delivery 8: failure: no_such/user/ tls=yes", &l);
	assert_int_equal(l.verdict, VERDICT_REJECTED);
	assert_str(l.text, "no_such/user/");
	read_line("delivery 8: success: ", &l);
	assert_int_equal(l.verdict, VERDICT_ACCEPTED);
	assert_str(l.text, "");
	read_line("delivery 8: report mangled, will defer", &l);
	assert_int_equal(l.verdict, VERDICT_DEFERRED);
	assert_str(l.text, "report_mangled");
}

TEST(the_host_that_answered_is_found_at_both_places)
{
	assert_str(qm_relay(STR("127.0.0.13_does_not_like_recipient./")),
	    "127.0.0.13");
	assert_str(qm_relay(STR("Connected_to_192.0.2.1_but_")), "192.0.2.1");
	assert_str(qm_relay(STR("2001:db8::1_accepted_message./")),
	    "2001:db8::1");
	assert_null(qm_relay(STR("did_1+0+0/")).p);
	assert_null(qm_relay(STR("Sorry,_I_wasn't_able_to")).p);
	assert_null(qm_relay(STR("bad_address")).p);
	assert_null(qm_relay(STR("")).p);
	assert_null(qm_relay(STR("127.0.0.1")).p);
}

static int
clear(void **state)
{
	(void)state;
	buf_clear(&copy);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_line_is_known_by_its_words),
		cmocka_unit_test(a_sender_is_the_whole_token_whatever_is_in_it),
		cmocka_unit_test(
		    a_delivery_has_a_channel_and_a_recipient_with_any_sign_in_it),
		cmocka_unit_test(a_result_is_one_token),
		cmocka_unit_test(
		    the_host_that_answered_is_found_at_both_places),
	};

	return cmocka_run_group_tests(tests, NULL, clear);
}
