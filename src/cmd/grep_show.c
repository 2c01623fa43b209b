#include "cmd/grep_run.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/out.h"
#include "event/address.h"
#include "event/event.h"
#include "format/format.h"
#include "trace/conversation.h"

/* One lane's, for --context connection. */
struct lane_run {
	struct grep_run *run;
	int year;
	struct conversations *conversations; /* made when the format is known */
};

/* ---- what is found ---- */

/* A denial before any recipient was accepted: no address can find it. */
static bool
is_unaddressed(const struct event *ev)
{
	return ev->kind == EVENT_TRANSACTION &&
	    ev->verdict != VERDICT_ACCEPTED && address_recipients(ev).n == 0;
}

static void
count_unaddressed(void *ctx, const struct event *ev)
{
	struct grep_run *r = ctx;

	r->unaddressed += is_unaddressed(ev);
}

static bool
is_found(struct grep_run *r, const struct event *ev)
{
	if (!event_has_line(ev))
		return false;
	if (search_match(&r->search, ev))
		return true;
	count_unaddressed(r, ev);
	return false;
}

/* A lane's keep, where events are shown. */
static bool
keep_found(void *ctx, const struct event *ev)
{
	return is_found(ctx, ev);
}

static int64_t
sort_key(enum grep_sort sort, const struct event *ev)
{
	int64_t key = EVENT_NO_NUMBER;

	switch (sort) {
	case GREP_SORT_NONE:
	case GREP_SORT_TIME:
		/* They come in that order, and keep it. */
		return 0;
	case GREP_SORT_SECONDS:
		key = ev->duration_ns;
		break;
	case GREP_SORT_CONCURRENCY:
		key = ev->running;
		break;
	case GREP_SORT_SCORE:
		key = ev->score_milli;
		break;
	}
	return key == EVENT_NO_NUMBER ? RANKING_NO_KEY : key;
}

/* Raw lines as they are shown: without credentials, escaped. */
static struct str
compose_raw(struct grep_run *r, struct str raw)
{
	for (size_t i = 0; formats[i]; i++) {
		buf_reset(&r->scratch);
		if (formats[i]->mask && formats[i]->mask(raw, &r->scratch))
			return printer_compose_raw(&r->printer,
			    buf_str(&r->scratch));
	}
	return printer_compose_raw(&r->printer, raw);
}

/* The sink: events that were found, in the order of time. */
static bool
show_event(void *ctx, const struct event *ev)
{
	struct grep_run *r = ctx;
	struct str text;

	r->found++;
	if (r->choices.group) {
		groups_add(&r->groups, ev);
		return true;
	}
	if (!r->o->count) {
		text = r->o->raw ? compose_raw(r, ev->line)
				 : printer_compose(&r->printer, ev);
		if (r->choices.sort != GREP_SORT_NONE) {
			ranking_add(&r->ranking,
			    sort_key(r->choices.sort, ev), text);
			return true;
		}
		out_str(r->out, text);
	}
	r->enough = r->o->limit > 0 && r->found >= (uint64_t)r->o->limit;
	return !r->enough && !out_gone(r->out);
}

/* ---- whole connections ---- */

/* Groups of lines are set apart as grep -C does it. */
static void
set_apart(struct grep_run *r)
{
	if (r->found++ > 0)
		out_text(r->out, "--\n");
}

static void
show_conversation(void *ctx, const struct conversation *c)
{
	struct lane_run *l = ctx;
	struct grep_run *r = l->run;

	if (r->enough)
		return;
	set_apart(r);
	for (size_t i = 0; i < c->n; i++)
		out_str(r->out, compose_raw(r, str_make(
		    c->text.p + c->lines[i].at, c->lines[i].n)));
	r->enough = r->o->limit > 0 && r->found >= (uint64_t)r->o->limit;
}

static void *
lane_begin(void *ctx, const char *stream, int year)
{
	struct lane_run *l = mem_zalloc(sizeof(*l));

	(void)stream;
	l->run = ctx;
	l->year = year;
	return l;
}

static void
lane_end(void *ctx, void *lane_ctx)
{
	struct lane_run *l = lane_ctx;

	(void)ctx;
	if (l->conversations)
		conversations_finish(l->conversations);
	conversations_free(&l->conversations);
	free(l);
}

static void
collect_lines(void *ctx, const struct format *format, struct str block,
    uint64_t offset)
{
	struct lane_run *l = ctx;
	const struct conversations_options co = { .format = format,
		.zone = l->run->logs.zone, .year = l->year };

	if (l->conversations == NULL)
		l->conversations = conversations_new(&co, show_conversation, l);
	conversations_block(l->conversations, block, offset);
}

/* A lane's keep: the connection is what is shown. */
static bool
mark_found(void *ctx, const struct event *ev)
{
	struct lane_run *l = ctx;
	struct grep_run *r = l->run;

	if (!is_found(r, ev) || r->enough ||
	    conversations_mark(l->conversations, ev->pid, ev->offset))
		return false;
	/* "Too many connections": of no connection. */
	set_apart(r);
	out_str(r->out, compose_raw(r, ev->line));
	return false;
}

static void
settle_lines(void *ctx, const struct format *format, struct str block,
    uint64_t offset)
{
	struct lane_run *l = ctx;

	(void)format;
	(void)block;
	(void)offset;
	conversations_settle(l->conversations);
}

void
grep_hook(struct grep_run *r, struct ordered_options *oo)
{
	oo->ctx = r;
	oo->keep = keep_found;
	oo->sink = show_event;
	if (grep_is_for_address(r))
		oo->others = count_unaddressed;
	if (!r->choices.connection)
		return;
	oo->keep = mark_found;
	oo->before = collect_lines;
	oo->after = settle_lines;
	oo->lane_ctx = lane_begin;
	oo->lane_end = lane_end;
}
