#include "trace/hits.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/when.h"
#include "event/filter.h"
#include "format/format.h"
#include "trace/conversation.h"
#include "trace/join.h"
#include "trace/story.h"
#include "trace/trail.h"
#include "trace/what.h"

/* One log that is read. */
struct lane_state {
	struct hits *hits;
	struct lane_state *next;
	const char *stream;
	const struct format *format; /* NULL before the first block */
	struct conversations *conversations;
	int year;
};

/* What was kept of one connection, or of a part of it. */
struct group {
	struct arena arena;
	const struct story **stories;
	size_t n, cap, n_direct;
	int64_t newest_ns;
};

struct hits {
	struct hits_options o;
	struct period span;
	struct lane_state *lanes;
	struct group **groups;
	size_t n_groups, cap_groups, n_stories, bytes;
	size_t found;	    /* that were asked for, */
	size_t n_direct;    /* of which so many are kept */
	uint64_t order, connections;
	bool understood, of_queue;
	struct trail *trail;
	struct buf scratch;
	struct arena joined;
	const struct story **sorted;
	size_t n_sorted;
};

struct hits *
hits_new(const struct hits_options *o)
{
	struct hits *h = mem_zalloc(sizeof(*h));

	h->o = *o;
	if (h->o.max == 0)
		h->o.max = HITS_MAX;
	h->span = (struct period){ INT64_MIN, INT64_MAX };
	h->trail = trail_new();
	return h;
}

void
hits_span(struct hits *h, struct period span)
{
	h->span = span;
}

static void
group_free(struct group *g)
{
	free(g->stories);
	arena_clear(&g->arena);
	free(g);
}

/* As if nothing had been read yet, but for the trail. */
static void
hits_reset(struct hits *h)
{
	while (h->lanes) {
		struct lane_state *next = h->lanes->next;

		conversations_free(&h->lanes->conversations);
		free(h->lanes);
		h->lanes = next;
	}
	for (size_t i = 0; i < h->n_groups; i++)
		group_free(h->groups[i]);
	h->n_groups = h->n_stories = h->bytes = 0;
	h->found = h->n_direct = 0;
	h->order = h->connections = 0;
}

bool
hits_turn(struct hits *h)
{
	if (!h->of_queue || h->n_groups == 0 || !trail_turn(h->trail))
		return false;
	hits_reset(h);
	return true;
}

void
hits_free(struct hits **hits)
{
	struct hits *h = *hits;

	if (h == NULL)
		return;
	hits_reset(h);
	trail_free(&h->trail);
	free(h->groups);
	buf_clear(&h->scratch);
	arena_clear(&h->joined);
	free(h->sorted);
	free(h);
	*hits = NULL;
}

void *
hits_lane(void *ctx, const char *stream, int year)
{
	struct hits *h = ctx;
	struct lane_state *l = mem_zalloc(sizeof(*l));

	*l = (struct lane_state){ .hits = h, .next = h->lanes,
		.stream = stream, .year = year };
	h->lanes = l;
	return l;
}

static int
oldest_last(const void *a, const void *b)
{
	const struct group *x = *(struct group *const *)a;
	const struct group *y = *(struct group *const *)b;

	return (x->newest_ns < y->newest_ns) - (x->newest_ns > y->newest_ns);
}

/* Several logs are read one after the other: who is oldest, times tell. */
static void
drop_oldest(struct hits *h)
{
	if (h->n_groups < 2)
		return;
	qsort(h->groups, h->n_groups, sizeof(struct group *), oldest_last);
	while ((h->n_stories > h->o.max || h->bytes > HITS_BYTES) &&
	    h->n_groups > 1) {
		struct group *g = h->groups[--h->n_groups];

		h->n_stories -= g->n;
		h->n_direct -= g->n_direct;
		h->bytes -= g->arena.bytes;
		group_free(g);
	}
}

static bool
is_in(const struct story *s, const struct period *p)
{
	return s->time_ns == WHEN_NONE ||
	    (s->time_ns >= p->start_ns && s->time_ns < p->end_ns);
}

static bool
wanted(struct hits *h, const struct story *s)
{
	struct event ev;

	if (!is_in(s, &h->o.period) || !what_matches(h->o.what, s))
		return false;
	if (h->o.filter == NULL)
		return true;
	story_event(s, &h->scratch, &ev);
	return filter_match(h->o.filter, &ev);
}

