#include "format/qpsmtpd_line.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/test.h"
#include "event/event.h"

/*
 * The text as it stands in a block: behind its newline there is what would
 * make another kind of it, if the line's end were passed over.
 */
static struct str
in_block(struct buf *b, const char *text)
{
	size_t n = strlen(text);

	buf_reset(b);
	buf_add(b, text, n);
	buf_add_str(b, STR("\n: ` 192.0.2.1\tx\t plugin: ` ) plugin: ` pass s. "
	    "sec. >= > from / 0123456789"));
	return str_make(b->p, n);
}

static const struct {
	const char *text;
	enum qp_kind kind;
	bool bare;
	const char *hook, *plugin, *said; /* NULL: absent, or the whole text */
} lines[] = {
	/* S3 */
	{ "(deny) logging::logterse: ` 192.0.2.1\tx", QP_RECORD, false, "deny",
	  "logging::logterse", "` 192.0.2.1\tx" },
	{ "(queue) logging::logterse: ` 192.0.2.1\tx", QP_RECORD, false,
	  "queue", "logging::logterse", "` 192.0.2.1\tx" },
	{ "(deny) logging::logterse:0: ` 192.0.2.1\tx", QP_RECORD, false,
	  "deny", "logging::logterse:0", "` 192.0.2.1\tx" },
	{ "(deny) logging::logterse:12: ` 192.0.2.1\tx", QP_RECORD, false,
	  "deny", "logging::logterse:12", "` 192.0.2.1\tx" },
	{ "(deny) logging::logterse: ` \t\t\t\t\thosts_allow\t903\tx", QP_RECORD,
	  false, "deny", "logging::logterse", "` \t\t\t\t\thosts_allow\t903\tx" },
	{ "(deny) logging::logterse: no record", QP_CHECK, false, "deny",
	  "logging::logterse", "no record" },
	{ "(post-connection) connection_time: 0.313 s.", QP_TIME, false,
	  "post-connection", "connection_time", "0.313 s." },
	{ "(post-connection) connection_time:0: 0.313 s.", QP_TIME, false,
	  "post-connection", "connection_time:0", "0.313 s." },
	{ "(connect) check_badcountries: GeoIP Country: DE", QP_COUNTRY, false,
	  "connect", "check_badcountries", "GeoIP Country: DE" },
	{ "(connect) ident::geoip: US, United States", QP_COUNTRY, false,
	  "connect", "ident::geoip", "US, United States" },
	{ "(connect) ident::geoip: EU, FR, \t12574 km", QP_COUNTRY, false,
	  "connect", "ident::geoip", "EU, FR, \t12574 km" },
	{ "(connect) ident::geoip: US", QP_COUNTRY, false, "connect",
	  "ident::geoip", "US" },
	{ "(connect) ident::geoip: no results", QP_CHECK, false, "connect",
	  "ident::geoip", "no results" },
	{ "(data_post_headers) dmarc: pass", QP_DMARC, false,
	  "data_post_headers", "dmarc", "pass" },
	{ "(data_post_headers) dmarc:1: pass", QP_DMARC, false,
	  "data_post_headers", "dmarc:1", "pass" },
	{ "(data_post_headers) dmarc: fail", QP_CHECK, false,
	  "data_post_headers", "dmarc", "fail" },
	{ "(data_post) spamassassin: pass, Ham, 0.4 < 12, learn=no", QP_SPAM,
	  false, "data_post", "spamassassin", "pass, Ham, 0.4 < 12, learn=no" },
	{ "(auth-plain) auth::auth_flat_file: pass: clear match", QP_LOGIN,
	  false, "auth-plain", "auth::auth_flat_file", "pass: clear match" },
	{ "(auth-plain) auth::auth_flat_file: fail: wrong password", QP_CHECK,
	  false, "auth-plain", "auth::auth_flat_file", "fail: wrong password" },
	{ "(pre-connection) hosts_allow: fail: too many connections from "
	  "192.0.2.1 (6 > 5)", QP_CLIENT_LIMIT, false, "pre-connection",
	  "hosts_allow", "fail: too many connections from 192.0.2.1 (6 > 5)" },
	{ "(pre-connection) hosts_allow: fail, denied", QP_REFUSED, false,
	  "pre-connection", "hosts_allow", "fail, denied" },
	{ "(pre-connection) hosts_allow: pass", QP_CHECK, false,
	  "pre-connection", "hosts_allow", "pass" },
	{ "(connect) karma: karma -1 (-1)", QP_CHECK, false, "connect", "karma",
	  "karma -1 (-1)" },
	{ "(rcpt) check_goodrcptto extn: invalid", QP_CHECK, false, "rcpt",
	  "check_goodrcptto extn", "invalid" },
	{ "(rcpt) a_plugin_with_a_name_of_over_thirty_two_bytes: pass",
	  QP_CHECK, false, "rcpt",
	  "a_plugin_with_a_name_of_over_thirty_two_bytes", "pass" },
	{ "(connect) running plugin: relay", QP_PROGRESS, false, NULL, NULL,
	  NULL },
	{ "(connect) ", QP_UNKNOWN, false, NULL, NULL, NULL },
	{ "(connect)", QP_UNKNOWN, false, NULL, NULL, NULL },
	{ "(connect", QP_UNKNOWN, false, NULL, NULL, NULL },
	{ "(", QP_UNKNOWN, false, NULL, NULL, NULL },
	{ "(connect)relay: pass", QP_UNKNOWN, false, NULL, NULL, NULL },
	/* S3 outside a hook */
	{ "logging::logterse: ` 192.0.2.1\tx", QP_RECORD, false, NULL,
	  "logging::logterse", "` 192.0.2.1\tx" },
	{ "relay: skip, no match", QP_CHECK, false, NULL, "relay",
	  "skip, no match" },
	/* S2 */
	{ "logging::logterse plugin (deny): ` 192.0.2.1\tx", QP_RECORD, false,
	  "deny", "logging::logterse", "` 192.0.2.1\tx" },
	{ "logging::logterse:0 plugin (queue): ` 192.0.2.1\tx", QP_RECORD,
	  false, "queue", "logging::logterse:0", "` 192.0.2.1\tx" },
	{ "connection_time plugin (post-connection): 0.313 s.", QP_TIME, false,
	  "post-connection", "connection_time", "0.313 s." },
	{ "check_badcountries plugin (connect): GeoIP Country: DE", QP_COUNTRY,
	  false, "connect", "check_badcountries", "GeoIP Country: DE" },
	{ "check_goodrcptto extn plugin (rcpt): invalid recipient x", QP_CHECK,
	  false, "rcpt", "check_goodrcptto extn", "invalid recipient x" },
	{ "hosts_allow plugin (pre-connection): fail: too many connections "
	  "from 192.0.2.1 (6 > 5)", QP_CLIENT_LIMIT, false, "pre-connection",
	  "hosts_allow", "fail: too many connections from 192.0.2.1 (6 > 5)" },
	{ "running plugin (connect): relay", QP_PROGRESS, false, NULL, NULL,
	  NULL },
	/* S1 */
	{ "logging::logterse plugin: ` 192.0.2.1\tx", QP_RECORD, false, NULL,
	  "logging::logterse", "` 192.0.2.1\tx" },
	{ "logging::logterse:0 plugin: ` 192.0.2.1\tx", QP_RECORD, false, NULL,
	  "logging::logterse:0", "` 192.0.2.1\tx" },
	{ "logging::logterse plugin: something else", QP_CHECK, false, NULL,
	  "logging::logterse", "something else" },
	{ "connection_time plugin: Connection time from 192.0.2.1: 1.566 sec.",
	  QP_TIME, false, NULL, "connection_time",
	  "Connection time from 192.0.2.1: 1.566 sec." },
	{ "hosts_allow plugin: Too many connections from 192.0.2.1: 6 > "
	  "5Denying connection.", QP_CLIENT_LIMIT, false, NULL, "hosts_allow",
	  "Too many connections from 192.0.2.1: 6 > 5Denying connection." },
	{ "auth::auth_flat_file plugin: pass: clear match", QP_LOGIN, false,
	  NULL, "auth::auth_flat_file", "pass: clear match" },
	{ "check_goodrcptto extn plugin: invalid recipient x", QP_CHECK, false,
	  NULL, "check_goodrcptto extn", "invalid recipient x" },
	{ "a_plugin_with_a_name_of_over_thirty_two_bytes plugin: pass",
	  QP_CHECK, false, NULL,
	  "a_plugin_with_a_name_of_over_thirty_two_bytes", "pass" },
	{ "relay plugin:", QP_UNKNOWN, false, NULL, NULL, NULL },
	{ "relay plugin", QP_UNKNOWN, false, NULL, NULL, NULL },
	{ "relay plugin (connect", QP_UNKNOWN, false, NULL, NULL, NULL },
	/* the core, in all styles */
	{ "Accepted connection 4/40 from 192.0.2.1 / host", QP_ACCEPTED, false,
	  NULL, NULL, NULL },
	{ "Too many connections: 40 >= 40.  Waiting one second.", QP_TOO_MANY,
	  false, NULL, NULL, NULL },
	{ "cleaning up after 3907", QP_CLEANING, false, NULL, NULL, NULL },
	{ "Connection from Unknown [192.0.2.1]", QP_PROGRESS, false, NULL,
	  NULL, NULL },
	{ "Connection Timed Out", QP_PROGRESS, false, NULL, NULL, NULL },
	{ "click, disconnecting", QP_PROGRESS, false, NULL, NULL, NULL },
	{ "Listening on 192.0.2.1:25", QP_PROGRESS, false, NULL, NULL, NULL },
	{ "Running as user qpsmtpd, group qpsmtpd", QP_PROGRESS, false, NULL,
	  NULL, NULL },
	{ "Permissions on spool_dir /var/spool/qpsmtpd/ are not 0700",
	  QP_PROGRESS, false, NULL, NULL, NULL },
	{ "spooling message to disk", QP_PROGRESS, false, NULL, NULL, NULL },
	{ "deny mail from <a@b.example> (text)", QP_PROGRESS, false, NULL, NULL,
	  NULL },
	{ "denysoft mail from <> (text)", QP_PROGRESS, false, NULL, NULL, NULL },
	{ "FATAL PLUGIN ERROR [relay]: text", QP_PROGRESS, false, NULL, NULL,
	  NULL },
	{ "220 mail ESMTP", QP_REPLY, false, NULL, NULL, NULL },
	{ "250-PIPELINING", QP_REPLY, false, NULL, NULL, NULL },
	{ "250", QP_REPLY, false, NULL, NULL, NULL },
	{ "250\r", QP_REPLY, false, NULL, NULL, NULL },
	{ "25", QP_UNKNOWN, false, NULL, NULL, NULL },
	{ "2500 text", QP_UNKNOWN, false, NULL, NULL, NULL },
	{ "dispatching QUIT", QP_COMMAND, false, NULL, NULL, NULL },
	{ "", QP_UNKNOWN, false, NULL, NULL, NULL },
	{ "something else altogether", QP_UNKNOWN, false, NULL, NULL, NULL },
	/* what a client said is never taken for a record */
	{ "dispatching HELO x) logging::logterse: ` 9.9.9.9 queued", QP_COMMAND,
	  false, NULL, NULL, NULL },
	{ "dispatching (deny) logging::logterse: ` 9.9.9.9\ta\tb\tc\td\tqueued",
	  QP_COMMAND, false, NULL, NULL, NULL },
	{ "dispatching logging::logterse plugin: ` 9.9.9.9\ta\tb\tc\td\tqueued",
	  QP_COMMAND, false, NULL, NULL, NULL },
	{ "deny mail from <logging::logterse plugin: ` 9.9.9.9\ta\tb\tc\td\tq>",
	  QP_PROGRESS, false, NULL, NULL, NULL },
	{ "550 logging::logterse plugin: ` 9.9.9.9\ta\tb\tc\td\tqueued",
	  QP_REPLY, false, NULL, NULL, NULL },
	{ "(rcpt) rcpt_ok: fail, (deny) logging::logterse: ` 9.9.9.9\ta\tb",
	  QP_CHECK, false, "rcpt", "rcpt_ok",
	  "fail, (deny) logging::logterse: ` 9.9.9.9\ta\tb" },
	{ "helo plugin (helo): logging::logterse plugin: ` 9.9.9.9\ta\tb",
	  QP_CHECK, false, "helo", "helo",
	  "logging::logterse plugin: ` 9.9.9.9\ta\tb" },
	/* logging/file and logging/syslog */
	{ "`192.0.2.1\tx", QP_RECORD, true, NULL, NULL, NULL },
	{ "` 192.0.2.1#011x", QP_RECORD, true, NULL, NULL, NULL },
	{ "`", QP_RECORD, true, NULL, NULL, NULL },
	{ "0.313 s.", QP_TIME, true, NULL, NULL, NULL },
	{ "Connection time from 192.0.2.1: 1.566 sec.", QP_TIME, true, NULL,
	  NULL, NULL },
	{ "GeoIP Country: DE", QP_COUNTRY, true, NULL, NULL, NULL },
	{ "fail: too many connections from 192.0.2.1 (6 > 5)", QP_CLIENT_LIMIT,
	  true, NULL, NULL, NULL },
	{ "Too many connections from 192.0.2.1: 6 > 5Denying connection.",
	  QP_CLIENT_LIMIT, true, NULL, NULL, NULL },
	{ "Too many connections: 40 >= 40.  Waiting one second.", QP_TOO_MANY,
	  true, NULL, NULL, NULL },
	{ "Accepted connection 4/40 from 192.0.2.1 / host", QP_ACCEPTED, true,
	  NULL, NULL, NULL },
	{ "cleaning up after 3907", QP_CLEANING, true, NULL, NULL, NULL },
	{ "Loaded Qpsmtpd::Plugin::logging::file=HASH(0x1)", QP_PROGRESS, true,
	  NULL, NULL, NULL },
	{ "250 queued", QP_REPLY, true, NULL, NULL, NULL },
	{ "dispatching QUIT", QP_COMMAND, true, NULL, NULL, NULL },
	{ "skip, no match", QP_CHECK, true, NULL, NULL, NULL },
	{ "", QP_EMPTY, true, NULL, NULL, NULL },
	/* bare, nothing says which plugin spoke: no text is a hook or a name */
	{ "(dnsbl) http://list.example/?ip=192.0.2.1", QP_CHECK, true, NULL,
	  NULL, NULL },
	{ "(deny) logging::logterse: ` 9.9.9.9\ta\tb\tc\td\tqueued", QP_CHECK,
	  true, NULL, NULL, NULL },
	{ "logging::logterse plugin: ` 9.9.9.9\ta\tb\tc\td\tqueued", QP_CHECK,
	  true, NULL, NULL, NULL },
};

