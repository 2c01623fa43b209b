/* sec_totals.c - the numbers of the whole period, one a row (D.1). */
#include <stdlib.h>

#include "base/distinct.h"
#include "base/intern.h"
#include "base/mem.h"
#include "base/num.h"
#include "event/address.h"
#include "report/build.h"
#include "report/report.h"
#include "report/sec_items.h"

enum item {
	ITEM_EXAMINED, ITEM_RECEIVED, ITEM_REJECTED, ITEM_DEFERRED,
	ITEM_CONNECTIONS, ITEM_CONNECTIONS_REFUSED, ITEM_SENDERS,
	ITEM_SENDER_DOMAINS, ITEM_RECIPIENTS, ITEM_RECIPIENT_DOMAINS,
	ITEM_CLIENT_HOSTS, ITEMS
};

static const struct {
	struct str id, label, meaning;
	enum dim_id dim; /* without it the number is not known */
} items[ITEMS] = {
#define TEXT(literal) { literal, sizeof(literal) - 1 }
	[ITEM_EXAMINED] = { TEXT("examined"), TEXT("Examined"),
	    TEXT("transactions: messages queued and steps denied"),
	    DIM_CATEGORY },
	[ITEM_RECEIVED] = { TEXT("received"), TEXT("Received"),
	    TEXT("messages queued, each once however many recipients it has"),
	    DIM_CATEGORY },
	[ITEM_REJECTED] = { TEXT("rejected"), TEXT("Rejected"),
	    TEXT("transactions denied for good; percent of received + rejected"),
	    DIM_CATEGORY },
	[ITEM_DEFERRED] = { TEXT("deferred"), TEXT("Deferred"),
	    TEXT("transactions denied for now (902, 904), which may come back"),
	    DIM_CATEGORY },
	[ITEM_CONNECTIONS] = { TEXT("connections"), TEXT("Connections"),
	    TEXT("connections accepted"), DIM_CONNECTION },
	[ITEM_CONNECTIONS_REFUSED] = { TEXT("connections_refused"),
	    TEXT("Connections refused"),
	    TEXT("connections refused by hosts_allow: by its list, or because "
	    "one client had too many"), DIM_LIMIT },
	[ITEM_SENDERS] = { TEXT("senders"), TEXT("Senders"),
	    TEXT("distinct sender addresses, the null sender included, of all "
	    "transactions"), DIM_SENDER },
	[ITEM_SENDER_DOMAINS] = { TEXT("sender_domains"),
	    TEXT("Sender domains"),
	    TEXT("distinct domains of senders of all transactions"),
	    DIM_SENDER },
	[ITEM_RECIPIENTS] = { TEXT("recipients"), TEXT("Recipients"),
	    TEXT("distinct recipient addresses of all transactions"),
	    DIM_RECIPIENT },
	[ITEM_RECIPIENT_DOMAINS] = { TEXT("recipient_domains"),
	    TEXT("Recipient domains"),
	    TEXT("distinct domains of recipients of all transactions"),
	    DIM_RECIPIENT },
	[ITEM_CLIENT_HOSTS] = { TEXT("client_hosts"), TEXT("Client hosts"),
	    TEXT("distinct client addresses of all transactions"),
	    DIM_CLIENT },
#undef TEXT
};

static uint64_t
sum_of_verdict(const struct tally *t, enum verdict verdict)
{
	size_t n;
	const struct cell *cells = tally_cells(t, DIM_CATEGORY, &n);
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		if (cells[i].verdict == verdict)
			sum = num_add(sum, cells[i].count);
	return sum;
}

/* Refusals of one client's surplus; the total limit makes clients wait. */
static uint64_t
connections_refused(const struct tally *t)
{
	size_t n;
	const struct cell *cells = tally_cells(t, DIM_LIMIT, &n);
	uint64_t sum = build_counter(t, COUNTER_REFUSED);

	for (size_t i = 0; i < n; i++)
		if (cells[i].k1 == LIMIT_CLIENT)
			sum = num_add(sum, cells[i].count);
	return sum;
}

