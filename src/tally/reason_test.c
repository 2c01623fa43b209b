#include "tally/reason.h"

#include "base/buf.h"
#include "base/test.h"

static void
assert_reason(const char *raw, const char *normal, const char *class)
{
	struct buf b = { 0 };
	struct str got = reason_normalise(&b, str_from(raw));
	const char *is = reason_class_name(reason_class_of(got));

	if (!str_eq(got, str_from(normal)))
		fail_msg("%s\n  is %.*s\n  not %s", raw, STR_ARG(got), normal);
	if (strcmp(is, class) != 0)
		fail_msg("%s is \"%s\", not \"%s\"", raw, is, class);
	buf_clear(&b);
}

TEST(what_is_of_one_mail_alone_is_left_out)
{
	assert_reason("127.0.0.13_does_not_like_recipient./Remote_host_said:_"
	    "550_5.1.1_<bob@Strict.example.com>:_Recipient_address_rejected:_"
	    "User_unknown_in_local_recipient_table/Giving_up_on_127.0.0.13./",
	    "5.1.1 * does not like recipient. Remote host said: 550 <*>: "
	    "Recipient address rejected: User unknown in local recipient table "
	    "Giving up on *.", "user unknown");
	assert_reason("127.0.0.1_failed_after_I_sent_the_message./"
	    "Remote_host_said:_451_queue_id_4Bxyz81234_at_1795357230/",
	    "451 * failed after I sent the message. Remote host said: 451 "
	    "queue id * at *", "other");
	assert_reason("see_http://www.example.com/x?y=<z>_please/",
	    "- see www.example.com please", "other");
	assert_reason("Sorry,_I_couldn't_find_any_host_named_mx.example._"
	    "(#5.1.2)/", "5.1.2 Sorry, I couldn't find any host named *.", "dns");
}

TEST(qmail_send_s_own_words_about_giving_up_are_left_out)
{
	const char *expired = "lock_busy,_try_later/I'm_not_going_to_try_again;"
	    "_this_message_has_been_in_the_queue_too_long./";

	assert_reason(expired, "- lock busy, try later", "local error");
	assert_true(reason_is_expired(str_from(expired)));
	assert_false(reason_is_expired(STR("lock_busy,_try_later/")));
}

TEST(kinds_of_trouble_are_known_by_their_words)
{
	static const struct {
		const char *raw, *class;
	} reasons[] = {
		{ "450_4.2.0_Greylisted,_see_http://x/help", "greylisted" },
		{ "421_4.3.2_too_many_connections,_come_back", "rate-limited" },
		{ "554_Service_unavailable;_Client_host_blocked_using_"
		  "zen.spamhaus.org", "blocklisted/reputation" },
		{ "550_5.7.26_This_mail_is_unauthenticated_DKIM",
		  "spf-dkim-dmarc" },
		{ "554_5.7.1_Message_rejected_as_spam", "content/spam" },
		{ "550_5.1.1_who?", "user unknown" },
		{ "452_4.2.2_Mailbox_full", "mailbox full" },
		{ "552_5.3.4_Message_size_exceeds_fixed_limit",
		  "message too large" },
		{ "554_Relay_access_denied", "relay denied/auth required" },
		{ "454_TLS_not_available", "tls" },
		{ "CNAME_lookup_failed_temporarily._(#4.4.3)/", "dns" },
		{ "Sorry,_I_wasn't_able_to_establish_an_SMTP_connection._"
		  "(#4.4.1)/", "connection refused" },
		{ "Connected_to_192.0.2.1_but_connection_died._(#4.4.2)/",
		  "connection timeout" },
		{ "This_message_is_looping:_it_already_has", "loop/too many hops" },
		{ "Uh-oh:_home_directory_is_writable._(#4.7.0)/", "local error" },
		{ "550_not_today,_by_policy", "policy" },
		{ "quite_unlike_anything", "other" },
		{ "", "other" },
	};
	struct buf b = { 0 };

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		const char *is = reason_class_name(reason_class_of(
		    reason_normalise(&b, str_from(reasons[i].raw))));

		if (strcmp(is, reasons[i].class) != 0)
			fail_msg("%s is \"%s\"", reasons[i].raw, is);
	}
	buf_clear(&b);
}

TEST(a_reason_is_taken_apart_into_code_and_text)
{
	struct str code;

	assert_str(reason_split(STR("5.1.1 not here"), &code), "not here");
	assert_str(code, "5.1.1");
	assert_str(reason_split(STR("- not here"), &code), "not here");
	assert_null(code.p);
	assert_str(reason_split(STR("-"), &code), "");
	assert_null(code.p);
}

TEST(an_endless_reason_is_cut)
{
	struct buf raw = { 0 }, b = { 0 };

	for (int i = 0; i < 1000; i++)
		buf_add_str(&raw, STR("550-word_"));
	assert_true(reason_normalise(&b, buf_str(&raw)).n <= REASON_BYTES);
	buf_clear(&raw);
	buf_clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_of_one_mail_alone_is_left_out),
		cmocka_unit_test(
		    qmail_send_s_own_words_about_giving_up_are_left_out),
		cmocka_unit_test(kinds_of_trouble_are_known_by_their_words),
		cmocka_unit_test(a_reason_is_taken_apart_into_code_and_text),
		cmocka_unit_test(an_endless_reason_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
