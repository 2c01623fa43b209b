#include "format/qpsmtpd_mask.h"

#include "base/buf.h"
#include "base/test.h"

static void
assert_masked(const char *line, const char *expected)
{
	struct buf b = { 0 };

	if (!qp_mask(str_from(line), &b))
		fail_msg("nothing masked in \"%s\"", line);
	assert_str(buf_str(&b), expected);
	buf_clear(&b);
}

static void
assert_open(const char *line)
{
	struct buf b = { 0 };

	if (qp_mask(str_from(line), &b))
		fail_msg("\"%s\" became \"%s\"", line, b.p);
	assert_null(b.p);
}

/* What AUTH and a secret look like in a log. */
#define SECRET "AGFubgBzZWNyZXQ="

TEST(what_follows_the_mechanism_is_masked)
{
	assert_masked("@400000006955b90b02b91f21 3907 dispatching AUTH PLAIN "
	    SECRET, "@400000006955b90b02b91f21 3907 dispatching AUTH PLAIN ***");
	assert_masked("3907 dispatching AUTH LOGIN " SECRET,
	    "3907 dispatching AUTH LOGIN ***");
	assert_masked("Nov 22 14:35:11 mail qpsmtpd[14753]: dispatching AUTH "
	    "CRAM-MD5 " SECRET, "Nov 22 14:35:11 mail qpsmtpd[14753]: "
	    "dispatching AUTH CRAM-MD5 ***");
	assert_masked("3907 dispatching AUTH PLAIN one two three",
	    "3907 dispatching AUTH PLAIN ***");
}

TEST(letters_and_blanks_may_be_as_they_like)
{
	assert_masked("3907 dispatching auth plain " SECRET,
	    "3907 dispatching auth plain ***");
	assert_masked("3907 dispatching Auth  Plain\t" SECRET "\r",
	    "3907 dispatching Auth  Plain ***");
	assert_masked("3907 dispatching   AUTH PLAIN " SECRET,
	    "3907 dispatching   AUTH PLAIN ***");
	assert_masked("3907 dispatching AUTH\tPLAIN\t" SECRET,
	    "3907 dispatching AUTH\tPLAIN ***");
}

TEST(without_a_known_mechanism_all_behind_auth_is_masked)
{
	assert_masked("3907 dispatching AUTH " SECRET,
	    "3907 dispatching AUTH ***");
	assert_masked("3907 dispatching AUTH " SECRET " PLAIN",
	    "3907 dispatching AUTH ***");
	assert_masked("3907 dispatching AUTH PLAIN=" SECRET,
	    "3907 dispatching AUTH ***");
	assert_masked("3907 dispatching AUTH=PLAIN " SECRET,
	    "3907 dispatching AUTH ***");
	assert_masked("3907 dispatching AUTHPLAIN" SECRET,
	    "3907 dispatching AUTH ***");
	assert_masked("3907 dispatching AUTH: " SECRET,
	    "3907 dispatching AUTH ***");
	assert_masked("3907 dispatching AUTH#011PLAIN#011" SECRET,
	    "3907 dispatching AUTH ***");
	assert_masked("3907 dispatching #011AUTH PLAIN " SECRET,
	    "3907 dispatching #011AUTH PLAIN ***");
	assert_masked("3907 dispatching AUTHINFO PASS hunter2",
	    "3907 dispatching AUTH ***");
}

TEST(where_auth_comes_later_the_whole_command_is_masked)
{
	assert_masked("3907 dispatching " SECRET " AUTH PLAIN",
	    "3907 dispatching ***");
	assert_masked("3907 dispatching EHLO x AUTH PLAIN " SECRET,
	    "3907 dispatching ***");
}

TEST(the_answer_to_a_refused_auth_is_masked)
{
	assert_masked("3907 dispatching " SECRET, "3907 dispatching ***");
	assert_masked("3907 dispatching c2VjcmV0", "3907 dispatching ***");
	assert_masked("3907 dispatching c2VjcmV0\r", "3907 dispatching ***");
}

