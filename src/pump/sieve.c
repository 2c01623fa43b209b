#include "pump/sieve.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/find.h"
#include "base/mem.h"
#include "base/when.h"
#include "format/stamp.h"
#include "input/source.h"
#include "pump/lane.h"
#include "pump/lookback.h"
#include "pump/owners.h"

/* A connection without a line for so long is over (qpsmtpd_track.h). */
#define AGE_NS (INT64_C(3600) * WHEN_SECOND)
/* A record has no more lines than these and its first (qpsmtpd_scan.c). */
#define RECORD_LINES 16

struct sieve {
	struct sieve_options o;
	struct lane *lane;
	struct find word, record;
	struct stamp_clock clock;
	struct owners owners;
	/* Lines that may stand for themselves are tried alone in this scan. */
	struct scan *probe;
	bool probe_owned; /* what it is given is a line of a connection; */
	bool probe_lacks; /* it does not say whose */
	struct scan *others; /* for records without the word */
	struct lookback *back;
	uint64_t base;	  /* of the source in the lane */
	/*
	 * The last line or record of a block, if it may go on in the next one:
	 * it has no end, or ends in CR.
	 */
	struct buf tail;
	uint64_t tail_at;
	bool source_begins; /* since the tail was kept */
	bool contiguous;
};

/* A line or record of a block, and where it is. */
struct passage {
	struct str text; /* with its newlines, FORMAT_SLACK behind it */
	uint64_t at;	 /* in the lane */
	struct line_owner owner;
	uint64_t key;
	bool has_word, has_record;
	bool may_go_on;	 /* there is a line in it that ends in CR */
};

/* ---- what goes on ---- */

/* An empty line, with its slack. */
static struct str
empty_line(void)
{
	static const char newlines[] =
	    "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n"
	    "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n";
	_Static_assert(sizeof(newlines) > FORMAT_SLACK, "too little slack");

	return str_make(newlines, 1);
}

static void
pass(struct sieve *s, const struct passage *p)
{
	lane_block(s->lane, p->text, p->at);
	/* A record waits for lines that go on it: this says that none will. */
	if (p->may_go_on)
		lane_block(s->lane, empty_line(), p->at);
}

/* The same, of a process that the scan then knows up to here. */
static void
pass_owned(struct sieve *s, const struct passage *p, struct owner *o)
{
	pass(s, p);
	o->upto = p->at + p->text.n;
	if (p->owner.time_ns != WHEN_NONE)
		o->last_ns = p->owner.time_ns;
}

/*
 * The lines of the process before p that the scan was not told of.  What is to
 * be found in them was found when they were passed; so the lane is deaf.
 */
static void
pass_context(struct sieve *s, const struct passage *p)
{
	const struct owner *known = owners_find(&s->owners, p->key);
	struct str lines = lookback_find(s->back, &p->owner,
	    known ? known->upto : 0, p->at);

	if (lines.n == 0)
		return;
	lane_mute(s->lane, true);
	lane_block(s->lane, lines, 0);
	lane_block(s->lane, empty_line(), 0);
	lane_mute(s->lane, false);
}

/* The probe's sink: an event that needs nothing of its connection is whole. */
static void
probed(void *ctx, const struct event *ev)
{
	struct sieve *s = ctx;

	if (s->probe_owned && (ev->client.n == 0 || ev->host.n == 0))
		s->probe_lacks = event_has_line(ev);
	else
		lane_take(s->lane, ev);
}

/* A record without the word is shown as it is. */
static void
show_other(struct sieve *s, struct str lines, uint64_t at)
{
	s->o.format->scan_block(s->others, lines, at);
	if (str_index(lines, '\r') < lines.n)
		s->o.format->scan_block(s->others, empty_line(), at);
}

/*
 * Takes the event of a passage that has no process, or one that tells all of
 * itself.  False if its connection must be known first.
 */
