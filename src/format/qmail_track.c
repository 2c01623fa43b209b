#include "format/qmail_track.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/num.h"

struct message {
	struct message *next; /* of the free list, or of the past ones */
	uint64_t key;
	int64_t queued_ns;
	int64_t bytes;
	int64_t delivered, bounced, deferred;
	bool remote;	      /* a remote delivery was tried */
	struct buf waiting;   /* recipients that were put off, "remote.a@b,..." */
	struct buf text;      /* number, sender, qp, uid */
	size_t number_n, sender_n, qp_n, uid_n;

	/* In a piece that is not settled: when it came and went, counted in
	 * lines, and how many results had waited when it came. */
	uint64_t begin, end;
	uint64_t results;
	struct step *done;    /* its end, which waits; NULL if it was forgotten */
};

struct delivery {
	struct delivery *next; /* of the free list */
	uint64_t key;
	uint64_t host_key;
	uint64_t number;
	uint64_t msg_key;
	int64_t began_ns;
	bool remote;
	struct buf text;      /* number of the message, recipient */
	size_t msg_n;
};

enum step_kind {
	STEP_RESULT, STEP_DELIVERY, STEP_EXTRA, STEP_END, STEP_IDLE, STEP_ONE
};

/* A line that waits for the piece before. */
struct step {
	struct step *next;
	enum step_kind kind;
	uint64_t when; /* counted in lines */
	struct qtrack_at at;
	struct qm_line line;
	/* STEP_DELIVERY: what was started here */
	uint64_t msg_key;
	int64_t began_ns;
	struct str msg_text, recipient;
	bool remote;
};

/* What is known of one qmail-send. */
struct host {
	uint64_t key;
	enum { BEFORE_UNKNOWN, BEFORE_RESULT, BEFORE_OTHER } before;
	enum { FRESH_UNKNOWN, FRESH, NOT_FRESH } fresh; /* idle, and no start yet */
	bool cleared; /* it began anew in this piece */
	/* Deliveries that were started here, but for the odd ones. */
	uint64_t first, last;
};

struct qtrack {
	event_fn *emit;
	void *ctx;
	bool settled;
	uint64_t now; /* lines so far */
	struct map messages, deliveries;
	struct message *unused_messages;
	struct delivery *unused_deliveries;
	size_t sweep_messages_at, sweep_deliveries_at;
	struct host *hosts;
	size_t n_hosts, cap_hosts, host; /* the last one used */

	/* Not settled: */
	struct step *steps, **steps_end;
	size_t n_steps;
	uint64_t n_results;    /* steps of kind RESULT */
	struct message *past;  /* gone, but a result may still be theirs */
	struct map touched;    /* message -> when it was new here, plus one */
	struct map odd;	       /* deliveries started here out of sequence */
	struct arena arena;
	uint64_t overflow;
};

#define FIRST_SWEEP 4096
/* So much is kept of those who wait for one message: a list may have very many. */
#define WAITING_BYTES 65536

/* ---- keys, hosts ---- */

static uint64_t
key_of(const struct qtrack_at *at, uint64_t number)
{
	return at->host_key ^ number;
}

static struct host *
host_of(struct qtrack *t, uint64_t key)
{
	if (t->host < t->n_hosts && t->hosts[t->host].key == key)
		return &t->hosts[t->host];
	for (t->host = 0; t->host < t->n_hosts; t->host++)
		if (t->hosts[t->host].key == key)
			return &t->hosts[t->host];
	ARRAY_PUSH(t->hosts, t->n_hosts, t->cap_hosts) = (struct host){
		.key = key };
	return &t->hosts[t->host];
}

/* ---- messages ---- */

static struct str
message_number(const struct message *m)
{
	return str_make(m->text.p, m->number_n);
}

static struct str
message_sender(const struct message *m)
{
	return str_make(m->text.p + m->number_n, m->sender_n);
}

