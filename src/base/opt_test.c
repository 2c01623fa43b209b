#include "base/opt.h"

#include <sys/wait.h>

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/test.h"

static const char *const outputs[] = { "text", "json", "jsonl", "csv", NULL };

/* What the tests' table fills, set anew for each. */
static struct values {
	bool quiet;
	bool merge;
	const char *since;
	const char *store;
	struct opt_list clients;
	long top;
	long score;
	int output;
	bool internals;
} v;

static const struct opt rows[] = {
	{ .type = OPT_GROUP, .help = "Period" },
	{ .type = OPT_TEXT, .short_name = 's', .name = "since",
	    .argument = "TIME", .value = &v.since,
	    .help = "From this time on" },
	{ .type = OPT_GROUP, .help = "Output" },
	{ .type = OPT_CHOICE, .short_name = 'o', .name = "output",
	    .argument = "KIND", .value = &v.output, .choices = outputs,
	    .help = "What to print", .initial = "text" },
	{ .type = OPT_NUMBER, .short_name = 'n', .name = "top",
	    .argument = "N", .value = &v.top, .min = 1, .max = 1000,
	    .help = "Rows of each table", .initial = "20" },
	{ .type = OPT_NUMBER, .name = "score", .argument = "N",
	    .value = &v.score, .min = LONG_MIN, .max = LONG_MAX,
	    .help = "Least score" },
	{ .type = OPT_FLAG, .short_name = 'q', .name = "quiet",
	    .value = &v.quiet, .help = "Only the totals" },
	{ .type = OPT_FLAG, .short_name = 'm', .name = "merge",
	    .value = &v.merge, .initial = "on",
	    .help = "Join what a filter gives back, so that it counts once" },
	{ .type = OPT_FLAG, .name = "internals", .value = &v.internals,
	    .help = "For tests", .hidden = true },
	{ .type = OPT_END },
};

static const struct opt more_rows[] = {
	{ .type = OPT_LIST, .short_name = 'c', .name = "client",
	    .argument = "NET", .value = &v.clients,
	    .help = "Only these clients" },
	{ .type = OPT_TEXT, .name = "store", .argument = "FILE",
	    .value = &v.store, .help = "The store" },
	{ .type = OPT_END },
};

static const struct opt *const both[] = { rows, more_rows };

static int
set_values(void **state)
{
	(void)state;
	v = (struct values){ .merge = true, .top = 20 };
	return 0;
}

static int
clear_values(void **state)
{
	(void)state;
	opt_list_clear(&v.clients);
	return 0;
}

/* The arguments of the run that is tested; what parse() leaves of them. */
static char *args[16];

static int
parse_words(const char *const *words, struct err *err)
{
	static char copies[16][200];
	int argc = 0;

	for (; words[argc] != NULL; argc++) {
		strncpy(copies[argc], words[argc], sizeof(copies[0]) - 1);
		args[argc] = copies[argc];
	}
	args[argc] = NULL;
	return opt_parse_tables(both, 2, argc, args, err);
}

#define WORDS(...) ((const char *const[]){ "report", __VA_ARGS__, NULL })

/* The operands that are left are the words after n. */
#define assert_parsed(n, ...)                                                  \
	do {                                                                   \
		struct err err_ = { 0 };                                       \
		int n_ = parse_words(WORDS(__VA_ARGS__), &err_);               \
		assert_string_equal(err_.text, "");                            \
		assert_int_equal(n_, n);                                       \
	} while (0)

#define assert_error(message, ...)                                             \
	do {                                                                   \
		struct err err_ = { 0 };                                       \
		assert_int_equal(parse_words(WORDS(__VA_ARGS__), &err_), -1);  \
		assert_int_equal(err_.kind, ERR_USAGE);                        \
		assert_string_equal(err_.text, message);                       \
	} while (0)