static bool
probe(struct sieve *s, const struct passage *p, bool owned)
{
	const struct format *f = s->o.format;

	s->probe_owned = owned;
	s->probe_lacks = false;
	f->scan_block(s->probe, p->text, p->at);
	if (p->may_go_on)
		f->scan_block(s->probe, empty_line(), p->at);
	return !s->probe_lacks;
}

/* A line that begins a connection, or refuses one before it began. */
static void
first_line(struct sieve *s, const struct passage *p)
{
	struct owner *o = owners_find(&s->owners, p->key);

	if (p->has_word) {
		o = owners_get(&s->owners, p->key);
		pass_owned(s, p, o);
		/* The daemon itself refuses; it has no connection. */
		owners_set_active(&s->owners, o, lookback_begins(s->back, p->text));
	} else if (o) {
		owners_set_active(&s->owners, o, false);
	}
}

static bool
is_over(const struct owner *o, int64_t time_ns)
{
	return time_ns != WHEN_NONE && time_ns - o->last_ns > AGE_NS;
}

/* A line of a connection, behind its first. */
static void
later_line(struct sieve *s, const struct passage *p)
{
	struct owner *o = owners_find(&s->owners, p->key);
	bool last = p->owner.place == LINE_LAST;

	if (o && o->active && is_over(o, p->owner.time_ns))
		owners_set_active(&s->owners, o, false);
	if (o && o->active) {
		pass_owned(s, p, o);
		owners_set_active(&s->owners, o, !last);
		return;
	}
	if (!p->has_word) {
		if (p->has_record)
			show_other(s, p->text, p->at);
		return;
	}
	/* "cleaning up after" is news only to who knows the connection. */
	if (!last && probe(s, p, true))
		return;
	pass_context(s, p);
	pass_owned(s, p, owners_get(&s->owners, p->key));
}

static void
judge(struct sieve *s, const struct passage *p)
{
	switch (p->owner.place) {
	case LINE_FIRST:
	case LINE_SECOND:
		first_line(s, p);
		break;
	case LINE_WITHIN:
	case LINE_CLOSING:
	case LINE_LAST:
		later_line(s, p);
		break;
	case LINE_NOBODYS:
	case LINE_ONLY:
	case LINE_FURTHER:
		if (p->has_word)
			probe(s, p, false);
		else if (p->has_record)
			show_other(s, p->text, p->at);
		break;
	}
}

/* ---- lines and records of a block ---- */

static void
owner_of(struct sieve *s, struct str line, struct line_owner *o)
{
	s->o.format->line_owner(line, &s->clock, o);
}

/* The line of the block that begins at begin, without its '\n'. */
static struct str
line_at(struct str block, size_t begin)
{
	struct str rest = str_skip(block, begin);

	return str_head(rest, str_index(rest, '\n'));
}

static bool
is_further(struct sieve *s, struct str line)
{
	struct line_owner o;

	owner_of(s, line, &o);
	return o.place == LINE_FURTHER;
}

/* Where the line begins that place is in. */
static size_t
line_begin(struct str block, size_t place)
{
	const char *newline = place ? memrchr(block.p, '\n', place) : NULL;

	return newline ? (size_t)(newline + 1 - block.p) : 0;
}

/* Where the record begins that the line at begin may go on. */
static size_t
record_begin(struct sieve *s, struct str block, size_t begin)
{
	for (int i = 0; i < RECORD_LINES && begin > 1; i++) {
		if (block.p[begin - 2] != '\r' ||
		    !is_further(s, line_at(block, begin)))
			break;
		begin = line_begin(block, begin - 1);
	}
	return begin;
}

/* Behind the line that begins at begin, and those that go on it. */
static size_t
record_end(struct sieve *s, struct str block, size_t begin)
{
	size_t end = begin + line_at(block, begin).n + 1;

	for (int i = 0; i < RECORD_LINES && end < block.n; i++) {
		if (end < 2 || block.p[end - 2] != '\r' ||
		    !is_further(s, line_at(block, end)))
			break;
		end += line_at(block, end).n + 1;
	}
	return end;
}

