#include "format/scan_time.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/test.h"
#include "base/when.h"
#include "format/stamp.h"

#define S WHEN_SECOND
#define HOUR (3600 * S)
#define DAY_S INT64_C(86400)

static uint64_t
random_below(uint64_t *seed, uint64_t n)
{
	*seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (*seed >> 33) % n;
}

/* A line with a TAI64N label, n bytes with its newline. */
static void
add_line(struct buf *b, int64_t time_ns, size_t n)
{
	when_format(b, time_ns, WHEN_TAI64N, NULL);
	buf_add_repeated(b, 'x', n - 26);
	buf_add_char(b, '\n');
}

/* Reads a block as a scan does: labels in the fast way, others parsed. */
static void
feed(struct scan_time *t, struct str block)
{
	struct str rest = block, line;
	struct stamp_clock clock;
	struct stamp st;

	stamp_clock_init(&clock, NULL, 0);
	scan_time_block(t, block.p);
	while (rest.n > 0 && str_cut(&rest, '\n', &line)) {
		if (line.n >= 25 && scan_time_label(t, line.p))
			continue;
		if (stamp_parse(line, &clock, &st))
			scan_time_seen(t, line.p, st.time_ns);
	}
	scan_time_block_end(t, block.n);
}

static struct scan_time
read_all(const char *text, const struct zone *z)
{
	struct scan_time t;

	scan_time_init(&t, z);
	feed(&t, str_from(text));
	return t;
}

static struct scan_counts
counts_of(struct scan_time *t)
{
	struct scan_counts c = { 0 };

	scan_time_report(t, &c);
	return c;
}

static void
assert_same(struct scan_time *a, struct scan_time *b)
{
	struct scan_counts x = counts_of(a), y = counts_of(b);
	const struct scan_gap *g, *h;
	const struct scan_day *d, *e;
	size_t n, m;

	assert_int_equal(x.first_ns, y.first_ns);
	assert_int_equal(x.last_ns, y.last_ns);
	assert_int_equal(x.out_of_order, y.out_of_order);
	assert_int_equal(x.jumps, y.jumps);
	g = scan_time_gaps(a, &n);
	h = scan_time_gaps(b, &m);
	assert_int_equal(n, m);
	assert_memory_equal(g, h, n * sizeof(*g));
	d = scan_time_days(a, &n);
	e = scan_time_days(b, &m);
	assert_int_equal(n, m);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(d[i].day, e[i].day);
		assert_int_equal(d[i].bytes, e[i].bytes);
	}
}

TEST(without_stamps_nothing_is_known)
{
	struct scan_time t = read_all("text\n\nmore\n", NULL);
	struct scan_counts c = counts_of(&t);
	size_t n;

	assert_int_equal(c.first_ns, WHEN_NONE);
	assert_int_equal(c.last_ns, WHEN_NONE);
	assert_int_equal(c.out_of_order, 0);
	scan_time_gaps(&t, &n);
	assert_int_equal(n, 0);
	scan_time_days(&t, &n);
	assert_int_equal(n, 0);
	scan_time_clear(&t);
}

TEST(the_oldest_and_the_newest_stamp_are_kept)
{
	struct scan_time t = read_all("@400000006955b90b02b91f21 1 a\n"
	    "@400000006955b90b02b91f20 1 b\n"
	    "@400000006955b90b3b9ac9ff 1 c\n"
	    "@400000006955b90b00000001 1 d\n", NULL);
	struct scan_counts c = counts_of(&t);

	assert_int_equal(c.first_ns, 1767225601 * S + 1);
	assert_int_equal(c.last_ns, 1767225601 * S + 999999999);
	assert_int_equal(c.out_of_order, 2);
	assert_int_equal(c.jumps, 0);
	scan_time_clear(&t);
}

TEST(a_single_line_is_the_oldest_and_the_newest)
{
	struct scan_time t = read_all("@400000006955b90b02b91f21 1 a\n", NULL);
	struct scan_counts c = counts_of(&t);

	assert_int_equal(c.first_ns, 1767225601 * S + 45686561);
	assert_int_equal(c.last_ns, c.first_ns);
	scan_time_clear(&t);
}

TEST(equal_stamps_are_in_order)
{
	struct scan_time t = read_all("@400000006955b90b02b91f21 1 a\n"
	    "@400000006955b90b02b91f21 1 b\n", NULL);

	assert_int_equal(counts_of(&t).out_of_order, 0);
	scan_time_clear(&t);
}

