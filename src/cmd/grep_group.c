#include "cmd/grep_group.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/ip.h"
#include "base/json_text.h"
#include "base/mem.h"
#include "base/out.h"
#include "base/utf8.h"
#include "base/when.h"
#include "event/address.h"
#include "event/event.h"
#include "tally/classes.h"
#include "tally/listing.h"

struct group_field {
	const char *name;
	/* The value of ev; absent or empty if it has none.  May stand in
	 * g->scratch. */
	struct str (*value)(struct groups *g, const struct event *ev);
	bool of_each_recipient; /* value is of one recipient, in scratch */
};

#define FIELD(member)                                                      \
	static struct str                                                  \
	value_of_##member(struct groups *g, const struct event *ev)        \
	{                                                                  \
		(void)g;                                                   \
		return ev->member;                                         \
	}
FIELD(client)
FIELD(host)
FIELD(helo)
FIELD(country)
FIELD(disposition)
FIELD(code)
FIELD(stream)
FIELD(pid)

/* The network that a provider or a department has: /24, /64. */
static struct str
value_of_network(struct groups *g, const struct event *ev)
{
	struct ip_net net;
	struct ip ip;

	if (!ip_parse(ev->client, &ip))
		return ev->client;
	net = ip_net_of(&ip, 24, 64);
	ip_net_format(&g->scratch, &net);
	return buf_str(&g->scratch);
}

static struct str
value_of_kind(struct groups *g, const struct event *ev)
{
	(void)g;
	return str_from(event_kind_name(ev->kind));
}

static struct str
value_of_verdict(struct groups *g, const struct event *ev)
{
	(void)g;
	return str_from(verdict_name(ev->verdict));
}

static struct str
value_of_sender(struct groups *g, const struct event *ev)
{
	return address_normalise(&g->scratch, ev->sender, false);
}

static struct str
domain_of(struct groups *g, struct str address)
{
	struct str domain = address_domain(address_bare(address));

	for (size_t i = 0; i < domain.n; i++)
		buf_add_char(&g->scratch, str_lower(domain.p[i]));
	return domain.n ? buf_str(&g->scratch) : str_none();
}

static struct str
value_of_sender_domain(struct groups *g, const struct event *ev)
{
	if (str_eq(ev->sender, STR("<>")))
		return ev->sender;
	return domain_of(g, ev->sender);
}

/* Of an event that has one recipient only: see groups_add. */
static struct str
value_of_recipient(struct groups *g, const struct event *ev)
{
	return address_normalise(&g->scratch, ev->recipients, false);
}

static struct str
value_of_recipient_domain(struct groups *g, const struct event *ev)
{
	return domain_of(g, ev->recipients);
}

/* The block list that a denial names. */
static struct str
value_of_zone(struct groups *g, const struct event *ev)
{
	if (ev->kind != EVENT_TRANSACTION ||
	    ev->verdict == VERDICT_ACCEPTED ||
	    classes_category(g->classes, ev) != CATEGORY_LIST)
		return str_none();
	return listing_name(&g->scratch, ev->text);
}

static struct str
value_of_time(struct groups *g, const struct event *ev, enum when_form form)
{
	if (ev->time_ns == WHEN_NONE)
		return str_none();
	when_format(&g->scratch, ev->time_ns, form, g->zone);
	return buf_str(&g->scratch);
}

static struct str
value_of_hour(struct groups *g, const struct event *ev)
{
	return value_of_time(g, ev, WHEN_HOUR);
}

static struct str
value_of_day(struct groups *g, const struct event *ev)
{
	return value_of_time(g, ev, WHEN_DAY);
}

static const struct group_field fields[] = {
	{ .name = "client", .value = value_of_client },
	{ .name = "network", .value = value_of_network },
	{ .name = "host", .value = value_of_host },
	{ .name = "helo", .value = value_of_helo },
	{ .name = "country", .value = value_of_country },
	{ .name = "sender", .value = value_of_sender },
	{ .name = "sender-domain", .value = value_of_sender_domain },
	{ .name = "recipient", .value = value_of_recipient,
	    .of_each_recipient = true },
	{ .name = "recipient-domain", .value = value_of_recipient_domain,
	    .of_each_recipient = true },
	{ .name = "disposition", .value = value_of_disposition },
	{ .name = "code", .value = value_of_code },
	{ .name = "verdict", .value = value_of_verdict },
	{ .name = "zone", .value = value_of_zone },
	{ .name = "kind", .value = value_of_kind },
	{ .name = "pid", .value = value_of_pid },
	{ .name = "stream", .value = value_of_stream },
	{ .name = "hour", .value = value_of_hour },
	{ .name = "day", .value = value_of_day },
};

const struct group_field *
group_field_find(const char *name)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (strcmp(fields[i].name, name) == 0)
			return &fields[i];
	return NULL;
}

void
groups_init(struct groups *g, const struct group_field *field,
    const struct classes *classes, const struct zone *zone)
{
	*g = (struct groups){ .field = field, .classes = classes,
		.zone = zone };
	intern_init(&g->values);
}

void
groups_clear(struct groups *g)
{
	intern_clear(&g->values);
	buf_clear(&g->scratch);
	free(g->counts);
	g->counts = NULL;
}

static void
count_value(struct groups *g, struct str value)
{
	uint32_t id = intern_add(&g->values, value.n ? value : STR("-"));

	while (g->n <= id)
		ARRAY_PUSH(g->counts, g->n, g->cap) = 0;
	g->counts[id]++;
}

void
groups_add(struct groups *g, const struct event *ev)
{
	struct str rest = address_recipients(ev), one;
	struct event single = *ev;
	bool any = false;

	while (g->field->of_each_recipient && address_next(&rest, &one)) {
		buf_reset(&g->scratch);
		single.recipients = one;
		count_value(g, g->field->value(g, &single));
		any = true;
	}
	if (any)
		return;
	buf_reset(&g->scratch);
	single.recipients = str_none();
	count_value(g, g->field->value(g, &single));
}

struct row {
	struct str value;
	uint64_t count;
};

static int
by_count(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return str_cmp(x->value, y->value);
}

static void
print_row(struct groups *g, struct out *out, const struct row *row, bool jsonl,
    bool utf8)
{
	buf_reset(&g->scratch);
	if (jsonl)
		json_quote(&g->scratch, row->value);
	else if (utf8)
		utf8_escape(&g->scratch, row->value);
	else
		utf8_escape_ascii(&g->scratch, row->value);
	if (!jsonl)
		out_printf(out, "%8" PRIu64 "  ", row->count);
	else
		out_text(out, "{\"value\":");
	out_str(out, buf_str(&g->scratch));
	if (jsonl)
		out_printf(out, ",\"count\":%" PRIu64 "}", row->count);
	out_char(out, '\n');
}

void
groups_print(struct groups *g, struct out *out, bool jsonl, bool utf8,
    uint64_t limit)
{
	struct row *rows = mem_zalloc((g->n + 1) * sizeof(*rows));
	size_t n = 0;

	for (size_t i = 0; i < g->n; i++)
		if (g->counts[i] > 0)
			rows[n++] = (struct row){
				intern_get(&g->values, (uint32_t)i),
				g->counts[i] };
	qsort(rows, n, sizeof(*rows), by_count);
	if (limit > 0 && limit < n)
		n = (size_t)limit;
	for (size_t i = 0; i < n; i++)
		print_row(g, out, &rows[i], jsonl, utf8);
	free(rows);
}
