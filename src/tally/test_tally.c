#include "tally/test_tally.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/test.h"
#include "base/when.h"
#include "tally/accounts.h"

#define DAY INT64_C(20522) /* of TEST_DAY_S, from 1970-01-01 */

void
test_tally_open(struct test_tally *x, dim_mask dims_wanted)
{
	*x = (struct test_tally){ .options = { .dims = dims_wanted,
		.grain_s = 3600 } };
	classes_init(&x->classes);
	classes_add_local_domain(&x->classes, STR("example.org"));
	x->options.classes = &x->classes;
	x->tally = tally_new(&x->options);
}

void
test_tally_again(struct test_tally *x)
{
	tally_free(&x->tally);
	x->tally = tally_new(&x->options);
}

void
test_tally_close(struct test_tally *x)
{
	tally_free(&x->tally);
	assert_null(x->tally);
	classes_clear(&x->classes);
	buf_clear(&x->text);
}

struct event
test_event(enum event_kind kind, int64_t s)
{
	struct event ev;

	event_init(&ev, kind, (TEST_DAY_S + s) * WHEN_SECOND);
	ev.stream = STR("log");
	ev.pid = STR("7");
	return ev;
}

struct event
test_queued(int64_t s)
{
	struct event ev = test_event(EVENT_TRANSACTION, s);

	ev.verdict = VERDICT_ACCEPTED;
	ev.client = STR("192.0.2.10");
	ev.host = STR("mail.example.com");
	ev.helo = STR("mail.example.com");
	ev.sender = STR("<ann@example.com>");
	ev.recipients = STR("<bob@example.org>");
	ev.disposition = STR("queued");
	ev.code = STR("");
	ev.text = STR("<id@example.com>");
	return ev;
}

struct event
test_denied(int64_t s, const char *plugin, const char *code, const char *text)
{
	struct event ev = test_queued(s);

	ev.verdict = code[2] == '2' || code[2] == '4' ? VERDICT_DEFERRED
						       : VERDICT_REJECTED;
	ev.disposition = str_from(plugin);
	ev.code = str_from(code);
	ev.text = str_from(text);
	ev.trailer = STR("msg denied before queued");
	return ev;
}

static void
add_key(struct buf *b, const struct tally *t, enum dim_key kind, uint32_t key)
{
	if (kind == DIM_TEXT)
		buf_add_str(b, tally_text(t, key));
	else if (kind == DIM_NUMBER)
		buf_printf(b, "%u", key);
}

static void
add_time(struct buf *b, int64_t time_ns)
{
	if (time_ns == WHEN_NONE)
		buf_add_char(b, '-');
	else
		buf_printf(b, "%lld", (long long)(time_ns / WHEN_SECOND -
		    TEST_DAY_S));
}

static void
add_bucket(struct buf *b, const struct tally *t, enum dim_grain grain,
    int32_t bucket)
{
	if (grain == DIM_WHOLE) {
		assert_int_equal(bucket, 0);
		return;
	}
	if (bucket == INT32_MIN)
		buf_add_char(b, '-');
	else if (grain == DIM_DAY)
		buf_printf(b, "%lld", (long long)(bucket - DAY));
	else
		buf_printf(b, "%g", (double)(tally_bucket_s(t, bucket) -
		    TEST_DAY_S) / 3600);
	buf_add_char(b, ' ');
}

static void
add_cell(struct buf *b, const struct tally *t, enum dim_id dim, size_t i)
{
	const struct dim *d = &dims[dim];
	size_t n;
	const struct cell *c = &tally_cells(t, dim, &n)[i];

	add_bucket(b, t, d->grain, c->bucket);
	add_key(b, t, d->k1, c->k1);
	buf_add_char(b, '|');
	add_key(b, t, d->k2, c->k2);
	buf_printf(b, "|%u: %llu", c->verdict, (unsigned long long)c->count);
	if (d->measures & DIM_SUM) {
		const struct cell_sum *s = tally_sum(t, dim, i);

		buf_printf(b, " %lld %llu", (long long)s->sum,
		    (unsigned long long)s->n);
		if (s->n > 0)
			buf_printf(b, " %lld", (long long)s->max);
	}
	for (unsigned k = 0; k < DIM_N_PLUS(d->measures); k++)
		buf_printf(b, " +%lld", (long long)tally_plus(t, dim, i)[k]);
	if (d->measures & DIM_SEEN) {
		const struct cell_seen *s = tally_seen(t, dim, i);

		buf_add_char(b, ' ');
		add_time(b, s->first_ns);
		buf_add_char(b, '-');
		add_time(b, s->last_ns);
		buf_add_char(b, ' ');
		buf_add_str(b, tally_text(t, s->example));
	}
	buf_add_char(b, '\n');
}