TEST(labels_in_upper_and_lower_case_are_compared_as_numbers)
{
	struct scan_time t = read_all("@400000006955b90b0000000a 1 a\n"
	    "@400000006955b90b0000000B 1 b\n"
	    "@400000006955B90B0000000c 1 c\n"
	    "@400000006955B90B0000000A 1 d\n", NULL);
	struct scan_counts c = counts_of(&t);

	assert_int_equal(c.out_of_order, 1);
	assert_int_equal(c.first_ns, 1767225601 * S + 10);
	assert_int_equal(c.last_ns, 1767225601 * S + 12);
	scan_time_clear(&t);
}

/* Whether a line has a stamp may not depend on the line before it. */
TEST(a_label_is_one_only_if_its_last_digits_are_too)
{
	static const char *const lines[] = {
		"@400000006955b90b02b91f2g", "@400000006955b90b02b91f2G",
		"@400000006955b90b02b91f2:", "@400000006955b90b02b91f2/",
		"@400000006955b90b02b91f2?", "@400000006955b90b02b91f2@",
		"@400000006955b90b02b91f2`", "@400000006955b90b02b91f2 ",
		"@400000006955b90b\xb0\xe1""b91f21", "@400000006955b90b02b91f2\x01",
		"@400000006955b90b3b9aca00", "@400000006955b90bffffffff",
		"@400000006955b90b02b91f2\xc1", "@400000006955b90b02b91f2\x11",
		"@400000006955b90b02b9\x7f""f21", "@400000006955b90bP2b91f21",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct scan_time t;

		scan_time_init(&t, NULL);
		scan_time_block(&t, lines[i]);
		assert_false(scan_time_label(&t, lines[i]));
		feed(&t, STR("@400000006955b90b02b91f21\n"));
		scan_time_block(&t, lines[i]);
		if (scan_time_label(&t, lines[i]))
			fail_msg("a label was seen in \"%s\"", lines[i]);
		scan_time_clear(&t);
	}
}

TEST(every_byte_is_a_digit_of_a_label_or_none)
{
	char line[] = "@400000006955b90b00000000";
	struct scan_time t;

	scan_time_init(&t, NULL);
	for (size_t at = 17; at < 25; at++)
		for (int c = 0; c < 256; c++) {
			char label[sizeof(line)];

			memcpy(label, line, sizeof(line));
			scan_time_block(&t, line);
			assert_true(scan_time_label(&t, line));
			label[at] = (char)c;
			scan_time_block(&t, label);
			assert_int_equal(scan_time_label(&t, label),
			    stamp_tai64n(label) != WHEN_NONE);
		}
	scan_time_clear(&t);
}

TEST(a_step_back_of_over_an_hour_is_a_jump)
{
	struct buf b = { 0 };
	struct scan_time t;
	struct scan_counts c;

	add_line(&b, 100 * HOUR, 40);
	add_line(&b, 99 * HOUR, 40);
	add_line(&b, 98 * HOUR - 1, 40);
	add_line(&b, 98 * HOUR, 40);
	t = read_all(b.p, NULL);
	c = counts_of(&t);
	assert_int_equal(c.out_of_order, 2);
	assert_int_equal(c.jumps, 1);
	scan_time_clear(&t);
	buf_clear(&b);
}

TEST(a_step_of_over_an_hour_is_a_gap)
{
	struct buf b = { 0 };
	struct scan_time t;
	const struct scan_gap *gaps;
	size_t n;

	add_line(&b, 100 * HOUR, 40);
	add_line(&b, 101 * HOUR, 40);
	add_line(&b, 102 * HOUR + 1, 40);
	buf_add_str(&b, STR("no stamp\n"));
	add_line(&b, 110 * HOUR, 40);
	t = read_all(b.p, NULL);
	gaps = scan_time_gaps(&t, &n);
	assert_int_equal(n, 2);
	assert_int_equal(gaps[0].from_ns, 101 * HOUR);
	assert_int_equal(gaps[0].until_ns, 102 * HOUR + 1);
	assert_int_equal(gaps[1].from_ns, 102 * HOUR + 1);
	assert_int_equal(gaps[1].until_ns, 110 * HOUR);
	scan_time_clear(&t);
	buf_clear(&b);
}

TEST(of_many_gaps_the_longest_are_kept_and_told_oldest_first)
{
	struct buf b = { 0 };
	struct scan_time t;
	const struct scan_gap *gaps;
	int64_t at = 0;
	size_t n;

	/* Of 2 to 31 hours, in an order of their own. */
	for (int i = 0; i < 31; i++) {
		add_line(&b, at, 40);
		at += (2 + i * 7 % 30) * HOUR;
	}
	t = read_all(b.p, NULL);
	gaps = scan_time_gaps(&t, &n);
	assert_int_equal(n, SCAN_GAPS);
	for (size_t i = 0; i < n; i++) {
		assert_true(gaps[i].until_ns - gaps[i].from_ns >= 12 * HOUR);
		assert_true(i == 0 || gaps[i - 1].from_ns < gaps[i].from_ns);
	}
	scan_time_clear(&t);
	buf_clear(&b);
}

