#include "format/qmail_track.h"

#include <assert.h>
#include <stdlib.h>

#include "format/qmail_emit.h"
#include "format/qmail_open.h"

/* ---- what waits ---- */

static void
copy(struct arena *a, struct str *s)
{
	if (s->p)
		*s = arena_str(a, *s);
}

/* NULL if too many wait already. */
static struct step *
step_keep(struct qtrack *t, enum step_kind kind, const struct qm_line *l,
    const struct qtrack_at *at)
{
	struct step *s;

	if (t->n_steps >= QTRACK_MAX_STEPS) {
		t->overflow++;
		return NULL;
	}
	s = arena_alloc(&t->arena, sizeof(*s));
	*s = (struct step){ .kind = kind, .when = t->now, .at = *at,
		.line = *l };
	copy(&t->arena, &s->at.stream);
	copy(&t->arena, &s->at.line);
	copy(&t->arena, &s->line.msg_text);
	copy(&t->arena, &s->line.delivery_text);
	copy(&t->arena, &s->line.text);
	copy(&t->arena, &s->line.recipient);
	t->n_steps++;
	return s;
}

static void
step_wait(struct qtrack *t, struct step *s)
{
	*t->steps_end = s;
	t->steps_end = &s->next;
}

static void
message_touch(struct qtrack *t, uint64_t key)
{
	if (!t->settled && !message_touched(t, key))
		map_set(&t->touched, key, (void *)(uintptr_t)(t->now + 1));
}

static bool
is_loose(const struct qtrack *t, uint64_t msg_key)
{
	return !t->settled && !message_touched(t, msg_key);
}

/* ---- lines ---- */

static void
message_line(struct qtrack *t, const struct qm_line *l,
    const struct qtrack_at *at)
{
	uint64_t key = qtrack_key(at, l->msg);
	struct message *m = map_find(&t->messages, key);

	if (m)
		message_leave(t, m, NULL);
	message_touch(t, key);
	if (l->kind == QM_INFO) {
		message_add(t, l, at);
		emit_queued(t, l, at);
	}
}

void
qtrack_extra(struct qtrack *t, const struct qm_line *l,
    const struct qtrack_at *at)
{
	uint64_t key = qtrack_key(at, l->msg);
	struct message *m = message_find(t, key, at->time_ns);
	struct step *s;

	if (m == NULL) {
		if (is_loose(t, key) && (s = step_keep(t, STEP_EXTRA, l, at)))
			step_wait(t, s);
		return;
	}
	m->delivered = (int64_t)l->extra[0];
	m->deferred = (int64_t)l->extra[1];
	m->bounced = (int64_t)l->extra[2];
	m->remote = l->remote;
	buf_reset(&m->waiting);
	buf_add_str(&m->waiting, l->recipient);
}

void
qtrack_end(struct qtrack *t, const struct qm_line *l, const struct qtrack_at *at)
{
	uint64_t key = qtrack_key(at, l->msg);
	struct message *m = message_find(t, key, at->time_ns);
	struct step *s;

	if (m == NULL) {
		if (is_loose(t, key) && (s = step_keep(t, STEP_END, l, at)))
			step_wait(t, s);
		return;
	}
	if (!t->settled && m->results < t->n_results &&
	    (s = step_keep(t, STEP_END, l, at))) {
		message_leave(t, m, s);
		return;
	}
	emit_done(t, m, at, false);
	message_leave(t, m, NULL);
}

/* A result of a delivery that was started here. */
static void
result_line(struct qtrack *t, struct delivery *d, const struct qm_line *l,
    const struct qtrack_at *at)
{
	struct message *m = message_find(t, d->msg_key, at->time_ns);
	struct attempt a = attempt_of(d);
	struct step *s;

	if (m == NULL && is_loose(t, d->msg_key) &&
	    (s = step_keep(t, STEP_DELIVERY, l, at))) {
		s->msg_key = d->msg_key;
		s->began_ns = a.began_ns;
		s->remote = a.remote;
		s->msg_text = arena_str(&t->arena, a.msg_text);
		s->recipient = arena_str(&t->arena, a.recipient);
		step_wait(t, s);
	} else {
		emit_delivery(t, &a, m, l, at);
	}
	delivery_recycle(t, d);
}

static void
delivery_line(struct qtrack *t, struct host *h, const struct qm_line *l,
    const struct qtrack_at *at)
{
	uint64_t key = delivery_key(at->host_key, l->delivery);
	struct delivery *d = delivery_take(t, key, at->time_ns);
	struct step *s;

	h->before = BEFORE_RESULT;
	if (d) {
		result_line(t, d, l, at);
		return;
	}
	if (t->settled || delivery_touched(t, h, l->delivery))
		return; /* its beginning is in no log: as matchup, ignored */
	if ((s = step_keep(t, STEP_RESULT, l, at))) {
		step_wait(t, s);
		t->n_results++;
	}
}

/* qmail-send was started: nothing of the process before goes on. */
static void
clear_host(struct qtrack *t, struct host *h)
{
	deliveries_drop(t, h, WHEN_NONE);
	h->cleared = true;
}

