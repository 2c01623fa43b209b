#include "format/test_scan.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/test.h"
#include "base/when.h"

const struct scan_options test_everything = {
	.wants = EVENT_ALL, .start_ns = INT64_MIN, .end_ns = INT64_MAX,
	.all_checks = true, .join = true, .stream = { "log", 3 }, .year = 2026,
};

static void
add_field(struct buf *b, const char *name, struct str s)
{
	if (s.p == NULL)
		return;
	buf_printf(b, " %s=[", name);
	buf_add_str(b, s);
	buf_add_char(b, ']');
}

static void
add_number(struct buf *b, const char *name, int64_t n)
{
	if (n != EVENT_NO_NUMBER)
		buf_printf(b, " %s=%lld", name, (long long)n);
}

static void
write_event(struct buf *b, const struct event *ev)
{
	buf_printf(b, "%s", event_kind_name(ev->kind));
	add_number(b, "time", ev->time_ns);
	add_field(b, "verdict", str_from(verdict_name(ev->verdict)));
	add_field(b, "stream", ev->stream);
	add_field(b, "pid", ev->pid);
	add_field(b, "client", ev->client);
	add_field(b, "host", ev->host);
	add_field(b, "helo", ev->helo);
	add_field(b, "country", ev->country);
	add_field(b, "sender", ev->sender);
	add_field(b, "recipients", ev->recipients);
	add_field(b, "disposition", ev->disposition);
	add_field(b, "code", ev->code);
	add_field(b, "text", ev->text);
	add_field(b, "trailer", ev->trailer);
	add_field(b, "check", ev->check);
	add_field(b, "result", ev->result);
	add_field(b, "last", ev->last_disposition);
	add_field(b, "queue_id", ev->queue_id);
	add_field(b, "relay", ev->relay);
	add_field(b, "delivery", ev->delivery);
	add_field(b, "channel", ev->channel);
	add_field(b, "uid", ev->uid);
	add_number(b, "bytes", ev->bytes);
	add_number(b, "queued", ev->queued_ns);
	add_number(b, "delivered", ev->delivered);
	add_number(b, "bounced", ev->bounced);
	add_number(b, "deferred", ev->deferred);
	add_number(b, "score", ev->score_milli);
	add_number(b, "required", ev->required_milli);
	add_number(b, "duration", ev->duration_ns);
	add_number(b, "running", ev->running);
	add_number(b, "limit", ev->limit);
	buf_printf(b, " scope=%d%s%s%s offset=%llu", (int)ev->scope,
	    ev->authenticated ? " authenticated" : "",
	    ev->repeated ? " repeated" : "", ev->unfinished ? " unfinished" : "",
	    (unsigned long long)ev->offset);
	add_field(b, "line", ev->line);
}

static void
keep_event(void *ctx, const struct event *ev)
{
	struct told *t = ctx;
	struct buf b = { 0 };

	write_event(&b, ev);
	ARRAY_PUSH(t->events, t->n, t->cap) =
	    arena_str(&t->arena, buf_str(&b));
	buf_clear(&b);
}

