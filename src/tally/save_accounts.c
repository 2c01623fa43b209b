/*
 * The form, numbers and texts as pack.h has them:
 *
 *	queue-recipient: for each channel its name, and recipients; domains
 *	queue-sender:    senders
 *	provider:        providers
 *
 * Each of them as count and columns: the names; of senders the uids; each
 * field of the account; the delays.  An account is known by its name, so
 * loading adds what was saved to whatever is there, as merging does.  What is
 * derived from a name (its domain, the domain's provider) is not saved.
 */
#include "tally/save_accounts.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/pack.h"
#include "tally/accounts.h"
#include "tally/fold.h"
#include "tally/key_names.h"
#include "tally/tally_private.h"

/* ---- the fields of accounts ---- */

/* How two values of a field become one. */
enum field_kind {
	FIELD_COUNT, /* uint64_t, added */
	FIELD_SUM,   /* int64_t, added; stays at the ends of its range */
	FIELD_LAST,  /* int64_t, the later one; WHEN_NONE is the smallest */
};

struct field {
	enum field_kind kind;
	size_t at; /* in the account */
};

static const struct field recipient_fields[] = {
#define OF(member) offsetof(struct recipient_account, member)
	{ FIELD_COUNT, OF(sent) }, { FIELD_COUNT, OF(failed) },
	{ FIELD_COUNT, OF(deferred) }, { FIELD_SUM, OF(bytes) },
	{ FIELD_SUM, OF(duration_ns) }, { FIELD_LAST, OF(last_ns) },
#undef OF
};
static const struct field sender_fields[] = {
#define OF(member) offsetof(struct sender_account, member)
	{ FIELD_COUNT, OF(messages) }, { FIELD_SUM, OF(bytes) },
	{ FIELD_SUM, OF(bytes_sent) }, { FIELD_SUM, OF(bytes_done) },
	{ FIELD_SUM, OF(done) }, { FIELD_SUM, OF(tries) },
	{ FIELD_SUM, OF(duration_ns) }, { FIELD_COUNT, OF(sent) },
	{ FIELD_SUM, OF(sent_bytes) }, { FIELD_LAST, OF(last_ns) },
#undef OF
};
static const struct field provider_fields[] = {
#define OF(member) offsetof(struct provider_account, member)
	{ FIELD_COUNT, OF(attempts) }, { FIELD_COUNT, OF(first) },
	{ FIELD_COUNT, OF(sent) }, { FIELD_COUNT, OF(deferred) },
	{ FIELD_COUNT, OF(bounced) }, { FIELD_COUNT, OF(slow) },
#undef OF
};

/* A kind of account, and where in it things are. */
struct shape {
	const struct field *fields;
	size_t n_fields;
	size_t delays; /* where they are; NO_DELAYS */
};
#define NO_DELAYS SIZE_MAX
#define FIELDS(list) (list), sizeof(list) / sizeof((list)[0])

static const struct shape of_recipient = { FIELDS(recipient_fields),
	NO_DELAYS };
static const struct shape of_sender = { FIELDS(sender_fields), NO_DELAYS };
static const struct shape of_domain = { NULL, 0,
	offsetof(struct domain_account, delays) };
static const struct shape of_provider = { FIELDS(provider_fields),
	offsetof(struct provider_account, delays) };

/* ---- saving ---- */

/* An account with the texts that it is known by. */
struct saved_row {
	struct str name;
	struct str uid; /* of a sender */
	const void *account;
};

struct saved_rows {
	struct saved_row *rows;
	size_t n, cap;
};

static void
rows_add(struct saved_rows *r, struct str name, struct str uid,
    const void *account)
{
	ARRAY_PUSH(r->rows, r->n, r->cap) = (struct saved_row){ .name = name,
		.uid = uid, .account = account };
}

static void
column_end(struct buf *b, struct buf *column)
{
	pack_str(b, buf_str(column));
	buf_reset(column);
}

static const void *
member(const void *account, size_t at)
{
	return (const char *)account + at;
}

