#include "trace/conversation.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/test.h"
#include "base/when.h"
#include "format/format.h"

/* What was handed over: "PID: line|line" each, flags behind it. */
struct heard {
	struct buf text;
	size_t n;
};

static void
hear(void *ctx, const struct conversation *c)
{
	struct heard *h = ctx;

	buf_add_str(&h->text, c->pid);
	buf_add_char(&h->text, ':');
	for (size_t i = 0; i < c->n; i++) {
		const struct conversation_line *l = &c->lines[i];

		buf_add_char(&h->text, i ? '|' : ' ');
		buf_add(&h->text, c->text.p + l->at + l->text_at,
		    l->n - l->text_at);
		assert_int_equal(c->text.p[l->at + l->n], '\n');
	}
	buf_printf(&h->text, "%s%s%s\n", c->begun ? "" : " (no beginning)",
	    c->ended ? "" : " (no end)", c->continued ? " (part)" : "");
	/* A scan may read it as it is. */
	for (size_t i = 0; i < FORMAT_SLACK; i++)
		assert_int_equal(c->text.p[c->text.n + i], '\n');
	h->n++;
}

static struct conversations *
new_conversations(struct heard *h, bool all)
{
	struct conversations_options o = { .format = &format_qpsmtpd,
		.year = 2026, .all = all };

	return conversations_new(&o, hear, h);
}

static void
give(struct conversations *cs, struct str text, uint64_t offset)
{
	struct buf b = { 0 };

	buf_add_str(&b, text);
	buf_add_repeated(&b, '\n', FORMAT_SLACK);
	conversations_block(cs, str_make(b.p, text.n), offset);
	buf_clear(&b);
}

static void
assert_heard(struct heard *h, const char *should)
{
	buf_reserve(&h->text, 1);
	h->text.p[h->text.n] = '\0';
	if (strcmp(h->text.p, should) != 0)
		fail_msg("heard\n%sshould be\n%s", h->text.p, should);
	buf_clear(&h->text);
}

/* A whole log, in blocks of so many bytes (0: one). */
static void
assert_conversations_cut(const char *log, size_t bytes, const char *should)
{
	struct heard h = { 0 };
	struct conversations *cs = new_conversations(&h, true);
	struct str rest = str_from(log);
	uint64_t offset = 0;

	while (rest.n > 0) {
		struct str block = str_head(rest, bytes ? bytes : rest.n);

		give(cs, block, offset);
		offset += block.n;
		rest = str_skip(rest, block.n);
	}
	conversations_finish(cs);
	conversations_free(&cs);
	assert_heard(&h, should);
}

static void
assert_conversations(const char *log, const char *should)
{
	assert_conversations_cut(log, 0, should);
}

#define AT(second) "@400000006955b9" second "00000000 "
#define ACCEPTED(pid) pid " Accepted connection 0/40 from 192.0.2.1 / x\n"
#define A "Accepted connection 0/40 from 192.0.2.1 / x"
#define TIME "(post-connection) connection_time: 1.0 s."

static const char two[] =
    AT("01") ACCEPTED("11")
    AT("01") ACCEPTED("12")
    AT("02") "12 dispatching HELO b\n"
    AT("02") "11 dispatching HELO a\n"
    AT("03") "11 " TIME "\n"
    AT("03") "12 250 b\n"
    AT("03") "7 cleaning up after 11\n"
    AT("04") "12 " TIME "\n"
    AT("04") "7 cleaning up after 12\n";
static const char two_told[] =
    "11: " A "|dispatching HELO a|" TIME "|cleaning up after 11\n"
    "12: " A "|dispatching HELO b|250 b|" TIME "|cleaning up after 12\n";

TEST(lines_of_two_connections_are_untangled)
{
	assert_conversations(two, two_told);
}

TEST(it_does_not_matter_how_a_log_is_cut_into_blocks)
{
	/* Cut inside a stamp, what follows begins with no stamp: one line. */
	for (size_t n = 1; n < sizeof(two); n++)
		assert_conversations_cut(two, n, two_told);
}

TEST(a_process_id_that_comes_back_begins_anew)
{
	assert_conversations(
	    AT("01") ACCEPTED("11") AT("02") "11 250 one\n"
	    AT("03") ACCEPTED("11") AT("04") "11 250 two\n",
	    "11: " A "|250 one (no end)\n"
	    "11: " A "|250 two (no end)\n");
}

TEST(what_follows_the_last_line_is_another_connections)
{
	assert_conversations(
	    AT("01") ACCEPTED("11") AT("02") "7 cleaning up after 11\n"
	    AT("03") "11 250 two\n",
	    "11: " A "|cleaning up after 11\n"
	    "11: 250 two (no beginning) (no end)\n");
}

