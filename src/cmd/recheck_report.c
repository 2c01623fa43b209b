#include "cmd/recheck_report.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/ip.h"
#include "cmd/recheck.h"
#include "maildir/handover.h"
#include "report/report.h"

void
recheck_report_begin(struct recheck_report *t, struct report *r,
    const char *acted)
{
	t->report = r;
	t->section = report_section(r, "recheck", "Mail from listed hosts");
	t->section->always = true;
	t->table = section_table(r, t->section, NULL, NULL);
	table_column(r, t->table, "IP", VALUE_IP);
	table_column(r, t->table, "Result", VALUE_TEXT);
	table_column(r, t->table, "Detail", VALUE_TEXT);
	table_column(r, t->table, "Lists asked", VALUE_TEXT);
	if (acted != NULL)
		table_column(r, t->table, "Action", VALUE_TEXT);
	table_column(r, t->table, "File", VALUE_TEXT);
}

struct recheck_user *
recheck_report_user(struct recheck_report *t, struct str name)
{
	if (t->n_users == 0 ||
	    !str_eq(t->users[t->n_users - 1].name, name))
		ARRAY_PUSH(t->users, t->n_users, t->cap_users) =
		    (struct recheck_user){
			.name = arena_str(&t->report->arena, name) };
	return &t->users[t->n_users - 1];
}

static struct value
text(struct recheck_report *t, struct str s)
{
	return s.n == 0 ? value_null()
	    : value_text(arena_str(&t->report->arena, s));
}

void
recheck_report_row(struct recheck_report *t, const struct handover *h,
    const struct recheck_verdict *v, const char *path, const char *action)
{
	struct value *value = table_row(t->report, t->table)->values;
	struct buf ip = { 0 };

	if (h->has_ip)
		ip_format(&ip, &h->ip);
	*value++ = text(t, buf_str(&ip));
	*value++ = text(t, buf_str(&v->code));
	*value++ = text(t, buf_str(&v->detail));
	*value++ = text(t, buf_str(&v->asked));
	if (t->table->n_columns == 6)
		*value++ = action ? value_text(str_from(action))
		    : value_null();
	*value = text(t, str_from(path));
	buf_clear(&ip);
}

static void
fill(struct value *v, struct str name, const struct recheck_user *u)
{
	v[0] = value_text(name);
	v[1] = value_count(u->examined);
	v[2] = value_count(u->listed);
	v[3] = value_count(u->moved);
	v[4] = value_count(u->unknown);
	v[5] = value_count(u->errors);
}

struct recheck_user
recheck_report_end(struct recheck_report *t, const char *acted)
{
	struct report *r = t->report;
	struct table *users = section_table(r, t->section, "users", "By user");
	struct recheck_user sum = { 0 };

	table_column(r, users, "User", VALUE_TEXT);
	table_column(r, users, "Examined", VALUE_COUNT);
	table_column(r, users, "Listed", VALUE_COUNT);
	table_column(r, users, acted ? acted : "Moved", VALUE_COUNT);
	table_column(r, users, "Unknown", VALUE_COUNT);
	table_column(r, users, "Errors", VALUE_COUNT);
	for (size_t i = 0; i < t->n_users; i++) {
		const struct recheck_user *u = &t->users[i];

		fill(table_row(r, users)->values, u->name, u);
		sum.examined += u->examined;
		sum.listed += u->listed;
		sum.moved += u->moved;
		sum.unknown += u->unknown;
		sum.errors += u->errors;
	}
	if (t->n_users > 0)
		fill(table_footer(r, users, "totals"), STR("Totals"), &sum);
	return sum;
}

void
recheck_report_clear(struct recheck_report *t)
{
	free(t->users);
	*t = (struct recheck_report){ 0 };
}