static void
keep(struct hits *h, struct group *g)
{
	g->newest_ns = INT64_MIN;
	for (size_t i = 0; i < g->n; i++)
		trail_add(h->trail, g->stories[i]);
	for (size_t i = 0; i < g->n; i++)
		if (g->stories[i]->time_ns > g->newest_ns)
			g->newest_ns = g->stories[i]->time_ns;
	ARRAY_PUSH(h->groups, h->n_groups, h->cap_groups) = g;
	h->n_stories += g->n;
	h->n_direct += g->n_direct;
	h->bytes += g->arena.bytes;
	/* Not one by one: sorting takes time. */
	if (h->n_stories > h->o.max + h->o.max / 4 ||
	    h->bytes > HITS_BYTES + HITS_BYTES / 4)
		drop_oldest(h);
}

static void
take_story(struct hits *h, struct group *g, struct story *s)
{
	if (!is_in(s, &h->span))
		return;
	s->direct = wanted(h, s);
	if (!s->direct && !trail_has(h->trail, s))
		return;
	s->order = h->order++;
	s->connection = h->connections;
	h->found += s->direct;
	g->n_direct += s->direct;
	ARRAY_PUSH(g->stories, g->n, g->cap) = s;
}

static void
take_conversation(void *ctx, const struct conversation *c)
{
	struct lane_state *l = ctx;
	struct hits *h = l->hits;
	struct story_maker maker = { .format = l->format, .zone = h->o.zone };
	struct story *stories;
	struct group *g;
	size_t n;

	h->understood = true;
	if (!what_may_be_in(h->o.what, c) && !trail_may_be_in(h->trail, c))
		return;
	g = mem_zalloc(sizeof(*g));
	maker.stream = arena_str(&g->arena,
	    c->host.p ? c->host : str_from(l->stream));
	stories = stories_of(&maker, c, &g->arena, &n);
	for (size_t i = 0; i < n; i++)
		take_story(h, g, &stories[i]);
	h->connections++;
	if (g->n > 0)
		keep(h, g);
	else
		group_free(g);
}

void
hits_block(void *lane, const struct format *format, struct str block,
    uint64_t offset)
{
	struct lane_state *l = lane;

	if (l->conversations == NULL) {
		struct conversations_options o = { .format = format,
			.zone = l->hits->o.zone, .year = l->year, .all = true };

		l->format = format;
		l->hits->of_queue |= format->of_queue;
		l->conversations = conversations_new(&o, take_conversation, l);
	}
	conversations_block(l->conversations, block, offset);
}

void
hits_lane_end(void *ctx, void *lane)
{
	struct lane_state *l = lane;

	(void)ctx;
	if (l->conversations)
		conversations_finish(l->conversations);
	conversations_free(&l->conversations);
}

static int
newest_first(const void *a, const void *b)
{
	const struct story *x = *(const struct story *const *)a;
	const struct story *y = *(const struct story *const *)b;

	if (x->time_ns != y->time_ns)
		return x->time_ns > y->time_ns ? -1 : 1;
	return (x->order < y->order) - (x->order > y->order);
}

const struct story *const *
hits_sorted(struct hits *h, size_t *n)
{
	size_t parts = 0, dropped;
	struct story *stories;

	drop_oldest(h);
	free(h->sorted);
	arena_clear(&h->joined);
	h->sorted = mem_alloc((h->n_stories + 1) * sizeof(*h->sorted));
	for (size_t g = 0; g < h->n_groups; g++)
		for (size_t k = 0; k < h->groups[g]->n; k++)
			h->sorted[parts++] = h->groups[g]->stories[k];
	stories = stories_join(h->sorted, parts, h->of_queue, &h->joined,
	    &h->n_sorted);
	for (size_t i = 0; i < h->n_sorted; i++)
		h->sorted[i] = &stories[i];
	qsort(h->sorted, h->n_sorted, sizeof(*h->sorted), newest_first);
	/* What was found together is one from here on. */
	dropped = h->found - h->n_direct;
	h->found = h->n_sorted + dropped;
	h->n_direct = h->n_sorted;
	*n = h->n_sorted;
	return h->sorted;
}

bool
hits_of_one_connection(const struct hits *h)
{
	for (size_t i = 1; i < h->n_sorted; i++)
		if (h->sorted[i]->connection != h->sorted[0]->connection)
			return false;
	return h->n_sorted == h->found;
}

bool
hits_of_queue(const struct hits *h)
{
	return h->of_queue;
}

size_t
hits_found(const struct hits *h)
{
	return h->found;
}

bool
hits_understood(const struct hits *h)
{
	return h->understood;
}
