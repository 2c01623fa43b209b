#include "summarize/counting.h"

#include "base/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/when.h"

#define RECORD(label, disposition)                                            \
	label " 7 (deny) logging::logterse: ` 192.0.2.1\th\thelo\t<a@b>"      \
	      "\t<c@d>\t" disposition "\t901\ttext\tmsg denied before queued\n"
#define ONE "@4000000069c83b370c0bcf14"
#define TWO "@4000000069c83b380c0bcf14"

static void
count(struct counting *c, struct str log, size_t piece, struct str before)
{
	counting_init(c, NULL);
	while (log.n > 0) {
		struct str head = str_head(log, piece);

		counting_add(c, head);
		log = str_skip(log, head.n);
	}
	counting_finish(c, before);
}

static uint64_t
count_of(const struct counting *c, const char *name)
{
	const struct sums_row *r = sums_find(&c->counted.sums, str_from(name));

	return r != NULL ? r->count : 0;
}

static const char two_records[] = RECORD(ONE, "dnsbl") ONE
    " 7 250 fine\n" RECORD(TWO, "queued") TWO " 7 click, disconnecting\n";

TEST(it_does_not_matter_how_the_bytes_are_cut)
{
	struct str log = str_from(two_records);
	struct log_id id = { 0 };

	for (size_t piece = 1; piece <= log.n; piece++) {
		struct counting c;

		count(&c, log, piece, str_none());
		assert_int_equal(count_of(&c, "dnsbl"), 1);
		assert_int_equal(count_of(&c, "queued"), 1);
		assert_true(c.counted.last_ns - c.counted.first_ns ==
		    WHEN_SECOND);
		assert_int_equal(c.open.n, 0);
		if (piece > 1)
			assert_true(log_id_eq(id, c.id));
		id = c.id;
		counting_clear(&c);
	}
}

TEST(a_record_cut_before_its_disposition_is_handed_on)
{
	struct str log = str_from(two_records);
	size_t end = str_find(log, STR("queued\t"));
	struct counting a, b;

	count(&a, str_head(log, end + 3), 1000, str_none());
	assert_int_equal(count_of(&a, "dnsbl"), 1);
	assert_int_equal(sums_total(&a.counted.sums), 1);
	count(&b, str_skip(log, end + 3), 1000, buf_str(&a.open));
	assert_int_equal(count_of(&b, "queued"), 1);
	assert_int_equal(sums_total(&b.counted.sums), 1);
	counting_clear(&a);
	counting_clear(&b);
}

TEST(a_record_cut_behind_it_is_counted_and_done_with)
{
	struct str log = str_from(two_records);
	size_t end = str_find(log, STR("queued\t")) + 8;
	struct counting a, b;

	count(&a, str_head(log, end), 1000, str_none());
	assert_int_equal(sums_total(&a.counted.sums), 2);
	assert_str(buf_str(&a.open), "#");
	count(&b, str_skip(log, end), 1000, buf_str(&a.open));
	assert_int_equal(sums_total(&b.counted.sums), 0);
	counting_clear(&a);
	counting_clear(&b);
}

TEST(what_was_open_is_not_put_before_a_log_that_begins_with_a_stamp)
{
	struct counting c;

	count(&c, str_from(two_records), 1000, STR(ONE " 7 (deny) "
	    "logging::logterse: ` 192.0.2.1\th\thelo\t<a@b>\t<c@"));
	assert_int_equal(sums_total(&c.counted.sums), 2);
	counting_clear(&c);
}

TEST(a_line_that_never_ends_takes_no_more_than_the_window)
{
	struct counting c;
	char *noise = mem_alloc(100000);
	static const char last[] = "\n" RECORD(TWO, "queued");

	memset(noise, 'x', 100000);
	counting_init(&c, NULL);
	counting_add(&c, STR(ONE " 7 "));
	for (int i = 0; i < 50; i++)
		counting_add(&c, str_make(noise, 100000));
	counting_add(&c, str_from(last));
	counting_finish(&c, str_none());
	assert_int_equal(count_of(&c, "queued"), 1);
	assert_int_equal(c.id.bytes, 5000000 + strlen(ONE " 7 ") +
	    strlen(last));
	counting_clear(&c);
	free(noise);
}

TEST(a_window_that_is_full_to_the_last_byte_at_the_end_is_no_trouble)
{
	struct counting c;
	char *noise = mem_alloc(COUNTING_WINDOW);

	memset(noise, 'x', COUNTING_WINDOW);
	counting_init(&c, NULL);
	counting_add(&c, str_make(noise, COUNTING_WINDOW));
	counting_finish(&c, str_none());
	assert_int_equal(sums_total(&c.counted.sums), 0);
	counting_clear(&c);
	free(noise);
}

TEST(an_empty_log_is_nothing)
{
	struct counting c;

	count(&c, str_none(), 1, str_none());
	assert_int_equal(sums_total(&c.counted.sums), 0);
	assert_true(c.counted.first_ns == WHEN_NONE);
	assert_int_equal(c.id.bytes, 0);
	counting_clear(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_does_not_matter_how_the_bytes_are_cut),
		cmocka_unit_test(
		    a_record_cut_before_its_disposition_is_handed_on),
		cmocka_unit_test(a_record_cut_behind_it_is_counted_and_done_with),
		cmocka_unit_test(
	    what_was_open_is_not_put_before_a_log_that_begins_with_a_stamp),
		cmocka_unit_test(
		    a_line_that_never_ends_takes_no_more_than_the_window),
		cmocka_unit_test(
	    a_window_that_is_full_to_the_last_byte_at_the_end_is_no_trouble),
		cmocka_unit_test(an_empty_log_is_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
