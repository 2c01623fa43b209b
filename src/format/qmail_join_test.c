/*
 * qmail_join_test.c - THE LAW: a log of qmail-send read in pieces tells what
 * it tells read in one go; read file by file with its state saved between, it
 * does too.  With MAILTALLY_TEST_QMAIL_LOG the path of such a log, that log is
 * cut too.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/test.h"
#include "base/when.h"
#include "format/qmail_scan.h"
#include "format/test_scan.h"

#define T(s, ns) "@4000000069c86b" s ns " "

/* Three processes; the second is killed while 1 and 2 run. */
static const char multilog_log[] =
    T("80", "00000001") "delivery 7: success: did_1+0+0/\n"
    T("80", "00000002") "status: local 0/10 remote 0/20\n"
    T("80", "00000003") "end msg 40\n"
    T("81", "00000001") "status: exiting\n"
    T("82", "00000001") "status: local 0/10 remote 0/20\n"
    T("82", "00000002") "new msg 43\n"
    T("82", "00000003") "info msg 43: bytes 1000 from <Alice@Example.COM> qp 501 uid 1000\n"
    T("82", "00000004") "starting delivery 1: msg 43 to remote Bob@Far.Example\n"
    T("82", "00000005") "status: local 0/10 remote 1/20\n"
    T("82", "00000006") "new msg 44\n"
    T("82", "00000007") "info msg 44: bytes 10 from <> qp 502 uid 990 more words\n"
    T("82", "00000008") "starting delivery 2: msg 44 to local c@d\n"
    T("82", "00000008") "status: local 1/10 remote 1/20\n"
    T("83", "00000001") "starting delivery 3: msg 43 to remote e@f\n"
    T("83", "00000002") "delivery 3: deferral: Connected_to_192.0.2.1_but_connection_died._(#4.4.2)/\n"
    T("83", "00000003") "status: local 1/10 remote 1/20\n"
    T("84", "00000001") "status: local 0/10 remote 0/20\n"
    T("84", "00000002") "starting delivery 1: msg 43 to remote Bob@Far.Example\n"
    T("84", "00000003") "status: local 0/10 remote 1/20\n"
    T("84", "00000004") "delivery 2: success: did_1+0+0/\n"
    T("84", "00000005") "delivery 1: failure: no/ further tokens\n"
    T("84", "00000006") "warning: trouble in select\n"
    T("84", "00000007") "status: local 0/10 remote 0/20\n"
    T("84", "00000008") "bounce msg 43 qp 503\n"
    T("84", "00000009") "end msg 43\n"
    T("85", "00000001") "new msg 43\n"
    T("85", "00000002") "info msg 43: bytes 77 from <x>_qp_1_uid_0@d.example> qp 503 uid 0\n"
    T("85", "00000003") "starting delivery 2: msg 43 to local no-at-sign\n"
    T("85", "00000004") "new msg 43\n"
    T("85", "00000005") "info msg 43: bytes 78 from <again@d.example> qp 504 uid 0\n"
    T("85", "00000006") "delivery 2: success: did_0+1+0/qp_99/\n"
    T("85", "00000007") "delivery 2: success: twice/\n"
    T("85", "00000008") "end msg 43\n"
    T("85", "00000009") "end msg 43\n"
    T("86", "00000001") "starting delivery 9: msg 44 to local c@d\n"
    T("86", "00000002") "starting delivery 5: msg 45 to local g@h\n"
    T("86", "00000003") "delivery 9: report mangled, will defer\n"
    T("86", "00000004") "delivery 5: wonderful: yes/\n"
    T("86", "00000005") "extra 44 5 6 7\n"
    T("86", "00000006") "alert: oh no! lost spawn connection! dying...\n"
    T("86", "00000007") "triple bounce: discarding bounce/44\n"
    T("86", "00000008") "something else entirely\n"
    T("87", "00000001") "status: local 0/10 remote 0/20 exitasap\n"
    T("87", "00000002") "starting delivery 1: msg 44 to local c@d\n"
    T("87", "00000003") "delivery 1: success: /\n"
    T("87", "00000004") "status: local 0/10 remote 0/20\n"
    T("87", "00000005") "end msg 44\n"
    T("87", "00000006") "new msg 50\n"
    T("87", "00000007") "info msg 50: bytes 5 from <a@b> qp 505 uid 0\n"
    T("87", "00000008") "starting delivery 2: msg 50 to remote i@j\n"
    T("87", "00000009") "delivery 2: succ";

