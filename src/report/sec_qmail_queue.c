/*
 * sec_qmail_queue.c - what was in the queue when the log ended (qmail-log.md
 * 4.2, 4.3), as far as the log can tell.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/num.h"
#include "report/report.h"
#include "report/sec_items.h"
#include "report/sec_qmail.h"

#define ESTIMATED                                                          \
	"Estimated from the log: messages whose end it does not tell. What "   \
	"was queued before the log begins is not known; mailtally queue reads " \
	"the queue itself."

void
section_qmail_queue(struct build *b, struct section *s)
{
	struct table *t = section_table(b->report, s, NULL, NULL);
	uint64_t messages = 0;
	int64_t bytes = 0;
	size_t n;
	const struct cell *cells = tally_cells(b->tally, DIM_QUEUE, &n);

	items_columns(b->report, t);
	table_column(b->report, t, "Value", VALUE_COUNT);
	if (n == 0)
		return;
	for (size_t i = 0; i < n; i++)
		if (cells[i].k1 == QUEUE_REMAINING) {
			messages += cells[i].count;
			bytes = num_add_signed(bytes,
			    tally_sum(b->tally, DIM_QUEUE, i)->sum);
		}
	items_row(b->report, t, STR("messages_in_queue"),
	    STR("Messages in queue"))[ITEMS_FIRST] = value_count(messages);
	items_row(b->report, t, STR("messages_not_preprocessed"),
	    STR("Messages in queue but not yet preprocessed"));
	items_row(b->report, t, STR("bytes_in_queue"),
	    STR("Bytes in queue"))[ITEMS_FIRST] = value_int(bytes);
	section_note(b->report, s, ESTIMATED);
}

/* Oldest first, then by number. */
static int
by_age(const void *a, const void *b, void *tally)
{
	const struct open_message *x = a, *y = b;

	if (x->queued_ns != y->queued_ns)
		return x->queued_ns < y->queued_ns ? -1 : 1;
	return str_cmp(tally_text(tally, x->queue_id),
	    tally_text(tally, y->queue_id));
}

static void
message_columns(struct build *b, struct table *t)
{
	struct report *r = b->report;

	table_column(r, t, "queued", VALUE_TIME);
	table_column(r, t, "message", VALUE_TEXT);
	table_column(r, t, "bytes", VALUE_COUNT);
	table_column(r, t, "sender", VALUE_TEXT)->wide = true;
	table_column(r, t, "qp", VALUE_TEXT);
	table_column(r, t, "uid", VALUE_TEXT);
	table_column(r, t, "sent", VALUE_COUNT);
	table_column(r, t, "deferrals", VALUE_COUNT);
	table_column(r, t, "bouncing", VALUE_FLAG)->mark = "bouncing";
	table_column(r, t, "waiting", VALUE_TEXT)->wide = true;
}

/* One row for each recipient that is known to wait, at least one. */
static void
message_rows(struct build *b, struct table *t, const struct open_message *m)
{
	const struct tally *tally = b->tally;
	struct str rest = tally_text(tally, m->waiting), one;

	do {
		bool any = str_cut(&rest, ',', &one) && one.n > 0;

		build_row(b, t, VALUES(build_time(m->queued_ns),
		    build_text(b, tally_text(tally, m->queue_id)),
		    value_int(m->bytes),
		    build_text(b, tally_text(tally, m->sender)),
		    build_text(b, tally_text(tally, m->pid)),
		    build_text(b, tally_text(tally, m->uid)),
		    value_int(m->delivered), value_int(m->deferred),
		    value_int(m->bounced > 0),
		    any ? build_text(b, one) : value_null()));
	} while (rest.n > 0);
}

void
section_qmail_outgoing(struct build *b, struct section *s)
{
	struct table *t = section_table(b->report, s, NULL, NULL);
	size_t n, top = build_top(b, QMAIL_TOP), shown;
	const struct open_message *open = tally_open(b->tally, &n);
	struct open_message *sorted = mem_alloc((n + 1) * sizeof(*sorted));

	message_columns(b, t);
	if (n > 0)
		memcpy(sorted, open, n * sizeof(*sorted));
	qsort_r(sorted, n, sizeof(*sorted), by_age, b->tally);
	shown = top > 0 && top < n ? top : n;
	for (size_t i = 0; i < shown; i++)
		message_rows(b, t, &sorted[i]);
	if (shown < n)
		section_note(b->report, s, "The %zu oldest of %zu messages.",
		    shown, n);
	if (n > 0)
		section_note(b->report, s, ESTIMATED);
	free(sorted);
}
