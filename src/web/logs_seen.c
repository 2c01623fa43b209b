#include "web/logs_seen.h"

#include <string.h>

#include "base/when.h"
#include "input/source.h"
#include "store/store.h"
#include "web/server.h"

/* FNV-1a, 64 bits: nobody gains from a collision here. */
static uint64_t
mix(uint64_t hash, const void *p, size_t n)
{
	const unsigned char *bytes = p;

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
	return hash;
}

static uint64_t
look_at_logs(const struct server_options *o)
{
	const struct source_options so = { .newer_than_ns = WHEN_NONE };
	struct source_list list = { 0 };
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < o->n_logs; i++)
		source_list_add(&list, o->logs[i], &so, NULL);
	for (size_t i = 0; i < list.n; i++) {
		const struct source *source = list.sources[i];

		hash = mix(hash, source->path, strlen(source->path) + 1);
		hash = mix(hash, &source->size, sizeof(source->size));
		hash = mix(hash, &source->mtime_ns, sizeof(source->mtime_ns));
		hash = mix(hash, &source->inode, sizeof(source->inode));
	}
	source_list_clear(&list);
	return hash;
}

static uint64_t
look_at_store(const struct server_options *o)
{
	return store_stamp(o->store);
}

static uint64_t
look(struct seen *last, const struct server_options *o, int64_t now_ns,
    uint64_t (*look_now)(const struct server_options *o))
{
	if (last->fingerprint == 0 || now_ns - last->at_ns > WHEN_SECOND) {
		last->fingerprint = look_now(o);
		last->fingerprint += last->fingerprint == 0;
		last->at_ns = now_ns;
	}
	return last->fingerprint;
}

uint64_t
logs_fingerprint(struct seen *last, const struct server_options *o,
    int64_t now_ns)
{
	return look(last, o, now_ns, look_at_logs);
}

uint64_t
store_fingerprint(struct seen *last, const struct server_options *o,
    int64_t now_ns)
{
	return look(last, o, now_ns, look_at_store);
}
