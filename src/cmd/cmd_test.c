#include "cmd/cmd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "conf/conf.h"

static const struct cmd report = { .name = "report", .arguments = "" };
static const struct cmd count = { .name = "dnsbl count", .arguments = "" };
static const struct cmd test = { .name = "dnsbl test", .arguments = "" };
static const struct cmd summarize = { .name = "summarize",
	.alias = "qplogsumm", .arguments = "" };
static const struct cmd *const table[] = { &report, &count, &test, &summarize,
	NULL };

/* Words as main() gets them; modifiable, ended by NULL. */
#define WORDS(...) ((char *[]){ __VA_ARGS__, NULL })
#define W(literal) ((char[]){ literal })

static void
a_command_is_found_by_its_word(void **state)
{
	int n;

	(void)state;
	assert_ptr_equal(cmd_find(table, 2, WORDS(W("report"), W("x")), &n, NULL),
	    &report);
	assert_int_equal(n, 1);
}

static void
a_command_may_have_two_words(void **state)
{
	int n;

	(void)state;
	assert_ptr_equal(cmd_find(table, 3, WORDS(W("dnsbl"), W("test"), W("x")),
	    &n, NULL), &test);
	assert_int_equal(n, 2);
}

static void
assert_not_found(int argc, char **words, const char *error)
{
	struct err err;
	int n;

	assert_null(cmd_find(table, argc, words, &n, &err));
	assert_int_equal(err.kind, ERR_USAGE);
	assert_string_equal(err.text, error);
}

static void
an_unknown_command_is_an_error_with_advice(void **state)
{
	(void)state;
	assert_not_found(1, WORDS(W("repotr")),
	    "\"repotr\": no such command; did you mean report?");
	assert_not_found(1, WORDS(W("xyzzy")),
	    "\"xyzzy\": no such command; mailtally --help lists what there is");
	assert_not_found(1, WORDS(W("--top")),
	    "--top: options stand behind the command; mailtally --help lists "
	    "these");
}

static void
half_a_name_is_told_its_other_halves(void **state)
{
	(void)state;
	assert_not_found(1, WORDS(W("dnsbl")), "dnsbl: which one: count, test?");
	assert_not_found(2, WORDS(W("dnsbl"), W("x")),
	    "dnsbl: which one: count, test?");
}

static void
a_command_is_found_by_the_name_of_the_program(void **state)
{
	(void)state;
	assert_ptr_equal(cmd_find_alias(table, "qplogsumm"), &summarize);
	assert_ptr_equal(cmd_find_alias(table, "/usr/bin/qplogsumm"), &summarize);
	assert_null(cmd_find_alias(table, "/usr/bin/mailtally"));
	assert_null(cmd_find_alias(table, "qplogsumm/"));
}

static void
the_file_of_settings_is_taken_out_wherever_it_stands(void **state)
{
	char **words = WORDS(W("mailtally"), W("-C"), W("a"), W("report"),
	    W("-Cb"), W("log"));
	const char *path = NULL;
	int argc = 6;

	(void)state;
	assert_int_equal(cmd_take_conf(&argc, words, &path, NULL), 0);
	assert_string_equal(path, "b");
	assert_int_equal(argc, 3);
	assert_string_equal(words[1], "report");
	assert_string_equal(words[2], "log");
	assert_null(words[3]);
}

static void
behind_two_dashes_nothing_is_an_option(void **state)
{
	char **words = WORDS(W("mailtally"), W("report"), W("--"), W("-C"),
	    W("a"));
	const char *path = NULL;
	int argc = 5;

	(void)state;
	assert_int_equal(cmd_take_conf(&argc, words, &path, NULL), 0);
	assert_null(path);
	assert_int_equal(argc, 5);
}

static void
the_file_of_settings_must_be_named(void **state)
{
	char **words = WORDS(W("mailtally"), W("report"), W("-C"));
	const char *path = NULL;
	struct err err;
	int argc = 3;

	(void)state;
	assert_int_equal(cmd_take_conf(&argc, words, &path, &err), -1);
	assert_string_equal(err.text, "-C: no file is named");
}

