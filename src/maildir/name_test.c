#include "maildir/name.h"

#include "base/buf.h"
#include "base/test.h"
#include "base/when.h"

TEST(a_name_has_time_size_and_flags)
{
	struct maildir_name n;

	maildir_name_parse(STR("1773100800.M1P2.mx,S=4096,W=4180:2,FS"), &n);
	assert_str(n.base, "1773100800.M1P2.mx,S=4096,W=4180");
	assert_str(n.flags, "FS");
	assert_true(n.has_info);
	assert_int_equal(n.arrived_ns, INT64_C(1773100800) * WHEN_SECOND);
	assert_int_equal(n.bytes, 4096);
}

TEST(a_name_may_tell_nothing)
{
	static const char *const names[] = { "mail", "12.x", "x.1773100800",
		"1773100800", "99999999999999999999.x", "-1.x", "", ":2,S",
		"1773100800x.y", "1.2.3,S=", "a,S=99999999999999999999" };
	struct maildir_name n;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		maildir_name_parse(str_from(names[i]), &n);
		assert_int_equal(n.arrived_ns, WHEN_NONE);
		assert_int_equal(n.bytes, -1);
	}
}

TEST(names_with_a_slash_or_a_dot_in_front_are_no_messages)
{
	assert_true(maildir_name_valid(STR("1.x:2,S")));
	assert_false(maildir_name_valid(STR(".hidden")));
	assert_false(maildir_name_valid(STR("../../etc/passwd")));
	assert_false(maildir_name_valid(STR("")));
	assert_false(maildir_name_valid(STR("a\0b")));
}

static void
assert_flags(const char *name, char add, const char *with, const char *without)
{
	struct buf b = { 0 };

	maildir_name_add_flag(&b, str_from(name), add);
	assert_str(buf_str(&b), with);
	buf_reset(&b);
	maildir_name_drop_flag(&b, str_from(with), add);
	assert_str(buf_str(&b), without);
	buf_clear(&b);
}

TEST(flags_stand_in_ascii_order_and_once)
{
	assert_flags("1.x:2,RS", 'F', "1.x:2,FRS", "1.x:2,RS");
	assert_flags("1.x:2,", 'F', "1.x:2,F", "1.x:2,");
	assert_flags("1.x", 'F', "1.x:2,F", "1.x:2,");
	assert_flags("1.x:2,FS", 'F', "1.x:2,FS", "1.x:2,S");
	assert_flags("1.x:2,S", 'a', "1.x:2,Sa", "1.x:2,S");
}

TEST(sizes_in_a_name_follow_the_file)
{
	struct buf b = { 0 };

	maildir_name_resize(&b, STR("1.x,S=95,W=100:2,S"), 10, 11);
	assert_str(buf_str(&b), "1.x,S=105,W=111:2,S");
	buf_reset(&b);
	maildir_name_resize(&b, STR("1.x,S=105,W=111:2,S"), -10, -11);
	assert_str(buf_str(&b), "1.x,S=95,W=100:2,S");
	buf_reset(&b);
	maildir_name_resize(&b, STR("1.x:2,S"), 10, 11);
	assert_str(buf_str(&b), "1.x:2,S");
	buf_clear(&b);
}

TEST(a_fresh_name_keeps_time_sizes_and_flags)
{
	struct maildir_name n;
	struct buf a = { 0 }, b = { 0 };
	struct str name = STR("1773100800.M1P2.mx,S=9:2,FS");

	maildir_name_fresh(&a, name, when_from_s(1800000000), 1);
	maildir_name_fresh(&b, name, when_from_s(1800000000), 2);
	assert_false(str_eq(buf_str(&a), buf_str(&b)));
	maildir_name_parse(buf_str(&a), &n);
	assert_int_equal(n.arrived_ns, INT64_C(1773100800) * WHEN_SECOND);
	assert_int_equal(n.bytes, 9);
	assert_str(n.flags, "FS");
	assert_true(maildir_name_valid(buf_str(&a)));
	buf_clear(&a);
	buf_clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_has_time_size_and_flags),
		cmocka_unit_test(a_name_may_tell_nothing),
		cmocka_unit_test(
		    names_with_a_slash_or_a_dot_in_front_are_no_messages),
		cmocka_unit_test(flags_stand_in_ascii_order_and_once),
		cmocka_unit_test(sizes_in_a_name_follow_the_file),
		cmocka_unit_test(a_fresh_name_keeps_time_sizes_and_flags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