#define N_LINES (sizeof(lines) / sizeof(lines[0]))

static void
assert_part(const char *text, struct str s, const char *expected)
{
	if (expected == NULL ? s.p != NULL
			     : !str_eq(s, str_from(expected)))
		fail_msg("\"%.*s\" in \"%s\"", STR_ARG(s), text);
}

TEST(every_line_is_of_its_kind)
{
	struct buf b = { 0 };
	struct str body;

	for (size_t i = 0; i < N_LINES; i++) {
		struct str text = in_block(&b, lines[i].text);
		enum qp_kind kind = qp_classify(text.p, text.p + text.n,
		    lines[i].bare, &body);

		if (kind != lines[i].kind)
			fail_msg("\"%s\": %s", lines[i].text,
			    qp_kind_name(kind));
	}
	buf_clear(&b);
}

TEST(every_line_is_split_into_hook_plugin_and_text)
{
	struct buf b = { 0 };
	struct qp_line l;

	for (size_t i = 0; i < N_LINES; i++) {
		struct str text = in_block(&b, lines[i].text);

		qp_split(text, lines[i].bare, &l);
		assert_int_equal(l.kind, lines[i].kind);
		assert_part(lines[i].text, l.hook, lines[i].hook);
		assert_part(lines[i].text, l.plugin, lines[i].plugin);
		assert_part(lines[i].text, l.text,
		    lines[i].said ? lines[i].said : lines[i].text);
	}
	buf_clear(&b);
}