TEST(the_ends_of_time_are_a_jump_and_a_gap_apart)
{
	struct scan_time t = read_all("@3ffffffe0000000000000000 1 a\n"
	    "@400000020000000000000000 1 b\n"
	    "@3ffffffe0000000000000000 1 c\n", NULL);
	struct scan_counts c = counts_of(&t);
	size_t n;

	assert_int_equal(c.jumps, 1);
	scan_time_gaps(&t, &n);
	assert_int_equal(n, 1);
	scan_time_clear(&t);
}

TEST(bytes_count_for_the_day_of_the_stamp_before_them)
{
	struct buf b = { 0 };
	struct scan_time t;
	const struct scan_day *days;
	size_t n;

	buf_add_str(&b, STR("first\n"));
	add_line(&b, 10 * DAY_S * S, 40);
	add_line(&b, 11 * DAY_S * S - 1, 50);
	buf_add_str(&b, STR("between\n"));
	add_line(&b, 11 * DAY_S * S, 60);
	add_line(&b, 10 * DAY_S * S, 70);
	t = read_all(b.p, NULL);
	days = scan_time_days(&t, &n);
	assert_int_equal(n, 2);
	assert_int_equal(days[0].day, 10);
	assert_int_equal(days[0].bytes, 6 + 40 + 50 + 8 + 70);
	assert_int_equal(days[1].day, 11);
	assert_int_equal(days[1].bytes, 60);
	/* Asked again, the same. */
	days = scan_time_days(&t, &n);
	assert_int_equal(days[0].bytes, 6 + 40 + 50 + 8 + 70);
	scan_time_clear(&t);
	buf_clear(&b);
}

TEST(days_before_1970_are_days_too)
{
	struct buf b = { 0 };
	struct scan_time t;
	const struct scan_day *days;
	size_t n;

	add_line(&b, -DAY_S * S - 1, 40);
	add_line(&b, -1, 50);
	add_line(&b, 0, 60);
	t = read_all(b.p, NULL);
	days = scan_time_days(&t, &n);
	assert_int_equal(n, 3);
	assert_int_equal(days[0].day, -2);
	assert_int_equal(days[1].day, -1);
	assert_int_equal(days[2].day, 0);
	scan_time_clear(&t);
	buf_clear(&b);
}

TEST(days_are_those_of_the_zone)
{
	struct zone *z;
	struct buf b = { 0 };
	struct scan_time t;
	const struct scan_day *days;
	size_t n;

	assert_int_equal(zone_open(&z, "CET-1CEST,M3.5.0,M10.5.0/3", NULL), 0);
	add_line(&b, (20500 * DAY_S - 3601) * S, 40);
	add_line(&b, (20500 * DAY_S - 3600) * S, 50);
	t = read_all(b.p, z);
	days = scan_time_days(&t, &n);
	assert_int_equal(n, 2);
	assert_int_equal(days[0].day, 20499);
	assert_int_equal(days[1].day, 20500);
	assert_int_equal(days[1].bytes, 50);
	scan_time_clear(&t);
	buf_clear(&b);
	zone_close(&z);
}

TEST(blocks_follow_each_other_as_if_they_were_one)
{
	struct scan_time one = read_all("@400000006955b90b02b91f21 1 a\n"
	    "b\n@400000006955c90b02b91f21 1 c\n"
	    "d\n@400000006957c90b02b91f21 1 e\n", NULL);
	struct scan_time two;

	scan_time_init(&two, NULL);
	feed(&two, STR("@400000006955b90b02b91f21 1 a\n"));
	feed(&two, STR("b\n@400000006955c90b02b91f21 1 c\nd\n"));
	feed(&two, str_make("", 0));
	feed(&two, STR("@400000006957c90b02b91f21 1 e\n"));
	assert_same(&one, &two);
	scan_time_clear(&one);
	scan_time_clear(&two);
}

TEST(other_stamps_may_stand_between_labels)
{
	struct scan_time t = read_all("@400000006955b90b02b91f21 1 a\n"
	    "2026-01-01 00:00:02.000000000 1 b\n"
	    "@400000006955b90b02b91f21 1 c\n"
	    "2026-01-01T00:00:02Z h qpsmtpd[1]: d\n", NULL);
	struct scan_counts c = counts_of(&t);

	assert_int_equal(c.out_of_order, 1);
	assert_int_equal(c.first_ns, 1767225601 * S + 45686561);
	assert_int_equal(c.last_ns, 1767225602 * S);
	scan_time_clear(&t);
}

