#include "tally/pending.h"

#include <string.h>

#include "base/num.h"
#include "base/when.h"
#include "tally/tally_private.h"

/* A provider is known by the recipient's domain. */
#define OF_RECIPIENT (DIM_BIT(DIM_QUEUE_RECIPIENT) | DIM_BIT(DIM_PROVIDER))

static bool
has(const struct tally *t, dim_mask dims_wanted)
{
	return t->o.dims & dims_wanted;
}

/* ---- what comes in ---- */

/* Eight bytes at once, in lower case. */
static uint64_t
lower8(uint64_t v)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t low = v & ones * 0x7f; /* sums cannot run over */
	uint64_t from_a = low + ones * (0x80 - 'A');
	uint64_t above_z = low + ones * (0x80 - 'Z' - 1);

	return v | ((from_a & ~above_z & ~v & ones * 0x80) >> 2);
}

static void
lower_add(struct buf *b, struct str s)
{
	char *to = buf_reserve(b, s.n);
	uint64_t v;

	b->n += s.n;
	if (s.n < sizeof(v)) {
		for (size_t i = 0; i < s.n; i++)
			to[i] = str_lower(s.p[i]);
		return;
	}
	for (size_t i = 0; i < s.n; i += sizeof(v)) {
		/* The last eight may overlap those before. */
		if (i > s.n - sizeof(v))
			i = s.n - sizeof(v);
		memcpy(&v, s.p + i, sizeof(v));
		v = lower8(v);
		memcpy(to + i, &v, sizeof(v));
	}
}

static struct str
pending_text(const struct tally *t, const struct pending_name *name)
{
	return str_make(t->queue.pending.texts.p + name->at, name->n);
}

/* The name is what stands in the texts from at on. */
static void
name_end(struct pending *p, struct pending_name *name,
    const struct ledger *l, size_t at)
{
	struct str text = str_make(p->texts.p + at, p->texts.n - at);

	*name = (struct pending_name){ .used = true, .at = at, .n = text.n,
		.hash = intern_hash(&l->names, text) };
	intern_fetch_slot(&l->names, name->hash);
}

static void
name_recipient(struct tally *t, struct pending_event *e, struct str recipient)
{
	struct pending *p = &t->queue.pending;
	size_t at = p->texts.n;

	lower_add(&p->texts, recipient);
	name_end(p, &e->recipient, &t->queue.accounts.recipients, at);
}

/* Has one of the events just before e the same sender, letter by letter? */
static bool
name_as_before(const struct pending *p, struct pending_event *e,
    struct str sender)
{
	for (size_t back = 1; back <= PENDING_BACK && back < p->n; back++) {
		const struct pending_name *name = &(e - back)->sender;

		if (name->used && name->n == sender.n &&
		    memcmp(p->texts.p + name->at, sender.p, sender.n) == 0) {
			e->sender = *name;
			e->sender.back = (uint8_t)(name->back + back);
			return true;
		}
	}
	return false;
}

static void
name_sender(struct tally *t, struct pending_event *e, const struct event *ev)
{
	struct pending *p = &t->queue.pending;
	size_t at = p->texts.n;

	e->uid = intern_add(&t->queue.accounts.uids, ev->uid);
	if (ev->sender.n > 0 && name_as_before(p, e, ev->sender))
		return;
	lower_add(&p->texts, ev->sender);
	name_end(p, &e->sender, &t->queue.accounts.senders, at);
}

static void
add_network(struct buf *b, struct str relay)
{
	const char *point = relay.n ? memrchr(relay.p, '.', relay.n) : NULL;

	if (point == NULL || memchr(relay.p, ':', relay.n)) {
		buf_add_str(b, relay);
		return;
	}
	buf_add_str(b, str_span(relay.p, point + 1));
	buf_add_str(b, STR("0/24"));
}

struct str
pending_network(struct buf *b, struct str relay)
{
	buf_reset(b);
	add_network(b, relay);
	return buf_str(b);
}

static void
name_network(struct tally *t, struct pending_event *e, struct str relay)
{
	struct pending *p = &t->queue.pending;
	size_t at = p->texts.n;

	add_network(&p->texts, relay.p ? relay : STR("(no connection)"));
	name_end(p, &e->network, &t->queue.accounts.providers, at);
}

