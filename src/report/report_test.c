#include "report/report.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/when.h"

static void
a_column_id_is_made_from_its_title(void **state)
{
	static const struct {
		const char *title;
		const char *id;
	} cases[] = {
		{ "Hour", "hour" },
		{ "RBL/DNS", "rbl_dns" },
		{ "Qued.Spam?", "qued_spam" },
		{ "DMARC-Rej.", "dmarc_rej" },
		{ "%accept", "accept_percent" },
		{ "%", "percent" },
		{ "cumulative %", "cumulative_percent" },
		{ "95 %", "95_percent" },
		{ "Asked to slow down", "asked_to_slow_down" },
		{ "  -- x --  y ", "x_y" },
		{ "\xc3\x9c" "ber", "ber" },
		{ "", "" },
		{ "???", "" },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(column_id_from_title(&a, cases[i].title),
		    cases[i].id);
	arena_clear(&a);
}

static void
column_ids_of_a_table_are_distinct(void **state)
{
	static const char *const titles[] = { "Total", "%", "Total", "%",
		"total?", "???", "Table", "!!!" };
	static const char *const ids[] = { "total", "percent", "total_2",
		"percent_2", "total_3", "column_2", "table_2", "column_3" };
	struct report *r = report_new("test");
	struct section *s = report_section(r, "s", "S");
	struct table *t = section_table(r, s, NULL, NULL);

	(void)state;
	for (size_t i = 0; i < 8; i++)
		assert_string_equal(
		    table_column(r, t, titles[i], VALUE_COUNT)->id, ids[i]);
	report_free(&r);
	assert_null(r);
}

static void
a_new_report_knows_nothing(void **state)
{
	struct report *r = report_new("test");

	(void)state;
	assert_int_equal(value_bound(r->period.start_ns).is, VALUE_IS_NULL);
	assert_int_equal(value_bound(r->period.end_ns).is, VALUE_IS_NULL);
	assert_int_equal(r->first_ns, WHEN_NONE);
	assert_int_equal(report_hours(r).is, VALUE_IS_NULL);
	assert_string_equal(report_zone_name(r), "UTC");
	assert_true(r->seconds_taken < 0);
	report_free(&r);
	report_free(&r);
}

static void
head_text_is_copied_and_ids_are_distinct(void **state)
{
	char text[] = "ClamAV 1.0";
	struct report *r = report_new("test");

	(void)state;
	report_head(r, "fact", "Fact", VALUE_TEXT,
	    value_text(str_make(text, 10)));
	memset(text, '?', 10);
	assert_true(str_eq(r->head[0].value.s, STR("ClamAV 1.0")));
	assert_string_equal(report_head(r, "fact", "Fact", VALUE_COUNT,
	    value_int(1))->id, "fact_2");
	assert_string_equal(report_head(r, "fact", "Fact", VALUE_COUNT,
	    value_int(1))->id, "fact_3");
	assert_null(report_head(r, NULL, "Text only", VALUE_COUNT,
	    value_null())->id);
	assert_null(report_head(r, NULL, "Text only", VALUE_COUNT,
	    value_null())->id);
	report_free(&r);
}

static void
rows_begin_as_nulls_and_stay_while_others_are_added(void **state)
{
	struct report *r = report_new("test");
	struct section *s = report_section(r, "s", "S");
	struct table *t = section_table(r, s, NULL, NULL);
	struct value *first;

	(void)state;
	table_column(r, t, "A", VALUE_COUNT);
	table_column(r, t, "B", VALUE_COUNT);
	assert_true(section_is_empty(s));
	first = table_row(r, t)->values;
	first[1] = value_int(7);
	for (int i = 0; i < 1000; i++)
		table_row(r, t);
	assert_false(section_is_empty(s));
	assert_ptr_equal(t->rows[0].values, first);
	assert_int_equal(first[0].is, VALUE_IS_NULL);
	assert_int_equal(first[1].i, 7);
	assert_int_equal(t->n_rows, 1001);
	report_free(&r);
}

static void
a_section_is_empty_if_no_table_has_a_row(void **state)
{
	struct report *r = report_new("test");
	struct section *s = report_section(r, "s", "S");
	struct table *t;

	(void)state;
	assert_true(section_is_empty(s));
	t = section_table(r, s, NULL, NULL);
	table_column(r, t, "A", VALUE_COUNT);
	table_footer(r, t, "totals");
	assert_true(section_is_empty(s));
	t = section_table(r, s, "more", "More");
	table_column(r, t, "A", VALUE_COUNT);
	table_row(r, t);
	assert_false(section_is_empty(s));
	report_free(&r);
}

static void
a_footer_of_percentages_reads_counts_as_percentages(void **state)
{
	const struct column count = { .type = VALUE_COUNT };
	const struct column percent = { .type = VALUE_PERCENT, .digits = 2 };
	const struct footer totals = { .name = "totals" };
	const struct footer percentages = { .name = "p", .percent = true };

	(void)state;
	assert_int_equal(footer_column(&totals, &count).type, VALUE_COUNT);
	assert_int_equal(footer_column(&percentages, &count).type, VALUE_PERCENT);
	assert_int_equal(footer_column(&percentages, &count).digits, 1);
	assert_int_equal(footer_column(&percentages, &percent).digits, 2);
}

static void
alerts_and_notes_are_printed_into_the_report(void **state)
{
	struct report *r = report_new("test");
	struct section *s = report_section(r, "s", "S");

	(void)state;
	report_alert(r, "%d of %.*s", 3, STR_ARG(STR("list\033")));
	section_note(r, s, "%s", "note");
	assert_true(str_eq(r->alerts[0], STR("3 of list\033")));
	assert_true(str_eq(s->notes[0], STR("note")));
	report_free(&r);
}

static void
unknown_values_are_told_from_known_ones(void **state)
{
	(void)state;
	assert_false(value_known(VALUE_COUNT, value_null()));
	assert_true(value_known(VALUE_COUNT, value_int(0)));
	assert_false(value_known(VALUE_REAL, value_real((double)NAN)));
	assert_false(value_known(VALUE_REAL, value_real((double)INFINITY)));
	assert_false(value_known(VALUE_TIME, value_int(WHEN_NONE)));
	assert_true(value_known(VALUE_COUNT, value_int(WHEN_NONE)));
	assert_true(value_known(VALUE_TEXT, value_text(str_none())));
	assert_int_equal(value_percent(1, 0).is, VALUE_IS_NULL);
	assert_int_equal(value_bound(INT64_MIN).is, VALUE_IS_NULL);
	assert_int_equal(value_bound(INT64_MAX).is, VALUE_IS_NULL);
	assert_int_equal(value_bound(0).is, VALUE_IS_INT);
	assert_int_equal(value_count(UINT64_MAX).i, INT64_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_column_id_is_made_from_its_title),
		cmocka_unit_test(column_ids_of_a_table_are_distinct),
		cmocka_unit_test(a_new_report_knows_nothing),
		cmocka_unit_test(head_text_is_copied_and_ids_are_distinct),
		cmocka_unit_test(rows_begin_as_nulls_and_stay_while_others_are_added),
		cmocka_unit_test(a_section_is_empty_if_no_table_has_a_row),
		cmocka_unit_test(a_footer_of_percentages_reads_counts_as_percentages),
		cmocka_unit_test(alerts_and_notes_are_printed_into_the_report),
		cmocka_unit_test(unknown_values_are_told_from_known_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
