#include "trace/conversation.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "format/format.h"
#include "format/lines.h"
#include "format/stamp.h"
#include "trace/errands.h"
#include "trace/talk.h"

#define SLOTS 1024 /* open connections are a few dozen, rarely thousands */
/* A buffer that grew beyond this is not kept for the next connection. */
#define KEEP_BYTES ((size_t)64 << 10)

/* A list of talks, the oldest first. */
struct queue {
	struct talk *oldest, *newest;
	size_t n;
};

struct conversations {
	struct conversations_options o;
	conversation_fn *take;
	void *ctx;
	struct stamp_clock clock;
	struct talk *slots[SLOTS];
	size_t n;
	uint64_t begun;
	size_t sweep_at; /* look for those without a line when n reaches this */
	struct queue closing, ended;
	struct talk *unused;
	struct errands errands;
	/* Who said the line above, which may go on; and is that its last one? */
	struct talk *above;
	bool above_ends;
	struct buf tail; /* a last line without its end */
	uint64_t tail_offset;
};

/* FNV-1a of the process id: hosts that log to one place share slots. */
static uint64_t
key_of(struct str pid)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < pid.n; i++)
		h = (h ^ (unsigned char)pid.p[i]) * UINT64_C(0x100000001b3);
	return h;
}

static struct talk **
slot_of(struct conversations *cs, uint64_t key)
{
	return &cs->slots[(key * UINT64_C(0x9e3779b97f4a7c15)) >> 54];
}

_Static_assert(SLOTS == 1 << (64 - 54), "slot_of gives ten bits");

/* The one that is going on. */
static struct talk *
talk_find(struct conversations *cs, uint64_t key, const struct line_owner *who)
{
	struct talk *t = *slot_of(cs, key);

	while (t && (t->state == TALK_ENDED || t->key != key ||
	    !str_eq(talk_pid(t), who->pid) || !str_eq(talk_host(t), who->host)))
		t = t->next;
	return t;
}

static struct talk *
talk_add(struct conversations *cs, uint64_t key, struct str host,
    struct str pid)
{
	struct talk **slot = slot_of(cs, key);
	struct talk *t = cs->unused;

	if (t)
		cs->unused = t->next;
	else
		t = mem_zalloc(sizeof(*t));
	talk_begin(t, host, pid);
	t->state = TALK_OPEN;
	t->key = key;
	t->began = cs->begun++;
	t->older = t->newer = NULL;
	t->next = *slot;
	*slot = t;
	cs->n++;
	return t;
}

static void
queue_add(struct queue *q, struct talk *t)
{
	t->older = q->newest;
	t->newer = NULL;
	*(q->newest ? &q->newest->newer : &q->oldest) = t;
	q->newest = t;
	q->n++;
}

static void
queue_remove(struct queue *q, struct talk *t)
{
	*(t->older ? &t->older->newer : &q->oldest) = t->newer;
	*(t->newer ? &t->newer->older : &q->newest) = t->older;
	q->n--;
}

/* Out of the table; its memory serves the next one. */
static void
talk_recycle(struct conversations *cs, struct talk *t)
{
	struct talk **at = slot_of(cs, t->key);

	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	cs->n--;
	if (t->text.cap > KEEP_BYTES) {
		talk_free(t);
		return;
	}
	t->next = cs->unused;
	cs->unused = t;
}

/* Those that ended go to who wants them. */
static void
ended_release(struct conversations *cs)
{
	struct talk *t;

	while ((t = cs->ended.oldest) != NULL) {
		queue_remove(&cs->ended, t);
		if (cs->o.all || t->c.marked)
			cs->take(cs->ctx, talk_conversation(t));
		talk_recycle(cs, t);
	}
}

static void
talk_end(struct conversations *cs, struct talk *t)
{
	assert(t->state != TALK_ENDED);
	if (t->state == TALK_CLOSING)
		queue_remove(&cs->closing, t);
	if (cs->above == t)
		cs->above = NULL;
	t->state = TALK_ENDED;
	queue_add(&cs->ended, t);
	if (cs->o.all)
		ended_release(cs);
}

/* t is too long: what there is ends as a part, and another one begins. */
static struct talk *
talk_split(struct conversations *cs, struct talk *t)
{
	struct talk *next = talk_add(cs, t->key, talk_host(t), talk_pid(t));

	talk_go_on(next, t);
	errands_move(&cs->errands, t, next);
	t->c.continued = true;
	talk_end(cs, t);
	return next;
}

