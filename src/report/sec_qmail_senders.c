/* sec_qmail_senders.c - senders and sender uids (qmail-log.md 4.8). */
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/num.h"
#include "report/report.h"
#include "report/sec_qmail.h"

enum { MESS, BYTES, BYTES_SENT, BYTES_DONE, RECIPS, TRIES };
_Static_assert(TRIES < LEAGUE_COUNTS, "a league has a place for each");

static void
add_to(struct league_row *row, const struct sender_account *s)
{
	row->count[MESS] += s->messages;
	row->count[BYTES] += (uint64_t)s->bytes;
	row->count[BYTES_SENT] += (uint64_t)s->bytes_sent;
	row->count[BYTES_DONE] += (uint64_t)s->bytes_done;
	row->count[RECIPS] += (uint64_t)s->done;
	row->count[TRIES] += (uint64_t)s->tries;
	row->sum = num_add_signed(row->sum, s->duration_ns);
}

/* Who has no completed message has no row. */
static void
offer_senders(struct best *x, const struct accounts *a)
{
	const struct sender_account *s;
	struct buf label = { 0 };

	for (size_t at = 0; (s = accounts_sender(a, &at));) {
		struct league_row row = league_row_empty();

		add_to(&row, s);
		if (s->messages == 0 || !best_wants(x, &row))
			continue;
		buf_reset(&label);
		buf_add_str(&label, intern_get(&a->uids, s->uid));
		buf_add_char(&label, '/');
		buf_add_str(&label, ledger_name(&a->senders, s->name));
		row.label = buf_str(&label);
		best_add(x, &row);
	}
	buf_clear(&label);
}

static void
offer_uids(struct best *x, const struct accounts *a)
{
	struct league_row *rows = mem_alloc(a->uids.n * sizeof(*rows));
	const struct sender_account *s;

	for (size_t i = 0; i < a->uids.n; i++) {
		rows[i] = league_row_empty();
		rows[i].label = intern_get(&a->uids, (uint32_t)i);
	}
	for (size_t at = 0; (s = accounts_sender(a, &at));)
		add_to(&rows[s->uid], s);
	for (size_t i = 0; i < a->uids.n; i++)
		if (rows[i].count[MESS] > 0 && best_wants(x, &rows[i]))
			best_add(x, &rows[i]);
	free(rows);
}

static void
fill(const struct league_row *row, struct value *v)
{
	for (int i = MESS; i <= TRIES; i++)
		v[i] = value_count(row->count[i]);
	v[TRIES + 1] = value_int(row->sum);
}

typedef void offer_fn(struct best *x, const struct accounts *a);

static void
sender_table(struct build *b, struct section *s, const char *title,
    offer_fn *offer)
{
	static const char *const titles[] = { [MESS] = "mess",
		[BYTES] = "bytes", [BYTES_SENT] = "sbytes",
		[BYTES_DONE] = "rbytes", [RECIPS] = "recips",
		[TRIES] = "tries" };
	struct table *t = section_table(b->report, s, NULL, NULL);
	struct best x;

	table_column(b->report, t, title, VALUE_TEXT)->wide = true;
	for (int i = MESS; i <= TRIES; i++)
		qmail_count(b, t, titles[i]);
	qmail_time(b, t, "xdelay");
	best_init(&x, qmail_by_sum, build_top(b, QMAIL_TOP));
	offer(&x, tally_accounts(b->tally));
	qmail_rows(b, t, &x, fill);
	best_clear(&x);
}

void
section_qmail_senders(struct build *b, struct section *s)
{
	sender_table(b, s, "sender", offer_senders);
}

void
section_qmail_uids(struct build *b, struct section *s)
{
	sender_table(b, s, "uid", offer_uids);
}
