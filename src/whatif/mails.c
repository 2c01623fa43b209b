#include "whatif/mails.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "event/address.h"
#include "event/event.h"
#include "event/naughty.h"
#include "tally/classes.h"

void
mails_init(struct mails *m, const struct classes *classes)
{
	memset(m, 0, sizeof(*m));
	m->classes = classes;
	intern_init(&m->texts);
	intern_init(&m->clients);
}

void
mails_clear(struct mails *m)
{
	free(m->rows);
	intern_clear(&m->texts);
	intern_clear(&m->clients);
	memset(m, 0, sizeof(*m));
}

static bool
denied_by_list(const struct event *ev)
{
	if (naughty_is(ev->disposition))
		return str_eq(naughty_reason(ev->text), STR("dnsbl"));
	return str_eq(ev->disposition, STR("dnsbl"));
}

static enum fate
fate_of(const struct mails *m, const struct event *ev)
{
	if (!str_eq(ev->disposition, STR("queued")))
		return FATE_DENIED;
	return classes_category(m->classes, ev) == CATEGORY_TAGGED
	    ? FATE_TAGGED : FATE_HAM;
}

static uint32_t
client_of(struct mails *m, const struct ip *ip)
{
	return intern_add(&m->clients,
	    str_make((const char *)ip->b, sizeof(ip->b))) - 1;
}

/* "naughty-karma": whom naughty denied for says more than its name. */
static uint32_t
disposition_of(struct mails *m, const struct event *ev)
{
	char buffer[NAUGHTY_NAME_MAX];

	return intern_add(&m->texts, naughty_is(ev->disposition)
	    ? naughty_name(buffer, ev->text) : ev->disposition);
}

void
mails_add(struct mails *m, const struct event *ev)
{
	struct ip ip;

	if (ev->kind != EVENT_TRANSACTION)
		return;
	m->examined++;
	if (denied_by_list(ev)) {
		m->listed_then++;
	} else if (!ip_parse(ev->client, &ip)) {
		m->no_client++;
	} else if (!ip_is_public(&ip)) {
		m->not_public++;
	} else {
		ARRAY_PUSH(m->rows, m->n, m->cap) = (struct mail){
			.time_ns = ev->time_ns,
			.score_milli = ev->score_milli,
			.client = client_of(m, &ip),
			.disposition = disposition_of(m, ev),
			.sender = intern_add(&m->texts, ev->sender),
			.recipients = intern_add(&m->texts,
			    address_recipients(ev)),
			.fate = fate_of(m, ev),
		};
	}
}

size_t
mails_clients(const struct mails *m)
{
	return m->clients.n - 1;
}

struct ip
mails_ip(const struct mails *m, uint32_t client)
{
	struct ip ip;

	memcpy(ip.b, intern_get(&m->clients, client + 1).p, sizeof(ip.b));
	return ip;
}

struct str
mails_text(const struct mails *m, uint32_t text)
{
	return intern_get(&m->texts, text);
}

void
mails_merge(struct mails *m, const struct mails *other)
{
	uint32_t *texts = mem_zalloc(other->texts.n * sizeof(*texts));

	for (uint32_t i = 0; i < other->texts.n; i++)
		texts[i] = intern_add(&m->texts, intern_get(&other->texts, i));
	for (size_t i = 0; i < other->n; i++) {
		struct mail row = other->rows[i];
		struct ip ip = mails_ip(other, row.client);

		row.client = client_of(m, &ip);
		row.disposition = texts[row.disposition];
		row.sender = texts[row.sender];
		row.recipients = texts[row.recipients];
		ARRAY_PUSH(m->rows, m->n, m->cap) = row;
	}
	free(texts);
	m->examined += other->examined;
	m->listed_then += other->listed_then;
	m->not_public += other->not_public;
	m->no_client += other->no_client;
}

static int
compare_mails(const void *va, const void *vb, void *ctx)
{
	const struct mails *m = ctx;
	const struct mail *a = va, *b = vb;
	struct ip ip_a = mails_ip(m, a->client), ip_b = mails_ip(m, b->client);
	int order = (a->time_ns > b->time_ns) - (a->time_ns < b->time_ns);

	if (order == 0)
		order = memcmp(&ip_a, &ip_b, sizeof(ip_a));
	if (order == 0)
		order = str_cmp(mails_text(m, a->disposition),
		    mails_text(m, b->disposition));
	if (order == 0)
		order = str_cmp(mails_text(m, a->sender),
		    mails_text(m, b->sender));
	if (order == 0)
		order = str_cmp(mails_text(m, a->recipients),
		    mails_text(m, b->recipients));
	if (order == 0)
		order = (a->score_milli > b->score_milli) -
		    (a->score_milli < b->score_milli);
	return order != 0 ? order : (int)a->fate - (int)b->fate;
}

void
mails_sort(struct mails *m)
{
	if (m->n > 0)
		qsort_r(m->rows, m->n, sizeof(*m->rows), compare_mails, m);
}
