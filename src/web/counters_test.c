#include "base/buf.h"
#include "base/test.h"
#include "web/counters.h"

#include "base/when.h"

#define START_NS (INT64_C(1773100800) * WHEN_SECOND) /* 2026-03-10 */

static struct buf
printed_of(const char *const *lines)
{
	struct counters c;
	struct buf b = { 0 };

	counters_init(&c, START_NS);
	for (; *lines != NULL; lines++)
		counters_add(&c, str_from(*lines));
	counters_print(&c, &b);
	counters_clear(&c);
	return b;
}

#define assert_has(b, text) assert_non_null(strstr((b).p, text))
#define assert_lacks(b, text) assert_null(strstr((b).p, text))

TEST(events_are_counted_by_kind_verdict_and_disposition)
{
	const char *const lines[] = {
		"{\"time\":\"2026-03-10T01:00:00Z\",\"kind\":\"transaction\","
		"\"disposition\":\"dnsbl\",\"verdict\":\"rejected\"}",
		"{\"time\":\"2026-03-10T01:00:01Z\",\"kind\":\"transaction\","
		"\"disposition\":\"dnsbl\",\"verdict\":\"rejected\"}",
		"{\"time\":\"2026-03-10T01:00:02Z\",\"kind\":\"closed\","
		"\"seconds\":1.500}",
		NULL };
	struct buf b = printed_of(lines);

	assert_has(b, "mailtally_events_total{kind=\"transaction\"} 2\n");
	assert_has(b, "mailtally_transactions_total{verdict=\"rejected\"} 2\n");
	assert_has(b, "mailtally_dispositions_total{disposition=\"dnsbl\"} 2\n");
	assert_has(b, "mailtally_connection_seconds_bucket{le=\"1\"} 0\n");
	assert_has(b, "mailtally_connection_seconds_bucket{le=\"2.5\"} 1\n");
	assert_has(b, "mailtally_connection_seconds_sum 1.5\n");
	buf_clear(&b);
}

TEST(what_was_before_the_start_is_not_counted)
{
	const char *const lines[] = {
		"{\"time\":\"2026-03-09T23:59:59Z\",\"kind\":\"alert\"}", NULL };
	struct buf b = printed_of(lines);

	assert_lacks(b, "{kind=");
	buf_clear(&b);
}

TEST(the_newest_connection_tells_how_many_run)
{
	const char *const lines[] = {
		"{\"time\":\"2026-03-09T00:00:00Z\",\"kind\":\"accepted\","
		"\"running\":3,\"limit\":40}",
		"{\"time\":\"2026-03-10T00:00:00Z\",\"kind\":\"accepted\","
		"\"running\":5,\"limit\":40}",
		NULL };
	struct buf b = printed_of(lines);

	assert_has(b, "mailtally_connections_running 5\n");
	assert_has(b, "mailtally_connections_limit 40\n");
	buf_clear(&b);
}

/* Quotes within texts have a backslash before them. */
TEST(log_text_is_not_taken_for_a_member)
{
	const char *const lines[] = {
		"{\"time\":\"2026-03-10T01:00:00Z\",\"kind\":\"transaction\","
		"\"helo\":\"\\\"verdict\\\":\\\"accepted\\\"\","
		"\"verdict\":\"rejected\"}", NULL };
	struct buf b = printed_of(lines);

	assert_has(b, "{verdict=\"rejected\"} 1\n");
	assert_lacks(b, "accepted\"}");
	buf_clear(&b);
}

TEST(no_address_and_no_escape_becomes_a_label)
{
	const char *const lines[] = {
		"{\"time\":\"2026-03-10T01:00:00Z\",\"kind\":\"transaction\","
		"\"disposition\":\"192.0.2.7\"}",
		"{\"time\":\"2026-03-10T01:00:00Z\",\"kind\":\"transaction\","
		"\"disposition\":\"ann@example.org\"}",
		"{\"time\":\"2026-03-10T01:00:00Z\",\"kind\":\"transaction\","
		"\"disposition\":\"a\\nb\"}",
		NULL };
	struct buf b = printed_of(lines);

	assert_has(b, "mailtally_dispositions_total{disposition=\"others\"} 3\n");
	assert_lacks(b, "192.0.2.7");
	assert_lacks(b, "ann@");
	buf_clear(&b);
}

TEST(labels_are_bounded_in_number)
{
	struct counters c;
	struct buf line = { 0 };

	counters_init(&c, START_NS);
	for (int i = 0; i < 2000; i++) {
		buf_reset(&line);
		buf_printf(&line, "{\"time\":\"2026-03-10T01:00:00Z\",\"kind\":"
		    "\"transaction\",\"disposition\":\"plugin%d\"}", i);
		counters_add(&c, buf_str(&line));
	}
	assert_true(c.n <= COUNTERS_MOST);
	counters_clear(&c);
	buf_clear(&line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    events_are_counted_by_kind_verdict_and_disposition),
		cmocka_unit_test(what_was_before_the_start_is_not_counted),
		cmocka_unit_test(the_newest_connection_tells_how_many_run),
		cmocka_unit_test(log_text_is_not_taken_for_a_member),
		cmocka_unit_test(no_address_and_no_escape_becomes_a_label),
		cmocka_unit_test(labels_are_bounded_in_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
