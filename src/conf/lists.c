/* lists.c - settings that are lists; set() gets one item after the other. */
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/ip.h"
#include "conf/conf.h"
#include "conf/row.h"

/* An item that would be split when read again is put in quotes. */
static void
print_item(struct buf *b, struct str item, bool first)
{
	bool quote = item.n == 0;

	for (size_t i = 0; i < item.n && !quote; i++)
		quote = memchr(", \t", item.p[i], 3) != NULL;
	if (!first)
		buf_add_str(b, STR(", "));
	if (quote)
		buf_add_char(b, '"');
	buf_add_str(b, item);
	if (quote)
		buf_add_char(b, '"');
}

static void
print_strs(struct buf *b, const struct str *items, size_t n)
{
	for (size_t i = 0; i < n; i++)
		print_item(b, items[i], i == 0);
}

static int
add_log(const struct assignment *a)
{
	struct conf *c = a->conf;

	if (a->value.n == 0)
		return conf_wrong(a, "is not a path");
	ARRAY_PUSH(c->logs, c->n_logs, c->cap_logs) =
	    arena_str(&c->arena, a->value);
	return 0;
}

static void
print_logs(struct buf *b, const struct conf *c, const struct row *r)
{
	(void)r;
	print_strs(b, c->logs, c->n_logs);
}

static void
clear_logs(struct conf *c, const struct row *r)
{
	(void)r;
	c->n_logs = 0;
}

const struct conf_type conf_type_logs = {
	.set = add_log,
	.print = print_logs,
	.clear = clear_logs,
};

static struct conf_list *
list_of(struct conf *c, const struct row *r)
{
	return (struct conf_list *)(void *)((char *)c + r->offset);
}

static int
add_text(const struct assignment *a)
{
	struct conf_list *l = list_of(a->conf, a->row);

	if (a->value.n == 0)
		return conf_wrong(a, "is empty");
	ARRAY_PUSH(l->items, l->n, l->cap) = arena_str(&a->conf->arena, a->value);
	return 0;
}

static void
print_texts(struct buf *b, const struct conf *c, const struct row *r)
{
	const struct conf_list *l = (const struct conf_list *)(const void *)
	    ((const char *)c + r->offset);

	print_strs(b, l->items, l->n);
}

static void
clear_texts(struct conf *c, const struct row *r)
{
	list_of(c, r)->n = 0;
}

const struct conf_type conf_type_texts = {
	.set = add_text,
	.print = print_texts,
	.clear = clear_texts,
};

static int
add_network(const struct assignment *a)
{
	struct ip_net net;

	if (!ip_net_parse(a->value, &net))
		return conf_wrong(a, "is not a network such as 192.0.2.0/24");
	return add_text(a);
}

const struct conf_type conf_type_networks = {
	.set = add_network,
	.print = print_texts,
	.clear = clear_texts,
};

static int
add_fact(const struct assignment *a)
{
	struct conf *c = a->conf;
	size_t equals = str_index(a->value, '=');

	if (equals == 0 || equals == a->value.n)
		return conf_wrong(a, "is not of the form name=value");
	ARRAY_PUSH(c->facts, c->n_facts, c->cap_facts) =
	    arena_str(&c->arena, a->value);
	return 0;
}

static void
print_facts(struct buf *b, const struct conf *c, const struct row *r)
{
	(void)r;
	print_strs(b, c->facts, c->n_facts);
}

static void
clear_facts(struct conf *c, const struct row *r)
{
	(void)r;
	c->n_facts = 0;
}

const struct conf_type conf_type_facts = {
	.set = add_fact,
	.print = print_facts,
	.clear = clear_facts,
};

static bool
is_letter(char c)
{
	return str_lower(c) >= 'a' && str_lower(c) <= 'z';
}

static int
add_country(const struct assignment *a)
{
	struct conf *c = a->conf;
	char code[2];

	if (a->value.n != 2 || !is_letter(a->value.p[0]) ||
	    !is_letter(a->value.p[1]))
		return conf_wrong(a, "is not a country of two letters");
	code[0] = (char)(a->value.p[0] & ~0x20);
	code[1] = (char)(a->value.p[1] & ~0x20);
	ARRAY_PUSH(c->refused_countries, c->n_refused_countries,
	    c->cap_refused_countries) = arena_str(&c->arena, str_make(code, 2));
	return 0;
}

static void
print_countries(struct buf *b, const struct conf *c, const struct row *r)
{
	(void)r;
	print_strs(b, c->refused_countries, c->n_refused_countries);
}

static void
clear_countries(struct conf *c, const struct row *r)
{
	(void)r;
	c->n_refused_countries = 0;
}

const struct conf_type conf_type_countries = {
	.set = add_country,
	.print = print_countries,
	.clear = clear_countries,
};

