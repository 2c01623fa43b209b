#include "trace/show.h"

#include "base/buf.h"
#include "base/json_text.h"
#include "print/json_event.h"
#include "print/json_member.h"
#include "trace/queued.h"
#include "trace/sentence.h"
#include "trace/story.h"

static void
list_begin(struct buf *b, const char *name)
{
	json_add_key(b, name);
	buf_add_char(b, '[');
}

/* Before each element but the first. */
static void
list_comma(struct buf *b)
{
	if (b->p[b->n - 1] != '[')
		buf_add_char(b, ',');
}

static void
people(struct buf *b, const struct story *s)
{
	if (s->sender.p) {
		json_add_key(b, "sender");
		json_quote(b, s->sender);
	}
	if (s->n_recipients > 0) {
		list_begin(b, "recipients");
		for (size_t i = 0; i < s->n_recipients; i++) {
			list_comma(b);
			json_quote(b, s->recipients[i]);
		}
		buf_add_char(b, ']');
	}
	if (s->n_refused == 0)
		return;
	list_begin(b, "refused");
	for (size_t i = 0; i < s->n_refused; i++) {
		list_comma(b);
		buf_add_char(b, '{');
		json_add_key(b, "recipient");
		json_quote(b, s->refused[i].recipient);
		json_add_text(b, "by", s->refused[i].by);
		json_add_text(b, "text", s->refused[i].reason);
		buf_add_char(b, '}');
	}
	buf_add_char(b, ']');
}

static void
queued_recipient(struct buf *b, const struct queued_recipient *to)
{
	buf_add_char(b, '{');
	json_add_key(b, "recipient");
	json_quote(b, to->address);
	json_add_text(b, "channel", to->remote ? STR("remote") : STR("local"));
	json_add_text(b, "state", str_from(fate_name(to->fate)));
	json_add_number(b, "attempts", (int64_t)to->attempts);
	json_add_time(b, "last", to->last_ns);
	json_add_time(b, "next", to->next_ns);
	json_add_text(b, "relay", to->relay);
	json_add_text(b, "text", to->text);
	json_add_text(b, "forwarded", to->copy);
	buf_add_char(b, '}');
}

static void
queued_message(struct buf *b, const struct queued *q)
{
	buf_add_char(b, '{');
	json_add_text(b, "message", q->number);
	json_add_text(b, "origin", str_from(origin_name(q->origin)));
	if (q->origin == ORIGIN_LIKELY) {
		json_add_key(b, "likely");
		buf_add_str(b, STR("true"));
	}
	if (q->parent)
		json_add_text(b, "of", q->parent->number);
	json_add_text(b, "queue_id", q->qp);
	json_add_text(b, "uid", q->uid);
	if (q->sender.p) {
		json_add_key(b, "sender");
		json_quote(b, q->sender);
	}
	json_add_number(b, "bytes", q->bytes);
	json_add_time(b, "queued", q->queued_ns);
	json_add_time(b, "done", q->done_ns);
	list_begin(b, "recipients");
	for (size_t i = 0; i < q->n_recipients; i++) {
		list_comma(b);
		queued_recipient(b, &q->recipients[i]);
	}
	buf_add_char(b, ']');
	json_add_text(b, "bounce", q->bounce);
	buf_add_char(b, '}');
}

static void
queue(struct buf *b, const struct story *s)
{
	if (s->n_queue == 0)
		return;
	list_begin(b, "queue");
	for (size_t i = 0; i < s->n_queue; i++) {
		list_comma(b);
		queued_message(b, s->queue[i]);
	}
	buf_add_char(b, ']');
}

static void
lines(struct buf *b, const struct story *s)
{
	list_begin(b, "lines");
	for (size_t i = 0; i < s->n_lines; i++) {
		const struct story_line *l = &s->lines[i];

		list_comma(b);
		buf_add_char(b, '{');
		json_add_time(b, "time", l->time_ns);
		json_add_text(b, "pid", l->pid);
		json_add_text(b, "result", str_from(story_mark_name(l->mark)));
		json_add_key(b, "text");
		json_quote(b, l->text);
		buf_add_char(b, '}');
	}
	buf_add_char(b, ']');
}

static void
events(struct buf *b, const struct story *s)
{
	list_begin(b, "events");
	for (size_t i = 0; i < s->n_events; i++) {
		list_comma(b);
		event_json(b, &s->events[i]);
	}
	buf_add_char(b, ']');
}

void
show_json(struct buf *b, const struct story *s, const struct show_options *o)
{
	struct buf sentence = { 0 };

	buf_add_char(b, '{');
	json_add_text(b, "verdict", str_from(story_verdict_name(s->verdict)));
	sentence_add(&sentence, s, o->zone);
	json_add_text(b, "sentence", buf_str(&sentence));
	json_add_time(b, "time", s->time_ns);
	json_add_time(b, "begun", s->begun_ns);
	json_add_text(b, "stream", s->stream);
	json_add_text(b, "pid", s->of_queue ? str_none() : s->pid);
	json_add_text(b, "client", s->client);
	json_add_text(b, "host", s->host);
	json_add_text(b, "helo", s->helo);
	people(b, s);
	json_add_text(b, "message_id", s->message_id);
	json_add_text(b, "by", s->by);
	json_add_text(b, "code", s->code);
	json_add_text(b, "text", s->reason);
	json_add_decimal(b, "score", s->score_milli, 3);
	json_add_decimal(b, "seconds", s->duration_ns, 9);
	json_add_text(b, "queue_id", s->queue_id);
	json_add_key(b, "message");
	buf_printf(b, "%zu", s->number);
	json_add_key(b, "messages");
	buf_printf(b, "%zu", s->of);
	queue(b, s);
	lines(b, s);
	events(b, s);
	buf_add_char(b, '}');
	buf_clear(&sentence);
}

void
show_events(struct buf *b, const struct story *s)
{
	for (size_t i = 0; i < s->n_events; i++) {
		event_json(b, &s->events[i]);
		buf_add_char(b, '\n');
	}
}
