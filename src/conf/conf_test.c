#include "conf/conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "event/event.h"

struct fixture {
	struct conf conf;
	struct err err;
	char path[64];
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return -1;
	conf_init(&f->conf);
	snprintf(f->path, sizeof(f->path), "/tmp/conf_test.XXXXXX");
	*state = f;
	return close(mkstemp(f->path));
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	conf_clear(&f->conf);
	unlink(f->path);
	free(f);
	return 0;
}

static int
read_bytes(struct fixture *f, const char *bytes, size_t n)
{
	FILE *file = fopen(f->path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, n, file), n);
	assert_int_equal(fclose(file), 0);
	return conf_read(&f->conf, f->path, &f->err);
}

static void
assert_reads(struct fixture *f, const char *text)
{
	if (read_bytes(f, text, strlen(text)) == -1)
		fail_msg("%s", f->err.text);
}

/* The error must be the file's name and then this. */
static void
assert_refused(struct fixture *f, const char *text, const char *error)
{
	assert_int_equal(read_bytes(f, text, strlen(text)), -1);
	assert_int_equal(f->err.kind, ERR_USAGE);
	assert_memory_equal(f->err.text, f->path, strlen(f->path));
	assert_string_equal(f->err.text + strlen(f->path), error);
}

static void
assert_str(struct str got, const char *want)
{
	assert_true(str_eq(got, str_from(want)));
}

static int
set(struct fixture *f, const char *key, const char *value)
{
	return conf_set(&f->conf, str_from(key), str_from(value), &f->err);
}

static void
values_go_where_they_belong(void **state)
{
	struct fixture *f = *state;
	struct conf *c = &f->conf;

	assert_reads(f,
	    "[classes]\n"
	    "tag_level = 4.5\n"
	    "case_sensitive_local = yes\n"
	    "fetchmail_address = 127.0.0.9\n"
	    "mailman_marker = mailman\n"
	    "[report]\n"
	    "host = mx1.example.org\n"
	    "zone = UTC\n"
	    "interval = weekly\n"
	    "base = 6\n"
	    "country_cutoff = 2.5\n"
	    "sa_rule_threshold = 1\n");
	assert_int_equal(c->classes.tag_level_milli, 4500);
	assert_true(c->classes.case_sensitive_local);
	assert_int_equal(c->classes.fetchmail_ip.b[15], 9);
	assert_str(c->classes.mailman_marker, "mailman");
	assert_string_equal(c->host, "mx1.example.org");
	assert_string_equal(c->zone, "UTC");
	assert_string_equal(c->interval, "weekly");
	assert_string_equal(c->base, "6");
	assert_true(c->country_cutoff_percent == 2.5);
	assert_true(c->rule_cutoff_percent == 1);
}

static void
an_empty_file_changes_nothing(void **state)
{
	struct fixture *f = *state;

	assert_reads(f, "");
	assert_reads(f, "# only\n; comments\n\n[report]\n");
	assert_null(f->conf.host);
	assert_int_equal(f->conf.classes.n_local_networks, 5);
	assert_int_equal(f->conf.classes.tag_level_milli, EVENT_NO_NUMBER);
}

static void
a_list_may_stand_in_one_line_or_in_several(void **state)
{
	struct fixture *f = *state;
	struct conf *c = &f->conf;

	assert_reads(f,
	    "[logs]\n"
	    "log = /var/log/qpsmtpd\n"
	    "log = /a,/b  \"/with blank\"\n"
	    "[classes]\n"
	    "local_domains = Example.org .example.net\n");
	assert_int_equal(c->n_logs, 4);
	assert_str(c->logs[0], "/var/log/qpsmtpd");
	assert_str(c->logs[2], "/b");
	assert_str(c->logs[3], "/with blank");
	assert_int_equal(classes_domain(&c->classes, STR("example.org")),
	    DOMAIN_LOCAL);
	assert_int_equal(classes_domain(&c->classes, STR("a.example.net")),
	    DOMAIN_LOCAL);
}

static void
a_list_in_a_file_replaces_the_default(void **state)
{
	struct fixture *f = *state;

	assert_reads(f, "[classes]\nlocal_networks = 192.0.2.0/24\n"
	    "local_network = 2001:db8::/32\n");
	assert_int_equal(f->conf.classes.n_local_networks, 2);
	assert_reads(f, "[classes]\nlocal_network = 10.0.0.0/8\n");
	assert_int_equal(f->conf.classes.n_local_networks, 1);
}

