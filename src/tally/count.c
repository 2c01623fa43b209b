/*
 * count.c - which cells an event adds to.
 *
 * One function a kind of event; each dimension is one or two lines in it, and
 * costs nothing when nobody asked for it.
 */
#include <assert.h>
#include <string.h>

#include "base/ip.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/when.h"
#include "event/address.h"
#include "event/naughty.h"
#include "tally/habit.h"
#include "tally/listing.h"
#include "tally/tally_private.h"

/* The dimensions that each kind of event feeds. */
#define OF_TRANSACTION                                                         \
	(DIM_BIT(DIM_DISPOSITION) | DIM_BIT(DIM_CATEGORY) |                    \
	DIM_BIT(DIM_ORIGIN) | DIM_BIT(DIM_COUNTER) | DIM_BIT(DIM_DOMAIN_ROW) | \
	DIM_BIT(DIM_VIRUS) | DIM_BIT(DIM_RULE) | DIM_BIT(DIM_LIST) |           \
	DIM_BIT(DIM_LIST_HOST) | DIM_BIT(DIM_CLIENT_LIST) |                    \
	DIM_BIT(DIM_CLIENT_LIST_HOST) | DIM_BIT(DIM_TLD) |                     \
	DIM_BIT(DIM_CLIENT) | DIM_BIT(DIM_CLIENT_COUNTRY) |                    \
	DIM_BIT(DIM_LOGIN_FAILURE) |                                           \
	DIM_BIT(DIM_SENDER) | DIM_BIT(DIM_RECIPIENT) | DIM_BIT(DIM_STREAM) |   \
	OF_MAIL | HABIT_TRANSACTION)
#define OF_LIST                                                                \
	(DIM_BIT(DIM_LIST) | DIM_BIT(DIM_LIST_HOST) |                          \
	DIM_BIT(DIM_CLIENT_LIST) | DIM_BIT(DIM_CLIENT_LIST_HOST))
#define OF_ACCEPTED                                                            \
	(DIM_BIT(DIM_CONNECTION) | DIM_BIT(DIM_CONCURRENCY) |                  \
	DIM_BIT(DIM_STREAM))
#define OF_TOO_MANY (DIM_BIT(DIM_LIMIT) | DIM_BIT(DIM_LIMIT_CLIENT))
#define OF_REFUSED DIM_BIT(DIM_COUNTER)
#define OF_CLOSED                                                              \
	(DIM_BIT(DIM_CONNECTION_TIME) | DIM_BIT(DIM_DURATION) |                \
	DIM_BIT(DIM_COUNTRY) | DIM_BIT(DIM_COUNTER))
#define OF_CHECK (DIM_BIT(DIM_COUNTRY) | DIM_BIT(DIM_COUNTER))

event_mask
tally_wants(dim_mask dims_wanted)
{
	static const struct {
		enum event_kind kind;
		dim_mask dims;
	} feeds[] = {
		{ EVENT_TRANSACTION, OF_TRANSACTION },
		{ EVENT_ACCEPTED, OF_ACCEPTED },
		{ EVENT_TOO_MANY, OF_TOO_MANY },
		{ EVENT_REFUSED, OF_REFUSED },
		{ EVENT_CLOSED, OF_CLOSED },
		{ EVENT_CHECK, OF_CHECK },
	};
	event_mask wants = 0;

	for (size_t i = 0; i < sizeof(feeds) / sizeof(feeds[0]); i++)
		if (feeds[i].dims & dims_wanted)
			wants |= EVENT_BIT(feeds[i].kind);
	wants |= count_queue_wants(dims_wanted);
	return wants;
}

bool
tally_needs_join(dim_mask dims_wanted)
{
	/* A login makes a transaction "Relay", which changes the first three. */
	return dims_wanted & (DIM_BIT(DIM_ORIGIN) | DIM_BIT(DIM_DOMAIN_ROW) |
	    DIM_BIT(DIM_RECIPIENT) | DIM_BIT(DIM_CLIENT_COUNTRY) | OF_CLOSED);
}

static inline bool
has(const struct tally *t, enum dim_id dim)
{
	return t->o.dims & DIM_BIT(dim);
}

