/* body.c - the only file that knows zlib. */
#include "web/body.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/mem.h"

/* Less than this is a packet or two anyway. */
#define PACK_LEAST 1400
/* With gzip's header in place of zlib's (zlib.h, deflateInit2). */
#define GZIP_WINDOW (15 + 16)

static void
pack(struct body *b)
{
	z_stream z = { 0 };
	size_t most;

	if (b->plain.n < PACK_LEAST || b->plain.n > UINT32_MAX / 2 ||
	    deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, 8,
	    Z_DEFAULT_STRATEGY) != Z_OK)
		return;
	most = deflateBound(&z, (uLong)b->plain.n);
	z.next_in = (Bytef *)b->plain.p;
	z.avail_in = (uInt)b->plain.n;
	z.next_out = (Bytef *)buf_reserve(&b->gzip, most);
	z.avail_out = (uInt)most;
	if (deflate(&z, Z_FINISH) == Z_STREAM_END)
		b->gzip.n = most - z.avail_out;
	deflateEnd(&z);
}

/* A change that keeps length and sum is not made by adding log lines. */
static void
tag(struct body *b)
{
	uLong sum = crc32_z(0, (const Bytef *)b->plain.p, b->plain.n);

	snprintf(b->etag, sizeof(b->etag), "\"%08lx-%zx\"", sum, b->plain.n);
}

struct body *
body_new(struct buf *content)
{
	struct body *b = mem_zalloc(sizeof(*b));

	b->refs = 1;
	b->plain = *content;
	*content = (struct buf){ 0 };
	buf_add(&b->plain, "", 0);
	pack(b);
	tag(b);
	return b;
}

struct body *
body_new_packed(struct str plain, struct str gzip)
{
	struct body *b = mem_zalloc(sizeof(*b));

	b->refs = 1;
	buf_add_str(&b->plain, plain);
	buf_add_str(&b->gzip, gzip);
	tag(b);
	return b;
}

struct body *
body_ref(struct body *b)
{
	b->refs++;
	return b;
}

void
body_unref(struct body **b)
{
	struct body *old = *b;

	*b = NULL;
	if (old == NULL || --old->refs > 0)
		return;
	buf_clear(&old->plain);
	buf_clear(&old->gzip);
	free(old);
}