static struct pending_event *
event_new(struct tally *t, const struct event *ev)
{
	struct pending *p = &t->queue.pending;
	struct pending_event *e;

	if (p->n == PENDING)
		pending_count(t);
	e = &p->events[p->n++];
	/* Not as a whole: names that are not used need not be set. */
	e->done = ev->kind == EVENT_DONE;
	e->repeated = ev->repeated;
	e->slow = false;
	e->verdict = ev->verdict;
	e->time_ns = ev->time_ns;
	e->duration_ns = ev->duration_ns;
	e->bytes = ev->bytes;
	e->delay_ns = EVENT_NO_NUMBER;
	e->delay_hash = 0;
	e->delivered = ev->delivered;
	e->bounced = ev->bounced;
	e->deferred = ev->deferred;
	e->recipient.used = e->sender.used = e->network.used = false;
	e->text.used = false;
	e->provider = 0;
	return e;
}

/* A recipient that had trouble is counted by its reason too. */
static void
name_text(struct tally *t, struct pending_event *e, struct str recipient)
{
	struct pending *p = &t->queue.pending;

	e->text = (struct pending_name){ .used = true, .at = p->texts.n,
		.n = recipient.n };
	if (e->recipient.used)
		e->text.at = e->recipient.at;
	else
		lower_add(&p->texts, recipient);
	e->text.hash = intern_hash(&t->texts, pending_text(t, &e->text));
	intern_fetch_slot(&t->texts, e->text.hash);
}

void
pending_attempt(struct tally *t, const struct event *ev, enum channel channel,
    int64_t delay_ns, const struct pending_trouble *trouble)
{
	struct pending_event *e = event_new(t, ev);

	e->channel = channel;
	e->delay_ns = delay_ns;
	e->slow = trouble->slow;
	e->reason = trouble->reason;
	if (has(t, OF_RECIPIENT))
		name_recipient(t, e, ev->recipients);
	if (trouble->any && has(t, DIM_BIT(DIM_REASON_RECIPIENT)))
		name_text(t, e, ev->recipients);
	/* A message whose beginning is in no log has no sender. */
	if (has(t, DIM_BIT(DIM_QUEUE_SENDER)) && ev->sender.p)
		name_sender(t, e, ev);
	if (has(t, DIM_BIT(DIM_PROVIDER)) && channel == CHANNEL_REMOTE)
		name_network(t, e, ev->relay);
	if (has(t, DIM_BIT(DIM_DELIVERY_DELAY)) &&
	    delay_ns != EVENT_NO_NUMBER) {
		e->delay_hash = table_hash(0, (uint32_t)channel,
		    histogram_bucket(delay_ns), ev->verdict);
		table_fetch_slot(&t->tables[DIM_DELIVERY_DELAY], e->delay_hash);
	}
}

void
pending_message(struct tally *t, const struct event *ev)
{
	if (has(t, DIM_BIT(DIM_QUEUE_SENDER)))
		name_sender(t, event_new(t, ev), ev);
}

/* ---- counting ---- */

static void
fetch_text(const struct ledger *l, const struct pending_name *name)
{
	if (name->used && name->back == 0)
		ledger_fetch_name(l, name->hash);
}

static void
fetch_texts(const struct tally *t, const struct pending_event *e)
{
	const struct accounts *a = &t->queue.accounts;

	fetch_text(&a->recipients, &e->recipient);
	fetch_text(&a->senders, &e->sender);
	fetch_text(&a->providers, &e->network);
	if (e->text.used)
		intern_fetch_text(&t->texts, e->text.hash);
	if (has(t, DIM_BIT(DIM_DELIVERY_DELAY)))
		table_fetch_cell(&t->tables[DIM_DELIVERY_DELAY], e->delay_hash);
}

static void
find_name(struct tally *t, struct ledger *l, struct pending_name *name)
{
	if (!name->used)
		return;
	name->number = ledger_enter(l, pending_text(t, name), name->hash);
	ledger_fetch(l, name->number);
}

/* A new name will ask for its domain: number n was not there. */
static void
fetch_domain_slot(const struct ledger *domains, struct pending_name *name,
    struct str address, bool new)
{
	struct str domain;

