/* qmail_join.c - two neighbouring pieces: what waited in the later one is
 * played to the one before (qmail_track.h). */
#include <assert.h>
#include <stdlib.h>

#include "format/qmail_emit.h"
#include "format/qmail_open.h"

/* The message that had the number when the step was a line of r. */
static struct message *
message_at(struct qtrack *t, struct qtrack *r, const struct step *s,
    uint64_t key)
{
	uintptr_t touched = (uintptr_t)map_find(&r->touched, key);
	struct message *m;

	if (touched == 0 || s->when < touched - 1)
		return message_find(t, key, s->at.time_ns);
	m = map_find(&r->messages, key);
	if (m && m->begin < s->when)
		return m;
	for (m = r->past; m; m = m->next)
		if (m->key == key && m->begin < s->when && s->when < m->end)
			return m;
	return NULL;
}

static void
play_result(struct qtrack *t, struct qtrack *r, const struct step *s)
{
	struct delivery *d = delivery_take(t,
	    delivery_key(s->at.host_key, s->line.delivery), s->at.time_ns);
	struct attempt a;

	if (d == NULL)
		return;
	a = attempt_of(d);
	emit_delivery(t, &a, message_at(t, r, s, d->msg_key), &s->line, &s->at);
	delivery_recycle(t, d);
}

static void
play_delivery(struct qtrack *t, const struct step *s)
{
	struct attempt a = { .began_ns = s->began_ns, .remote = s->remote,
		.msg_text = s->msg_text, .recipient = s->recipient };

	emit_delivery(t, &a, message_find(t, s->msg_key, s->at.time_ns),
	    &s->line, &s->at);
}

static void
play_step(struct qtrack *t, struct qtrack *r, struct step *s)
{
	struct host *h = qtrack_host(t, s->at.host_key);

	switch (s->kind) {
	case STEP_RESULT:
		play_result(t, r, s);
		break;
	case STEP_DELIVERY:
		play_delivery(t, s);
		break;
	case STEP_EXTRA:
		qtrack_extra(t, &s->line, &s->at);
		break;
	case STEP_END:
		qtrack_end(t, &s->line, &s->at);
		break;
	case STEP_IDLE:
		if (h->before == BEFORE_RESULT)
			break;
		h->fresh = FRESH;
		emit_text(t, EVENT_STATUS, STR("started"), &s->line, &s->at);
		break;
	case STEP_ONE:
		if (h->fresh != FRESH)
			emit_text(t, EVENT_STATUS, STR("started"), &s->line,
			    &s->at);
		break;
	}
}

/* Deliveries of t that r began anew, or whose process it saw end. */
static void
drop_touched(struct qtrack *t, const struct qtrack *r)
{
	struct delivery **gone = NULL, *d;
	size_t n = 0, cap = 0, at = 0;

	while ((d = map_next(&t->deliveries, &at)))
		for (size_t i = 0; i < r->n_hosts; i++)
			if (r->hosts[i].key == d->host_key &&
			    delivery_touched(r, &r->hosts[i], d->number))
				ARRAY_PUSH(gone, n, cap) = d;
	for (size_t i = 0; i < n; i++) {
		map_take(&t->deliveries, gone[i]->key);
		delivery_recycle(t, gone[i]);
	}
	free(gone);
}

static void
forget_touched(struct qtrack *t, const struct qtrack *r)
{
	struct message **gone = NULL, *m;
	size_t n = 0, cap = 0, at = 0;

	while ((m = map_next(&t->messages, &at)))
		if (message_touched(r, m->key))
			ARRAY_PUSH(gone, n, cap) = m;
	for (size_t i = 0; i < n; i++)
		message_leave(t, gone[i], NULL);
	free(gone);
}

static void
take_hosts(struct qtrack *t, const struct qtrack *r)
{
	for (size_t i = 0; i < r->n_hosts; i++) {
		struct host *h = qtrack_host(t, r->hosts[i].key);

		if (r->hosts[i].before != BEFORE_UNKNOWN)
			h->before = r->hosts[i].before;
		if (r->hosts[i].fresh != FRESH_UNKNOWN)
			h->fresh = r->hosts[i].fresh;
	}
}

static void
take_open(struct qtrack *t, struct qtrack *r)
{
	struct message *m;
	struct delivery *d;
	size_t at = 0;

	while ((m = map_next(&r->messages, &at)))
		map_set(&t->messages, m->key, m);
	map_clear(&r->messages);
	at = 0;
	while ((d = map_next(&r->deliveries, &at)))
		map_set(&t->deliveries, d->key, d);
	map_clear(&r->deliveries);
}

/* Messages that came and went in r while results waited: now all is known. */
static void
emit_past(struct qtrack *t, struct qtrack *r)
{
	while (r->past) {
		struct message *m = r->past;

		r->past = m->next;
		if (m->done)
			emit_done(t, m, &m->done->at, false);
		message_recycle(t, m);
	}
}

void
qtrack_join(struct qtrack *t, struct qtrack **later)
{
	struct qtrack *r = *later;

	assert(t->settled);
	for (struct step *s = r->steps; s; s = s->next)
		play_step(t, r, s);
	emit_past(t, r);
	drop_touched(t, r);
	forget_touched(t, r);
	take_hosts(t, r);
	take_open(t, r);
	t->overflow += r->overflow;
	qtrack_free(later);
}

void
qtrack_settle(struct qtrack *t)
{
	struct qtrack *first, empty;

	if (t->settled)
		return;
	/* To be joined to nothing: that knows of nothing. */
	first = qtrack_new(t->emit, t->ctx, true);
	empty = *first;
	*first = *t;
	if (first->steps == NULL)
		first->steps_end = &first->steps;
	*t = empty;
	t->steps_end = &t->steps;
	qtrack_join(t, &first);
}
