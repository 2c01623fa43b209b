#include "format/qpsmtpd_track.h"

#include <assert.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/pack.h"

enum conn_state { CONN_OPEN, CONN_LOOSE, CONN_CUT };

/* A line that waits for the piece before. */
struct step {
	struct step *next;
	enum qp_kind kind;
	struct event ev; /* slices into the track's arena */
};

struct conn {
	struct conn *next; /* of the same slot, or of the free list */
	uint64_t key;
	enum conn_state state;
	bool authenticated;
	int64_t first_ns; /* its first and last line; WHEN_NONE without stamps */
	int64_t last_ns;
	/* OPEN: what its events are told.  The texts stand in one buffer, which
	 * is kept for the next connection when this one has ended. */
	struct buf text;
	size_t pid_n, client_n, host_n; /* in this order from the start of text */
	char country[2];
	bool has_country;
	char disposition[64];
	uint8_t disposition_n;
	/* LOOSE */
	struct step *steps, **steps_end;
};

/*
 * Open connections are a few dozen, rarely thousands; but a piece that does
 * not begin the log keeps the process ids of its first hour (CONN_CUT).
 */
#define SLOTS_MIN ((size_t)1024)

struct track {
	event_fn *emit;
	void *ctx;
	bool settled;
	int64_t start_ns; /* of the first line; WHEN_NONE before it */
	struct conn **slots;
	size_t n_slots; /* a power of two */
	size_t n;
	size_t sweep_at; /* sweep when n reaches this */
	struct conn *unused;
	struct conn *ended; /* LOOSE ones that ended in this piece, first last */
	struct arena arena; /* of steps */
	size_t n_steps;
	uint64_t overflow;
};

static struct conn **
slot_of(struct track *t, uint64_t key)
{
	return &t->slots[(key * UINT64_C(0x9e3779b97f4a7c15)) >> 32 &
	    (t->n_slots - 1)];
}

static void
grow_slots(struct track *t)
{
	struct conn **old = t->slots, **slot;
	size_t n_old = t->n_slots;

	t->n_slots = n_old * 2;
	t->slots = mem_zalloc(t->n_slots * sizeof(struct conn *));
	for (size_t i = 0; i < n_old; i++)
		for (struct conn *c = old[i], *next; c; c = next) {
			next = c->next;
			slot = slot_of(t, c->key);
			c->next = *slot;
			*slot = c;
		}
	free(old);
}

static void
conn_insert(struct track *t, struct conn *c)
{
	struct conn **slot;

	if (t->n >= t->n_slots)
		grow_slots(t);
	slot = slot_of(t, c->key);
	c->next = *slot;
	*slot = c;
	t->n++;
}

static struct conn *
conn_find(struct track *t, uint64_t key)
{
	struct conn *c = *slot_of(t, key);

	while (c && c->key != key)
		c = c->next;
	return c;
}

static struct conn *
conn_add(struct track *t, uint64_t key, enum conn_state state, int64_t time_ns)
{
	struct conn *c = t->unused;

	if (c)
		t->unused = c->next;
	else
		c = mem_zalloc(sizeof(*c));
	buf_reset(&c->text);
	*c = (struct conn){ .key = key, .state = state,
		.first_ns = time_ns, .last_ns = time_ns, .text = c->text };
	c->steps_end = &c->steps;
	conn_insert(t, c);
	return c;
}

/* Takes c out of the table; the caller decides what becomes of it. */
static void
conn_unlink(struct track *t, struct conn *c)
{
	struct conn **at = slot_of(t, c->key);

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	t->n--;
}

static void
conn_recycle(struct track *t, struct conn *c)
{
	c->next = t->unused;
	t->unused = c;
}

static struct str
conn_client(const struct conn *c)
{
	return str_make(c->text.p + c->pid_n, c->client_n);
}

static struct str
conn_host(const struct conn *c)
{
	return str_make(c->text.p + c->pid_n + c->client_n, c->host_n);
}

/* What the connection knows and the line does not say. */
static void
event_complete(struct event *ev, const struct conn *c)
{
	if (ev->client.p == NULL)
		ev->client = conn_client(c);
	if (ev->host.p == NULL && c->host_n > 0)
		ev->host = conn_host(c);
	if (ev->country.p == NULL && c->has_country)
		ev->country = str_make(c->country, 2);
	ev->authenticated = c->authenticated;
}

static void
emit_closed(struct track *t, const struct conn *c, struct event *ev)
{
	event_complete(ev, c);
	if (c->disposition_n > 0)
		ev->last_disposition = str_make(c->disposition, c->disposition_n);
	t->emit(t->ctx, ev);
}

