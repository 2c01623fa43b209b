#include "format/qpsmtpd_track.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/test.h"
#include "base/when.h"

#define MINUTE (INT64_C(60) * WHEN_SECOND)

/* What was emitted, a line an event: kind pid client what-else. */
static void
write_event(void *ctx, const struct event *ev)
{
	struct buf *b = ctx;

	buf_printf(b, "%lld %s %.*s", (long long)(ev->time_ns / MINUTE),
	    event_kind_name(ev->kind), STR_ARG(ev->pid));
	if (ev->client.n)
		buf_printf(b, " %.*s", STR_ARG(ev->client));
	if (ev->host.n)
		buf_printf(b, " host %.*s", STR_ARG(ev->host));
	if (ev->country.n)
		buf_printf(b, " in %.*s", STR_ARG(ev->country));
	if (ev->disposition.n)
		buf_printf(b, " %.*s", STR_ARG(ev->disposition));
	if (ev->last_disposition.n)
		buf_printf(b, " after %.*s", STR_ARG(ev->last_disposition));
	if (ev->authenticated)
		buf_printf(b, " logged in");
	if (ev->repeated)
		buf_printf(b, " again");
	if (ev->unfinished)
		buf_printf(b, " unfinished");
	buf_add_char(b, '\n');
}

static struct event
line_of(enum event_kind kind, int64_t minute, const char *pid)
{
	struct event ev;

	event_init(&ev, kind, minute < 0 ? WHEN_NONE : minute * MINUTE);
	ev.pid = str_from(pid);
	return ev;
}

static uint64_t
key_of(const char *pid)
{
	uint64_t key = 0;

	assert_true(num_u64(str_from(pid), &key));
	return key;
}

/* The lines of a connection, at a minute; the process id is the key. */

static void
accepted(struct track *t, int64_t minute, const char *pid, const char *client)
{
	struct event ev = line_of(EVENT_ACCEPTED, minute, pid);

	ev.client = str_from(client);
	ev.host = STR("h");
	track_line(t, QP_ACCEPTED, key_of(pid), &ev);
}

static void
country(struct track *t, int64_t minute, const char *pid, const char *name)
{
	struct event ev = line_of(EVENT_CHECK, minute, pid);

	ev.country = str_from(name);
	track_line(t, QP_COUNTRY, key_of(pid), &ev);
}

static void
login(struct track *t, int64_t minute, const char *pid)
{
	struct event ev = line_of(EVENT_CHECK, minute, pid);

	track_line(t, QP_LOGIN, key_of(pid), &ev);
}

static void
record(struct track *t, int64_t minute, const char *pid, const char *client,
    const char *disposition)
{
	struct event ev = line_of(EVENT_TRANSACTION, minute, pid);

	ev.client = str_from(client);
	ev.disposition = str_from(disposition);
	track_line(t, QP_RECORD, key_of(pid), &ev);
}

static void
closed(struct track *t, int64_t minute, const char *pid)
{
	struct event ev = line_of(EVENT_CLOSED, minute, pid);

	ev.duration_ns = 1;
	track_line(t, QP_TIME, key_of(pid), &ev);
}

static void
cleaned(struct track *t, int64_t minute, const char *pid)
{
	struct event ev = line_of(EVENT_CLOSED, minute, pid);

	track_line(t, QP_CLEANING, key_of(pid), &ev);
}

static void
assert_told(struct buf *b, const char *expected)
{
	assert_string_equal(b->p ? b->p : "", expected);
	buf_clear(b);
}

static void
finish(struct track *t)
{
	track_finish(t);
	track_free(&t);
	assert_null(t);
}

TEST(a_connection_lends_what_it_knows_to_its_lines)
{
	struct buf b = { 0 };
	struct track *t = track_new(write_event, &b, true);

	accepted(t, 0, "7", "192.0.2.1");
	country(t, 1, "7", "DE");
	login(t, 2, "7");
	record(t, 3, "7", "192.0.2.1", "dnsbl");
	record(t, 4, "7", "192.0.2.1", "queued");
	closed(t, 5, "7");
	finish(t);
	assert_told(&b, "0 accepted 7 192.0.2.1 host h\n"
	    "1 check 7 192.0.2.1 host h in DE\n"
	    "2 check 7 192.0.2.1 host h in DE logged in\n"
	    "3 transaction 7 192.0.2.1 host h in DE dnsbl logged in\n"
	    "4 transaction 7 192.0.2.1 host h in DE queued logged in\n"
	    "5 closed 7 192.0.2.1 host h in DE after queued logged in\n");
}

