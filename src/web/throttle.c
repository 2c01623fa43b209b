#include "web/throttle.h"

#include "base/when.h"

static size_t
find(const struct throttle *t, uint64_t client)
{
	size_t i = 0;

	while (i < t->n && t->all[i].client != client)
		i++;
	return i;
}

static int64_t
penalty_ns(const struct throttled *c)
{
	int64_t seconds = 1;

	if (c->failures <= THROTTLE_FREE)
		return 0;
	for (unsigned i = THROTTLE_FREE + 1; i < c->failures &&
	    seconds < THROTTLE_MOST_S; i++)
		seconds *= 2;
	if (seconds > THROTTLE_MOST_S)
		seconds = THROTTLE_MOST_S;
	return seconds * WHEN_SECOND;
}

unsigned
throttle_wait_s(const struct throttle *t, uint64_t client, int64_t now_ns)
{
	size_t i = find(t, client);
	int64_t left_ns;

	if (i == t->n)
		return 0;
	left_ns = t->all[i].last_ns + penalty_ns(&t->all[i]) - now_ns;
	/* A clock that was set back makes nobody wait for longer. */
	if (left_ns > THROTTLE_MOST_S * WHEN_SECOND)
		left_ns = THROTTLE_MOST_S * WHEN_SECOND;
	return left_ns <= 0 ? 0 :
	    (unsigned)((left_ns + WHEN_SECOND - 1) / WHEN_SECOND);
}

static size_t
oldest(const struct throttle *t)
{
	size_t found = 0;

	for (size_t i = 1; i < t->n; i++)
		if (t->all[i].last_ns < t->all[found].last_ns)
			found = i;
	return found;
}

void
throttle_failed(struct throttle *t, uint64_t client, int64_t now_ns)
{
	size_t i = find(t, client);
	struct throttled *c;

	if (i == t->n) {
		i = t->n < THROTTLE_CLIENTS ? t->n++ : oldest(t);
		t->all[i] = (struct throttled){ .client = client };
	}
	c = &t->all[i];
	if (now_ns - c->last_ns > THROTTLE_FORGET_S * WHEN_SECOND)
		c->failures = 0;
	c->failures++;
	c->last_ns = now_ns;
}

void
throttle_passed(struct throttle *t, uint64_t client)
{
	size_t i = find(t, client);

	if (i < t->n)
		t->all[i] = t->all[--t->n];
}
