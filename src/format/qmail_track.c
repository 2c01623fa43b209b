#include "format/qmail_track.h"

#include <assert.h>
#include <stdlib.h>

#include "base/num.h"
#include "format/qmail_open.h"

/* ---- events ---- */

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

/* A finished attempt: what was started, and the line that tells the result. */
struct attempt {
	int64_t began_ns;
	struct str msg_text, recipient;
	bool remote;
};

static void
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

static void
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

static void
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

static void
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

/* Has the message's number been given anew in this piece? */
static bool
message_touched(const struct qtrack *t, uint64_t key)
{
	return map_find(&t->touched, key) != NULL;
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

static void
extra_line(struct qtrack *t, const struct qm_line *l,
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

static void
end_line(struct qtrack *t, const struct qm_line *l, const struct qtrack_at *at)
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
	struct attempt a = { .began_ns = d->began_ns, .remote = d->remote,
		.msg_text = str_make(d->text.p, d->msg_n),
		.recipient = str_make(d->text.p + d->msg_n,
		    d->text.n - d->msg_n) };
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
		end_line(t, l, at);
		break;
	case QM_EXTRA:
		extra_line(t, l, at);
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

/* ---- joining ---- */

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
	a = (struct attempt){ .began_ns = d->began_ns, .remote = d->remote,
		.msg_text = str_make(d->text.p, d->msg_n),
		.recipient = str_make(d->text.p + d->msg_n,
		    d->text.n - d->msg_n) };
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
		extra_line(t, &s->line, &s->at);
		break;
	case STEP_END:
		end_line(t, &s->line, &s->at);
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