static void
emit_unfinished(struct track *t, const struct conn *c)
{
	struct event ev;

	event_init(&ev, EVENT_CLOSED, c->last_ns);
	ev.unfinished = true;
	ev.pid = str_make(c->text.p, c->pid_n);
	emit_closed(t, c, &ev);
}

static void
conn_open(struct track *t, uint64_t key, const struct event *ev)
{
	struct conn *c = conn_add(t, key, CONN_OPEN, ev->time_ns);

	buf_add_str(&c->text, ev->pid);
	buf_add_str(&c->text, ev->client);
	buf_add_str(&c->text, ev->host);
	c->pid_n = ev->pid.n;
	c->client_n = ev->client.n;
	c->host_n = ev->host.n;
}

static bool
conn_expired(const struct conn *c, int64_t now_ns)
{
	return now_ns != WHEN_NONE && c->last_ns != WHEN_NONE &&
	    now_ns - c->last_ns > TRACK_AGE_NS;
}

/* Ends an OPEN connection that nothing more will be heard of. */
static void
conn_give_up(struct track *t, struct conn *c)
{
	assert(c->state == CONN_OPEN);
	emit_unfinished(t, c);
	conn_unlink(t, c);
	conn_recycle(t, c);
}

static void
sweep(struct track *t, int64_t now_ns)
{
	for (size_t i = 0; i < t->n_slots; i++)
		for (struct conn *c = t->slots[i], *next; c; c = next) {
			next = c->next;
			if (c->state == CONN_OPEN && conn_expired(c, now_ns))
				conn_give_up(t, c);
		}
	t->sweep_at = t->n * 2 + SLOTS_MIN;
}

/* Could the piece before know the beginning of a connection seen now? */
static bool
may_be_loose(const struct track *t, int64_t time_ns)
{
	return !t->settled && (time_ns == WHEN_NONE ||
	    t->start_ns == WHEN_NONE || time_ns - t->start_ns <= TRACK_AGE_NS);
}

/*
 * Marks the id as begun anew, so that the piece before is not asked; later
 * than it could be asked that need not be said.
 */
static void
cut(struct track *t, uint64_t key, int64_t time_ns)
{
	if (may_be_loose(t, time_ns) && conn_find(t, key) == NULL)
		conn_add(t, key, CONN_CUT, time_ns);
}

/* A line of an OPEN connection. */
static void
open_line(struct track *t, struct conn *c, enum qp_kind kind, struct event *ev)
{
	if (ev->time_ns != WHEN_NONE)
		c->last_ns = ev->time_ns;
	switch (kind) {
	case QP_COUNTRY:
		ev->repeated = c->has_country;
		if (ev->country.n == 2) {
			memcpy(c->country, ev->country.p, 2);
			c->has_country = true;
		}
		break;
	case QP_LOGIN:
		c->authenticated = true;
		break;
	case QP_RECORD:
		c->disposition_n = (uint8_t)(ev->disposition.n <
		    sizeof(c->disposition) ? ev->disposition.n :
		    sizeof(c->disposition));
		if (c->disposition_n)
			memcpy(c->disposition, ev->disposition.p,
			    c->disposition_n);
		break;
	case QP_TIME:
	case QP_CLEANING:
		emit_closed(t, c, ev);
		conn_unlink(t, c);
		conn_recycle(t, c);
		cut(t, c->key, ev->time_ns);
		return;
	case QP_DMARC: case QP_SPAM: case QP_CHECK:
		break;
	case QP_UNKNOWN: case QP_ACCEPTED: case QP_TOO_MANY:
	case QP_CLIENT_LIMIT: case QP_REFUSED: case QP_REPLY: case QP_COMMAND:
	case QP_PROGRESS: case QP_CONTINUATION: case QP_SUMMARY: case QP_EMPTY:
	case QP_KINDS:
		assert(false && "a line of no connection");
	}
	event_complete(ev, c);
	t->emit(t->ctx, ev);
}

/* A line of a process that nothing is known of. */
static void
lone_line(struct track *t, enum qp_kind kind, struct event *ev)
{
	/* "cleaning up after" follows connection_time as a rule: no news. */
	if (kind != QP_CLEANING)
		t->emit(t->ctx, ev);
}

static void
step_keep(struct track *t, struct conn *c, enum qp_kind kind,
    const struct event *ev)
{
	struct step *step = arena_alloc(&t->arena, sizeof(*step));

	step->next = NULL;
	step->kind = kind;
	step->ev = event_copy(&t->arena, ev);
	*c->steps_end = step;
	c->steps_end = &step->next;
	if (ev->time_ns != WHEN_NONE)
		c->last_ns = ev->time_ns;
	t->n_steps++;
}