TEST(no_arguments_change_nothing)
{
	char name[] = "report";
	char *argv[] = { name, NULL };

	assert_int_equal(opt_parse(rows, 1, argv, NULL), 0);
	assert_int_equal(opt_parse(rows, 0, argv, NULL), 0);
	assert_int_equal(v.top, 20);
	assert_true(v.merge);
}

TEST(a_long_option_has_its_value_behind_it_or_attached)
{
	assert_parsed(0, "--since", "-2h");
	assert_string_equal(v.since, "-2h");
	assert_parsed(0, "--since=2026-03-10");
	assert_string_equal(v.since, "2026-03-10");
	assert_parsed(0, "--since=a=b");
	assert_string_equal(v.since, "a=b");
	assert_parsed(0, "--since=");
	assert_string_equal(v.since, "");
}

TEST(a_short_option_has_its_value_behind_it_or_attached)
{
	assert_parsed(0, "-n", "5");
	assert_int_equal(v.top, 5);
	assert_parsed(0, "-n7");
	assert_int_equal(v.top, 7);
}

TEST(short_flags_can_be_written_together_and_a_value_last)
{
	assert_parsed(0, "-qn5");
	assert_true(v.quiet);
	assert_int_equal(v.top, 5);
	assert_parsed(1, "-qmn", "6", "x");
	assert_int_equal(v.top, 6);
}

TEST(a_flag_is_set_and_cleared)
{
	assert_parsed(0, "--quiet", "--no-merge");
	assert_true(v.quiet);
	assert_false(v.merge);
	assert_parsed(0, "--no-quiet");
	assert_false(v.quiet);
}

TEST(the_last_one_wins)
{
	assert_parsed(0, "-n5", "--top=6", "--quiet", "--no-quiet");
	assert_int_equal(v.top, 6);
	assert_false(v.quiet);
}

TEST(a_list_keeps_all_in_order)
{
	assert_parsed(1, "--client", "10.0.0.0/8", "x", "-c::1", "--client=a");
	assert_int_equal(v.clients.n, 3);
	assert_string_equal(v.clients.items[0], "10.0.0.0/8");
	assert_string_equal(v.clients.items[1], "::1");
	assert_string_equal(v.clients.items[2], "a");
}

TEST(operands_and_options_may_be_mixed)
{
	assert_parsed(3, "a.log", "-q", "b.log", "--top", "5", "c.log");
	assert_string_equal(args[1], "a.log");
	assert_string_equal(args[2], "b.log");
	assert_string_equal(args[3], "c.log");
	assert_null(args[4]);
}

TEST(a_single_dash_is_an_operand)
{
	assert_parsed(2, "-", "-q", "a.log");
	assert_string_equal(args[1], "-");
	assert_string_equal(args[2], "a.log");
}

TEST(behind_two_dashes_all_are_operands)
{
	assert_parsed(4, "x", "--", "-q", "--", "--top=5");
	assert_string_equal(args[1], "x");
	assert_string_equal(args[2], "-q");
	assert_string_equal(args[3], "--");
	assert_string_equal(args[4], "--top=5");
	assert_false(v.quiet);
}

TEST(two_dashes_can_be_a_value)
{
	assert_parsed(0, "--since", "--");
	assert_string_equal(v.since, "--");
}

TEST(a_long_name_may_be_shortened_while_it_is_clear)
{
	assert_parsed(0, "--si=now", "--qu", "--no-m", "--to", "3");
	assert_string_equal(v.since, "now");
	assert_true(v.quiet);
	assert_false(v.merge);
	assert_int_equal(v.top, 3);
}

TEST(a_shortening_that_is_not_clear_says_what_it_may_be)
{
	assert_error("--s: ambiguous; write --since or --score", "--s=x");
}

TEST(a_hidden_option_has_to_be_written_in_full)
{
	assert_parsed(0, "--internals");
	assert_true(v.internals);
	assert_error("--intern: no such option; --help lists what there is",
	    "--intern");
}

