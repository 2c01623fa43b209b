/*
 * test_scan.h - what the tests of scans share: logs scanned whole and in
 * pieces, in any format, and what they told, as text.
 */
#ifndef FORMAT_TEST_SCAN_H
#define FORMAT_TEST_SCAN_H

#include "base/mem.h"
#include "format/format.h"

#define TEST_PIECES 9

/* What a scan told: its events as texts, sorted, and its counts. */
struct told {
	struct arena arena;
	struct str *events;
	size_t n, cap;
	struct scan_counts counts;
	struct scan_gap gaps[SCAN_GAPS];
	size_t n_gaps;
	struct scan_day *days;
	size_t n_days;
};
void told_clear(struct told *t);

/* All kinds of events and all times; year-less stamps begin in 2026. */
extern const struct scan_options test_everything;

/*
 * Scans a piece of a log that begins at an offset, in blocks of at least so
 * many bytes; its events go to t.
 */
struct scan *test_scan_piece(const struct format *f,
    const struct scan_options *o, struct told *t, struct str piece,
    uint64_t offset, bool first, size_t block_bytes);
/* Finishes and frees s, takes what it told, and checks promise 2. */
void test_scan_end(struct scan *s, struct told *t);

struct told test_scan_whole(const struct format *f,
    const struct scan_options *o, struct str log);
/* The same, cut at n places (ascending, below TEST_PIECES) and joined. */
struct told test_scan_cut(const struct format *f, const struct scan_options *o,
    struct str log, const size_t *cuts, size_t n, bool contiguous);

/* These fail with how and what differs. */
void told_assert_same(const struct told *whole, const struct told *cut,
    const char *how);
void told_assert_same_events(const struct told *whole, const struct told *cut,
    const char *how);
/* All counts of lines and times, but not of bytes. */
void told_assert_same_lines(const struct told *whole, const struct told *cut,
    const char *how);
/* Cut so, the log tells what it told whole. */
void test_assert_cut(const struct format *f, const struct scan_options *o,
    const struct told *whole, struct str log, const size_t *cuts, size_t n,
    bool contiguous);

#endif