/* In memory of just that size, so that a sanitizer sees what reads on. */
TEST(a_text_cut_anywhere_stays_within_itself)
{
	for (size_t i = 0; i < N_LINES; i++)
		for (size_t n = 0; n <= strlen(lines[i].text); n++) {
			char *p = malloc(n + QP_SLACK);
			struct qp_line l;
			struct str body;

			memcpy(p, lines[i].text, n);
			memset(p + n, '\n', QP_SLACK);
			for (int bare = 0; bare < 2; bare++) {
				qp_classify(p, p + n, bare, &body);
				assert_true(body.p >= p &&
				    body.p + body.n == p + n);
				qp_split(str_make(p, n), bare, &l);
				assert_true(l.text.p >= p &&
				    l.text.p + l.text.n == p + n);
			}
			free(p);
		}
}

static void
assert_pid(const char *text, size_t n)
{
	if (qp_pid_span(text, text + strlen(text)) != n)
		fail_msg("\"%s\"", text);
}

TEST(a_process_id_is_digits_and_points_or_question_marks)
{
	assert_pid("3907 text", 5);
	assert_pid("3907 ", 5);
	assert_pid("1234567890.123456.4321 text", 23);
	assert_pid("??? text", 4);
	assert_pid("3907", 0);
	assert_pid("3907:text", 0);
	assert_pid(".3907 text", 0);
	assert_pid("text", 0);
	assert_pid(" 3907 text", 0);
	assert_pid("", 0);
}

