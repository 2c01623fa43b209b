#include "dns/packet.h"

#include <stdlib.h>
#include <string.h>

#include "base/test.h"

/* NXDOMAIN for "x.y", as seen on the wire; the SOA has a TTL of 900 and says 600. */
static const uint8_t answer[] = {
	0x12, 0x34, 0x81, 0x83, 0, 1, 0, 0, 0, 1, 0, 0,
	1, 'x', 1, 'y', 0, 0, 1, 0, 1,
	0xc0, 14, 0, 6, 0, 1, 0, 0, 3, 132, 0, 26,
	2, 'n', 's', 0xc0, 14, 0,
	0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 2, 88,
};
#define TTL 29	    /* where the TTL's last two bytes stand */
#define AUTHORITY 9 /* and the number of records in that section */

TEST(it_is_the_smaller_one_of_ttl_and_minimum)
{
	uint8_t other[sizeof(answer)];

	assert_int_equal(packet_negative_ttl(answer, sizeof(answer)), 600);
	memcpy(other, answer, sizeof(answer));
	other[TTL] = 0;
	assert_int_equal(packet_negative_ttl(other, sizeof(other)), 132);
}

TEST(without_an_soa_record_it_is_none)
{
	uint8_t other[sizeof(answer)];

	assert_int_equal(packet_negative_ttl(answer, 21), 0);
	memcpy(other, answer, sizeof(answer));
	other[AUTHORITY] = 0;
	assert_int_equal(packet_negative_ttl(other, sizeof(other)), 0);
}

/* Each copy ends where its memory does, so that a look further is found out. */
static void
look_at(const uint8_t *packet, size_t n)
{
	uint8_t *copy = malloc(n > 0 ? n : 1);

	memcpy(copy, packet, n);
	packet_negative_ttl(copy, n);
	free(copy);
}

TEST(a_packet_may_be_cut_anywhere)
{
	for (size_t n = 0; n < sizeof(answer); n++)
		look_at(answer, n);
}

TEST(a_packet_may_be_garbage)
{
	uint8_t packet[64];
	unsigned seed = 7;

	for (int round = 0; round < 200000; round++) {
		memcpy(packet, answer, sizeof(answer));
		for (int i = 0; i < 4; i++)
			packet[(size_t)rand_r(&seed) % sizeof(answer)] =
			    (uint8_t)rand_r(&seed);
		look_at(packet, (size_t)rand_r(&seed) % sizeof(answer) + 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_the_smaller_one_of_ttl_and_minimum),
		cmocka_unit_test(without_an_soa_record_it_is_none),
		cmocka_unit_test(a_packet_may_be_cut_anywhere),
		cmocka_unit_test(a_packet_may_be_garbage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
