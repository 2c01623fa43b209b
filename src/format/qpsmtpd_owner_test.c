#include "format/qpsmtpd_owner.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/test.h"
#include "base/when.h"
#include "format/format.h"
#include "format/stamp.h"

#define LABEL "@400000006955b90b02b91f21 "

static struct buf block;

/* Whose line; its slices are valid until the next call. */
static struct line_owner
owner_of(const char *line)
{
	struct line_owner owner;
	struct stamp_clock clock;
	size_t n = strlen(line);

	stamp_clock_init(&clock, NULL, 2026);
	buf_reset(&block);
	buf_add(&block, line, n);
	buf_add_repeated(&block, '\n', FORMAT_SLACK);
	qpsmtpd_line_owner(str_make(block.p, n), &clock, &owner);
	return owner;
}

static void
assert_owner(const char *line, enum line_place place, const char *pid)
{
	struct line_owner owner = owner_of(line);

	if (owner.place != place)
		fail_msg("\"%s\" stands at place %d", line, (int)owner.place);
	assert_str(owner.pid, pid);
}

TEST(a_connection_begins_with_its_accepted_line)
{
	struct line_owner o = owner_of(LABEL "3907 Accepted connection 0/40 "
	    "from 192.0.2.1 / Unknown");

	assert_int_equal(o.place, LINE_FIRST);
	assert_str(o.pid, "3907");
	assert_str(o.writer, "3907");
	assert_str(o.client, "192.0.2.1");
	assert_null(o.host.p);
	assert_int_equal(o.time_ns, INT64_C(1767225601045686561));
	assert_int_equal(o.text_at, strlen(LABEL "3907 "));
}

TEST(commands_replies_checks_and_records_stand_within)
{
	static const char *const lines[] = {
		"dispatching RCPT TO:<a@example.org>", "250 ok", "250-more",
		"(connect) dnsbl: pass", "dnsbl plugin (connect): pass",
		"dnsbl plugin: pass", "click, disconnecting",
		"(deny) logging::logterse: ` 192.0.2.1\th\t\t\t\tdnsbl\t901\tno",
		"something that no version writes yet", NULL
	};

	for (size_t i = 0; lines[i]; i++) {
		char line[200];

		snprintf(line, sizeof(line), LABEL "3907 %s", lines[i]);
		assert_owner(line, LINE_WITHIN, "3907");
	}
}

TEST(its_connection_time_closes_it)
{
	assert_owner(LABEL "3907 (post-connection) connection_time: 1.116 s.",
	    LINE_CLOSING, "3907");
	assert_owner(LABEL "15110 connection_time plugin: Connection time from "
	    "192.0.2.66: 1.566 sec.", LINE_CLOSING, "15110");
}

TEST(the_parent_that_buries_a_process_says_its_last_line)
{
	struct line_owner o = owner_of(LABEL "789 cleaning up after 3907");

	assert_int_equal(o.place, LINE_LAST);
	assert_str(o.pid, "3907");
	assert_str(o.writer, "789");
}

TEST(a_refusal_by_the_parent_is_a_connection_of_its_own)
{
	assert_owner(LABEL "789 (pre-connection) hosts_allow: fail: too many "
	    "connections from 192.0.2.185 (7 > 5)", LINE_FIRST, "789");
	assert_owner(LABEL "789 (pre-connection) hosts_allow: fail, denied by "
	    "hosts_allow", LINE_FIRST, "789");
	assert_owner(LABEL "789 (deny) logging::logterse: ` \t\t\t\t\t"
	    "hosts_allow\t902\ttoo many", LINE_ONLY, "789");
	assert_owner("Nov 22 14:35:11 mail qpsmtpd[789]: ` #011#011#011#011"
	    "#011hosts_allow#011902#011too many", LINE_ONLY, "789");
}

TEST(the_limit_of_all_is_nobodys)
{
	assert_int_equal(owner_of(LABEL "789 Too many connections: 40 >= 40.  "
	    "Waiting one second.").place, LINE_NOBODYS);
}

TEST(the_process_that_queues_speaks_for_its_parent)
{
	static const char *const lines[] = {
		"3948 (queue) queue::qmail_2dqueue: (for 3947) Queuing to /q",
		"3948 queue::qmail_2dqueue plugin (queue): (for 3947) Queuing to "
		    "/q",
		"3948 queue::qmail-queue plugin: (for 3947) Queuing to /q", NULL
	};

	for (size_t i = 0; lines[i]; i++) {
		char line[200];

		snprintf(line, sizeof(line), LABEL "%s", lines[i]);
		assert_owner(line, LINE_WITHIN, "3947");
		assert_str(owner_of(line).writer, "3948");
	}
	assert_owner("Sun Nov 22 14:35:11 2026 mail[3948]: (for 3947) Queuing "
	    "to /q", LINE_WITHIN, "3947");
}

TEST(a_client_cannot_speak_for_another_process)
{
	assert_owner(LABEL "3948 dispatching HELO (for 1) Queuing to /q",
	    LINE_WITHIN, "3948");
	assert_owner(LABEL "3948 dispatching cleaning up after 1",
	    LINE_WITHIN, "3948");
	assert_owner(LABEL "3948 (rcpt) x: (for 1) Queuing to /q",
	    LINE_WITHIN, "3948");
	assert_owner(LABEL "3948 (queue) x: (for ) Queuing to /q",
	    LINE_WITHIN, "3948");
}

TEST(a_line_without_process_id_may_go_on_the_one_above)
{
	assert_owner(LABEL "(helo) I do not believe you", LINE_FURTHER, "");
	assert_owner("the rest of a line", LINE_FURTHER, "");
	assert_owner("# a table of the summariser", LINE_NOBODYS, "");
	assert_owner("", LINE_NOBODYS, "");
}

TEST(another_programs_line_is_nobodys)
{
	assert_owner("Nov 22 14:35:11 mail sshd[14753]: Accepted connection "
	    "0/20 from 192.0.2.3 / Unknown", LINE_NOBODYS, "");
}

TEST(a_syslog_host_is_part_of_who)
{
	struct line_owner o = owner_of("Nov 22 14:35:11 mail qpsmtpd[14753]: "
	    "Accepted connection 0/20 from 192.0.2.3 / Unknown");

	assert_int_equal(o.place, LINE_FIRST);
	assert_str(o.host, "mail");
	assert_str(o.pid, "14753");
	assert_str(o.client, "192.0.2.3");
}

TEST(a_line_without_stamp_has_no_time)
{
	struct line_owner o = owner_of("3907 250 ok");

	assert_int_equal(o.place, LINE_WITHIN);
	assert_str(o.pid, "3907");
	assert_int_equal(o.time_ns, WHEN_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_connection_begins_with_its_accepted_line),
		cmocka_unit_test(
		    commands_replies_checks_and_records_stand_within),
		cmocka_unit_test(its_connection_time_closes_it),
		cmocka_unit_test(
		    the_parent_that_buries_a_process_says_its_last_line),
		cmocka_unit_test(
		    a_refusal_by_the_parent_is_a_connection_of_its_own),
		cmocka_unit_test(the_limit_of_all_is_nobodys),
		cmocka_unit_test(the_process_that_queues_speaks_for_its_parent),
		cmocka_unit_test(a_client_cannot_speak_for_another_process),
		cmocka_unit_test(
		    a_line_without_process_id_may_go_on_the_one_above),
		cmocka_unit_test(another_programs_line_is_nobodys),
		cmocka_unit_test(a_syslog_host_is_part_of_who),
		cmocka_unit_test(a_line_without_stamp_has_no_time),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	buf_clear(&block);
	return failed;
}
