/* checks_around.c - what stands around the logs: name server, block lists,
 * store, ports. */
#include <string.h>

#include "base/err.h"
#include "doctor/checks.h"
#include "doctor/doctor.h"
#include "doctor/listening.h"
#include "doctor/place.h"
#include "store/store.h"

/* How many of the lists have a health; *first is one of them. */
static size_t
count_lists(const struct examination *x, enum dnsbl_health health,
    const struct list_seen **first)
{
	size_t n = 0;

	for (size_t i = 0; i < x->n_lists; i++)
		if (x->lists[i].health == health && n++ == 0)
			*first = &x->lists[i];
	return n;
}

/*
 * Large lists answer nobody who asks through a name server of all the world's,
 * and what no list is asked for is let in.
 */
bool
check_resolver(struct examination *x, struct finding *f)
{
	const struct list_seen *first = NULL;
	size_t n = count_lists(x, DNSBL_NO_ANSWER, &first);

	if (n == 0)
		return false;
	return finding_set(x, f, "apt-get install unbound && echo nameserver "
	    "127.0.0.1 >/etc/resolv.conf", "the name server is no good for "
	    "block lists, %zu of %zu do not answer it: %.*s %.*s", n, x->n_lists,
	    STR_ARG(first->name), STR_ARG(first->state));
}

/* The settings of qpsmtpd, ours, and where an SME Server makes both of. */
static const char *
where_it_stands(struct examination *x, const struct list_seen *l)
{
	return command_text(x, "grep -rn %q /etc/qpsmtpd /etc/mailtally.conf "
	    "/home/e-smith/db", l->name.p);
}

bool
check_list_dead(struct examination *x, struct finding *f)
{
	const struct list_seen *l = NULL;

	if (count_lists(x, DNSBL_EMPTY, &l) == 0)
		return false;
	return finding_set(x, f, where_it_stands(x, l), "the block list %.*s "
	    "%.*s; take it out of the settings", STR_ARG(l->name),
	    STR_ARG(l->state));
}

bool
check_list_wild(struct examination *x, struct finding *f)
{
	const struct list_seen *l = NULL;

	if (count_lists(x, DNSBL_WILDCARD, &l) == 0)
		return false;
	return finding_set(x, f, where_it_stands(x, l), "the block list %.*s "
	    "%.*s; take it out of the settings, before it refuses all mail",
	    STR_ARG(l->name), STR_ARG(l->state));
}

bool
check_store(struct examination *x, struct finding *f)
{
	struct store *s;
	struct err err;
	const char *command;
	int result;

	if (x->store == NULL)
		return false;
	result = store_open(&s, x->store, STORE_READ, NULL, &err);
	if (result == 0)
		result = store_verify(s, &err);
	store_close(&s);
	if (result == 0)
		return false;
	command = err.kind == ERR_DATA ? command_text(x, "mv %q %q.damaged && "
	    "mailtally ingest --store %q", x->store, x->store, x->store) :
	    command_text(x, "ls -l %q", x->store);
	return finding_set(x, f, command, "the store %s", err.text);
}

/* The port of a service whose log is there; 0: it has none. */
static long
port_of(const struct examination *x, const char *service)
{
	for (size_t i = 0; i < sizeof(x->ports) / sizeof(*x->ports); i++)
		if (x->ports[i].service != NULL &&
		    strcmp(x->ports[i].service, service) == 0)
			return x->ports[i].port;
	return 0;
}

bool
check_port(struct examination *x, const struct place *p, struct finding *f)
{
	long port = port_of(x, p->name);

	if (!p->locked || port == 0 || port_is_listened(port))
		return false;
	return finding_set(x, f, command_text(x, "sv up %q || svc -u %q",
	    p->name, p->name), "a log is kept, but nobody listens on port %ld, "
	    "where %s takes mail", port, p->name);
}
