#include "tally/queue.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/when.h"
#include "tally/tally_private.h"

void
queue_init(struct queue_lists *q)
{
	*q = (struct queue_lists){ 0 };
	for (size_t i = 0; i < 3; i++)
		results_init(&q->results[i]);
	accounts_init(&q->accounts);
}

/* ---- messages still there ---- */

void
queue_add_open(struct tally *t, const struct event *ev)
{
	struct queue_lists *q = &t->queue;

	ARRAY_PUSH(q->open, q->n_open, q->cap_open) = (struct open_message){
		.queued_ns = ev->queued_ns, .bytes = ev->bytes,
		.delivered = ev->delivered, .bounced = ev->bounced,
		.deferred = ev->deferred,
		.queue_id = intern_add(&t->texts, ev->queue_id),
		.sender = intern_add(&t->texts, ev->sender),
		.pid = intern_add(&t->texts, ev->pid),
		.uid = intern_add(&t->texts, ev->uid),
		.waiting = intern_add(&t->texts, ev->recipients) };
}

const struct open_message *
tally_open(const struct tally *t, size_t *n)
{
	*n = t->queue.n_open;
	return t->queue.open;
}

/* ---- the log ---- */

static int
number_order(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/*
 * Oldest first.  Of one time by what they say: where they stood in a file
 * hangs on how the log was cut.
 */
static int
by_time(const void *a, const void *b)
{
	const struct logged *x = a, *y = b;
	int order = number_order(x->time_ns, y->time_ns);

	if (order == 0)
		order = number_order(x->kind, y->kind);
	if (order == 0)
		order = str_cmp(x->recipient, y->recipient);
	if (order == 0)
		order = str_cmp(x->sender, y->sender);
	if (order == 0)
		order = str_cmp(x->pid, y->pid);
	if (order == 0)
		order = str_cmp(x->uid, y->uid);
	if (order == 0)
		order = str_cmp(x->text, y->text);
	if (order == 0)
		order = number_order(x->verdict, y->verdict);
	if (order == 0)
		order = number_order(x->channel, y->channel);
	if (order == 0)
		order = number_order(x->queued_ns, y->queued_ns);
	if (order == 0)
		order = number_order(x->duration_ns, y->duration_ns);
	if (order == 0)
		order = number_order(x->bytes, y->bytes);
	if (order == 0)
		order = number_order(x->delivered, y->delivered);
	if (order == 0)
		order = number_order(x->bounced, y->bounced);
	return order ? order : number_order(x->deferred, y->deferred);
}

static void
sort_log(struct queue_lists *q)
{
	if (q->n_log > 1)
		qsort(q->log, q->n_log, sizeof(*q->log), by_time);
}

/* The texts of an entry stand in one block, which begins with the sender. */
static void
take_text(struct str *s, char **at)
{
	if (s->n > 0)
		memcpy(*at, s->p, s->n);
	s->p = *at;
	*at += s->n;
}

static void
take_texts(struct logged *l)
{
	char *at = mem_alloc(l->sender.n + l->recipient.n + l->pid.n +
	    l->uid.n + l->text.n + 1);

	take_text(&l->sender, &at);
	take_text(&l->recipient, &at);
	take_text(&l->pid, &at);
	take_text(&l->uid, &at);
	take_text(&l->text, &at);
}

static void
free_texts(const struct logged *l)
{
	free((void *)(uintptr_t)l->sender.p);
}

/* Leaves the last TALLY_LOGGED where there are more than when. */
static void
trim_log(struct tally *t, size_t when)
{
	struct queue_lists *q = &t->queue;
	size_t gone;

	if (t->o.log_all || q->n_log <= when)
		return;
	sort_log(q);
	gone = q->n_log - TALLY_LOGGED;
	for (size_t i = 0; i < gone; i++)
		free_texts(&q->log[i]);
	memmove(q->log, q->log + gone, TALLY_LOGGED * sizeof(*q->log));
	q->n_log = TALLY_LOGGED;
}

static void
push_logged(struct tally *t, struct logged l)
{
	struct queue_lists *q = &t->queue;

	take_texts(&l);
	ARRAY_PUSH(q->log, q->n_log, q->cap_log) = l;
	trim_log(t, (size_t)TALLY_LOGGED * 16);
}

void
queue_add_logged(struct tally *t, const struct event *ev)
{
	push_logged(t, (struct logged){ .time_ns = ev->time_ns,
	    .queued_ns = ev->queued_ns, .duration_ns = ev->duration_ns,
	    .bytes = ev->bytes, .delivered = ev->delivered,
	    .bounced = ev->bounced, .deferred = ev->deferred,
	    .kind = ev->kind, .verdict = ev->verdict,
	    .channel = str_eq(ev->channel, STR("remote")) ? CHANNEL_REMOTE
		: CHANNEL_LOCAL,
	    .sender = ev->sender, .recipient = ev->recipients,
	    .pid = ev->pid, .uid = ev->uid, .text = ev->text });
}

const struct logged *
tally_logged(struct tally *t, size_t *n)
{
	trim_log(t, TALLY_LOGGED);
	sort_log(&t->queue);
	*n = t->queue.n_log;
	return t->queue.log;
}

/* ---- results ---- */

struct result_text *
tally_results(struct tally *t, enum verdict verdict, size_t *n)
{
	struct results *r;
	struct result_text *texts;

	assert(verdict >= VERDICT_ACCEPTED && verdict <= VERDICT_DEFERRED);
	r = &t->queue.results[verdict - VERDICT_ACCEPTED];
	results_trim(r);
	texts = mem_alloc((r->n + 1) * sizeof(*texts));
	for (size_t i = 0; i < r->n; i++)
		texts[i] = (struct result_text){
			.text = str_make(r->entries[i].text, r->entries[i].n),
			.count = r->entries[i].count,
			.sum_ns = r->entries[i].sum_ns };
	*n = r->n;
	return texts;
}

/* ---- life ---- */

void
queue_clear(struct queue_lists *q)
{
	for (size_t i = 0; i < 3; i++)
		results_clear(&q->results[i]);
	free(q->open);
	for (size_t i = 0; i < q->n_log; i++)
		free_texts(&q->log[i]);
	free(q->log);
	free(q->classes);
	accounts_clear(&q->accounts);
	buf_clear(&q->pending.texts);
	*q = (struct queue_lists){ 0 };
}

void
queue_settle(struct tally *t)
{
	pending_count(t);
	accounts_seal(&t->queue.accounts);
}

const struct accounts *
tally_accounts(const struct tally *t)
{
	return &t->queue.accounts;
}

void
queue_merge(struct tally *t, struct tally *other, uint32_t *map)
{
	struct queue_lists *q = &t->queue, *from = &other->queue;

	for (size_t i = 0; i < 3; i++)
		results_merge(&q->results[i], &from->results[i]);
	pending_count(t);
	accounts_merge(&q->accounts, &from->accounts);
	for (size_t i = 0; i < from->n_open; i++) {
		struct open_message m = from->open[i];

		m.queue_id = map[m.queue_id];
		m.sender = map[m.sender];
		m.pid = map[m.pid];
		m.uid = map[m.uid];
		m.waiting = map[m.waiting];
		ARRAY_PUSH(q->open, q->n_open, q->cap_open) = m;
	}
	for (size_t i = 0; i < from->n_log; i++)
		push_logged(t, from->log[i]);
}