/* Through splogger: folded lines, another program between, two hosts. */
#define S(us) "Nov 22 14:21:06 one qmail: 1795357266." us
#define S2(us) "Nov 22 14:21:06 two qmail: 1795357266." us
#define FILL "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
static const char syslog_log[] =
    S("000001") " starting delivery 4: msg 9 to local a@b\n"
    S("000002") " delivery 4: failure: " FILL FILL FILL FILL FILL "\n"
    "Nov 22 14:21:06 one sshd[12]: hello\n"
    S("000002") "+" FILL "\n"
    S("000002") "+_the_end/\n"
    S("000003") " status: local 0/10 remote 0/20\n"
    S2("000004") " starting delivery 4: msg 9 to local c@d\n"
    S("000005") " info msg 9: bytes 3 from <e@f> qp 1 uid 2\n"
    S2("000006") " info msg 9: bytes 4 from <g@h> qp 3 uid 4\n"
    S("000007") " starting delivery 5: msg 9 to local i@j\n"
    S2("000008") " delivery 4: success: did_1+0+0/\n"
    S("000009") " delivery 5: deferral: " FILL FILL FILL FILL FILL "\n"
    S("000010") " end msg 9\n"
    S2("000011") " end msg 9\n"
    S("000012") "+of nothing\n";

static struct told
whole_of(struct str log)
{
	return test_scan_whole(&format_qmail_send, &test_everything, log);
}

static void
cut_everywhere(struct str log)
{
	struct told whole = whole_of(log);

	for (size_t at = 0; at <= log.n; at++)
		test_assert_cut(&format_qmail_send, &test_everything, &whole,
		    log, &at, 1, true);
	told_clear(&whole);
}

TEST(a_log_cut_anywhere_tells_the_same)
{
	cut_everywhere(str_make(multilog_log, sizeof(multilog_log) - 1));
}

TEST(a_log_cut_at_line_ends_tells_the_same)
{
	struct str log = str_make(multilog_log, sizeof(multilog_log) - 1);
	struct told whole = whole_of(log);

	for (size_t a = 1; a < log.n; a++)
		for (size_t b = a; log.p[a - 1] == '\n' && b < log.n; b++) {
			size_t cuts[2] = { a, b };

			if (log.p[b - 1] == '\n')
				test_assert_cut(&format_qmail_send,
				    &test_everything, &whole, log, cuts, 2,
				    false);
		}
	told_clear(&whole);
}

TEST(folded_lines_may_be_cut_between_pieces)
{
	struct scan_options o = test_everything;
	struct str log = str_make(syslog_log, sizeof(syslog_log) - 1);
	struct told whole = test_scan_whole(&format_qmail_send, &o, log);

	for (size_t at = 1; at < log.n; at++)
		if (log.p[at - 1] == '\n')
			test_assert_cut(&format_qmail_send, &o, &whole, log,
			    &at, 1, false);
	told_clear(&whole);
}

TEST(a_log_in_many_pieces_tells_the_same)
{
	struct str log = str_make(multilog_log, sizeof(multilog_log) - 1);
	struct told whole = whole_of(log);
	uint32_t random = 7;

	for (int round = 0; round < 300; round++) {
		size_t cuts[TEST_PIECES - 1];
		size_t at = 0;

		for (int i = 0; i < TEST_PIECES - 1; i++) {
			random = random * 1103515245 + 12345;
			at += (random >> 8) % (log.n * 2 / TEST_PIECES);
			cuts[i] = at < log.n ? at : log.n;
		}
		test_assert_cut(&format_qmail_send, &test_everything, &whole,
		    log, cuts, TEST_PIECES - 1, true);
	}
	told_clear(&whole);
}

/* ---- state ---- */

static void
count_open(struct told *t)
{
	/* What is open at an end is not news. */
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++)
		if (str_find(t->events[i], STR(" unfinished")) ==
		    t->events[i].n)
			t->events[n++] = t->events[i];
	t->n = n;
}

/* Reads from..to behind the state of what came before; the new state in b. */
static void
read_with_state(struct told *t, struct str part, struct buf *state)
{
	struct buf in = { 0 };
	struct scan *s;

	buf_add_str(&in, buf_str(state));
	buf_add_str(&in, part);
	s = test_scan_piece(&format_qmail_send, &test_everything, t,
	    buf_str(&in), 0, true, SIZE_MAX);
	buf_reset(state);
	qmail_scan_save(s, state);
	s->format->scan_free(&s);
	buf_clear(&in);
}

