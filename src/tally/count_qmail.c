/*
 * count_qmail.c - which cells an event of a mail queue adds to.
 *
 * One function a kind of event, as in count.c.  What is counted under the
 * names of strangers waits a while: pending.c.
 */
#include <string.h>

#include "base/intern.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/when.h"
#include "tally/habit.h"
#include "tally/provider.h"
#include "tally/reason.h"
#include "tally/tally_private.h"

/* The dimensions that each kind of event feeds. */
#define OF_TROUBLE                                                         \
	(DIM_BIT(DIM_REASON) | DIM_BIT(DIM_REASON_HOST) |                  \
	DIM_BIT(DIM_REASON_RECIPIENT) | DIM_BIT(DIM_PROVIDER) |            \
	DIM_BIT(DIM_PROVIDER_REASON) | HABIT_DELIVERY)
#define OF_PENDING                                                         \
	(DIM_BIT(DIM_DELIVERY_DELAY) | DIM_BIT(DIM_QUEUE_RECIPIENT) |      \
	DIM_BIT(DIM_REASON_RECIPIENT) |                                    \
	DIM_BIT(DIM_QUEUE_SENDER) | DIM_BIT(DIM_PROVIDER))
#define OF_DELIVERY                                                        \
	(DIM_BIT(DIM_QUEUE) | DIM_BIT(DIM_QUEUE_LOG) |                     \
	DIM_BIT(DIM_QUEUE_SPAN) | DIM_BIT(DIM_DELIVERY) |                  \
	DIM_BIT(DIM_RESULT) | OF_TROUBLE | OF_PENDING)
#define OF_DONE                                                            \
	(DIM_BIT(DIM_QUEUE) | DIM_BIT(DIM_QUEUE_LOG) |                     \
	DIM_BIT(DIM_QUEUE_OPEN) | DIM_BIT(DIM_QUEUE_SPAN) |                \
	DIM_BIT(DIM_MESSAGE) | DIM_BIT(DIM_QUEUE_SENDER))
#define OF_QUEUE (DIM_BIT(DIM_QUEUE))
#define OF_ALERT (DIM_BIT(DIM_COMPLAINT))

event_mask
count_queue_wants(dim_mask dims_wanted)
{
	event_mask wants = 0;

	if (dims_wanted & OF_DELIVERY)
		wants |= EVENT_BIT(EVENT_DELIVERY);
	if (dims_wanted & OF_DONE)
		wants |= EVENT_BIT(EVENT_DONE);
	if (dims_wanted & OF_QUEUE)
		wants |= EVENT_BIT(EVENT_QUEUED) | EVENT_BIT(EVENT_BOUNCE) |
		    EVENT_BIT(EVENT_STATUS);
	if (dims_wanted & OF_ALERT)
		wants |= EVENT_BIT(EVENT_ALERT);
	return wants;
}

static inline bool
has(const struct tally *t, enum dim_id dim)
{
	return t->o.dims & DIM_BIT(dim);
}

/* Of a dimension that is asked for; counts one. */
static inline size_t
count_cell(struct tally *t, enum dim_id dim, uint32_t k1, uint32_t k2,
    uint32_t verdict)
{
	size_t cell = table_cell(&t->tables[dim],
	    dims[dim].grain == DIM_HOUR ? t->bucket : 0, k1, k2, verdict);

	t->tables[dim].cells[cell].count++;
	return cell;
}

static inline void
plus(struct tally *t, enum dim_id dim, size_t cell, unsigned which,
    int64_t value)
{
	if (value != EVENT_NO_NUMBER)
		table_plus(&t->tables[dim], cell, which, value);
}

/* The same of a cell that is known, or will be. */
static inline size_t
count_known(struct tally *t, size_t *known, enum dim_id dim, uint32_t k1,
    uint32_t verdict)
{
	if (*known == 0)
		*known = table_cell(&t->tables[dim], dims[dim].grain ==
		    DIM_HOUR ? t->bucket : 0, k1, 0, verdict) + 1;
	t->tables[dim].cells[*known - 1].count++;
	return *known - 1;
}

static void
count_queue(struct tally *t, enum queue_event what, int64_t bytes)
{
	if (has(t, DIM_QUEUE))
		tally_sum_add(t, DIM_QUEUE, count_known(t,
		    &t->queue.known.queue[what], DIM_QUEUE, (uint32_t)what, 0),
		    bytes);
}

