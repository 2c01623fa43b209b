#include "trace/trail.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/when.h"
#include "trace/conversation.h"
#include "trace/queued.h"
#include "trace/story.h"

/* Times of one mark: who says it and who is it stand close together. */
#define SAME_NS (INT64_C(60) * WHEN_SECOND)

struct mark {
	struct mark *next; /* of the same number */
	int64_t time_ns;
	bool said, is;	   /* both: nothing is missing */
	bool new;	   /* not looked for from the beginning of the logs */
};

/* When a server accepted a message without saying as what. */
struct moment {
	int64_t time_ns;
};

struct trail {
	struct map marks;
	struct moment *moments;
	size_t n_moments, cap_moments;
	struct arena arena;
	bool grew; /* a moment is new */
};

struct trail *
trail_new(void)
{
	return mem_zalloc(sizeof(struct trail));
}

void
trail_free(struct trail **trail)
{
	struct trail *t = *trail;

	if (t == NULL)
		return;
	map_clear(&t->marks);
	free(t->moments);
	arena_clear(&t->arena);
	free(t);
	*trail = NULL;
}

static bool
near(int64_t a_ns, int64_t b_ns, int64_t within_ns)
{
	return a_ns != WHEN_NONE && b_ns != WHEN_NONE &&
	    a_ns >= num_add_signed(b_ns, -within_ns) &&
	    a_ns <= num_add_signed(b_ns, within_ns);
}

/* ---- the marks of a story ---- */

enum mark_end { SAYS, IS };
/* True: that was enough. */
typedef bool mark_fn(struct trail *t, struct str qp, int64_t time_ns,
    enum mark_end end);

static bool
each_of_queued(struct trail *t, const struct queued *q, mark_fn *fn)
{
	if (q->qp.n > 0 && fn(t, q->qp, q->queued_ns, IS))
		return true;
	if (q->bounce.n > 0 && fn(t, q->bounce, q->bounce_ns, SAYS))
		return true;
	for (size_t i = 0; i < q->n_recipients; i++)
		if (q->recipients[i].copy.n > 0 && fn(t, q->recipients[i].copy,
		    q->recipients[i].last_ns, SAYS))
			return true;
	return false;
}

static bool
each_mark(struct trail *t, const struct story *s, mark_fn *fn)
{
	if (!s->of_queue)
		return s->queue_id.n > 0 &&
		    fn(t, s->queue_id, s->time_ns, SAYS);
	for (size_t i = 0; i < s->n_queue; i++)
		if (each_of_queued(t, s->queue[i], fn))
			return true;
	return false;
}

static struct mark *
find_mark(const struct trail *t, uint64_t number, int64_t time_ns,
    int64_t within_ns)
{
	struct mark *m = map_find(&t->marks, number);

	while (m && !near(m->time_ns, time_ns, within_ns))
		m = m->next;
	return m;
}

static bool
add_mark(struct trail *t, struct str qp, int64_t time_ns, enum mark_end end)
{
	uint64_t number;
	struct mark *m;

	if (!num_u64(qp, &number) || time_ns == WHEN_NONE)
		return false;
	m = find_mark(t, number, time_ns, SAME_NS);
	if (m == NULL) {
		m = arena_alloc(&t->arena, sizeof(*m));
		*m = (struct mark){ .time_ns = time_ns, .new = true,
			.next = map_find(&t->marks, number) };
		map_set(&t->marks, number, m);
	}
	m->said |= end == SAYS;
	m->is |= end == IS;
	return false;
}

static bool
has_mark(struct trail *t, struct str qp, int64_t time_ns, enum mark_end end)
{
	uint64_t number;

	(void)end;
	return num_u64(qp, &number) && find_mark(t, number, time_ns, TRAIL_NS);
}

/* ---- without a process id ---- */

/* Accepted, and nothing says as what. */
static bool
is_moment(const struct story *s)
{
	return !s->of_queue && s->verdict == STORY_ACCEPTED &&
	    s->queue_id.n == 0 && s->time_ns != WHEN_NONE;
}

/* In the queue, and nobody said that it put it there. */
static int64_t
moment_of(const struct story *s)
{
	if (s->of_queue && s->n_queue > 0)
		return s->queue[0]->queued_ns;
	return is_moment(s) ? s->time_ns : WHEN_NONE;
}

static bool
near_moment(const struct trail *t, int64_t from_ns, int64_t until_ns)
{
	if (from_ns == WHEN_NONE)
		return false;
	for (size_t i = 0; i < t->n_moments; i++)
		if (t->moments[i].time_ns >=
		    num_add_signed(from_ns, -TRAIL_LIKELY_NS) &&
		    t->moments[i].time_ns <=
		    num_add_signed(until_ns, TRAIL_LIKELY_NS))
			return true;
	return false;
}

static void
add_moment(struct trail *t, int64_t time_ns)
{
	for (size_t i = t->n_moments; i-- > 0;)
		if (t->moments[i].time_ns == time_ns)
			return;
	ARRAY_PUSH(t->moments, t->n_moments, t->cap_moments) =
	    (struct moment){ time_ns };
	t->grew = true;
}

/* ---- */

void
trail_add(struct trail *t, const struct story *s)
{
	int64_t moment_ns = moment_of(s);

	each_mark(t, s, add_mark);
	if (moment_ns != WHEN_NONE)
		add_moment(t, moment_ns);
}

bool
trail_has(const struct trail *t, const struct story *s)
{
	int64_t moment_ns = moment_of(s);

	/* has_mark changes nothing. */
	return each_mark((struct trail *)(uintptr_t)t, s, has_mark) ||
	    near_moment(t, moment_ns, moment_ns);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Any number in the text of that a mark is made. */
static bool
has_number(const struct trail *t, const struct conversation *c)
{
	struct str text = c->text;

	for (size_t i = 0; i < text.n; i++) {
		uint64_t number = 0;
		size_t n = i;

		while (n < text.n && is_digit(text.p[n]) && n - i < 12)
			number = number * 10 + (uint64_t)(text.p[n++] - '0');
		if (n == i)
			continue;
		for (struct mark *m = map_find(&t->marks, number); m; m = m->next)
			if (m->time_ns >= num_add_signed(c->first_ns, -TRAIL_NS) &&
			    m->time_ns <= num_add_signed(c->last_ns, TRAIL_NS))
				return true;
		while (n < text.n && is_digit(text.p[n]))
			n++;
		i = n;
	}
	return false;
}

bool
trail_may_be_in(const struct trail *t, const struct conversation *c)
{
	if (c->first_ns == WHEN_NONE || t->marks.n + t->n_moments == 0)
		return false;
	return near_moment(t, c->first_ns, c->last_ns) || has_number(t, c);
}

bool
trail_turn(struct trail *t)
{
	bool more = t->grew;
	size_t at = 0;

	for (struct mark *m; (m = map_next(&t->marks, &at));)
		for (; m; m = m->next) {
			more |= m->new && !(m->said && m->is);
			m->new = false;
		}
	t->grew = false;
	return more;
}
