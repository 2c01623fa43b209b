#include "pump/lookback.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/test.h"
#include "base/when.h"
#include "input/source.h"

/* Two files of one stream, and the look back over them. */
struct files {
	char paths[2][64];
	struct source sources[2];
	struct buf text[2];
	struct lookback *back;
};

/* Second n of 2026-01-01. */
static void
add_line(struct buf *b, int second, int pid, const char *text)
{
	buf_printf(b, "@%016llx00000000 %d %s\n",
	    0x400000006955b90aULL + (unsigned long long)second, pid, text);
}

static void
put(struct files *f, int i)
{
	FILE *out;

	snprintf(f->paths[i], sizeof(f->paths[i]), "/tmp/lookback-%ld-%d",
	    (long)getpid(), i);
	out = fopen(f->paths[i], "w");
	assert_non_null(out);
	fwrite(f->text[i].p, 1, f->text[i].n, out);
	fclose(out);
	f->sources[i] = (struct source){ .path = f->paths[i], .stream = "/tmp",
		.size = f->text[i].n };
}

static void
begin(struct files *f)
{
	f->back = lookback_new(&format_qpsmtpd, NULL);
	for (int i = 0; i < 2; i++) {
		put(f, i);
		lookback_source(f->back, &f->sources[i], 0, false);
		lookback_seen(f->back, f->text[i].n);
	}
}

static void
end(struct files *f)
{
	lookback_free(&f->back);
	for (int i = 0; i < 2; i++) {
		unlink(f->paths[i]);
		buf_clear(&f->text[i]);
	}
}

/* How many lines are found before the end, and what the first one says. */
static void
assert_found(struct files *f, int pid, int second, uint64_t from, int lines,
    const char *first)
{
	struct line_owner owner = { .place = LINE_WITHIN };
	struct buf text = { 0 };
	struct str found, line;
	int n = 0;

	buf_printf(&text, "%d", pid);
	owner.pid = buf_str(&text);
	owner.time_ns = (INT64_C(1767225600) + second) * WHEN_SECOND;
	found = lookback_find(f->back, &owner, from,
	    f->text[0].n + f->text[1].n);
	for (size_t i = 0; i < found.n; i++)
		n += found.p[i] == '\n';
	assert_int_equal(n, lines);
	line = str_head(found, str_index(found, '\n'));
	if (lines > 0)
		assert_true(str_ends(line, str_from(first)));
	buf_clear(&text);
}

#define ACCEPTED "Accepted connection 0/40 from 192.0.2.7 / Unknown"

TEST(it_goes_back_to_the_line_that_began_the_connection)
{
	struct files f = { 0 };

	add_line(&f.text[0], 1, 39, ACCEPTED);
	add_line(&f.text[0], 2, 39, ACCEPTED);
	add_line(&f.text[0], 3, 40, "220 other");
	for (int i = 0; i < 3000; i++)
		add_line(&f.text[1], 4, 41, "dispatching NOOP 39 after 3");
	add_line(&f.text[1], 5, 39, "220 hello");
	begin(&f);
	assert_found(&f, 39, 6, 0, 2, ACCEPTED);
	assert_found(&f, 40, 6, 0, 1, "220 other");
	assert_found(&f, 3, 6, 0, 0, "");
	end(&f);
}

TEST(it_does_not_go_further_than_asked_for)
{
	struct files f = { 0 };

	add_line(&f.text[0], 1, 39, ACCEPTED);
	add_line(&f.text[1], 2, 39, "220 hello");
	begin(&f);
	assert_found(&f, 39, 3, f.text[0].n, 1, "220 hello");
	end(&f);
}

TEST(what_ended_before_is_another_connection)
{
	struct files f = { 0 };

	add_line(&f.text[0], 1, 39, ACCEPTED);
	add_line(&f.text[0], 2, 39, "(post-connection) connection_time: 1.5 s.");
	add_line(&f.text[1], 3, 39, "220 hello");
	begin(&f);
	assert_found(&f, 39, 4, 0, 2, "1.5 s.");
	end(&f);
}

TEST(an_hour_without_a_line_ends_a_connection)
{
	struct files f = { 0 };

	add_line(&f.text[0], 1, 39, ACCEPTED);
	add_line(&f.text[0], 3000, 39, "220 hello");
	add_line(&f.text[1], 6700, 39, "250 late");
	begin(&f);
	assert_found(&f, 39, 6701, 0, 1, "250 late");
	assert_found(&f, 39, 9000, 0, 1, "250 late");
	end(&f);
}

TEST(the_daemon_refuses_and_begins_no_connection)
{
	struct files f = { 0 };

	add_line(&f.text[0], 1, 39, ACCEPTED);
	add_line(&f.text[0], 2, 39, "(pre-connection) hosts_allow: fail: too "
	    "many connections from 192.0.2.7 (6 > 5)");
	add_line(&f.text[1], 3, 39, "220 hello");
	begin(&f);
	assert_found(&f, 39, 4, 0, 3, ACCEPTED);
	end(&f);
}

TEST(a_line_that_is_cut_between_two_files_is_whole)
{
	struct files f = { 0 };

	add_line(&f.text[0], 1, 39, ACCEPTED);
	f.text[0].n -= 20;
	buf_add(&f.text[1], ACCEPTED + strlen(ACCEPTED) - 19, 19);
	buf_add_char(&f.text[1], '\n');
	begin(&f);
	assert_found(&f, 39, 2, 0, 1, ACCEPTED);
	end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    it_goes_back_to_the_line_that_began_the_connection),
		cmocka_unit_test(it_does_not_go_further_than_asked_for),
		cmocka_unit_test(what_ended_before_is_another_connection),
		cmocka_unit_test(an_hour_without_a_line_ends_a_connection),
		cmocka_unit_test(the_daemon_refuses_and_begins_no_connection),
		cmocka_unit_test(a_line_that_is_cut_between_two_files_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