static inline size_t
cell_of(struct tally *t, enum dim_id dim, uint32_t k1, uint32_t k2,
    uint32_t verdict)
{
	int32_t bucket = dims[dim].grain == DIM_HOUR ? t->bucket :
	    dims[dim].grain == DIM_DAY ? t->day : 0;

	return table_cell(&t->tables[dim], bucket, k1, k2, verdict);
}

static inline void
count(struct tally *t, enum dim_id dim, uint32_t k1, uint32_t k2,
    uint32_t verdict)
{
	if (has(t, dim)) {
		size_t cell = cell_of(t, dim, k1, k2, verdict);

		t->tables[dim].cells[cell].count++;
	}
}

/* Counts and remembers when, and an example. */
static void
count_seen(struct tally *t, enum dim_id dim, uint32_t k1, uint32_t k2,
    uint32_t verdict, const struct event *ev, struct str example)
{
	const struct cell_seen now = { .first_ns = ev->time_ns,
		.last_ns = ev->time_ns };
	struct table_cells *table = &t->tables[dim];
	struct cell_seen *seen;
	size_t cell;

	if (!has(t, dim))
		return;
	cell = cell_of(t, dim, k1, k2, verdict);
	seen = &table->seen[cell];
	/* Logs are in the order of time, mostly. */
	if (seen->first_ns != WHEN_NONE && ev->time_ns > seen->first_ns)
		seen->last_ns = ev->time_ns > seen->last_ns ? ev->time_ns
							    : seen->last_ns;
	else
		tally_see(t, seen, table->cells[cell].count == 0, &now,
		    example);
	table->cells[cell].count++;
}

/* Counts, and sums the value if there is one. */
static void
count_sum(struct tally *t, enum dim_id dim, uint32_t k1, uint32_t k2,
    uint32_t verdict, int64_t value)
{
	size_t cell;

	if (!has(t, dim))
		return;
	cell = cell_of(t, dim, k1, k2, verdict);
	t->tables[dim].cells[cell].count++;
	tally_sum_add(t, dim, cell, value);
}

/* Counts under a text of which there are many: see later.h. */
static void
count_later(struct tally *t, enum dim_id dim, struct str text, uint32_t k2,
    uint32_t verdict)
{
	struct later_counts c = { .n = 0 };

	later_add(&c, &t->o, dim, k2, verdict);
	later_count(t, &c, text, str_none());
}