static void
an_empty_value_is_no_value(void **state)
{
	struct fixture *f = *state;
	struct conf *c = &f->conf;

	assert_reads(f, "[report]\nhost = a\n[classes]\ntag_level = 5\n");
	assert_reads(f, "[report]\nhost =\n[classes]\ntag_level =\n"
	    "local_networks =\nfetchmail_marker =\nfetchmail_address =\n");
	assert_null(c->host);
	assert_int_equal(c->classes.tag_level_milli, EVENT_NO_NUMBER);
	assert_int_equal(c->classes.n_local_networks, 0);
	assert_int_equal(c->classes.fetchmail_marker.n, 0);
	assert_int_equal(c->classes.fetchmail_ip.b[15], 0);
}

static void
an_unknown_key_is_an_error_with_a_suggestion(void **state)
{
	assert_refused(*state, "# first\n[classes]\nlocal_domian = a.test\n",
	    ": line 3: unknown key \"local_domian\" in [classes]; did you mean "
	    "\"local_domain\"?");
	assert_refused(*state, "[classes]\nxyzzy = 1\n",
	    ": line 2: unknown key \"xyzzy\" in [classes]");
}

static void
a_key_of_another_section_is_told_where_it_belongs(void **state)
{
	assert_refused(*state, "[report]\ntag_level = 1\n",
	    ": line 2: unknown key \"tag_level\" in [report]; it belongs in "
	    "[classes]");
}

static void
an_unknown_section_is_an_error_with_a_suggestion(void **state)
{
	assert_refused(*state, "[clases]\ntag_level = 1\n",
	    ": line 2: unknown section [clases]; did you mean [classes]?");
}

static void
a_key_above_all_sections_is_an_error(void **state)
{
	assert_refused(*state, "tag_level = 1\n",
	    ": line 1: \"tag_level\" stands before the first [section]");
}

static void
a_value_of_the_wrong_type_is_an_error(void **state)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{ "[classes]\ntag_level = x\n",
		  "tag_level: \"x\" is not a number" },
		{ "[classes]\ncase_sensitive_local = maybe\n",
		  "case_sensitive_local: \"maybe\" is neither yes nor no" },
		{ "[classes]\nlocal_networks = 10.0.0.0/33\n",
		  "local_networks: \"10.0.0.0/33\" is not a network such as "
		  "192.0.2.0/24" },
		{ "[classes]\nlocal_domains = http://a.test/\n",
		  "local_domains: \"http://a.test/\" is not a domain" },
		{ "[classes]\nfetchmail_address = localhost\n",
		  "fetchmail_address: \"localhost\" is not an IP address" },
		{ "[classes]\ndmarc_address = nobody\n",
		  "dmarc_address: \"nobody\" is not a mail address" },
		{ "[report]\ncountry_cutoff = 101\n",
		  "country_cutoff: \"101\" is not a percentage, 0 to 100" },
		{ "[report]\nrefused_country = Xanadu\n",
		  "refused_country: \"Xanadu\" is not a country of two letters" },
		{ "[report]\nfact = clamav\n",
		  "fact: \"clamav\" is not of the form name=value" },
		{ "[lists]\ndnsbl = http://x/\n",
		  "dnsbl: \"http://x/\" is not the zone of a block list" },
		{ "[columns]\nVirus = perhaps\n",
		  "Virus: \"perhaps\" is not yes, no or auto" },
		{ "[report]\nhost = a\x1b[2J\n",
		  "host: \"a\x1b[2J\" holds control characters" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char error[256];

		snprintf(error, sizeof(error), ": line 2: %s", cases[i].error);
		assert_refused(*state, cases[i].text, error);
	}
}

static void
periods_and_zones_are_judged_when_read(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(set(f, "report.interval", "dayly"), -1);
	assert_memory_equal(f->err.text, "interval \"dayly\"", 16);
	conf_clear(&f->conf);
	conf_init(&f->conf);
	assert_int_equal(set(f, "report.base", "25"), -1);
	conf_clear(&f->conf);
	conf_init(&f->conf);
	assert_int_equal(set(f, "report.zone", "Mars/Olympus"), -1);
}

static void
a_line_that_is_neither_is_an_error(void **state)
{
	assert_refused(*state, "[classes]\n\nnonsense\n",
	    ": line 3: neither \"key = value\" nor \"[section]\"");
	assert_refused(*state, "[classes\n",
	    ": line 1: neither \"key = value\" nor \"[section]\"");
	assert_refused(*state, "[classes]\ntag_level: 5\n",
	    ": line 2: neither \"key = value\" nor \"[section]\"");
	assert_refused(*state, "[category]\n = Virus\n",
	    ": line 2: neither \"key = value\" nor \"[section]\"");
}

