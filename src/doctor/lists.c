/* lists.c - what the block lists that the server asks say of themselves. */
#include "base/buf.h"
#include "base/err.h"
#include "dns/dnsbl.h"
#include "dns/resolve.h"
#include "doctor/doctor.h"

/* Who waits for a screen waits for no more than three seconds. */
static const struct resolver_options patience = {
	.concurrency = 64, .timeout_ms = 1000, .tries = 2
};

/* Who asks, and of whom. */
struct asking_lists {
	struct examination *x;
	struct dnsbl *dnsbl;
};

static void
take_probe(void *ctx, unsigned zone, const struct dnsbl_probe *probe)
{
	struct asking_lists *k = ctx;
	struct examination *x = k->x;
	struct list_seen seen = { .health = probe->health };
	struct buf b = { 0 };

	dnsbl_health_text(&b, probe);
	seen.name = arena_str(&x->arena, dnsbl_zone_name(k->dnsbl, zone));
	seen.state = arena_str(&x->arena, buf_str(&b));
	buf_clear(&b);
	ARRAY_PUSH(x->lists, x->n_lists, x->cap_lists) = seen;
}

/* What is no name is a fault of the settings, which says so itself. */
static void
probe(struct asking_lists *k, struct str name)
{
	size_t before = dnsbl_zones(k->dnsbl);
	unsigned zone;

	if (dnsbl_add_zone(k->dnsbl, name, &zone, NULL) == 0 &&
	    dnsbl_zones(k->dnsbl) > before)
		dnsbl_probe(k->dnsbl, zone, take_probe, k);
}

int
doctor_ask_lists(struct examination *x, const struct str *names, size_t n,
    const char *server, struct err *err)
{
	struct asking_lists k = { .x = x };
	struct resolver_options o = patience;
	struct resolver *r;

	o.server = server;
	r = resolver_open(&o, err);
	if (r == NULL)
		return -1;
	k.dnsbl = dnsbl_new(r);
	for (size_t i = 0; i < n; i++)
		probe(&k, names[i]);
	resolver_run(r, NULL);
	dnsbl_free(&k.dnsbl);
	resolver_close(&r);
	return 0;
}
