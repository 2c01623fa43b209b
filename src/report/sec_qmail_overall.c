/* sec_qmail_overall.c - basic statistics of the queue (qmail-log.md 4.1). */
#include "base/num.h"
#include "base/when.h"
#include "report/report.h"
#include "report/sec_items.h"
#include "report/sec_qmail.h"

struct overall {
	/* completed messages */
	uint64_t messages;
	int64_t bytes, bytes_sent, sent, failed, deferred, qtime_ns;
	/* attempts */
	uint64_t attempts, by_verdict[VERDICT_DEFERRED + 1], delayed;
	int64_t ddelay_ns, xdelay_ns;
	int64_t first_ns, last_ns;
};

static void
add_messages(struct overall *o, const struct tally *t)
{
	size_t n;
	const struct cell *cells = tally_cells(t, DIM_MESSAGE, &n);

	for (size_t i = 0; i < n; i++) {
		const int64_t *plus = tally_plus(t, DIM_MESSAGE, i);

		o->messages += cells[i].count;
		o->bytes += plus[MESSAGE_BYTES];
		o->bytes_sent += plus[MESSAGE_BYTES_SENT];
		o->sent += plus[MESSAGE_SENT];
		o->failed += plus[MESSAGE_FAILED];
		o->deferred += plus[MESSAGE_DEFERRED];
		o->qtime_ns = num_add_signed(o->qtime_ns,
		    tally_sum(t, DIM_MESSAGE, i)->sum);
	}
}

static void
add_attempts(struct overall *o, const struct tally *t)
{
	size_t n;
	const struct cell *cells = tally_cells(t, DIM_DELIVERY, &n);

	for (size_t i = 0; i < n; i++) {
		o->attempts += cells[i].count;
		if (cells[i].verdict <= VERDICT_DEFERRED)
			o->by_verdict[cells[i].verdict] += cells[i].count;
		o->xdelay_ns = num_add_signed(o->xdelay_ns,
		    tally_sum(t, DIM_DELIVERY, i)->sum);
	}
	cells = tally_cells(t, DIM_DELIVERY_DELAY, &n);
	for (size_t i = 0; i < n; i++)
		if (cells[i].verdict == VERDICT_ACCEPTED) {
			o->delayed += cells[i].count;
			o->ddelay_ns = num_add_signed(o->ddelay_ns,
			    tally_sum(t, DIM_DELIVERY_DELAY, i)->sum);
		}
}

static void
add_span(struct overall *o, const struct tally *t)
{
	size_t n;

	o->first_ns = o->last_ns = WHEN_NONE;
	tally_cells(t, DIM_QUEUE_SPAN, &n);
	if (n == 0)
		return;
	o->first_ns = tally_seen(t, DIM_QUEUE_SPAN, 0)->first_ns;
	o->last_ns = tally_seen(t, DIM_QUEUE_SPAN, 0)->last_ns;
}

static struct value
seconds(int64_t ns)
{
	return value_real((double)ns / 1e9);
}

static struct value
ratio(double a, double b)
{
	return b > 0 ? value_real(a / b) : value_null();
}

static void
add_item(struct build *b, struct table *t, struct str id, struct str label,
    struct value value)
{
	items_row(b->report, t, id, label)[ITEMS_FIRST] = value;
}

static void
message_items(struct build *b, struct table *t, const struct overall *o)
{
	int64_t recipients = o->sent + o->failed;
	int64_t attempts = recipients + o->deferred;

	add_item(b, t, STR("completed_messages"), STR("Completed messages"),
	    value_count(o->messages));
	add_item(b, t, STR("recipients_completed"),
	    STR("Recipients for completed messages"), value_int(recipients));
	add_item(b, t, STR("attempts_completed"),
	    STR("Delivery attempts for completed messages"),
	    value_int(attempts));
	add_item(b, t, STR("attempts_per_message"),
	    STR("Attempts per completed message"),
	    ratio((double)attempts, (double)o->messages));
	add_item(b, t, STR("bytes"), STR("Bytes in completed messages"),
	    value_int(o->bytes));
	add_item(b, t, STR("bytes_success"), STR("Bytes weighted by success"),
	    value_int(o->bytes_sent));
	add_item(b, t, STR("qtime_avg"), STR("Average message qtime (s)"),
	    ratio((double)o->qtime_ns / 1e9, (double)o->messages));
}

static void
attempt_items(struct build *b, struct table *t, const struct overall *o)
{
	add_item(b, t, STR("attempts"), STR("Delivery attempts"),
	    value_count(o->attempts));
	add_item(b, t, STR("success"), STR("  success"),
	    value_count(o->by_verdict[VERDICT_ACCEPTED]));
	add_item(b, t, STR("failure"), STR("  failure"),
	    value_count(o->by_verdict[VERDICT_REJECTED]));
	add_item(b, t, STR("deferral"), STR("  deferral"),
	    value_count(o->by_verdict[VERDICT_DEFERRED]));
	add_item(b, t, STR("ddelay_total"), STR("Total ddelay (s)"),
	    seconds(o->ddelay_ns));
	add_item(b, t, STR("ddelay_avg"), STR("Average ddelay per success (s)"),
	    ratio((double)o->ddelay_ns / 1e9, (double)o->delayed));
	add_item(b, t, STR("xdelay_total"), STR("Total xdelay (s)"),
	    seconds(o->xdelay_ns));
	add_item(b, t, STR("xdelay_avg"),
	    STR("Average xdelay per delivery attempt (s)"),
	    ratio((double)o->xdelay_ns / 1e9, (double)o->attempts));
}

/* Known only where something took time. */
static void
span_items(struct build *b, struct table *t, const struct overall *o)
{
	bool known = o->first_ns != WHEN_NONE && o->last_ns > o->first_ns;
	double span_s = known ? ((double)o->last_ns - (double)o->first_ns) /
	    1e9 : 0;

	add_item(b, t, STR("span_days"), STR("Time span (days)"),
	    known ? value_real(span_s / 86400) : value_null());
	add_item(b, t, STR("concurrency"), STR("Average concurrency"),
	    ratio((double)o->xdelay_ns / 1e9, span_s));
}

void
section_qmail_overall(struct build *b, struct section *s)
{
	struct table *t = section_table(b->report, s, NULL, NULL);
	struct overall o = { 0 };

	items_columns(b->report, t);
	table_column(b->report, t, "Value", VALUE_REAL)->digits = 6;
	add_messages(&o, b->tally);
	add_attempts(&o, b->tally);
	add_span(&o, b->tally);
	if (o.messages == 0 && o.attempts == 0)
		return;
	message_items(b, t, &o);
	attempt_items(b, t, &o);
	span_items(b, t, &o);
	if (!b->o->explain)
		return;
	section_note(b->report, s, "qtime is the time that a message spent in "
	    "the queue; ddelay the time from its queueing to the end of a "
	    "successful attempt; xdelay the time that one attempt took, "
	    "whatever became of it. Average concurrency is total xdelay by "
	    "time span: how many deliveries ran.");
}