static const char block_row[] =
    "check_goodrcptto extn          @400000006955b90b02b91f21            3";

TEST(the_summarisers_block_is_told_from_other_unstamped_lines)
{
	static const struct {
		const char *line;
		enum qp_kind kind;
	} unstamped[] = {
		{ "### CUMULATIVE TOTALS ###", QP_SUMMARY },
		{ "# Most recent logfile", QP_SUMMARY },
		{ "#", QP_SUMMARY },
		{ block_row, QP_SUMMARY },
		{ "queued @400000006955b90b02b91f21 1", QP_SUMMARY },
		{ "queued @400000006955b90b02b91f21", QP_UNKNOWN },
		{ "queued @400000006955b90b02b91f21 x", QP_UNKNOWN },
		{ "queued @400000006955b90b02b91f2 1", QP_UNKNOWN },
		{ "a@b.example and more", QP_UNKNOWN },
		{ "", QP_EMPTY },
		{ " \t\r", QP_EMPTY },
		{ "Use of uninitialized value $x at line 99.", QP_PROGRESS },
		{ "FATAL PLUGIN ERROR [relay]: text", QP_PROGRESS },
		{ "what is that", QP_UNKNOWN },
	};

	for (size_t i = 0; i < sizeof(unstamped) / sizeof(unstamped[0]); i++)
		if (qp_classify_unstamped(str_from(unstamped[i].line)) !=
		    unstamped[i].kind)
			fail_msg("\"%s\"", unstamped[i].line);
}

