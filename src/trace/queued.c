#include "trace/queued.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/when.h"
#include "event/address.h"
#include "queue/qmail.h"
#include "trace/conversation.h"
#include "trace/story_read.h"

const char *
fate_name(enum fate f)
{
	static const char *const names[] = {
		[FATE_WAITING] = "queued", [FATE_DELIVERED] = "delivered",
		[FATE_FORWARDED] = "forwarded", [FATE_FAILED] = "bounced",
		[FATE_EXPIRED] = "expired",
	};

	assert(f < FATES);
	return names[f];
}

const char *
origin_name(enum origin o)
{
	static const char *const names[] = {
		[ORIGIN_UNKNOWN] = "", [ORIGIN_SERVER] = "server",
		[ORIGIN_LIKELY] = "server", [ORIGIN_FORWARD] = "forward",
		[ORIGIN_BOUNCE] = "bounce",
		[ORIGIN_DOUBLE_BOUNCE] = "double bounce",
	};

	assert(o < ORIGINS);
	return names[o];
}

static struct str
bare(struct str address)
{
	return str_eq(address, STR("<>")) ? STR("") : address_bare(address);
}

/* ---- recipients ---- */

static struct queued_recipient *
find_recipient(struct queued *q, struct str address, bool remote)
{
	for (size_t i = 0; i < q->n_recipients; i++)
		if (q->recipients[i].remote == remote &&
		    str_eq_nocase(q->recipients[i].address, address))
			return &q->recipients[i];
	return NULL;
}

/* cap: of the array, which is not yet in an arena. */
static struct queued_recipient *
get_recipient(struct queued *q, size_t *cap, struct str address, bool remote)
{
	struct queued_recipient *to = find_recipient(q, address, remote);

	if (to)
		return to;
	ARRAY_PUSH(q->recipients, q->n_recipients, *cap) =
	    (struct queued_recipient){ .address = address, .remote = remote,
		.fate = FATE_WAITING, .last_ns = WHEN_NONE,
		.next_ns = WHEN_NONE };
	return &q->recipients[q->n_recipients - 1];
}

/*
 * "did_0+1+0/qp_3916/": no file and no program had it beside the forward
 * (spec/qmail-log.md 2.4).
 */
static bool
only_forwarded(struct str text)
{
	size_t at = str_find(text, STR("did_0+"));
	struct str rest = str_skip(text, at);

	return at < text.n && str_find(rest, STR("+0/qp_")) < rest.n;
}

static bool
is_expired(struct str text)
{
	return str_ends(text, STR("this_message_has_been_in_the_queue_too_long./"));
}

static enum fate
fate_of(const struct event *ev)
{
	if (ev->verdict == VERDICT_REJECTED)
		return is_expired(ev->text) ? FATE_EXPIRED : FATE_FAILED;
	if (ev->verdict != VERDICT_ACCEPTED)
		return FATE_WAITING;
	return ev->forwarded.n > 0 && only_forwarded(ev->text)
	    ? FATE_FORWARDED : FATE_DELIVERED;
}

/* When who waits is due: by the age when the last try began. */
static int64_t
next_try(const struct queued *q, const struct event *ev, bool remote)
{
	int64_t began_ns = ev->time_ns;

	if (q->queued_ns == WHEN_NONE || ev->time_ns == WHEN_NONE)
		return WHEN_NONE;
	if (ev->duration_ns != EVENT_NO_NUMBER)
		began_ns = num_add_signed(began_ns, -ev->duration_ns);
	return num_add_signed(q->queued_ns, queue_retry_ns(
	    num_add_signed(began_ns, -q->queued_ns), remote));
}

static void
take_attempt(struct queued *q, size_t *cap, const struct event *ev)
{
	struct queued_recipient *to = get_recipient(q, cap,
	    bare(ev->recipients), str_eq(ev->channel, STR("remote")));

	to->attempts++;
	to->fate = fate_of(ev);
	to->last_ns = ev->time_ns;
	to->next_ns = to->fate == FATE_WAITING
	    ? next_try(q, ev, to->remote) : WHEN_NONE;
	to->relay = ev->relay;
	to->text = ev->text;
	if (ev->forwarded.n > 0)
		to->copy = ev->forwarded;
}

