/* head.c - the lines above the tables (spec/reports.md C.1). */
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "report/build.h"
#include "tally/classes.h"

/*
 * A log written at level 6, which is all that the tables need, has about 10
 * lines for each that is counted (corpus/qpsmtpd: 8 to 14); at the levels
 * of debugging it has a hundred and more.
 */
#define LINES_PER_NEEDED 40
#define LINES_TO_JUDGE 1000

/* A sum and of how many. */
struct mean {
	int64_t sum_milli;
	uint64_t n;
};

static struct value
mean_value(const struct mean *m)
{
	if (m->n == 0)
		return value_null();
	return value_real((double)m->sum_milli / 1000.0 / (double)m->n);
}

/* Of the scores of a category: only of those that have one. */
static struct mean
mean_score(const struct tally *t, enum category category)
{
	struct mean m = { 0, 0 };
	size_t n;
	const struct cell *cells = tally_cells(t, DIM_CATEGORY, &n);

	for (size_t i = 0; i < n; i++) {
		const struct cell_sum *sum;

		if (cells[i].k1 != (uint32_t)category)
			continue;
		sum = tally_sum(t, DIM_CATEGORY, i);
		m.sum_milli = num_add_signed(m.sum_milli, sum->sum);
		m.n = num_add(m.n, sum->n);
	}
	return m;
}

/*
 * "clamav=ClamAV 1.0.7": what the caller knows.  Its id cannot be that of an
 * item of ours.
 */
static void
add_fact(struct build *b, struct str fact)
{
	struct arena *a = &b->report->arena;
	struct buf title = { 0 };
	struct str key;

	str_cut(&fact, '=', &key);
	key = arena_str(a, str_trim(key));
	buf_printf(&title, "fact %.*s", STR_ARG(key));
	report_head(b->report, column_id_from_title(a, title.p), key.p,
	    VALUE_TEXT, value_text(str_trim(fact)));
	buf_clear(&title);
}

static void
add_levels(struct build *b)
{
	const struct classes *c = b->classes;
	struct head_item *item;

	if (c->tag_level_milli != EVENT_NO_NUMBER) {
		item = report_head(b->report, "tag_level", "Tag level",
		    VALUE_REAL, value_real((double)c->tag_level_milli / 1000.0));
		item->digits = 1;
	}
	if (c->reject_level_milli != EVENT_NO_NUMBER) {
		item = report_head(b->report, "reject_level", "Reject level",
		    VALUE_REAL,
		    value_real((double)c->reject_level_milli / 1000.0));
		item->digits = 1;
		if (c->reject_level_milli == 0)
			item->note = STR("nothing is rejected for its score");
	}
}

static bool
is_qpsmtpd(const struct log_stream *s)
{
	return s->format != NULL && strcmp(s->format, "qpsmtpd") == 0;
}

static void
add_log_level(struct build *b)
{
	uint64_t lines = 0, needed = 0;
	struct buf advice = { 0 };

	for (size_t i = 0; i < b->n_streams; i++) {
		const struct scan_counts *c = &b->streams[i].counts;

		if (!is_qpsmtpd(&b->streams[i]))
			continue;
		lines += c->lines - c->ignored[IGNORED_PERIOD];
		needed += c->used + c->ignored[IGNORED_UNNEEDED];
	}
	if (lines < LINES_TO_JUDGE || lines / LINES_PER_NEEDED < needed)
		return;
	buf_printf(&advice, "qpsmtpd writes %llu lines for each that is needed;"
	    " log level 6 is enough",
	    (unsigned long long)(lines / (needed ? needed : 1)));
	report_head(b->report, NULL, "Log level", VALUE_TEXT,
	    value_text(buf_str(&advice)));
	buf_clear(&advice);
}

static void
add_real(struct build *b, const char *id, const char *label, int digits,
    struct value value)
{
	report_head(b->report, id, label, VALUE_REAL, value)->digits = digits;
}

static void
add_mean(struct build *b, const char *id, const char *label,
    enum category category)
{
	struct mean m = mean_score(b->tally, category);

	add_real(b, id, label, 2, mean_value(&m));
}

static void
add_rate(struct build *b)
{
	double hours = b->report->hours;

	add_real(b, "per_hour", "Messages per hour", 1,
	    hours > 0 ? value_real((double)b->examined / hours) : value_null());
}

static uint64_t
dmarc_reports(const struct tally *t)
{
	uint64_t sum = 0;
	size_t n;
	const struct cell *cells = tally_cells(t, DIM_ORIGIN, &n);

	for (size_t i = 0; i < n; i++) {
		if (cells[i].k1 == ORIGIN_DMARC)
			sum = num_add(sum, cells[i].count);
	}
	return sum;
}

static void
add_dmarc(struct build *b)
{
	uint64_t passed = build_counter(b->tally, COUNTER_DMARC_PASS);
	uint64_t ham = build_category(b->tally, CATEGORY_HAM);
	struct buf share = { 0 };
	struct head_item *item;

	report_head(b->report, "dmarc_reports_sent", "DMARC reports sent",
	    VALUE_COUNT, value_count(dmarc_reports(b->tally)));
	item = report_head(b->report, "dmarc_approved", "Approved by DMARC",
	    VALUE_COUNT, value_count(passed));
	if (ham == 0)
		return;
	buf_printf(&share, "%.1f%% of ham", value_percent(passed, ham).r);
	item->note = arena_str(&b->report->arena, buf_str(&share));
	buf_clear(&share);
}

/* How much went through the queue. */
static void
add_queue(struct build *b)
{
	uint64_t sent = 0, queued = 0, remaining = 0;
	size_t n;
	const struct cell *cells = tally_cells(b->tally, DIM_DELIVERY, &n);

	for (size_t i = 0; i < n; i++)
		if (cells[i].verdict == VERDICT_ACCEPTED)
			sent = num_add(sent, cells[i].count);
	cells = tally_cells(b->tally, DIM_QUEUE, &n);
	for (size_t i = 0; i < n; i++) {
		if (cells[i].k1 == QUEUE_RECEIVED)
			queued = num_add(queued, cells[i].count);
		else if (cells[i].k1 == QUEUE_REMAINING)
			remaining = num_add(remaining, cells[i].count);
	}
	report_head(b->report, "messages_queued", "Messages queued",
	    VALUE_COUNT, value_count(queued));
	report_head(b->report, "delivered", "Delivered to recipients",
	    VALUE_COUNT, value_count(sent));
	report_head(b->report, "messages_in_queue",
	    "Messages in the queue at the end", VALUE_COUNT,
	    value_count(remaining));
}

/* How much came in. */
static void
add_incoming(struct build *b)
{
	report_head(b->report, "examined", "All SMTP connections accepted",
	    VALUE_COUNT, value_count(b->examined));
	add_rate(b);
	add_mean(b, "avg_spam_score_accepted", "Average spam score (accepted)",
	    CATEGORY_TAGGED);
	add_mean(b, "avg_spam_score_rejected", "Average spam score (rejected)",
	    CATEGORY_SPAM);
	add_mean(b, "avg_ham_score", "Average ham score", CATEGORY_HAM);
	add_dmarc(b);
}

void
section_head(struct build *b, struct section *s)
{
	(void)s;
	for (size_t i = 0; i < b->o->n_facts; i++)
		add_fact(b, b->o->facts[i]);
	add_levels(b);
	add_log_level(b);
	if (build_has_side(b, SIDE_INCOMING))
		add_incoming(b);
	if (b->n_streams > 0 && build_has_side(b, SIDE_QUEUE))
		add_queue(b);
}