TEST(syslog_tags_of_both_ports_are_qpsmtpds)
{
	assert_true(qp_is_program(STR("qpsmtpd")));
	assert_true(qp_is_program(STR("qpsmtpd-prefork")));
	assert_true(qp_is_program(STR("sqpsmtpd")));
	assert_false(qp_is_program(STR("postfix/smtpd")));
	assert_false(qp_is_program(STR("xqpsmtpd")));
	assert_false(qp_is_program(STR("")));
}

TEST(every_kind_has_a_name)
{
	for (int i = 0; i < QP_KINDS; i++)
		assert_non_null(qp_kind_name((enum qp_kind)i));
}

static struct qp_record
record(const char *body)
{
	struct qp_record r;

	if (!qp_record_read(str_from(body), &r))
		fail_msg("no record: \"%s\"", body);
	return r;
}

TEST(a_record_of_nine_fields_has_a_trailer)
{
	struct qp_record r = record("192.0.2.1\tmail.example.com\thelo\t"
	    "<a@b.example>\t<c@d.example>,<e@d.example>\tdnsbl\t903\tlisted\t"
	    "msg denied before queued");

	assert_str(r.client, "192.0.2.1");
	assert_str(r.host, "mail.example.com");
	assert_str(r.helo, "helo");
	assert_str(r.sender, "<a@b.example>");
	assert_str(r.recipients, "<c@d.example>,<e@d.example>");
	assert_str(r.disposition, "dnsbl");
	assert_str(r.code, "903");
	assert_str(r.text, "listed");
	assert_str(r.trailer, "msg denied before queued");
}

TEST(a_record_of_eight_fields_has_none)
{
	struct qp_record r = record("192.0.2.1\tUnknown\t\t\t\tdnsbl\t903\tlisted");

	assert_str(r.helo, "");
	assert_str(r.recipients, "");
	assert_str(r.text, "listed");
	assert_null(r.trailer.p);
}

TEST(a_record_without_a_client_is_one)
{
	struct qp_record r = record("\t\t\t\t\thosts_allow\t904\ttoo many "
	    "connections from 192.0.2.1, try again later");

	assert_str(r.client, "");
	assert_str(r.disposition, "hosts_allow");
	assert_str(r.code, "904");
}

TEST(a_record_may_end_behind_its_disposition)
{
	struct qp_record r = record("192.0.2.1\th\te\t<>\t\tdnsbl");

	assert_str(r.disposition, "dnsbl");
	assert_null(r.code.p);
	assert_null(r.text.p);
	r = record("192.0.2.1\th\te\t<>\t\tdnsbl\t903");
	assert_str(r.code, "903");
	assert_null(r.text.p);
	r = record("192.0.2.1\th\te\t<>\t\tdnsbl\t903\t");
	assert_str(r.text, "");
}

TEST(fewer_than_six_fields_are_no_record)
{
	struct qp_record r;

	assert_false(qp_record_read(STR(""), &r));
	assert_false(qp_record_read(STR("192.0.2.1 queued"), &r));
	assert_false(qp_record_read(STR("192.0.2.1\th\te\t<>\t"), &r));
	assert_false(qp_record_read(STR("192.0.2.1#011h#011e#011<>#011"), &r));
}

TEST(queued_mail_has_its_message_id_for_text)
{
	struct qp_record r = record("192.0.2.1\th\te\t<>\t<c@d.example>\tqueued\t"
	    "\t<id@b.example>\tNo, hits=-2.6 required=5.0_");

	assert_str(r.code, "");
	assert_str(r.text, "<id@b.example>");
	assert_str(r.trailer, "No, hits=-2.6 required=5.0_");
}

TEST(fields_behind_the_trailer_are_known_by_their_names)
{
	struct qp_record r = record("192.0.2.1\th\thelo\t<a@b>\t<c@d>\tdnsbl\t"
	    "901\tlisted\tmsg denied before queued\tconn=1.2.3");

	assert_str(r.text, "listed");
	assert_str(r.trailer, "msg denied before queued");
	assert_str(r.connection, "1.2.3");
	assert_null(r.size.p);
	r = record("192.0.2.1\th\thelo\t<a@b>\t<c@d>\tqueued\t\t<1@b>\t\t"
	    "size=99\tconn=1.2.3");
	assert_str(r.text, "<1@b>");
	assert_str(r.trailer, "");
	assert_str(r.size, "99");
	assert_str(r.connection, "1.2.3");
	r = record("192.0.2.1\th\thelo\t<a@b>\t<c@d>\tqueued\t\t<1@b>\t"
	    "No, score=0.1 required=5.0_\tconn=1\tsize=7");
	assert_str(r.trailer, "No, score=0.1 required=5.0_");
	assert_str(r.size, "7");
}