static uint64_t
distinct_keys(const struct tally *t, enum dim_id dim)
{
	size_t n;
	const struct cell *cells = tally_cells(t, dim, &n);
	bool *known = mem_zalloc(tally_texts(t) * sizeof(*known));
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		/* The empty text is no key. */
		sum += !known[cells[i].k1] && cells[i].k1 != INTERN_EMPTY;
		known[cells[i].k1] = true;
	}
	free(known);
	return sum;
}

/* How many different domains addresses have; one without a domain has none. */
static uint64_t
distinct_domains(const struct tally *t, enum dim_id dim)
{
	size_t n_cells, n = 0;
	const struct cell *cells = tally_cells(t, dim, &n_cells);
	struct distinct domains = { 0 };
	struct str batch[256];
	uint64_t sum;

	for (size_t i = 0; i < n_cells; i++) {
		batch[n] = address_domain(tally_text(t, cells[i].k1));
		n += batch[n].n > 0;
		if (n == sizeof(batch) / sizeof(batch[0])) {
			distinct_add_many(&domains, batch, n);
			n = 0;
		}
	}
	distinct_add_many(&domains, batch, n);
	sum = domains.n;
	distinct_clear(&domains);
	return sum;
}

static uint64_t
count_item(const struct build *b, enum item item)
{
	const struct tally *t = b->tally;

	switch (item) {
	case ITEM_EXAMINED:
		return b->examined;
	case ITEM_RECEIVED:
		return sum_of_verdict(t, VERDICT_ACCEPTED);
	case ITEM_REJECTED:
		return sum_of_verdict(t, VERDICT_REJECTED);
	case ITEM_DEFERRED:
		return sum_of_verdict(t, VERDICT_DEFERRED);
	case ITEM_CONNECTIONS:
		return build_sum(t, DIM_CONNECTION);
	case ITEM_CONNECTIONS_REFUSED:
		return connections_refused(t);
	case ITEM_SENDER_DOMAINS:
	case ITEM_RECIPIENT_DOMAINS:
		return distinct_domains(t, items[item].dim);
	case ITEM_SENDERS:
	case ITEM_RECIPIENTS:
	case ITEM_CLIENT_HOSTS:
		return distinct_keys(t, items[item].dim);
	case ITEMS:
		break;
	}
	return 0;
}

static struct value
percent_rejected(const struct build *b)
{
	uint64_t rejected = count_item(b, ITEM_REJECTED);

	/* Deliveries are not in this log: what was queued stands for them. */
	return value_percent(rejected,
	    num_add(rejected, count_item(b, ITEM_RECEIVED)));
}

/* ---- of the queue ---- */

enum queue_item {
	QUEUE_ITEM_QUEUED, QUEUE_ITEM_BYTES, QUEUE_ITEM_DELIVERED,
	QUEUE_ITEM_BYTES_DELIVERED, QUEUE_ITEM_DEFERRALS, QUEUE_ITEM_BOUNCED,
	QUEUE_ITEM_EXPIRED, QUEUE_ITEM_IN_QUEUE, QUEUE_ITEMS
};

static const struct {
	struct str id, label, meaning;
} queue_items[QUEUE_ITEMS] = {
#define TEXT(literal) { literal, sizeof(literal) - 1 }
	[QUEUE_ITEM_QUEUED] = { TEXT("queued"), TEXT("Queued"),
	    TEXT("messages that entered the queue, bounces among them") },
	[QUEUE_ITEM_BYTES] = { TEXT("bytes_queued"), TEXT("Bytes queued"),
	    TEXT("their size, each message once") },
	[QUEUE_ITEM_DELIVERED] = { TEXT("delivered"), TEXT("Delivered"),
	    TEXT("recipients that got a message") },
	[QUEUE_ITEM_BYTES_DELIVERED] = { TEXT("bytes_delivered"),
	    TEXT("Bytes delivered"),
	    TEXT("the size of each message for each recipient that got it") },
	[QUEUE_ITEM_DEFERRALS] = { TEXT("deferrals"), TEXT("Deferrals"),
	    TEXT("attempts that were put off") },
	[QUEUE_ITEM_BOUNCED] = { TEXT("bounced"), TEXT("Bounced"),
	    TEXT("recipients that will not get a message") },
	[QUEUE_ITEM_EXPIRED] = { TEXT("expired"), TEXT("Expired"),
	    TEXT("of these, given up after too long in the queue") },
	[QUEUE_ITEM_IN_QUEUE] = { TEXT("in_queue"), TEXT("Still queued"),
	    TEXT("messages in the queue when the log ends") },
#undef TEXT
};