/* When the attempt's message entered the queue, if not known: the attempt. */
static int64_t
queued_ns(const struct event *ev)
{
	if (ev->queued_ns != WHEN_NONE || ev->time_ns == WHEN_NONE ||
	    ev->duration_ns == EVENT_NO_NUMBER)
		return ev->queued_ns;
	return num_add_signed(ev->time_ns, -ev->duration_ns);
}

/* Widens what was seen of a cell, which may have no count as yet. */
static void
see(struct tally *t, enum dim_id dim, size_t cell, int64_t first_ns,
    int64_t last_ns, struct str example)
{
	const struct cell_seen now = { .first_ns = first_ns,
		.last_ns = last_ns };
	struct table_cells *table = &t->tables[dim];

	tally_see(t, &table->seen[cell], table->cells[cell].count == 0 &&
	    table->seen[cell].last_ns == WHEN_NONE, &now, example);
}

static void
count_span(struct tally *t, const struct event *ev)
{
	int64_t from_ns = queued_ns(ev);
	struct table_cells *table = &t->tables[DIM_QUEUE_SPAN];
	struct cell_seen *seen;
	size_t cell;

	if (!has(t, DIM_QUEUE_SPAN))
		return;
	cell = count_known(t, &t->queue.known.span, DIM_QUEUE_SPAN, 0, 0);
	seen = &table->seen[cell];
	if (from_ns != WHEN_NONE &&
	    (seen->first_ns == WHEN_NONE || from_ns < seen->first_ns))
		seen->first_ns = from_ns;
	if (ev->time_ns > seen->last_ns) /* WHEN_NONE is the smallest */
		seen->last_ns = ev->time_ns;
}

/* In lower case: what the reports of qmailanalog know an address by. */
static struct str
lower(struct tally *t, struct str s)
{
	char *to;

	buf_reset(&t->scratch);
	to = buf_reserve(&t->scratch, s.n);
	for (size_t i = 0; i < s.n; i++)
		to[i] = str_lower(s.p[i]);
	t->scratch.n = s.n;
	return buf_str(&t->scratch);
}

/* The class of a reason, once a reason. */
static enum reason_class
class_of(struct tally *t, uint32_t reason)
{
	struct queue_lists *q = &t->queue;

	if (reason >= q->n_classes) {
		size_t n = ((size_t)reason + 1) * 2;

		q->classes = mem_resize(q->classes, n);
		memset(q->classes + q->n_classes, 0xff, n - q->n_classes);
		q->n_classes = n;
	}
	if (q->classes[reason] == 0xff)
		q->classes[reason] =
		    (uint8_t)reason_class_of(tally_text(t, reason));
	return (enum reason_class)q->classes[reason];
}

static void
count_reason_cell(struct tally *t, const struct event *ev, uint32_t reason)
{
	size_t cell;

	if (!has(t, DIM_REASON))
		return;
	cell = table_cell(&t->tables[DIM_REASON], 0, reason,
	    (uint32_t)class_of(t, reason), ev->verdict);
	see(t, DIM_REASON, cell, ev->time_ns, ev->time_ns, ev->text);
	tally_sum_add(t, DIM_REASON, cell, ev->duration_ns);
	plus(t, DIM_REASON, cell, REASON_EXPIRED, reason_is_expired(ev->text));
	plus(t, DIM_REASON, cell, REASON_BYTES_ALL, ev->bytes);
	t->tables[DIM_REASON].cells[cell].count++;
}

static void
count_reason(struct tally *t, const struct event *ev, uint32_t reason)
{
	count_reason_cell(t, ev, reason);
	if (has(t, DIM_REASON_HOST) && ev->relay.p)
		count_cell(t, DIM_REASON_HOST, reason,
		    intern_add(&t->texts, ev->relay), ev->verdict);
}

/* Did the server ask to come back later, or less often? */
static bool
asks_to_slow_down(struct tally *t, uint32_t reason)
{
	enum reason_class class = class_of(t, reason);

	return class == REASON_RATE_LIMITED || class == REASON_GREYLISTED;
}

/* The provider of a remote attempt that failed or was put off. */
static void
count_provider_reason(struct tally *t, const struct event *ev, uint32_t reason)
{
	struct str name = provider_of_domain(accounts_domain_of(lower(t,
	    ev->recipients)));

	if (name.p == NULL)
		name = ev->relay.p ? pending_network(&t->scratch, ev->relay)
				   : STR("(no connection)");
	count_cell(t, DIM_PROVIDER_REASON, intern_add(&t->texts, name), reason,
	    ev->verdict);
}