TEST(without_a_trailer_they_are_text)
{
	struct qp_record r = record("192.0.2.1\th\thelo\t<a@b>\t<c@d>\tdnsbl\t"
	    "901\tlisted\tsize=5");

	assert_str(r.text, "listed\tsize=5");
	assert_null(r.trailer.p);
	assert_null(r.size.p);
	r = record("192.0.2.1\th\thelo\t<a@b>\t<c@d>\tdnsbl\t901\t"
	    "listed\tsize=5\tmsg denied before queued");
	assert_str(r.text, "listed\tsize=5");
	assert_null(r.size.p);
}

TEST(queued_mail_that_was_not_scanned_has_an_empty_trailer)
{
	struct qp_record r = record("192.0.2.1\th\te\t<>\t<c@d.example>\tqueued\t"
	    "\t<id@b.example>\t");

	assert_str(r.text, "<id@b.example>");
	assert_non_null(r.trailer.p);
	assert_str(r.trailer, "");
}

TEST(a_tab_within_the_text_is_part_of_it)
{
	struct qp_record r;

	r = record("192.0.2.1\th\te\t<>\t\tdnsbl\t903\tTab\there, see "
	    "http://weird.test/x");
	assert_str(r.text, "Tab\there, see http://weird.test/x");
	assert_null(r.trailer.p);
	r = record("192.0.2.1\th\te\t<>\t\tdnsbl\t903\tTab\there\tand there\t"
	    "msg denied before queued");
	assert_str(r.text, "Tab\there\tand there");
	assert_str(r.trailer, "msg denied before queued");
	r = record("192.0.2.1\th\te\t<>\t\tspamassassin\t901\tspam score\t"
	    "exceeded\tYes, score=13.1 required=3.0 tests=A autolearn=no_");
	assert_str(r.text, "spam score\texceeded");
	assert_str(r.trailer, "Yes, score=13.1 required=3.0 tests=A autolearn=no_");
	r = record("192.0.2.1\th\te\t<>\t<c@d.example>\tqueued\t\t<a\tb@c>\t");
	assert_str(r.text, "<a\tb@c>");
	assert_str(r.trailer, "");
}

TEST(a_text_that_ends_in_a_tab_keeps_it_unless_queued)
{
	struct qp_record r = record("192.0.2.1\th\te\t<>\t\tdnsbl\t903\tlisted\t");

	assert_str(r.text, "listed\t");
	assert_null(r.trailer.p);
}

TEST(escaped_tabs_separate_fields_where_there_are_no_raw_ones)
{
	struct qp_record r;

	r = record("192.0.2.3#011Unknown#011#011#011#011dnsbl#011903#011listed"
	    "#011msg denied before queued");
	assert_str(r.client, "192.0.2.3");
	assert_str(r.helo, "");
	assert_str(r.disposition, "dnsbl");
	assert_str(r.text, "listed");
	assert_str(r.trailer, "msg denied before queued");
	r = record("192.0.2.3\\tUnknown\\thelo\\t<>\\t\\tdnsbl\\t903\\tTab\\there");
	assert_str(r.client, "192.0.2.3");
	assert_str(r.helo, "helo");
	assert_str(r.text, "Tab\\there");
	r = record("192.0.2.3\tUnknown\th#011\\tx\t\t\tdnsbl\t903\tlisted");
	assert_str(r.helo, "h#011\\tx");
}

TEST(backquotes_and_raw_bytes_pass_through_every_field)
{
	struct qp_record r = record("192.0.2.1\t`\te`\x1b[31m\t<b`k@b.example>\t"
	    "<`@d.example>\t`d\t`\t`t\xe4\x01\t`");

	assert_str(r.host, "`");
	assert_str(r.helo, "e`\x1b[31m");
	assert_str(r.sender, "<b`k@b.example>");
	assert_str(r.recipients, "<`@d.example>");
	assert_str(r.disposition, "`d");
	assert_str(r.code, "`");
	assert_str(r.text, "`t\xe4\x01\t`");
}

TEST(a_carriage_return_at_the_end_is_no_part_of_a_field)
{
	assert_str(record("1\t2\t3\t4\t5\tdnsbl\t903\tlisted\r").text, "listed");
	assert_str(record("1\t2\t3\t4\t5\tdnsbl\r").disposition, "dnsbl");
}

static struct qp_spam
spam(const char *trailer)
{
	struct qp_spam s;

	if (!qp_spam_read(str_from(trailer), &s))
		fail_msg("no result: \"%s\"", trailer);
	return s;
}

