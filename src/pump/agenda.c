#include "pump/agenda.h"

#include <stdlib.h>

#include "base/mem.h"
#include "input/source.h"
#include "pump/piece.h"

/* What the steps of agenda_make share. */
struct plan_run {
	const struct ordered_options *o;
	struct ordered *result;
	struct agenda *agenda;
};

int64_t
agenda_start(const struct ordered_options *o)
{
	return o->start_ns < INT64_MIN + AGENDA_AGE_NS + AGENDA_OVERLAP_NS
	    ? INT64_MIN : o->start_ns - AGENDA_AGE_NS;
}

int64_t
agenda_end(const struct ordered_options *o)
{
	return o->end_ns > INT64_MAX - AGENDA_OVERLAP_NS
	    ? INT64_MAX : o->end_ns + AGENDA_OVERLAP_NS;
}

static bool
outside(const struct ordered_options *o, int64_t first_ns, int64_t last_ns)
{
	return (last_ns != WHEN_NONE && last_ns < agenda_start(o)) ||
	    (first_ns != WHEN_NONE && o->end_ns != INT64_MAX &&
	    first_ns >= agenda_end(o));
}

/*
 * Sources that need not even be opened: multilog's names tell when a file was
 * finished, and so when the one after it begins.
 */
static void
skip_by_name(const struct ordered_options *o, struct ordered *result)
{
	int64_t before_ns = WHEN_NONE;
	const char *stream = NULL;

	for (size_t i = 0; i < o->sources->n; i++) {
		const struct source *source = o->sources->sources[i];
		int64_t last_ns = span_of_name(source);

		if (source->stream != stream || source->kind == SOURCE_FILE)
			before_ns = WHEN_NONE;
		stream = source->stream;
		result->sources[i].skipped = outside(o, before_ns, last_ns);
		before_ns = last_ns;
	}
}

/* The sources that may have to be read, in a list as plan_make wants it. */
static struct source_list
sources_left(const struct ordered_options *o, const struct ordered *result,
    size_t *index)
{
	struct source_list left = { 0 };

	left.sources = mem_zalloc((o->sources->n + 1) * sizeof(*left.sources));
	for (size_t i = 0; i < o->sources->n; i++)
		if (!result->sources[i].skipped) {
			index[left.n] = i;
			left.sources[left.n++] = o->sources->sources[i];
		}
	return left;
}

bool
agenda_can_read_again(const struct source *s)
{
	return s->kind != SOURCE_STDIN && (s->inode != 0 || s->size != 0);
}

static void
wait_for(struct plan_run *run, const struct piece *piece, size_t source)
{
	const struct ordered_options *o = run->o;
	struct ordered_source *told = &run->result->sources[source];
	struct waiting w = { .source = source, .index = piece->source,
		.stream = told->source->stream, .format = piece->format,
		.year = piece->year,
		.span = { .first_ns = WHEN_NONE, .last_ns = WHEN_NONE } };

	if (agenda_can_read_again(told->source))
		span_read(&w.span, told->source, o->zone, piece->year);
	run->result->bytes += w.span.bytes;
	if (outside(o, w.span.first_ns, w.span.last_ns)) {
		told->format = piece->format;
		told->skipped = true;
		return;
	}
	run->agenda->bytes += piece->weight;
	run->agenda->waiting[run->agenda->n++] = w;
}

/*
 * Formats, years and times of all sources.  plan_make asks for a pumped
 * result to tell errors in.
 */
static void
look_at_sources(struct plan_run *run)
{
	const struct ordered_options *o = run->o;
	struct ordered *result = run->result;
	size_t *index = mem_zalloc((o->sources->n + 1) * sizeof(*index));
	struct source_list left;
	struct arena arena = { 0 };
	struct pumped told = { .arena = &arena };
	struct pump_options po = { .format = o->format, .jobs = 1,
		.zone = o->zone, .now_ns = o->now_ns, .clock_ns = o->clock_ns };
	struct plan plan;

	skip_by_name(o, result);
	left = sources_left(o, result, index);
	po.sources = &left;
	told.sources = mem_zalloc((left.n + 1) * sizeof(*told.sources));
	run->agenda->waiting = mem_zalloc((left.n + 1) * sizeof(*run->agenda->waiting));
	plan_make(&plan, &po, &told);
	for (size_t i = 0; i < plan.n; i++)
		wait_for(run, &plan.pieces[i], index[plan.pieces[i].source]);
	for (size_t i = 0; i < left.n; i++) {
		struct ordered_source *s = &result->sources[index[i]];

		if (told.sources[i].error)
			s->error = mem_strdup(told.sources[i].error);
		if (told.sources[i].format)
			s->format = told.sources[i].format;
	}
	plan_clear(&plan);
	arena_clear(&arena);
	free(told.sources);
	free(left.sources);
	free(index);
}

/*
 * A packed source does not show its end; but one that is known to follow it
 * begins then.
 */
static void
skip_by_next(struct plan_run *run)
{
	const struct ordered_options *o = run->o;
	size_t left = 0;

	for (size_t i = 0; i < run->agenda->n; i++) {
		struct waiting *w = &run->agenda->waiting[i];
		const struct waiting *next = w + 1;

		if (i + 1 < run->agenda->n && next->stream == w->stream &&
		    w->span.last_ns == WHEN_NONE &&
		    next->span.first_ns != WHEN_NONE &&
		    o->sources->sources[next->source]->ordered &&
		    outside(o, WHEN_NONE, next->span.first_ns + AGENDA_OVERLAP_NS))
			run->result->sources[w->source].skipped = true;
		else
			run->agenda->waiting[left++] = *w;
	}
	run->agenda->n = left;
}

static bool
named_by_multilog(const struct plan_run *run, size_t begin, size_t end)
{
	for (size_t i = begin; i < end; i++) {
		size_t source = run->agenda->waiting[i].source;

		if (run->o->sources->sources[source]->kind == SOURCE_FILE ||
		    run->o->sources->sources[source]->kind == SOURCE_STDIN)
			return false;
	}
	return true;
}

static int
by_due(const void *a, const void *b)
{
	const struct waiting *x = a, *y = b;

	if (x->due_ns != y->due_ns)
		return x->due_ns < y->due_ns ? -1 : 1;
	return (x->index > y->index) - (x->index < y->index);
}

/*
 * A source is due at its first stamp; one without stamps with the one before,
 * and one that multilog's name puts after another not before that.
 */
static void
put_in_order(struct plan_run *run)
{
	struct waiting *w = run->agenda->waiting;

	for (size_t begin = 0, end; begin < run->agenda->n; begin = end) {
		int64_t due_ns = INT64_MIN;
		bool by_name;

		for (end = begin; end < run->agenda->n &&
		    w[end].stream == w[begin].stream; end++)
			;
		by_name = named_by_multilog(run, begin, end);
		for (size_t i = begin; i < end; i++) {
			w[i].due_ns = w[i].span.first_ns;
			if (w[i].due_ns == WHEN_NONE ||
			    (by_name && w[i].due_ns < due_ns))
				w[i].due_ns = due_ns;
			due_ns = w[i].due_ns;
		}
	}
	qsort(w, run->agenda->n, sizeof(*w), by_due);
}

void
agenda_make(struct agenda *a, const struct ordered_options *o,
    struct ordered *result)
{
	struct plan_run run = { .o = o, .result = result, .agenda = a };

	*a = (struct agenda){ 0 };
	look_at_sources(&run);
	skip_by_next(&run);
	put_in_order(&run);
}

void
agenda_clear(struct agenda *a)
{
	free(a->waiting);
	*a = (struct agenda){ 0 };
}
