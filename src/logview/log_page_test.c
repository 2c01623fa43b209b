#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zlib.h>

#include "base/err.h"
#include "base/test.h"
#include "base/when.h"
#include "base/zone.h"
#include "input/source.h"
#include "logview/log_list.h"
#include "logview/log_page.h"

/* Stands still, but for tests of the limit. */
static int64_t
no_time_passes(void)
{
	return 0;
}

/* Each look at the clock is a minute later. */
static int64_t
time_flies(void)
{
	static int64_t now_ns;

	return now_ns += 60 * WHEN_SECOND;
}

struct fixture {
	char path[64];
	struct source_list list;
	struct zone *zone;
	struct log_page_options o;
	struct log_page page;
};

static void
write_all(const char *path, const char *text, size_t n, bool packed)
{
	gzFile f = gzopen(path, packed ? "wb" : "wbT");

	assert_non_null(f);
	assert_int_equal(gzwrite(f, text, (unsigned)n), n);
	assert_int_equal(gzclose(f), Z_OK);
}

static void
open_fixture(struct fixture *f, const char *text, size_t n, bool packed)
{
	const struct source_options so = { .newer_than_ns = WHEN_NONE };
	int fd;

	*f = (struct fixture){ .path = "/tmp/log_page_test.XXXXXX" };
	fd = mkstemp(f->path);
	assert_true(fd >= 0);
	close(fd);
	write_all(f->path, text, n, packed);
	assert_int_equal(source_list_add(&f->list, f->path, &so, NULL), 0);
	assert_int_equal(zone_open(&f->zone, "Europe/Berlin", NULL), 0);
	f->o = (struct log_page_options){ .limit = 500, .zone = f->zone,
		.clock = no_time_passes };
}

static void
close_fixture(struct fixture *f)
{
	log_page_clear(&f->page);
	source_list_clear(&f->list);
	zone_close(&f->zone);
	unlink(f->path);
}

static const struct log_page *
read_page(struct fixture *f)
{
	log_page_clear(&f->page);
	assert_int_equal(log_page_read(&f->page, f->list.sources[0], &f->o,
	    NULL), 0);
	return &f->page;
}

static void
assert_text(struct str got, const char *should)
{
	assert_int_equal(got.n, strlen(should));
	assert_memory_equal(got.p, should, got.n);
}

static const char three[] =
    "@4000000069af60360754d4d5 100 Accepted connection 1/40 from 192.0.2.7\n"
    "no stamp at all\r\n"
    "Mar 10 01:05:00 mx qpsmtpd[5]: of syslog";

static void
lines_are_taken_apart(void **state)
{
	struct fixture f;
	const struct log_page *p;

	(void)state;
	open_fixture(&f, three, sizeof(three) - 1, false);
	p = read_page(&f);
	assert_int_equal(p->n, 3);
	assert_int_equal(p->reason, LOG_PAGE_END);
	assert_int_equal(p->next, sizeof(three) - 1);
	assert_text(p->lines[0].stamp, "@4000000069af60360754d4d5");
	assert_text(p->lines[0].text,
	    "100 Accepted connection 1/40 from 192.0.2.7");
	assert_int_not_equal(p->lines[0].time_ns, WHEN_NONE);
	assert_text(p->lines[1].text, "no stamp at all");
	assert_int_equal(p->lines[1].time_ns, WHEN_NONE);
	assert_int_equal(p->lines[1].stamp.n, 0);
	/* Which year that was nobody can tell. */
	assert_int_equal(p->lines[2].time_ns, WHEN_NONE);
	assert_text(p->lines[2].text, "Mar 10 01:05:00 mx qpsmtpd[5]: of syslog");
	close_fixture(&f);
}

static size_t
found(struct fixture *f, const char *pattern)
{
	f->o.pattern = pattern;
	return read_page(f)->n;
}

