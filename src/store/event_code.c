#include "store/event_code.h"

#include <stddef.h>

#include "base/when.h"

#define VERSION 1

/*
 * The fields, in the order of their bits: further ones only behind the last,
 * and none is ever taken out.
 */
static const size_t texts[] = {
	offsetof(struct event, pid), offsetof(struct event, client),
	offsetof(struct event, host), offsetof(struct event, helo),
	offsetof(struct event, country), offsetof(struct event, sender),
	offsetof(struct event, recipients), offsetof(struct event, disposition),
	offsetof(struct event, code), offsetof(struct event, text),
	offsetof(struct event, trailer), offsetof(struct event, check),
	offsetof(struct event, result), offsetof(struct event, stream),
	offsetof(struct event, queue_id), offsetof(struct event, relay),
	offsetof(struct event, delivery), offsetof(struct event, channel),
	offsetof(struct event, uid), offsetof(struct event, last_disposition),
	offsetof(struct event, forwarded),
};
#define TEXTS (sizeof(texts) / sizeof(texts[0]))
static const size_t numbers[] = {
	offsetof(struct event, score_milli),
	offsetof(struct event, required_milli),
	offsetof(struct event, duration_ns), offsetof(struct event, queued_ns),
	offsetof(struct event, delivered), offsetof(struct event, bounced),
	offsetof(struct event, deferred), offsetof(struct event, bytes),
	offsetof(struct event, running), offsetof(struct event, limit),
};
#define NUMBERS (sizeof(numbers) / sizeof(numbers[0]))
static const size_t flags[] = {
	offsetof(struct event, authenticated), offsetof(struct event, repeated),
	offsetof(struct event, unfinished),
};
#define FLAGS (sizeof(flags) / sizeof(flags[0]))
/* Of enum limit_scope: of one client. */
#define SCOPE_BIT (UINT64_C(1) << (TEXTS + NUMBERS + FLAGS))

_Static_assert(EVENT_NO_NUMBER == WHEN_NONE, "one value is absent in all");

static struct str *
text_of(struct event *ev, size_t i)
{
	return (struct str *)(void *)((char *)ev + texts[i]);
}

static int64_t *
number_of(struct event *ev, size_t i)
{
	return (int64_t *)(void *)((char *)ev + numbers[i]);
}

static bool *
flag_of(struct event *ev, size_t i)
{
	return (bool *)((char *)ev + flags[i]);
}

/* ---- writing ---- */

void
event_write_begin(struct event_writer *w, struct buf *out)
{
	*w = (struct event_writer){ .out = out };
	pack_u64(out, VERSION);
	pack_u64(out, EVENT_KINDS);
	for (int k = 0; k < EVENT_KINDS; k++)
		pack_str(out, str_from(event_kind_name((enum event_kind)k)));
	pack_u64(out, VERDICT_DEFERRED + 1);
	for (int v = 0; v <= VERDICT_DEFERRED; v++)
		pack_str(out, str_from(verdict_name((enum verdict)v)));
}

/* What a row has, a bit a field. */
static uint64_t
fields_of(struct event *ev)
{
	uint64_t has = 0, bit = 1;

	for (size_t i = 0; i < TEXTS; i++, bit <<= 1)
		if (text_of(ev, i)->p)
			has |= bit;
	for (size_t i = 0; i < NUMBERS; i++, bit <<= 1)
		if (*number_of(ev, i) != EVENT_NO_NUMBER)
			has |= bit;
	for (size_t i = 0; i < FLAGS; i++, bit <<= 1)
		if (*flag_of(ev, i))
			has |= bit;
	return ev->scope == LIMIT_CLIENT ? has | SCOPE_BIT : has;
}

/* Room for all but texts. */
#define ROW_BYTES (PACK_NUMBER_MAX * (5 + TEXTS + NUMBERS))

void
event_write(struct event_writer *w, const struct event *event,
    struct str stream)
{
	struct event ev = *event;
	size_t room = ROW_BYTES;
	uint64_t has;
	char *p, *begin;

