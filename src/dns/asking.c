#include "dns/asking.h"

#include <string.h>
#include <time.h>

#include "base/err.h"
#include "dns/answers.h"
#include "dns/dnsbl.h"
#include "dns/resolve.h"

/* A list has at most so many questions waiting: they take memory. */
#define AHEAD 256
#define STEP_MS 250

/* How far a run is. */
struct run {
	struct asking *k;
	uint64_t lists;
	uint64_t unless;
	struct turn {
		uint32_t client;   /* the next one to ask for */
		unsigned unanswered;
	} turns[ANSWERS_LISTS_MAX];
	uint64_t done, total;
};

int
asking_open(struct asking *k, struct err *err)
{
	k->dnsbl = dnsbl_new(k->resolver);
	for (size_t i = 0; i < k->answers->n_lists; i++) {
		unsigned zone;

		if (dnsbl_add_zone(k->dnsbl, k->answers->lists[i].name, &zone,
		    err) < 0)
			return -1;
	}
	return 0;
}

void
asking_close(struct asking *k)
{
	dnsbl_free(&k->dnsbl);
}

static void
got_probe(void *ctx, unsigned zone, const struct dnsbl_probe *probe)
{
	struct asking *k = ctx;

	answers_set_probe(k->answers, zone, probe);
}

static bool
stopped(const struct asking *k)
{
	return k->stop && *k->stop;
}

void
asking_probe(struct asking *k, uint64_t lists)
{
	/* What a signal leaves unanswered has not worked. */
	const struct dnsbl_probe none = { .health = DNSBL_NO_ANSWER,
		.reason = DNSBL_CANCELLED, .a = STR("") };

	for (unsigned i = 0; i < k->answers->n_lists; i++) {
		if (!(lists >> i & 1))
			continue;
		answers_set_probe(k->answers, i, &none);
		dnsbl_probe(k->dnsbl, i, got_probe, k);
	}
	resolver_run(k->resolver, k->stop);
	resolver_cancel(k->resolver);
}

static void
got_answer(void *ctx, unsigned zone, const struct ip *ip,
    const struct dnsbl_answer *answer)
{
	struct run *r = ctx;
	struct answers *a = r->k->answers;

	r->turns[zone].unanswered--;
	r->done++;
	if (answer->reason != DNSBL_CANCELLED)
		answers_set(a, answers_client(a, ip), zone, answer);
}

/* Queues some more of a list's questions; true while there are any left. */
static bool
feed(struct run *r, unsigned list)
{
	struct answers *a = r->k->answers;
	struct turn *t = &r->turns[list];

	for (; t->client < a->n_clients; t->client++) {
		struct ip ip;

		if (t->unanswered >= AHEAD)
			return true;
		if (answers_get(a, t->client, list)->result != DNSBL_NOT_ASKED ||
		    answers_listed(a, t->client, r->unless) != 0)
			continue;
		ip = answers_ip(a, t->client);
		t->unanswered++;
		dnsbl_ask(r->k->dnsbl, list, &ip, got_answer, r);
	}
	return false;
}

static uint64_t
questions(const struct run *r)
{
	const struct answers *a = r->k->answers;
	uint64_t n = 0;

	for (uint32_t c = 0; c < a->n_clients; c++) {
		if (answers_listed(a, c, r->unless) != 0)
			continue;
		for (unsigned i = 0; i < a->n_lists; i++)
			n += r->lists >> i & 1 &&
			    answers_get(a, c, i)->result == DNSBL_NOT_ASKED;
	}
	return n;
}

static uint64_t
working(const struct answers *a, uint64_t lists)
{
	for (unsigned i = 0; i < a->n_lists; i++)
		if (a->lists[i].probe.health != DNSBL_WORKS)
			lists &= ~(UINT64_C(1) << i);
	return lists;
}

void
asking_run(struct asking *k, uint64_t lists, uint64_t unless)
{
	struct run r = { .k = k, .lists = working(k->answers, lists),
		.unless = unless };

	r.total = questions(&r);
	while (!stopped(k)) {
		bool more = false;

		for (unsigned i = 0; i < k->answers->n_lists; i++)
			if (r.lists >> i & 1)
				more |= feed(&r, i);
		if (!more && resolver_unanswered(k->resolver) == 0)
			break;
		resolver_step(k->resolver, STEP_MS);
		if (k->progress)
			k->progress(k->progress_ctx, r.done, r.total);
	}
	/* Their answers would come to a run that is over. */
	resolver_cancel(k->resolver);
}
