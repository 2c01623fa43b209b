#include "tally/results.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/test.h"

#define TEXTS 60000

/* Text number i: a third has no digits but few letters of its own. */
static struct str
text_of(struct buf *b, int i)
{
	buf_reset(b);
	if (i % 3 == 0) {
		for (int n = i; n > 0; n /= 26)
			buf_add_char(b, (char)('a' + n % 26));
		buf_add_str(b, STR(" failed"));
	} else {
		buf_printf(b, "queued as %d", i);
	}
	return buf_str(b);
}

static int
by_text(const void *a, const void *b)
{
	const struct result_entry *x = a, *y = b;

	return str_cmp(str_make(x->text, x->n), str_make(y->text, y->n));
}

static void
assert_same(struct results *a, struct results *b)
{
	results_trim(a);
	results_trim(b);
	qsort(a->entries, a->n, sizeof(*a->entries), by_text);
	qsort(b->entries, b->n, sizeof(*b->entries), by_text);
	assert_int_equal(a->n, b->n);
	for (size_t i = 0; i < a->n; i++) {
		assert_int_equal(by_text(&a->entries[i], &b->entries[i]), 0);
		assert_int_equal(a->entries[i].count, b->entries[i].count);
		assert_int_equal(a->entries[i].sum_ns, b->entries[i].sum_ns);
	}
}

TEST(few_texts_are_all_kept_with_their_counts)
{
	struct results r;

	results_init(&r);
	results_add(&r, STR("did_1+0+0/"), 1, 5);
	results_add(&r, STR("no"), 2, 7);
	results_add(&r, STR("did_1+0+0/"), 3, -1);
	results_add(&r, STR(""), 1, 0);
	results_trim(&r);
	assert_int_equal(r.n, 3);
	for (size_t i = 0; i < r.n; i++)
		if (r.entries[i].n == 10) {
			assert_int_equal(r.entries[i].count, 4);
			assert_int_equal(r.entries[i].sum_ns, 4);
		}
	results_clear(&r);
}

/* However the texts come and are merged: the same ones, counted the same. */
TEST(what_is_kept_of_very_many_hangs_on_the_texts_alone)
{
	struct results whole, parts[3];
	struct buf b = { 0 };

	results_init(&whole);
	for (int p = 0; p < 3; p++)
		results_init(&parts[p]);
	for (int i = 0; i < 2 * TEXTS; i++) {
		struct str text = text_of(&b, i % TEXTS);

		results_add(&whole, text, 1, i);
		text = text_of(&b, (2 * TEXTS - 1 - i) % TEXTS);
		results_add(&parts[i % 3], text, 1, 2 * TEXTS - 1 - i);
	}
	results_merge(&parts[2], &parts[0]);
	results_merge(&parts[1], &parts[2]);
	assert_same(&whole, &parts[1]);
	assert_int_equal(whole.n, TALLY_RESULTS);
	/* Each came twice. */
	for (size_t i = 0; i < whole.n; i++)
		assert_int_equal(whole.entries[i].count, 2);
	results_clear(&whole);
	for (int p = 0; p < 3; p++)
		results_clear(&parts[p]);
	buf_clear(&b);
}

TEST(texts_without_numbers_stay)
{
	struct results r;
	char text[32];
	bool found = false;

	results_init(&r);
	for (int i = 0; i < TEXTS; i++) {
		snprintf(text, sizeof(text), "queued as %d", 100000 + i);
		results_add(&r, str_from(text), 1, 0);
		results_add(&r, STR("no such user"), 1, 0);
	}
	results_trim(&r);
	for (size_t i = 0; i < r.n; i++)
		found |= r.entries[i].count == TEXTS;
	assert_true(found);
	results_clear(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(few_texts_are_all_kept_with_their_counts),
		cmocka_unit_test(
		    what_is_kept_of_very_many_hangs_on_the_texts_alone),
		cmocka_unit_test(texts_without_numbers_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