TEST(spamassassins_result_has_score_limit_and_rules)
{
	struct qp_spam s = spam("Yes, score=13.1 required=3.0 tests=A,B_1 "
	    "autolearn=no version=3.4.6_");

	assert_true(s.yes);
	assert_int_equal(s.score_milli, 13100);
	assert_int_equal(s.required_milli, 3000);
	assert_str(s.tests, "A,B_1");
	s = spam("No, hits=-2.6 required=5.0_");
	assert_false(s.yes);
	assert_int_equal(s.score_milli, -2600);
	assert_int_equal(s.required_milli, 5000);
	assert_null(s.tests.p);
	s = spam("No, score=0.0 tests=A,B_");
	assert_int_equal(s.score_milli, 0);
	assert_int_equal(s.required_milli, EVENT_NO_NUMBER);
	assert_str(s.tests, "A,B");
	s = spam("No, score=+.5");
	assert_int_equal(s.score_milli, 500);
}

TEST(what_is_no_result_has_no_score)
{
	struct qp_spam s;

	assert_false(qp_spam_read(str_none(), &s));
	assert_int_equal(s.score_milli, EVENT_NO_NUMBER);
	assert_false(qp_spam_read(STR("msg denied before queued"), &s));
	assert_false(qp_spam_read(STR("No, score= required=5.0"), &s));
	assert_int_equal(s.score_milli, EVENT_NO_NUMBER);
	assert_false(qp_spam_read(STR("No, score=x"), &s));
	assert_false(qp_spam_read(STR("No, score=99999999999999999999"), &s));
	assert_int_equal(s.score_milli, EVENT_NO_NUMBER);
	assert_false(qp_spam_read(STR("Maybe, score=1.0"), &s));
	assert_false(qp_spam_read(STR("No score=1.0"), &s));
}

TEST(an_accepted_connection_has_its_number_and_its_client)
{
	int64_t running, limit;
	struct str client, host;

	assert_true(qp_accepted_read(STR("4/40 from 192.0.2.1 / h.example"),
	    &running, &limit, &client, &host));
	assert_int_equal(running, 4);
	assert_int_equal(limit, 40);
	assert_str(client, "192.0.2.1");
	assert_str(host, "h.example");
	assert_true(qp_accepted_read(STR("0/15 from 2001:db8::1 / [noip!]\r"),
	    &running, &limit, &client, &host));
	assert_str(client, "2001:db8::1");
	assert_str(host, "[noip!]");
	assert_true(qp_accepted_read(STR("0/15 from 192.0.2.1"),
	    &running, &limit, &client, &host));
	assert_null(host.p);
	assert_false(qp_accepted_read(STR("x/15 from 192.0.2.1 / h"),
	    &running, &limit, &client, &host));
	assert_false(qp_accepted_read(STR("/15 from 192.0.2.1 / h"),
	    &running, &limit, &client, &host));
	assert_false(qp_accepted_read(STR("4 of 15 from 192.0.2.1 / h"),
	    &running, &limit, &client, &host));
	assert_false(qp_accepted_read(STR("1234567890/15 from 192.0.2.1 / h"),
	    &running, &limit, &client, &host));
	assert_false(qp_accepted_read(STR("4/"), &running, &limit, &client,
	    &host));
}

TEST(the_limit_of_all_has_two_numbers)
{
	int64_t running, limit;

	assert_true(qp_too_many_read(STR("41 >= 40.  Waiting one second."),
	    &running, &limit));
	assert_int_equal(running, 41);
	assert_int_equal(limit, 40);
	assert_false(qp_too_many_read(STR("41 >= "), &running, &limit));
	assert_false(qp_too_many_read(STR("41 > 40"), &running, &limit));
	assert_false(qp_too_many_read(STR(""), &running, &limit));
}

static void
assert_limit(const char *body, const char *client)
{
	int64_t running = 0, limit = 0;
	struct str read;

	if (!qp_client_limit_read(str_from(body), &read, &running, &limit))
		fail_msg("\"%s\"", body);
	assert_str(read, client);
	assert_int_equal(running, 6);
	assert_int_equal(limit, 5);
}

TEST(the_limit_of_a_client_is_read_in_both_wordings)
{
	int64_t n;
	struct str client;

	assert_limit("192.0.2.1 (6 > 5)", "192.0.2.1");
	assert_limit("192.0.2.1: 6 > 5Denying connection.", "192.0.2.1");
	assert_limit("2001:db8::1 (6 > 5)", "2001:db8::1");
	assert_limit("2001:db8::1: 6 > 5Denying connection.", "2001:db8::1");
	assert_limit("2001:db8:: (6 > 5)", "2001:db8::");
	assert_limit("2001:db8::: 6 > 5Denying connection.", "2001:db8::");
	assert_false(qp_client_limit_read(STR("192.0.2.1"), &client, &n, &n));
	assert_false(qp_client_limit_read(STR("192.0.2.1 6 > 5"), &client, &n,
	    &n));
	assert_false(qp_client_limit_read(STR("192.0.2.1, try again later"),
	    &client, &n, &n));
	assert_false(qp_client_limit_read(STR(""), &client, &n, &n));
}