static int
by_text(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* The lines of text in order. */
static void
add_sorted(struct buf *b, struct str text)
{
	struct str *lines = NULL, line;
	size_t n = 0, cap = 0;

	while (str_cut(&text, '\n', &line))
		if (line.n > 0)
			ARRAY_PUSH(lines, n, cap) = line;
	if (n > 1)
		qsort(lines, n, sizeof(*lines), by_text);
	for (size_t i = 0; i < n; i++) {
		buf_add_str(b, lines[i]);
		buf_add_char(b, '\n');
	}
	free(lines);
}

static void
add_recipients(struct buf *b, const struct accounts *a)
{
	const struct recipient_account *r;

	for (size_t at = 0; (r = accounts_recipient(a, &at));) {
		struct str name = ledger_name(&a->recipients, r->name);

		buf_printf(b, "to %.*s %d: %llu %llu %llu, %lld %lld ",
		    (int)name.n, name.p, (int)r->channel,
		    (unsigned long long)r->sent, (unsigned long long)r->failed,
		    (unsigned long long)r->deferred, (long long)r->bytes,
		    (long long)r->duration_ns);
		add_time(b, r->last_ns);
		buf_add_char(b, '\n');
	}
}

static void
add_senders(struct buf *b, const struct accounts *a)
{
	const struct sender_account *s;

	for (size_t at = 0; (s = accounts_sender(a, &at));) {
		struct str name = ledger_name(&a->senders, s->name);
		struct str uid = intern_get(&a->uids, s->uid);

		buf_printf(b, "from %.*s %.*s: %llu %lld %lld %lld %lld %lld, "
		    "%lld %llu %lld ", (int)name.n, name.p, (int)uid.n, uid.p,
		    (unsigned long long)s->messages, (long long)s->bytes,
		    (long long)s->bytes_sent, (long long)s->bytes_done,
		    (long long)s->done, (long long)s->tries,
		    (long long)s->duration_ns, (unsigned long long)s->sent,
		    (long long)s->sent_bytes);
		add_time(b, s->last_ns);
		buf_add_char(b, '\n');
	}
}

static void
add_delays(struct buf *b, const struct delays *d)
{
	buf_printf(b, "%llu %lld %lld\n", (unsigned long long)d->count,
	    (long long)d->sum_ns, (long long)d->max_ns);
}

static void
add_places(struct buf *b, const struct accounts *a)
{
	for (uint32_t i = 0; i < ledger_n(&a->domains); i++) {
		const struct domain_account *d = ledger_at(&a->domains, i);
		struct str name = ledger_name(&a->domains, i);

		if (d->delays.count == 0)
			continue;
		buf_printf(b, "at %.*s: ", (int)name.n, name.p);
		add_delays(b, &d->delays);
	}
	for (uint32_t i = 0; i < ledger_n(&a->providers); i++) {
		const struct provider_account *p = ledger_at(&a->providers, i);
		struct str name = ledger_name(&a->providers, i);

		if (p->attempts == 0)
			continue;
		buf_printf(b, "by %.*s: %llu %llu %llu %llu %llu %llu, ",
		    (int)name.n, name.p, (unsigned long long)p->attempts,
		    (unsigned long long)p->first, (unsigned long long)p->sent,
		    (unsigned long long)p->deferred,
		    (unsigned long long)p->bounced,
		    (unsigned long long)p->slow);
		add_delays(b, &p->delays);
	}
}

void
test_accounts_add(struct buf *b, struct tally *t)
{
	const struct accounts *a;
	struct buf lines = { 0 };

	tally_settle(t);
	a = tally_accounts(t);
	add_recipients(&lines, a);
	add_senders(&lines, a);
	add_places(&lines, a);
	add_sorted(b, buf_str(&lines));
	buf_clear(&lines);
}

void
test_assert_accounts(struct test_tally *x, const char *expected)
{
	buf_reset(&x->text);
	test_accounts_add(&x->text, x->tally);
	buf_add_char(&x->text, '\0');
	assert_string_equal(x->text.p, expected);
}

/* Of the lines of accounts those of a dimension. */
static void
add_account_lines(struct buf *b, struct tally *t, enum dim_id dim)
{
	struct str start = dim == DIM_QUEUE_RECIPIENT ? STR("to ") :
	    dim == DIM_QUEUE_SENDER ? STR("from ") : STR("by "), rest, line;
	struct buf lines = { 0 };

	test_accounts_add(&lines, t);
	rest = buf_str(&lines);
	while (str_cut(&rest, '\n', &line)) {
		if (!str_starts(line, start))
			continue;
		buf_add_str(b, line);
		buf_add_char(b, '\n');
	}
	buf_clear(&lines);
}

void
test_cells_add(struct buf *b, struct tally *t, enum dim_id dim)
{
	struct buf lines = { 0 };
	size_t n;

	tally_settle(t);
	if (dims[dim].measures & DIM_ACCOUNT) {
		add_account_lines(b, t, dim);
		return;
	}
	tally_cells(t, dim, &n);
	for (size_t i = 0; i < n; i++)
		add_cell(&lines, t, dim, i);
	add_sorted(b, buf_str(&lines));
	buf_clear(&lines);
}

static void
add_text(struct buf *b, const struct tally *t, uint32_t id)
{
	buf_add_char(b, ' ');
	buf_add_str(b, tally_text(t, id));
}

static int
by_result(const void *a, const void *b)
{
	const struct result_text *x = a, *y = b;

	return str_cmp(x->text, y->text);
}

static int
by_id(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct open_message));
}

