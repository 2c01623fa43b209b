/*
 * Laws of a store, over each kind there is: what it gives back is what was read,
 * in however many deltas; what is rolled back never was; what is pruned is
 * folded.
 */
#include "history/history.h"

#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/test.h"
#include "base/when.h"
#include "base/zone.h"
#include "event/event.h"
#include "input/source.h"
#include "store/store.h"
#include "tally/classes.h"

#define BEGIN_S INT64_C(1772280000) /* 2026-02-28 12:00 */
#define MAILS 400
#define RULES 7

static const char *const kinds[] = { ":memory:", "x.db" };
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static char directory[] = "/tmp/history_test.XXXXXX";
static struct classes classes;
static struct zone *zone;

static int
enter(void **state)
{
	struct err err;

	(void)state;
	classes_init(&classes);
	return mkdtemp(directory) == NULL || chdir(directory) < 0 ||
	    mkdir("log", 0700) < 0 || zone_open(&zone, "UTC", &err) < 0;
}

static void
remove_files(void)
{
	static const char *const names[] = { "x.db", "x.db-wal", "x.db-shm",
		"log/maillog" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(names[i]);
}

static int
leave(void **state)
{
	(void)state;
	remove_files();
	zone_close(&zone);
	classes_clear(&classes);
	return rmdir("log") < 0 || chdir("/") < 0 || rmdir(directory) < 0;
}

/* A connection an hour and some, each with a mail; every third is refused. */
static void
write_log(int from, int to)
{
	FILE *f = fopen("log/maillog", from ? "a" : "w");

	assert_non_null(f);
	for (int i = from; i < to; i++) {
		uint64_t at = (UINT64_C(1) << 62) + 10 +
		    (uint64_t)(BEGIN_S + i * 700);

		fprintf(f, "@%016llx00000000 %d Accepted connection %d/40 from "
		    "192.0.2.%d / host%d.example.net\n",
		    (unsigned long long)at, 1000 + i, i % 7, i % 50, i % 50);
		fprintf(f, "@%016llx10000000 %d (queue) logging::logterse: ` "
		    "192.0.2.%d\thost%d.example.net\thelo\t<s%d@example.com>\t"
		    "<r%d@example.org>\t%s\n", (unsigned long long)at, 1000 + i,
		    i % 50, i % 50, i % 30, i % 20, i % 3 ? "queued\t\t<id>"
		    : "dnsbl\t903\tlisted");
		fprintf(f, "@%016llx20000000 %d cleaning up after %d\n",
		    (unsigned long long)at, 1000 + i, 1000 + i);
	}
	fclose(f);
}

static struct store *
open_store(const char *where)
{
	struct store_settings settings = { .zone = "UTC", .grain_s = 3600 };
	struct store *s;
	struct err err;

	if (store_open(&s, where, STORE_CREATE, &settings, &err) < 0)
		fail_msg("%s", err.text);
	return s;
}

static void
fail_to_read(const char *text)
{
	fail_msg("%s", text);
}

static struct tally_options
tally_of_all(void)
{
	return (struct tally_options){ .dims = ~(dim_mask)0 >> (64 - DIMS),
		.classes = &classes, .zone = zone, .grain_s = 3600 };
}

static void
ingest(struct store *s, uint64_t delta_bytes)
{
	const struct source_options so = { .newer_than_ns = WHEN_NONE };
	struct source_list list = { 0 };
	struct history_ingest hi = { .store = s, .sources = &list,
		.zone = zone, .now_ns = WHEN_NONE, .clock_ns = 0,
		.tally = tally_of_all(), .rules = RULES,
		.delta_bytes = delta_bytes };
	struct history_ingested result;
	struct err err;

	assert_int_equal(source_list_add(&list, "log", &so, &err), 0);
	if (history_ingest(&hi, &result, fail_to_read, &err) < 0)
		fail_msg("%s", err.text);
	source_list_clear(&list);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
add_cell(struct buf *b, const struct tally *t, enum dim_id dim, size_t i)
{
	const struct cell *c = &tally_cells(t, dim, &(size_t){ 0 })[i];

	buf_printf(b, "%s %d %u %llu", dims[dim].name, (int)c->bucket,
	    c->verdict, (unsigned long long)c->count);
	if (dims[dim].k1 == DIM_TEXT)
		buf_printf(b, " %.*s", STR_ARG(tally_text(t, c->k1)));
	else
		buf_printf(b, " %u", c->k1);
	if (dims[dim].k2 == DIM_TEXT)
		buf_printf(b, " %.*s", STR_ARG(tally_text(t, c->k2)));
	else
		buf_printf(b, " %u", c->k2);
	if (dims[dim].measures & DIM_SUM)
		buf_printf(b, " %lld", (long long)tally_sum(t, dim, i)->sum);
	buf_add_char(b, '\n');
}

/* All cells as text, in the order of that; to be freed. */
static char *
text_of(struct tally *t)
{
	struct buf all = { 0 };
	char **lines = NULL;
	size_t n_lines = 0, cap = 0, n;

	tally_settle(t);
	for (int d = 0; d < DIMS; d++) {
		tally_cells(t, (enum dim_id)d, &n);
		for (size_t i = 0; i < n; i++) {
			struct buf line = { 0 };

			add_cell(&line, t, (enum dim_id)d, i);
			ARRAY_PUSH(lines, n_lines, cap) = line.p;
		}
	}
	if (n_lines > 0)
		qsort(lines, n_lines, sizeof(*lines), by_text);
	for (size_t i = 0; i < n_lines; i++) {
		buf_add_str(&all, str_from(lines[i]));
		free(lines[i]);
	}
	free(lines);
	buf_add_char(&all, '\0');
	return all.p;
}

/* What the store has of a period, as text; or the error. */
static char *
recall(struct store *s, int64_t from_s, int64_t to_s)
{
	struct tally_options to = tally_of_all();
	struct tally *t = tally_new(&to);
	struct history_recall o = { .store = s, .zone = zone,
		.classes = &classes, .rules = RULES,
		.period = { when_from_s(BEGIN_S + from_s),
			when_from_s(BEGIN_S + to_s) } };
	struct err err;
	char *text;

	assert_int_equal(store_look(s, &err), 0);
	text = history_tally(&o, t, &err) < 0 ? mem_strdup(err.text)
	    : text_of(t);
	store_look_end(s);
	tally_free(&t);
	return text;
}

/* Periods: all, whole days, parts of days, an hour. */
static const int64_t periods[][2] = {
	{ -86400, 10 * 86400 }, { 43200, 43200 + 86400 }, { 5000, 100000 },
	{ 90000, 93600 },
};

TEST(all_kinds_give_back_the_same)
{
	char *wanted[sizeof(periods) / sizeof(periods[0])] = { 0 };

	for (size_t k = 0; k < 2 * KINDS; k++) {
		struct store *s;

		remove_files();
		s = open_store(kinds[k / 2]);
		for (int at = 0; at < MAILS; at += MAILS / 4) {
			write_log(at, at + MAILS / 4);
			/* The second time everything at once, at the end. */
			if (k % 2 == 0)
				ingest(s, 700);
		}
		ingest(s, 0);
		for (size_t i = 0; i < sizeof(periods) / sizeof(periods[0]);
		    i++) {
			char *got = recall(s, periods[i][0], periods[i][1]);

			if (wanted[i])
				assert_string_equal(got, wanted[i]);
			else
				wanted[i] = mem_strdup(got);
			assert_non_null(strstr(got, "disposition "));
			free(got);
		}
		store_close(&s);
	}
	for (size_t i = 0; i < sizeof(periods) / sizeof(periods[0]); i++)
		free(wanted[i]);
}

TEST(what_is_rolled_back_never_was)
{
	for (size_t k = 0; k < KINDS; k++) {
		struct store *s;
		struct store_chain c = { .stream = STR("other"),
			.place = STR("/other"), .format = STR("qpsmtpd") };
		char *before, *after;
		struct event ev;
		struct err err;

		remove_files();
		s = open_store(kinds[k]);
		write_log(0, MAILS);
		ingest(s, 0);
		before = recall(s, 5000, 100000);
		event_init(&ev, EVENT_TRANSACTION, when_from_s(BEGIN_S + 6000));
		assert_int_equal(store_begin(s, &err), 0);
		assert_int_equal(store_set_chain(s, &c, &err), 0);
		assert_int_equal(store_add_event(s, c.id, &ev, &err), 0);
		assert_int_equal(store_drop_facts(s, 99999, &err), 0);
		store_rollback(s);
		after = recall(s, 5000, 100000);
		assert_string_equal(after, before);
		free(before);
		free(after);
		store_close(&s);
	}
}

TEST(what_is_pruned_is_the_same_in_all_kinds)
{
	char *first = NULL;

	for (size_t k = 0; k < KINDS; k++) {
		struct history_retention hr = { .zone = zone, .rules = RULES,
			.now_ns = when_from_s(BEGIN_S + 4 * 86400),
			.facts_days = 2, .hours_days = 3,
			.tally = tally_of_all() };
		struct err err;
		size_t folded;
		char *got;

		remove_files();
		hr.store = open_store(kinds[k]);
		write_log(0, MAILS);
		ingest(hr.store, 0);
		if (history_prune(&hr, &folded, &err) < 0)
			fail_msg("%s", err.text);
		/* The 28th loses addresses and hours, the 1st addresses. */
		assert_int_equal(folded, 3);
		got = recall(hr.store, 5000, 20000);
		assert_non_null(strstr(got, "only the sums of the whole day"));
		free(got);
		got = recall(hr.store, -86400, 10 * 86400);
		assert_non_null(strstr(got, "client 0 "));
		assert_non_null(strstr(got, "192.0.2.0/24"));
		if (first)
			assert_string_equal(got, first);
		else
			first = mem_strdup(got);
		free(got);
		store_close(&hr.store);
	}
	free(first);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_kinds_give_back_the_same),
		cmocka_unit_test(what_is_rolled_back_never_was),
		cmocka_unit_test(what_is_pruned_is_the_same_in_all_kinds),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
