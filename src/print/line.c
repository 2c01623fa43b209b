#include "print/line.h"

#include <assert.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/when.h"
#include "print/queue_line.h"
#include "print/words.h"

static void
rest_too_many(struct buf *b, const struct event *ev)
{
	buf_add_str(b, ev->scope == LIMIT_CLIENT ? STR("too-many-from-ip ")
						 : STR("too-many "));
	words_number(b, ev->running);
	buf_add_str(b, ev->scope == LIMIT_CLIENT ? STR(">") : STR(">="));
	words_number(b, ev->limit);
}

/*
 * "dnsbl msg denied before queued".  The trailer is the record's last field:
 * that of eight fields ends in the text of a denial; of what was queued it ends
 * in the message-id, which is no result of SpamAssassin's.
 */
static void
rest_transaction(struct buf *b, const struct event *ev, bool long_form)
{
	bool queued = ev->verdict == VERDICT_ACCEPTED;
	bool text_shown = !queued && ev->trailer.p == NULL;

	words_or_dash(b, ev->disposition);
	words_behind(b, text_shown ? ev->text : ev->trailer);
	if (!long_form)
		return;
	buf_add_char(b, ' ');
	words_or_dash(b, ev->sender);
	buf_add_char(b, ' ');
	words_or_dash(b, ev->recipients);
	if (!text_shown)
		words_behind(b, ev->text);
}

static void
rest_closed(struct buf *b, const struct event *ev)
{
	if (ev->unfinished) {
		buf_add_str(b, STR("unfinished"));
	} else if (ev->duration_ns == EVENT_NO_NUMBER) {
		buf_add_str(b, STR("closed"));
	} else {
		words_seconds(b, ev->duration_ns);
		buf_add_str(b, STR(" sec."));
	}
}

static void
rest_check(struct buf *b, const struct event *ev)
{
	words_or_dash(b, ev->check);
	words_behind(b, ev->text.n > 0 ? ev->text : ev->result);
}

void
event_line_rest(struct buf *b, const struct event *ev, bool long_form)
{
	switch (ev->kind) {
	case EVENT_ACCEPTED:
		words_number(b, ev->running);
		buf_add_char(b, '/');
		words_number(b, ev->limit);
		break;
	case EVENT_TOO_MANY:
		rest_too_many(b, ev);
		break;
	case EVENT_REFUSED:
		buf_add_str(b, STR("refused"));
		words_behind(b, ev->text);
		break;
	case EVENT_TRANSACTION:
		rest_transaction(b, ev, long_form);
		break;
	case EVENT_CHECK:
		rest_check(b, ev);
		break;
	case EVENT_CLOSED:
		rest_closed(b, ev);
		break;
	case EVENT_QUEUED: case EVENT_DELIVERY: case EVENT_DONE:
	case EVENT_BOUNCE: case EVENT_STATUS: case EVENT_ALERT:
		queue_line(b, ev);
		break;
	case EVENT_KINDS:
		assert(false && "no kind of event");
	}
}

struct str
event_line_pid(const struct event *ev)
{
	return ev->pid.n > 0 ? ev->pid : STR("-");
}

struct str
event_line_client(const struct event *ev)
{
	return ev->client.n > 0 ? ev->client : STR("-");
}

/* "@4000000048641d5c0951f6a4" as it stands at the beginning of the line. */
static bool
own_label(const struct event *ev, struct str *label)
{
	int64_t time_ns;

	*label = str_head(ev->line, 25);
	return label->n == 25 && when_parse_tai64n(*label, &time_ns);
}

void
event_line_time(struct buf *b, const struct event *ev,
    const struct line_style *style)
{
	struct str label;

	switch (style->time) {
	case LINE_TIME_NONE:
		break;
	case LINE_TIME_LOCAL:
		when_format(b, ev->time_ns, WHEN_LOCAL, style->zone);
		break;
	case LINE_TIME_LABEL:
		if (own_label(ev, &label))
			buf_add_str(b, label);
		else
			when_format(b, ev->time_ns, WHEN_TAI64N, NULL);
		break;
	}
}

void
event_line(struct buf *b, const struct event *ev,
    const struct line_style *style)
{
	if (style->time != LINE_TIME_NONE) {
		event_line_time(b, ev, style);
		buf_add_char(b, ' ');
	}
	if (!queue_line_is_for(ev)) {
		buf_add_str(b, event_line_pid(ev));
		buf_add_char(b, ' ');
		buf_add_str(b, event_line_client(ev));
		buf_add_char(b, ' ');
	}
	event_line_rest(b, ev, style->long_form);
}

void
event_record(struct buf *b, const struct event *ev)
{
	const struct str fields[] = { ev->client, ev->host, ev->helo,
		ev->sender, ev->recipients, ev->disposition, ev->code, ev->text,
		ev->trailer, ev->check, ev->result, ev->queue_id, ev->relay,
		ev->delivery };

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (i > 0)
			buf_add_char(b, '\t');
		buf_add_str(b, fields[i]);
	}
}
