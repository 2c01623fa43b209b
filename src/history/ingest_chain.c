#include "history/ingest_run.h"

#include <stdlib.h>

#include "base/when.h"
#include "format/format.h"
#include "input/source.h"

static const struct format *
format_of(struct str name)
{
	for (size_t i = 0; formats[i]; i++)
		if (str_eq(name, str_from(formats[i]->name)))
			return formats[i];
	return NULL;
}

static struct lane_options
options_of(struct chain *c, int year)
{
	return (struct lane_options){
		.format = format_of(c->kept.format),
		.scan = { .wants = EVENT_ALL, .start_ns = INT64_MIN,
		    .end_ns = INT64_MAX, .first = true, .join = true,
		    .stream = c->kept.stream, .zone = c->in->o->zone,
		    .year = year },
		.keep = ingest_take_event, .ctx = c };
}

int
ingest_open_lane(struct chain *c, int year)
{
	struct lane_options lo = options_of(c, year);

	if (c->lane)
		return 0;
	if (lo.format && c->kept.state.n == 0)
		c->lane = lane_new(&lo);
	else if (lo.format)
		c->lane = lane_restore(&lo, c->kept.state);
	if (c->lane)
		return 0;
	return err_set(&c->in->err, ERR_DATA, "%s: what is open at the end of "
	    "%.*s cannot be understood: it is damaged, or of a newer mailtally",
	    store_name(c->in->o->store), STR_ARG(c->kept.stream));
}

struct chain *
ingest_chain_add(struct ingest *in, const struct store_chain *kept)
{
	struct chain *c = mem_zalloc(sizeof(*c));

	c->in = in;
	c->kept = *kept;
	c->index = SIZE_MAX;
	ARRAY_PUSH(in->chains, in->n_chains, in->cap_chains) = c;
	return c;
}

struct chain *
ingest_chain_get(struct ingest *in, uint64_t id)
{
	for (size_t i = 0; i < in->n_chains; i++)
		if (in->chains[i]->kept.id == id)
			return in->chains[i];
	return NULL;
}

/* The one name of a directory. */
static struct str
place_of(struct ingest *in, const char *stream)
{
	char *path = realpath(stream, NULL);
	struct str place = arena_str(&in->arena,
	    str_from(path ? path : stream));

	free(path);
	return place;
}

static int64_t
chain_last_ns(const struct chain *c)
{
	return c->lane ? lane_last_ns(c->lane) : c->kept.last_ns;
}

/* The chain that a new source goes on, or NULL; by the rules of ordered.c. */
static struct chain *
chain_for(struct ingest *in, const struct waiting *w, struct str place)
{
	struct chain *best = NULL;

	for (size_t i = 0; i < in->n_chains; i++) {
		struct chain *c = in->chains[i];
		int64_t last_ns = chain_last_ns(c);

		if (!str_eq(c->kept.place, place) ||
		    !str_eq(c->kept.format, str_from(w->format->name)))
			continue;
		if (w->span.first_ns != WHEN_NONE && last_ns != WHEN_NONE &&
		    last_ns - AGENDA_OVERLAP_NS > w->span.first_ns)
			continue;
		if (best == NULL || last_ns > chain_last_ns(best))
			best = c;
	}
	return best;
}

/* The source of a chain that was read last has ended: the next one begins. */
int
ingest_begin_source(struct ingest *in, const struct waiting *w, struct chain **chain,
    struct store_source *s)
{
	const struct source *source = in->o->sources->sources[w->source];
	struct str place = place_of(in, w->stream);
	struct chain *c = chain_for(in, w, place);
	const struct store_chain kept = { .stream = str_from(w->stream),
		.place = place, .format = str_from(w->format->name),
		.last_ns = WHEN_NONE };

	if (c == NULL) {
		c = ingest_chain_add(in, &kept);
		if (store_set_chain(in->o->store, &c->kept, &in->err) < 0)
			return -1;
	}
	if (ingest_open_lane(c, w->year) < 0)
		return -1;
	if (c->source > 0)
		lane_source_end(c->lane, c->index != SIZE_MAX &&
		    w->index == c->index + 1 && source->ordered);
	*s = (struct store_source){ .chain = c->kept.id,
		.base = lane_length(c->lane) };
	lane_set_base(c->lane, s->base);
	*chain = c;
	return 0;
}
