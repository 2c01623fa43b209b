#include "doctor/listening.h"

#include <string.h>

#include "base/test.h"

static bool
has(const char *text, long port)
{
	char copy[1024];
	FILE *f;
	bool found;

	snprintf(copy, sizeof(copy), "%s", text);
	f = fmemopen(copy, strlen(copy), "r");
	assert_non_null(f);
	found = port_in_table(f, port);
	fclose(f);
	return found;
}

static const char v4[] =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when\n"
    "   0: 0100007F:1F59 00000000:0000 0A 00000000:00000000 00:00000000 0 0 1\n"
    "   1: 0100007F:0019 0100007F:A2C4 01 00000000:00000000 00:00000000 0 0 2\n";
static const char v6[] =
    "  sl  local_address                         remote_address st\n"
    "   0: 00000000000000000000000000000000:01D1 "
    "00000000000000000000000000000000:0000 0A 00000000:00000000 00:0 0 0 3\n";

TEST(a_port_that_is_listened_on_is_found)
{
	assert_true(has(v4, 8025));
	assert_true(has(v6, 465));
}

TEST(a_connection_is_no_listener)
{
	assert_false(has(v4, 25));
	assert_false(has(v4, 0xa2c4));
}

TEST(other_ports_and_noise_are_not)
{
	assert_false(has(v6, 466));
	assert_false(has(v6, 0));
	assert_false(has("", 25));
	assert_false(has("0: :0019 : 0A\nnonsense\n", 25));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_port_that_is_listened_on_is_found),
		cmocka_unit_test(a_connection_is_no_listener),
		cmocka_unit_test(other_ports_and_noise_are_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