/* The connection ended: it leaves the table, its lines go on waiting. */
static void
loose_end(struct track *t, struct conn *c)
{
	conn_unlink(t, c);
	c->next = t->ended;
	t->ended = c;
	cut(t, c->key, c->last_ns);
}

/* A line without an open connection; c is LOOSE, CUT or NULL. */
static void
loose_line(struct track *t, struct conn *c, enum qp_kind kind,
    struct event *ev)
{
	if (c && c->state == CONN_LOOSE && conn_expired(c, ev->time_ns)) {
		loose_end(t, c);
		c = NULL;
	}
	if (c == NULL || c->state == CONN_CUT) {
		lone_line(t, kind, ev);
		return;
	}
	if (t->n_steps >= TRACK_MAX_LOOSE) {
		t->overflow++;
		lone_line(t, kind, ev);
		return;
	}
	step_keep(t, c, kind, ev);
	if (kind == QP_TIME || kind == QP_CLEANING)
		loose_end(t, c);
}

static void
begin(struct track *t, uint64_t key, struct conn *old, struct event *ev)
{
	if (old && old->state == CONN_OPEN)
		conn_give_up(t, old);
	else if (old && old->state == CONN_LOOSE) {
		conn_unlink(t, old);
		old->next = t->ended;
		t->ended = old;
	} else if (old) {
		conn_unlink(t, old);
		conn_recycle(t, old);
	}
	conn_open(t, key, ev);
	t->emit(t->ctx, ev);
}

void
track_line(struct track *t, enum qp_kind kind, uint64_t key, struct event *ev)
{
	struct conn *c = conn_find(t, key);

	if (t->start_ns == WHEN_NONE)
		t->start_ns = ev->time_ns;
	if (t->n >= t->sweep_at)
		sweep(t, ev->time_ns), c = conn_find(t, key);
	if (kind == QP_ACCEPTED) {
		begin(t, key, c, ev);
		return;
	}
	if (c && c->state == CONN_OPEN && conn_expired(c, ev->time_ns)) {
		conn_give_up(t, c);
		cut(t, key, ev->time_ns);
		c = conn_find(t, key);
	}
	if (c && c->state == CONN_OPEN) {
		open_line(t, c, kind, ev);
		return;
	}
	if (c == NULL && may_be_loose(t, ev->time_ns))
		c = conn_add(t, key, CONN_LOOSE, ev->time_ns);
	loose_line(t, c, kind, ev);
}

struct track *
track_new(event_fn *emit, void *ctx, bool settled)
{
	struct track *t = mem_zalloc(sizeof(*t));

	t->emit = emit;
	t->ctx = ctx;
	t->settled = settled;
	t->start_ns = WHEN_NONE;
	t->sweep_at = SLOTS_MIN;
	t->n_slots = SLOTS_MIN;
	t->slots = mem_zalloc(t->n_slots * sizeof(struct conn *));
	return t;
}

static void
conns_free(struct conn *c)
{
	while (c) {
		struct conn *next = c->next;

		buf_clear(&c->text);
		free(c);
		c = next;
	}
}

void
track_free(struct track **t)
{
	if (*t == NULL)
		return;
	for (size_t i = 0; i < (*t)->n_slots; i++)
		conns_free((*t)->slots[i]);
	free((*t)->slots);
	conns_free((*t)->unused);
	conns_free((*t)->ended);
	arena_clear(&(*t)->arena);
	free(*t);
	*t = NULL;
}

/* Plays the lines of a loose connection of a later piece to t. */
static void
replay(struct track *t, const struct conn *loose)
{
	for (struct step *s = loose->steps; s; s = s->next)
		track_line(t, s->kind, loose->key, &s->ev);
}

static int
by_first_line(const void *a, const void *b)
{
	const struct conn *x = *(struct conn *const *)a;
	const struct conn *y = *(struct conn *const *)b;

	if (x->first_ns != y->first_ns)
		return x->first_ns < y->first_ns ? -1 : 1;
	return x->key < y->key ? -1 : x->key > y->key;
}

/* All loose connections of t in the order of their first lines, taken out. */
static struct conn **
loose_take(struct track *t, size_t *n)
{
	struct conn **all = NULL, *c, *next;
	size_t cap = 0;

	*n = 0;
	for (c = t->ended; c; c = next) {
		next = c->next;
		ARRAY_PUSH(all, *n, cap) = c;
	}
	t->ended = NULL;
	for (size_t i = 0; i < t->n_slots; i++)
		for (c = t->slots[i]; c; c = next) {
			next = c->next;
			if (c->state == CONN_LOOSE) {
				conn_unlink(t, c);
				ARRAY_PUSH(all, *n, cap) = c;
			}
		}
	if (*n > 1)
		qsort(all, *n, sizeof(struct conn *), by_first_line);
	return all;
}

