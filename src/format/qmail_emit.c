#include "format/qmail_emit.h"

#include "base/num.h"
#include "base/when.h"

static void
event_begin(struct event *ev, enum event_kind kind, const struct qtrack_at *at)
{
	event_init(ev, kind, at->time_ns);
	ev->stream = at->stream;
	ev->line = at->line;
	ev->offset = at->offset;
}

static void
event_of_message(struct event *ev, const struct message *m)
{
	ev->queue_id = message_number(m);
	ev->sender = message_sender(m);
	ev->pid = message_qp(m);
	ev->uid = message_uid(m);
	ev->bytes = m->bytes;
	ev->queued_ns = m->queued_ns;
}

static int64_t
since(int64_t begin_ns, int64_t end_ns)
{
	if (begin_ns == WHEN_NONE || end_ns == WHEN_NONE)
		return EVENT_NO_NUMBER;
	return num_add_signed(end_ns, -begin_ns);
}

struct attempt
attempt_of(const struct delivery *d)
{
	return (struct attempt){ .began_ns = d->began_ns, .remote = d->remote,
		.msg_text = str_make(d->text.p, d->msg_n),
		.recipient = str_make(d->text.p + d->msg_n,
		    d->text.n - d->msg_n) };
}

void
emit_delivery(struct qtrack *t, const struct attempt *a, struct message *m,
    const struct qm_line *l, const struct qtrack_at *at)
{
	struct event ev;

	event_begin(&ev, EVENT_DELIVERY, at);
	ev.verdict = l->verdict;
	ev.delivery = l->delivery_text;
	ev.queue_id = a->msg_text;
	ev.recipients = a->recipient;
	ev.channel = a->remote ? STR("remote") : STR("local");
	ev.relay = a->remote ? qm_relay(l->text) : str_none();
	ev.text = l->text;
	if (l->verdict == VERDICT_ACCEPTED && !a->remote)
		ev.forwarded = qm_forwarded(l->text);
	ev.duration_ns = since(a->began_ns, at->time_ns);
	if (m) {
		event_of_message(&ev, m);
		m->remote |= a->remote;
		m->delivered += l->verdict == VERDICT_ACCEPTED;
		m->bounced += l->verdict == VERDICT_REJECTED;
		m->deferred += l->verdict == VERDICT_DEFERRED;
		ev.repeated = message_wait(m, a->remote, a->recipient,
		    l->verdict == VERDICT_DEFERRED);
	}
	t->emit(t->ctx, &ev);
}

void
emit_done(struct qtrack *t, const struct message *m,
    const struct qtrack_at *at, bool unfinished)
{
	struct buf waiting = { 0 };
	struct event ev;

	event_begin(&ev, EVENT_DONE, at);
	event_of_message(&ev, m);
	if (unfinished && m->waiting.n > 0)
		ev.recipients = message_waiting(m, &waiting);
	ev.duration_ns = unfinished ? EVENT_NO_NUMBER :
	    since(m->queued_ns, at->time_ns);
	ev.channel = m->remote ? STR("remote") : STR("local");
	ev.delivered = m->delivered;
	ev.bounced = m->bounced;
	ev.deferred = m->deferred;
	ev.unfinished = unfinished;
	t->emit(t->ctx, &ev);
	buf_clear(&waiting);
}

void
emit_text(struct qtrack *t, enum event_kind kind, struct str text,
    const struct qm_line *l, const struct qtrack_at *at)
{
	struct event ev;

	event_begin(&ev, kind, at);
	ev.text = text;
	if (kind == EVENT_BOUNCE) {
		ev.queue_id = l->msg_text;
		ev.pid = l->kind == QM_BOUNCE ? l->qp : str_none();
	}
	t->emit(t->ctx, &ev);
}

void
emit_queued(struct qtrack *t, const struct qm_line *l,
    const struct qtrack_at *at)
{
	struct event ev;

	event_begin(&ev, EVENT_QUEUED, at);
	ev.queue_id = l->msg_text;
	ev.sender = l->sender;
	ev.pid = l->qp;
	ev.uid = l->uid;
	ev.bytes = l->bytes;
	ev.queued_ns = at->time_ns;
	t->emit(t->ctx, &ev);
}