	name->domain_hash = 0;
	if (!new)
		return;
	domain = accounts_domain_of(address);
	if (domain.n == 0)
		return;
	name->domain_hash = intern_hash(&domains->names, domain);
	intern_fetch_slot(&domains->names, name->domain_hash);
}

static void
fetch_domain_text(const struct ledger *domains, const struct pending_name *name)
{
	if (name->used && name->domain_hash != 0)
		ledger_fetch_name(domains, name->domain_hash);
}

static void
find_recipient(struct tally *t, struct pending_name *name)
{
	struct accounts *a = &t->queue.accounts;
	size_t n = ledger_n(&a->recipients);

	if (!name->used)
		return;
	find_name(t, &a->recipients, name);
	fetch_domain_slot(&a->domains, name, pending_text(t, name),
	    name->number >= n);
}

static void
find_sender(struct tally *t, struct pending_name *name)
{
	struct accounts *a = &t->queue.accounts;
	size_t n = ledger_n(&a->senders);

	if (!name->used)
		return;
	find_name(t, &a->senders, name);
	fetch_domain_slot(&a->domains, name, accounts_bare(pending_text(t,
	    name)), name->number >= n);
}

static void
find_text(struct tally *t, struct pending_event *e)
{
	struct str text = pending_text(t, &e->text);

	if (!e->text.used)
		return;
	e->text.number = text.n == 0 ? INTERN_EMPTY :
	    intern_enter(&t->texts, text, e->text.hash)->id;
	e->cell_hash = table_hash(0, e->reason, e->text.number, e->verdict);
	table_fetch_slot(&t->tables[DIM_REASON_RECIPIENT], e->cell_hash);
}

static void
find_names(struct tally *t, struct pending_event *e)
{
	struct accounts *a = &t->queue.accounts;

	find_recipient(t, &e->recipient);
	if (e->sender.back > 0)
		e->sender.number = (e - e->sender.back)->sender.number;
	else
		find_sender(t, &e->sender);
	find_name(t, &a->providers, &e->network);
	find_text(t, e);
}

static void
fetch_domains(const struct tally *t, const struct pending_event *e)
{
	const struct ledger *domains = &t->queue.accounts.domains;

	fetch_domain_text(domains, &e->recipient);
	if (e->sender.back == 0)
		fetch_domain_text(domains, &e->sender);
}

static void
count_recipient(struct recipient_account *r, const struct pending_event *e)
{
	switch (e->verdict) {
	case VERDICT_ACCEPTED:
		r->sent++;
		if (e->time_ns > r->last_ns)
			r->last_ns = e->time_ns;
		if (e->bytes != EVENT_NO_NUMBER)
			r->bytes = num_add_signed(r->bytes, e->bytes);
		break;
	case VERDICT_REJECTED:
		r->failed++;
		break;
	case VERDICT_DEFERRED:
		r->deferred++;
		break;
	case VERDICT_NONE:
		return;
	}
	if (e->duration_ns != EVENT_NO_NUMBER)
		r->duration_ns = num_add_signed(r->duration_ns, e->duration_ns);
}

/* Where the attempt belongs by the recipient's domain. */
static void
find_places(struct tally *t, struct pending_event *e)
{
	struct accounts *a = &t->queue.accounts;
	struct recipient_account *r;

	if (!e->recipient.used)
		return;
	r = accounts_of_recipient(a, e->recipient.number, e->channel);
	e->domain = r->domain;
	ledger_fetch(&a->domains, e->domain);
	if (e->network.used)
		e->provider = accounts_provider_of(a, e->domain);
	if (e->provider == 0)
		e->provider = e->network.number;
	count_recipient(r, e);
}

static bool
has_delay(const struct pending_event *e)
{
	return e->verdict == VERDICT_ACCEPTED && e->delay_ns != EVENT_NO_NUMBER;
}

static void
fetch_delays(const struct tally *t, const struct pending_event *e)
{
	const struct accounts *a = &t->queue.accounts;

	if (e->text.used)
		table_fetch_cell(&t->tables[DIM_REASON_RECIPIENT],
		    e->cell_hash);
	if (!e->recipient.used || !has_delay(e))
		return;
	delays_fetch(&accounts_domain(a, e->domain)->delays);
	if (e->network.used)
		delays_fetch(&accounts_provider(a, e->provider)->delays);
}

