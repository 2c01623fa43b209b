/*
 * fuzz_snapshot.c - any bytes as a snapshot of block lists.
 *
 * What is understood and written again reads as the same, and is plain text.
 */
#include "fuzz.h"

#include "base/buf.h"
#include "base/err.h"
#include "dns/answers.h"
#include "dns/snapshot.h"

/* With the head in front, so that nothing is spent on finding that. */
static struct str
with_head(struct buf *b, const uint8_t *data, size_t size)
{
	buf_add_str(b, STR("mailtally-dnsbl-snapshot\t1\n"));
	buf_add(b, data, size);
	return buf_str(b);
}

static void
assert_plain(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		assert(text.p[i] == '\n' || text.p[i] == '\t' ||
		    (text.p[i] >= ' ' && text.p[i] <= '~'));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf text = { 0 }, once = { 0 }, twice = { 0 };
	struct answers a, b;
	struct err err;
	int64_t taken_ns, taken_again_ns;

	answers_init(&a);
	answers_init(&b);
	if (snapshot_parse(with_head(&text, data, size), "x", &a, &taken_ns,
	    &err) == 0) {
		snapshot_print(&once, &a, taken_ns);
		assert_plain(buf_str(&once));
		assert(snapshot_parse(buf_str(&once), "x", &b, &taken_again_ns,
		    &err) == 0);
		snapshot_print(&twice, &b, taken_again_ns);
		assert(str_eq(buf_str(&once), buf_str(&twice)));
	} else {
		assert(err.kind == ERR_DATA && strchr(err.text, '\n') == NULL);
	}
	answers_clear(&a);
	answers_clear(&b);
	buf_clear(&text);
	buf_clear(&once);
	buf_clear(&twice);
	return 0;
}