TEST(connection_time_is_read_in_both_wordings)
{
	int64_t ns;
	struct str client;

	assert_true(qp_time_read(STR("0.313 s."), &client, &ns));
	assert_int_equal(ns, 313000000);
	assert_null(client.p);
	assert_true(qp_time_read(STR("Connection time from 192.0.2.1: 1.566 sec."),
	    &client, &ns));
	assert_int_equal(ns, 1566000000);
	assert_str(client, "192.0.2.1");
	assert_true(qp_time_read(STR("Connection time from 2001:db8::1: 12 sec."),
	    &client, &ns));
	assert_str(client, "2001:db8::1");
	assert_int_equal(ns, INT64_C(12000000000));
	assert_true(qp_time_read(STR("1200.000 s.\r"), &client, &ns));
	assert_false(qp_time_read(STR("-0.313 s."), &client, &ns));
	assert_false(qp_time_read(STR("0.313"), &client, &ns));
	assert_false(qp_time_read(STR("0.313 m."), &client, &ns));
	assert_false(qp_time_read(STR("99999999999 s."), &client, &ns));
	assert_false(qp_time_read(STR("Connection time from 192.0.2.1"),
	    &client, &ns));
	assert_false(qp_time_read(STR(" s."), &client, &ns));
}

static void
assert_country(const char *body, const char *country)
{
	struct str read;

	if (!qp_country_read(str_from(body), &read))
		fail_msg("\"%s\"", body);
	assert_str(read, country);
}

TEST(a_country_is_two_letters_in_any_wording)
{
	struct str country;

	assert_country("GeoIP Country: DE", "DE");
	assert_country("GeoIP Country: DE\r", "DE");
	assert_country("GeoIP Country: --", "--");
	assert_country("US, United States", "US");
	assert_country("US", "US");
	assert_country("SA, BR, \t10880 km", "BR");
	assert_country("EU, DE, Berlin, \t880 km", "DE");
	assert_country("US, Washington DC", "US");
	assert_false(qp_country_read(STR("GeoIP Country: Germany"), &country));
	assert_false(qp_country_read(STR("GeoIP Country: "), &country));
	assert_false(qp_country_read(STR("us, United States"), &country));
	assert_false(qp_country_read(STR("no results"), &country));
	assert_false(qp_country_read(STR(""), &country));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_line_is_of_its_kind),
		cmocka_unit_test(every_line_is_split_into_hook_plugin_and_text),
		cmocka_unit_test(a_text_cut_anywhere_stays_within_itself),
		cmocka_unit_test(a_process_id_is_digits_and_points_or_question_marks),
		cmocka_unit_test(the_summarisers_block_is_told_from_other_unstamped_lines),
		cmocka_unit_test(syslog_tags_of_both_ports_are_qpsmtpds),
		cmocka_unit_test(every_kind_has_a_name),
		cmocka_unit_test(a_record_of_nine_fields_has_a_trailer),
		cmocka_unit_test(a_record_of_eight_fields_has_none),
		cmocka_unit_test(a_record_without_a_client_is_one),
		cmocka_unit_test(a_record_may_end_behind_its_disposition),
		cmocka_unit_test(fewer_than_six_fields_are_no_record),
		cmocka_unit_test(queued_mail_has_its_message_id_for_text),
		cmocka_unit_test(fields_behind_the_trailer_are_known_by_their_names),
		cmocka_unit_test(without_a_trailer_they_are_text),
		cmocka_unit_test(queued_mail_that_was_not_scanned_has_an_empty_trailer),
		cmocka_unit_test(a_tab_within_the_text_is_part_of_it),
		cmocka_unit_test(a_text_that_ends_in_a_tab_keeps_it_unless_queued),
		cmocka_unit_test(escaped_tabs_separate_fields_where_there_are_no_raw_ones),
		cmocka_unit_test(backquotes_and_raw_bytes_pass_through_every_field),
		cmocka_unit_test(a_carriage_return_at_the_end_is_no_part_of_a_field),
		cmocka_unit_test(spamassassins_result_has_score_limit_and_rules),
		cmocka_unit_test(what_is_no_result_has_no_score),
		cmocka_unit_test(an_accepted_connection_has_its_number_and_its_client),
		cmocka_unit_test(the_limit_of_all_has_two_numbers),
		cmocka_unit_test(the_limit_of_a_client_is_read_in_both_wordings),
		cmocka_unit_test(connection_time_is_read_in_both_wordings),
		cmocka_unit_test(a_country_is_two_letters_in_any_wording),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