static void
count_provider(struct provider_account *p, const struct pending_event *e)
{
	p->attempts++;
	p->first += !e->repeated;
	p->sent += e->verdict == VERDICT_ACCEPTED;
	p->deferred += !e->repeated && e->verdict == VERDICT_DEFERRED;
	p->bounced += e->verdict == VERDICT_REJECTED;
	p->slow += e->slow;
	if (has_delay(e))
		delays_add(&p->delays, e->delay_ns);
}

static void
count_places(struct accounts *a, const struct pending_event *e)
{
	if (has_delay(e))
		delays_add(&accounts_domain(a, e->domain)->delays, e->delay_ns);
	if (e->network.used)
		count_provider(accounts_provider(a, e->provider), e);
}

int64_t
pending_weighted(int64_t bytes, int64_t n)
{
	int64_t product;

	if (bytes == EVENT_NO_NUMBER)
		return 0;
	return __builtin_mul_overflow(bytes, n, &product) ? INT64_MAX : product;
}

static void
add(int64_t *sum, int64_t value)
{
	if (value != EVENT_NO_NUMBER)
		*sum = num_add_signed(*sum, value);
}

static void
count_message(struct sender_account *s, const struct pending_event *e)
{
	int64_t done = num_add_signed(e->delivered, e->bounced);

	s->messages++;
	add(&s->bytes, e->bytes);
	add(&s->bytes_sent, pending_weighted(e->bytes, e->delivered));
	add(&s->bytes_done, pending_weighted(e->bytes, done));
	add(&s->done, done);
	add(&s->tries, num_add_signed(done, e->deferred));
}

static void
count_sender(struct accounts *a, const struct pending_event *e)
{
	struct sender_account *s = accounts_of_sender(a, e->sender.number,
	    e->uid);

	if (e->done) {
		count_message(s, e);
		return;
	}
	add(&s->duration_ns, e->duration_ns);
	if (e->verdict != VERDICT_ACCEPTED)
		return;
	s->sent++;
	add(&s->sent_bytes, e->bytes);
	if (e->time_ns > s->last_ns)
		s->last_ns = e->time_ns;
}

static void
count_delay(struct tally *t, const struct pending_event *e)
{
	struct table_cells *table = &t->tables[DIM_DELIVERY_DELAY];
	size_t cell;

	if (e->delay_ns == EVENT_NO_NUMBER || e->verdict == VERDICT_DEFERRED)
		return;
	cell = table_cell(table, 0, (uint32_t)e->channel,
	    histogram_bucket(e->delay_ns), e->verdict);
	table->cells[cell].count++;
	tally_sum_add(t, DIM_DELIVERY_DELAY, cell, e->delay_ns);
}

static void
count_text(struct tally *t, const struct pending_event *e)
{
	struct table_cells *table = &t->tables[DIM_REASON_RECIPIENT];
	size_t cell = table_cell(table, 0, e->reason, e->text.number,
	    e->verdict);

	table->cells[cell].count++;
}

static void
count_event(struct tally *t, const struct pending_event *e)
{
	if (e->text.used)
		count_text(t, e);
	if (e->recipient.used)
		count_places(&t->queue.accounts, e);
	if (e->sender.used)
		count_sender(&t->queue.accounts, e);
	if (has(t, DIM_BIT(DIM_DELIVERY_DELAY)))
		count_delay(t, e);
}

void
pending_count(struct tally *t)
{
	struct pending *p = &t->queue.pending;

	for (size_t i = 0; i < p->n; i++)
		fetch_texts(t, &p->events[i]);
	for (size_t i = 0; i < p->n; i++)
		find_names(t, &p->events[i]);
	for (size_t i = 0; i < p->n; i++)
		fetch_domains(t, &p->events[i]);
	for (size_t i = 0; i < p->n; i++)
		find_places(t, &p->events[i]);
	for (size_t i = 0; i < p->n; i++)
		fetch_delays(t, &p->events[i]);
	for (size_t i = 0; i < p->n; i++)
		count_event(t, &p->events[i]);
	p->n = 0;
	buf_reset(&p->texts);
}