static void
patterns_find_lines_as_they_are_and_as_they_are_shown(void **state)
{
	struct fixture f;
	struct err err;

	(void)state;
	open_fixture(&f, three, sizeof(three) - 1, false);
	assert_int_equal(found(&f, "ACCEPTED"), 1);
	assert_int_equal(found(&f, "^no stamp at all$"), 1);
	assert_int_equal(found(&f, "@40000"), 1);
	/* 00:05:00 UTC, as a clock in Berlin shows it. */
	assert_int_equal(found(&f, "^2026-03-10 01:0.:.. 100 Acc"), 1);
	assert_int_equal(found(&f, "from.*nowhere"), 0);
	f.o.fixed = true;
	assert_int_equal(found(&f, "192.0.2.7"), 1);
	assert_int_equal(found(&f, "192.0.2.."), 0);
	f.o.fixed = false;
	f.o.pattern = "(";
	assert_int_equal(log_page_read(&f.page, f.list.sources[0], &f.o, &err),
	    -1);
	assert_int_equal(err.kind, ERR_USAGE);
	close_fixture(&f);
}

/* Lines of lengths that vary, numbered. */
static struct buf
many_lines(unsigned n)
{
	struct buf b = { 0 };

	for (unsigned i = 0; i < n; i++)
		buf_printf(&b, "line %u %.*s%s\n", i, (int)(i % 37),
		    "......................................",
		    i % 7 == 0 ? " seventh" : "");
	return b;
}

/* Page after page, whatever their size, is the file. */
static void
pages_share_no_line_and_miss_none(void **state)
{
	struct buf text = many_lines(3000);

	(void)state;
	for (int packed = 0; packed < 2; packed++)
	for (size_t limit = 1; limit < 2000; limit = limit * 3 + 1) {
		const struct log_page *p;
		struct fixture f;
		unsigned lines = 0, pages = 0;

		open_fixture(&f, text.p, text.n, packed);
		f.o.pattern = "seventh";
		f.o.limit = limit;
		do {
			p = read_page(&f);
			for (size_t i = 0; i < p->n; i++, lines++) {
				char should[32];
				size_t n = (size_t)snprintf(should,
				    sizeof(should), "line %u ", lines * 7);

				assert_memory_equal(p->lines[i].text.p, should,
				    n);
				assert_memory_equal(text.p + p->lines[i].at,
				    should, n);
			}
			f.o.at = p->next;
			pages++;
		} while (p->reason != LOG_PAGE_END && pages < 500);
		assert_int_equal(lines, 429);
		assert_int_equal(pages, (429 + limit - 1) / limit);
		close_fixture(&f);
	}
	buf_clear(&text);
}

static void
the_last_lines_are_those_before_the_end(void **state)
{
	struct buf text = many_lines(60000);

	(void)state;
	assert_true(text.n > 1 << 20);
	for (int packed = 0; packed < 2; packed++) {
		const struct log_page *p;
		struct fixture f;

		open_fixture(&f, text.p, text.n, packed);
		f.o.last = true;
		f.o.limit = 5;
		p = read_page(&f);
		assert_int_equal(p->n, 5);
		assert_memory_equal(p->lines[0].text.p, "line 59995 ", 11);
		assert_memory_equal(p->lines[4].text.p, "line 59999 ", 11);
		/* More than are in the first window that is looked at. */
		f.o.limit = 5000;
		f.o.pattern = "seventh";
		p = read_page(&f);
		assert_int_equal(p->n, 5000);
		assert_memory_equal(p->lines[4999].text.p, "line 59997 ", 11);
		assert_memory_equal(p->lines[0].text.p, "line 25004 ", 11);
		f.o.pattern = "line 7 ";
		assert_int_equal(read_page(&f)->n, 1);
		close_fixture(&f);
	}
	buf_clear(&text);
}

static const char secret[] =
    "@4000000069af60360754d4d5 100 dispatching AUTH PLAIN "
    "AGFubgBzZWNyZXQtd29yZA==\n"
    "@4000000069af60360754d4d5 100 dispatching QUIT\n";

