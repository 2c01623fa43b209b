#include "report/sec_mail.h"

#include "report/league.h"
#include "report/report.h"
#include "report/sec_qmail.h"

bool
mail_has_incoming(const struct build *b)
{
	return b->o->sections_named && build_has_side(b, SIDE_INCOMING);
}

bool
mail_has_queue(const struct build *b)
{
	return build_has_side(b, SIDE_QUEUE) || !mail_has_incoming(b);
}

void
mail_values(struct value *v, uint64_t bytes, uint64_t sized)
{
	if (sized == 0)
		return;
	v[0] = value_count(bytes);
	v[1] = value_count(bytes / sized);
}

static void
fill(const struct league_row *row, struct value *v)
{
	v[0] = value_count(row->count[MAIL_MAILS]);
	mail_values(v + 1, row->count[MAIL_BYTES], row->count[MAIL_SIZED]);
	v[3] = build_time(row->last_ns);
}

int
mail_by_mails(const void *a, const void *b)
{
	const struct league_row *x = a, *y = b;

	if (x->count[MAIL_MAILS] != y->count[MAIL_MAILS])
		return x->count[MAIL_MAILS] > y->count[MAIL_MAILS] ? -1 : 1;
	if (x->count[MAIL_BYTES] != y->count[MAIL_BYTES])
		return x->count[MAIL_BYTES] > y->count[MAIL_BYTES] ? -1 : 1;
	return str_cmp(x->label, y->label);
}

void
mail_name_table(struct build *b, struct section *s,
    const struct mail_table *m, struct best *x)
{
	struct table *t = section_table(b->report, s, m->name, m->title);

	table_column(b->report, t, m->first, VALUE_TEXT)->wide = true;
	table_column(b->report, t, "Mails", VALUE_COUNT)->bar = true;
	table_column(b->report, t, "Bytes", VALUE_BYTES);
	table_column(b->report, t, "Mean size", VALUE_BYTES);
	table_column(b->report, t, "Last", VALUE_TIME);
	qmail_rows(b, t, x, fill);
}