TEST(a_number_may_have_a_sign_and_reach_both_ends)
{
	assert_parsed(0, "--score=-9223372036854775808");
	assert_true(v.score == LONG_MIN);
	assert_parsed(0, "--score", "+5");
	assert_int_equal(v.score, 5);
	assert_parsed(0, "-n1000");
	assert_int_equal(v.top, 1000);
}

TEST(a_number_out_of_range_says_the_range)
{
	assert_error("--top=0: out of range; give a number from 1 to 1000",
	    "-n0");
	assert_error("--top=1001: out of range; give a number from 1 to 1000",
	    "--top=1001");
	assert_error("--top=99999999999999999999: out of range; "
	    "give a number from 1 to 1000", "--top", "99999999999999999999");
	assert_error("--top=-5: out of range; give a number from 1 to 1000",
	    "--top", "-5");
	assert_int_equal(v.top, 20);
}

TEST(a_number_beyond_all_numbers_is_out_of_range_even_of_the_largest)
{
	assert_error("--score=9223372036854775808: out of range; give a number "
	    "from -9223372036854775808 to 9223372036854775807",
	    "--score=9223372036854775808");
}

TEST(what_is_no_number_is_not_taken_for_one)
{
	static const char *const wrong[] = { "", "x", "5x", " 5", "5 ", "0x5",
		"1e2", "2.5", "-", "+", "--5" };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct err err = { 0 };

		assert_int_equal(parse_words(WORDS("-n", wrong[i]), &err), -1);
		assert_non_null(strstr(err.text,
		    ": not a whole number; give one from 1 to 1000"));
	}
	assert_int_equal(v.top, 20);
}

TEST(a_choice_is_the_index_of_its_text)
{
	assert_parsed(0, "-o", "csv");
	assert_int_equal(v.output, 3);
	assert_parsed(0, "--output=json");
	assert_int_equal(v.output, 1);
}

TEST(a_choice_that_is_none_gets_the_nearest_or_all)
{
	assert_error("--output=jsn: no such choice; did you mean json?",
	    "--output=jsn");
	assert_error("--output=xyzzy: no such choice; choose one of text, json, "
	    "jsonl, csv", "-oxyzzy");
}

TEST(a_value_that_is_missing_is_said_how_to_write)
{
	assert_error("--top: its value is missing; write --top=N", "--top");
	assert_error("--client: its value is missing; write --client=NET",
	    "-qc");
}

TEST(a_flag_with_a_value_is_an_error)
{
	assert_error("--quiet=yes: takes no value; write --quiet or --no-quiet",
	    "--quiet=yes");
	assert_error("--no-merge=1: takes no value; write --merge or --no-merge",
	    "--no-merge=1");
}

TEST(an_unknown_option_gets_the_nearest)
{
	assert_error("--sicne: no such option; did you mean --since?",
	    "--sicne=x");
	assert_error("--no-qiet: no such option; did you mean --no-quiet?",
	    "--no-qiet");
	assert_error("--cleint: no such option; did you mean --client?",
	    "--cleint");
}

TEST(an_unknown_option_like_no_other_gets_the_help_page)
{
	assert_error("--frobnicate: no such option; --help lists what there is",
	    "--frobnicate");
	assert_error("-x: no such option; --help lists what there is", "-x");
	assert_error("-x: no such option; --help lists what there is", "-qx");
	assert_error("--: no such option; --help lists what there is", "--=x");
	assert_error("--no-: no such option; --help lists what there is",
	    "--no-");
}

TEST(only_flags_have_a_no)
{
	assert_error("--no-top: no such option; --help lists what there is",
	    "--no-top");
}

TEST(a_long_option_with_one_dash_gets_the_right_one)
{
	assert_error("-top: no such option; did you mean --top?", "-top");
}

TEST(an_argument_without_end_does_not_push_the_advice_out)
{
	static const char long_word[] = "--output="
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
	struct err err = { 0 };

	assert_int_equal(parse_words(WORDS(long_word), &err), -1);
	assert_non_null(strstr(err.text, "; choose one of text, json"));
}

