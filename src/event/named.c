#include "event/named.h"

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/ip.h"

struct replacing {
	struct buf *out;
	named_fn *address, *client;
	void *ctx;
};

/* "example.org:" and "192.0.2.1." end a phrase. */
static struct str
without_stop(struct str word)
{
	while (word.n > 1 && strchr(".:!", word.p[word.n - 1]))
		word.n--;
	return word;
}

static void
add_part(const struct replacing *r, struct str part)
{
	struct str name = without_stop(part);
	struct ip ip;

	if (ip_parse(name, &ip))
		r->client(r->ctx, name, r->out);
	else
		buf_add_str(r->out, name);
	buf_add_str(r->out, str_skip(part, name.n));
}

static void
add_word(const struct replacing *r, struct str word)
{
	struct str name = without_stop(word);

	if (memchr(name.p, '@', name.n)) {
		r->address(r->ctx, name, r->out);
		buf_add_str(r->out, str_skip(word, name.n));
		return;
	}
	for (;;) {
		size_t end = str_index(word, '_');

		if (end > 0)
			add_part(r, str_head(word, end));
		if (end == word.n)
			return;
		buf_add_char(r->out, '_');
		word = str_skip(word, end + 1);
	}
}

static bool
is_of_word(char c)
{
	return c == '\0' || strchr(" \t<>()[]{}\"',;=/?&|", c) == NULL;
}

void
named_replace(struct buf *out, struct str text, named_fn *address,
    named_fn *client, void *ctx)
{
	const struct replacing r = { out, address, client, ctx };

	for (size_t i = 0, end; i < text.n; i = end) {
		for (end = i; end < text.n && is_of_word(text.p[end]);)
			end++;
		if (end > i)
			add_word(&r, str_make(text.p + i, end - i));
		else
			buf_add_char(out, text.p[end++]);
	}
}