static struct str
message_qp(const struct message *m)
{
	return str_make(m->text.p + m->number_n + m->sender_n, m->qp_n);
}

static struct str
message_uid(const struct message *m)
{
	return str_make(m->text.p + m->number_n + m->sender_n + m->qp_n,
	    m->uid_n);
}

static void
message_recycle(struct qtrack *t, struct message *m)
{
	m->next = t->unused_messages;
	t->unused_messages = m;
}

/* Takes a message out: for good, or until it is known what was its. */
static void
message_leave(struct qtrack *t, struct message *m, struct step *done)
{
	map_take(&t->messages, m->key);
	if (t->settled || m->results == t->n_results) {
		assert(done == NULL);
		message_recycle(t, m);
		return;
	}
	m->end = t->now;
	m->done = done;
	m->next = t->past;
	t->past = m;
}

static bool
too_old(int64_t since_ns, int64_t now_ns, int64_t age_ns)
{
	return since_ns != WHEN_NONE && now_ns != WHEN_NONE &&
	    num_add_signed(since_ns, age_ns) < now_ns;
}

static struct message *
message_find(struct qtrack *t, uint64_t key, int64_t now_ns)
{
	struct message *m = map_find(&t->messages, key);

	if (m && too_old(m->queued_ns, now_ns, QTRACK_MESSAGE_AGE_NS)) {
		message_leave(t, m, NULL);
		return NULL;
	}
	return m;
}

static void
sweep_messages(struct qtrack *t, int64_t now_ns)
{
	struct message **old = NULL, *m;
	size_t n = 0, cap = 0, at = 0;

	while ((m = map_next(&t->messages, &at)))
		if (too_old(m->queued_ns, now_ns, QTRACK_MESSAGE_AGE_NS))
			ARRAY_PUSH(old, n, cap) = m;
	for (size_t i = 0; i < n; i++)
		message_leave(t, old[i], NULL);
	free(old);
	t->sweep_messages_at = t->messages.n * 2 + FIRST_SWEEP;
}

static struct message *
message_add(struct qtrack *t, const struct qm_line *l,
    const struct qtrack_at *at)
{
	struct message *m = t->unused_messages;
	struct buf text, waiting;

	if (t->messages.n >= t->sweep_messages_at)
		sweep_messages(t, at->time_ns);
	if (m)
		t->unused_messages = m->next;
	else
		m = mem_zalloc(sizeof(*m));
	text = m->text;
	waiting = m->waiting;
	buf_reset(&waiting);
	buf_reset(&text);
	buf_add_str(&text, l->msg_text);
	buf_add_str(&text, l->sender);
	buf_add_str(&text, l->qp);
	buf_add_str(&text, l->uid);
	*m = (struct message){ .key = key_of(at, l->msg),
		.queued_ns = at->time_ns, .bytes = l->bytes, .text = text,
		.waiting = waiting,
		.number_n = l->msg_text.n, .sender_n = l->sender.n,
		.qp_n = l->qp.n, .uid_n = l->uid.n, .begin = t->now,
		.results = t->n_results };
	map_set(&t->messages, m->key, m);
	return m;
}

/* ---- who waits ---- */

/* "remote.a@b,": no comma is in an address that is not quoted, and what a
 * quoted one does here is only to be shown as two. */
static void
name_recipient(struct buf *b, bool remote, struct str recipient)
{
	buf_add_str(b, remote ? STR("remote.") : STR("local."));
	buf_add_str(b, recipient);
	buf_add_char(b, ',');
}

/* Where name stands in the list of those who wait, or its end. */
static size_t
find_waiting(const struct message *m, struct str name)
{
	struct str list = buf_str(&m->waiting);

	for (size_t at = 0; at < list.n;) {
		struct str rest = str_skip(list, at);

		if (str_starts(rest, name))
			return at;
		at += str_index(rest, ',') + 1;
	}
	return list.n;
}