static size_t
known_place(struct str text)
{
	uint64_t head, tail;

	memcpy(&head, text.p, 8);
	memcpy(&tail, text.p + text.n - 8, 8);
	return ((head ^ tail << 1) + text.n) *
	    UINT64_C(0x9e3779b97f4a7c15) >> 58;
}
_Static_assert(REASONS_KNOWN == 1 << (64 - 58), "known_place has six bits");

/* The id of the normalised text. */
static uint32_t
reason_of(struct tally *t, struct str text)
{
	struct reason_known *known = NULL;
	uint32_t reason;

	if (text.n >= 8 && text.n <= REASON_KNOWN_BYTES) {
		known = &t->queue.reasons[known_place(text)];
		if (str_eq(str_make(known->text, known->n), text))
			return known->reason;
	}
	reason = intern_add(&t->texts, reason_normalise(&t->scratch, text));
	if (known) {
		known->reason = reason;
		known->n = (uint32_t)text.n;
		memcpy(known->text, text.p, text.n);
	}
	return reason;
}

/* Why an attempt failed or was put off. */
static struct pending_trouble
count_trouble(struct tally *t, const struct event *ev, enum channel channel)
{
	uint32_t reason;

	if (!(t->o.dims & OF_TROUBLE))
		return (struct pending_trouble){ .any = false };
	reason = reason_of(t, ev->text);
	count_reason(t, ev, reason);
	if (has(t, DIM_DEFERRAL_DAY) && ev->verdict == VERDICT_DEFERRED)
		habit_deferral(t, ev, tally_text(t, reason));
	if (has(t, DIM_PROVIDER_REASON) && channel == CHANNEL_REMOTE)
		count_provider_reason(t, ev, reason);
	return (struct pending_trouble){ .any = true, .reason = reason,
		.slow = asks_to_slow_down(t, reason) };
}

static void
count_attempt(struct tally *t, const struct event *ev, enum channel channel)
{
	struct queue_cells *known = &t->queue.known;
	size_t cell;

	if (has(t, DIM_DELIVERY)) {
		cell = count_known(t, &known->delivery[channel][ev->verdict],
		    DIM_DELIVERY, (uint32_t)channel, ev->verdict);
		tally_sum_add(t, DIM_DELIVERY, cell, ev->duration_ns);
		if (ev->verdict == VERDICT_ACCEPTED)
			plus(t, DIM_DELIVERY, cell, DELIVERY_BYTES, ev->bytes);
	}
	if (has(t, DIM_RESULT) && ev->verdict != VERDICT_NONE) {
		cell = count_known(t, &known->result[ev->verdict], DIM_RESULT,
		    0, ev->verdict);
		tally_sum_add(t, DIM_RESULT, cell, ev->duration_ns);
		results_add(&t->queue.results[ev->verdict - VERDICT_ACCEPTED],
		    ev->text, 1, ev->duration_ns == EVENT_NO_NUMBER ? 0 :
		    ev->duration_ns);
	}
}

static void
count_logged(struct tally *t, const struct event *ev)
{
	if (!has(t, DIM_QUEUE_LOG))
		return;
	count_cell(t, DIM_QUEUE_LOG, 0, 0, 0);
	queue_add_logged(t, ev);
}

static void
count_delivery(struct tally *t, const struct event *ev)
{
	enum channel channel = str_eq(ev->channel, STR("remote"))
	    ? CHANNEL_REMOTE : CHANNEL_LOCAL;
	int64_t from_ns = queued_ns(ev);
	int64_t delay_ns = from_ns == WHEN_NONE || ev->time_ns == WHEN_NONE
	    ? EVENT_NO_NUMBER : num_add_signed(ev->time_ns, -from_ns);

	struct pending_trouble trouble = { .any = false };

	count_span(t, ev);
	count_attempt(t, ev, channel);
	if (ev->verdict != VERDICT_ACCEPTED)
		trouble = count_trouble(t, ev, channel);
	if (t->o.dims & OF_PENDING)
		pending_attempt(t, ev, channel, delay_ns, &trouble);
	if (ev->verdict == VERDICT_REJECTED && reason_is_expired(ev->text))
		count_queue(t, QUEUE_EXPIRED, EVENT_NO_NUMBER);
	count_logged(t, ev);
}

