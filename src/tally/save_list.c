#include "tally/save_list.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/pack.h"
#include "event/event.h"
#include "tally/key_names.h"
#include "tally/tally_private.h"

static void
save_text(const struct tally *t, struct buf *b, uint32_t id)
{
	pack_str(b, tally_text(t, id));
}

static uint32_t
load_text(struct tally *t, struct unpack *in)
{
	return intern_add(&t->texts, unpack_str(in));
}

/* ---- the slowest connections ---- */

static void
save_slowest(struct tally *t, struct buf *b)
{
	pack_u64(b, t->n_slowest);
	for (size_t i = 0; i < t->n_slowest; i++) {
		const struct slow_connection *c = &t->slowest[i];

		pack_i64(b, c->duration_ns);
		pack_i64(b, c->time_ns);
		save_text(t, b, c->pid);
		save_text(t, b, c->client);
		save_text(t, b, c->disposition);
	}
}

static void
load_slowest(struct tally *t, struct unpack *in)
{
	for (size_t n = unpack_count(in); n > 0 && !in->bad; n--) {
		struct slow_connection c = { .duration_ns = unpack_i64(in) };

		c.time_ns = unpack_i64(in);
		c.pid = load_text(t, in);
		c.client = load_text(t, in);
		c.disposition = load_text(t, in);
		if (!in->bad)
			tally_add_slow(t, &c);
	}
}

/* ---- texts of no known shape ---- */

static void
save_odd(struct tally *t, struct buf *b)
{
	pack_u64(b, t->n_odd);
	for (size_t i = 0; i < t->n_odd; i++) {
		pack_u64(b, t->odd[i].count);
		pack_str(b, str_make(t->odd[i].text, t->odd[i].n));
	}
}

static void
load_odd(struct tally *t, struct unpack *in)
{
	for (size_t n = unpack_count(in); n > 0 && !in->bad; n--) {
		uint64_t count = unpack_u64(in);
		struct str text = unpack_str(in);

		if (!in->bad)
			tally_add_odd(t, text, count);
	}
}

/* ---- results of deliveries ---- */

static void
save_results(struct tally *t, struct buf *b)
{
	for (size_t i = 0; i < 3; i++) {
		struct results *r = &t->queue.results[i];

		results_trim(r);

		pack_u64(b, r->n);
		for (size_t j = 0; j < r->n; j++) {
			const struct result_entry *e = &r->entries[j];

			pack_str(b, str_make(e->text, e->n));
			pack_u64(b, e->count);
			pack_i64(b, e->sum_ns);
		}
	}
}

static void
load_results(struct tally *t, struct unpack *in)
{
	for (size_t i = 0; i < 3; i++)
		for (size_t n = unpack_count(in); n > 0 && !in->bad; n--) {
			struct str text = unpack_str(in);
			uint64_t count = unpack_u64(in);
			int64_t sum_ns = unpack_i64(in);

			if (!in->bad)
				results_add(&t->queue.results[i], text, count,
				    sum_ns);
		}
}

/* ---- messages in the queue ---- */

static void
save_open(struct tally *t, struct buf *b)
{
	pack_u64(b, t->queue.n_open);
	for (size_t i = 0; i < t->queue.n_open; i++) {
		const struct open_message *m = &t->queue.open[i];

		pack_i64(b, m->queued_ns);
		pack_i64(b, m->bytes);
		pack_i64(b, m->delivered);
		pack_i64(b, m->bounced);
		pack_i64(b, m->deferred);
		save_text(t, b, m->queue_id);
		save_text(t, b, m->sender);
		save_text(t, b, m->pid);
		save_text(t, b, m->uid);
		save_text(t, b, m->waiting);
	}
}

static void
load_open(struct tally *t, struct unpack *in)
{
	struct queue_lists *q = &t->queue;

	for (size_t n = unpack_count(in); n > 0 && !in->bad; n--) {
		struct open_message m = { .queued_ns = unpack_i64(in) };

		m.bytes = unpack_i64(in);
		m.delivered = unpack_i64(in);
		m.bounced = unpack_i64(in);
		m.deferred = unpack_i64(in);
		m.queue_id = load_text(t, in);
		m.sender = load_text(t, in);
		m.pid = load_text(t, in);
		m.uid = load_text(t, in);
		m.waiting = load_text(t, in);
		if (!in->bad)
			ARRAY_PUSH(q->open, q->n_open, q->cap_open) = m;
	}
}

/* ---- a queue's log ---- */

static void
save_logged(struct tally *t, struct buf *b)
{
	size_t n;
	const struct logged *log = tally_logged(t, &n);

	pack_u64(b, n);
	for (size_t i = 0; i < n; i++) {
		const struct logged *l = &log[i];

		pack_str(b, str_from(event_kind_name(l->kind)));
		pack_str(b, str_from(verdict_name(l->verdict)));
		pack_str(b, key_name(DIM_DELIVERY, KEY_1, l->channel, NULL));
		pack_i64(b, l->time_ns);
		pack_i64(b, l->queued_ns);
		pack_i64(b, l->duration_ns);
		pack_i64(b, l->bytes);
		pack_i64(b, l->delivered);
		pack_i64(b, l->bounced);
		pack_i64(b, l->deferred);
		pack_str(b, l->sender);
		pack_str(b, l->recipient);
		pack_str(b, l->pid);
		pack_str(b, l->uid);
		pack_str(b, l->text);
	}
}

static uint32_t
load_name(struct unpack *in, enum dim_id dim, enum key_place place)
{
	uint32_t value;

	if (key_of_name(dim, place, unpack_str(in), NULL, &value))
		return value;
	in->bad = true;
	return 0;
}

static void
load_logged(struct tally *t, struct unpack *in)
{
	for (size_t n = unpack_count(in); n > 0 && !in->bad; n--) {
		struct event ev;

		/* The names of kinds and channels are those of dimensions. */
		event_init(&ev, (enum event_kind)load_name(in, DIM_STREAM,
		    KEY_2), WHEN_NONE);
		ev.verdict = (enum verdict)load_name(in, DIM_STREAM,
		    KEY_VERDICT);
		ev.channel = unpack_str(in);
		ev.time_ns = unpack_i64(in);
		ev.queued_ns = unpack_i64(in);
		ev.duration_ns = unpack_i64(in);
		ev.bytes = unpack_i64(in);
		ev.delivered = unpack_i64(in);
		ev.bounced = unpack_i64(in);
		ev.deferred = unpack_i64(in);
		ev.sender = unpack_str(in);
		ev.recipients = unpack_str(in);
		ev.pid = unpack_str(in);
		ev.uid = unpack_str(in);
		ev.text = unpack_str(in);
		if (!in->bad)
			queue_add_logged(t, &ev);
	}
}

/* ---- which list goes with which dimension ---- */

static const struct {
	enum dim_id dim;
	void (*save)(struct tally *t, struct buf *b);
	void (*load)(struct tally *t, struct unpack *in);
} lists[] = {
	{ DIM_CONNECTION_TIME, save_slowest, load_slowest },
	{ DIM_COUNTER, save_odd, load_odd },
	{ DIM_RESULT, save_results, load_results },
	{ DIM_QUEUE_OPEN, save_open, load_open },
	{ DIM_QUEUE_LOG, save_logged, load_logged },
};

void
tally_save_list(struct tally *t, enum dim_id dim, struct buf *b)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (lists[i].dim == dim)
			lists[i].save(t, b);
}

void
tally_load_list(struct tally *t, enum dim_id dim, struct unpack *in)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (lists[i].dim == dim)
			lists[i].load(t, in);
}