TEST(nearest_is_the_least_distance_and_the_first_of_equals)
{
	static const char *const names[] = { "report", "tail", "trace", "grep",
		"ingest", "summarize", NULL };

	assert_string_equal(opt_nearest("reprot", names), "report");
	assert_string_equal(opt_nearest("tial", names), "tail");
	assert_string_equal(opt_nearest("gerp", names), "grep");
	assert_string_equal(opt_nearest("sumarise", names), "summarize");
	assert_string_equal(opt_nearest("trace", names), "trace");
}

TEST(nearest_takes_a_beginning_for_what_is_meant)
{
	static const char *const names[] = { "report", "summarize", NULL };

	assert_string_equal(opt_nearest("sum", names), "summarize");
	assert_string_equal(opt_nearest("re", names), "report");
}

TEST(nothing_is_near_to_what_is_far)
{
	static const char *const names[] = { "report", "tail", "csv", NULL };
	static const char *const none[] = { NULL };

	assert_null(opt_nearest("frobnicate", names));
	assert_null(opt_nearest("x", names));
	assert_null(opt_nearest("r", names));
	assert_null(opt_nearest("xyz", names));
	assert_null(opt_nearest("", names));
	assert_null(opt_nearest("tail", none));
	assert_null(opt_nearest("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", names));
}

TEST(help_has_a_line_for_each_option_that_is_not_hidden)
{
	struct buf b = { 0 };

	opt_help(&b, rows, 80);
	assert_string_equal(b.p,
	    "Period:\n"
	    "  -s, --since TIME            From this time on\n"
	    "\n"
	    "Output:\n"
	    "  -o, --output KIND           What to print: text, json, jsonl, csv (default:\n"
	    "                              text)\n"
	    "  -n, --top N                 Rows of each table (default: 20)\n"
	    "      --score N               Least score\n"
	    "  -q, --quiet                 Only the totals\n"
	    "  -m, --[no-]merge            Join what a filter gives back, so that it counts\n"
	    "                              once (default: on)\n");
	buf_clear(&b);
}

TEST(help_is_wrapped_at_the_columns_given)
{
	struct buf b = { 0 };
	struct str line, rest;

	opt_help(&b, rows, 50);
	rest = buf_str(&b);
	while (str_cut(&rest, '\n', &line))
		assert_true(line.n <= 50);
	buf_clear(&b);
}

TEST(a_long_name_has_its_help_on_the_next_line)
{
	static const char *value;
	static const struct opt table[] = {
		{ .type = OPT_TEXT, .name = "a-name-of-some-length",
		    .argument = "ARGUMENT", .value = &value,
		    .help = "100% of it" },
		{ .type = OPT_END },
	};
	struct buf b = { 0 };

	opt_help(&b, table, 10);
	assert_string_equal(b.p, "      --a-name-of-some-length ARGUMENT\n"
	    "                              100%\n"
	    "                              of\n"
	    "                              it\n");
	buf_clear(&b);
}

/* Does opt_check let the tables pass? */
static bool
passes_check(const struct opt *const *tables, size_t n)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
		signal(SIGABRT, SIG_DFL);
		opt_check(tables, n);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool
row_passes(struct opt row)
{
	const struct opt table[] = { row, { .type = OPT_END } };
	const struct opt *tables[] = { table };

	return passes_check(tables, 1);
}

TEST(check_lets_sound_tables_pass)
{
	assert_true(passes_check(both, 2));
}

TEST(check_stops_names_that_are_there_twice)
{
	static const struct opt *const twice[] = { rows, rows };
	struct opt same_letter[] = {
		{ .type = OPT_FLAG, .short_name = 'q', .name = "aa",
		    .value = &v.quiet, .help = "h" },
		{ .type = OPT_FLAG, .short_name = 'q', .name = "bb",
		    .value = &v.quiet, .help = "h" },
		{ .type = OPT_END },
	};
	const struct opt *table = same_letter;

	assert_false(passes_check(twice, 2));
	assert_false(passes_check(&table, 1));
}

