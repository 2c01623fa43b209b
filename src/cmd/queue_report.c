#include "cmd/queue_report.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/when.h"
#include "event/address.h"
#include "queue/qmail.h"
#include "report/league.h"
#include "report/report.h"
#include "report/sec_items.h"

static struct value
copied(struct report *r, struct str s)
{
	return value_text(arena_str(&r->arena, s));
}

/* ---- state ---- */

static void
state_section(struct report *r, const struct queue *q, const char *dir)
{
	struct section *s = report_section(r, "qmail-queue", "Queue");
	struct table *t = section_table(r, s, NULL, NULL);

	s->always = true;
	items_columns(r, t);
	table_column(r, t, "Value", VALUE_COUNT);
	items_row(r, t, STR("messages_in_queue"),
	    STR("Messages in queue"))[ITEMS_FIRST] = value_count(q->in_queue);
	items_row(r, t, STR("messages_not_preprocessed"),
	    STR("Messages in queue but not yet preprocessed"))[ITEMS_FIRST] =
	    value_count(q->not_preprocessed);
	if (q->n_problems == 0)
		return;
	report_alert(r, "%llu parts of %s could not be read: the numbers are "
	    "too small.", (unsigned long long)q->n_problems, dir);
	for (uint64_t i = 0; i < q->n_problems && i < QUEUE_PROBLEMS; i++)
		section_note(r, s, "Not read: %s/%.*s: %s", dir,
		    STR_ARG(q->problems[i].path), q->problems[i].why);
}

/* ---- messages ---- */

static void
message_columns(struct report *r, struct table *t)
{
	table_column(r, t, "Queued", VALUE_TIME);
	table_column(r, t, "Age", VALUE_DURATION);
	table_column(r, t, "Message", VALUE_TEXT);
	table_column(r, t, "Bytes", VALUE_BYTES);
	table_column(r, t, "Sender", VALUE_TEXT)->wide = true;
	table_column(r, t, "Channel", VALUE_TEXT);
	table_column(r, t, "Recipient", VALUE_TEXT)->wide = true;
	table_column(r, t, "Done", VALUE_FLAG)->mark = "done";
	table_column(r, t, "Bouncing", VALUE_FLAG)->mark = "bouncing";
	table_column(r, t, "Next try", VALUE_TIME);
}

static struct value
next_try(const struct queue_message *m, const struct queue_recipient *to,
    int64_t now_ns)
{
	int64_t age_ns = num_add_signed(now_ns, -m->queued_ns);

	return value_int(num_add_signed(m->queued_ns,
	    queue_next_try_ns(age_ns, to->remote)));
}

static void
message_row(struct report *r, struct table *t, const struct queue_message *m,
    const struct queue_recipient *to, int64_t now_ns)
{
	struct value *v = table_row(r, t)->values;
	struct buf number = { 0 };

	buf_printf(&number, "%llu", (unsigned long long)m->number);
	v[0] = value_int(m->queued_ns);
	v[1] = value_int(num_add_signed(now_ns, -m->queued_ns));
	v[2] = copied(r, buf_str(&number));
	buf_clear(&number);
	if (m->bytes >= 0)
		v[3] = value_int(m->bytes);
	v[4] = copied(r, m->sender);
	v[8] = value_int(m->bouncing);
	if (to == NULL)
		return;
	v[5] = value_text(to->remote ? STR("remote") : STR("local"));
	v[6] = copied(r, to->address);
	v[7] = value_int(to->done);
	if (!to->done)
		v[9] = next_try(m, to, now_ns);
}

static void
message_section(struct report *r, const struct queue *q, int64_t now_ns,
    long top)
{
	struct section *s = report_section(r, "qmail-outgoing",
	    "Messages and recipients");
	struct table *t = section_table(r, s, NULL, NULL);
	size_t shown = top > 0 && (size_t)top < q->n ? (size_t)top : q->n;

	message_columns(r, t);
	for (size_t i = 0; i < shown; i++) {
		const struct queue_message *m = &q->messages[i];

		for (size_t k = 0; k < m->n_recipients; k++)
			message_row(r, t, m, &m->recipients[k], now_ns);
		if (m->n_recipients == 0)
			message_row(r, t, m, NULL, now_ns);
	}
	if (shown < q->n)
		section_note(r, s, "The %zu oldest of %zu messages; --top 0 "
		    "shows all.", shown, q->n);
	if (q->n > 0)
		section_note(r, s, "The next try is worked out from qmail-send's "
		    "schedule; it may be earlier after an ALRM signal, and "
		    "later while all of its deliveries are busy.");
}

/* ---- where to ---- */

enum { WAITING, DONE, MESSAGES };

static void
count_recipient(struct league *l, const struct queue_message *m,
    const struct queue_recipient *to)
{
	struct str domain = address_domain(to->address);
	struct league_row *row = league_get(l, domain.n > 0 ? domain :
	    STR("(none)"), to->remote ? STR("remote") : STR("local"));

	row->count[to->done ? DONE : WAITING]++;
	/* Messages come in order: one that was counted was the last one. */
	if (row->extra != m) {
		row->extra = m;
		row->count[MESSAGES]++;
	}
	if (!to->done)
		league_see(row, m->queued_ns, m->queued_ns);
}

static void
destination_section(struct report *r, const struct queue *q, int64_t now_ns,
    long top)
{
	struct section *s = report_section(r, "queue-destinations",
	    "Destinations");
	struct table *t = section_table(r, s, NULL, NULL);
	struct league_row others;
	struct league l;
	size_t n;

	table_column(r, t, "Domain", VALUE_TEXT)->wide = true;
	table_column(r, t, "Channel", VALUE_TEXT);
	table_column(r, t, "Waiting", VALUE_COUNT)->bar = true;
	table_column(r, t, "Done", VALUE_COUNT);
	table_column(r, t, "Messages", VALUE_COUNT);
	table_column(r, t, "Oldest", VALUE_DURATION);
	league_init(&l);
	for (size_t i = 0; i < q->n; i++)
		for (size_t k = 0; k < q->messages[i].n_recipients; k++)
			count_recipient(&l, &q->messages[i],
			    &q->messages[i].recipients[k]);
	league_sort(&l, WAITING, DONE);
	n = league_cut(&l, (size_t)(top < 0 ? 0 : top), &others);
	for (size_t i = 0; i < n; i++) {
		const struct league_row *row = &l.rows[i];
		struct value *v = table_row(r, t)->values;

		v[0] = copied(r, row->label);
		v[1] = copied(r, row->second);
		v[2] = value_count(row->count[WAITING]);
		v[3] = value_count(row->count[DONE]);
		v[4] = value_count(row->count[MESSAGES]);
		if (row->first_ns != WHEN_NONE)
			v[5] = value_int(num_add_signed(now_ns,
			    -row->first_ns));
	}
	if (n < l.n) {
		struct row *row = table_row(r, t);

		row->flags = ROW_OTHERS;
		row->values[0] = copied(r, others.label);
		row->values[2] = value_count(others.count[WAITING]);
		row->values[3] = value_count(others.count[DONE]);
	}
	league_clear(&l);
}

void
queue_report(struct report *r, const struct queue *q, const char *dir,
    int64_t now_ns, long top)
{
	state_section(r, q, dir);
	destination_section(r, q, now_ns, top);
	message_section(r, q, now_ns, top);
}
