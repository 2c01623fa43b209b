#include "web/users.h"

#include <string.h>

#include "base/err.h"
#include "base/test.h"

/* crypt() of "secret word" and of "pw". */
#define ANN "ann:$2b$05$abcdefghijklmnopqrstuu1C7yeI3ZG3Jm.nHdnKkGJg1xTYKP9Oy\n"
#define BOB "bob:$y$j75$abcdefghijk./123$OBgIQi07HDm0.o8em.RKYzIT7DwmjzdXtxMGl8iIkmD\n"

static struct users *
parse(const char *text)
{
	struct users *u;
	struct err err;

	if (users_parse(&u, str_from(text), "users", &err) < 0)
		fail_msg("%s", err.text);
	return u;
}

TEST(passwords_are_those_of_their_users)
{
	struct users *u = parse("# who\n\n" ANN "  " BOB);

	assert_true(users_check(u, "ann", "secret word"));
	assert_true(users_check(u, "bob", "pw"));
	assert_false(users_check(u, "ann", "pw"));
	assert_false(users_check(u, "bob", "secret word"));
	assert_false(users_check(u, "ann", ""));
	assert_false(users_check(u, "ann", "secret wor"));
	assert_false(users_check(u, "Ann", "secret word"));
	users_free(&u);
}

/* The first user's hash is what a stranger's password is compared with. */
TEST(a_stranger_does_not_come_in_with_the_password_of_another)
{
	struct users *u = parse(ANN);

	assert_false(users_check(u, "nobody", "secret word"));
	assert_false(users_check(u, "", "secret word"));
	users_free(&u);
}

static void
assert_refused(const char *text, const char *why)
{
	struct users *u;
	struct err err;

	assert_int_equal(users_parse(&u, str_from(text), "users", &err), -1);
	assert_null(u);
	assert_int_equal(err.kind, ERR_DATA);
	if (strstr(err.text, why) == NULL)
		fail_msg("%s", err.text);
	/* Who reads the message may not read the file. */
	assert_null(strstr(err.text, "MtSdW"));
}

TEST(what_could_be_undone_is_no_hash)
{
	assert_refused(ANN "eve:$6$abc$MtSdWSZbhct2oe.SOqOUM2M/GA/uj5.vyVtJgRHgKi9"
	    "uqXuWuJqOYE7H/YlsYGVg/YYzDV0xt3fEIwYt580.5.\n", "line 2");
	assert_refused("eve:$apr1$abc$MtSdWSZbhct2oe\n", "bcrypt");
	assert_refused("eve:MtSdWSZ\n", "eve");
	assert_refused("eve:\n", "eve");
	assert_refused("eve\n", "NAME:HASH");
	assert_refused(":$2b$05$MtSdW\n", "NAME:HASH");
	assert_refused("eve:$2b$xx$MtSdW\n", "damaged");
	assert_refused("# nobody\n", "no user");
	assert_refused("", "no user");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(passwords_are_those_of_their_users),
		cmocka_unit_test(
		    a_stranger_does_not_come_in_with_the_password_of_another),
		cmocka_unit_test(what_could_be_undone_is_no_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
