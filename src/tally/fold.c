#include "tally/fold.h"

#include <string.h>

#include "base/ip.h"
#include "event/named.h"

#define V4_BITS 24
#define V6_BITS 48

/* ---- what becomes of a text ---- */

typedef struct str fold_fn(struct str text, struct buf *scratch);

static struct str
network(struct str text, struct buf *scratch)
{
	size_t from = scratch->n;
	struct ip_net net;
	struct ip ip;

	if (!ip_parse(text, &ip))
		return text;
	net = ip_net_of(&ip, V4_BITS, V6_BITS);
	ip_net_format(scratch, &net);
	return str_skip(buf_str(scratch), from);
}

static bool
has_digit(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= '0' && s.p[i] <= '9')
			return true;
	return false;
}

/* "<a@b>" to "<@b>".  What has no domain is a user of this machine. */
static struct str
domain(struct str text, struct buf *scratch)
{
	bool brackets = text.n > 2 && text.p[0] == '<';
	struct str address = brackets ? str_make(text.p + 1, text.n - 2) : text;
	const char *at = address.n
	    ? memrchr(address.p, '@', address.n) : NULL;
	size_t from = scratch->n;

	if (address.n == 0 || str_eq(text, STR("<>")) ||
	    (at == NULL && address.p[0] == '('))
		return text;
	buf_add_str(scratch, brackets ? STR("<") : STR(""));
	buf_add_str(scratch, at ? str_span(at, address.p + address.n)
	    : STR("(no domain)"));
	buf_add_str(scratch, brackets ? STR(">") : STR(""));
	return str_skip(buf_str(scratch), from);
}

static void
named_address(void *ctx, struct str address, struct buf *out)
{
	struct buf one = { 0 };

	(void)ctx;
	buf_add_str(out, domain(address, &one));
	buf_clear(&one);
}

static void
named_client(void *ctx, struct str client, struct buf *out)
{
	struct buf one = { 0 };

	(void)ctx;
	buf_add_str(out, network(client, &one));
	buf_clear(&one);
}

/* Each word by itself. */
static struct str
words(struct str text, struct buf *scratch)
{
	size_t from = scratch->n;

	named_replace(scratch, text, named_address, named_client, NULL);
	return str_skip(buf_str(scratch), from);
}

static struct str
nothing(struct str text, struct buf *scratch)
{
	(void)text, (void)scratch;
	return STR("");
}

/*
 * "mx1.example.org" to ".example.org".  Names of clients hold their addresses
 * as numbers, so the first label goes, and each behind it that has a digit;
 * but two stay.
 */
static struct str
host_domain(struct str text, struct buf *scratch)
{
	struct str net = network(text, scratch), rest = text, behind, label;
	size_t from = scratch->n;
	bool first = true;

	if (net.p != text.p || str_starts(text, STR(".")) ||
	    str_index(text, '.') == text.n)
		return net;
	for (;; first = false) {
		behind = rest;
		str_cut(&behind, '.', &label);
		if (str_index(behind, '.') == behind.n ||
		    (!first && !has_digit(label)))
			break;
		rest = behind;
	}
	buf_add_char(scratch, '.');
	buf_add_str(scratch, rest);
	return str_skip(buf_str(scratch), from);
}

/*
 * What becomes of each dimension with texts.  Examples are whole texts, or the
 * name of a client, in which its address may stand.
 */
static const struct row {
	enum dim_id dim;
	fold_fn *texts[FOLD_PLACES];
} rows[] = {
	{ DIM_DISPOSITION, { NULL, NULL, nothing } },
	{ DIM_LIST, { NULL, NULL, nothing } },
	{ DIM_LIST_HOST, { NULL, NULL, nothing } },
	{ DIM_CLIENT_LIST, { network, NULL, NULL } },
	{ DIM_CLIENT_LIST_HOST, { network, NULL, NULL } },
	{ DIM_CLIENT, { network, NULL, nothing } },
	{ DIM_CLIENT_COUNTRY, { network, NULL, NULL } },
	{ DIM_LIMIT_CLIENT, { network, NULL, NULL } },
	{ DIM_LOGIN_FAILURE, { network, NULL, nothing } },
	{ DIM_SENDER, { domain, NULL, NULL } },
	{ DIM_RECIPIENT, { domain, NULL, NULL } },
	{ DIM_MAIL_HOST, { host_domain, NULL, nothing } },
	{ DIM_MAIL_SENDER, { domain, NULL, nothing } },
	{ DIM_MAIL_RECIPIENT, { domain, NULL, nothing } },
	{ DIM_STREAM, { NULL, NULL, nothing } },
	{ DIM_QUEUE_SPAN, { NULL, NULL, nothing } },
	{ DIM_REASON, { words, NULL, nothing } },
	{ DIM_REASON_HOST, { words, network, NULL } },
	{ DIM_REASON_RECIPIENT, { words, domain, NULL } },
	{ DIM_COMPLAINT, { words, NULL, nothing } },
	{ DIM_PROVIDER_REASON, { network, words, NULL } },
	{ DIM_QUEUE_RECIPIENT, { domain, NULL, NULL } },
	{ DIM_QUEUE_SENDER, { domain, NULL, NULL } },
	{ DIM_PROVIDER, { network, NULL, NULL } },
	/* Only their lists. */
	{ DIM_CONNECTION_TIME, { NULL, NULL, NULL } },
	{ DIM_COUNTER, { NULL, NULL, NULL } },
	{ DIM_QUEUE_OPEN, { NULL, NULL, NULL } },
	{ DIM_QUEUE_LOG, { NULL, NULL, NULL } },
	{ DIM_RESULT, { NULL, NULL, NULL } },
};

/* Their texts have no address in them: domains of ours, rules, codes. */
static const dim_mask harmless = DIM_BIT(DIM_DOMAIN_ROW) | DIM_BIT(DIM_VIRUS) |
    DIM_BIT(DIM_RULE) | DIM_BIT(DIM_COUNTRY) | DIM_BIT(DIM_TLD) |
    DIM_BIT(DIM_DURATION) | DIM_BIT(DIM_MAIL_COUNTRY) | DIM_BIT(DIM_MAIL_ERROR);

static const struct row *
row_of(enum dim_id dim)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].dim == dim)
			return &rows[i];
	return NULL;
}

bool
fold_knows(enum dim_id dim)
{
	return row_of(dim) != NULL || harmless & DIM_BIT(dim);
}

bool
tally_fold_changes(enum dim_id dim, unsigned what)
{
	return (what & FOLD_ADDRESSES && row_of(dim) != NULL) ||
	    (what & FOLD_HOURS && dims[dim].grain == DIM_HOUR);
}

struct str
fold_text(const struct tally_fold *fold, enum dim_id dim,
    enum fold_place place, struct str text, struct buf *scratch)
{
	const struct row *row = fold && fold->what & FOLD_ADDRESSES
	    ? row_of(dim) : NULL;

	return row && row->texts[place] ? row->texts[place](text, scratch)
	    : text;
}

struct str
fold_name(const struct tally_fold *fold, enum dim_id dim, struct str name,
    struct buf *scratch)
{
	return fold_text(fold, dim, FOLD_KEY_1, name, scratch);
}

bool
fold_keeps_list(const struct tally_fold *fold)
{
	return fold == NULL || !(fold->what & FOLD_ADDRESSES);
}