/* "local.a@b,remote.c@d": who waits when the log ends. */
static void
take_waiting(struct queued *q, size_t *cap, struct str list)
{
	struct str one;

	while (str_cut(&list, ',', &one)) {
		size_t dot = str_index(one, '.');

		if (dot < one.n)
			get_recipient(q, cap, str_skip(one, dot + 1),
			    str_starts(one, STR("remote")));
	}
}

/* ---- a message ---- */

static void
take_message(struct queued *q, const struct event *ev)
{
	q->qp = ev->pid;
	q->uid = ev->uid;
	q->sender = bare(ev->sender);
	q->bytes = ev->bytes;
	q->queued_ns = ev->time_ns;
}

static void
take_event(struct queued *q, size_t *cap, const struct event *ev, bool repeated)
{
	if (ev->kind == EVENT_QUEUED) {
		take_message(q, ev);
	} else if (repeated) {
		return;
	} else if (ev->kind == EVENT_DELIVERY) {
		take_attempt(q, cap, ev);
	} else if (ev->kind == EVENT_BOUNCE && ev->pid.n > 0) {
		q->bounce = ev->pid;
		q->bounce_ns = ev->time_ns;
	} else if (ev->kind == EVENT_BOUNCE) {
		q->triple = true;
	}
}

static struct queued_recipient *
in_arena(struct arena *a, struct queued_recipient *to, size_t n)
{
	struct queued_recipient *copy = arena_alloc(a, (n + 1) * sizeof(*copy));

	if (n > 0)
		memcpy(copy, to, n * sizeof(*copy));
	free(to);
	return copy;
}

void
queued_read(struct story_reading *r, const struct conversation *c,
    const struct story_source *lines, const struct event *unfinished)
{
	struct story *s = r->story;
	struct queued *q = arena_alloc(r->arena, sizeof(*q));
	size_t cap = 0;

	*q = (struct queued){ .number = arena_str(r->arena, c->pid),
		.bytes = EVENT_NO_NUMBER, .queued_ns = WHEN_NONE,
		.done_ns = WHEN_NONE, .first_ns = c->first_ns,
		.last_ns = c->last_ns, .bounce_ns = WHEN_NONE };
	for (size_t i = 0; i < c->n; i++) {
		for (size_t k = 0; k < lines[i].n_events; k++)
			take_event(q, &cap, &lines[i].events[k],
			    i < c->repeated);
		/* Lines that a part repeats an earlier one has shown. */
		if (i >= c->repeated)
			story_read_queued(r, &lines[i]);
	}
	if (unfinished && !c->continued)
		take_waiting(q, &cap, unfinished->recipients);
	q->done = c->ended;
	q->done_ns = c->ended ? c->last_ns : WHEN_NONE;
	q->recipients = in_arena(r->arena, q->recipients, q->n_recipients);
	s->of_queue = true;
	s->queue = arena_alloc(r->arena, sizeof(struct queued *));
	s->queue[0] = q;
	s->n_queue = 1;
}

/* The later result of two parts is the recipient's; one that is final stays. */
static void
merge_recipient(struct queued_recipient *to,
    const struct queued_recipient *more)
{
	uint64_t attempts = to->attempts + more->attempts;

	if (to->fate == FATE_WAITING && more->attempts > 0)
		*to = *more;
	to->attempts = attempts;
}