/* Times by their distance, modulo 2^64, from the one before. */
static void
save_field(const struct saved_rows *r, const struct field *f,
    struct buf *column)
{
	uint64_t before = 0;

	for (size_t i = 0; i < r->n; i++) {
		const void *value = member(r->rows[i].account, f->at);

		switch (f->kind) {
		case FIELD_COUNT:
			pack_u64(column, *(const uint64_t *)value);
			break;
		case FIELD_SUM:
			pack_i64(column, *(const int64_t *)value);
			break;
		case FIELD_LAST:
			pack_i64(column, (int64_t)((uint64_t)
			    *(const int64_t *)value - before));
			before = (uint64_t)*(const int64_t *)value;
			break;
		}
	}
}

/* The buckets of one account's delays and how many fell into each. */
struct buckets {
	uint64_t counts[DELAYS_BUCKETS];
	uint32_t used[DELAYS_BUCKETS];
	size_t n;
};

static void
bucket_add(void *ctx, uint32_t bucket, uint64_t count)
{
	struct buckets *b = ctx;

	if (b->counts[bucket] == 0)
		b->used[b->n++] = bucket;
	b->counts[bucket] += count;
}

static int
by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* In order, whatever the order of counting, and packed the smaller for it. */
static void
save_delays(const struct delays *d, struct buckets *all, struct buf *column)
{
	uint32_t before = 0;

	delays_each(d, bucket_add, all);
	if (all->n > 1)
		qsort(all->used, all->n, sizeof(all->used[0]), by_number);
	pack_u64(column, all->n);
	if (all->n > 0) {
		pack_i64(column, d->sum_ns);
		pack_i64(column, d->max_ns);
	}
	for (size_t i = 0; i < all->n; i++) {
		uint32_t bucket = all->used[i];

		pack_u64(column, bucket - before);
		pack_u64(column, all->counts[bucket]);
		all->counts[bucket] = 0;
		before = bucket;
	}
	all->n = 0;
}

static void
save_all_delays(const struct saved_rows *r, size_t at, struct buf *column)
{
	struct buckets *all = mem_zalloc(sizeof(*all));

	for (size_t i = 0; i < r->n; i++)
		save_delays(member(r->rows[i].account, at), all, column);
	free(all);
}

/* Ends the rows. */
static bool
save_rows(struct saved_rows *r, const struct shape *shape, struct buf *b)
{
	struct buf column = { 0 };
	bool any = r->n > 0;

	pack_u64(b, r->n);
	for (size_t i = 0; i < r->n; i++)
		pack_str(&column, r->rows[i].name);
	column_end(b, &column);
	for (size_t i = 0; i < r->n && shape == &of_sender; i++)
		pack_str(&column, r->rows[i].uid);
	column_end(b, &column);
	for (size_t k = 0; k < shape->n_fields; k++) {
		save_field(r, &shape->fields[k], &column);
		column_end(b, &column);
	}
	if (shape->delays != NO_DELAYS)
		save_all_delays(r, shape->delays, &column);
	column_end(b, &column);
	buf_clear(&column);
	free(r->rows);
	*r = (struct saved_rows){ 0 };
	return any;
}

static bool
save_recipients(const struct accounts *a, enum channel channel, struct buf *b)
{
	struct saved_rows rows = { 0 };
	const struct recipient_account *r;

	for (size_t at = 0; (r = accounts_recipient(a, &at));)
		if (r->channel == channel)
			rows_add(&rows, ledger_name(&a->recipients, r->name),
			    str_none(), r);
	pack_str(b, key_name(DIM_DELIVERY, KEY_1, channel, NULL));
	return save_rows(&rows, &of_recipient, b);
}

static bool
save_domains(const struct accounts *a, struct buf *b)
{
	struct saved_rows rows = { 0 };

	for (uint32_t i = 0; i < ledger_n(&a->domains); i++)
		if (accounts_domain(a, i)->delays.count > 0)
			rows_add(&rows, ledger_name(&a->domains, i),
			    str_none(), accounts_domain(a, i));
	return save_rows(&rows, &of_domain, b);
}