static void
the_first_of_several_errors_is_reported(void **state)
{
	assert_refused(*state, "[classes]\ntag_level = x\nnonsense\nb = 1\n",
	    ": line 2: tag_level: \"x\" is not a number");
}

static void
a_mark_of_utf8_and_carriage_returns_do_not_matter(void **state)
{
	struct fixture *f = *state;

	assert_reads(f, "\xef\xbb\xbf[report]\r\nhost = mx1\r\n"
	    "[classes]\r\ntag_level = 5\r\n");
	assert_string_equal(f->conf.host, "mx1");
	assert_int_equal(f->conf.classes.tag_level_milli, 5000);
}

static void
a_line_may_be_indented_and_end_without_a_newline(void **state)
{
	struct fixture *f = *state;

	assert_reads(f, "[report]\n  host = mx1 ; with a comment\n\tzone = UTC");
	assert_string_equal(f->conf.host, "mx1");
	assert_string_equal(f->conf.zone, "UTC");
}

static void
a_line_may_be_very_long(void **state)
{
	struct fixture *f = *state;
	struct buf text = { 0 };

	buf_printf(&text, "[logs]\nlog =");
	for (int i = 0; i < 20000; i++)
		buf_printf(&text, " /var/log/mail-%05d", i);
	buf_printf(&text, "\nlog = last\n");
	assert_reads(f, text.p);
	assert_int_equal(f->conf.n_logs, 20001);
	assert_str(f->conf.logs[19999], "/var/log/mail-19999");
	buf_clear(&text);
}

static void
the_line_of_an_error_is_right_behind_a_long_line(void **state)
{
	struct buf text = { 0 };

	buf_printf(&text, "[logs]\nlog = %0300d\n# %0300d\nx = 1\n", 1, 1);
	assert_refused(*state, text.p, ": line 4: unknown key \"x\" in [logs]");
	buf_clear(&text);
}

static void
binary_noise_is_refused(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_bytes(f, "\x7f""ELF\0\1\2", 7), -1);
	assert_string_equal(f->err.text + strlen(f->path),
	    ": not a text file: it holds a NUL byte");
	assert_int_equal(read_bytes(f, "\x1f\x8b\x08\xff\n\xfe\n", 7), -1);
	assert_string_equal(f->err.text + strlen(f->path),
	    ": line 1: neither \"key = value\" nor \"[section]\"");
}

static void
a_file_too_large_is_refused(void **state)
{
	struct fixture *f = *state;
	struct buf text = { 0 };

	buf_add_repeated(&text, '\n', (1 << 20) + 1);
	assert_refused(f, text.p, ": not a configuration: larger than 1 MiB");
	buf_clear(&text);
}

static void
a_missing_file_and_a_directory_are_no_input(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(conf_read(&f->conf, "/nonexistent/x.conf", &f->err), -1);
	assert_int_equal(f->err.kind, ERR_NO_INPUT);
	assert_string_equal(f->err.text,
	    "/nonexistent/x.conf: No such file or directory");
	assert_int_equal(conf_read(&f->conf, "/", &f->err), -1);
	assert_int_equal(f->err.kind, ERR_NO_INPUT);
	assert_string_equal(f->err.text, "/: Is a directory");
}

static void
a_column_is_named_by_its_title_in_any_case(void **state)
{
	struct fixture *f = *state;
	struct conf *c = &f->conf;

	assert_reads(f, "[columns]\nqued.spam? = yes\nRBL/DNS = no\n"
	    "rbl/dns = auto\n");
	assert_int_equal(c->n_columns, 2);
	assert_str(c->columns[0].title, "Qued.Spam?");
	assert_int_equal(c->columns[0].show, COLUMN_YES);
	assert_int_equal(c->columns[1].show, COLUMN_AUTO);
}

static void
an_unknown_column_is_an_error_with_a_suggestion(void **state)
{
	assert_refused(*state, "[columns]\nFetchmial = no\n",
	    ": line 2: no column is called \"Fetchmial\"; did you mean "
	    "\"Fetchmail\"?");
	assert_refused(*state, "[columns]\nGeoip = no\n",
	    ": line 2: no column is called \"Geoip\"; did you mean \"Geoip.\"?");
	assert_refused(*state, "[columns]\nXyzzyPlugh = no\n",
	    ": line 2: no column is called \"XyzzyPlugh\"; if it is a category of "
	    "your own, [category] must stand above [columns]");
}

