#include "trace/join.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/when.h"
#include "trace/queued.h"
#include "trace/story.h"
#include "trace/trail.h"

/* One story on its way to be a part of another. */
struct node {
	const struct story *story;
	struct queued *q;	 /* of a queue's story: a copy, to be changed */
	struct node *parent;	 /* who put it into the queue */
	struct node *child;	 /* who came of it; the others by sibling */
	struct node *sibling;
	int64_t distance_ns;	 /* from when the parent said so */
	enum origin origin;
};

/* That somebody put something into the queue. */
struct saying {
	struct str qp;
	int64_t time_ns;
	struct node *by;
	enum origin origin;	/* of what it put there */
};

struct join {
	struct node *nodes;
	size_t n;
	struct saying *sayings;
	size_t n_sayings, cap_sayings;
	struct arena *arena;
};

/* ---- parts of one message ---- */

static int
by_message(const void *a, const void *b)
{
	const struct story *x = *(const struct story *const *)a;
	const struct story *y = *(const struct story *const *)b;
	int order = (x->of_queue > y->of_queue) - (x->of_queue < y->of_queue);

	if (order != 0 || !x->of_queue)
		return order ? order
			     : (x->order > y->order) - (x->order < y->order);
	order = str_cmp(x->stream, y->stream);
	if (order == 0)
		order = str_cmp(x->queue[0]->number, y->queue[0]->number);
	if (order == 0)
		order = (x->queue[0]->queued_ns > y->queue[0]->queued_ns) -
		    (x->queue[0]->queued_ns < y->queue[0]->queued_ns);
	return order ? order : (x->order > y->order) - (x->order < y->order);
}

static bool
is_part_of(const struct story *s, const struct story *before)
{
	return s->of_queue && before->of_queue &&
	    s->queue[0]->queued_ns != WHEN_NONE &&
	    s->queue[0]->queued_ns == before->queue[0]->queued_ns &&
	    str_eq(s->stream, before->stream) &&
	    str_eq(s->queue[0]->number, before->queue[0]->number);
}

static void *
joined(struct arena *a, const void *one, size_t n_one, const void *two,
    size_t n_two, size_t size)
{
	char *both = arena_alloc(a, (n_one + n_two + 1) * size);

	if (n_one > 0)
		memcpy(both, one, n_one * size);
	if (n_two > 0)
		memcpy(both + n_one * size, two, n_two * size);
	return both;
}

/* Lines and events of part go behind those of s. */
static void
append(struct story *s, const struct story *part, struct arena *a)
{
	s->lines = joined(a, s->lines, s->n_lines, part->lines, part->n_lines,
	    sizeof(*s->lines));
	s->n_lines += part->n_lines;
	s->events = joined(a, s->events, s->n_events, part->events,
	    part->n_events, sizeof(*s->events));
	s->n_events += part->n_events;
	s->direct |= part->direct;
}

static void
add_node(struct join *j, const struct story *s)
{
	struct node *n = &j->nodes[j->n++];

	*n = (struct node){ .story = s, .distance_ns = INT64_MAX };
	if (!s->of_queue)
		return;
	n->q = arena_alloc(j->arena, sizeof(*n->q));
	*n->q = *s->queue[0];
}

static void
add_part(struct join *j, const struct story *part)
{
	struct node *n = &j->nodes[j->n - 1];
	struct story *both = arena_alloc(j->arena, sizeof(*both));

	*both = *n->story;
	append(both, part, j->arena);
	queued_merge(n->q, part->queue[0], j->arena);
	n->story = both;
}

static void
make_nodes(struct join *j, const struct story *const *stories, size_t n)
{
	const struct story **sorted = mem_alloc((n + 1) * sizeof(*sorted));

	if (n > 0)
		memcpy(sorted, stories, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), by_message);
	j->nodes = mem_alloc((n + 1) * sizeof(*j->nodes));
	for (size_t i = 0; i < n; i++)
		if (i > 0 && is_part_of(sorted[i], sorted[i - 1]))
			add_part(j, sorted[i]);
		else
			add_node(j, sorted[i]);
	free(sorted);
}

/* ---- who says what ---- */

static void
say(struct join *j, struct node *by, struct str qp, int64_t time_ns,
    enum origin origin)
{
	if (qp.n > 0 && time_ns != WHEN_NONE)
		ARRAY_PUSH(j->sayings, j->n_sayings, j->cap_sayings) =
		    (struct saying){ qp, time_ns, by, origin };
}

static void
say_all(struct join *j, struct node *n)
{
	if (n->q == NULL) {
		say(j, n, n->story->queue_id, n->story->time_ns, ORIGIN_SERVER);
		return;
	}
	say(j, n, n->q->bounce, n->q->bounce_ns,
	    n->q->sender.p && n->q->sender.n == 0 ? ORIGIN_DOUBLE_BOUNCE
						   : ORIGIN_BOUNCE);
	for (size_t i = 0; i < n->q->n_recipients; i++)
		say(j, n, n->q->recipients[i].copy, n->q->recipients[i].last_ns,
		    ORIGIN_FORWARD);
}