TEST(a_connection_that_the_log_begins_in_has_no_beginning)
{
	assert_conversations(AT("01") "11 250 ok\n" AT("02") "11 " TIME "\n",
	    "11: 250 ok|" TIME " (no beginning)\n");
}

TEST(a_burial_of_somebody_unknown_says_nothing)
{
	assert_conversations(AT("01") "7 cleaning up after 11\n", "");
}

TEST(an_hour_without_a_line_ends_a_connection)
{
	assert_conversations(
	    "@400000006955b90100000000 " ACCEPTED("11")
	    "@400000006955c71100000000 11 250 an hour\n"
	    "@400000006955d52200000000 11 250 and a second\n",
	    "11: " A "|250 an hour (no end)\n"
	    "11: 250 and a second (no beginning) (no end)\n");
}

TEST(the_rest_of_a_record_belongs_to_the_line_above)
{
	assert_conversations(
	    AT("01") ACCEPTED("11") AT("01") ACCEPTED("12")
	    AT("02") "11 (deny) logging::logterse: ` 192.0.2.1\tx\r\n"
	    AT("02") "(helo) the rest\tmsg denied before queued\n"
	    AT("02") "of nobody\n"
	    AT("03") "12 250 ok\n",
	    "11: " A "|(deny) logging::logterse: ` 192.0.2.1\tx\r|"
	    "(helo) the rest\tmsg denied before queued (no end)\n"
	    "12: " A "|250 ok (no end)\n");
}

TEST(each_refusal_by_the_parent_is_a_conversation)
{
	assert_conversations(
	    AT("01") "7 (pre-connection) hosts_allow: fail: too many "
	    "connections from 192.0.2.1 (6 > 5)\n"
	    AT("01") "7 cleaning up after 99\n"
	    AT("01") "7 (deny) logging::logterse: ` \t\t\t\t\thosts_allow\n"
	    AT("02") "7 (deny) logging::logterse: ` \t\t\t\t\thosts_allow\n",
	    "7: (pre-connection) hosts_allow: fail: too many connections from "
	    "192.0.2.1 (6 > 5)|(deny) logging::logterse: ` \t\t\t\t\t"
	    "hosts_allow\n"
	    "7: (deny) logging::logterse: ` \t\t\t\t\thosts_allow\n");
}

TEST(the_same_process_id_on_two_hosts_is_two_processes)
{
	assert_conversations(
	    "Nov 22 14:35:11 one qpsmtpd[11]: " A "\n"
	    "Nov 22 14:35:11 two qpsmtpd[11]: " A "\n"
	    "Nov 22 14:35:12 one qpsmtpd[11]: 250 one\n"
	    "Nov 22 14:35:12 two qpsmtpd[11]: 250 two\n",
	    "11: " A "|250 one (no end)\n11: " A "|250 two (no end)\n");
}

TEST(of_many_that_are_closing_the_oldest_ends)
{
	struct heard h = { 0 };
	struct conversations *cs = new_conversations(&h, true);
	struct buf log = { 0 };

	for (int i = 1; i <= CONVERSATION_CLOSING + 2; i++)
		buf_printf(&log, AT("01") "%d " A "\n" AT("01") "%d " TIME "\n",
		    i, i);
	give(cs, buf_str(&log), 0);
	assert_int_equal(h.n, 2);
	assert_heard(&h, "1: " A "|" TIME "\n2: " A "|" TIME "\n");
	conversations_free(&cs);
	buf_clear(&log);
}

/* ---- parts of a long one ---- */

struct parts {
	size_t n, lines, repeated;
	bool last_continued;
};

static void
count_part(void *ctx, const struct conversation *c)
{
	struct parts *p = ctx;

	assert_true(c->text.n < CONVERSATION_MAX_BYTES);
	assert_true(c->begun);
	assert_str(c->client, "192.0.2.1");
	assert_int_equal(c->repeated > 0, p->n > 0);
	for (size_t i = c->repeated; i < c->n; i++, p->lines++)
		assert_int_equal(c->lines[i].offset, p->lines);
	p->n++;
	p->last_continued = c->continued;
}

TEST(a_long_one_comes_in_parts_and_no_line_is_lost)
{
	struct parts p = { 0 };
	struct conversations_options o = { .format = &format_qpsmtpd,
		.all = true };
	struct conversations *cs = conversations_new(&o, count_part, &p);
	const size_t lines = 10000;

	give(cs, STR(AT("01") ACCEPTED("11")), 0);
	for (size_t i = 1; i < lines; i++)
		give(cs, STR(AT("02") "11 250 a line that is repeated often "
		    "enough to fill whatever there is to be filled\n"), i);
	conversations_finish(cs);
	conversations_free(&cs);
	assert_true(p.n > 2);
	assert_int_equal(p.lines, lines);
	assert_false(p.last_continued);
}