/* A log with everything: steps back, gaps, lines without a stamp, days. */
static void
random_log(struct buf *b, uint64_t *seed)
{
	int64_t at = 1767225600 * S;
	size_t lines = 1 + random_below(seed, 60);

	buf_reset(b);
	for (size_t i = 0; i < lines; i++) {
		switch (random_below(seed, 12)) {
		case 0:
			at += (int64_t)random_below(seed, 40) * HOUR;
			break;
		case 1:
			at -= (int64_t)random_below(seed, 4000) * S;
			break;
		case 2:
		case 3:
			at += (int64_t)random_below(seed, 30) * S;
			break;
		case 4:
		case 5:
			buf_add_str(b, STR("no stamp in this line\n"));
			continue;
		case 6:
			at -= (int64_t)random_below(seed, 1000);
			break;
		case 7:
			when_format(b, at, WHEN_RFC3339, NULL);
			buf_add_str(b, STR(" mail qpsmtpd[1]: x\n"));
			continue;
		default:
			at += (int64_t)random_below(seed, 400000000);
			break;
		}
		add_line(b, at, 30 + random_below(seed, 100));
	}
	buf_add_repeated(b, '\n', FORMAT_SLACK);
	b->n -= FORMAT_SLACK;
}

/* Where a line begins, at or after at. */
static size_t
line_begin(struct str s, size_t at)
{
	while (at > 0 && at < s.n && s.p[at - 1] != '\n')
		at++;
	return at;
}

TEST(pieces_joined_tell_what_one_pass_tells)
{
	struct zone *zones[] = { NULL, NULL };
	struct buf b = { 0 };
	uint64_t seed = 1;

	assert_int_equal(zone_open(&zones[1], "Asia/Kolkata", NULL), 0);
	for (int round = 0; round < 4000; round++) {
		const struct zone *z = zones[round % 2];
		struct scan_time one, joined, piece;
		size_t from = 0, until;

		random_log(&b, &seed);
		scan_time_init(&one, z);
		scan_time_init(&joined, z);
		feed(&one, buf_str(&b));
		do {
			until = line_begin(buf_str(&b),
			    from + random_below(&seed, b.n - from + 1));
			scan_time_init(&piece, z);
			feed(&piece, str_make(b.p + from, until - from));
			scan_time_join(&joined, &piece);
			scan_time_clear(&piece);
			from = until;
		} while (from < b.n);
		assert_same(&joined, &one);
		scan_time_clear(&one);
		scan_time_clear(&joined);
	}
	buf_clear(&b);
	zone_close(&zones[1]);
}

TEST(the_days_hold_every_byte_once_a_stamp_is_known)
{
	struct buf b = { 0 };
	uint64_t seed = 7;

	for (int round = 0; round < 500; round++) {
		struct scan_time t;
		const struct scan_day *days;
		uint64_t sum = 0;
		size_t n;

		random_log(&b, &seed);
		scan_time_init(&t, NULL);
		feed(&t, buf_str(&b));
		days = scan_time_days(&t, &n);
		for (size_t i = 0; i < n; i++)
			sum += days[i].bytes;
		if (counts_of(&t).first_ns != WHEN_NONE)
			assert_int_equal(sum, b.n);
		scan_time_clear(&t);
	}
	buf_clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_stamps_nothing_is_known),
		cmocka_unit_test(the_oldest_and_the_newest_stamp_are_kept),
		cmocka_unit_test(a_single_line_is_the_oldest_and_the_newest),
		cmocka_unit_test(equal_stamps_are_in_order),
		cmocka_unit_test(labels_in_upper_and_lower_case_are_compared_as_numbers),
		cmocka_unit_test(a_label_is_one_only_if_its_last_digits_are_too),
		cmocka_unit_test(every_byte_is_a_digit_of_a_label_or_none),
		cmocka_unit_test(a_step_back_of_over_an_hour_is_a_jump),
		cmocka_unit_test(a_step_of_over_an_hour_is_a_gap),
		cmocka_unit_test(of_many_gaps_the_longest_are_kept_and_told_oldest_first),
		cmocka_unit_test(the_ends_of_time_are_a_jump_and_a_gap_apart),
		cmocka_unit_test(bytes_count_for_the_day_of_the_stamp_before_them),
		cmocka_unit_test(days_before_1970_are_days_too),
		cmocka_unit_test(days_are_those_of_the_zone),
		cmocka_unit_test(blocks_follow_each_other_as_if_they_were_one),
		cmocka_unit_test(other_stamps_may_stand_between_labels),
		cmocka_unit_test(pieces_joined_tell_what_one_pass_tells),
		cmocka_unit_test(the_days_hold_every_byte_once_a_stamp_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