static int
by_qp(const void *a, const void *b)
{
	const struct saying *x = a, *y = b;
	int order = str_cmp(x->qp, y->qp);

	return order ? order
		     : (x->time_ns > y->time_ns) - (x->time_ns < y->time_ns);
}

static size_t
first_saying(const struct join *j, struct str qp)
{
	size_t low = 0, high = j->n_sayings;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (str_cmp(j->sayings[middle].qp, qp) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* ---- what agrees ---- */

/* As qmail-send writes it (spec/qmail-log.md 2.3), in whatever case. */
static char
safe(char c)
{
	if (c == '\n')
		return '/';
	return c > 32 && c < 127 && c != '%' ? str_lower(c) : '_';
}

static bool
same_as_logged(struct str raw, struct str logged)
{
	if (raw.n != logged.n)
		return false;
	for (size_t i = 0; i < raw.n; i++)
		if (safe(raw.p[i]) != safe(logged.p[i]))
			return false;
	return true;
}

static bool
same_sender(const struct story *server, const struct queued *q)
{
	return server->sender.p == NULL || q->sender.p == NULL ||
	    same_as_logged(server->sender, q->sender);
}

static bool
may_come_of(const struct node *n, const struct saying *s)
{
	bool is_bounce = n->q->sender.n == 0 ||
	    str_eq(n->q->sender, STR("#@[]"));

	switch (s->origin) {
	case ORIGIN_SERVER:
		return same_sender(s->by->story, n->q);
	case ORIGIN_BOUNCE:
	case ORIGIN_DOUBLE_BOUNCE:
		return is_bounce;
	case ORIGIN_FORWARD: case ORIGIN_LIKELY: case ORIGIN_UNKNOWN:
	case ORIGINS:
		break;
	}
	return true;
}

/* "shop-orders@shop.example" is orders of a virtual domain. */
static bool
is_for(struct str recipient, const struct queued *q)
{
	for (size_t i = 0; i < q->n_recipients; i++) {
		struct str logged = q->recipients[i].address;
		size_t more = logged.n - recipient.n;

		if (logged.n < recipient.n ||
		    !same_as_logged(recipient, str_skip(logged, more)))
			continue;
		if (more == 0 || logged.p[more - 1] == '-')
			return true;
	}
	return false;
}

static bool
is_likely(const struct story *server, const struct queued *q)
{
	if (server->sender.p == NULL || q->sender.p == NULL ||
	    !same_as_logged(server->sender, q->sender))
		return false;
	for (size_t i = 0; i < server->n_recipients; i++)
		if (is_for(server->recipients[i], q))
			return true;
	return false;
}

/* ---- parents ---- */

static int64_t
distance(int64_t a_ns, int64_t b_ns)
{
	int64_t d = num_add_signed(a_ns, -b_ns);

	return d < 0 ? -d : d;
}

/* Would the tree become a ring? */
static bool
descends(const struct node *n, const struct node *from)
{
	for (; n; n = n->parent)
		if (n == from)
			return true;
	return false;
}

static void
adopt(struct node *n, struct node *parent, enum origin origin,
    int64_t distance_ns)
{
	n->parent = parent;
	n->origin = origin;
	n->distance_ns = distance_ns;
}

static void
find_parent(struct join *j, struct node *n)
{
	for (size_t i = first_saying(j, n->q->qp); i < j->n_sayings &&
	    str_eq(j->sayings[i].qp, n->q->qp); i++) {
		const struct saying *s = &j->sayings[i];
		int64_t d = distance(s->time_ns, n->q->queued_ns);

		if (d <= TRAIL_NS && d < n->distance_ns &&
		    may_come_of(n, s) && !descends(s->by, n))
			adopt(n, s->by, s->origin, d);
	}
}

static void
find_likely(struct join *j, struct node *server)
{
	struct node *best = NULL;
	int64_t best_ns = TRAIL_LIKELY_NS;

	for (size_t i = 0; i < j->n; i++) {
		struct node *n = &j->nodes[i];
		int64_t d;

		if (n->q == NULL || n->parent || n->q->queued_ns == WHEN_NONE)
			continue;
		d = distance(n->q->queued_ns, server->story->time_ns);
		if (d <= best_ns && is_likely(server->story, n->q)) {
			best = n;
			best_ns = d;
		}
	}
	if (best)
		adopt(best, server, ORIGIN_LIKELY, best_ns);
}

static void
find_parents(struct join *j)
{
	for (size_t i = 0; i < j->n; i++)
		say_all(j, &j->nodes[i]);
	if (j->n_sayings > 0)
		qsort(j->sayings, j->n_sayings, sizeof(*j->sayings), by_qp);
	for (size_t i = 0; i < j->n; i++)
		if (j->nodes[i].q && j->nodes[i].q->qp.n > 0 &&
		    j->nodes[i].q->queued_ns != WHEN_NONE)
			find_parent(j, &j->nodes[i]);
	for (size_t i = 0; i < j->n; i++) {
		struct node *n = &j->nodes[i];

		if (n->q == NULL && n->story->verdict == STORY_ACCEPTED &&
		    n->story->queue_id.n == 0 && n->story->time_ns != WHEN_NONE)
			find_likely(j, n);
	}
}

/* ---- trees ---- */

/*
 * Children in the order of time.  Of several that claim to come of one saying
 * the nearest does.
 */
static void
link_child(struct node *n)
{
	struct node **at = &n->parent->child;

	for (; *at; at = &(*at)->sibling)
		if (str_eq((*at)->q->qp, n->q->qp))
			break;
	if (*at && (*at)->distance_ns <= n->distance_ns) {
		n->parent = NULL;
		n->origin = ORIGIN_UNKNOWN;
		return;
	}
	if (*at) {
		struct node *other = *at;

		*at = other->sibling;
		other->sibling = NULL;
		other->parent = NULL;
		other->origin = ORIGIN_UNKNOWN;
	}
	for (at = &n->parent->child; *at &&
	    (*at)->q->queued_ns <= n->q->queued_ns; at = &(*at)->sibling)
		;
	n->sibling = *at;
	*at = n;
}

struct tree {
	struct join *j;
	struct story *s;
	size_t cap;
	struct queued **queue; /* grows; the story's in the end */
};

/* n and all that come of it; each behind what it comes of. */
static void
add_tree(struct tree *t, const struct node *n)
{
	if (n->q) {
		n->q->origin = n->origin;
		n->q->parent = n->parent ? n->parent->q : NULL;
		ARRAY_PUSH(t->queue, t->s->n_queue, t->cap) = n->q;
	}
	for (const struct node *c = n->child; c; c = c->sibling) {
		append(t->s, c->story, t->j->arena);
		add_tree(t, c);
	}
}

static int
by_time_of_line(const void *a, const void *b)
{
	const struct story_line *x = a, *y = b;

	return (x->time_ns > y->time_ns) - (x->time_ns < y->time_ns);
}

static int
by_time_of_event(const void *a, const void *b)
{
	const struct event *x = a, *y = b;

	return (x->time_ns > y->time_ns) - (x->time_ns < y->time_ns);
}

/* Merge sort: what is of one time stays in its order. */
static void
sort_stable(void *all, size_t n, size_t size,
    int (*order)(const void *, const void *), void *scratch)
{
	char *p = all, *q = scratch;
	size_t half = n / 2, i = 0, k = half, at = 0;

	if (n < 2)
		return;
	sort_stable(p, half, size, order, scratch);
	sort_stable(p + half * size, n - half, size, order, scratch);
	while (i < half && k < n) {
		size_t *from = order(p + k * size, p + i * size) < 0 ? &k : &i;

		memcpy(q + at++ * size, p + (*from)++ * size, size);
	}
	memcpy(q + at * size, p + i * size, (half - i) * size);
	at += half - i;
	/* What is left of the second half is in its place. */
	memcpy(p, q, at * size);
}

static void
sort_by_time(struct story *s)
{
	size_t most = s->n_lines * sizeof(*s->lines);
	void *scratch;

	if (most < s->n_events * sizeof(*s->events))
		most = s->n_events * sizeof(*s->events);
	scratch = mem_alloc(most + 1);
	sort_stable(s->lines, s->n_lines, sizeof(*s->lines), by_time_of_line,
	    scratch);
	sort_stable(s->events, s->n_events, sizeof(*s->events),
	    by_time_of_event, scratch);
	free(scratch);
}

static void
tell_tree(struct join *j, const struct node *root, struct story *s)
{
	struct tree t = { .j = j, .s = s };

	*s = *root->story;
	s->n_queue = 0;
	/* The lines are the part's: those of one alone are as they were. */
	append(s, &(struct story){ .n_lines = 0 }, j->arena);
	add_tree(&t, root);
	s->queue = joined(j->arena, t.queue, s->n_queue, NULL, 0,
	    sizeof(*t.queue));
	free(t.queue);
	if (root->child)
		sort_by_time(s);
	if (s->n_queue > 0)
		queued_tell(s, j->arena);
}

struct story *
stories_join(const struct story *const *stories, size_t n, bool queue_was_read,
    struct arena *a, size_t *n_joined)
{
	struct join j = { .arena = a };
	struct story *told;

	make_nodes(&j, stories, n);
	find_parents(&j);
	for (size_t i = 0; i < j.n; i++)
		if (j.nodes[i].parent)
			link_child(&j.nodes[i]);
	told = arena_alloc(a, (j.n + 1) * sizeof(*told));
	*n_joined = 0;
	for (size_t i = 0; i < j.n; i++) {
		struct story *s = &told[*n_joined];

		if (j.nodes[i].parent)
			continue;
		tell_tree(&j, &j.nodes[i], s);
		s->queue_was_read = queue_was_read;
		*n_joined += s->direct;
	}
	free(j.nodes);
	free(j.sayings);
	return told;
}
