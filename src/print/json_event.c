#include "print/json_event.h"

#include <inttypes.h>

#include "base/buf.h"
#include "base/json_text.h"
#include "base/when.h"
#include "event/address.h"
#include "event/event.h"

static void
number(struct buf *b, const char *name, int64_t n)
{
	if (n == EVENT_NO_NUMBER)
		return;
	json_add_key(b, name);
	buf_printf(b, "%" PRId64, n);
}

/* n units of 10^-digits as a decimal: at least one digit behind the point. */
static void
decimal(struct buf *b, const char *name, int64_t n, int digits)
{
	char fraction[20];
	uint64_t left = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
	int used = digits;

	if (n == EVENT_NO_NUMBER)
		return;
	for (int i = digits; i-- > 0; left /= 10)
		fraction[i] = (char)('0' + left % 10);
	while (used > 1 && fraction[used - 1] == '0')
		used--;
	json_add_key(b, name);
	buf_printf(b, "%s%" PRIu64 ".%.*s", n < 0 ? "-" : "", left, used,
	    fraction);
}

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

static void
time_of(struct buf *b, const struct event *ev)
{
	if (ev->time_ns == WHEN_NONE)
		return;
	json_add_key(b, "time");
	buf_add_char(b, '"');
	when_format(b, ev->time_ns, WHEN_RFC3339, NULL);
	buf_add_char(b, '"');
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
	time_of(b, ev);
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
	decimal(b, "score", ev->score_milli, 3);
	decimal(b, "seconds", ev->duration_ns, 9);
	number(b, "bytes", ev->bytes);
	number(b, "running", ev->running);
	number(b, "limit", ev->limit);
	json_add_text(b, "relay", ev->relay);
	json_add_text(b, "delivery", ev->delivery);
	buf_add_char(b, '}');
}