/* Where words stand in a block: found once, and kept until passed. */
struct hits {
	size_t word, record;
};

static void
hits_from(const struct sieve *s, struct hits *h, struct str block, size_t at)
{
	if (h->word < at)
		h->word = find_next(&s->word, block, at);
	if (s->o.others && h->record < at)
		h->record = find_next(&s->record, block, at);
}

/* A record of one line, without the word: whose it is does not matter. */
static bool
is_plain_record(struct str block, size_t begin, const struct hits *h)
{
	size_t n = line_at(block, begin).n;

	return h->record < begin + n && h->word >= begin + n &&
	    (n == 0 || block.p[begin + n - 1] != '\r');
}

/* The passage at begin; returns its end. */
static size_t
take_passage(struct sieve *s, struct str block, uint64_t at, size_t begin,
    const struct hits *h)
{
	struct passage p = { .at = at + begin };
	size_t end = record_end(s, block, begin);

	owner_of(s, line_at(block, begin), &p.owner);
	p.key = p.owner.pid.p ? owners_key(&p.owner) : 0;
	p.text = str_make(block.p + begin, end - begin);
	p.has_word = h->word >= begin && h->word < end;
	p.has_record = h->record >= begin && h->record < end;
	p.may_go_on = str_index(p.text, '\r') < p.text.n;
	judge(s, &p);
	return end;
}

/* Whole lines and whole records, at in the lane. */
static void
sift(struct sieve *s, struct str block, uint64_t at)
{
	struct hits h = { .record = block.n };
	size_t begin = 0;

	h.word = find_next(&s->word, block, 0);
	if (s->o.others)
		h.record = find_next(&s->record, block, 0);
	while (begin < block.n) {
		hits_from(s, &h, block, begin);
		if (s->owners.n_active == 0) {
			size_t hit = h.word < h.record ? h.word : h.record;

			if (hit == block.n)
				return;
			begin = record_begin(s, block,
			    begin + line_begin(str_skip(block, begin),
			    hit - begin));
			if (is_plain_record(block, begin, &h)) {
				struct str line = line_at(block, begin);

				line.n++;
				show_other(s, line, at + begin);
				begin += line.n;
				continue;
			}
		}
		begin = take_passage(s, block, at, begin, &h);
	}
}

/* ---- what goes on from block to block ---- */

static void
sift_tail(struct sieve *s)
{
	struct buf lines = s->tail;

	if (lines.n == 0)
		return;
	s->tail = (struct buf){ 0 };
	buf_add_repeated(&lines, '\n', FORMAT_SLACK);
	sift(s, str_make(lines.p, lines.n - FORMAT_SLACK), s->tail_at);
	/* Kept for the next one. */
	buf_reset(&lines);
	s->tail = lines;
}

static bool
tail_is_open(const struct sieve *s)
{
	return s->tail.n > 0 && s->tail.p[s->tail.n - 1] != '\n';
}

static bool
tail_may_go_on(const struct sieve *s)
{
	return s->tail.n > 1 && s->tail.p[s->tail.n - 2] == '\r';
}

/*
 * Completes the tail with the beginning of a block of another source (or of
 * the same, if it ends in CR); returns how much of it that is.
 */
static size_t
complete_tail(struct sieve *s, struct str block)
{
	size_t used = 0;

	if (s->tail.n == 0)
		return 0;
	if (tail_is_open(s)) {
		struct str line = line_at(block, 0);

		if (s->source_begins &&
		    (!s->contiguous || stamp_begins(line))) {
			buf_add_char(&s->tail, '\n');
		} else {
			used = line.n < block.n ? line.n + 1 : line.n;
			buf_add(&s->tail, block.p, used);
			if (line.n == block.n)
				return used; /* still without an end */
		}
	}
	while (used < block.n && tail_may_go_on(s)) {
		struct str line = line_at(block, used);

		if (used + line.n == block.n || !is_further(s, line))
			break;
		buf_add(&s->tail, line.p, line.n + 1);
		used += line.n + 1;
	}
	sift_tail(s);
	return used;
}