/* Did the recipient wait before? */
static bool
set_waiting(struct message *m, bool remote, struct str recipient, bool waits)
{
	struct buf name = { 0 };
	bool waited;
	size_t at;

	if (!waits && m->waiting.n == 0)
		return false;
	name_recipient(&name, remote, recipient);
	at = find_waiting(m, buf_str(&name));
	waited = at < m->waiting.n;
	if (waits && !waited && at < WAITING_BYTES) {
		buf_add_str(&m->waiting, buf_str(&name));
	} else if (!waits && waited) {
		memmove(m->waiting.p + at, m->waiting.p + at + name.n,
		    m->waiting.n - at - name.n);
		m->waiting.n -= name.n;
	}
	buf_clear(&name);
	return waited;
}

static int
by_name(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* In an order that does not hang on where the log was cut, without the last
 * comma; the list is built in b. */
static struct str
waiting_sorted(const struct message *m, struct buf *b)
{
	struct str rest = buf_str(&m->waiting), *names = NULL;
	size_t n = 0, cap = 0;

	while (rest.n > 0) {
		size_t end = str_index(rest, ',');

		ARRAY_PUSH(names, n, cap) = str_head(rest, end);
		rest = str_skip(rest, end + 1);
	}
	if (n > 1)
		qsort(names, n, sizeof(*names), by_name);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_add_char(b, ',');
		buf_add_str(b, names[i]);
	}
	free(names);
	return buf_str(b);
}

/* ---- deliveries ---- */

static uint64_t
delivery_key(uint64_t host_key, uint64_t number)
{
	return host_key ^ number;
}

static void
delivery_recycle(struct qtrack *t, struct delivery *d)
{
	d->next = t->unused_deliveries;
	t->unused_deliveries = d;
}

/* All of a host, or with now_ns those that are too old. */
static void
drop_deliveries(struct qtrack *t, const struct host *h, int64_t now_ns)
{
	struct delivery **gone = NULL, *d;
	size_t n = 0, cap = 0, at = 0;

	if (t->deliveries.n == 0)
		return;
	while ((d = map_next(&t->deliveries, &at)))
		if (h ? d->host_key == h->key : too_old(d->began_ns, now_ns,
		    QTRACK_DELIVERY_AGE_NS))
			ARRAY_PUSH(gone, n, cap) = d;
	for (size_t i = 0; i < n; i++) {
		map_take(&t->deliveries, gone[i]->key);
		delivery_recycle(t, gone[i]);
	}
	free(gone);
}

static struct delivery *
delivery_take(struct qtrack *t, uint64_t key, int64_t now_ns)
{
	struct delivery *d = map_take(&t->deliveries, key);

	if (d && too_old(d->began_ns, now_ns, QTRACK_DELIVERY_AGE_NS)) {
		delivery_recycle(t, d);
		return NULL;
	}
	return d;
}

/* A piece remembers what it started: a later result is not the piece
 * before's.  Numbers count up by one, so first and last say it. */
static void
delivery_touch(struct qtrack *t, struct host *h, uint64_t number, void *mark)
{
	if (t->settled || h->cleared)
		return;
	if (h->first == 0)
		h->first = h->last = number;
	else if (number == h->last + 1)
		h->last = number;
	else
		map_set(&t->odd, delivery_key(h->key, number), mark);
}

static bool
delivery_touched(const struct qtrack *t, const struct host *h, uint64_t number)
{
	return h->cleared || (h->first > 0 && number >= h->first &&
	    number <= h->last) ||
	    map_find(&t->odd, delivery_key(h->key, number));
}