	if (str_eq(ev.stream, stream))
		ev.stream = str_none();
	has = fields_of(&ev);
	for (size_t i = 0; i < TEXTS; i++)
		room += text_of(&ev, i)->n;
	begin = p = buf_reserve(w->out, room);
	p = pack_number(p, has);
	*p++ = (char)ev.kind;
	*p++ = (char)ev.verdict;
	/* Modulo 2^64: no time is a time too. */
	p = pack_number(p, pack_zigzag(
	    (int64_t)((uint64_t)ev.time_ns - (uint64_t)w->time_ns)));
	p = pack_number(p, pack_zigzag((int64_t)(ev.offset - w->offset)));
	for (size_t i = 0; i < TEXTS; i++) {
		struct str s = *text_of(&ev, i);

		if (s.p == NULL)
			continue;
		p = pack_number(p, s.n);
		if (s.n > 0)
			memcpy(p, s.p, s.n);
		p += s.n;
	}
	for (size_t i = 0; i < NUMBERS; i++)
		if (*number_of(&ev, i) != EVENT_NO_NUMBER)
			p = pack_number(p, pack_zigzag(*number_of(&ev, i)));
	w->out->n += (size_t)(p - begin);
	w->time_ns = ev.time_ns;
	w->offset = ev.offset;
}

void
event_write_on(struct event_writer *w, const struct event_reader *r,
    struct buf *out)
{
	*w = (struct event_writer){ .out = out, .time_ns = r->time_ns,
		.offset = r->offset };
}

/* ---- reading ---- */

/* The kind of that name in this program; EVENT_KINDS if there is none. */
static uint8_t
kind_of(struct str name)
{
	uint8_t k = 0;

	while (k < EVENT_KINDS &&
	    !str_eq(name, str_from(event_kind_name((enum event_kind)k))))
		k++;
	return k;
}

static uint8_t
verdict_of(struct str name)
{
	uint8_t v = 0;

	while (v <= VERDICT_DEFERRED &&
	    !str_eq(name, str_from(verdict_name((enum verdict)v))))
		v++;
	return v;
}

bool
event_read_begin(struct event_reader *r, struct str block, struct str stream)
{
	*r = (struct event_reader){ .in = unpack_begin(block),
		.stream = stream };
	if (unpack_u64(&r->in) != VERSION)
		return false;
	r->n_kinds = (unsigned)unpack_count(&r->in);
	if (r->n_kinds > sizeof(r->kinds))
		return false;
	for (unsigned i = 0; i < r->n_kinds; i++)
		r->kinds[i] = kind_of(unpack_str(&r->in));
	r->n_verdicts = (unsigned)unpack_count(&r->in);
	if (r->n_verdicts > sizeof(r->verdicts))
		return false;
	for (unsigned i = 0; i < r->n_verdicts; i++)
		r->verdicts[i] = verdict_of(unpack_str(&r->in));
	return !r->in.bad;
}

static struct str
read_text(struct unpack *in)
{
	size_t n = unpack_count(in);
	struct str s = str_make((const char *)in->at, n);

	in->at += n;
	return s;
}

bool
event_read(struct event_reader *r, struct event *ev)
{
	struct unpack *in = &r->in;
	uint64_t has, bit = 1;
	uint64_t kind, verdict;

	if (in->at == in->end || in->bad)
		return false;
	has = unpack_u64(in);
	kind = unpack_u64(in);
	verdict = unpack_u64(in);
	if (kind >= r->n_kinds || r->kinds[kind] == EVENT_KINDS ||
	    verdict >= r->n_verdicts || r->verdicts[verdict] > VERDICT_DEFERRED) {
		in->bad = true;
		return false;
	}
	r->time_ns = (int64_t)((uint64_t)r->time_ns + (uint64_t)unpack_i64(in));
	r->offset += (uint64_t)unpack_i64(in);
	event_init(ev, (enum event_kind)r->kinds[kind], r->time_ns);
	ev->verdict = (enum verdict)r->verdicts[verdict];
	ev->offset = r->offset;
	ev->stream = r->stream;
	for (size_t i = 0; i < TEXTS; i++, bit <<= 1)
		if (has & bit)
			*text_of(ev, i) = read_text(in);
	for (size_t i = 0; i < NUMBERS; i++, bit <<= 1)
		if (has & bit)
			*number_of(ev, i) = unpack_i64(in);
	for (size_t i = 0; i < FLAGS; i++, bit <<= 1)
		*flag_of(ev, i) = has & bit;
	ev->scope = has & SCOPE_BIT ? LIMIT_CLIENT : LIMIT_TOTAL;
	return !in->bad;
}