/* Keeps the end of a block that may go on; returns how much is left. */
static size_t
keep_tail(struct sieve *s, struct str block, uint64_t at)
{
	size_t end = block.n, begin;

	if (end == 0 || (block.p[end - 1] == '\n' &&
	    (end < 2 || block.p[end - 2] != '\r')))
		return end;
	begin = line_begin(block, block.p[end - 1] == '\n' ? end - 1 : end);
	begin = record_begin(s, block, begin);
	assert(s->tail.n == 0);
	buf_add_str(&s->tail, str_skip(block, begin));
	s->tail_at = at + begin;
	return begin;
}

void
sieve_block(struct sieve *s, struct str block, uint64_t offset)
{
	uint64_t at = s->base + offset;
	size_t used;

	lookback_seen(s->back, offset + block.n);
	used = complete_tail(s, block);
	s->source_begins = false;
	block = str_skip(block, used);
	at += used;
	if (block.n > 0)
		sift(s, str_head(block, keep_tail(s, block, at)), at);
}

void
sieve_source(struct sieve *s, const struct source *source, uint64_t from,
    bool contiguous)
{
	s->source_begins = true;
	s->contiguous = contiguous;
	s->base = lookback_source(s->back, source, from,
	    tail_is_open(s) && !contiguous);
}

void
sieve_finish(struct sieve *s)
{
	if (tail_is_open(s))
		buf_add_char(&s->tail, '\n');
	sift_tail(s);
}

/* ---- making and freeing ---- */

struct sieve *
sieve_new(const struct sieve_options *o, struct lane *l)
{
	struct sieve *s = mem_zalloc(sizeof(*s));

	s->o = *o;
	s->lane = l;
	find_init(&s->word, o->word);
	if (s->o.others) {
		struct scan_options so = o->scan;

		find_init(&s->record, o->format->record_word);
		so.wants &= EVENT_BIT(EVENT_TRANSACTION);
		so.join = false;
		s->others = o->format->scan_new(&so, o->others,
		    o->others_ctx);
	}
	stamp_clock_init(&s->clock, o->scan.zone, o->scan.year);
	s->probe = o->format->scan_new(&s->o.scan, probed, s);
	s->back = lookback_new(o->format, o->scan.zone);
	return s;
}

void
sieve_free(struct sieve **sieve)
{
	struct sieve *s = *sieve;

	if (s == NULL)
		return;
	s->o.format->scan_free(&s->probe);
	s->o.format->scan_free(&s->others);
	lookback_free(&s->back);
	buf_clear(&s->tail);
	owners_clear(&s->owners);
	free(s);
	*sieve = NULL;
}

uint64_t
sieve_bytes_back(const struct sieve *s)
{
	return lookback_bytes(s->back);
}

/* So many lines of 64 KiB may ask for others: each may cost as much again. */
#define WORTH_LINES 4

bool
sieve_is_worth(const struct sieve_options *o, struct str block)
{
	struct stamp_clock clock;
	struct line_owner owner;
	struct find word;
	size_t at = 0, asking = 0;

	find_init(&word, o->word);
	stamp_clock_init(&clock, o->scan.zone, o->scan.year);
	while ((at = find_next(&word, block, at)) < block.n) {
		size_t begin = line_begin(block, at);
		struct str line = line_at(block, begin);

		o->format->line_owner(line, &clock, &owner);
		asking += owner.place == LINE_FIRST ||
		    owner.place == LINE_CLOSING || owner.place == LINE_LAST;
		at = begin + line.n;
	}
	return asking <= WORTH_LINES * (1 + (block.n >> 16));
}