static void
strip_offsets(struct told *t)
{
	for (size_t i = 0; i < t->n; i++) {
		size_t at = str_find(t->events[i], STR(" offset="));

		t->events[i] = str_head(t->events[i], at);
	}
}

static int
by_text(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static size_t
without_queued(struct told *t)
{
	size_t n = 0;

	strip_offsets(t);
	count_open(t);
	/* The state says again what was queued. */
	for (size_t i = 0; i < t->n; i++)
		if (!str_starts(t->events[i], STR("queued ")))
			t->events[n++] = t->events[i];
	t->n = n;
	qsort(t->events, n, sizeof(*t->events), by_text);
	return n;
}

TEST(file_by_file_with_the_state_between_tells_the_same)
{
	struct str log = str_make(multilog_log, sizeof(multilog_log) - 1);
	struct told whole = whole_of(log);

	without_queued(&whole);
	for (size_t at = 0; at < log.n; at++) {
		struct told parts = { 0 };
		struct buf open = { 0 };

		read_with_state(&parts, str_head(log, at), &open);
		read_with_state(&parts, str_skip(log, at), &open);
		without_queued(&parts);
		told_assert_same_events(&whole, &parts, "with state");
		buf_clear(&open);
		told_clear(&parts);
	}
	told_clear(&whole);
}

/* ---- a log of yours ---- */

#define YOURS_BYTES ((size_t)200 << 10)

static struct str
file_read(const char *path)
{
	struct buf b = { 0 };
	FILE *f = fopen(path, "rb");
	size_t n;

	assert_non_null(f);
	do {
		char *to = buf_reserve(&b, 1 << 20);

		n = fread(to, 1, 1 << 20, f);
		b.n += n;
	} while (n > 0);
	fclose(f);
	return buf_str(&b);
}

TEST(a_log_of_yours_tells_the_same_in_pieces)
{
	const char *path = getenv("MAILTALLY_TEST_QMAIL_LOG");
	struct str log;
	struct told whole;
	uint32_t random = 3;

	if (path == NULL)
		return;
	log = file_read(path);
	whole = whole_of(log);
	for (int round = 0; round < 20; round++) {
		size_t cuts[TEST_PIECES - 1];
		size_t at = 0;

		for (int i = 0; i < TEST_PIECES - 1; i++) {
			random = random * 1103515245 + 12345;
			at += random % (log.n * 2 / TEST_PIECES);
			cuts[i] = at < log.n ? at : log.n;
		}
		test_assert_cut(&format_qmail_send, &test_everything, &whole,
		    log, cuts, TEST_PIECES - 1, true);
	}
	told_clear(&whole);
	free((void *)(uintptr_t)log.p);
}

/* The file is cut at its lines' ends, as if multilog had begun others there. */
TEST(a_log_of_yours_file_by_file_tells_the_same)
{
	const char *path = getenv("MAILTALLY_TEST_QMAIL_LOG");
	struct told whole, parts = { 0 };
	struct buf open = { 0 };
	struct str log, rest;

	if (path == NULL)
		return;
	log = rest = file_read(path);
	whole = whole_of(log);
	without_queued(&whole);
	while (rest.n > 0) {
		size_t n = rest.n < YOURS_BYTES ? rest.n : YOURS_BYTES;

		n += str_index(str_skip(rest, n), '\n');
		n += n < rest.n;
		read_with_state(&parts, str_head(rest, n), &open);
		rest = str_skip(rest, n);
	}
	without_queued(&parts);
	told_assert_same_events(&whole, &parts, "file by file");
	buf_clear(&open);
	told_clear(&parts);
	told_clear(&whole);
	free((void *)(uintptr_t)log.p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_log_cut_anywhere_tells_the_same),
		cmocka_unit_test(a_log_cut_at_line_ends_tells_the_same),
		cmocka_unit_test(folded_lines_may_be_cut_between_pieces),
		cmocka_unit_test(a_log_in_many_pieces_tells_the_same),
		cmocka_unit_test(
		    file_by_file_with_the_state_between_tells_the_same),
		cmocka_unit_test(a_log_of_yours_tells_the_same_in_pieces),
		cmocka_unit_test(a_log_of_yours_file_by_file_tells_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