static void
the_environment_goes_before_the_file(void **state)
{
	struct conf conf;
	struct cmd_context context = { .conf = &conf };
	char path[] = "/tmp/cmd_test.XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_int_equal(write(fd, "[report]\nhost = a\nbase = 6\n", 27), 27);
	close(fd);
	conf_init(&conf);
	setenv("MAILTALLY_CONF", path, 1);
	setenv("MAILTALLY_REPORT_HOST", "b", 1);
	assert_int_equal(cmd_settings(&context), 0);
	assert_string_equal(conf.host, "b");
	assert_string_equal(conf.base, "6");
	assert_string_equal(context.conf_file, path);
	unsetenv("MAILTALLY_CONF");
	unsetenv("MAILTALLY_REPORT_HOST");
	conf_clear(&conf);
	unlink(path);
}

static void
a_file_that_is_named_goes_before_the_variable(void **state)
{
	struct conf conf;
	struct cmd_context context = { .conf = &conf,
		.conf_named = "/dev/null" };

	(void)state;
	conf_init(&conf);
	setenv("MAILTALLY_CONF", "/nonexistent", 1);
	assert_int_equal(cmd_settings(&context), 0);
	assert_string_equal(context.conf_file, "/dev/null");
	unsetenv("MAILTALLY_CONF");
	conf_clear(&conf);
}

static void
options_of_the_command_and_common_ones_may_be_mixed(void **state)
{
	struct cmd_context context = { .program = "mailtally" };
	char **words = WORDS(W("report"), W("-q"), W("log"), W("--deep"));
	bool deep = false;
	const struct opt rows[] = {
		{ .type = OPT_FLAG, .name = "deep", .value = &deep,
		    .help = "look deeper" },
		{ .type = OPT_END },
	};
	const struct opt *tables[] = { rows };
	int status = 0;

	(void)state;
	assert_int_equal(cmd_options(&report, &context, tables, 1, 4, words,
	    &status), 1);
	assert_true(deep);
	assert_true(context.quiet);
	assert_false(context.verbose);
	assert_string_equal(words[1], "log");
}

static void
text_is_wrapped_but_for_examples(void **state)
{
	struct buf b = { 0 };

	(void)state;
	cmd_wrap(&b, "one two three four five six seven eight nine ten eleven "
	    "twelve thirteen fourteen\n\n  mailtally report", 4);
	assert_string_equal(b.p,
	    "    one two three four five six seven eight nine ten eleven twelve "
	    "thirteen\n    fourteen\n\n      mailtally report\n");
	buf_clear(&b);
}

static void
text_of_strangers_is_escaped_line_by_line(void **state)
{
	struct buf b = { 0 };

	(void)state;
	cmd_escape(&b, STR("a\x1b[2J\nb\tc"), 2);
	assert_string_equal(b.p, "  a\\x1B[2J\n  b\\x09c\n");
	buf_clear(&b);
}

static void
every_command_is_complete(void **state)
{
	(void)state;
	for (size_t i = 0; commands[i] != NULL; i++) {
		assert_non_null(commands[i]->name);
		assert_non_null(commands[i]->arguments);
		assert_non_null(commands[i]->summary);
		assert_non_null(commands[i]->run);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_command_is_found_by_its_word),
		cmocka_unit_test(a_command_may_have_two_words),
		cmocka_unit_test(an_unknown_command_is_an_error_with_advice),
		cmocka_unit_test(half_a_name_is_told_its_other_halves),
		cmocka_unit_test(a_command_is_found_by_the_name_of_the_program),
		cmocka_unit_test(the_file_of_settings_is_taken_out_wherever_it_stands),
		cmocka_unit_test(behind_two_dashes_nothing_is_an_option),
		cmocka_unit_test(the_file_of_settings_must_be_named),
		cmocka_unit_test(the_environment_goes_before_the_file),
		cmocka_unit_test(a_file_that_is_named_goes_before_the_variable),
		cmocka_unit_test(options_of_the_command_and_common_ones_may_be_mixed),
		cmocka_unit_test(text_is_wrapped_but_for_examples),
		cmocka_unit_test(text_of_strangers_is_escaped_line_by_line),
		cmocka_unit_test(every_command_is_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