static void
count_done(struct tally *t, const struct event *ev)
{
	enum dim_id dim = DIM_MESSAGE;
	bool remote;
	size_t cell;

	if (ev->unfinished) {
		count_queue(t, QUEUE_REMAINING, ev->bytes);
		if (has(t, DIM_QUEUE_OPEN)) {
			count_cell(t, DIM_QUEUE_OPEN, 0, 0, 0);
			queue_add_open(t, ev);
		}
		return;
	}
	count_span(t, ev);
	pending_message(t, ev);
	count_logged(t, ev);
	if (!has(t, dim))
		return;
	remote = str_eq(ev->channel, STR("remote"));
	cell = count_known(t, &t->queue.known.message[remote], dim, remote, 0);
	tally_sum_add(t, dim, cell, ev->duration_ns);
	plus(t, dim, cell, MESSAGE_BYTES, ev->bytes);
	plus(t, dim, cell, MESSAGE_BYTES_SENT,
	    pending_weighted(ev->bytes, ev->delivered));
	plus(t, dim, cell, MESSAGE_SENT, ev->delivered);
	plus(t, dim, cell, MESSAGE_FAILED, ev->bounced);
	plus(t, dim, cell, MESSAGE_DEFERRED, ev->deferred);
}

/* A double bounce is queued from <#@[]>. */
static void
count_queued(struct tally *t, const struct event *ev)
{
	count_queue(t, QUEUE_RECEIVED, ev->bytes);
	if (str_eq(ev->sender, STR("<#@[]>")))
		count_queue(t, QUEUE_DOUBLE, ev->bytes);
}

/* "trouble opening remote/12/1163662" is one complaint whatever the file. */
static struct str
without_numbers(struct tally *t, struct str text)
{
	struct buf *b = &t->scratch;

	buf_reset(b);
	text = str_head(text, REASON_BYTES);
	for (size_t i = 0; i < text.n; i++) {
		bool digit = text.p[i] >= '0' && text.p[i] <= '9';

		if (!digit)
			buf_add_char(b, text.p[i]);
		else if (b->n == 0 || b->p[b->n - 1] != '*')
			buf_add_char(b, '*');
	}
	return buf_str(b);
}

static void
count_alert(struct tally *t, const struct event *ev)
{
	uint32_t key;
	size_t cell;

	if (!has(t, DIM_COMPLAINT))
		return;
	key = intern_add(&t->texts, without_numbers(t, ev->text));
	cell = table_cell(&t->tables[DIM_COMPLAINT], 0, key, 0, 0);
	see(t, DIM_COMPLAINT, cell, ev->time_ns, ev->time_ns, ev->text);
	t->tables[DIM_COMPLAINT].cells[cell].count++;
}

/* Cells of another hour are not known. */
static void
forget_hour(struct tally *t)
{
	struct queue_cells *known = &t->queue.known;

	memset(known->queue, 0, sizeof(known->queue));
	memset(known->delivery, 0, sizeof(known->delivery));
	memset(known->message, 0, sizeof(known->message));
	known->bucket = t->bucket;
}

void
count_queue_event(struct tally *t, const struct event *ev)
{
	if (t->queue.known.bucket != t->bucket)
		forget_hour(t);
	switch (ev->kind) {
	case EVENT_QUEUED:
		count_queued(t, ev);
		break;
	case EVENT_DELIVERY:
		count_delivery(t, ev);
		break;
	case EVENT_DONE:
		count_done(t, ev);
		break;
	case EVENT_BOUNCE:
		count_queue(t, str_eq(ev->text, STR("bounce")) ? QUEUE_BOUNCES
		    : QUEUE_TRIPLE, EVENT_NO_NUMBER);
		break;
	case EVENT_STATUS:
		count_queue(t, str_eq(ev->text, STR("started")) ? QUEUE_STARTED
		    : QUEUE_STOPPED, EVENT_NO_NUMBER);
		break;
	case EVENT_ALERT:
		count_alert(t, ev);
		break;
	case EVENT_ACCEPTED: case EVENT_TOO_MANY: case EVENT_REFUSED:
	case EVENT_TRANSACTION: case EVENT_CHECK: case EVENT_CLOSED:
	case EVENT_KINDS:
		break;
	}
}