static void
add_queue_lists(struct buf *b, struct tally *t)
{
	const struct logged *logged;
	struct open_message *open;
	size_t n;

	for (int v = VERDICT_ACCEPTED; v <= VERDICT_DEFERRED; v++) {
		struct result_text *r = tally_results(t, (enum verdict)v, &n);

		qsort(r, n, sizeof(*r), by_result);
		for (size_t i = 0; i < n; i++) {
			buf_printf(b, "result %d %llu %lld ", v,
			    (unsigned long long)r[i].count,
			    (long long)r[i].sum_ns);
			buf_add_str(b, r[i].text);
			buf_add_char(b, '\n');
		}
		free(r);
	}
	logged = tally_logged(t, &n);
	for (size_t i = 0; i < n; i++) {
		add_time(b, logged[i].time_ns);
		buf_printf(b, " log %d %d", (int)logged[i].kind,
		    (int)logged[i].verdict);
		buf_add_char(b, '\n');
	}
	/* Ids differ between tallies: the numbers alone. */
	tally_open(t, &n);
	open = mem_zalloc((n + 1) * sizeof(*open));
	for (size_t i = 0; i < n; i++)
		open[i] = (struct open_message){
			.bytes = tally_open(t, &n)[i].bytes,
			.delivered = tally_open(t, &n)[i].delivered,
			.bounced = tally_open(t, &n)[i].bounced };
	qsort(open, n, sizeof(*open), by_id);
	for (size_t i = 0; i < n; i++)
		buf_printf(b, "open %lld %lld %lld\n",
		    (long long)open[i].bytes, (long long)open[i].delivered,
		    (long long)open[i].bounced);
	free(open);
}

void
test_tally_add(struct buf *b, struct tally *t)
{
	const struct slow_connection *slow;
	const struct odd_text *odd;
	const struct kept_transaction *kept;
	size_t n;

	for (int dim = 0; dim < DIMS; dim++) {
		if (!tally_has(t, (enum dim_id)dim))
			continue;
		buf_printf(b, "%s\n", dims[dim].name);
		test_cells_add(b, t, (enum dim_id)dim);
	}
	slow = tally_slowest(t, &n);
	for (size_t i = 0; i < n; i++) {
		buf_printf(b, "slow %lld ", (long long)slow[i].duration_ns);
		add_time(b, slow[i].time_ns);
		add_text(b, t, slow[i].pid);
		add_text(b, t, slow[i].client);
		add_text(b, t, slow[i].disposition);
		buf_add_char(b, '\n');
	}
	odd = tally_odd_texts(t, &n);
	for (size_t i = 0; i < n; i++) {
		buf_printf(b, "odd %llu ", (unsigned long long)odd[i].count);
		buf_add(b, odd[i].text, odd[i].n);
		buf_add_char(b, '\n');
	}
	kept = tally_kept(t, &n);
	for (size_t i = 0; i < n; i++) {
		buf_printf(b, "kept ");
		add_time(b, kept[i].time_ns);
		add_text(b, t, kept[i].client);
		add_text(b, t, kept[i].disposition);
		add_text(b, t, kept[i].sender);
		add_text(b, t, kept[i].text);
		buf_add_char(b, '\n');
	}
	test_accounts_add(b, t);
	add_queue_lists(b, t);
}

void
test_assert_cells(struct test_tally *x, enum dim_id dim, const char *expected)
{
	buf_reset(&x->text);
	test_cells_add(&x->text, x->tally, dim);
	buf_add_char(&x->text, '\0');
	assert_string_equal(x->text.p, expected);
}
