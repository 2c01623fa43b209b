#include "base/ip.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/buf.h"
#include "base/test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct ip
ip(const char *text)
{
	struct ip parsed;

	assert_true(ip_parse(str_from(text), &parsed));
	return parsed;
}

static struct ip_net
net(const char *text)
{
	struct ip_net parsed;

	assert_true(ip_net_parse(str_from(text), &parsed));
	return parsed;
}

static void
assert_shown_as(const char *text, const char *expected)
{
	struct ip parsed = ip(text);
	struct buf b = { 0 };

	ip_format(&b, &parsed);
	assert_string_equal(b.p, expected);
	buf_clear(&b);
}

static void
assert_net_shown_as(const struct ip_net *n, const char *expected)
{
	struct buf b = { 0 };

	ip_net_format(&b, n);
	assert_string_equal(b.p, expected);
	buf_clear(&b);
}

static bool
has(const char *network, const char *address)
{
	struct ip_net n = net(network);
	struct ip a = ip(address);

	return ip_net_has(&n, &a);
}

static void
assert_refused(struct str s)
{
	struct ip parsed;

	assert_false(ip_parse(s, &parsed));
}

TEST(ipv4_is_kept_mapped_and_shown_plain)
{
	struct ip a = ip("192.0.2.1"), b = ip("::ffff:192.0.2.1");
	struct ip c = ip("::FFFF:c000:0201");

	assert_memory_equal(&a, &b, sizeof(a));
	assert_memory_equal(&a, &c, sizeof(a));
	assert_true(ip_is_v4(&b));
	assert_shown_as("::ffff:192.0.2.1", "192.0.2.1");
	assert_shown_as("255.255.255.255", "255.255.255.255");
	assert_shown_as("0.0.0.0", "0.0.0.0");
}

TEST(ipv6_is_not_ipv4)
{
	struct ip a = ip("::1"), b = ip("2001:db8::ffff:c000:201");

	assert_false(ip_is_v4(&a));
	assert_false(ip_is_v4(&b));
}

TEST(a_dotted_quad_is_four_numbers_without_leading_zeros)
{
	static const char *const wrong[] = { "", "1", "1.2", "1.2.3", "1.2.3.",
		"1.2.3.4.", "1.2.3.4.5", ".1.2.3.4", "1..2.3", "256.1.1.1",
		"1.2.3.999", "01.2.3.4", "1.2.3.04", "1.2.3.00", " 1.2.3.4",
		"1.2.3.4 ", "1.2.3.0x4", "1.2.3.-4", "1.2.3.+4", "16909060",
		"1.2.3.4/8", "[1.2.3.4]", "99999999999999999999.1.1.1" };

	for (size_t i = 0; i < COUNT(wrong); i++)
		assert_refused(str_from(wrong[i]));
}

/* Texts of few characters, so that every tenth is one. */
TEST(a_dotted_quad_is_what_inet_pton_takes_for_one)
{
	static const char letters[] = "0123456789125.....:x";
	uint32_t random = 1;
	int taken = 0;

	for (int i = 0; i < 400000; i++) {
		char text[20] = "";
		size_t n = 0;
		uint8_t quad[4];
		struct ip parsed;
		bool good;

		do {
			random = random * 1664525 + 1013904223;
			text[n] = i % 2 ? letters[(random >> 16) % 20]
			    : n % 3 == 2 ? '.' : letters[(random >> 16) % 13];
			n++;
		} while (n < 16 && (n < 7 || random >> 29 != 0));
		good = inet_pton(AF_INET, text, quad) == 1;
		if (strchr(text, ':') != NULL)
			continue;
		taken += good;
		if (ip_parse(str_make(text, n), &parsed) != good ||
		    (good && memcmp(parsed.b + 12, quad, 4) != 0))
			fail_msg("%s", text);
	}
	assert_true(taken > 5000);
}

TEST(ipv6_text_is_that_of_rfc_4291_without_a_zone)
{
	static const char *const wrong[] = { ":", ":::", "1:2:3:4:5:6:7",
		"1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "g::", "::1%eth0",
		"1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", ":1::2", "1::2:",
		"::1.2.3", "::1.2.3.4.5", "::01.2.3.4", "1.2.3.4::", "[::1]",
		"::1 ", "IPv6:::1", "1:2:3:4:5:6:7:1.2.3.4", "-::1", "::+1" };

	for (size_t i = 0; i < COUNT(wrong); i++)
		assert_refused(str_from(wrong[i]));
}

TEST(bytes_behind_an_address_are_not_overlooked)
{
	assert_refused(STR("1.2.3.4\0"));
	assert_refused(STR("::1\0" "2"));
	assert_refused(str_none());
	assert_refused(STR("1111:1111:1111:1111:1111:1111:111.111.111.111111"));
}

TEST(an_address_refused_changes_nothing)
{
	struct ip a = ip("192.0.2.1"), before = a;

	assert_false(ip_parse(STR("192.0.2.300"), &a));
	assert_false(ip_parse(STR("2001:db8::x"), &a));
	assert_memory_equal(&a, &before, sizeof(a));
}