static void
delivery_add(struct qtrack *t, struct host *h, const struct qm_line *l,
    const struct qtrack_at *at)
{
	struct delivery *d = t->unused_deliveries, *before;
	struct buf text;

	if (t->deliveries.n >= t->sweep_deliveries_at) {
		drop_deliveries(t, NULL, at->time_ns);
		t->sweep_deliveries_at = t->deliveries.n * 2 + FIRST_SWEEP;
	}
	if (d)
		t->unused_deliveries = d->next;
	else
		d = mem_zalloc(sizeof(*d));
	text = d->text;
	buf_reset(&text);
	buf_add_str(&text, l->msg_text);
	buf_add_str(&text, l->recipient);
	*d = (struct delivery){ .key = delivery_key(h->key, l->delivery),
		.host_key = h->key, .number = l->delivery,
		.msg_key = key_of(at, l->msg), .began_ns = at->time_ns,
		.remote = l->remote, .text = text, .msg_n = l->msg_text.n };
	before = map_set(&t->deliveries, d->key, d);
	if (before)
		delivery_recycle(t, before);
	delivery_touch(t, h, l->delivery, d);
}

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
	ev.duration_ns = since(a->began_ns, at->time_ns);
	if (m) {
		event_of_message(&ev, m);
		m->remote |= a->remote;
		m->delivered += l->verdict == VERDICT_ACCEPTED;
		m->bounced += l->verdict == VERDICT_REJECTED;
		m->deferred += l->verdict == VERDICT_DEFERRED;
		ev.repeated = set_waiting(m, a->remote, a->recipient,
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
		ev.recipients = waiting_sorted(m, &waiting);
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
	uint64_t key = key_of(at, l->msg);
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
	uint64_t key = key_of(at, l->msg);
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
	uint64_t key = key_of(at, l->msg);
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
	drop_deliveries(t, h, WHEN_NONE);
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
qtrack_line(struct qtrack *t, const struct qm_line *l,
    const struct qtrack_at *at)
{
	struct host *h = host_of(t, at->host_key);

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
	struct host *h = host_of(t, s->at.host_key);

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
		struct host *h = host_of(t, r->hosts[i].key);

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

static int
by_age(const void *a, const void *b)
{
	const struct message *x = *(struct message *const *)a;
	const struct message *y = *(struct message *const *)b;

	if (x->queued_ns != y->queued_ns)
		return x->queued_ns < y->queued_ns ? -1 : 1;
	return x->key < y->key ? -1 : x->key > y->key;
}

/* All open messages, oldest first. */
static struct message **
messages_sorted(const struct qtrack *t)
{
	struct message **all = mem_alloc((t->messages.n + 1) * sizeof(*all));
	size_t n = 0, at = 0;

	while ((all[n] = map_next(&t->messages, &at)))
		n++;
	qsort(all, n, sizeof(struct message *), by_age);
	return all;
}

/* What runs when the log ends waits, too. */
static void
wait_for_running(struct qtrack *t)
{
	struct delivery *d;
	size_t at = 0;

	while ((d = map_next(&t->deliveries, &at))) {
		struct message *m = map_find(&t->messages, d->msg_key);

		if (m)
			set_waiting(m, d->remote, str_make(d->text.p + d->msg_n,
			    d->text.n - d->msg_n), true);
	}
}

void
qtrack_finish(struct qtrack *t)
{
	struct message **all;

	qtrack_settle(t);
	wait_for_running(t);
	all = messages_sorted(t);
	for (size_t i = 0; all[i]; i++) {
		/* Of no time: it is so when the log ends. */
		struct qtrack_at at = { .time_ns = WHEN_NONE };

		emit_done(t, all[i], &at, true);
	}
	free(all);
}

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
	struct message **messages = messages_sorted(t);
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

static void
messages_free(struct message *m)
{
	while (m) {
		struct message *next = m->next;

		buf_clear(&m->text);
		buf_clear(&m->waiting);
		free(m);
		m = next;
	}
}

static void
deliveries_free(struct delivery *d)
{
	while (d) {
		struct delivery *next = d->next;

		buf_clear(&d->text);
		free(d);
		d = next;
	}
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