void
queued_merge(struct queued *q, const struct queued *part, struct arena *a)
{
	struct queued_recipient *all = mem_alloc(
	    (q->n_recipients + 1) * sizeof(*all));
	size_t cap = q->n_recipients + 1;

	if (q->n_recipients > 0)
		memcpy(all, q->recipients, q->n_recipients * sizeof(*all));
	q->recipients = all;
	for (size_t i = 0; i < part->n_recipients; i++) {
		const struct queued_recipient *more = &part->recipients[i];

		merge_recipient(get_recipient(q, &cap, more->address,
		    more->remote), more);
	}
	q->recipients = in_arena(a, q->recipients, q->n_recipients);
	q->last_ns = part->last_ns;
	q->done |= part->done;
	q->triple |= part->triple;
	if (part->done)
		q->done_ns = part->done_ns;
	if (part->bounce.n > 0) {
		q->bounce = part->bounce;
		q->bounce_ns = part->bounce_ns;
	}
}

/* ---- what all of them came to ---- */

const struct queued *
queued_copy(const struct story *s, const struct queued *of, struct str qp)
{
	for (size_t i = 0; qp.n > 0 && i < s->n_queue; i++)
		if (s->queue[i]->parent == of && str_eq(s->queue[i]->qp, qp))
			return s->queue[i];
	return NULL;
}

static void
each_end(const struct story *s, const struct queued *q,
    const struct queued_recipient *by, queued_end_fn *fn, void *ctx)
{
	for (size_t i = 0; i < q->n_recipients; i++) {
		const struct queued_recipient *to = &q->recipients[i];
		const struct queued *copy = queued_copy(s, q, to->copy);

		if (to->fate != FATE_FORWARDED || copy == NULL)
			fn(ctx, &(struct queued_end){ q, to, by });
		if (copy)
			each_end(s, copy, by ? by : to, fn, ctx);
	}
	if (!q->done && q->n_recipients == 0)
		fn(ctx, &(struct queued_end){ q, NULL, by });
}

void
queued_each_end_of(const struct story *s, const struct queued *q,
    queued_end_fn *fn, void *ctx)
{
	each_end(s, q, NULL, fn, ctx);
}

void
queued_each_end(const struct story *s, queued_end_fn *fn, void *ctx)
{
	if (s->n_queue > 0)
		each_end(s, s->queue[0], NULL, fn, ctx);
}

/* What is worst for a sender decides: that it may still come, then that it
 * did not. */
static void
judge(void *ctx, const struct queued_end *e)
{
	static const enum story_verdict verdicts[FATES] = {
		[FATE_WAITING] = STORY_QUEUED, [FATE_DELIVERED] = STORY_DELIVERED,
		[FATE_FORWARDED] = STORY_DELIVERED, [FATE_FAILED] = STORY_BOUNCED,
		[FATE_EXPIRED] = STORY_BOUNCED,
	};
	static const int weight[STORY_VERDICTS] = {
		[STORY_DELIVERED] = 1, [STORY_BOUNCED] = 2, [STORY_QUEUED] = 3,
	};
	enum story_verdict *worst = ctx;
	enum story_verdict v = e->to ? verdicts[e->to->fate] : STORY_QUEUED;

	if (weight[v] > weight[*worst])
		*worst = v;
}

void
queued_tell(struct story *s, struct arena *a)
{
	const struct queued *q = s->queue[0];
	enum story_verdict verdict = STORY_UNFINISHED;

	queued_each_end(s, judge, &verdict);
	if (!s->of_queue) {
		if (verdict != STORY_UNFINISHED)
			s->verdict = verdict;
		return;
	}
	s->verdict = verdict;
	s->stage = STAGE_DATA;
	s->sender = q->sender;
	s->queue_id = q->qp;
	s->open = !q->done;
	s->time_ns = q->queued_ns != WHEN_NONE ? q->queued_ns : q->last_ns;
	s->begun_ns = q->first_ns;
	s->pid = q->number;
	s->n_recipients = q->n_recipients;
	s->recipients = arena_alloc(a, (q->n_recipients + 1) *
	    sizeof(*s->recipients));
	for (size_t i = 0; i < q->n_recipients; i++)
		s->recipients[i] = q->recipients[i].address;
}