TEST(check_stops_rows_that_lack_something)
{
	struct opt number = { .type = OPT_NUMBER, .name = "top",
		.argument = "N", .value = &v.top, .min = 1, .max = 2,
		.help = "h" };
	struct opt row;

	assert_true(row_passes(number));
	row = number;
	row.name = NULL;
	assert_false(row_passes(row));
	row = number;
	row.value = NULL;
	assert_false(row_passes(row));
	row = number;
	row.help = NULL;
	assert_false(row_passes(row));
	row = number;
	row.argument = NULL;
	assert_false(row_passes(row));
	row = number;
	row.max = 0;
	assert_false(row_passes(row));
	row = number;
	row.type = OPT_CHOICE;
	assert_false(row_passes(row));
	row = number;
	row.type = OPT_FLAG;
	assert_false(row_passes(row));
}

TEST(check_stops_names_that_cannot_be_written)
{
	static const char *const wrong[] = { "", "x", "Top", "to p", "-top",
		"no-top", "t=p" };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(row_passes((struct opt){ .type = OPT_FLAG,
		    .name = wrong[i], .value = &v.quiet, .help = "h" }));
}

#define TEST_ROW(f) cmocka_unit_test_setup_teardown(f, set_values, clear_values)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_ROW(no_arguments_change_nothing),
		TEST_ROW(a_long_option_has_its_value_behind_it_or_attached),
		TEST_ROW(a_short_option_has_its_value_behind_it_or_attached),
		TEST_ROW(short_flags_can_be_written_together_and_a_value_last),
		TEST_ROW(a_flag_is_set_and_cleared),
		TEST_ROW(the_last_one_wins),
		TEST_ROW(a_list_keeps_all_in_order),
		TEST_ROW(operands_and_options_may_be_mixed),
		TEST_ROW(a_single_dash_is_an_operand),
		TEST_ROW(behind_two_dashes_all_are_operands),
		TEST_ROW(two_dashes_can_be_a_value),
		TEST_ROW(a_long_name_may_be_shortened_while_it_is_clear),
		TEST_ROW(a_shortening_that_is_not_clear_says_what_it_may_be),
		TEST_ROW(a_hidden_option_has_to_be_written_in_full),
		TEST_ROW(a_number_may_have_a_sign_and_reach_both_ends),
		TEST_ROW(a_number_out_of_range_says_the_range),
		TEST_ROW(a_number_beyond_all_numbers_is_out_of_range_even_of_the_largest),
		TEST_ROW(what_is_no_number_is_not_taken_for_one),
		TEST_ROW(a_choice_is_the_index_of_its_text),
		TEST_ROW(a_choice_that_is_none_gets_the_nearest_or_all),
		TEST_ROW(a_value_that_is_missing_is_said_how_to_write),
		TEST_ROW(a_flag_with_a_value_is_an_error),
		TEST_ROW(an_unknown_option_gets_the_nearest),
		TEST_ROW(an_unknown_option_like_no_other_gets_the_help_page),
		TEST_ROW(only_flags_have_a_no),
		TEST_ROW(a_long_option_with_one_dash_gets_the_right_one),
		TEST_ROW(an_argument_without_end_does_not_push_the_advice_out),
		TEST_ROW(nearest_is_the_least_distance_and_the_first_of_equals),
		TEST_ROW(nearest_takes_a_beginning_for_what_is_meant),
		TEST_ROW(nothing_is_near_to_what_is_far),
		TEST_ROW(help_has_a_line_for_each_option_that_is_not_hidden),
		TEST_ROW(help_is_wrapped_at_the_columns_given),
		TEST_ROW(a_long_name_has_its_help_on_the_next_line),
		TEST_ROW(check_lets_sound_tables_pass),
		TEST_ROW(check_stops_names_that_are_there_twice),
		TEST_ROW(check_stops_rows_that_lack_something),
		TEST_ROW(check_stops_names_that_cannot_be_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