TEST(a_command_within_a_command_hides_nothing)
{
	assert_masked("3907 dispatching dispatching AUTH PLAIN " SECRET,
	    "3907 dispatching ***");
	assert_masked("3907 dispatching NOOP x dispatching AUTH PLAIN " SECRET,
	    "3907 dispatching ***");
}

TEST(a_line_that_is_no_command_may_hold_one)
{
	assert_masked("@400000006955b90b02b91f21 3907 AUTH PLAIN " SECRET,
	    "@400000006955b90b02b91f21 3907 AUTH PLAIN ***");
	assert_masked("3907 (auth) some_plugin: got auth login " SECRET,
	    "3907 (auth) some_plugin: got auth login ***");
	assert_masked("3907 AUTH AUTH PLAIN " SECRET " x",
	    "3907 AUTH AUTH PLAIN ***");
}

TEST(other_lines_are_left_as_they_are)
{
	assert_open("");
	assert_open("3907 dispatching ");
	assert_open("3907 dispatching AUTH");
	assert_open("3907 dispatching AUTH ");
	assert_open("3907 dispatching AUTH LOGIN");
	assert_open("3907 dispatching auth cram-md5\r");
	assert_open("3907 dispatching QUIT");
	assert_open("3907 dispatching quit\r");
	assert_open("3907 dispatching EHLO mail.example.com");
	assert_open("3907 dispatching MAIL FROM:<a@b.example> AUTH=<>");
	assert_open("3907 dispatching MAIL FROM:<auth@b.example> AUTH =<>");
	assert_open("3907 dispatching RCPT TO:<author@example.org>");
	assert_open("3907 250 AUTH PLAIN LOGIN CRAM-MD5");
	assert_open("3907 relay: skip, no match");
	assert_open("3907 235 PLAIN authentication successful for a@b.example");
	assert_open("@400000006955b90b02b91f21 3907 (auth-plain) "
	    "auth::auth_flat_file: pass: clear match");
	assert_open("@400000006955b90b02b91f21 Use of uninitialized value");
	assert_open("Use of uninitialized value in concatenation at line 99.");
	assert_open("### CUMULATIVE TOTALS ###");
	assert_open("queued   @400000006955b90b02b91f21   12");
}

/*
 * A line cut anywhere, as a file that ends or begins within it shows it: no
 * four bytes of the secret in a row may be seen.
 */
TEST(of_a_line_cut_anywhere_no_part_of_the_secret_is_seen)
{
	static const char *const lines[] = {
		"@400000006955b90b02b91f21 3907 dispatching AUTH PLAIN " SECRET,
		"@400000006955b90b02b91f21 3907 dispatching auth login " SECRET,
		"3907 dispatching AUTH " SECRET,
		"3907 dispatching AUTH CRAM-MD5 " SECRET "\r",
		"3907 dispatching AUTH SCRAM-SHA-256 " SECRET,
		"3907 dispatching " SECRET,
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct str line = str_from(lines[i]);

		for (size_t cut = 0; cut <= line.n; cut++) {
			struct str parts[] = { str_head(line, cut),
				str_skip(line, cut) };

			for (size_t j = 0; j < 2; j++) {
				struct buf b = { 0 };
				struct str seen = qp_mask(parts[j], &b)
				    ? buf_str(&b) : parts[j];

				for (size_t at = 0; at + 4 <= strlen(SECRET);
				    at++)
					if (str_find(seen, str_make(&SECRET[at],
					    4)) < seen.n)
						fail_msg("%.*s",
						    STR_ARG(seen));
				buf_clear(&b);
			}
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_follows_the_mechanism_is_masked),
		cmocka_unit_test(letters_and_blanks_may_be_as_they_like),
		cmocka_unit_test(without_a_known_mechanism_all_behind_auth_is_masked),
		cmocka_unit_test(where_auth_comes_later_the_whole_command_is_masked),
		cmocka_unit_test(the_answer_to_a_refused_auth_is_masked),
		cmocka_unit_test(a_command_within_a_command_hides_nothing),
		cmocka_unit_test(a_line_that_is_no_command_may_hold_one),
		cmocka_unit_test(other_lines_are_left_as_they_are),
		cmocka_unit_test(of_a_line_cut_anywhere_no_part_of_the_secret_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