static void
drop_cuts(struct track *t)
{
	for (size_t i = 0; i < t->n_slots; i++)
		for (struct conn *c = t->slots[i], *next; c; c = next) {
			next = c->next;
			if (c->state == CONN_CUT) {
				conn_unlink(t, c);
				conn_recycle(t, c);
			}
		}
}

void
track_settle(struct track *t)
{
	struct conn **loose;
	size_t n;

	if (t->settled)
		return;
	loose = loose_take(t, &n);
	for (size_t i = 0; i < n; i++) {
		for (struct step *s = loose[i]->steps; s; s = s->next)
			lone_line(t, s->kind, &s->ev);
		conn_recycle(t, loose[i]);
	}
	free(loose);
	drop_cuts(t);
	arena_clear(&t->arena);
	t->n_steps = 0;
	t->settled = true;
}

/* A connection of the later piece that began there: it is t's now. */
static void
adopt(struct track *t, struct conn *c)
{
	struct conn *old = conn_find(t, c->key);

	if (old && old->state == CONN_OPEN)
		conn_give_up(t, old);
	else if (old) {
		conn_unlink(t, old);
		conn_recycle(t, old);
	}
	if (c->state == CONN_CUT && t->settled) {
		conn_recycle(t, c);
		return;
	}
	conn_insert(t, c);
}

void
track_join(struct track *t, struct track **later)
{
	struct track *r = *later;
	struct conn **loose;
	size_t n;

	loose = loose_take(r, &n);
	for (size_t i = 0; i < n; i++) {
		replay(t, loose[i]);
		conn_recycle(r, loose[i]);
	}
	free(loose);
	for (size_t i = 0; i < r->n_slots; i++)
		for (struct conn *c = r->slots[i], *next; c; c = next) {
			next = c->next;
			conn_unlink(r, c);
			adopt(t, c);
		}
	t->overflow += r->overflow;
	track_free(later);
}

void
track_finish(struct track *t)
{
	track_settle(t);
	for (size_t i = 0; i < t->n_slots; i++)
		while (t->slots[i])
			conn_give_up(t, t->slots[i]);
}

uint64_t
track_overflow(const struct track *t)
{
	return t->overflow;
}

/* ---- for a later run ---- */

static void
conn_save(const struct conn *c, struct buf *b)
{
	pack_u64(b, c->key);
	pack_u64(b, c->authenticated);
	pack_i64(b, c->first_ns);
	pack_i64(b, c->last_ns);
	pack_str(b, str_make(c->text.p, c->pid_n));
	pack_str(b, conn_client(c));
	pack_str(b, conn_host(c));
	pack_str(b, c->has_country ? str_make(c->country, 2) : str_none());
	pack_str(b, str_make(c->disposition, c->disposition_n));
}

void
track_save(const struct track *t, struct buf *b)
{
	assert(t->settled);
	pack_u64(b, t->overflow);
	pack_i64(b, t->start_ns);
	pack_u64(b, t->n);
	for (size_t i = 0; i < t->n_slots; i++)
		for (const struct conn *c = t->slots[i]; c; c = c->next)
			conn_save(c, b);
}

static void
conn_restore(struct track *t, struct unpack *in)
{
	struct conn *c = conn_add(t, unpack_u64(in), CONN_OPEN, WHEN_NONE);
	struct str pid, client, host, country, disposition;

	c->authenticated = unpack_u64(in) != 0;
	c->first_ns = unpack_i64(in);
	c->last_ns = unpack_i64(in);
	pid = unpack_str(in);
	client = unpack_str(in);
	host = unpack_str(in);
	country = unpack_str(in);
	disposition = str_head(unpack_str(in), sizeof(c->disposition));
	buf_add_str(&c->text, pid);
	buf_add_str(&c->text, client);
	buf_add_str(&c->text, host);
	c->pid_n = pid.n;
	c->client_n = client.n;
	c->host_n = host.n;
	c->has_country = country.n == 2;
	if (c->has_country)
		memcpy(c->country, country.p, 2);
	c->disposition_n = (uint8_t)disposition.n;
	if (disposition.n > 0)
		memcpy(c->disposition, disposition.p, disposition.n);
}

void
track_restore(struct track *t, struct unpack *in)
{
	t->overflow = unpack_u64(in);
	t->start_ns = unpack_i64(in);
	for (size_t n = unpack_count(in); n > 0 && !in->bad; n--)
		conn_restore(t, in);
}