TEST(ipv6_is_shown_as_rfc_5952_wants_it)
{
	/* The examples of RFC 5952 1 to 4. */
	assert_shown_as("2001:0db8:0:0:1:0:0:1", "2001:db8::1:0:0:1");
	assert_shown_as("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1");
	assert_shown_as("2001:db8:0:0:0:0:2:1", "2001:db8::2:1");
	assert_shown_as("2001:DB8::0:1", "2001:db8::1");
	assert_shown_as("2001:0:0:1:0:0:0:1", "2001:0:0:1::1");
	assert_shown_as("2001:db8:aaaa:bbbb:cccc:dddd:eeee:0001",
	    "2001:db8:aaaa:bbbb:cccc:dddd:eeee:1");
}

TEST(zeros_at_the_ends_are_shortened_too)
{
	assert_shown_as("::", "::");
	assert_shown_as("::1", "::1");
	assert_shown_as("1::", "1::");
	assert_shown_as("0:1:2:3:4:5:6:7", "0:1:2:3:4:5:6:7");
	assert_shown_as("1:2:3:4:5:6:0:0", "1:2:3:4:5:6::");
	assert_shown_as("0:0:1::", "0:0:1::");
}

TEST(only_mapped_addresses_are_shown_with_dots)
{
	assert_shown_as("::1.2.3.4", "::102:304");
	assert_shown_as("64:ff9b::192.0.2.33", "64:ff9b::c000:221");
}

TEST(what_is_shown_can_be_read_again)
{
	struct ip a = { { 0 } };
	struct buf b = { 0 };

	/* All patterns of zero and other groups. */
	for (int pattern = 0; pattern < 256; pattern++) {
		struct ip again;

		for (int i = 0; i < 8; i++)
			a.b[2 * i + 1] = (uint8_t)(pattern >> i & 1);
		buf_reset(&b);
		ip_format(&b, &a);
		assert_true(ip_parse(buf_str(&b), &again));
		assert_memory_equal(&a, &again, sizeof(a));
	}
	buf_clear(&b);
}

TEST(a_network_has_its_addresses_and_no_others)
{
	assert_true(has("10.0.0.0/8", "10.255.255.255"));
	assert_false(has("10.0.0.0/8", "11.0.0.0"));
	assert_true(has("192.0.2.128/25", "192.0.2.128"));
	assert_false(has("192.0.2.128/25", "192.0.2.127"));
	assert_true(has("2001:db8::/33", "2001:db8:7fff::1"));
	assert_false(has("2001:db8::/33", "2001:db8:8000::1"));
}

TEST(an_address_alone_is_a_network_of_one)
{
	assert_true(has("192.0.2.1", "192.0.2.1"));
	assert_false(has("192.0.2.1", "192.0.2.0"));
	assert_true(has("::1", "::1"));
	assert_false(has("::1", "::"));
	assert_int_equal(net("192.0.2.1").bits, 128);
}

TEST(a_network_of_all_has_all_of_its_family_only)
{
	assert_true(has("0.0.0.0/0", "255.255.255.255"));
	assert_false(has("0.0.0.0/0", "2001:db8::1"));
	assert_true(has("::/0", "2001:db8::1"));
	assert_false(has("::/0", "192.0.2.1"));
}

TEST(a_mapped_network_is_the_ipv4_one)
{
	assert_true(has("::ffff:10.0.0.0/104", "10.1.2.3"));
	assert_true(has("::ffff:0:0/96", "10.1.2.3"));
	assert_true(has("10.0.0.0/8", "::ffff:10.1.2.3"));
}

TEST(bits_beyond_the_prefix_are_cleared)
{
	struct ip_net a = net("10.1.2.3/8"), b = net("2001:db8::ffff/44");

	assert_net_shown_as(&a, "10.0.0.0/8");
	assert_net_shown_as(&b, "2001:db8::/44");
}

TEST(a_network_is_shown_as_it_is_written)
{
	static const char *const texts[] = { "0.0.0.0/0", "10.0.0.0/8",
		"192.0.2.0/31", "192.0.2.1", "::/0", "fc00::/7",
		"2001:db8::/127", "2001:db8::1" };

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct ip_net n = net(texts[i]);

		assert_net_shown_as(&n, texts[i]);
	}
}

TEST(a_prefix_has_to_be_a_number_its_family_has)
{
	static const char *const wrong[] = { "10.0.0.0/", "10.0.0.0/33",
		"::/129", "::/", "10.0.0.0/8/8", "10.0.0.0/-1", "10.0.0.0/ 8",
		"10.0.0.0/255.0.0.0", "/8", "", "10/8" };
	struct ip_net n;

	for (size_t i = 0; i < COUNT(wrong); i++)
		assert_false(ip_net_parse(str_from(wrong[i]), &n));
	assert_false(ip_net_parse(str_none(), &n));
}