static bool
is_expired(const struct conversations *cs, const struct talk *t, int64_t now_ns)
{
	return talk_expired(t, now_ns, cs->o.format->owner_age_ns);
}

static void
sweep(struct conversations *cs, int64_t now_ns)
{
	for (size_t i = 0; i < SLOTS; i++)
		for (struct talk *t = cs->slots[i], *next; t; t = next) {
			next = t->next;
			if (t->state != TALK_ENDED && is_expired(cs, t, now_ns))
				talk_end(cs, t);
		}
	cs->sweep_at = cs->n * 2 + SLOTS;
}

/* Does the line begin its conversation, even if there is one of that name? */
static bool
begins(const struct line_owner *who, const struct talk *t)
{
	return who->place == LINE_FIRST ||
	    (who->place == LINE_SECOND && !(t->n == 1 && t->c.begun));
}

/* The talk that a line goes to, new if need be; NULL: the line says nothing. */
static struct talk *
talk_for(struct conversations *cs, const struct line_owner *who)
{
	uint64_t key = key_of(who->pid);
	struct talk *t;

	if (who->pid.n == 0)
		return errands_end(&cs->errands, who);
	t = talk_find(cs, key, who);
	if (t && (begins(who, t) || is_expired(cs, t, who->time_ns))) {
		talk_end(cs, t);
		t = NULL;
	}
	/* Of a connection it tells nothing; of a message, that it is gone. */
	if (t || (who->place == LINE_LAST && !cs->o.format->of_queue))
		return t;
	t = talk_add(cs, key, who->host, who->pid);
	t->c.begun = who->place == LINE_FIRST || who->place == LINE_SECOND ||
	    who->place == LINE_ONLY;
	return t;
}

/* The line above is over: what follows does not go on from it. */
static void
above_over(struct conversations *cs)
{
	if (cs->above && cs->above_ends)
		talk_end(cs, cs->above);
	cs->above = NULL;
}

/* t has said that it ends.  Who has waited longest for a last word ends now. */
static void
talk_close(struct conversations *cs, struct talk *t)
{
	t->c.ended = true;
	if (t->state == TALK_CLOSING)
		return;
	t->state = TALK_CLOSING;
	queue_add(&cs->closing, t);
	if (cs->closing.n > CONVERSATION_CLOSING)
		talk_end(cs, cs->closing.oldest);
}

/* A part ends between two messages, if there are several in the second half. */
static bool
must_split(const struct conversations *cs, const struct talk *t,
    struct str line, const struct line_owner *who)
{
	struct dialogue said;

	if (t->text.n < CONVERSATION_MAX_BYTES / 2)
		return t->text.n > 0 &&
		    t->text.n + line.n >= CONVERSATION_MAX_BYTES;
	cs->o.format->dialogue(str_skip(line, who->text_at), &said);
	return said.kind == DIALOGUE_MAIL ||
	    t->text.n + line.n >= CONVERSATION_MAX_BYTES;
}

static void
owned_line(struct conversations *cs, struct str line,
    const struct line_owner *who, uint64_t offset)
{
	struct talk *t;

	if (cs->n >= cs->sweep_at)
		sweep(cs, who->time_ns);
	t = talk_for(cs, who);
	if (t == NULL)
		return;
	/* The end of an errand stays where its beginning is. */
	if (who->pid.n > 0 && must_split(cs, t, line, who))
		t = talk_split(cs, t);
	talk_line(t, line, who, offset);
	if (who->errand.n > 0 && who->pid.n > 0)
		errands_begin(&cs->errands, who, t);
	cs->above = t;
	cs->above_ends = who->place == LINE_LAST || who->place == LINE_ONLY;
	if (cs->above_ends)
		t->c.ended = true;
	else if (who->place == LINE_CLOSING)
		talk_close(cs, t);
}

static void
one_line(struct conversations *cs, struct str line, uint64_t offset)
{
	struct line_owner who;

	cs->o.format->line_owner(line, &cs->clock, &who);
	if (who.idle)
		errands_drop(&cs->errands, who.host);
	if (who.place == LINE_FURTHER && cs->above &&
	    (who.goes_on || talk_goes_on(cs->above))) {
		if (cs->above->text.n + line.n < CONVERSATION_MAX_BYTES)
			talk_line(cs->above, line, &who, offset);
		return;
	}
	above_over(cs);
	if ((who.pid.n > 0 || who.errand.n > 0) &&
	    who.place != LINE_NOBODYS && who.place != LINE_FURTHER)
		owned_line(cs, line, &who, offset);
}