static void
count_queue(const struct tally *t, int64_t counts[QUEUE_ITEMS])
{
	static const enum queue_item of[] = {
		[VERDICT_NONE] = QUEUE_ITEM_DEFERRALS,
		[VERDICT_ACCEPTED] = QUEUE_ITEM_DELIVERED,
		[VERDICT_REJECTED] = QUEUE_ITEM_BOUNCED,
		[VERDICT_DEFERRED] = QUEUE_ITEM_DEFERRALS,
	};
	size_t n;
	const struct cell *cells = tally_cells(t, DIM_DELIVERY, &n);

	for (size_t i = 0; i < n; i++) {
		counts[of[cells[i].verdict]] += (int64_t)cells[i].count;
		counts[QUEUE_ITEM_BYTES_DELIVERED] = num_add_signed(
		    counts[QUEUE_ITEM_BYTES_DELIVERED],
		    tally_plus(t, DIM_DELIVERY, i)[DELIVERY_BYTES]);
	}
	cells = tally_cells(t, DIM_QUEUE, &n);
	for (size_t i = 0; i < n; i++) {
		int64_t count = (int64_t)cells[i].count;

		if (cells[i].k1 == QUEUE_EXPIRED)
			counts[QUEUE_ITEM_EXPIRED] += count;
		else if (cells[i].k1 == QUEUE_REMAINING)
			counts[QUEUE_ITEM_IN_QUEUE] += count;
		if (cells[i].k1 != QUEUE_RECEIVED)
			continue;
		counts[QUEUE_ITEM_QUEUED] += count;
		counts[QUEUE_ITEM_BYTES] = num_add_signed(
		    counts[QUEUE_ITEM_BYTES],
		    tally_sum(t, DIM_QUEUE, i)->sum);
	}
}

static void
queue_rows(struct build *b, struct table *t)
{
	int64_t counts[QUEUE_ITEMS] = { 0 };

	count_queue(b->tally, counts);
	for (int i = 0; i < QUEUE_ITEMS; i++) {
		struct value *v = items_row(b->report, t, queue_items[i].id,
		    queue_items[i].label) + ITEMS_FIRST;

		v[0] = value_int(counts[i]);
		if (b->o->explain)
			v[2] = value_text(queue_items[i].meaning);
	}
}

void
section_totals(struct build *b, struct section *s)
{
	struct table *t = section_table(b->report, s, NULL, NULL);

	items_columns(b->report, t);
	table_column(b->report, t, "Value", VALUE_COUNT);
	table_column(b->report, t, "Percent", VALUE_PERCENT)->digits = 1;
	if (b->o->explain)
		table_column(b->report, t, "Definition", VALUE_TEXT);
	for (int i = 0; i < ITEMS && build_has_side(b, SIDE_INCOMING); i++) {
		struct value *v;

		if (!tally_has(b->tally, items[i].dim))
			continue;
		v = items_row(b->report, t, items[i].id, items[i].label) +
		    ITEMS_FIRST;
		v[0] = value_count(count_item(b, (enum item)i));
		if (i == ITEM_REJECTED)
			v[1] = percent_rejected(b);
		if (b->o->explain)
			v[2] = value_text(items[i].meaning);
	}
	if (b->n_streams > 0 && build_has_side(b, SIDE_QUEUE))
		queue_rows(b, t);
}