TEST(the_network_of_an_address_is_that_of_its_family)
{
	struct ip a = ip("192.0.2.77"), b = ip("2001:db8:1:2:3:4:5:6");
	struct ip_net of_a = ip_net_of(&a, 24, 64), of_b = ip_net_of(&b, 24, 64);

	assert_net_shown_as(&of_a, "192.0.2.0/24");
	assert_net_shown_as(&of_b, "2001:db8:1:2::/64");
}

TEST(private_is_rfc_1918_rfc_4193_and_link_local)
{
	static const char *const private[] = { "10.0.0.1", "172.16.0.0",
		"172.31.255.255", "192.168.1.1", "169.254.3.4", "fc00::1",
		"fdff::1", "fe80::1", "febf::1", "::ffff:10.0.0.1" };
	static const char *const others[] = { "9.255.255.255", "11.0.0.0",
		"172.15.255.255", "172.32.0.0", "192.167.1.1", "127.0.0.1",
		"::1", "fec0::1", "2001:db8::1", "100.64.0.1", "::" };

	for (size_t i = 0; i < COUNT(private); i++) {
		struct ip a = ip(private[i]);

		assert_true(ip_is_private(&a));
		assert_false(ip_is_public(&a));
	}
	for (size_t i = 0; i < COUNT(others); i++) {
		struct ip a = ip(others[i]);

		assert_false(ip_is_private(&a));
	}
}

TEST(loopback_is_the_whole_of_127_and_one_of_ipv6)
{
	struct ip a = ip("127.255.0.1"), b = ip("::1"), c = ip("::2");
	struct ip d = ip("::ffff:127.0.0.1"), e = ip("128.0.0.1");

	assert_true(ip_is_loopback(&a));
	assert_true(ip_is_loopback(&b));
	assert_false(ip_is_loopback(&c));
	assert_true(ip_is_loopback(&d));
	assert_false(ip_is_loopback(&e));
	assert_false(ip_is_public(&a));
}

TEST(public_is_what_the_internet_routes)
{
	static const char *const public[] = { "8.8.8.8", "1.1.1.1",
		"100.63.255.255", "100.128.0.0", "223.255.255.255",
		"198.17.255.255", "198.20.0.0", "2a01:4f8::1", "2001:4860::8888" };
	static const char *const others[] = { "0.1.2.3", "100.64.0.0",
		"100.127.255.255", "198.18.0.1", "192.0.0.8", "224.0.0.1",
		"239.1.1.1", "240.0.0.1", "255.255.255.255", "::", "100::1",
		"fec0::1", "ff02::1" };

	for (size_t i = 0; i < COUNT(public); i++) {
		struct ip a = ip(public[i]);

		assert_true(ip_is_public(&a));
	}
	for (size_t i = 0; i < COUNT(others); i++) {
		struct ip a = ip(others[i]);

		assert_false(ip_is_public(&a));
	}
}

TEST(documentation_networks_behave_like_public_ones)
{
	static const char *const examples[] = { "192.0.2.1", "198.51.100.1",
		"203.0.113.1", "2001:db8::1" };

	for (size_t i = 0; i < COUNT(examples); i++) {
		struct ip a = ip(examples[i]);

		assert_true(ip_is_public(&a));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ipv4_is_kept_mapped_and_shown_plain),
		cmocka_unit_test(ipv6_is_not_ipv4),
		cmocka_unit_test(a_dotted_quad_is_four_numbers_without_leading_zeros),
		cmocka_unit_test(a_dotted_quad_is_what_inet_pton_takes_for_one),
		cmocka_unit_test(ipv6_text_is_that_of_rfc_4291_without_a_zone),
		cmocka_unit_test(bytes_behind_an_address_are_not_overlooked),
		cmocka_unit_test(an_address_refused_changes_nothing),
		cmocka_unit_test(ipv6_is_shown_as_rfc_5952_wants_it),
		cmocka_unit_test(zeros_at_the_ends_are_shortened_too),
		cmocka_unit_test(only_mapped_addresses_are_shown_with_dots),
		cmocka_unit_test(what_is_shown_can_be_read_again),
		cmocka_unit_test(a_network_has_its_addresses_and_no_others),
		cmocka_unit_test(an_address_alone_is_a_network_of_one),
		cmocka_unit_test(a_network_of_all_has_all_of_its_family_only),
		cmocka_unit_test(a_mapped_network_is_the_ipv4_one),
		cmocka_unit_test(bits_beyond_the_prefix_are_cleared),
		cmocka_unit_test(a_network_is_shown_as_it_is_written),
		cmocka_unit_test(a_prefix_has_to_be_a_number_its_family_has),
		cmocka_unit_test(the_network_of_an_address_is_that_of_its_family),
		cmocka_unit_test(private_is_rfc_1918_rfc_4193_and_link_local),
		cmocka_unit_test(loopback_is_the_whole_of_127_and_one_of_ipv6),
		cmocka_unit_test(public_is_what_the_internet_routes),
		cmocka_unit_test(documentation_networks_behave_like_public_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