TEST(a_country_is_repeated_if_the_connection_had_one)
{
	struct buf b = { 0 };
	struct track *t = track_new(write_event, &b, true);

	accepted(t, 0, "7", "192.0.2.1");
	country(t, 0, "7", "DE");
	country(t, 0, "7", "FR");
	login(t, 0, "7");
	closed(t, 0, "7");
	accepted(t, 1, "7", "192.0.2.1");
	country(t, 1, "7", "DE");
	closed(t, 1, "7");
	finish(t);
	assert_told(&b, "0 accepted 7 192.0.2.1 host h\n"
	    "0 check 7 192.0.2.1 host h in DE\n"
	    "0 check 7 192.0.2.1 host h in FR again\n"
	    "0 check 7 192.0.2.1 host h in FR logged in\n"
	    "0 closed 7 192.0.2.1 host h in FR logged in\n"
	    "1 accepted 7 192.0.2.1 host h\n"
	    "1 check 7 192.0.2.1 host h in DE\n"
	    "1 closed 7 192.0.2.1 host h in DE\n");
}

TEST(connections_do_not_mix)
{
	struct buf b = { 0 };
	struct track *t = track_new(write_event, &b, true);

	accepted(t, 0, "7", "192.0.2.1");
	accepted(t, 0, "8", "192.0.2.2");
	country(t, 1, "8", "FR");
	closed(t, 2, "7");
	closed(t, 2, "8");
	finish(t);
	assert_told(&b, "0 accepted 7 192.0.2.1 host h\n"
	    "0 accepted 8 192.0.2.2 host h\n"
	    "1 check 8 192.0.2.2 host h in FR\n"
	    "2 closed 7 192.0.2.1 host h\n"
	    "2 closed 8 192.0.2.2 host h in FR\n");
}

TEST(cleaning_up_ends_a_connection_that_connection_time_did_not)
{
	struct buf b = { 0 };
	struct track *t = track_new(write_event, &b, true);

	accepted(t, 0, "7", "192.0.2.1");
	closed(t, 1, "7");
	cleaned(t, 1, "7");
	accepted(t, 2, "8", "192.0.2.2");
	cleaned(t, 3, "8");
	cleaned(t, 3, "9");
	finish(t);
	assert_told(&b, "0 accepted 7 192.0.2.1 host h\n"
	    "1 closed 7 192.0.2.1 host h\n"
	    "2 accepted 8 192.0.2.2 host h\n"
	    "3 closed 8 192.0.2.2 host h\n");
}

TEST(a_process_id_that_comes_back_begins_a_new_connection)
{
	struct buf b = { 0 };
	struct track *t = track_new(write_event, &b, true);

	accepted(t, 0, "7", "192.0.2.1");
	country(t, 1, "7", "DE");
	accepted(t, 2, "7", "192.0.2.2");
	closed(t, 3, "7");
	finish(t);
	assert_told(&b, "0 accepted 7 192.0.2.1 host h\n"
	    "1 check 7 192.0.2.1 host h in DE\n"
	    "1 closed 7 192.0.2.1 host h in DE unfinished\n"
	    "2 accepted 7 192.0.2.2 host h\n"
	    "3 closed 7 192.0.2.2 host h\n");
}

TEST(a_line_without_a_connection_says_what_it_can)
{
	struct buf b = { 0 };
	struct track *t = track_new(write_event, &b, true);

	record(t, 0, "7", "192.0.2.1", "queued");
	closed(t, 1, "7");
	country(t, 2, "7", "DE");
	country(t, 2, "7", "DE");
	finish(t);
	assert_told(&b, "0 transaction 7 192.0.2.1 queued\n"
	    "1 closed 7\n2 check 7 in DE\n2 check 7 in DE\n");
}

TEST(after_its_end_a_connection_lends_nothing)
{
	struct buf b = { 0 };
	struct track *t = track_new(write_event, &b, true);

	accepted(t, 0, "7", "192.0.2.1");
	closed(t, 1, "7");
	country(t, 2, "7", "DE");
	finish(t);
	assert_told(&b, "0 accepted 7 192.0.2.1 host h\n"
	    "1 closed 7 192.0.2.1 host h\n2 check 7 in DE\n");
}

