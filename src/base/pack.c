#include "base/pack.h"

void
pack_u64(struct buf *b, uint64_t v)
{
	char *p = buf_reserve(b, PACK_NUMBER_MAX);

	b->n += (size_t)(pack_number(p, v) - p);
}

void
pack_i64(struct buf *b, int64_t v)
{
	pack_u64(b, pack_zigzag(v));
}

/* Its length plus one; 0 is the absent one. */
void
pack_str(struct buf *b, struct str s)
{
	if (s.p == NULL) {
		pack_u64(b, 0);
		return;
	}
	pack_u64(b, (uint64_t)s.n + 1);
	buf_add_str(b, s);
}

uint64_t
unpack_long(struct unpack *u)
{
	uint64_t v = 0;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		unsigned char c;

		if (u->at == u->end)
			break;
		c = *u->at++;
		v |= (uint64_t)(c & 0x7f) << shift;
		if (c < 0x80)
			return v;
	}
	u->bad = true;
	u->at = u->end;
	return 0;
}

struct str
unpack_str(struct unpack *u)
{
	uint64_t n = unpack_u64(u);
	struct str s;

	if (n == 0)
		return str_none();
	if (--n > (uint64_t)(u->end - u->at)) {
		u->bad = true;
		u->at = u->end;
		return str_none();
	}
	s = str_make((const char *)u->at, (size_t)n);
	u->at += n;
	return s;
}

size_t
unpack_count(struct unpack *u)
{
	uint64_t n = unpack_u64(u);

	if (n <= (uint64_t)(u->end - u->at))
		return (size_t)n;
	u->bad = true;
	u->at = u->end;
	return 0;
}