static bool
save_senders(const struct accounts *a, struct buf *b)
{
	struct saved_rows rows = { 0 };
	const struct sender_account *s;

	for (size_t at = 0; (s = accounts_sender(a, &at));)
		rows_add(&rows, ledger_name(&a->senders, s->name),
		    intern_get(&a->uids, s->uid), s);
	return save_rows(&rows, &of_sender, b);
}

static bool
save_providers(const struct accounts *a, struct buf *b)
{
	struct saved_rows rows = { 0 };

	for (uint32_t i = 0; i < ledger_n(&a->providers); i++)
		if (accounts_provider(a, i)->attempts > 0)
			rows_add(&rows, ledger_name(&a->providers, i),
			    str_none(), accounts_provider(a, i));
	return save_rows(&rows, &of_provider, b);
}

static bool
save_queue_recipient(const struct accounts *a, struct buf *b)
{
	bool any = save_recipients(a, CHANNEL_LOCAL, b);

	any |= save_recipients(a, CHANNEL_REMOTE, b);
	any |= save_domains(a, b);
	return any;
}

/* ---- loading ---- */

/* The account that a row is added to. */
typedef void *account_fn(struct accounts *a, struct str name, struct str uid,
    enum channel channel);

static void *
recipient_named(struct accounts *a, struct str name, struct str uid,
    enum channel channel)
{
	(void)uid;
	return accounts_of_recipient(a, ledger_add(&a->recipients, name),
	    channel);
}

static void *
sender_named(struct accounts *a, struct str name, struct str uid,
    enum channel channel)
{
	(void)channel;
	return accounts_of_sender(a, ledger_add(&a->senders, name),
	    intern_add(&a->uids, uid));
}

static void *
domain_named(struct accounts *a, struct str name, struct str uid,
    enum channel channel)
{
	(void)uid;
	(void)channel;
	return accounts_domain(a, ledger_add(&a->domains, name));
}

static void *
provider_named(struct accounts *a, struct str name, struct str uid,
    enum channel channel)
{
	(void)uid;
	(void)channel;
	return accounts_provider(a, ledger_add(&a->providers, name));
}

static struct unpack
column(struct unpack *in)
{
	struct str s = unpack_str(in);

	in->bad |= s.p == NULL;
	return unpack_begin(s.p ? s : STR(""));
}

#define MAX_FIELDS 10
_Static_assert(sizeof(sender_fields) / sizeof(sender_fields[0]) <= MAX_FIELDS,
    "struct columns has room for all fields");

struct columns {
	struct unpack names, uids, fields[MAX_FIELDS], delays;
	int64_t before_ns; /* of FIELD_LAST */
};

static void
columns_begin(struct columns *c, const struct shape *shape, struct unpack *in)
{
	*c = (struct columns){ .names = column(in) };
	c->uids = column(in);
	for (size_t k = 0; k < shape->n_fields; k++)
		c->fields[k] = column(in);
	c->delays = column(in);
}

/* Was there too little in a column, or (at the end) too much? */
static bool
columns_bad(const struct columns *c, const struct shape *shape, bool end)
{
	bool bad = c->names.bad || c->uids.bad || c->delays.bad;

	for (size_t k = 0; k < shape->n_fields; k++)
		bad |= c->fields[k].bad ||
		    (end && c->fields[k].at != c->fields[k].end);
	return bad || (end && (c->names.at != c->names.end ||
	    c->uids.at != c->uids.end || c->delays.at != c->delays.end));
}

static void
load_field(struct columns *c, const struct shape *shape, size_t k,
    void *account)
{
	const struct field *f = &shape->fields[k];
	void *value = (char *)account + f->at;
	struct unpack *from = &c->fields[k];

	switch (f->kind) {
	case FIELD_COUNT:
		*(uint64_t *)value += unpack_u64(from);
		break;
	case FIELD_SUM:
		*(int64_t *)value = num_add_signed(*(int64_t *)value,
		    unpack_i64(from));
		break;
	case FIELD_LAST:
		c->before_ns = (int64_t)((uint64_t)c->before_ns +
		    (uint64_t)unpack_i64(from));
		if (c->before_ns > *(int64_t *)value)
			*(int64_t *)value = c->before_ns;
		break;
	}
}

