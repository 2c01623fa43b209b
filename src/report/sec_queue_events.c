/*
 * sec_queue_events.c - what the queue manager did beside delivering: starts, stops,
 * bounces, messages given up; its warnings and alerts.
 */
#include "base/num.h"
#include "report/build.h"
#include "report/league.h"
#include "report/report.h"
#include "report/sec_items.h"
#include "report/sec_qmail.h"

static const struct {
	struct str id, label;
} items[QUEUE_EVENTS] = {
#define TEXT(literal) { literal, sizeof(literal) - 1 }
	[QUEUE_RECEIVED] = { TEXT("queued"), TEXT("Messages queued") },
	[QUEUE_BOUNCES] = { TEXT("bounces"), TEXT("Bounces sent") },
	[QUEUE_DOUBLE] = { TEXT("double_bounces"),
	    TEXT("  of bounces (double bounces)") },
	[QUEUE_TRIPLE] = { TEXT("triple_bounces"),
	    TEXT("Triple bounces discarded") },
	[QUEUE_EXPIRED] = { TEXT("expired"),
	    TEXT("Deliveries given up: too long in the queue") },
	[QUEUE_STARTED] = { TEXT("starts"), TEXT("Starts of qmail-send") },
	[QUEUE_STOPPED] = { TEXT("stops"), TEXT("Clean stops") },
	[QUEUE_REMAINING] = { TEXT("remaining"),
	    TEXT("Messages in the queue when the log ends") },
#undef TEXT
};

static bool
item_table(struct build *b, struct section *s)
{
	struct table *t = section_table(b->report, s, NULL, NULL);
	uint64_t sums[QUEUE_EVENTS] = { 0 };
	size_t n;
	const struct cell *cells = tally_cells(b->tally, DIM_QUEUE, &n);

	items_columns(b->report, t);
	table_column(b->report, t, "Count", VALUE_COUNT);
	for (size_t i = 0; i < n; i++)
		if (cells[i].k1 < QUEUE_EVENTS)
			sums[cells[i].k1] = num_add(sums[cells[i].k1],
			    cells[i].count);
	for (int i = 0; n > 0 && i < QUEUE_EVENTS; i++)
		items_row(b->report, t, items[i].id, items[i].label)
		    [ITEMS_FIRST] = value_count(sums[i]);
	return n > 0;
}

static void
complaint_table(struct build *b, struct section *s)
{
	struct table *t = section_table(b->report, s, "complaints",
	    "Warnings and alerts");
	struct league l;
	size_t n;
	const struct cell *cells = tally_cells(b->tally, DIM_COMPLAINT, &n);

	table_column(b->report, t, "Text", VALUE_TEXT)->wide = true;
	table_column(b->report, t, "Count", VALUE_COUNT);
	table_column(b->report, t, "First", VALUE_TIME);
	table_column(b->report, t, "Last", VALUE_TIME);
	league_init(&l);
	for (size_t i = 0; i < n; i++) {
		const struct cell_seen *seen = tally_seen(b->tally,
		    DIM_COMPLAINT, i);
		struct league_row *row = league_get(&l,
		    tally_text(b->tally, cells[i].k1), str_none());

		row->count[0] = cells[i].count;
		row->example = tally_text(b->tally, seen->example);
		league_see(row, seen->first_ns, seen->last_ns);
	}
	league_sort(&l, 0, -1);
	for (size_t i = 0; i < l.n; i++) {
		const struct league_row *r = &l.rows[i];

		build_row(b, t, VALUES(build_text(b, r->example),
		    value_count(r->count[0]), build_time(r->first_ns),
		    build_time(r->last_ns)));
	}
	league_clear(&l);
}

void
section_queue_events(struct build *b, struct section *s)
{
	if (item_table(b, s))
		complaint_table(b, s);
}