TEST(an_hour_without_a_line_ends_a_connection)
{
	struct buf b = { 0 };
	struct track *t = track_new(write_event, &b, true);

	accepted(t, 0, "7", "192.0.2.1");
	country(t, 60, "7", "DE");
	login(t, 120, "7");
	closed(t, 181, "7");
	finish(t);
	assert_told(&b, "0 accepted 7 192.0.2.1 host h\n"
	    "60 check 7 192.0.2.1 host h in DE\n"
	    "120 check 7 192.0.2.1 host h in DE logged in\n"
	    "120 closed 7 192.0.2.1 host h in DE logged in unfinished\n"
	    "181 closed 7\n");
}

TEST(what_is_open_at_the_end_is_unfinished)
{
	struct buf b = { 0 };
	struct track *t = track_new(write_event, &b, true);

	accepted(t, 0, "7", "192.0.2.1");
	record(t, 1, "7", "192.0.2.1", "dnsbl");
	finish(t);
	assert_told(&b, "0 accepted 7 192.0.2.1 host h\n"
	    "1 transaction 7 192.0.2.1 host h dnsbl\n"
	    "1 closed 7 192.0.2.1 host h after dnsbl unfinished\n");
}

TEST(without_stamps_connections_do_not_age)
{
	struct buf b = { 0 };
	struct track *t = track_new(write_event, &b, true);
	struct event ev = line_of(EVENT_CLOSED, -1, "7");

	accepted(t, -1, "7", "192.0.2.1");
	ev.time_ns = 0;
	track_line(t, QP_TIME, 7, &ev);
	track_free(&t);
	assert_non_null(strstr(b.p, "0 closed 7 192.0.2.1 host h\n"));
	buf_clear(&b);
}