static void
some_columns_are_always_shown(void **state)
{
	assert_refused(*state, "[columns]\ntotals = no\n",
	    ": line 2: the column \"Totals\" is always shown");
}

static void
a_category_may_be_given_to_any_plugin(void **state)
{
	struct fixture *f = *state;
	struct classes *c = &f->conf.classes;
	struct event ev;

	assert_reads(f, "[category]\n"
	    "virus::clamav = Karma\n"
	    "check_goodrcptto extn: = geoip.\n"
	    "queue::* = Queue errors\n"
	    "[columns]\n"
	    "queue errors = no\n");
	event_init(&ev, EVENT_TRANSACTION, 0);
	ev.disposition = STR("virus::clamav");
	assert_int_equal(classes_category(c, &ev), CATEGORY_KARMA);
	ev.disposition = STR("check_goodrcptto extn:");
	assert_int_equal(classes_category(c, &ev), CATEGORY_COUNTRY);
	ev.disposition = STR("queue::maildir");
	assert_str(category_title(c, classes_category(c, &ev)), "Queue errors");
	assert_str(f->conf.columns[0].title, "Queue errors");
}

static void
a_new_category_must_not_look_like_another_column(void **state)
{
	assert_refused(*state, "[category]\nx = Geoip\n",
	    ": line 2: x: \"Geoip\" is too like the title of the column "
	    "\"Geoip.\"");
	assert_refused(*state, "[category]\nx = hour\n",
	    ": line 2: x: \"hour\" is too like the title of the column \"Hour\"");
	assert_refused(*state, "[category]\nx = Local\n",
	    ": line 2: x: \"Local\" is too like the title of the column "
	    "\"Local\"");
	assert_refused(*state, "[category]\nx = --\n",
	    ": line 2: x: \"--\" is no title for a column");
	assert_refused(*state, "[category]\nx =\n",
	    ": line 2: x: \"\" is empty or has one of = ; # [ in a name");
	assert_refused(*state, "[category]\nx = [y]\n",
	    ": line 2: x: \"[y]\" is empty or has one of = ; # [ in a name");
}

static void
what_is_queued_keeps_its_categories(void **state)
{
	assert_refused(*state, "[category]\nqueued = Virus\n",
	    ": line 2: queued: what is queued has its category by its score; see "
	    "tag_level in [classes]");
	assert_refused(*state, "[category]\ndnsbl = ham\n",
	    ": line 2: dnsbl: \"ham\" is for what is queued, by its score");
}

static void
block_lists_have_their_type(void **state)
{
	struct fixture *f = *state;
	struct conf *c = &f->conf;

	assert_reads(f, "[lists]\ndnsbl = a.test b.test\nrhsbl = c.test\n");
	assert_int_equal(c->n_lists, 3);
	assert_string_equal(c->lists[2].type, "RHSBL");
	assert_int_equal(set(f, "lists.dnsbl", "d.test"), 0);
	assert_int_equal(c->n_lists, 2);
	assert_str(c->lists[0].zone, "c.test");
	assert_string_equal(c->lists[1].type, "DNSBL");
}

static void
one_setting_may_be_set_by_its_full_name(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(set(f, "report.host", " mx2 "), 0);
	assert_string_equal(f->conf.host, "mx2");
	assert_int_equal(set(f, "columns.Qued.Spam?", "no"), 0);
	assert_str(f->conf.columns[0].title, "Qued.Spam?");
	assert_int_equal(set(f, "category.virus::clamav", "Karma"), 0);
	assert_int_equal(set(f, "host", "mx3"), -1);
	assert_string_equal(f->err.text,
	    "\"host\" is not of the form section.key");
}

static void
the_environment_sets_what_names_a_section(void **state)
{
	struct fixture *f = *state;
	char *environment[] = {
		(char[]){ "HOME=/root" },
		(char[]){ "MAILTALLY_CONF=/x" },
		(char[]){ "MAILTALLY_BIN" },
		(char[]){ "MAILTALLY_REPORT_HOST=mx=1" },
		(char[]){ "MAILTALLY_CLASSES_LOCAL_NETWORKS=192.0.2.0/24" },
		NULL,
	};

	assert_int_equal(conf_read_environment(&f->conf, environment, &f->err), 0);
	assert_string_equal(f->conf.host, "mx=1");
	assert_int_equal(f->conf.classes.n_local_networks, 1);
}