/* Several a transaction, nearly always the same cells: they are remembered. */
static inline void
count_counter(struct tally *t, enum counter c)
{
	if (!has(t, DIM_COUNTER))
		return;
	if (t->counter_cells[c] == 0)
		t->counter_cells[c] =
		    cell_of(t, DIM_COUNTER, (uint32_t)c, 0, 0) + 1;
	t->tables[DIM_COUNTER].cells[t->counter_cells[c] - 1].count++;
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* Sets the hour and day that ev belongs to. */
static void
set_bucket(struct tally *t, int64_t time_ns)
{
	int64_t s, start_s;

	memset(t->counter_cells, 0, sizeof(t->counter_cells));
	if (time_ns == WHEN_NONE) {
		/* A line without a stamp has no hour: all such share one. */
		t->bucket = INT32_MIN;
		t->day = INT32_MIN;
		t->bucket_start_ns = INT64_MAX;
		t->bucket_end_ns = INT64_MIN;
		return;
	}
	s = when_to_s(time_ns);
	t->bucket = (int32_t)floor_div(s, t->o.grain_s);
	start_s = (int64_t)t->bucket * t->o.grain_s;
	t->bucket_start_ns = when_from_s(start_s);
	t->bucket_end_ns = when_from_s(start_s + t->o.grain_s);
	if (t->o.zone)
		s += zone_offset_s(t->o.zone, s);
	t->day = (int32_t)floor_div(s, WHEN_DAY_S);
}

static struct disposition_info *
disposition_info(struct tally *t, uint32_t id)
{
	if (id >= t->n_dispositions) {
		size_t n = ((size_t)id + 1) * 2;

		t->dispositions = mem_resize(t->dispositions,
		    n * sizeof(*t->dispositions));
		memset(t->dispositions + t->n_dispositions, 0,
		    (n - t->n_dispositions) * sizeof(*t->dispositions));
		t->n_dispositions = n;
	}
	return &t->dispositions[id];
}

/* The id of the disposition's name (naughty with its reason), and what it is. */
static uint32_t
disposition_of(struct tally *t, const struct event *ev,
    struct disposition_info *info)
{
	char name[NAUGHTY_NAME_MAX];
	struct disposition_info *known;
	struct str full = ev->disposition;
	uint32_t id;

	if (naughty_is(full))
		full = naughty_name(name, ev->text);
	else if (full.n == 0)
		full = STR("(none)");
	id = intern_add(&t->texts, full);
	known = disposition_info(t, id);
	if (!known->looked_up) {
		known->looked_up = true;
		known->by_score = str_eq(full, STR("queued"));
		known->login = str_starts(full, STR("auth::"));
		known->category = classes_category(t->o.classes, ev);
		known->shaped = listing_has_shape(ev->disposition) &&
		    classes_known_disposition(t->o.classes, ev->disposition);
	}
	*info = *known;
	if (info->by_score)
		info->category = classes_category(t->o.classes, ev);
	return id;
}

struct str
count_address_text(struct tally *t, struct str raw)
{
	t->scratch.n = 0;
	return address_normalise(&t->scratch, raw,
	    t->o.classes->case_sensitive_local);
}

/* In lower case, without <>. */
static struct str
domain_text(struct tally *t, struct str address)
{
	t->scratch.n = 0;
	return address_domain(address_normalise(&t->scratch, address, true));
}

/* The IPv4 of a mapped address, IPv6 in short. */
struct str
count_client_text(struct buf *b, struct str client)
{
	struct ip ip;

	/* Dotted quads are already as they should be. */
	if (str_index(client, ':') == client.n || !ip_parse(client, &ip))
		return client;
	b->n = 0;
	ip_format(b, &ip);
	return buf_str(b);
}

static uint32_t
client_id(struct tally *t, struct str client)
{
	return intern_add(&t->texts, count_client_text(&t->client, client));
}

/* The list that denied; what is counted by client too goes into c. */
static void
count_list(struct tally *t, const struct event *ev, struct later_counts *c)
{
	struct listed list = listed_of(t, ev->text, ev->client);
	/* What the list refused to answer is an error, not use (C.10). */
	uint32_t verdict = list.error ? VERDICT_DEFERRED : VERDICT_REJECTED;

	count_seen(t, DIM_LIST, list.name, 0, verdict, ev, ev->text);
	count_seen(t, DIM_LIST_HOST, list.host, 0, verdict, ev, ev->text);
	if (list.error)
		return;
	later_add(c, &t->o, DIM_CLIENT_LIST, list.name, 0);
	later_add(c, &t->o, DIM_CLIENT_LIST_HOST, list.host, 0);
}

/* What the configured country table says of a client, once a client. */
static struct str
looked_up_country(struct tally *t, struct str client, uint32_t id)
{
	if (id >= t->n_countries) {
		size_t n = ((size_t)id + 1) * 2;

		t->countries = mem_resize(t->countries,
		    n * sizeof(*t->countries));
		memset(t->countries + t->n_countries, 0xff,
		    (n - t->n_countries) * sizeof(*t->countries));
		t->n_countries = n;
	}
	if (t->countries[id] == UINT32_MAX) {
		struct str country = t->o.country(t->o.country_ctx, client);

		t->countries[id] = intern_add(&t->texts, country);
	}
	return tally_text(t, t->countries[id]);
}

struct str
count_country_of(struct tally *t, const struct event *ev)
{
	if (ev->country.n > 0 || t->o.country == NULL || ev->client.n == 0)
		return ev->country;
	return looked_up_country(t, ev->client, client_id(t, ev->client));
}

/* The client, its country, and by which list it was denied. */
static void
count_client(struct tally *t, const struct event *ev, int category)
{
	struct later_counts c = { .time_ns = ev->time_ns };
	struct str country;

	later_add(&c, &t->o, DIM_CLIENT, 0, ev->verdict);
	if (has(t, DIM_CLIENT_COUNTRY)) {
		country = count_country_of(t, ev);
		if (country.n > 0)
			later_add(&c, &t->o, DIM_CLIENT_COUNTRY,
			    intern_add(&t->texts, country), 0);
	}
	if (category == CATEGORY_LIST && ev->verdict != VERDICT_ACCEPTED &&
	    t->o.dims & OF_LIST)
		count_list(t, ev, &c);
	if (c.n > 0 && ev->client.n > 0)
		later_count(t, &c, count_client_text(&t->client, ev->client),
		    ev->host);
}

static enum recipient_outcome
recipient_outcome(int category)
{
	return category == CATEGORY_HAM ? RECIPIENT_QUEUED :
	    category == CATEGORY_TAGGED ? RECIPIENT_TAGGED : RECIPIENT_REJECTED;
}

static enum domain_outcome
domain_outcome(const struct event *ev)
{
	if (ev->verdict == VERDICT_ACCEPTED)
		return DOMAIN_ACCEPT;
	return str_starts(ev->disposition, STR("queue::"))
	    ? DOMAIN_TRANSFER_ERROR : DOMAIN_DENY;
}

/* One recipient of one transaction; raw is absent where none was named. */
static void
count_domain_row(struct tally *t, const struct event *ev, enum origin origin,
    struct str raw)
{
	bool outside = origin == ORIGIN_EXTERNAL || origin == ORIGIN_FETCHMAIL;
	enum domain_type type = DOMAIN_OTHER;
	struct str domain = str_none(), label;

	if (!has(t, DIM_DOMAIN_ROW))
		return;
	if (raw.p) {
		domain = domain_text(t, raw);
		type = classes_domain(t->o.classes, domain);
	}
	if (outside)
		label = type == DOMAIN_OTHER ? STR("Others") : domain;
	else
		label = type == DOMAIN_OTHER ? STR("Outgoing") :
		    STR("Internal");
	if (!outside)
		type = DOMAIN_OTHER;
	count(t, DIM_DOMAIN_ROW, intern_add(&t->texts, label), (uint32_t)type,
	    domain_outcome(ev));
}

static void
count_recipients(struct tally *t, const struct event *ev, enum origin origin,
    int category)
{
	bool outside = origin == ORIGIN_EXTERNAL || origin == ORIGIN_FETCHMAIL;
	uint32_t outcome = (uint32_t)recipient_outcome(category) +
	    (outside ? 0 : RECIPIENT_INSIDE);
	struct str rest = address_recipients(ev), one;
	size_t n = 0;

	while (address_next(&rest, &one)) {
		n++;
		count_counter(t, COUNTER_RECIPIENTS);
		count_domain_row(t, ev, origin, one);
		if (has(t, DIM_RECIPIENT))
			count_later(t, DIM_RECIPIENT, count_address_text(t, one),
			    outcome, 0);
		if (outside)
			count_counter(t, COUNTER_OUTSIDE_RECIPIENTS);
	}
	if (n > 0) {
		count_counter(t, COUNTER_MAILS_WITH_RECIPIENTS);
		return;
	}
	count_counter(t, COUNTER_WITHOUT_RECIPIENT);
	count_domain_row(t, ev, origin, str_none());
	if (outside && ev->verdict != VERDICT_ACCEPTED)
		count_counter(t, COUNTER_OUTSIDE_UNNAMED);
}

static void
count_tld(struct tally *t, const struct event *ev, uint32_t disposition)
{
	struct kept_transaction kept;
	struct str tld;

	if (!has(t, DIM_TLD))
		return;
	t->scratch.n = 0;
	tld = address_tld(&t->scratch, ev->sender);
	if (t->o.transactions_kept && str_eq_nocase(tld, t->o.tld_kept)) {
		kept = (struct kept_transaction){ .time_ns = ev->time_ns,
			.client = client_id(t, ev->client),
			.disposition = disposition,
			.sender = intern_add(&t->texts, ev->sender),
			.text = intern_add(&t->texts, ev->text) };
		tally_add_kept(t, &kept);
	}
	count(t, DIM_TLD, disposition, intern_add(&t->texts, tld), ev->verdict);
}

static void
count_sender(struct tally *t, const struct event *ev)
{
	if (ev->sender.p && has(t, DIM_SENDER))
		count_later(t, DIM_SENDER, count_address_text(t, ev->sender), 0,
		    ev->verdict);
}

/* " tests=BAYES_50,TEST_RULE " of the trailer. */
static void
count_rules(struct tally *t, const struct event *ev, int category)
{
	enum rule_outcome outcome = category == CATEGORY_HAM ? RULE_HAM :
	    category == CATEGORY_TAGGED ? RULE_TAGGED : RULE_REJECTED;
	size_t at;
	struct str tests, one;
	bool any = false;

	if ((!has(t, DIM_RULE) && !has(t, DIM_COUNTER)) ||
	    ev->score_milli == EVENT_NO_NUMBER)
		return;
	at = str_find(ev->trailer, STR("tests="));
	if (at == ev->trailer.n)
		return;
	tests = str_skip(ev->trailer, at + 6);
	tests = str_head(tests, str_index(tests, ' '));
	while (str_cut(&tests, ',', &one)) {
		while (one.n > 0 && one.p[one.n - 1] == '_')
			one.n--;
		if (one.n == 0 || str_eq_nocase(one, STR("none")))
			continue;
		any = true;
		count_sum(t, DIM_RULE, intern_add(&t->texts, one),
		    (uint32_t)outcome, 0, ev->score_milli);
	}
	if (any)
		count_counter(t, COUNTER_RULED);
}

static void
count_denial(struct tally *t, const struct event *ev, int category,
    const struct disposition_info *info)
{
	if (category == CATEGORY_VIRUS && has(t, DIM_VIRUS))
		count(t, DIM_VIRUS,
		    intern_add(&t->texts, listing_virus(ev->text)), 0, 0);
	if (info->login && has(t, DIM_LOGIN_FAILURE))
		count_seen(t, DIM_LOGIN_FAILURE, client_id(t, ev->client),
		    intern_add(&t->texts, ev->disposition), 0, ev, ev->text);
	if (info->shaped && has(t, DIM_COUNTER) &&
	    !listing_known_text(ev->disposition, ev->text)) {
		count_counter(t, COUNTER_UNKNOWN_TEXT);
		tally_add_odd(t, ev->text, 1);
	}
}

static void
count_stream(struct tally *t, const struct event *ev)
{
	if (!has(t, DIM_STREAM))
		return;
	/* Mostly that of the event before. */
	if (!str_eq(ev->stream, tally_text(t, t->stream)))
		t->stream = intern_add(&t->texts, ev->stream);
	count_seen(t, DIM_STREAM, t->stream, ev->kind, ev->verdict, ev,
	    STR(""));
}

static void
count_transaction(struct tally *t, const struct event *ev)
{
	struct disposition_info info;
	uint32_t disposition = disposition_of(t, ev, &info);
	enum origin origin = ORIGIN_EXTERNAL;

	if (has(t, DIM_DISPOSITION))
		count_seen(t, DIM_DISPOSITION, disposition,
		    intern_add(&t->texts, ev->code), ev->verdict, ev, ev->text);
	count_sum(t, DIM_CATEGORY, (uint32_t)info.category, 0, ev->verdict,
	    ev->score_milli);
	if (t->o.dims & (DIM_BIT(DIM_ORIGIN) | DIM_BIT(DIM_DOMAIN_ROW) |
	    DIM_BIT(DIM_RECIPIENT) | DIM_BIT(DIM_COUNTER)))
		origin = classes_origin(t->o.classes, ev);
	count(t, DIM_ORIGIN, (uint32_t)origin, 0, ev->verdict);
	if (t->o.dims & (DIM_BIT(DIM_COUNTER) | DIM_BIT(DIM_DOMAIN_ROW) |
	    DIM_BIT(DIM_RECIPIENT)))
		count_recipients(t, ev, origin, info.category);
	count_client(t, ev, info.category);
	count_tld(t, ev, disposition);
	count_sender(t, ev);
	if (t->o.dims & OF_MAIL)
		count_mail(t, ev);
	if (t->o.dims & HABIT_TRANSACTION)
		habit_transaction(t, ev, info.category);
	if (ev->verdict != VERDICT_ACCEPTED)
		count_denial(t, ev, info.category, &info);
	if (ev->trailer.n > 0)
		count_rules(t, ev, info.category);
	count_stream(t, ev);
}

static void
count_accepted(struct tally *t, const struct event *ev)
{
	count_sum(t, DIM_CONNECTION, (uint32_t)ev->limit, 0, 0, ev->running);
	count(t, DIM_CONCURRENCY, (uint32_t)ev->running, 0, 0);
	count_stream(t, ev);
}

static void
count_too_many(struct tally *t, const struct event *ev)
{
	count(t, DIM_LIMIT, ev->scope, 0, 0);
	if (ev->scope == LIMIT_CLIENT && has(t, DIM_LIMIT_CLIENT))
		count_sum(t, DIM_LIMIT_CLIENT, client_id(t, ev->client),
		    (uint32_t)ev->limit, 0, ev->running);
}

static void
count_closed(struct tally *t, const struct event *ev)
{
	uint32_t disposition;

	if (ev->unfinished)
		count_counter(t, COUNTER_UNFINISHED);
	/* Where the log names a country, its line is counted (count_check). */
	if (has(t, DIM_COUNTRY) && ev->country.n == 0) {
		struct str country = count_country_of(t, ev);

		if (country.n > 0)
			count(t, DIM_COUNTRY, intern_add(&t->texts, country),
			    0, 0);
	}
	if (ev->duration_ns == EVENT_NO_NUMBER ||
	    (!has(t, DIM_CONNECTION_TIME) && !has(t, DIM_DURATION)))
		return;
	disposition = intern_add(&t->texts, ev->last_disposition);
	count_sum(t, DIM_CONNECTION_TIME, disposition, 0, 0, ev->duration_ns);
	if (has(t, DIM_DURATION))
		later_cell(t, DIM_DURATION, disposition,
		    histogram_bucket(ev->duration_ns));
	if (t->n_slowest < TALLY_SLOWEST || ev->duration_ns >=
	    t->slowest[TALLY_SLOWEST - 1].duration_ns) {
		struct slow_connection c = { .duration_ns = ev->duration_ns,
			.time_ns = ev->time_ns,
			.pid = intern_add(&t->texts, ev->pid),
			.client = client_id(t, ev->client),
			.disposition = disposition };

		tally_add_slow(t, &c);
	}
}

static void
count_check(struct tally *t, const struct event *ev)
{
	if (str_eq(ev->check, STR("dmarc")) && str_eq(ev->result, STR("pass")))
		count_counter(t, COUNTER_DMARC_PASS);
	else if (str_eq(ev->check, STR("geoip")) && !ev->repeated &&
	    has(t, DIM_COUNTRY))
		count(t, DIM_COUNTRY, intern_add(&t->texts, ev->country), 0, 0);
}

void
tally_add(struct tally *t, const struct event *ev)
{
	if (ev->time_ns < t->bucket_start_ns || ev->time_ns >= t->bucket_end_ns)
		set_bucket(t, ev->time_ns);
	switch (ev->kind) {
	case EVENT_TRANSACTION:
		count_transaction(t, ev);
		break;
	case EVENT_ACCEPTED:
		count_accepted(t, ev);
		break;
	case EVENT_TOO_MANY:
		count_too_many(t, ev);
		break;
	case EVENT_REFUSED:
		count_counter(t, COUNTER_REFUSED);
		break;
	case EVENT_CLOSED:
		count_closed(t, ev);
		break;
	case EVENT_CHECK:
		count_check(t, ev);
		break;
	case EVENT_QUEUED:
	case EVENT_DELIVERY:
	case EVENT_DONE:
	case EVENT_BOUNCE:
	case EVENT_STATUS:
	case EVENT_ALERT:
		count_queue_event(t, ev);
		break;
	case EVENT_KINDS:
		break;
	}
}
