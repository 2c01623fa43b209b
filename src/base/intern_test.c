#include "base/intern.h"

#include <stdio.h>
#include <string.h>

#include "base/test.h"

static uint32_t
add_number(struct intern *in, int i)
{
	char text[32];

	snprintf(text, sizeof(text), "user%d@example.org", i);
	return intern_add(in, str_from(text));
}

TEST(id_0_is_the_empty_text)
{
	struct intern in;

	intern_init(&in);
	assert_int_equal(intern_add(&in, STR("")), INTERN_EMPTY);
	assert_int_equal(intern_add(&in, str_none()), INTERN_EMPTY);
	assert_int_equal(intern_find(&in, STR("")), INTERN_EMPTY);
	assert_str(intern_get(&in, INTERN_EMPTY), "");
	assert_int_equal(in.n, 1);
	intern_clear(&in);
}

TEST(ids_count_in_the_order_of_first_sight)
{
	struct intern in;

	intern_init(&in);
	assert_int_equal(intern_add(&in, STR("a")), 1);
	assert_int_equal(intern_add(&in, STR("b")), 2);
	assert_int_equal(intern_add(&in, STR("a")), 1);
	assert_int_equal(intern_add(&in, STR("c")), 3);
	intern_clear(&in);
}

TEST(a_text_outlives_what_it_was_added_from)
{
	struct intern in;
	char line[] = "mx.example.org";
	uint32_t id;

	intern_init(&in);
	id = intern_add(&in, str_from(line));
	memset(line, 'x', sizeof(line));
	assert_str(intern_get(&in, id), "mx.example.org");
	intern_clear(&in);
}

TEST(a_sealed_table_has_its_texts_and_finds_them_again)
{
	enum { MANY = 10000 };
	struct intern in;

	intern_init(&in);
	for (int i = 0; i < MANY; i++)
		add_number(&in, i);
	intern_add(&in, STR("ab"));
	intern_seal(&in);
	assert_str(intern_get(&in, 5), "user4@example.org");
	assert_int_equal(add_number(&in, 77), 78);
	assert_int_equal(intern_find(&in, STR("user9@example.org")), 10);
	intern_seal(&in);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(add_number(&in, i), i + 1);
	intern_seal(&in);
	assert_int_equal(intern_add(&in, STR("ab")), MANY + 1);
	assert_int_equal(intern_add(&in, STR("new")), MANY + 2);
	assert_int_equal(intern_add(&in, STR("")), INTERN_EMPTY);
	intern_clear(&in);
}

TEST(many_at_once_have_the_ids_that_one_by_one_have)
{
	enum { MANY = 1000 };
	struct intern one, many;
	struct str texts[MANY];
	uint32_t ids[MANY];

	intern_init(&one);
	intern_init(&many);
	for (int i = 0; i < MANY; i++)
		texts[i] = intern_get(&one, i % 7 ? add_number(&one, i % 300)
		    : INTERN_EMPTY);
	intern_add_many(&many, texts, MANY, ids);
	for (int i = 0; i < MANY; i++) {
		assert_int_equal(ids[i], intern_find(&one, texts[i]));
		assert_true(str_eq(intern_get(&many, ids[i]), texts[i]));
	}
	intern_add_many(&many, texts, MANY, NULL);
	intern_add_many(&many, texts, 0, NULL);
	assert_int_equal(many.n, one.n);
	intern_clear(&many);
	intern_clear(&one);
}

TEST(what_is_marked_stays_marked)
{
	struct intern in;
	struct str text = STR("client");

	intern_init(&in);
	intern_enter(&in, text, intern_hash(&in, text))->mark = 7;
	for (int i = 0; i < 1000; i++)
		add_number(&in, i);
	assert_int_equal(intern_enter(&in, text, intern_hash(&in, text))->mark,
	    7);
	assert_int_equal(intern_of(&in, 2)->mark, 0);
	intern_clear(&in);
}

TEST(short_texts_of_every_length_are_told_apart)
{
	struct intern in;
	static const char letters[] = "aaaaaaaabaaaaaaaaaaa";
	uint32_t ids[20];

	intern_init(&in);
	for (size_t n = 1; n < 20; n++)
		ids[n] = intern_add(&in, str_make(letters, n));
	for (size_t n = 1; n < 20; n++)
		for (size_t m = 1; m < n; m++)
			assert_int_not_equal(ids[n], ids[m]);
	for (size_t n = 1; n < 20; n++)
		assert_int_equal(intern_add(&in, str_make(letters, n)), ids[n]);
	intern_clear(&in);
}

TEST(texts_are_told_apart_by_case_length_and_nul)
{
	struct intern in;

	intern_init(&in);
	intern_add(&in, STR("a"));
	assert_int_equal(intern_find(&in, STR("A")), UINT32_MAX);
	assert_int_equal(intern_find(&in, STR("aa")), UINT32_MAX);
	assert_int_equal(intern_find(&in, STR("a\0")), UINT32_MAX);
	assert_int_equal(intern_add(&in, STR("\0")), 2);
	intern_clear(&in);
}

TEST(find_adds_nothing)
{
	struct intern in;

	intern_init(&in);
	assert_int_equal(intern_find(&in, STR("a")), UINT32_MAX);
	assert_int_equal(in.n, 1);
	intern_add(&in, STR("a"));
	assert_int_equal(intern_find(&in, STR("a")), 1);
	intern_clear(&in);
}

TEST(ids_and_slices_survive_growth)
{
	struct intern in;
	struct str first;

	intern_init(&in);
	add_number(&in, 0);
	first = intern_get(&in, 1);
	for (int i = 1; i < 100000; i++)
		assert_int_equal(add_number(&in, i), i + 1);
	for (int i = 0; i < 100000; i++)
		assert_int_equal(add_number(&in, i), i + 1);
	assert_int_equal(in.n, 100001);
	assert_ptr_equal(intern_get(&in, 1).p, first.p);
	assert_str(first, "user0@example.org");
	intern_clear(&in);
}

TEST(long_texts_are_texts_too)
{
	struct intern in;
	char text[5000];

	intern_init(&in);
	memset(text, 'x', sizeof(text));
	assert_int_equal(intern_add(&in, str_make(text, 5000)), 1);
	assert_int_equal(intern_add(&in, str_make(text, 4999)), 2);
	assert_int_equal(intern_add(&in, str_make(text, 5000)), 1);
	intern_clear(&in);
}

TEST(two_tables_give_the_same_ids_though_their_hashes_differ)
{
	struct intern a, b;

	intern_init(&a);
	intern_init(&b);
	assert_true(a.seed != b.seed);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(add_number(&a, i % 700), add_number(&b, i % 700));
	intern_clear(&a);
	intern_clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(id_0_is_the_empty_text),
		cmocka_unit_test(ids_count_in_the_order_of_first_sight),
		cmocka_unit_test(a_text_outlives_what_it_was_added_from),
		cmocka_unit_test(a_sealed_table_has_its_texts_and_finds_them_again),
		cmocka_unit_test(many_at_once_have_the_ids_that_one_by_one_have),
		cmocka_unit_test(what_is_marked_stays_marked),
		cmocka_unit_test(short_texts_of_every_length_are_told_apart),
		cmocka_unit_test(texts_are_told_apart_by_case_length_and_nul),
		cmocka_unit_test(find_adds_nothing),
		cmocka_unit_test(ids_and_slices_survive_growth),
		cmocka_unit_test(long_texts_are_texts_too),
		cmocka_unit_test(two_tables_give_the_same_ids_though_their_hashes_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
