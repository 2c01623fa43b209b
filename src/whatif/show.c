#include "whatif/show.h"

#include <assert.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/when.h"
#include "dns/answers.h"
#include "dns/dnsbl.h"
#include "event/address.h"
#include "event/event.h"
#include "report/report.h"
#include "whatif/effect.h"

void
trial_row(struct report *r, struct table *t, const struct value *values,
    size_t n)
{
	struct row *row = table_row(r, t);

	assert(n == t->n_columns);
	for (size_t i = 0; i < n; i++)
		row->values[i] = values[i];
}

struct value
trial_text(struct report *r, const struct buf *b)
{
	return value_text(arena_str(&r->arena, buf_str(b)));
}

/* ---- what is listed, one by one ---- */

static void
add_row_columns(struct report *r, struct table *t, bool one_list, bool whole)
{
	struct column *c;

	table_column(r, t, "When", VALUE_TIME)->hidden = true;
	table_column(r, t, "Date", VALUE_TEXT);
	table_column(r, t, "Time", VALUE_TEXT);
	table_column(r, t, "Disposition", VALUE_TEXT);
	table_column(r, t, "Score", VALUE_REAL)->digits = 1;
	table_column(r, t, "From", VALUE_TEXT)->wide = !whole;
	table_column(r, t, "To", VALUE_TEXT)->wide = !whole;
	table_column(r, t, "IP", VALUE_IP);
	c = table_column(r, t, "List", VALUE_TEXT);
	c->hidden = one_list;
	table_column(r, t, "A", VALUE_TEXT);
	table_column(r, t, "TXT", VALUE_TEXT)->wide = !whole;
}

/* As the log has it, without the <> around each address. */
static struct value
bare_text(struct report *r, struct str raw)
{
	struct buf b = { 0 };
	struct value v;

	if (raw.n == 0)
		return value_null();
	for (size_t i = 0; i < raw.n; i++)
		if (raw.p[i] != '<' && raw.p[i] != '>')
			buf_add_char(&b, raw.p[i]);
	v = b.n > 0 ? trial_text(r, &b) : value_text(STR("<>"));
	buf_clear(&b);
	return v;
}

/* "ann@example.org +2" */
static struct value
first_recipient(struct report *r, struct str list)
{
	struct buf b = { 0 };
	struct str first, other;
	struct value v;
	unsigned others = 0;

	if (!address_next(&list, &first))
		return value_null();
	buf_add_str(&b, address_bare(first));
	while (address_next(&list, &other))
		others++;
	if (others > 0)
		buf_printf(&b, " +%u", others);
	v = trial_text(r, &b);
	buf_clear(&b);
	return v;
}

/* "2026-03-29 00:01:48" in two columns. */
static void
add_local_time(struct report *r, const struct zone *zone, int64_t time_ns,
    struct value *date, struct value *time)
{
	struct buf b = { 0 };
	struct str text;

	*date = *time = value_null();
	if (time_ns == WHEN_NONE)
		return;
	when_format(&b, time_ns, WHEN_LOCAL, zone);
	text = arena_str(&r->arena, buf_str(&b));
	*date = value_text(str_head(text, 10));
	*time = value_text(str_skip(text, 11));
	buf_clear(&b);
}

static void
add_listed(struct report *r, struct table *table, const struct trial *t,
    const struct mail *m, unsigned list, const struct trial_view *o)
{
	const struct answers *a = t->answers;
	const struct answer *answer = answers_get(a, t->row_of[m->client],
	    list);
	struct ip ip = mails_ip(t->mails, m->client);
	struct str to = mails_text(t->mails, m->recipients);
	struct buf b = { 0 };
	struct value date, time;

	ip_format(&b, &ip);
	add_local_time(r, o->zone, m->time_ns, &date, &time);
	trial_row(r, table, TRIAL_VALUES(
	    m->time_ns == WHEN_NONE ? value_null() : value_int(m->time_ns),
	    date, time,
	    value_text(mails_text(t->mails, m->disposition)),
	    m->score_milli == EVENT_NO_NUMBER ? value_null()
	    : value_real((double)m->score_milli / 1000),
	    bare_text(r, mails_text(t->mails, m->sender)),
	    o->for_people ? first_recipient(r, to) : bare_text(r, to),
	    trial_text(r, &b),
	    value_text(a->lists[list].name),
	    value_text(answers_text(a, answer->a)),
	    value_text(answers_text(a, answer->txt))));
	buf_clear(&b);
}

void
trial_show_rows(struct report *r, struct section *s, const struct trial *t,
    const struct trial_view *o)
{
	struct table *table = section_table(r, s, NULL, NULL);

	if (o->summary)
		return;
	add_row_columns(r, table, __builtin_popcountll(t->lists) == 1,
	    o->whole);
	for (size_t i = 0; i < t->mails->n; i++) {
		const struct mail *m = &t->mails->rows[i];
		uint64_t listed = trial_has(t, m) ? trial_listed(t, m) : 0;

		for (unsigned list = 0; listed >> list > 0; list++) {
			if (listed >> list & 1)
				add_listed(r, table, t, m, list, o);
			if (list == 63)
				break;
		}
	}
}

/* ---- the whole ---- */

static void
add_head(struct report *r, const struct trial *t)
{
	const struct mails *m = t->mails;
	struct effect e = effect_of(t, stops_any, &t->lists);

	report_head(r, "examined", "Transactions", VALUE_COUNT,
	    value_count(m->examined));
	report_head(r, "denied_by_list", "Denied by a DNSBL then", VALUE_COUNT,
	    value_count(m->listed_then));
	report_head(r, "not_public", "Of no public address", VALUE_COUNT,
	    value_count(m->not_public + m->no_client));
	if (t->own)
		report_head(r, "excluded", "Listed by lists in use",
		    VALUE_COUNT, value_count(t->n_excluded));
	report_head(r, "tested", "Tested", VALUE_COUNT,
	    value_count(t->n_mails));
	report_head(r, "clients", "Distinct addresses", VALUE_COUNT,
	    value_count(t->n_clients));
	report_head(r, "listed", "Listed now", VALUE_COUNT,
	    value_count(effect_all(&e)));
	report_head(r, "ham_lost", "Queued and listed: ham", VALUE_COUNT,
	    value_count(e.by_fate[FATE_HAM]));
	report_head(r, "spam_saved", "Queued and listed: tagged", VALUE_COUNT,
	    value_count(e.by_fate[FATE_TAGGED]));
	report_head(r, "denied_anyway", "Denied anyway and listed", VALUE_COUNT,
	    value_count(e.by_fate[FATE_DENIED]));
}

void
trial_show(struct report *r, const struct trial *t,
    const struct trial_view *o)
{
	struct section *s = report_section(r, "dnsbl-test",
	    "What if these block lists had been used?");

	add_head(r, t);
	trial_show_rows(r, s, t, o);
	trial_show_dispositions(r, s, t);
	trial_show_losers(r, s, t, o);
	trial_show_lists(r, s, t);
	trial_show_overlap(r, s, t);
	trial_show_unknown(r, s, t);
	trial_show_policies(r, s, t, o);
	trial_show_best(r, s, t, o);
	trial_show_verdicts(r, s, t, o);
}