/* Bytes beyond ASCII too: names may be given as they are read. */
static bool
is_domain(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!is_letter(c) && !(c >= '0' && c <= '9') &&
		    !(c == '.' || c == '-' || c == '_') && (unsigned char)c < 0x80)
			return false;
	}
	return s.n > 0 && !str_eq(s, STR("."));
}

static void
print_domains(struct buf *b, const struct own_domain *domains, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		buf_printf(b, "%s%s", i > 0 ? ", " : "", domains[i].sub ? "." : "");
		buf_add_str(b, domains[i].name);
	}
}

static int
add_local_domain(const struct assignment *a)
{
	if (!is_domain(a->value))
		return conf_wrong(a, "is not a domain");
	classes_add_local_domain(&a->conf->classes, a->value);
	return 0;
}

static void
print_local_domains(struct buf *b, const struct conf *c, const struct row *r)
{
	(void)r;
	print_domains(b, c->classes.local_domains, c->classes.n_local_domains);
}

static void
clear_local_domains(struct conf *c, const struct row *r)
{
	(void)r;
	c->classes.n_local_domains = 0;
}

const struct conf_type conf_type_local_domains = {
	.set = add_local_domain,
	.print = print_local_domains,
	.clear = clear_local_domains,
};

static int
add_mxbackup_domain(const struct assignment *a)
{
	if (!is_domain(a->value))
		return conf_wrong(a, "is not a domain");
	classes_add_mxbackup_domain(&a->conf->classes, a->value);
	return 0;
}

static void
print_mxbackup_domains(struct buf *b, const struct conf *c,
    const struct row *r)
{
	(void)r;
	print_domains(b, c->classes.mxbackup_domains,
	    c->classes.n_mxbackup_domains);
}

static void
clear_mxbackup_domains(struct conf *c, const struct row *r)
{
	(void)r;
	c->classes.n_mxbackup_domains = 0;
}

const struct conf_type conf_type_mxbackup_domains = {
	.set = add_mxbackup_domain,
	.print = print_mxbackup_domains,
	.clear = clear_mxbackup_domains,
};

static int
add_local_network(const struct assignment *a)
{
	struct ip_net net;

	if (!ip_net_parse(a->value, &net))
		return conf_wrong(a, "is not a network such as 192.0.2.0/24");
	classes_add_local_network(&a->conf->classes, &net);
	return 0;
}

static void
print_local_networks(struct buf *b, const struct conf *c, const struct row *r)
{
	(void)r;
	for (size_t i = 0; i < c->classes.n_local_networks; i++) {
		if (i > 0)
			buf_add_str(b, STR(", "));
		ip_net_format(b, &c->classes.local_networks[i]);
	}
}

static void
clear_local_networks(struct conf *c, const struct row *r)
{
	(void)r;
	c->classes.n_local_networks = 0;
}

const struct conf_type conf_type_local_networks = {
	.set = add_local_network,
	.print = print_local_networks,
	.clear = clear_local_networks,
};

static int
add_dmarc_address(const struct assignment *a)
{
	size_t at = str_index(a->value, '@');

	if (at == 0 || at + 1 >= a->value.n)
		return conf_wrong(a, "is not a mail address");
	classes_add_dmarc_address(&a->conf->classes, a->value);
	return 0;
}

static void
print_dmarc_addresses(struct buf *b, const struct conf *c,
    const struct row *r)
{
	(void)r;
	print_strs(b, c->classes.dmarc_addresses, c->classes.n_dmarc_addresses);
}

static void
clear_dmarc_addresses(struct conf *c, const struct row *r)
{
	(void)r;
	c->classes.n_dmarc_addresses = 0;
}

const struct conf_type conf_type_dmarc_addresses = {
	.set = add_dmarc_address,
	.print = print_dmarc_addresses,
	.clear = clear_dmarc_addresses,
};

static int
add_zone(const struct assignment *a)
{
	struct conf *c = a->conf;

	if (!is_domain(a->value))
		return conf_wrong(a, "is not the zone of a block list");
	ARRAY_PUSH(c->lists, c->n_lists, c->cap_lists) = (struct list_setting){
		.type = a->row->zones,
		.zone = arena_str(&c->arena, a->value),
	};
	return 0;
}

static void
print_zones(struct buf *b, const struct conf *c, const struct row *r)
{
	bool first = true;

	for (size_t i = 0; i < c->n_lists; i++) {
		if (strcmp(c->lists[i].type, r->zones) != 0)
			continue;
		print_item(b, c->lists[i].zone, first);
		first = false;
	}
}

/* The three types of block lists share one array. */
static void
clear_zones(struct conf *c, const struct row *r)
{
	size_t kept = 0;

	for (size_t i = 0; i < c->n_lists; i++) {
		if (strcmp(c->lists[i].type, r->zones) != 0)
			c->lists[kept++] = c->lists[i];
	}
	c->n_lists = kept;
}

const struct conf_type conf_type_zones = {
	.set = add_zone,
	.print = print_zones,
	.clear = clear_zones,
};
