/* sec_qmail_senders.c - senders and sender uids (qmail-log.md 4.8). */
#include "base/buf.h"
#include "base/num.h"
#include "report/report.h"
#include "report/sec_qmail.h"

enum { MESS, BYTES, BYTES_SENT, BYTES_DONE, RECIPS, TRIES };
_Static_assert(TRIES < LEAGUE_COUNTS, "a league has a place for each");

static void
add_cell(struct league_row *row, const struct cell *c, const int64_t *plus)
{
	row->count[MESS] += c->count;
	row->count[BYTES] += (uint64_t)plus[SENDER_BYTES];
	row->count[BYTES_SENT] += (uint64_t)plus[SENDER_BYTES_SENT];
	row->count[BYTES_DONE] += (uint64_t)plus[SENDER_BYTES_DONE];
	row->count[RECIPS] += (uint64_t)plus[SENDER_DONE];
	row->count[TRIES] += (uint64_t)plus[SENDER_TRIES];
	row->sum = num_add_signed(row->sum, plus[SENDER_XDELAY]);
}

/* Labels of senders stand in labels, those of uids in the league. */
static void
count_rows(struct league *l, struct arena *labels, const struct tally *t,
    bool by_uid)
{
	struct buf label = { 0 };
	size_t n;
	const struct cell *cells = tally_cells(t, DIM_QUEUE_SENDER, &n);

	league_init(l);
	for (size_t i = 0; i < n; i++) {
		buf_reset(&label);
		buf_add_str(&label, tally_text(t, cells[i].k2));
		if (!by_uid) {
			buf_add_char(&label, '/');
			buf_add_str(&label, tally_text(t, cells[i].k1));
		}
		add_cell(by_uid ? league_get(l, buf_str(&label), str_none())
		    : league_push(l, arena_str(labels, buf_str(&label))),
		    &cells[i], tally_plus(t, DIM_QUEUE_SENDER, i));
	}
	buf_clear(&label);
}

/* Who has no completed message has no row. */
static void
drop_incomplete(struct league *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		if (l->rows[i].count[MESS] > 0)
			l->rows[n++] = l->rows[i];
	l->n = n;
}

static void
fill(const struct league_row *row, struct value *v)
{
	for (int i = MESS; i <= TRIES; i++)
		v[i] = value_count(row->count[i]);
	v[TRIES + 1] = value_int(row->sum);
}

static void
sender_table(struct build *b, struct section *s, bool by_uid)
{
	static const char *const titles[] = { [MESS] = "mess",
		[BYTES] = "bytes", [BYTES_SENT] = "sbytes",
		[BYTES_DONE] = "rbytes", [RECIPS] = "recips",
		[TRIES] = "tries" };
	struct table *t = section_table(b->report, s, NULL, NULL);
	struct arena labels = { 0 };
	struct league l;

	table_column(b->report, t, by_uid ? "uid" : "sender",
	    VALUE_TEXT)->wide = true;
	for (int i = MESS; i <= TRIES; i++)
		qmail_count(b, t, titles[i]);
	qmail_time(b, t, "xdelay");
	count_rows(&l, &labels, b->tally, by_uid);
	drop_incomplete(&l);
	qmail_sort(b, &l);
	qmail_league(b, t, &l, fill);
	league_clear(&l);
	arena_clear(&labels);
}

void
section_qmail_senders(struct build *b, struct section *s)
{
	sender_table(b, s, false);
}

void
section_qmail_uids(struct build *b, struct section *s)
{
	sender_table(b, s, true);
}
