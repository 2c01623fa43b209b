#include "report/sec_names.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/ip.h"
#include "base/mem.h"
#include "base/num.h"

void
names_init(struct names *n)
{
	league_init(&n->pairs);
	n->sorted = NULL;
}

void
names_clear(struct names *n)
{
	league_clear(&n->pairs);
	free(n->sorted);
	n->sorted = NULL;
}

void
names_add(struct names *n, struct str label, struct str name, uint64_t count)
{
	struct league_row *row = league_get(&n->pairs, label, name);

	row->count[0] = num_add(row->count[0], count);
}

static int
pair_order(const void *a, const void *b)
{
	const struct league_row *x = *(const struct league_row *const *)a;
	const struct league_row *y = *(const struct league_row *const *)b;
	int order = str_cmp(x->label, y->label);

	if (order != 0)
		return order;
	if (x->count[0] != y->count[0])
		return x->count[0] > y->count[0] ? -1 : 1;
	return str_cmp(x->second, y->second);
}

void
names_sort(struct names *n)
{
	n->sorted = mem_alloc((n->pairs.n + 1) * sizeof(*n->sorted));
	for (size_t i = 0; i < n->pairs.n; i++)
		n->sorted[i] = &n->pairs.rows[i];
	if (n->pairs.n > 1)
		qsort(n->sorted, n->pairs.n, sizeof(*n->sorted), pair_order);
}

/* Where the pairs of label begin, if it has any. */
static size_t
first_of(const struct names *n, struct str label)
{
	size_t low = 0, high = n->pairs.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (str_cmp(n->sorted[middle]->label, label) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t
names_count(const struct names *n, struct str label)
{
	size_t first = first_of(n, label), i = first;

	while (i < n->pairs.n && str_eq(n->sorted[i]->label, label))
		i++;
	return i - first;
}

struct str
names_join(const struct names *n, struct str label, struct arena *a)
{
	size_t first = first_of(n, label), count = names_count(n, label);
	struct buf text = { 0 };
	struct str joined;

	for (size_t i = 0; i < count && i < NAMES_SHOWN; i++) {
		if (i > 0)
			buf_add_str(&text, STR(", "));
		buf_add_str(&text, n->sorted[first + i]->second);
	}
	if (count > NAMES_SHOWN)
		buf_printf(&text, " (%zu more)", count - NAMES_SHOWN);
	joined = arena_str(a, buf_str(&text));
	buf_clear(&text);
	return joined;
}

struct str
names_network(struct buf *scratch, struct str client, int v4_bits, int v6_bits)
{
	struct ip_net net;
	struct ip ip;

	if ((v4_bits == 32 && v6_bits == 128) || !ip_parse(client, &ip))
		return client;
	net = ip_net_of(&ip, v4_bits, v6_bits);
	buf_reset(scratch);
	ip_net_format(scratch, &net);
	return buf_str(scratch);
}
