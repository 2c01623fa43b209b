#include "tally/fold.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/test.h"

static const struct tally_fold addresses = { .what = FOLD_ADDRESSES };

static void
becomes(enum dim_id dim, enum fold_place place, const char *text,
    const char *wanted)
{
	struct buf scratch = { 0 };
	struct str got;

	/* What stands there already stays. */
	buf_add_str(&scratch, STR("before"));
	got = fold_text(&addresses, dim, place, str_from(text), &scratch);
	if (!str_eq(got, str_from(wanted)))
		fail_msg("%s: %.*s, should be %s", text, STR_ARG(got), wanted);
	buf_clear(&scratch);
}

TEST(clients_become_networks)
{
	becomes(DIM_CLIENT, FOLD_KEY_1, "192.0.2.77", "192.0.2.0/24");
	becomes(DIM_CLIENT, FOLD_KEY_1, "2001:db8:1:2::3", "2001:db8:1::/48");
	becomes(DIM_CLIENT, FOLD_KEY_1, "192.0.2.0/24", "192.0.2.0/24");
	becomes(DIM_CLIENT, FOLD_KEY_1, "Unknown", "Unknown");
	becomes(DIM_CLIENT, FOLD_EXAMPLE, "host-192-0-2-77.example.net", "");
	becomes(DIM_CLIENT_COUNTRY, FOLD_KEY_2, "DE", "DE");
}

TEST(addresses_become_domains)
{
	becomes(DIM_SENDER, FOLD_KEY_1, "ann@example.org", "@example.org");
	becomes(DIM_SENDER, FOLD_KEY_1, "<ann@example.org>", "<@example.org>");
	becomes(DIM_SENDER, FOLD_KEY_1, "\"a@b\"@example.org", "@example.org");
	becomes(DIM_SENDER, FOLD_KEY_1, "@example.org", "@example.org");
	becomes(DIM_SENDER, FOLD_KEY_1, "<>", "<>");
	becomes(DIM_SENDER, FOLD_KEY_1, "", "");
	becomes(DIM_SENDER, FOLD_KEY_1, "(none)", "(none)");
	becomes(DIM_RECIPIENT, FOLD_KEY_1, "ann", "(no domain)");
	becomes(DIM_RECIPIENT, FOLD_KEY_2, "ann", "ann");
}

TEST(hosts_become_domains)
{
	becomes(DIM_MAIL_HOST, FOLD_KEY_1, "mx.example.org", ".example.org");
	becomes(DIM_MAIL_HOST, FOLD_KEY_1, "dsl-77.2.0.192.pool.example.org",
	    ".pool.example.org");
	becomes(DIM_MAIL_HOST, FOLD_KEY_1, "192.0.2.77", "192.0.2.0/24");
	becomes(DIM_MAIL_HOST, FOLD_KEY_1, "example.org", ".example.org");
	becomes(DIM_MAIL_HOST, FOLD_KEY_1, ".pool.example.org",
	    ".pool.example.org");
	becomes(DIM_MAIL_HOST, FOLD_KEY_1, "localhost", "localhost");
	becomes(DIM_MAIL_HOST, FOLD_KEY_1, "", "");
}

/* Who adds a dimension has to say. */
TEST(of_each_text_is_said_what_becomes_of_it)
{
	for (int d = 0; d < DIMS; d++) {
		bool texts = dims[d].k1 == DIM_TEXT || dims[d].k2 == DIM_TEXT ||
		    dims[d].measures & (DIM_SEEN | DIM_ACCOUNT);

		/* What is capped is in no store. */
		if (texts && !(dims[d].measures & DIM_CAPPED) &&
		    !fold_knows((enum dim_id)d))
			fail_msg("%s: nothing is said", dims[d].name);
	}
}

TEST(texts_lose_what_is_in_them)
{
	becomes(DIM_REASON, FOLD_KEY_1, "550 <ann@example.org>: no such user",
	    "550 <@example.org>: no such user");
	becomes(DIM_REASON, FOLD_KEY_1, "blocked 192.0.2.9, see "
	    "http://list.example/?ip=192.0.2.9", "blocked 192.0.2.0/24, see "
	    "http://list.example/?ip=192.0.2.0/24");
	becomes(DIM_REASON, FOLD_KEY_1, "greylisted 192.0.2.9.",
	    "greylisted 192.0.2.0/24.");
	becomes(DIM_REASON, FOLD_KEY_1, "192.0.2.9_does_not_like_recipient.",
	    "192.0.2.0/24_does_not_like_recipient.");
	becomes(DIM_REASON, FOLD_KEY_1, "timeout", "timeout");
}

TEST(what_is_not_folded_stays)
{
	const struct tally_fold hours = { .what = FOLD_HOURS };
	struct buf scratch = { 0 };

	assert_true(str_eq(fold_text(&hours, DIM_SENDER, FOLD_KEY_1,
	    STR("ann@example.org"), &scratch), STR("ann@example.org")));
	assert_true(str_eq(fold_text(NULL, DIM_SENDER, FOLD_KEY_1,
	    STR("ann@example.org"), &scratch), STR("ann@example.org")));
	becomes(DIM_DISPOSITION, FOLD_KEY_1, "dnsbl", "dnsbl");
	assert_true(tally_fold_changes(DIM_CATEGORY, FOLD_HOURS));
	assert_false(tally_fold_changes(DIM_CATEGORY, FOLD_ADDRESSES));
	assert_false(tally_fold_changes(DIM_CLIENT, FOLD_HOURS));
	buf_clear(&scratch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clients_become_networks),
		cmocka_unit_test(addresses_become_domains),
		cmocka_unit_test(hosts_become_domains),
		cmocka_unit_test(of_each_text_is_said_what_becomes_of_it),
		cmocka_unit_test(texts_lose_what_is_in_them),
		cmocka_unit_test(what_is_not_folded_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
