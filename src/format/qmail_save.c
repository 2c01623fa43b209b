/* qmail_save.c - what a tracker has open, as lines (qtrack_save) and as bytes. */
#include <assert.h>
#include <stdlib.h>

#include "base/pack.h"
#include "base/when.h"
#include "format/qmail_open.h"

static int
by_number(const void *a, const void *b)
{
	const struct delivery *x = *(struct delivery *const *)a;
	const struct delivery *y = *(struct delivery *const *)b;

	return x->number < y->number ? -1 : x->number > y->number;
}

static void
save_stamp(struct buf *b, int64_t time_ns)
{
	if (time_ns == WHEN_NONE)
		return;
	when_format(b, time_ns, WHEN_TAI64N, NULL);
	buf_add_char(b, ' ');
}

static void
save_message(struct buf *b, const struct message *m)
{
	save_stamp(b, m->queued_ns);
	buf_printf(b, "info msg %.*s: bytes %lld from ",
	    STR_ARG(message_number(m)), (long long)m->bytes);
	buf_add_str(b, message_sender(m));
	buf_printf(b, " qp %.*s uid %.*s\n", STR_ARG(message_qp(m)),
	    STR_ARG(message_uid(m)));
	if (m->delivered + m->deferred + m->bounced == 0)
		return;
	save_stamp(b, m->queued_ns);
	/* matchup passes over what stands behind its three numbers. */
	buf_printf(b, "extra %.*s %lld %lld %lld %s ",
	    STR_ARG(message_number(m)), (long long)m->delivered,
	    (long long)m->deferred, (long long)m->bounced,
	    m->remote ? "remote" : "local");
	buf_add_str(b, buf_str(&m->waiting));
	buf_add_char(b, '\n');
}

static void
save_delivery(struct buf *b, const struct delivery *d)
{
	save_stamp(b, d->began_ns);
	buf_printf(b, "starting delivery %llu: msg %.*s to %s ",
	    (unsigned long long)d->number, (int)d->msg_n, d->text.p,
	    d->remote ? "remote" : "local");
	buf_add_str(b, str_make(d->text.p + d->msg_n, d->text.n - d->msg_n));
	buf_add_char(b, '\n');
}

void
qtrack_save(const struct qtrack *t, struct buf *b)
{
	struct message **messages = messages_by_age(t);
	struct delivery **deliveries =
	    mem_alloc((t->deliveries.n + 1) * sizeof(*deliveries));
	size_t n = 0, at = 0;

	assert(t->settled);
	while ((deliveries[n] = map_next(&t->deliveries, &at)))
		n++;
	qsort(deliveries, n, sizeof(struct delivery *), by_number);
	/* So that delivery 1 is not taken for a new start. */
	if ((t->n_hosts > 0 && t->hosts[0].fresh == FRESH) ||
	    (n > 0 && deliveries[0]->number == 1))
		buf_add_str(b, STR("running\n"));
	for (size_t i = 0; messages[i]; i++)
		save_message(b, messages[i]);
	for (size_t i = 0; i < n; i++)
		save_delivery(b, deliveries[i]);
	/* Deliveries count from 1: this result is nobody's. */
	if (t->n_hosts > 0 && t->hosts[0].before == BEFORE_RESULT)
		buf_add_str(b, STR("delivery 0: success: /\n"));
	free(messages);
	free(deliveries);
}

/* ---- as bytes ---- */

static void
pack_message(struct buf *b, const struct message *m)
{
	pack_u64(b, m->key);
	pack_i64(b, m->queued_ns);
	pack_i64(b, m->bytes);
	pack_i64(b, m->delivered);
	pack_i64(b, m->bounced);
	pack_i64(b, m->deferred);
	pack_u64(b, m->remote);
	pack_str(b, buf_str(&m->waiting));
	pack_str(b, message_number(m));
	pack_str(b, message_sender(m));
	pack_str(b, message_qp(m));
	pack_str(b, message_uid(m));
}

