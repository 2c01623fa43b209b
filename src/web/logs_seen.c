#include "web/logs_seen.h"

#include "base/when.h"
#include "input/source.h"
#include "web/routes.h"
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
look(const struct site *s)
{
	const struct source_options so = { .newer_than_ns = WHEN_NONE };
	struct source_list list = { 0 };
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < s->o->n_logs; i++)
		source_list_add(&list, s->o->logs[i], &so, NULL);
	for (size_t i = 0; i < list.n; i++) {
		const struct source *source = list.sources[i];

		hash = mix(hash, source->path, strlen(source->path) + 1);
		hash = mix(hash, &source->size, sizeof(source->size));
		hash = mix(hash, &source->mtime_ns, sizeof(source->mtime_ns));
		hash = mix(hash, &source->inode, sizeof(source->inode));
	}
	source_list_clear(&list);
	return hash ? hash : 1;
}

uint64_t
logs_fingerprint(struct site *s)
{
	if (s->fingerprint == 0 ||
	    s->now_ns - s->fingerprint_ns > WHEN_SECOND) {
		s->fingerprint = look(s);
		s->fingerprint_ns = s->now_ns;
	}
	return s->fingerprint;
}
