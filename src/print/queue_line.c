#include "print/queue_line.h"

#include "base/buf.h"
#include "base/when.h"
#include "event/event.h"
#include "print/words.h"

/* What qmail-send calls the three results of a delivery. */
static const char *const results[] = {
	[VERDICT_NONE] = "-", [VERDICT_ACCEPTED] = "success",
	[VERDICT_REJECTED] = "failure", [VERDICT_DEFERRED] = "deferral",
};

bool
queue_line_is_for(const struct event *ev)
{
	switch (ev->kind) {
	case EVENT_QUEUED: case EVENT_DELIVERY: case EVENT_DONE:
	case EVENT_BOUNCE: case EVENT_STATUS: case EVENT_ALERT:
		return true;
	case EVENT_ACCEPTED: case EVENT_TOO_MANY: case EVENT_REFUSED:
	case EVENT_TRANSACTION: case EVENT_CHECK: case EVENT_CLOSED:
	case EVENT_KINDS:
		break;
	}
	return false;
}

static void
add_count(struct buf *b, int64_t n)
{
	if (n == EVENT_NO_NUMBER)
		buf_add_char(b, '-');
	else
		words_number(b, n);
}

/* " 1.310 sec.", if it is known: stamps have nanoseconds, nobody wants them. */
static void
add_took(struct buf *b, const struct event *ev)
{
	const int64_t ms = WHEN_SECOND / 1000;

	if (ev->duration_ns == EVENT_NO_NUMBER)
		return;
	buf_add_char(b, ' ');
	words_seconds(b, ev->duration_ns - ev->duration_ns % ms);
	buf_add_str(b, STR(" sec."));
}

/* " qp 3060", if it is known. */
static void
add_named(struct buf *b, const char *name, struct str value)
{
	if (value.n == 0)
		return;
	buf_printf(b, " %s ", name);
	buf_add_str(b, value);
}

static void
rest_queued(struct buf *b, const struct event *ev)
{
	buf_add_str(b, STR("queued "));
	add_count(b, ev->bytes);
	buf_add_char(b, ' ');
	words_or_dash(b, ev->sender);
	add_named(b, "qp", ev->pid);
	add_named(b, "uid", ev->uid);
}

static void
rest_delivery(struct buf *b, const struct event *ev)
{
	buf_add_char(b, 'd');
	words_or_dash(b, ev->delivery);
	buf_printf(b, " %s ", results[ev->verdict]);
	words_or_dash(b, ev->channel);
	buf_add_char(b, ' ');
	words_or_dash(b, ev->recipients);
	add_took(b, ev);
	words_behind(b, ev->text);
}

static void
rest_done(struct buf *b, const struct event *ev)
{
	buf_add_str(b, ev->unfinished ? STR("unfinished ") : STR("done "));
	add_count(b, ev->delivered);
	buf_add_char(b, '/');
	add_count(b, ev->deferred);
	buf_add_char(b, '/');
	add_count(b, ev->bounced);
	add_took(b, ev);
}

void
queue_line(struct buf *b, const struct event *ev)
{
	if (ev->queue_id.n > 0) {
		buf_add_str(b, STR("msg-"));
		buf_add_str(b, ev->queue_id);
	} else {
		buf_add_char(b, '-');
	}
	buf_add_char(b, ' ');
	if (ev->kind == EVENT_QUEUED) {
		rest_queued(b, ev);
	} else if (ev->kind == EVENT_DELIVERY) {
		rest_delivery(b, ev);
	} else if (ev->kind == EVENT_DONE) {
		rest_done(b, ev);
	} else if (ev->kind == EVENT_BOUNCE) {
		words_or_dash(b, ev->text);
		add_named(b, "qp", ev->pid);
	} else {
		buf_add_str(b, str_from(event_kind_name(ev->kind)));
		words_behind(b, ev->text);
	}
}