static int
by_text(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

void
told_clear(struct told *t)
{
	arena_clear(&t->arena);
	free(t->events);
	free(t->days);
	*t = (struct told){ 0 };
}

void
test_scan_end(struct scan *s, struct told *t)
{
	const struct format *f = s->format;
	const struct scan_gap *gaps;
	const struct scan_day *days;
	uint64_t sum;

	f->scan_finish(s);
	t->counts = *f->scan_counts(s);
	sum = t->counts.used + t->counts.not_understood;
	for (int i = 0; i < IGNORE_REASONS; i++)
		sum += t->counts.ignored[i];
	assert_int_equal(sum, t->counts.lines);
	assert_true(t->counts.used <= t->counts.lines);
	gaps = f->scan_gaps(s, &t->n_gaps);
	memcpy(t->gaps, gaps, t->n_gaps * sizeof(*gaps));
	days = f->scan_days(s, &t->n_days);
	t->days = mem_alloc(t->n_days * sizeof(*days));
	if (t->n_days > 0)
		memcpy(t->days, days, t->n_days * sizeof(*days));
	f->scan_free(&s);
	assert_null(s);
	if (t->n > 1)
		qsort(t->events, t->n, sizeof(*t->events), by_text);
}

/*
 * A block in memory of just the size that is promised, and behind its newline
 * what would make other lines of the last ones.
 */
static void
scan_block(struct scan *s, struct str block, uint64_t offset)
{
	static const char behind[] = "\n: ` 9.9.9.9\ta\tb\tc\td\tqueued\t\t"
	    ") plugin: ` s. sec. from / 0123456789 0123456789";
	char *p = malloc(block.n + FORMAT_SLACK);

	_Static_assert(sizeof(behind) > FORMAT_SLACK, "enough to fill it");
	if (block.n > 0)
		memcpy(p, block.p, block.n);
	memcpy(p + block.n, behind, FORMAT_SLACK);
	s->format->scan_block(s, str_make(p, block.n), offset);
	memset(p, '?', block.n);
	free(p);
}

struct scan *
test_scan_piece(const struct format *f, const struct scan_options *o,
    struct told *t, struct str piece, uint64_t offset, bool first,
    size_t block_bytes)
{
	struct scan_options options = *o;
	struct scan *s;
	size_t at = 0;

	options.first = first;
	s = f->scan_new(&options, keep_event, t);
	while (at < piece.n) {
		size_t n = piece.n - at < block_bytes ? piece.n - at
						      : block_bytes;

		n += str_index(str_skip(piece, at + n - 1), '\n');
		if (n > piece.n - at)
			n = piece.n - at;
		scan_block(s, str_make(piece.p + at, n), offset + at);
		at += n;
	}
	return s;
}

struct told
test_scan_whole(const struct format *f, const struct scan_options *o,
    struct str log)
{
	struct told t = { 0 };

	test_scan_end(test_scan_piece(f, o, &t, log, 0, true, SIZE_MAX), &t);
	return t;
}

struct told
test_scan_cut(const struct format *f, const struct scan_options *o,
    struct str log, const size_t *cuts, size_t n, bool contiguous)
{
	struct scan *pieces[TEST_PIECES];
	struct told t = { 0 };

	assert_true(n < TEST_PIECES);
	/* All begin to wait, the last one first: order may not matter. */
	for (size_t i = n + 1; i-- > 0;) {
		size_t from = i > 0 ? cuts[i - 1] : 0;
		size_t to = i < n ? cuts[i] : log.n;

		pieces[i] = test_scan_piece(f, o, &t, str_make(log.p + from,
		    to - from), from, false, 1 + from % 300);
	}
	f->scan_settle(pieces[0]);
	for (size_t i = 1; i <= n; i++) {
		/* Counts may be asked for before the join. */
		f->scan_counts(pieces[i]);
		f->scan_join(pieces[0], &pieces[i], contiguous);
		assert_null(pieces[i]);
	}
	test_scan_end(pieces[0], &t);
	return t;
}

void
told_assert_same_events(const struct told *a, const struct told *b,
    const char *how)
{
	for (size_t i = 0; i < a->n || i < b->n; i++) {
		struct str x = i < a->n ? a->events[i] : str_none();
		struct str y = i < b->n ? b->events[i] : str_none();

		if (!str_eq(x, y))
			fail_msg("%s:\n  whole: %.*s\n  cut:   %.*s", how,
			    STR_ARG(x), STR_ARG(y));
	}
}

static void
assert_number(uint64_t a, uint64_t b, const char *what, const char *how)
{
	if (a != b)
		fail_msg("%s: %s: whole %llu, cut %llu", how, what,
		    (unsigned long long)a, (unsigned long long)b);
}

void
told_assert_same_lines(const struct told *a, const struct told *b,
    const char *how)
{
	const struct scan_counts *x = &a->counts, *y = &b->counts;

	assert_number(x->lines, y->lines, "lines", how);
	assert_number(x->used, y->used, "used", how);
	assert_number(x->not_understood, y->not_understood, "not understood",
	    how);
	for (int i = 0; i < IGNORE_REASONS; i++)
		assert_number(x->ignored[i], y->ignored[i],
		    ignore_reason_name((enum ignore_reason)i), how);
	assert_number(x->out_of_order, y->out_of_order, "out of order", how);
	assert_number(x->jumps, y->jumps, "jumps", how);
	assert_number(x->guessed_years, y->guessed_years, "years", how);
	assert_int_equal(x->first_ns, y->first_ns);
	assert_int_equal(x->last_ns, y->last_ns);
	assert_number(x->n_samples, y->n_samples, "samples", how);
	for (unsigned i = 0; i < x->n_samples; i++) {
		assert_number(x->samples[i].offset, y->samples[i].offset,
		    "offset of sample", how);
		assert_number(x->samples[i].n, y->samples[i].n, "sample", how);
		assert_memory_equal(x->samples[i].text, y->samples[i].text,
		    x->samples[i].n);
	}
	assert_number(a->n_gaps, b->n_gaps, "gaps", how);
	assert_memory_equal(a->gaps, b->gaps, a->n_gaps * sizeof(*a->gaps));
}

void
told_assert_same(const struct told *a, const struct told *b, const char *how)
{
	told_assert_same_lines(a, b, how);
	assert_number(a->counts.bytes, b->counts.bytes, "bytes", how);
	assert_number(a->n_days, b->n_days, "days", how);
	for (size_t i = 0; i < a->n_days; i++) {
		assert_int_equal(a->days[i].day, b->days[i].day);
		assert_number(a->days[i].bytes, b->days[i].bytes,
		    "bytes of day", how);
	}
	told_assert_same_events(a, b, how);
}

void
test_assert_cut(const struct format *f, const struct scan_options *o,
    const struct told *whole, struct str log, const size_t *cuts, size_t n,
    bool contiguous)
{
	struct told cut = test_scan_cut(f, o, log, cuts, n, contiguous);
	char how[80];

	snprintf(how, sizeof(how), "%zu bytes cut at %zu, %zu%s", log.n,
	    cuts[0], n > 1 ? cuts[1] : cuts[0], contiguous ? ", contiguous" : "");
	told_assert_same(whole, &cut, how);
	told_clear(&cut);
}
