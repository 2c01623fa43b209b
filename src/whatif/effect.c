#include "whatif/effect.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "dns/answers.h"

/* Counts what is tried; each client's first mail counts the client. */
static void
count_tried(struct trial *t)
{
	bool *seen = mem_zalloc(mails_clients(t->mails) + 1);

	for (size_t i = 0; i < t->mails->n; i++) {
		uint32_t client = t->mails->rows[i].client;

		if (t->excluded[client]) {
			t->n_excluded++;
			continue;
		}
		t->n_mails++;
		t->n_clients += !seen[client];
		seen[client] = true;
	}
	free(seen);
}

void
trial_init(struct trial *t, const struct mails *m, struct answers *a,
    uint64_t lists, uint64_t own)
{
	size_t n = mails_clients(m);

	*t = (struct trial){ .mails = m, .answers = a, .lists = lists,
		.own = own };
	t->listed = mem_zalloc((n + 1) * sizeof(*t->listed));
	t->row_of = mem_zalloc((n + 1) * sizeof(*t->row_of));
	t->excluded = mem_zalloc((n + 1) * sizeof(*t->excluded));
	for (uint32_t i = 0; i < n; i++) {
		struct ip ip = mails_ip(m, i);

		t->row_of[i] = answers_client(a, &ip);
		t->excluded[i] = answers_listed(a, t->row_of[i], own) != 0;
		if (!t->excluded[i])
			t->listed[i] = answers_listed(a, t->row_of[i], lists);
	}
	count_tried(t);
}

void
trial_clear(struct trial *t)
{
	free(t->listed);
	free(t->row_of);
	free(t->excluded);
	memset(t, 0, sizeof(*t));
}

uint64_t
trial_listed(const struct trial *t, const struct mail *mail)
{
	return t->listed[mail->client];
}

bool
trial_has(const struct trial *t, const struct mail *mail)
{
	return !t->excluded[mail->client];
}

uint64_t
effect_spam(const struct effect *e)
{
	return e->by_fate[FATE_TAGGED] + e->by_fate[FATE_DENIED];
}

uint64_t
effect_all(const struct effect *e)
{
	return e->by_fate[FATE_HAM] + effect_spam(e);
}

bool
stops_any(const void *ctx, uint64_t listed)
{
	return (listed & *(const uint64_t *)ctx) != 0;
}

bool
stops_all(const void *ctx, uint64_t listed)
{
	return (listed & *(const uint64_t *)ctx) == *(const uint64_t *)ctx;
}

bool
stops_only(const void *ctx, uint64_t listed)
{
	return listed == *(const uint64_t *)ctx;
}

struct effect
effect_of(const struct trial *t, stops_fn *stops, const void *ctx)
{
	struct effect e = { 0 };
	bool *seen = mem_zalloc(mails_clients(t->mails) + 1);

	for (size_t i = 0; i < t->mails->n; i++) {
		const struct mail *m = &t->mails->rows[i];

		if (!trial_has(t, m) || !stops(ctx, trial_listed(t, m)))
			continue;
		e.by_fate[m->fate]++;
		e.clients += !seen[m->client];
		seen[m->client] = true;
	}
	free(seen);
	return e;
}