static size_t
take_text(struct buf *b, struct unpack *in)
{
	struct str s = unpack_str(in);

	buf_add_str(b, s);
	return s.n;
}

static void
unpack_message(struct qtrack *t, struct unpack *in)
{
	struct message *m = mem_zalloc(sizeof(*m));

	m->key = unpack_u64(in);
	m->queued_ns = unpack_i64(in);
	m->bytes = unpack_i64(in);
	m->delivered = unpack_i64(in);
	m->bounced = unpack_i64(in);
	m->deferred = unpack_i64(in);
	m->remote = unpack_u64(in) != 0;
	take_text(&m->waiting, in);
	m->number_n = take_text(&m->text, in);
	m->sender_n = take_text(&m->text, in);
	m->qp_n = take_text(&m->text, in);
	m->uid_n = take_text(&m->text, in);
	messages_free(map_set(&t->messages, m->key, m));
}

static void
pack_delivery(struct buf *b, const struct delivery *d)
{
	pack_u64(b, d->key);
	pack_u64(b, d->host_key);
	pack_u64(b, d->number);
	pack_u64(b, d->msg_key);
	pack_i64(b, d->began_ns);
	pack_u64(b, d->remote);
	pack_u64(b, d->msg_n);
	pack_str(b, buf_str(&d->text));
}

static void
unpack_delivery(struct qtrack *t, struct unpack *in)
{
	struct delivery *d = mem_zalloc(sizeof(*d));

	d->key = unpack_u64(in);
	d->host_key = unpack_u64(in);
	d->number = unpack_u64(in);
	d->msg_key = unpack_u64(in);
	d->began_ns = unpack_i64(in);
	d->remote = unpack_u64(in) != 0;
	d->msg_n = (size_t)unpack_u64(in);
	take_text(&d->text, in);
	in->bad |= d->msg_n > d->text.n;
	deliveries_free(map_set(&t->deliveries, d->key, d));
}

static void
pack_host(struct buf *b, const struct host *h)
{
	pack_u64(b, h->key);
	pack_u64(b, h->before);
	pack_u64(b, h->fresh);
	pack_u64(b, h->cleared);
	pack_u64(b, h->first);
	pack_u64(b, h->last);
}

static void
unpack_host(struct qtrack *t, struct unpack *in)
{
	struct host *h = qtrack_host(t, unpack_u64(in));
	uint64_t before = unpack_u64(in), fresh = unpack_u64(in);

	in->bad |= before > BEFORE_OTHER || fresh > NOT_FRESH;
	if (in->bad)
		return;
	h->before = (unsigned)before;
	h->fresh = (unsigned)fresh;
	h->cleared = unpack_u64(in) != 0;
	h->first = unpack_u64(in);
	h->last = unpack_u64(in);
}

void
qtrack_pack(const struct qtrack *t, struct buf *b)
{
	struct message **messages = messages_by_age(t);
	const struct delivery *d;
	size_t at = 0;

	assert(t->settled);
	pack_u64(b, t->overflow);
	pack_u64(b, t->n_hosts);
	for (size_t i = 0; i < t->n_hosts; i++)
		pack_host(b, &t->hosts[i]);
	pack_u64(b, t->messages.n);
	for (size_t i = 0; messages[i]; i++)
		pack_message(b, messages[i]);
	pack_u64(b, t->deliveries.n);
	while ((d = map_next(&t->deliveries, &at)))
		pack_delivery(b, d);
	free(messages);
}

void
qtrack_unpack(struct qtrack *t, struct unpack *in)
{
	t->overflow = unpack_u64(in);
	for (size_t n = unpack_count(in); n > 0 && !in->bad; n--)
		unpack_host(t, in);
	for (size_t n = unpack_count(in); n > 0 && !in->bad; n--)
		unpack_message(t, in);
	for (size_t n = unpack_count(in); n > 0 && !in->bad; n--)
		unpack_delivery(t, in);
}
