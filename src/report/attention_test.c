#include "base/buf.h"
#include "base/test.h"
#include "report/attention.h"
#include "report/defang.h"
#include "report/report.h"

static struct table *
table_of(struct report *r, const char *id, const char *a, const char *b)
{
	struct table *t = section_table(r, report_section(r, id, id), NULL, NULL);

	table_column(r, t, a, VALUE_TEXT);
	table_column(r, t, b, VALUE_COUNT);
	return t;
}

static void
add_row(struct report *r, struct table *t, const char *text, int64_t n)
{
	struct row *row = table_row(r, t);

	row->values[0] = value_text(str_from(text));
	row->values[1] = value_int(n);
}

TEST(an_empty_report_needs_no_attention)
{
	struct report *r = report_new("test");
	struct attention a;

	attention_init(&a, r);
	assert_int_equal(a.n, 0);
	attention_clear(&a);
	report_free(&r);
}

TEST(refused_connections_are_added_up)
{
	struct report *r = report_new("test");
	struct table *t = table_of(r, "connections", "Hour", "Refused total");
	struct attention a;

	add_row(r, t, "2026-03-10, 00", 3);
	add_row(r, t, "2026-03-10, 01", 4);
	attention_init(&a, r);
	assert_int_equal(a.n, 1);
	assert_str(a.sentences[0], "7 connections were refused because as many "
	    "ran as may at a time.");
	attention_clear(&a);
	report_free(&r);
}

TEST(deliveries_pile_up_when_more_are_put_off_than_made)
{
	struct report *r = report_new("test");
	struct table *t = table_of(r, "totals", "Item", "Value");
	struct section *s = report_section(r, "deferrals", "Deferrals");
	struct table *classes;
	struct attention a;

	add_row(r, t, "delivered", 80);
	add_row(r, t, "deferrals", 81);
	section_table(r, s, NULL, NULL);
	classes = section_table(r, s, "classes", "By class");
	table_column(r, classes, "Class", VALUE_TEXT);
	table_column(r, classes, "Count", VALUE_COUNT);
	add_row(r, classes, "greylisted", 81);
	attention_init(&a, r);
	assert_int_equal(a.n, 1);
	assert_str(a.sentences[0], "Deliveries pile up: 81 attempts were put "
	    "off, 80 succeeded; most often: greylisted.");
	attention_clear(&a);
	t->rows[1].values[1] = value_int(80);
	attention_init(&a, r);
	assert_int_equal(a.n, 0);
	attention_clear(&a);
	report_free(&r);
}

static void
add_finding(struct report *r, struct table *t, const char *sentence, bool urgent)
{
	struct row *row = table_row(r, t);

	row->values[0] = value_text(str_from(sentence));
	row->values[1] = value_int(urgent);
}

TEST(insights_that_need_attention_stand_behind_alerts)
{
	struct report *r = report_new("test");
	struct table *t = section_table(r, report_section(r, "insights", "I"),
	    NULL, NULL);
	struct attention a;

	table_column(r, t, "Sentence", VALUE_TEXT);
	table_column(r, t, "Attention", VALUE_FLAG);
	add_finding(r, t, "It is raining.", false);
	add_finding(r, t, "It is pouring.", true);
	attention_init(&a, r);
	assert_int_equal(a.n, 1);
	assert_str(a.sentences[0], "It is pouring.");
	attention_clear(&a);
	report_alert(r, "Fire.");
	attention_init(&a, r);
	assert_int_equal(a.n, 2);
	assert_str(a.sentences[0], "Fire.");
	attention_clear(&a);
	report_free(&r);
}

TEST(there_are_at_most_three_sentences)
{
	struct report *r = report_new("test");
	struct attention a;

	for (int i = 0; i < 5; i++)
		report_alert(r, "Alert %d.", i);
	attention_init(&a, r);
	assert_int_equal(a.n, 3);
	assert_str(a.sentences[2], "Alert 2.");
	attention_clear(&a);
	report_free(&r);
}

static void
assert_defanged(enum value_type type, const char *text, const char *should)
{
	struct report *r = report_new("test");
	struct table *t = section_table(r, report_section(r, "x", "X"), NULL,
	    NULL);

	table_column(r, t, "Text", type);
	table_row(r, t)->values[0] = value_text(str_from(text));
	report_defang(r);
	assert_str(t->rows[0].values[0].s, should);
	report_free(&r);
}

TEST(names_and_addresses_are_disarmed)
{
	assert_defanged(VALUE_TEXT, "HTTPS://a.example/x.php",
	    "hxxpS://a[.]example/x[.]php");
	assert_defanged(VALUE_TEXT, "ann@mail.example.org",
	    "ann@mail[.]example[.]org");
	assert_defanged(VALUE_IP, "192.0.2.1", "192[.]0[.]2[.]1");
}

TEST(titles_of_tables_are_disarmed_too)
{
	struct report *r = report_new("test");
	struct section *s = report_section(r, "x", "X");
	struct table *t;

	section_table(r, s, NULL, NULL);
	t = section_table(r, s, "y", "Of mail.example.org 3.5 came.");
	report_defang(r);
	assert_string_equal(t->title, "Of mail[.]example[.]org 3.5 came.");
	report_free(&r);
}

TEST(numbers_and_ends_of_sentences_stay)
{
	assert_defanged(VALUE_TEXT, "score=7.0 of 5.0. Done.",
	    "score=7.0 of 5.0. Done.");
	assert_defanged(VALUE_TEXT, "http is a word", "http is a word");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_report_needs_no_attention),
		cmocka_unit_test(refused_connections_are_added_up),
		cmocka_unit_test(
		    deliveries_pile_up_when_more_are_put_off_than_made),
		cmocka_unit_test(
		    insights_that_need_attention_stand_behind_alerts),
		cmocka_unit_test(there_are_at_most_three_sentences),
		cmocka_unit_test(names_and_addresses_are_disarmed),
		cmocka_unit_test(titles_of_tables_are_disarmed_too),
		cmocka_unit_test(numbers_and_ends_of_sentences_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
