#include "base/hash.h"

#include <xxhash.h>

uint64_t
hash_64(struct str s)
{
	return XXH3_64bits(s.n ? s.p : "", s.n);
}

void
hash_128(struct str s, uint64_t hash[2])
{
	XXH128_hash_t h = XXH3_128bits(s.n ? s.p : "", s.n);

	hash[0] = h.low64;
	hash[1] = h.high64;
}
