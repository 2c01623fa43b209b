#include "trace/fate.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/when.h"
#include "trace/queued.h"
#include "trace/story.h"

struct telling {
	struct buf *b;
	const struct story *s;
	const struct zone *zone;
	struct queued_end *ends;
	size_t n, cap;
	bool any; /* a clause stands there already */
};

void
fate_add_cut(struct buf *b, struct str text, size_t most)
{
	size_t n = most;

	if (text.n <= most) {
		buf_add_str(b, text);
		return;
	}
	while (n > most - 4 && ((unsigned char)text.p[n] & 0xc0) == 0x80)
		n--;
	buf_add_str(b, str_head(text, n));
	buf_add_str(b, STR("..."));
}

/*
 *	127.0.0.13_does_not_like_recipient./Remote_host_said:_550_5.1.1_unknown
 *	/Giving_up_on_127.0.0.13./
 */
void
fate_add_reason(struct buf *b, struct str text)
{
	struct str said = STR("Remote_host_said:_");
	size_t at = str_find(text, said), from = b->n;

	if (at < text.n)
		text = str_skip(text, at + said.n);
	text = str_head(text, str_find(text, STR("/Giving_up_on_")));
	while (text.n > 0 && text.p[text.n - 1] == '/')
		text.n--;
	fate_add_cut(b, text, FATE_REASON_BYTES);
	for (; from < b->n; from++)
		if (b->p[from] == '_')
			b->p[from] = ' ';
}

static void
collect(void *ctx, const struct queued_end *e)
{
	struct telling *t = ctx;

	ARRAY_PUSH(t->ends, t->n, t->cap) = *e;
}

/* ---- clauses ---- */

static void
clause(struct telling *t)
{
	if (t->any)
		buf_add_str(t->b, STR("; "));
	t->any = true;
}

static void
add_name(struct buf *b, const struct queued_end *e)
{
	fate_add_cut(b, e->to->address, FATE_ADDRESS_BYTES);
	if (e->by == NULL)
		return;
	buf_add_str(b, STR(" (forwarded by "));
	fate_add_cut(b, e->by->address, FATE_ADDRESS_BYTES);
	buf_add_char(b, ')');
}

typedef bool end_is_fn(const struct queued_end *e);

static bool
is_delivered(const struct queued_end *e)
{
	return e->to && e->to->fate == FATE_DELIVERED;
}

static bool
is_forwarded(const struct queued_end *e)
{
	return e->to && e->to->fate == FATE_FORWARDED;
}

static bool
is_failed(const struct queued_end *e)
{
	return e->to && (e->to->fate == FATE_FAILED ||
	    e->to->fate == FATE_EXPIRED);
}

static bool
is_waiting(const struct queued_end *e)
{
	return e->to && e->to->fate == FATE_WAITING;
}

static bool
is_untried(const struct queued_end *e)
{
	return e->to == NULL;
}

/* The first of those that are; how many there are. */
static size_t
count(const struct telling *t, end_is_fn *is, const struct queued_end **first)
{
	size_t n = 0;

	*first = NULL;
	for (size_t i = 0; i < t->n; i++) {
		if (!is(&t->ends[i]))
			continue;
		if (n++ == 0)
			*first = &t->ends[i];
	}
	return n;
}

/* "a@b, c@d and 2 others" */
static void
add_names(struct telling *t, end_is_fn *is, size_t n)
{
	size_t named = n <= FATE_NAMED ? n : FATE_NAMED - 1, told = 0;

	for (size_t i = 0; i < t->n && told < named; i++) {
		if (!is(&t->ends[i]))
			continue;
		if (told > 0)
			buf_add_str(t->b, ++told == n ? STR(" and ") : STR(", "));
		else
			told++;
		add_name(t->b, &t->ends[i]);
	}
	if (n > named)
		buf_printf(t->b, " and %zu others", n - named);
}

static void
add_attempts(struct buf *b, const struct queued_recipient *to)
{
	if (to->attempts > 1)
		buf_printf(b, " after %" PRIu64 " attempts", to->attempts);
}

static void
add_why(struct buf *b, struct str text)
{
	if (text.n == 0)
		return;
	buf_add_str(b, STR(" (\""));
	fate_add_reason(b, text);
	buf_add_str(b, STR("\")"));
}

static void
tell_delivered(struct telling *t)
{
	const struct queued_end *first;
	size_t n = count(t, is_delivered, &first);

	if (n == 0)
		return;
	clause(t);
	buf_add_str(t->b, STR("it was delivered to "));
	add_names(t, is_delivered, n);
	if (n > 1)
		return;
	add_attempts(t->b, first->to);
	buf_add_str(t->b, STR(" at "));
	when_format(t->b, first->to->last_ns, WHEN_LOCAL, t->zone);
}

static void
tell_forwarded(struct telling *t)
{
	const struct queued_end *first;
	size_t n = count(t, is_forwarded, &first);

	if (n == 0)
		return;
	clause(t);
	add_names(t, is_forwarded, n);
	buf_add_str(t->b, STR(" forwarded it as process "));
	buf_add_str(t->b, first->to->copy);
	buf_add_str(t->b, STR(" of qmail-queue, and the log does not tell what "
	    "became of that"));
}

