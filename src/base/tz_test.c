#include "base/tz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/test.h"

/* An etc of our own; each test puts into it what it needs. */
static char etc[] = "/tmp/tz_test.XXXXXX";
static char link_path[sizeof(etc) + 16];
static char text_path[sizeof(etc) + 16];

static int
make_etc(void **state)
{
	(void)state;
	if (mkdtemp(etc) == NULL)
		return -1;
	snprintf(link_path, sizeof(link_path), "%s/localtime", etc);
	snprintf(text_path, sizeof(text_path), "%s/timezone", etc);
	return 0;
}

static int
remove_etc(void **state)
{
	(void)state;
	return rmdir(etc);
}

static int
reset(void **state)
{
	(void)state;
	unlink(link_path);
	unlink(text_path);
	unsetenv("TZ");
	unsetenv("TZDIR");
	return 0;
}

static void
write_file(const char *path, const char *content)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(content, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* value may be NULL: TZ is to be unset. */
static void
assert_tz(struct tz *tz, const char *name, const char *value)
{
	assert_string_equal(tz->name, name);
	if (value)
		assert_string_equal(tz->value, value);
	else
		assert_null(tz->value);
	tz_clear(tz);
}

static void
assert_found(const char *asked, const char *name, const char *value)
{
	struct err err = { 0 };
	struct tz tz;

	assert_int_equal(tz_find(&tz, asked, &err), 0);
	assert_tz(&tz, name, value);
}

static void
assert_system(const char *name, const char *value)
{
	struct err err = { 0 };
	struct tz tz;

	assert_int_equal(tz_find_system(&tz, etc, &err), 0);
	assert_tz(&tz, name, value);
}

static void
assert_refused(const char *asked, enum err_kind kind, const char *part)
{
	struct err err = { 0 };
	struct tz tz;

	assert_int_equal(tz_find(&tz, asked, &err), -1);
	assert_int_equal(err.kind, kind);
	assert_non_null(strstr(err.text, part));
}

TEST(a_name_of_the_data_base_is_known)
{
	assert_found("Europe/Berlin", "Europe/Berlin", "Europe/Berlin");
	assert_found("America/Argentina/Buenos_Aires",
	    "America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires");
}

TEST(an_unknown_name_is_refused_with_an_example)
{
	assert_refused("Europe/Berln", ERR_USAGE, "\"Europe/Berln\"");
	assert_refused("Europe/Berln", ERR_USAGE, "such as UTC or Europe/Berlin");
	assert_refused("", ERR_USAGE, "such as UTC");
}

TEST(a_folder_or_a_table_of_the_data_base_is_not_a_zone)
{
	assert_refused("Europe", ERR_USAGE, "\"Europe\"");
	assert_refused("zone.tab", ERR_USAGE, "\"zone.tab\"");
}

TEST(a_name_cannot_lead_out_of_the_data_base)
{
	assert_refused("/usr/share/zoneinfo/Europe/Berlin", ERR_USAGE, "zone");
	assert_refused("../zoneinfo/Europe/Berlin", ERR_USAGE, "zone");
	assert_refused("Europe/../Europe/Berlin", ERR_USAGE, "zone");
}

TEST(utc_may_be_written_small)
{
	assert_found("utc", "UTC", "UTC0");
}

TEST(without_a_data_base_utc_and_rules_still_work)
{
	setenv("TZDIR", etc, 1);
	assert_found("UTC", "UTC", "UTC0");
	assert_found("Etc/UTC", "Etc/UTC", "UTC0");
	assert_found("CET-1", "CET-1", "CET-1");
}

TEST(without_a_data_base_a_name_is_refused_and_the_package_named)
{
	setenv("TZDIR", etc, 1);
	assert_refused("Europe/Berlin", ERR_NO_INPUT, "tzdata");
}

TEST(rules_in_posix_form_are_known)
{
	assert_true(tz_is_posix("CET-1CEST,M3.5.0,M10.5.0/3"));
	assert_true(tz_is_posix("CET-1CEST-2,M3.5.0/02:00:00,M10.5.0/3"));
	assert_true(tz_is_posix("EST5EDT,M3.2.0,M11.1.0"));
	assert_true(tz_is_posix("<+0545>-5:45"));
	assert_true(tz_is_posix("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0"));
	assert_true(tz_is_posix("AAA3BBB,J60/0,300/-1:30"));
	assert_true(tz_is_posix("UTC0"));
}

TEST(what_libc_would_take_for_utc_is_not_posix_form)
{
	static const char *const wrong[] = { "", "CET", "CE-1", "C3T-1",
		"CET-25", "CET-1:60", "CET-1CEST,", "CET-1CEST,M3.5.0",
		"CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0",
		"CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,J0,J1",
		"CET-1CEST,366,1", "CET-1CEST,M3.5.0,M10.5.0/3 ",
		"<+05-5", "<>-5", "<", "-5", "CET-", "CET-1CEST,M3.5,M10.5.0",
		"CET-1CEST,M3.5.0/168,M10.5.0", "Europe/Berlin" };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(tz_is_posix(wrong[i]));
}

TEST(summer_time_without_its_rule_is_refused)
{
	assert_false(tz_is_posix("CET-1CEST"));
}

TEST(the_environment_names_the_system_zone)
{
	setenv("TZ", "Asia/Kathmandu", 1);
	assert_found(NULL, "Asia/Kathmandu", "Asia/Kathmandu");
	setenv("TZ", ":Asia/Kathmandu", 1);
	assert_found(NULL, "Asia/Kathmandu", "Asia/Kathmandu");
}

TEST(a_name_given_wins_over_the_environment)
{
	setenv("TZ", "Asia/Kathmandu", 1);
	assert_found("Europe/Berlin", "Europe/Berlin", "Europe/Berlin");
}

TEST(an_empty_tz_is_utc)
{
	setenv("TZ", "", 1);
	assert_found(NULL, "UTC", "UTC0");
}

TEST(tz_may_be_a_path)
{
	static const char path[] = "/usr/share/zoneinfo/Europe/Berlin";

	setenv("TZ", path, 1);
	assert_found(NULL, "Europe/Berlin", path);
}

TEST(a_wrong_tz_is_blamed_on_the_environment)
{
	setenv("TZ", "Europe/Berln", 1);
	assert_refused(NULL, ERR_USAGE, "TZ in the environment");
	setenv("TZ", "/nowhere/Europe/Berlin", 1);
	assert_refused(NULL, ERR_NO_INPUT, "/nowhere/Europe/Berlin");
}

TEST(the_link_etc_localtime_names_the_system_zone)
{
	assert_int_equal(symlink("/usr/share/zoneinfo/Europe/Berlin", link_path),
	    0);
	write_file(text_path, "Asia/Kathmandu\n");
	assert_system("Europe/Berlin", NULL);
}

TEST(etc_timezone_names_an_etc_localtime_that_is_a_copy)
{
	write_file(link_path, "TZif2");
	write_file(text_path, "Europe/Berlin\n");
	assert_system("Europe/Berlin", NULL);
}

TEST(a_copy_without_a_name_is_local)
{
	write_file(link_path, "TZif2");
	assert_system("local", NULL);
}

TEST(a_system_without_etc_localtime_counts_in_utc)
{
	write_file(text_path, "Europe/Berlin\n");
	assert_system("UTC", "UTC0");
}

TEST(a_link_to_a_missing_data_base_is_an_error_unless_it_is_utc)
{
	struct err err = { 0 };
	struct tz tz;

	setenv("TZDIR", etc, 1);
	assert_int_equal(symlink("/nowhere/zoneinfo/Europe/Berlin", link_path),
	    0);
	assert_int_equal(tz_find_system(&tz, etc, &err), -1);
	assert_non_null(strstr(err.text, link_path));
	assert_non_null(strstr(err.text, "tzdata"));
	unlink(link_path);
	assert_int_equal(symlink("/nowhere/zoneinfo/Etc/UTC", link_path), 0);
	assert_system("Etc/UTC", "UTC0");
}

#define CLEAN(f) cmocka_unit_test_setup_teardown(f, reset, reset)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CLEAN(a_name_of_the_data_base_is_known),
		CLEAN(an_unknown_name_is_refused_with_an_example),
		CLEAN(a_folder_or_a_table_of_the_data_base_is_not_a_zone),
		CLEAN(a_name_cannot_lead_out_of_the_data_base),
		CLEAN(utc_may_be_written_small),
		CLEAN(without_a_data_base_utc_and_rules_still_work),
		CLEAN(without_a_data_base_a_name_is_refused_and_the_package_named),
		CLEAN(rules_in_posix_form_are_known),
		CLEAN(what_libc_would_take_for_utc_is_not_posix_form),
		CLEAN(summer_time_without_its_rule_is_refused),
		CLEAN(the_environment_names_the_system_zone),
		CLEAN(a_name_given_wins_over_the_environment),
		CLEAN(an_empty_tz_is_utc),
		CLEAN(tz_may_be_a_path),
		CLEAN(a_wrong_tz_is_blamed_on_the_environment),
		CLEAN(the_link_etc_localtime_names_the_system_zone),
		CLEAN(etc_timezone_names_an_etc_localtime_that_is_a_copy),
		CLEAN(a_copy_without_a_name_is_local),
		CLEAN(a_system_without_etc_localtime_counts_in_utc),
		CLEAN(a_link_to_a_missing_data_base_is_an_error_unless_it_is_utc)
	};

	return cmocka_run_group_tests(tests, make_etc, remove_etc);
}