TEST(a_very_long_disposition_is_cut)
{
	char name[300];
	struct buf b = { 0 };
	struct track *t = track_new(write_event, &b, true);

	memset(name, 'd', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	accepted(t, 0, "7", "192.0.2.1");
	record(t, 0, "7", "192.0.2.1", name);
	buf_reset(&b);
	closed(t, 0, "7");
	name[64] = '\0';
	assert_non_null(strstr(b.p, name));
	assert_int_equal(b.n, strlen("0 closed 7 192.0.2.1 host h after \n") +
	    64);
	finish(t);
	buf_clear(&b);
}

/* Two pieces of a log, the first of them settled. */
struct pieces {
	struct buf first_told, second_told;
	struct track *first, *second;
};

static struct pieces *
pieces_new(void)
{
	struct pieces *p = calloc(1, sizeof(*p));

	p->first = track_new(write_event, &p->first_told, true);
	p->second = track_new(write_event, &p->second_told, false);
	return p;
}

/* What both told before they met, and what they told after. */
static void
assert_pieces_told(struct pieces *p, const char *second, const char *joined)
{
	assert_told(&p->second_told, second);
	buf_reset(&p->first_told);
	track_join(p->first, &p->second);
	assert_null(p->second);
	finish(p->first);
	assert_told(&p->second_told, "");
	assert_told(&p->first_told, joined);
	free(p);
}

TEST(loose_lines_wait_for_the_piece_before)
{
	struct pieces *p = pieces_new();

	accepted(p->first, 0, "7", "192.0.2.1");
	country(p->first, 0, "7", "DE");
	country(p->second, 1, "7", "FR");
	record(p->second, 2, "7", "192.0.2.1", "queued");
	closed(p->second, 3, "7");
	assert_pieces_told(p, "", "1 check 7 192.0.2.1 host h in FR again\n"
	    "2 transaction 7 192.0.2.1 host h in FR queued\n"
	    "3 closed 7 192.0.2.1 host h in FR after queued\n");
}

TEST(loose_lines_that_no_piece_knows_are_plain)
{
	struct pieces *p = pieces_new();

	country(p->second, 1, "7", "FR");
	closed(p->second, 3, "7");
	cleaned(p->second, 3, "7");
	assert_pieces_told(p, "", "1 check 7 in FR\n3 closed 7\n");
}

TEST(settled_loose_lines_are_plain)
{
	struct buf b = { 0 };
	struct track *t = track_new(write_event, &b, false);

	country(t, 1, "7", "FR");
	closed(t, 3, "7");
	cleaned(t, 3, "7");
	assert_int_equal(b.n, 0);
	track_settle(t);
	track_settle(t);
	record(t, 4, "7", "192.0.2.1", "queued");
	finish(t);
	assert_told(&b, "1 check 7 in FR\n3 closed 7\n"
	    "4 transaction 7 192.0.2.1 queued\n");
}

TEST(an_id_that_began_anew_has_nothing_to_do_with_the_piece_before)
{
	struct pieces *p = pieces_new();

	accepted(p->first, 0, "7", "192.0.2.1");
	accepted(p->second, 1, "7", "192.0.2.2");
	closed(p->second, 2, "7");
	country(p->second, 3, "7", "FR");
	assert_pieces_told(p, "1 accepted 7 192.0.2.2 host h\n"
	    "2 closed 7 192.0.2.2 host h\n3 check 7 in FR\n",
	    "0 closed 7 192.0.2.1 host h unfinished\n");
}

TEST(a_loose_end_and_a_new_beginning_are_told_apart)
{
	struct pieces *p = pieces_new();

	accepted(p->first, 0, "7", "192.0.2.1");
	closed(p->second, 1, "7");
	country(p->second, 2, "7", "FR");
	accepted(p->second, 3, "7", "192.0.2.2");
	assert_pieces_told(p, "2 check 7 in FR\n3 accepted 7 192.0.2.2 host h\n",
	    "1 closed 7 192.0.2.1 host h\n"
	    "3 closed 7 192.0.2.2 host h unfinished\n");
}

TEST(loose_lines_before_a_new_beginning_are_of_the_old_connection)
{
	struct pieces *p = pieces_new();

	accepted(p->first, 0, "7", "192.0.2.1");
	country(p->second, 1, "7", "FR");
	accepted(p->second, 2, "7", "192.0.2.2");
	closed(p->second, 3, "7");
	assert_pieces_told(p, "2 accepted 7 192.0.2.2 host h\n"
	    "3 closed 7 192.0.2.2 host h\n",
	    "1 check 7 192.0.2.1 host h in FR\n"
	    "1 closed 7 192.0.2.1 host h in FR unfinished\n");
}

TEST(a_connection_goes_on_over_several_pieces)
{
	struct buf told[3] = { { 0 } };
	struct track *t[3];

	for (int i = 0; i < 3; i++)
		t[i] = track_new(write_event, &told[i], i == 0);
	accepted(t[0], 0, "7", "192.0.2.1");
	country(t[1], 30, "7", "FR");
	accepted(t[1], 31, "8", "192.0.2.2");
	closed(t[2], 60, "8");
	closed(t[2], 61, "7");
	buf_reset(&told[0]);
	track_join(t[0], &t[1]);
	track_join(t[0], &t[2]);
	finish(t[0]);
	assert_told(&told[0], "30 check 7 192.0.2.1 host h in FR\n"
	    "60 closed 8 192.0.2.2 host h\n"
	    "61 closed 7 192.0.2.1 host h in FR\n");
	buf_clear(&told[1]);
}

TEST(what_is_later_than_an_hour_does_not_wait)
{
	struct pieces *p = pieces_new();

	accepted(p->first, 0, "7", "192.0.2.1");
	country(p->second, 10, "8", "FR");
	country(p->second, 70, "7", "FR");
	country(p->second, 71, "9", "FR");
	assert_pieces_told(p, "71 check 9 in FR\n", "10 check 8 in FR\n"
	    "0 closed 7 192.0.2.1 host h unfinished\n70 check 7 in FR\n");
}

TEST(a_loose_connection_waits_as_long_as_it_goes_on)
{
	struct pieces *p = pieces_new();

	accepted(p->first, 0, "7", "192.0.2.1");
	for (int64_t minute = 50; minute < 400; minute += 50)
		login(p->second, minute, "7");
	closed(p->second, 400, "7");
	buf_reset(&p->first_told);
	track_join(p->first, &p->second);
	assert_int_equal(p->second_told.n, 0);
	assert_non_null(strstr(p->first_told.p,
	    "400 closed 7 192.0.2.1 host h logged in\n"));
	finish(p->first);
	assert_null(strstr(p->first_told.p, "unfinished"));
	buf_clear(&p->first_told);
	free(p);
}

TEST(a_loose_connection_of_an_hour_ago_is_over)
{
	struct pieces *p = pieces_new();

	accepted(p->first, 0, "7", "192.0.2.1");
	login(p->second, 1, "7");
	login(p->second, 62, "7");
	assert_pieces_told(p, "62 check 7\n",
	    "1 check 7 192.0.2.1 host h logged in\n"
	    "1 closed 7 192.0.2.1 host h logged in unfinished\n");
}

TEST(more_loose_lines_than_the_cap_do_not_wait)
{
	struct buf b = { 0 };
	struct track *t = track_new(write_event, &b, false);

	for (int i = 0; i < TRACK_MAX_LOOSE; i++)
		login(t, 0, "7");
	assert_int_equal(b.n, 0);
	assert_int_equal(track_overflow(t), 0);
	login(t, 0, "7");
	record(t, 0, "8", "192.0.2.1", "queued");
	assert_int_equal(track_overflow(t), 2);
	assert_told(&b, "0 check 7\n0 transaction 8 192.0.2.1 queued\n");
	track_settle(t);
	track_free(&t);
	buf_clear(&b);
}

TEST(the_overflow_of_pieces_adds_up)
{
	struct buf b = { 0 };
	struct track *t = track_new(write_event, &b, true);
	struct track *later = track_new(write_event, &b, false);

	for (int i = 0; i <= TRACK_MAX_LOOSE; i++)
		cleaned(later, 0, "7");
	/* The id ended with the first line, so nothing more waited. */
	assert_int_equal(track_overflow(later), 0);
	for (int i = 1; i <= TRACK_MAX_LOOSE; i++)
		login(later, 0, "8");
	assert_int_equal(track_overflow(later), 1);
	track_join(t, &later);
	assert_int_equal(track_overflow(t), 1);
	finish(t);
	buf_clear(&b);
}

TEST(thousands_of_connections_may_be_open)
{
	struct buf b = { 0 };
	struct track *t = track_new(write_event, &b, true);
	char pid[12];
	size_t n = 0;

	for (int i = 1; i <= 5000; i++) {
		snprintf(pid, sizeof(pid), "%d", i);
		accepted(t, i / 1000, pid, "192.0.2.1");
	}
	buf_reset(&b);
	/* A line an hour later: all others are given up, sooner or later. */
	accepted(t, 70, "5001", "192.0.2.1");
	track_finish(t);
	track_free(&t);
	for (const char *at = b.p; (at = strstr(at, "unfinished")); at++)
		n++;
	assert_int_equal(n, 5001);
	buf_clear(&b);
}

TEST(a_track_that_was_never_made_is_freed_too)
{
	struct track *t = NULL;

	track_free(&t);
	assert_null(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_connection_lends_what_it_knows_to_its_lines),
		cmocka_unit_test(a_country_is_repeated_if_the_connection_had_one),
		cmocka_unit_test(connections_do_not_mix),
		cmocka_unit_test(cleaning_up_ends_a_connection_that_connection_time_did_not),
		cmocka_unit_test(a_process_id_that_comes_back_begins_a_new_connection),
		cmocka_unit_test(a_line_without_a_connection_says_what_it_can),
		cmocka_unit_test(after_its_end_a_connection_lends_nothing),
		cmocka_unit_test(an_hour_without_a_line_ends_a_connection),
		cmocka_unit_test(what_is_open_at_the_end_is_unfinished),
		cmocka_unit_test(without_stamps_connections_do_not_age),
		cmocka_unit_test(a_very_long_disposition_is_cut),
		cmocka_unit_test(loose_lines_wait_for_the_piece_before),
		cmocka_unit_test(loose_lines_that_no_piece_knows_are_plain),
		cmocka_unit_test(settled_loose_lines_are_plain),
		cmocka_unit_test(an_id_that_began_anew_has_nothing_to_do_with_the_piece_before),
		cmocka_unit_test(a_loose_end_and_a_new_beginning_are_told_apart),
		cmocka_unit_test(loose_lines_before_a_new_beginning_are_of_the_old_connection),
		cmocka_unit_test(a_connection_goes_on_over_several_pieces),
		cmocka_unit_test(what_is_later_than_an_hour_does_not_wait),
		cmocka_unit_test(a_loose_connection_waits_as_long_as_it_goes_on),
		cmocka_unit_test(a_loose_connection_of_an_hour_ago_is_over),
		cmocka_unit_test(more_loose_lines_than_the_cap_do_not_wait),
		cmocka_unit_test(the_overflow_of_pieces_adds_up),
		cmocka_unit_test(thousands_of_connections_may_be_open),
		cmocka_unit_test(a_track_that_was_never_made_is_freed_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