static void
tell_failed(struct telling *t)
{
	const struct queued_end *first;
	size_t n = count(t, is_failed, &first);

	if (n == 0)
		return;
	clause(t);
	if (n == 1 && first->to->fate == FATE_EXPIRED)
		buf_add_str(t->b, STR("it was too long in the queue and given "
		    "up for "));
	else
		buf_add_str(t->b, STR("it could not be delivered to "));
	add_names(t, is_failed, n);
	if (n == 1)
		add_attempts(t->b, first->to);
	add_why(t->b, first->to->text);
}

static void
tell_waiting(struct telling *t)
{
	const struct queued_end *first;
	size_t n = count(t, is_waiting, &first);
	int64_t next_ns = WHEN_NONE;

	if (n == 0)
		return;
	clause(t);
	buf_add_str(t->b, STR("for "));
	add_names(t, is_waiting, n);
	buf_add_str(t->b, STR(" it is still in the queue"));
	add_attempts(t->b, first->to);
	add_why(t->b, first->to->text);
	for (size_t i = 0; i < t->n; i++)
		if (is_waiting(&t->ends[i]) &&
		    t->ends[i].to->next_ns != WHEN_NONE &&
		    (next_ns == WHEN_NONE || t->ends[i].to->next_ns < next_ns))
			next_ns = t->ends[i].to->next_ns;
	if (next_ns == WHEN_NONE)
		return;
	buf_add_str(t->b, STR(", and is due for its next try at "));
	when_format(t->b, next_ns, WHEN_LOCAL, t->zone);
}

static void
tell_untried(struct telling *t)
{
	const struct queued_end *first;

	if (count(t, is_untried, &first) == 0)
		return;
	clause(t);
	buf_add_str(t->b, first->by
	    ? STR("a forwarded copy is in the queue and has not been tried yet")
	    : STR("it is in the queue and has not been tried yet"));
}

/* ---- bounces ---- */

static void
add_bounced_to(struct telling *t, const struct queued *q)
{
	if (q->n_recipients == 0)
		return;
	buf_add_str(t->b, STR(" to "));
	fate_add_cut(t->b, q->recipients[0].address, FATE_ADDRESS_BYTES);
}

/* The bounce itself, which may be forwarded like any mail. */
static void
tell_bounce(struct telling *t, const struct queued *q)
{
	struct telling of = { .s = t->s };
	const struct queued_end *first;

	clause(t);
	buf_printf(t->b, "the %s", origin_name(q->origin));
	add_bounced_to(t, q);
	queued_each_end_of(t->s, q, collect, &of);
	if (count(&of, is_failed, &first) > 0) {
		buf_add_str(t->b, STR(" could not be delivered either"));
		add_why(t->b, first->to->text);
		if (q->triple)
			buf_add_str(t->b, STR(" and was thrown away"));
	} else if (count(&of, is_waiting, &first) +
	    count(&of, is_untried, &first) > 0) {
		buf_add_str(t->b, STR(" is still in the queue"));
	} else if (of.n > 0) {
		buf_add_str(t->b, STR(" was delivered"));
	} else {
		buf_add_str(t->b, STR(" left the queue"));
	}
	free(of.ends);
}

static bool
has_bounce(const struct story *s, const struct queued *q)
{
	return queued_copy(s, q, q->bounce) != NULL;
}

static void
tell_bounces(struct telling *t)
{
	const struct story *s = t->s;

	for (size_t i = 0; i < s->n_queue; i++) {
		const struct queued *q = s->queue[i];

		if (i > 0 && (q->origin == ORIGIN_BOUNCE ||
		    q->origin == ORIGIN_DOUBLE_BOUNCE))
			tell_bounce(t, q);
		if (q->bounce.n > 0 && !has_bounce(s, q)) {
			clause(t);
			buf_add_str(t->b, STR("a bounce of it was made by process "));
			buf_add_str(t->b, q->bounce);
			buf_add_str(t->b, STR(" of qmail-queue"));
		}
	}
}

/* ---- */

static void
tell_likely(struct telling *t)
{
	const struct queued *q = t->s->queue[0];

	if (q->origin != ORIGIN_LIKELY)
		return;
	clause(t);
	buf_add_str(t->b, STR("it is likely message "));
	buf_add_str(t->b, q->number);
	buf_add_str(t->b, STR(" of the queue, by sender, recipient and time, for "
	    "no process id was told"));
}

static void
tell_nothing(struct telling *t)
{
	if (t->n > 0)
		return;
	clause(t);
	buf_add_str(t->b, STR("it left the queue, and the log does not tell "
	    "how"));
}

void
fate_add(struct buf *b, const struct story *s, const struct zone *z)
{
	struct telling t = { .b = b, .s = s, .zone = z };

	queued_each_end(s, collect, &t);
	tell_likely(&t);
	tell_delivered(&t);
	tell_forwarded(&t);
	tell_failed(&t);
	tell_waiting(&t);
	tell_untried(&t);
	tell_nothing(&t);
	tell_bounces(&t);
	free(t.ends);
}