static void
idle_line(struct qtrack *t, struct host *h, const struct qm_line *l,
    const struct qtrack_at *at)
{
	struct step *s;

	clear_host(t, h);
	if (h->before == BEFORE_RESULT)
		return;
	if (h->before == BEFORE_UNKNOWN && !t->settled) {
		if ((s = step_keep(t, STEP_IDLE, l, at)))
			step_wait(t, s);
		/* Fresh if it was a start: which only the piece before knows. */
		h->fresh = FRESH_UNKNOWN;
		return;
	}
	h->fresh = FRESH;
	emit_text(t, EVENT_STATUS, STR("started"), l, at);
}

static void
start_line(struct qtrack *t, struct host *h, const struct qm_line *l,
    const struct qtrack_at *at)
{
	struct step *s;

	if (l->delivery == 1) {
		clear_host(t, h);
		if (h->fresh == FRESH_UNKNOWN && !t->settled) {
			if ((s = step_keep(t, STEP_ONE, l, at)))
				step_wait(t, s);
		} else if (h->fresh != FRESH) {
			emit_text(t, EVENT_STATUS, STR("started"), l, at);
		}
	}
	h->fresh = NOT_FRESH;
	delivery_add(t, h, l, at);
}

void
qtrack_running(struct qtrack *t, uint64_t host_key)
{
	t->now++;
	qtrack_host(t, host_key)->before = BEFORE_OTHER;
}

void
qtrack_line(struct qtrack *t, const struct qm_line *l,
    const struct qtrack_at *at)
{
	struct host *h = qtrack_host(t, at->host_key);

	t->now++;
	switch (l->kind) {
	case QM_RESULT:
		delivery_line(t, h, l, at);
		return;
	case QM_IDLE:
		idle_line(t, h, l, at);
		break;
	case QM_START:
		start_line(t, h, l, at);
		break;
	case QM_NEW:
	case QM_INFO:
		message_line(t, l, at);
		break;
	case QM_END:
		qtrack_end(t, l, at);
		break;
	case QM_EXTRA:
		qtrack_extra(t, l, at);
		break;
	case QM_BOUNCE:
		emit_text(t, EVENT_BOUNCE, STR("bounce"), l, at);
		break;
	case QM_TRIPLE:
		emit_text(t, EVENT_BOUNCE, STR("triple bounce"), l, at);
		break;
	case QM_EXITING:
		emit_text(t, EVENT_STATUS, STR("stopped"), l, at);
		break;
	case QM_OLD_STOP:
		clear_host(t, h);
		h->fresh = FRESH;
		break;
	case QM_WARNING:
	case QM_ALERT:
		/* These come between a result and its status too. */
		emit_text(t, EVENT_ALERT, l->text, l, at);
		return;
	case QM_RUNNING: case QM_OLD: case QM_UNKNOWN: case QM_EMPTY:
	case QM_KINDS:
		break;
	}
	h->before = BEFORE_OTHER;
}

/* ---- the ends ---- */

/* What runs when the log ends waits, too. */
static void
wait_for_running(struct qtrack *t)
{
	struct delivery *d;
	size_t at = 0;

	while ((d = map_next(&t->deliveries, &at))) {
		struct message *m = map_find(&t->messages, d->msg_key);

		if (m)
			message_wait(m, d->remote, str_make(d->text.p + d->msg_n,
			    d->text.n - d->msg_n), true);
	}
}

void
qtrack_finish(struct qtrack *t)
{
	struct message **all;

	qtrack_settle(t);
	wait_for_running(t);
	all = messages_by_age(t);
	for (size_t i = 0; all[i]; i++) {
		/* Of no time: it is so when the log ends. */
		struct qtrack_at at = { .time_ns = WHEN_NONE };

		emit_done(t, all[i], &at, true);
	}
	free(all);
}

/* ---- life ---- */

struct qtrack *
qtrack_new(event_fn *emit, void *ctx, bool settled)
{
	struct qtrack *t = mem_zalloc(sizeof(*t));

	t->emit = emit;
	t->ctx = ctx;
	t->settled = settled;
	t->steps_end = &t->steps;
	t->sweep_messages_at = t->sweep_deliveries_at = FIRST_SWEEP;
	return t;
}

void
qtrack_free(struct qtrack **track)
{
	struct qtrack *t = *track;
	struct message *m;
	struct delivery *d;
	size_t at = 0;

	if (t == NULL)
		return;
	while ((m = map_next(&t->messages, &at)))
		message_recycle(t, m);
	at = 0;
	while ((d = map_next(&t->deliveries, &at)))
		delivery_recycle(t, d);
	messages_free(t->unused_messages);
	messages_free(t->past);
	deliveries_free(t->unused_deliveries);
	map_clear(&t->messages);
	map_clear(&t->deliveries);
	map_clear(&t->touched);
	map_clear(&t->odd);
	free(t->hosts);
	arena_clear(&t->arena);
	free(t);
	*track = NULL;
}

uint64_t
qtrack_overflow(const struct qtrack *t)
{
	return t->overflow;
}