TEST(a_line_longer_than_a_part_is_kept_whole)
{
	struct heard h = { 0 };
	struct conversations *cs = new_conversations(&h, true);
	struct buf line = { 0 };

	give(cs, STR(AT("01") ACCEPTED("11")), 0);
	buf_add_str(&line, STR(AT("02") "11 dispatching "));
	buf_add_repeated(&line, 'x', CONVERSATION_MAX_BYTES + 5);
	buf_add_char(&line, '\n');
	give(cs, buf_str(&line), 100);
	conversations_finish(cs);
	assert_true(h.text.n > CONVERSATION_MAX_BYTES);
	conversations_free(&cs);
	buf_clear(&line);
	buf_clear(&h.text);
}

/* ---- marks ---- */

TEST(only_marked_ones_are_handed_over_and_only_when_settled)
{
	struct heard h = { 0 };
	struct conversations *cs = new_conversations(&h, false);
	size_t helo = (size_t)(strstr(two, "12 dispatching") - two) - 26;

	give(cs, str_from(two), 1000);
	assert_true(conversations_mark(cs, STR("12"), 1000 + helo));
	assert_int_equal(h.n, 0);
	conversations_settle(cs);
	assert_int_equal(h.n, 1);
	assert_heard(&h, strchr(two_told, '\n') + 1);
	assert_false(conversations_mark(cs, STR("12"), 1000 + helo));
	conversations_finish(cs);
	assert_int_equal(h.n, 1);
	conversations_free(&cs);
}

TEST(a_line_of_another_process_marks_the_one_it_speaks_of)
{
	struct heard h = { 0 };
	struct conversations *cs = new_conversations(&h, false);

	give(cs, STR(AT("01") ACCEPTED("11")), 0);
	give(cs, STR(AT("01") ACCEPTED("12")), 80);
	give(cs, STR(AT("01") "13 (queue) q: (for 12) Queuing to /q\n"), 160);
	assert_true(conversations_mark(cs, STR("13"), 160));
	conversations_finish(cs);
	assert_heard(&h, "12: " A "|(queue) q: (for 12) Queuing to /q "
	    "(no end)\n");
	conversations_free(&cs);
}

TEST(a_mark_needs_a_line)
{
	struct heard h = { 0 };
	struct conversations *cs = new_conversations(&h, false);

	give(cs, STR(AT("01") ACCEPTED("11")), 0);
	assert_false(conversations_mark(cs, STR("11"), 1));
	assert_false(conversations_mark(cs, STR("12"), 1));
	assert_true(conversations_mark(cs, STR("11"), 0));
	conversations_settle(cs);
	assert_int_equal(h.n, 0);
	conversations_finish(cs);
	assert_heard(&h, "11: " A " (no end)\n");
	conversations_free(&cs);
}

TEST(one_that_is_open_can_be_marked_blocks_before_its_end)
{
	struct heard h = { 0 };
	struct conversations *cs = new_conversations(&h, false);

	give(cs, STR(AT("01") ACCEPTED("11")), 0);
	assert_true(conversations_mark(cs, STR("11"), 0));
	conversations_settle(cs);
	give(cs, STR(AT("02") "11 250 later\n"), 100);
	conversations_settle(cs);
	give(cs, STR(AT("03") "7 cleaning up after 11\n"), 200);
	conversations_settle(cs);
	assert_heard(&h, "11: " A "|250 later|cleaning up after 11\n");
	conversations_free(&cs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_of_two_connections_are_untangled),
		cmocka_unit_test(
		    it_does_not_matter_how_a_log_is_cut_into_blocks),
		cmocka_unit_test(a_process_id_that_comes_back_begins_anew),
		cmocka_unit_test(
		    what_follows_the_last_line_is_another_connections),
		cmocka_unit_test(
		    a_connection_that_the_log_begins_in_has_no_beginning),
		cmocka_unit_test(a_burial_of_somebody_unknown_says_nothing),
		cmocka_unit_test(an_hour_without_a_line_ends_a_connection),
		cmocka_unit_test(
		    the_rest_of_a_record_belongs_to_the_line_above),
		cmocka_unit_test(each_refusal_by_the_parent_is_a_conversation),
		cmocka_unit_test(
		    the_same_process_id_on_two_hosts_is_two_processes),
		cmocka_unit_test(of_many_that_are_closing_the_oldest_ends),
		cmocka_unit_test(
		    a_long_one_comes_in_parts_and_no_line_is_lost),
		cmocka_unit_test(a_line_longer_than_a_part_is_kept_whole),
		cmocka_unit_test(
		    only_marked_ones_are_handed_over_and_only_when_settled),
		cmocka_unit_test(
		    a_line_of_another_process_marks_the_one_it_speaks_of),
		cmocka_unit_test(a_mark_needs_a_line),
		cmocka_unit_test(
		    one_that_is_open_can_be_marked_blocks_before_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
