#include "history/anonymize.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/ip.h"
#include "base/mem.h"
#include "event/address.h"
#include "event/event.h"
#include "event/named.h"
#include "store/store.h"
#include "tally/classes.h"

#define META "anonymized"
#define V4_BITS 24
#define V6_BITS 48

struct anonymizer {
	const struct classes *classes;
	struct arena secret_in, arena;
	struct str secret;
	struct buf b;
	struct event ev;
};

int
store_is_anonymized(struct store *s, bool *is, struct err *err)
{
	struct arena a = { 0 };
	struct str secret;
	int result = store_get_meta(s, META, &a, &secret, err);

	*is = secret.p != NULL;
	arena_clear(&a);
	return result;
}

int
anonymize_begin(struct store *s, struct err *err)
{
	struct buf text = { 0 };
	unsigned char secret[16];
	int result;

	if (getrandom(secret, sizeof(secret), 0) != sizeof(secret))
		return err_set(err, ERR_IO, "%s: there are no random numbers; "
		    "try again", store_name(s));
	for (size_t i = 0; i < sizeof(secret); i++)
		buf_printf(&text, "%02x", secret[i]);
	result = store_set_meta(s, META, buf_str(&text), err);
	buf_clear(&text);
	return result;
}

int
anonymizer_open(struct anonymizer **made, struct store *s,
    const struct classes *c, struct err *err)
{
	struct anonymizer *a = mem_zalloc(sizeof(*a));
	int result = store_get_meta(s, META, &a->secret_in, &a->secret, err);

	*made = a;
	a->classes = c;
	if (result < 0 || a->secret.p == NULL)
		anonymizer_close(made);
	return result;
}

void
anonymizer_close(struct anonymizer **anonymizer)
{
	struct anonymizer *a = *anonymizer;

	if (a == NULL)
		return;
	arena_clear(&a->secret_in);
	arena_clear(&a->arena);
	buf_clear(&a->b);
	free(a);
	*anonymizer = NULL;
}

/* ---- one thing; each appends it to the buffer ---- */

static void
add_local(struct anonymizer *a, struct str local)
{
	struct buf both = { 0 };
	uint64_t hash[2];

	buf_add_str(&both, a->secret);
	for (size_t i = 0; i < local.n; i++)
		buf_add_char(&both, local.p[i] >= 'A' && local.p[i] <= 'Z'
		    ? (char)(local.p[i] | 0x20) : local.p[i]);
	hash_128(buf_str(&both), hash);
	buf_printf(&a->b, "%016llx", (unsigned long long)hash[0]);
	buf_clear(&both);
}

/* Without <>; the null sender, and that of double bounces, stay. */
static void
add_address(struct anonymizer *a, struct str address)
{
	const char *at = address.n ? memrchr(address.p, '@', address.n) : NULL;

	if (address.n == 0 || str_eq(address, STR("#@[]"))) {
		buf_add_str(&a->b, address);
		return;
	}
	add_local(a, at ? str_span(address.p, at) : address);
	if (at)
		buf_add_str(&a->b, str_span(at, address.p + address.n));
}

/* False: it is none. */
static bool
add_client(struct anonymizer *a, struct str text)
{
	struct ip_net net;
	struct ip ip;

	if (!ip_parse(text, &ip))
		return false;
	net = ip_net_of(&ip, V4_BITS, V6_BITS);
	ip_format(&a->b, &net.ip);
	return true;
}

/* Of a name the last two labels; "Unknown" has but one. */
static void
add_name(struct anonymizer *a, struct str name)
{
	size_t at;
	bool brackets = name.n > 2 && name.p[0] == '[';

	if (brackets)
		name = str_make(name.p + 1, name.n - 2);
	if (add_client(a, name))
		return;
	at = name.n;
	for (int dots = 0; at > 0; at--)
		if (name.p[at - 1] == '.' && ++dots == 2)
			break;
	buf_add_str(&a->b, str_skip(name, at));
}

static void
named_address(void *ctx, struct str address, struct buf *out)
{
	(void)out;
	add_address(ctx, address);
}

static void
named_client(void *ctx, struct str client, struct buf *out)
{
	(void)out;
	add_client(ctx, client);
}

static void
add_text(struct anonymizer *a, struct str text)
{
	named_replace(&a->b, text, named_address, named_client, a);
}

static void
add_addresses(struct anonymizer *a, struct str list)
{
	struct str one;

	for (bool first = true; address_next(&list, &one); first = false) {
		bool brackets = one.n >= 2 && one.p[0] == '<';

		buf_add_str(&a->b, first ? STR("") : STR(","));
		buf_add_str(&a->b, brackets ? STR("<") : STR(""));
		add_address(a, address_bare(one).n > 0 &&
		    !str_eq(one, STR("<>")) ? address_bare(one) : STR(""));
		buf_add_str(&a->b, brackets ? STR(">") : STR(""));
	}
}

/* ---- an event ---- */

typedef void add_fn(struct anonymizer *a, struct str text);

/* What is not there stays so. */
static void
replace(struct anonymizer *a, struct str *text, add_fn *add)
{
	if (text->n == 0)
		return;
	buf_reset(&a->b);
	add(a, *text);
	*text = arena_str(&a->arena, buf_str(&a->b));
}

static void
client_of(struct anonymizer *a, struct str text)
{
	if (!add_client(a, text))
		add_name(a, text);
}

const struct event *
anonymize(struct anonymizer *a, const struct event *ev)
{
	struct event *out;

	if (a == NULL)
		return ev;
	arena_clear(&a->arena);
	out = &a->ev;
	*out = *ev;
	replace(a, &out->client, client_of);
	replace(a, &out->host, add_name);
	replace(a, &out->helo, add_name);
	replace(a, &out->relay, client_of);
	replace(a, &out->sender, add_addresses);
	replace(a, &out->recipients, add_addresses);
	replace(a, &out->text, add_text);
	replace(a, &out->trailer, add_text);
	out->line = str_none();
	/* The server's own is known by these alone. */
	if (classes_origin(a->classes, out) != classes_origin(a->classes, ev)) {
		out->client = ev->client;
		out->helo = ev->helo;
		out->sender = ev->sender;
		out->recipients = ev->recipients;
	}
	return out;
}
