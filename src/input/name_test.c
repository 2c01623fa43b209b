#include "input/name.h"

#include <string.h>

#include "base/test.h"

TEST(the_names_of_multilog_are_known)
{
	static const struct {
		const char *file_name;
		enum source_kind kind;
	} names[] = {
		{ "current", SOURCE_CURRENT },
		{ "@400000006b02fb1b2ebd56f4.s", SOURCE_FINISHED },
		{ "@400000006B02FB1B2EBD56F4.s", SOURCE_FINISHED },
		{ "@400000006b02fb1b2ebd56f4.u", SOURCE_UNPROCESSED },
		{ "@400000006b02fb1b2ebd56f4.s.gz", SOURCE_FINISHED },
		{ "current.zst", SOURCE_CURRENT },
		{ "@400000006b02fb1b2ebd56f4.t", SOURCE_FILE },
		{ "@400000006b02fb1b2ebd56f4", SOURCE_FILE },
		{ "@400000006b02fb1b2ebd56f.s", SOURCE_FILE },
		{ "@400000006b02fb1b2ebd56fg.s", SOURCE_FILE },
		{ "@.s", SOURCE_FILE },
		{ "currently", SOURCE_FILE },
		{ "maillog", SOURCE_FILE },
		{ "", SOURCE_FILE },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct name n = name_parse(str_from(names[i].file_name));

		assert_int_equal(n.kind, names[i].kind);
	}
}

TEST(the_names_of_rotated_logs_are_taken_apart)
{
	static const struct {
		const char *file_name;
		const char *stem;
		bool log_suffix;
		enum name_age age;
		const char *date;
		uint32_t number;
	} names[] = {
		{ "maillog", "maillog", false, NAME_NEWEST, "", 0 },
		{ "maillog.gz", "maillog", false, NAME_NEWEST, "", 0 },
		{ "maillog.1", "maillog", false, NAME_NUMBERED, "", 1 },
		{ "maillog.12.gz", "maillog", false, NAME_NUMBERED, "", 12 },
		{ "maillog-20260310", "maillog", false, NAME_DATED, "20260310", 0 },
		{ "maillog-20260310.xz", "maillog", false, NAME_DATED, "20260310", 0 },
		{ "maillog-2026-03-10", "maillog", false, NAME_DATED,
		    "2026-03-10", 0 },
		{ "maillog-20260310-1773100800", "maillog", false, NAME_DATED,
		    "20260310-1773100800", 0 },
		{ "maillog_2026.zst", "maillog", false, NAME_DATED, "2026", 0 },
		{ "mail.log", "mail", true, NAME_NEWEST, "", 0 },
		{ "mail.log.0.bz2", "mail", true, NAME_NUMBERED, "", 0 },
		{ "mail.3.log", "mail", true, NAME_NUMBERED, "", 3 },
		{ "mail-20260310.log.gz", "mail", true, NAME_DATED, "20260310", 0 },
		{ "mail.log.2026-03-10", "mail", true, NAME_DATED, "2026-03-10", 0 },
		{ "mx-1", "mx-1", false, NAME_NEWEST, "", 0 },
		{ "log.12345", "log.12345", false, NAME_NEWEST, "", 0 },
		{ "log.-1", "log.-1", false, NAME_NEWEST, "", 0 },
		{ "20260310", "20260310", false, NAME_NEWEST, "", 0 },
		{ ".gz", ".gz", false, NAME_NEWEST, "", 0 },
		{ "log.", "log.", false, NAME_NEWEST, "", 0 },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct name n = name_parse(str_from(names[i].file_name));

		assert_str(n.stem, names[i].stem);
		assert_int_equal(n.log_suffix, names[i].log_suffix);
		assert_int_equal(n.age, names[i].age);
		assert_str(n.date, names[i].date);
		assert_int_equal(n.number, names[i].number);
	}
}

TEST(names_of_one_stem_have_an_order)
{
	static const char *const oldest_first[] = {
		"mail.log-2025.gz", "mail.log-20260309", "mail.log-20260310",
		"mail-20260310-2.log", "mail.log.12", "mail.log.2.gz",
		"mail.1.log", "mail.log",
	};
	size_t n = sizeof(oldest_first) / sizeof(oldest_first[0]);

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++) {
			struct name a = name_parse(str_from(oldest_first[i]));
			struct name b = name_parse(str_from(oldest_first[k]));
			int order = name_cmp_age(&a, &b);

			assert_true(name_same_stem(&a, &b));
			assert_int_equal((order > 0) - (order < 0),
			    (i > k) - (i < k));
		}
}

TEST(stems_differ)
{
	struct name log = name_parse(STR("mail.log"));
	struct name info = name_parse(STR("mail.info"));
	struct name bare = name_parse(STR("mail"));
	struct name multilog = name_parse(STR("current"));

	assert_false(name_same_stem(&log, &info));
	assert_false(name_same_stem(&log, &bare));
	assert_false(name_same_stem(&bare, &multilog));
	assert_true(name_cmp_stem(&bare, &info) < 0);
}

TEST(what_stands_beside_logs_is_no_log)
{
	assert_true(name_is_no_log(STR("lock")));
	assert_true(name_is_no_log(STR("state")));
	assert_true(name_is_no_log(STR("newstate")));
	assert_true(name_is_no_log(STR("previous")));
	assert_true(name_is_no_log(STR("processed")));
	assert_true(name_is_no_log(STR(".")));
	assert_true(name_is_no_log(STR(".maillog.swp")));
	assert_false(name_is_no_log(STR("current")));
	assert_false(name_is_no_log(STR("statement")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_names_of_multilog_are_known),
		cmocka_unit_test(the_names_of_rotated_logs_are_taken_apart),
		cmocka_unit_test(names_of_one_stem_have_an_order),
		cmocka_unit_test(stems_differ),
		cmocka_unit_test(what_stands_beside_logs_is_no_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
