#include "store/keys.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/ip.h"
#include "base/mem.h"
#include "event/address.h"
#include "event/event.h"

#define BITS_A_KEY 10
#define PROBES 7

void
keys_clear(struct keys *k)
{
	free(k->slots);
	buf_clear(&k->scratch);
	*k = (struct keys){ 0 };
}

/* True: it was not there. */
static bool
enter(struct keys *k, uint64_t hash)
{
	size_t i = hash & (k->cap - 1);

	while (k->slots[i] != 0 && k->slots[i] != hash)
		i = (i + 1) & (k->cap - 1);
	if (k->slots[i] == hash)
		return false;
	k->slots[i] = hash;
	return true;
}

static void
grow(struct keys *k)
{
	uint64_t *before = k->slots;
	size_t n = k->cap;

	k->cap = n ? n * 2 : 1024;
	k->slots = mem_zalloc(k->cap * sizeof(*k->slots));
	for (size_t i = 0; i < n; i++)
		if (before[i] != 0)
			enter(k, before[i]);
	free(before);
}

static void
add_hash(struct keys *k, struct str key)
{
	uint64_t hash = hash_64(key);

	if (k->n * 2 >= k->cap)
		grow(k);
	/* Whatever has it is in every filter. */
	if (hash != 0)
		k->n += enter(k, hash);
}

static void
add_client(struct keys *k, struct str client)
{
	struct ip ip;

	if (client.n == 0)
		return;
	buf_reset(&k->scratch);
	if (str_index(client, ':') < client.n && ip_parse(client, &ip)) {
		ip_format(&k->scratch, &ip);
		client = buf_str(&k->scratch);
	}
	add_hash(k, client);
}

static void
add_address(struct keys *k, struct str raw)
{
	struct str address;
	const char *at;

	if (raw.n == 0)
		return;
	buf_reset(&k->scratch);
	address = address_normalise(&k->scratch, raw, false);
	add_hash(k, address);
	at = address.n ? memrchr(address.p, '@', address.n) : NULL;
	if (at)
		add_hash(k, str_span(at, address.p + address.n));
}

/* Of an accepted message the text is its message-id. */
static void
add_message_id(struct keys *k, const struct event *ev)
{
	struct str id = ev->text;

	if (ev->kind != EVENT_TRANSACTION || ev->verdict != VERDICT_ACCEPTED ||
	    id.n == 0)
		return;
	buf_reset(&k->scratch);
	add_hash(k, address_normalise(&k->scratch, id, false));
}

/* Who answered, if it is an address. */
static void
add_relay(struct keys *k, struct str relay)
{
	struct ip ip;

	if (relay.n > 0 && ip_parse(relay, &ip))
		add_client(k, relay);
}

void
keys_add(struct keys *k, const struct event *ev)
{
	struct str rest = address_recipients(ev), one;

	add_client(k, ev->client);
	add_address(k, ev->sender);
	while (address_next(&rest, &one))
		add_address(k, one);
	add_message_id(k, ev);
	add_relay(k, ev->relay);
}

static bool
is_glob(struct str s)
{
	return str_index(s, '*') < s.n || str_index(s, '?') < s.n;
}

bool
keys_of_address(struct buf *b, struct str asked, struct str *key)
{
	if (asked.n < 3 || is_glob(asked) || str_eq(asked, STR("<>")) ||
	    str_index(asked, '@') == asked.n || asked.p[asked.n - 1] == '.')
		return false;
	*key = address_normalise(b, asked, false);
	return true;
}

bool
keys_of_client(struct buf *b, struct str asked, struct str *key)
{
	struct ip ip;

	if (str_index(asked, '/') < asked.n || !ip_parse(asked, &ip))
		return false;
	ip_format(b, &ip);
	*key = buf_str(b);
	return true;
}

/* The probes of a key go from one bit in equal steps, both told by its hash. */
static uint64_t
probe(uint64_t hash, unsigned i, uint64_t bits)
{
	uint64_t step = hash >> 32 | 1;

	return (hash + i * step) % bits;
}

void
keys_take(struct keys *k, struct buf *b)
{
	size_t bytes = k->n * BITS_A_KEY / 8 + 8;
	char *filter;

	if (k->n == 0)
		return;
	filter = buf_reserve(b, bytes);
	memset(filter, 0, bytes);
	for (size_t i = 0; i < k->cap; i++)
		for (unsigned j = 0; j < PROBES && k->slots[i] != 0; j++) {
			uint64_t bit = probe(k->slots[i], j, bytes * 8);

			filter[bit / 8] = (char)(filter[bit / 8] |
			    1 << (bit % 8));
		}
	b->n += bytes;
	memset(k->slots, 0, k->cap * sizeof(*k->slots));
	k->n = 0;
}

bool
keys_may_have(struct str filter, struct str key)
{
	uint64_t hash = hash_64(key);

	if (filter.n == 0 || hash == 0)
		return true;
	for (unsigned j = 0; j < PROBES; j++) {
		uint64_t bit = probe(hash, j, (uint64_t)filter.n * 8);

		if (!(filter.p[bit / 8] >> (bit % 8) & 1))
			return false;
	}
	return true;
}