static void
load_delays(struct unpack *from, struct delays *d)
{
	size_t n = unpack_count(from);
	uint64_t bucket = 0;

	if (n > 0) {
		int64_t sum_ns = unpack_i64(from);

		delays_widen(d, sum_ns, unpack_i64(from));
	}
	for (; n > 0; n--) {
		uint64_t step = unpack_u64(from), count = unpack_u64(from);

		from->bad |= step >= DELAYS_BUCKETS - bucket || count == 0;
		if (from->bad)
			return;
		bucket += step;
		delays_add_many(d, (uint32_t)bucket, count);
	}
}

/* What is read, and what is left out of it. */
struct account_loader {
	struct accounts *a;
	enum dim_id dim;
	const struct tally_fold *fold; /* NULL: nothing */
	struct buf scratch;
};

static void
load_rows(struct account_loader *l, const struct shape *shape,
    account_fn *named, enum channel channel, struct unpack *in)
{
	/* Domains are no addresses. */
	const struct tally_fold *fold = shape == &of_domain ? NULL : l->fold;
	size_t n = unpack_count(in);
	struct columns c;

	columns_begin(&c, shape, in);
	for (; n > 0 && !in->bad; n--) {
		struct str name = unpack_str(&c.names);
		struct str uid = shape == &of_sender ? unpack_str(&c.uids)
		    : str_none();
		char *account;

		in->bad |= name.p == NULL || columns_bad(&c, shape, false);
		if (in->bad)
			return;
		buf_reset(&l->scratch);
		account = named(l->a, fold_name(fold, l->dim, name,
		    &l->scratch), uid, channel);
		for (size_t k = 0; k < shape->n_fields; k++)
			load_field(&c, shape, k, account);
		if (shape->delays != NO_DELAYS)
			load_delays(&c.delays,
			    (struct delays *)(void *)(account + shape->delays));
	}
	in->bad |= columns_bad(&c, shape, true);
}

static void
load_queue_recipient(struct account_loader *l, struct unpack *in)
{
	for (int i = 0; i < 2 && !in->bad; i++) {
		uint32_t channel;

		if (key_of_name(DIM_DELIVERY, KEY_1, unpack_str(in), NULL,
		    &channel))
			load_rows(l, &of_recipient, recipient_named,
			    (enum channel)channel, in);
		else
			in->bad = true;
	}
	if (!in->bad)
		load_rows(l, &of_domain, domain_named, CHANNEL_REMOTE, in);
}

static void
load_senders(struct account_loader *l, struct unpack *in)
{
	load_rows(l, &of_sender, sender_named, CHANNEL_REMOTE, in);
}

static void
load_providers(struct account_loader *l, struct unpack *in)
{
	load_rows(l, &of_provider, provider_named, CHANNEL_REMOTE, in);
}

/* ---- which accounts go with which dimension ---- */

static const struct {
	enum dim_id dim;
	bool (*save)(const struct accounts *a, struct buf *b);
	void (*load)(struct account_loader *l, struct unpack *in);
} kinds[] = {
	{ DIM_QUEUE_RECIPIENT, save_queue_recipient, load_queue_recipient },
	{ DIM_QUEUE_SENDER, save_senders, load_senders },
	{ DIM_PROVIDER, save_providers, load_providers },
};

bool
tally_save_accounts(const struct tally *t, enum dim_id dim, struct buf *b)
{
	size_t before = b->n;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].dim == dim &&
		    kinds[i].save(tally_accounts(t), b))
			return true;
	b->n = before;
	return false;
}

void
tally_load_accounts(struct tally *t, enum dim_id dim, struct unpack *in,
    const struct tally_fold *fold)
{
	struct account_loader l = { .a = &t->queue.accounts, .dim = dim,
		.fold = fold };

	pending_count(t);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].dim == dim)
			kinds[i].load(&l, in);
	buf_clear(&l.scratch);
}
