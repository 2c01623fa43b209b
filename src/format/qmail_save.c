/* qmail_save.c - what a tracker has open, as lines (qtrack_save). */
#include <assert.h>
#include <stdlib.h>

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
