#include "tally/listed.h"

#include "base/buf.h"
#include "base/test.h"
#include "tally/listing.h"
#include "tally/test_tally.h"

/* What is remembered must be what looking at the text gives. */
static void
assert_listed(struct test_tally *x, const char *text, const char *client)
{
	struct str t = str_from(text);
	struct buf scratch = { 0 };

	for (int i = 0; i < 2; i++) {
		struct listed l = listed_of(x->tally, t, str_from(client));

		buf_reset(&scratch);
		assert_true(str_eq(tally_text(x->tally, l.name),
		    listing_name(&scratch, t)));
		assert_true(str_eq(tally_text(x->tally, l.host),
		    listing_host(t)));
		assert_int_equal(l.error, listing_is_error(t));
	}
	buf_clear(&scratch);
}

/* Each text with two addresses: what stands before them is the same. */
TEST(a_text_is_what_it_is_whatever_was_seen_before)
{
	static const char *const heads[] = {
		"Blocked - see http://www.spamcop.net/bl.shtml?",
		"https://www.spamhaus.org/query/ip/",
		"(dnsbl) http://list.test/q?ip=",
		"http://list.test",	/* the address is a part of the host */
		"http://list.test?",	/* a host for the one, not the other */
		"http://",
		"http:///blocked by ",
		"ftp://list.test/ blocked using ",
		"xttps://list.test/ on lists ",
		"no URL at all, blocked by ",
		"no URL at all, listed: ",
		"open resolver: http://list.test/",
		"answer http://list.test/a/",
		"//first.test/ http://second.test/",
		"//first http://second.test?",
		"http://user@list.test/",
		"http://list.test/ http://other.test",
		"Mail from a.test rejected because it http://two.test/",
		"short ",
		"",
	};
	static const char *const clients[] = {
		"192.0.2.1", "198.51.100.77", "127.255.255.1", "2001:db8::1",
		"1.2.3", "",
	};
	struct test_tally x;

	test_tally_open(&x, DIM_BIT(DIM_LIST));
	for (int round = 0; round < 2; round++)
		for (size_t h = 0; h < sizeof(heads) / sizeof(heads[0]); h++)
			for (size_t c = 0; c < 6; c++) {
				buf_reset(&x.text);
				buf_printf(&x.text, "%s%s", heads[h],
				    clients[c]);
				assert_listed(&x, x.text.p, clients[c]);
				buf_add_str(&x.text, STR(" and more"));
				assert_listed(&x, x.text.p, clients[c]);
			}
	test_tally_close(&x);
}

TEST(texts_too_long_to_be_remembered_are_looked_at)
{
	struct test_tally x;

	test_tally_open(&x, DIM_BIT(DIM_LIST));
	buf_add_str(&x.text, STR("http://list.test/"));
	buf_add_repeated(&x.text, 'a', 4 * LISTED_HEAD);
	buf_add_str(&x.text, STR("192.0.2.1"));
	assert_listed(&x, x.text.p, "192.0.2.1");
	test_tally_close(&x);
}

TEST(only_a_host_that_has_ended_decides)
{
	assert_true(listing_head_decides(STR("http://list.test/")));
	assert_true(listing_head_decides(STR("see http://www.a.test/x?ip=")));
	assert_false(listing_head_decides(STR("http://list.test")));
	assert_false(listing_head_decides(STR("http://list.test?")));
	assert_false(listing_head_decides(STR("http:///")));
	assert_false(listing_head_decides(STR("ftp://list.test/")));
	assert_false(listing_head_decides(STR("//a http://list.test")));
	assert_false(listing_head_decides(STR("")));
}

TEST(a_head_is_what_stands_before_the_client)
{
	assert_str(listing_head(STR("http://a.test/192.0.2.1"),
	    STR("192.0.2.1")), "http://a.test/");
	assert_null(listing_head(STR("http://a.test/192.0.2.10"),
	    STR("192.0.2.1")).p);
	assert_null(listing_head(STR("http://a.test/"), str_none()).p);
	assert_null(listing_head(STR("Mail from a.test rejected because it "
	    "http://b.test/192.0.2.1"), STR("192.0.2.1")).p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_is_what_it_is_whatever_was_seen_before),
		cmocka_unit_test(texts_too_long_to_be_remembered_are_looked_at),
		cmocka_unit_test(only_a_host_that_has_ended_decides),
		cmocka_unit_test(a_head_is_what_stands_before_the_client),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