static void
passwords_are_neither_shown_nor_found_out(void **state)
{
	size_t second = (size_t)(strchr(secret, '\n') + 1 - secret);
	struct fixture f;
	const struct log_page *p;

	(void)state;
	open_fixture(&f, secret, sizeof(secret) - 1, false);
	p = read_page(&f);
	assert_int_equal(p->n, 2);
	for (size_t i = 0; i < p->n; i++)
		assert_int_equal(str_find(p->lines[i].text, STR("AGF")),
		    p->lines[i].text.n);
	assert_int_equal(found(&f, "PLAIN AGF"), 0);
	assert_int_equal(found(&f, "AUTH"), 1);
	/* Not if the page begins within one either. */
	for (uint64_t at = 1; at < sizeof(secret) - 1; at++) {
		f.o.at = at;
		f.o.pattern = NULL;
		p = read_page(&f);
		assert_int_equal(p->n, at <= second);
		assert_int_equal(found(&f, "AGF|zZW|ZA=="), 0);
	}
	close_fixture(&f);
}

static void
everything_has_a_bound(void **state)
{
	size_t n = 3 << 20;
	char *text = malloc(n);
	struct fixture f;
	const struct log_page *p;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < n; i++)
		text[i] = i % 5 ? 'x' : ' ';
	for (size_t i = 100000; i < n; i += 100000)
		text[i] = '\n';
	open_fixture(&f, text, n, false);
	p = read_page(&f);
	assert_int_equal(p->n, 32);
	assert_true(p->lines[0].cut);
	assert_int_equal(p->lines[0].text.n, LOG_PAGE_LINE_BYTES);
	/* Time is over after the first block; the next page goes on. */
	f.o.clock = time_flies;
	p = read_page(&f);
	assert_int_equal(p->reason, LOG_PAGE_TIME);
	assert_true(p->next > 0 && p->next < n);
	assert_int_equal(text[p->next - 1], '\n');
	/* Behind the end there is nothing. */
	f.o.clock = no_time_passes;
	f.o.at = n + 1000;
	p = read_page(&f);
	assert_int_equal(p->n, 0);
	assert_int_equal(p->reason, LOG_PAGE_END);
	close_fixture(&f);
	free(text);
}

static void
a_file_keeps_its_id_when_it_is_renamed(void **state)
{
	const struct source_options so = { .newer_than_ns = WHEN_NONE };
	char before[LOG_ID_DIGITS + 1], after[LOG_ID_DIGITS + 1];
	struct source_list list = { 0 };
	struct fixture f;
	struct buf name = { 0 };

	(void)state;
	open_fixture(&f, three, sizeof(three) - 1, false);
	log_id(before, f.list.sources[0]);
	assert_ptr_equal(log_find(&f.list, str_from(before)),
	    f.list.sources[0]);
	assert_null(log_find(&f.list, STR("0123456789abcdef")));
	assert_null(log_find(&f.list, str_from(f.path)));
	assert_ptr_equal(log_find(&f.list, log_name(f.list.sources[0])),
	    f.list.sources[0]);
	buf_printf(&name, "%s.1", f.path);
	assert_int_equal(rename(f.path, name.p), 0);
	assert_int_equal(source_list_add(&list, name.p, &so, NULL), 0);
	log_id(after, list.sources[0]);
	assert_string_equal(before, after);
	assert_true(list.sources[0]->rotated);
	assert_false(f.list.sources[0]->rotated);
	assert_int_equal(unlink(name.p), 0);
	buf_clear(&name);
	source_list_clear(&list);
	close_fixture(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_taken_apart),
		cmocka_unit_test(
		    patterns_find_lines_as_they_are_and_as_they_are_shown),
		cmocka_unit_test(pages_share_no_line_and_miss_none),
		cmocka_unit_test(the_last_lines_are_those_before_the_end),
		cmocka_unit_test(passwords_are_neither_shown_nor_found_out),
		cmocka_unit_test(everything_has_a_bound),
		cmocka_unit_test(a_file_keeps_its_id_when_it_is_renamed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
