#include "dns/answers.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"

#define CLIENTS_MIN ((size_t)256)

void
answers_init(struct answers *a)
{
	memset(a, 0, sizeof(*a));
	intern_init(&a->clients);
	intern_init(&a->texts);
}

void
answers_clear(struct answers *a)
{
	intern_clear(&a->clients);
	intern_clear(&a->texts);
	free(a->cells);
	memset(a, 0, sizeof(*a));
}

/* A text of the table for good. */
static struct str
keep(struct answers *a, struct str s)
{
	return intern_get(&a->texts, intern_add(&a->texts, s));
}

int
answers_find_list(const struct answers *a, struct str name)
{
	for (size_t i = 0; i < a->n_lists; i++)
		if (str_eq(a->lists[i].name, name))
			return (int)i;
	return -1;
}

int
answers_add_list(struct answers *a, struct str name, struct err *err)
{
	int known = answers_find_list(a, name);

	if (known >= 0)
		return known;
	assert(a->n_clients == 0);
	if (a->n_lists == ANSWERS_LISTS_MAX)
		return err_set(err, ERR_USAGE, "%.*s: more than %d block lists "
		    "at a time are not compared", (int)str_head(name, 80).n,
		    name.p, ANSWERS_LISTS_MAX);
	a->lists[a->n_lists].name = keep(a, name);
	return (int)a->n_lists++;
}

void
answers_set_probe(struct answers *a, unsigned list,
    const struct dnsbl_probe *probe)
{
	assert(list < a->n_lists);
	a->lists[list].probe = *probe;
	a->lists[list].probe.a = keep(a, probe->a);
}

uint32_t
answers_client(struct answers *a, const struct ip *ip)
{
	uint32_t client = intern_add(&a->clients,
	    str_make((const char *)ip->b, sizeof(ip->b))) - 1;

	if (client < a->n_clients)
		return client;
	if (a->n_clients == a->cap_clients) {
		a->cap_clients = a->cap_clients ? a->cap_clients * 2 :
		    CLIENTS_MIN;
		a->cells = mem_resize(a->cells, a->cap_clients *
		    (a->n_lists + 1) * sizeof(*a->cells));
	}
	for (size_t i = 0; i < a->n_lists; i++)
		a->cells[client * a->n_lists + i] = (struct answer){ 0 };
	a->n_clients++;
	return client;
}

struct ip
answers_ip(const struct answers *a, uint32_t client)
{
	struct ip ip;

	assert(client < a->n_clients);
	memcpy(ip.b, intern_get(&a->clients, client + 1).p, sizeof(ip.b));
	return ip;
}

struct answer *
answers_get(const struct answers *a, uint32_t client, unsigned list)
{
	assert(client < a->n_clients && list < a->n_lists);
	return &a->cells[client * a->n_lists + list];
}

void
answers_set(struct answers *a, uint32_t client, unsigned list,
    const struct dnsbl_answer *answer)
{
	*answers_get(a, client, list) = (struct answer){
		.result = (uint8_t)answer->result,
		.reason = (uint8_t)answer->reason,
		.a = intern_add(&a->texts, answer->a),
		.txt = intern_add(&a->texts, answer->txt),
	};
}

struct str
answers_text(const struct answers *a, uint32_t text)
{
	return intern_get(&a->texts, text);
}

uint64_t
answers_listed(const struct answers *a, uint32_t client, uint64_t set)
{
	uint64_t listed = 0;

	for (unsigned i = 0; i < a->n_lists; i++)
		if (set >> i & 1 &&
		    answers_get(a, client, i)->result == DNSBL_LISTED)
			listed |= UINT64_C(1) << i;
	return listed;
}