static void
an_error_in_the_environment_names_the_variable(void **state)
{
	struct fixture *f = *state;
	char *environment[] = {
		(char[]){ "MAILTALLY_REPORT_HOTS=mx1" }, NULL
	};

	assert_int_equal(conf_read_environment(&f->conf, environment, &f->err),
	    -1);
	assert_int_equal(f->err.kind, ERR_USAGE);
	assert_string_equal(f->err.text, "MAILTALLY_REPORT_HOTS: unknown key "
	    "\"hots\" in [report]; did you mean \"host\"?");
}

/* Prints what c holds, reads that again and prints that. */
static void
assert_survives(struct fixture *f)
{
	struct buf first = { 0 }, second = { 0 };

	conf_print(&first, &f->conf);
	conf_clear(&f->conf);
	conf_init(&f->conf);
	assert_reads(f, first.p);
	conf_print(&second, &f->conf);
	assert_string_equal(first.p, second.p);
	buf_clear(&first);
	buf_clear(&second);
}

static void
what_is_printed_can_be_read_again(void **state)
{
	struct fixture *f = *state;

	assert_survives(f);
	assert_reads(f,
	    "[logs]\nlog = \"/a b\" /c\n"
	    "[classes]\nlocal_domain = .a.test b.test\ntag_level = -0.125\n"
	    "dmarc_address = A@b.test\nreject_level = 12\n"
	    "[report]\nfact = \"Data base=of today\"\nsa_rule_threshold = 0.2\n"
	    "refused_country = xa\n"
	    "[category]\nvirus::x = Mine\n[columns]\nMine = no\n"
	    "[lists]\nuribl = u.test\n");
	assert_survives(f);
	assert_int_equal(f->conf.classes.tag_level_milli, -125);
	assert_str(f->conf.facts[0], "Data base=of today");
	assert_str(f->conf.refused_countries[0], "XA");
	assert_str(f->conf.classes.dmarc_addresses[0], "a@b.test");
}

static void
the_example_changes_nothing(void **state)
{
	struct fixture *f = *state;
	struct buf example = { 0 }, before = { 0 }, after = { 0 };

	conf_print(&before, &f->conf);
	conf_example(&example);
	assert_reads(f, example.p);
	conf_print(&after, &f->conf);
	assert_string_equal(before.p, after.p);
	buf_clear(&example);
	buf_clear(&before);
	buf_clear(&after);
}

static void
what_the_example_comments_out_is_good(void **state)
{
	struct fixture *f = *state;
	struct buf example = { 0 };

	conf_example(&example);
	for (char *at = example.p; (at = strchr(at, '#')) != NULL; at++) {
		if (at[1] != ' ')
			*at = ' ';
	}
	assert_reads(f, example.p);
	assert_string_equal(f->conf.zone, "Europe/Berlin");
	buf_clear(&example);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(values_go_where_they_belong),
		TEST(an_empty_file_changes_nothing),
		TEST(a_list_may_stand_in_one_line_or_in_several),
		TEST(a_list_in_a_file_replaces_the_default),
		TEST(an_empty_value_is_no_value),
		TEST(an_unknown_key_is_an_error_with_a_suggestion),
		TEST(a_key_of_another_section_is_told_where_it_belongs),
		TEST(an_unknown_section_is_an_error_with_a_suggestion),
		TEST(a_key_above_all_sections_is_an_error),
		TEST(a_value_of_the_wrong_type_is_an_error),
		TEST(periods_and_zones_are_judged_when_read),
		TEST(a_line_that_is_neither_is_an_error),
		TEST(the_first_of_several_errors_is_reported),
		TEST(a_mark_of_utf8_and_carriage_returns_do_not_matter),
		TEST(a_line_may_be_indented_and_end_without_a_newline),
		TEST(a_line_may_be_very_long),
		TEST(the_line_of_an_error_is_right_behind_a_long_line),
		TEST(binary_noise_is_refused),
		TEST(a_file_too_large_is_refused),
		TEST(a_missing_file_and_a_directory_are_no_input),
		TEST(a_column_is_named_by_its_title_in_any_case),
		TEST(an_unknown_column_is_an_error_with_a_suggestion),
		TEST(some_columns_are_always_shown),
		TEST(a_category_may_be_given_to_any_plugin),
		TEST(a_new_category_must_not_look_like_another_column),
		TEST(what_is_queued_keeps_its_categories),
		TEST(block_lists_have_their_type),
		TEST(one_setting_may_be_set_by_its_full_name),
		TEST(the_environment_sets_what_names_a_section),
		TEST(an_error_in_the_environment_names_the_variable),
		TEST(what_is_printed_can_be_read_again),
		TEST(the_example_changes_nothing),
		TEST(what_the_example_comments_out_is_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
