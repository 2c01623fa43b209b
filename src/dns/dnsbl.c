/*
 * dnsbl.c - questions to block lists, and what their answers mean.
 *
 * A look-up is one (client, zone) that is being asked, or whose answer is kept.
 *
 *	new --> A asked --+--> TXT asked --> known --> (TTL over) asked anew
 *	                  +-----------------^
 *
 * TXT is asked where A says "listed".  Who asks meanwhile is put to those who
 * wait.  Known ones are kept as long as their TTL lasts and there is room.
 */
#include "dns/dnsbl.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/map.h"
#include "base/mem.h"
#include "dns/meaning.h"
#include "dns/resolve.h"

/* Kept answers; more are told and forgotten. */
#define KEEP_MAX 65536
/* An answer that is no answer, so that a dead list is not asked at once again
 * for the same client (RFC 2308, 7 allows five minutes). */
#define KEEP_UNKNOWN_S 60
#define SECOND_NS INT64_C(1000000000)

struct waiter {
	struct waiter *next;
	dnsbl_fn *fn;
	void *ctx;
};

enum lookup_state { LOOKUP_ASKED_A, LOOKUP_ASKED_TXT, LOOKUP_KNOWN };

struct lookup {
	struct lookup *next;  /* of the same hash */
	struct dnsbl *d;
	struct ip ip;
	unsigned zone;
	enum lookup_state state;
	struct waiter *first, *last;
	struct dnsbl_answer answer; /* its texts are in text */
	struct buf text;
	size_t a_n;	      /* of text; TXT stands behind it */
	uint32_t ttl_s;
	int64_t fresh_until_ns;
};

struct list_zone {
	char *name;
	unsigned lane;
	unsigned unknown_in_a_row;
	bool given_up;
};

struct dnsbl {
	struct resolver *r;
	struct list_zone *zones;
	size_t n_zones, cap_zones;
	struct map lookups;   /* by hash: the first of those that have it */
	size_t n_kept;
	uint64_t seed;
	struct buf name;
};

static int64_t
clock_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * SECOND_NS + ts.tv_nsec;
}

struct dnsbl *
dnsbl_new(struct resolver *r)
{
	struct dnsbl *d = mem_zalloc(sizeof(*d));

	d->r = r;
	/* Clients are strangers: they shall not choose who shares a hash.
	 * Without a seed they could; nothing worse. */
	if (getrandom(&d->seed, sizeof(d->seed), 0) < 0)
		d->seed = 0;
	return d;
}

/* ---- zones ---- */

int
dnsbl_add_zone(struct dnsbl *d, struct str name, unsigned *zone,
    struct err *err)
{
	struct buf b = { 0 };

	if (dnsbl_check_zone(&b, name, err) < 0) {
		buf_clear(&b);
		return -1;
	}
	for (*zone = 0; *zone < d->n_zones; ++*zone)
		if (strcmp(d->zones[*zone].name, b.p) == 0)
			break;
	if (*zone == d->n_zones)
		ARRAY_PUSH(d->zones, d->n_zones, d->cap_zones) =
		    (struct list_zone){ .name = mem_strdup(b.p),
			.lane = resolver_add_lane(d->r) };
	buf_clear(&b);
	return 0;
}

size_t
dnsbl_zones(const struct dnsbl *d)
{
	return d->n_zones;
}

struct str
dnsbl_zone_name(const struct dnsbl *d, unsigned zone)
{
	assert(zone < d->n_zones);
	return str_from(d->zones[zone].name);
}

bool
dnsbl_given_up(const struct dnsbl *d, unsigned zone)
{
	assert(zone < d->n_zones);
	return d->zones[zone].given_up;
}

/* ---- finding a look-up ---- */

