#include "print/json_event.h"

#include "base/buf.h"
#include "base/json_text.h"
#include "event/address.h"
#include "event/event.h"
#include "print/json_member.h"

static struct str
without_brackets(struct str address)
{
	return str_eq(address, STR("<>")) ? str_head(address, 0)
					  : address_bare(address);
}

/* The null sender is known, and empty. */
static void
sender(struct buf *b, struct str raw)
{
	if (raw.n == 0)
		return;
	json_add_key(b, "sender");
	json_quote(b, without_brackets(raw));
}

static void
recipients(struct buf *b, const struct event *ev)
{
	struct str rest = address_recipients(ev), one;
	bool any = false;

	while (address_next(&rest, &one)) {
		if (!any)
			json_add_key(b, "recipients");
		buf_add_char(b, any ? ',' : '[');
		json_quote(b, without_brackets(one));
		any = true;
	}
	if (any)
		buf_add_char(b, ']');
}

/* "fcrdns: fail, no rDNS": DESIGN 5 has no member for a plugin that only looks. */
static void
check_text(struct buf *b, const struct event *ev)
{
	struct buf joined = { 0 };

	buf_add_str(&joined, ev->check);
	buf_add_str(&joined, STR(": "));
	buf_add_str(&joined, ev->text.n > 0 ? ev->text : ev->result);
	json_add_text(b, "text", buf_str(&joined));
	buf_clear(&joined);
}

static void
decision(struct buf *b, const struct event *ev)
{
	bool queued = ev->kind == EVENT_TRANSACTION &&
	    ev->verdict == VERDICT_ACCEPTED;

	if (ev->kind == EVENT_TRANSACTION)
		json_add_text(b, "disposition", ev->disposition);
	json_add_text(b, "code", ev->code);
	json_add_text(b, "verdict", str_from(verdict_name(ev->verdict)));
	if (ev->kind == EVENT_CHECK)
		check_text(b, ev);
	else if (!queued)
		json_add_text(b, "text", ev->text);
	json_add_text(b, "trailer", ev->trailer);
	if (queued)
		json_add_text(b, "message_id", ev->text);
}

void
event_json(struct buf *b, const struct event *ev)
{
	buf_add_char(b, '{');
	json_add_time(b, "time", ev->time_ns);
	json_add_text(b, "kind", str_from(event_kind_name(ev->kind)));
	json_add_text(b, "stream", ev->stream);
	json_add_text(b, "pid", ev->pid);
	json_add_text(b, "client", ev->client);
	json_add_text(b, "host", ev->host);
	json_add_text(b, "helo", ev->helo);
	sender(b, ev->sender);
	recipients(b, ev);
	decision(b, ev);
	json_add_text(b, "queue_id", ev->queue_id);
	json_add_decimal(b, "score", ev->score_milli, 3);
	json_add_decimal(b, "seconds", ev->duration_ns, 9);
	json_add_number(b, "bytes", ev->bytes);
	json_add_number(b, "running", ev->running);
	json_add_number(b, "limit", ev->limit);
	json_add_text(b, "relay", ev->relay);
	json_add_text(b, "delivery", ev->delivery);
	buf_add_char(b, '}');
}