/* The line that was cut, with its rest if that is where the block begins. */
static size_t
tail_line(struct conversations *cs, struct str block)
{
	struct str line = str_head(block, str_index(block, '\n'));
	size_t used = 0;

	if (line.n > 0 && !stamp_begins(line)) {
		buf_add_str(&cs->tail, line);
		used = line.n < block.n ? line.n + 1 : line.n;
		if (line.n == block.n)
			return used; /* still without an end */
	}
	line.n = cs->tail.n;
	buf_add_repeated(&cs->tail, '\n', FORMAT_SLACK);
	one_line(cs, str_make(cs->tail.p, line.n), cs->tail_offset);
	buf_reset(&cs->tail);
	return used;
}

/* Keeps a last line without an end; returns how much of the block is whole. */
static size_t
tail_keep(struct conversations *cs, struct str block, uint64_t offset)
{
	size_t n = block.n;

	while (n > 0 && block.p[n - 1] != '\n')
		n--;
	if (n < block.n) {
		cs->tail_offset = offset + n;
		buf_add_str(&cs->tail, str_skip(block, n));
	}
	return n;
}

void
conversations_block(struct conversations *cs, struct str block,
    uint64_t offset)
{
	const char *begin, *end;
	struct lines it;
	size_t used;

	if (cs->tail.n > 0 && block.n > 0) {
		used = tail_line(cs, block);
		block = str_skip(block, used);
		offset += used;
	}
	block.n = tail_keep(cs, block, offset);
	lines_begin(&it, block);
	while (lines_next(&it, &begin, &end))
		one_line(cs, str_span(begin, end),
		    offset + (uint64_t)(begin - block.p));
}

bool
conversations_mark(struct conversations *cs, struct str pid, uint64_t offset)
{
	for (struct talk *t = *slot_of(cs, key_of(pid)); t; t = t->next)
		if (str_eq(talk_pid(t), pid) && talk_has(t, offset))
			return t->c.marked = true;
	/* Rare: one process wrote the line, of another one it speaks. */
	for (size_t i = 0; i < SLOTS; i++)
		for (struct talk *t = cs->slots[i]; t; t = t->next)
			if (talk_has(t, offset))
				return t->c.marked = true;
	return false;
}

void
conversations_settle(struct conversations *cs)
{
	if (!talk_goes_on(cs->above))
		above_over(cs);
	ended_release(cs);
}

static int
by_beginning(const void *a, const void *b)
{
	const struct talk *x = *(struct talk *const *)a;
	const struct talk *y = *(struct talk *const *)b;

	return (x->began > y->began) - (x->began < y->began);
}

/* What is open ends, in the order of the beginnings. */
static void
end_all(struct conversations *cs)
{
	struct talk **all = mem_alloc((cs->n + 1) * sizeof(struct talk *));
	size_t n = 0;

	for (size_t i = 0; i < SLOTS; i++)
		for (struct talk *t = cs->slots[i]; t; t = t->next)
			if (t->state != TALK_ENDED)
				all[n++] = t;
	qsort(all, n, sizeof(struct talk *), by_beginning);
	for (size_t i = 0; i < n; i++)
		talk_end(cs, all[i]);
	free(all);
}

void
conversations_finish(struct conversations *cs)
{
	if (cs->tail.n > 0)
		tail_line(cs, STR(""));
	above_over(cs);
	end_all(cs);
	ended_release(cs);
}

struct conversations *
conversations_new(const struct conversations_options *o,
    conversation_fn *take, void *ctx)
{
	struct conversations *cs = mem_zalloc(sizeof(*cs));

	cs->o = *o;
	cs->take = take;
	cs->ctx = ctx;
	cs->sweep_at = SLOTS;
	stamp_clock_init(&cs->clock, o->zone, o->year);
	return cs;
}

void
conversations_free(struct conversations **cs)
{
	if (*cs == NULL)
		return;
	for (size_t i = 0; i <= SLOTS; i++) {
		struct talk *t = i < SLOTS ? (*cs)->slots[i] : (*cs)->unused;

		while (t) {
			struct talk *next = t->next;

			talk_free(t);
			t = next;
		}
	}
	errands_clear(&(*cs)->errands);
	buf_clear(&(*cs)->tail);
	free(*cs);
	*cs = NULL;
}