/* The last steps of splitmix64 (Steele, Lea, Flood 2014). */
static uint64_t
mix(uint64_t x)
{
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static uint64_t
hash_of(const struct dnsbl *d, unsigned zone, const struct ip *ip)
{
	uint64_t halves[2];

	memcpy(halves, ip->b, sizeof(halves));
	return mix(mix(mix(d->seed + zone) ^ halves[0]) ^ halves[1]);
}

static struct lookup *
find_lookup(const struct dnsbl *d, unsigned zone, const struct ip *ip)
{
	struct lookup *l = map_find(&d->lookups, hash_of(d, zone, ip));

	while (l != NULL && (l->zone != zone ||
	    memcmp(&l->ip, ip, sizeof(*ip)) != 0))
		l = l->next;
	return l;
}

static struct lookup *
add_lookup(struct dnsbl *d, unsigned zone, const struct ip *ip)
{
	struct lookup *l = mem_zalloc(sizeof(*l));

	l->d = d;
	l->zone = zone;
	l->ip = *ip;
	l->state = LOOKUP_KNOWN;
	l->next = map_set(&d->lookups, hash_of(d, zone, ip), l);
	return l;
}

static void
unlink_lookup(struct dnsbl *d, const struct lookup *l)
{
	uint64_t hash = hash_of(d, l->zone, &l->ip);
	struct lookup *before = map_find(&d->lookups, hash);

	if (before == l) {
		if (l->next != NULL)
			map_set(&d->lookups, hash, l->next);
		else
			map_take(&d->lookups, hash);
		return;
	}
	while (before->next != l)
		before = before->next;
	before->next = l->next;
}

static void
free_lookup(struct lookup *l)
{
	buf_clear(&l->text);
	free(l);
}

/* ---- asking and telling ---- */

static void
tell_waiters(struct lookup *l)
{
	struct dnsbl_answer answer = l->answer;
	struct waiter *w = l->first;

	answer.a = str_head(buf_str(&l->text), l->a_n);
	answer.txt = str_skip(buf_str(&l->text), l->a_n);
	l->first = l->last = NULL;
	while (w != NULL) {
		struct waiter *next = w->next;

		w->fn(w->ctx, l->zone, &l->ip, &answer);
		free(w);
		w = next;
	}
}

static void
count_unknown(struct dnsbl *d, const struct lookup *l)
{
	struct list_zone *z = &d->zones[l->zone];

	if (l->answer.result != DNSBL_UNKNOWN) {
		z->unknown_in_a_row = 0;
	} else if (l->answer.reason != DNSBL_CANCELLED && !z->given_up &&
	    ++z->unknown_in_a_row == DNSBL_PATIENCE) {
		z->given_up = true;
		resolver_drop(d->r, z->lane);
	}
}

/* fn of who waits may ask again: all is in order before it is called. */
static void
conclude(struct lookup *l)
{
	struct dnsbl *d = l->d;
	bool keep = l->ttl_s > 0 && d->n_kept < KEEP_MAX &&
	    l->answer.reason != DNSBL_CANCELLED;

	if (l->answer.reason == DNSBL_CANCELLED && d->zones[l->zone].given_up)
		l->answer.reason = DNSBL_GIVEN_UP;
	l->state = LOOKUP_KNOWN;
	if (keep) {
		l->fresh_until_ns = clock_ns() + l->ttl_s * SECOND_NS;
		d->n_kept++;
	} else {
		unlink_lookup(d, l);
	}
	tell_waiters(l);
	count_unknown(d, l);
	if (!keep)
		free_lookup(l);
}

static void
got_txt(void *ctx, const struct resolve_answer *answer)
{
	struct lookup *l = ctx;

	for (size_t i = 0; i < answer->n; i++) {
		if (i > 0)
			buf_add_str(&l->text, STR(" / "));
		buf_add_str(&l->text, answer->txt[i]);
	}
	conclude(l);
}

static void
ask(struct lookup *l, enum resolve_type type, resolve_fn *fn)
{
	struct dnsbl *d = l->d;
	const struct list_zone *z = &d->zones[l->zone];

	buf_reset(&d->name);
	dnsbl_query_name(&d->name, &l->ip, str_from(z->name));
	resolver_ask(d->r, z->lane, type, d->name.p, fn, l);
}

static void
got_a(void *ctx, const struct resolve_answer *answer)
{
	struct lookup *l = ctx;

	buf_reset(&l->text);
	l->answer.reason = meaning_of(&l->text, answer);
	l->answer.result = l->answer.reason != DNSBL_NO_REASON ? DNSBL_UNKNOWN
	    : answer->n > 0 ? DNSBL_LISTED : DNSBL_NOT_LISTED;
	l->a_n = l->text.n;
	l->ttl_s = l->answer.result == DNSBL_UNKNOWN ? KEEP_UNKNOWN_S
	    : answer->ttl_s;
	if (l->answer.result != DNSBL_LISTED) {
		conclude(l);
		return;
	}
	l->state = LOOKUP_ASKED_TXT;
	ask(l, RESOLVE_TXT, got_txt);
}

static void
add_waiter(struct lookup *l, dnsbl_fn *fn, void *ctx)
{
	struct waiter *w = mem_zalloc(sizeof(*w));

	w->fn = fn;
	w->ctx = ctx;
	if (l->first == NULL)
		l->first = w;
	else
		l->last->next = w;
	l->last = w;
}

void
dnsbl_ask(struct dnsbl *d, unsigned zone, const struct ip *ip, dnsbl_fn *fn,
    void *ctx)
{
	struct dnsbl_answer given_up = { .result = DNSBL_UNKNOWN,
		.reason = DNSBL_GIVEN_UP, .a = STR(""), .txt = STR("") };
	struct lookup *l;

	assert(zone < d->n_zones);
	if (d->zones[zone].given_up) {
		fn(ctx, zone, ip, &given_up);
		return;
	}
	l = find_lookup(d, zone, ip);
	if (l == NULL) {
		l = add_lookup(d, zone, ip);
	} else if (l->state == LOOKUP_KNOWN) {
		if (clock_ns() < l->fresh_until_ns) {
			add_waiter(l, fn, ctx);
			tell_waiters(l);
			return;
		}
		d->n_kept--;
	}
	add_waiter(l, fn, ctx);
	if (l->state == LOOKUP_KNOWN) {
		l->state = LOOKUP_ASKED_A;
		ask(l, RESOLVE_A, got_a);
	}
}

void
dnsbl_free(struct dnsbl **dp)
{
	struct dnsbl *d = *dp;
	struct lookup *l;
	size_t at = 0;

	if (d == NULL)
		return;
	resolver_cancel(d->r);
	while ((l = map_next(&d->lookups, &at)) != NULL)
		while (l != NULL) {
			struct lookup *next = l->next;

			free_lookup(l);
			l = next;
		}
	map_clear(&d->lookups);
	for (size_t i = 0; i < d->n_zones; i++)
		free(d->zones[i].name);
	free(d->zones);
	buf_clear(&d->name);
	free(d);
	*dp = NULL;
}
