/* sec_insights.c - the section of insights: the findings, one after the other. */
#include <inttypes.h>

#include "base/num.h"
#include "base/when.h"
#include "report/build.h"
#include "report/insights.h"
#include "report/report.h"

#define ROWS_DEFAULT 20

const struct threshold_row thresholds[THRESHOLDS] = {
	[KNOWN_ACCEPTED] = { "known-accepted", 3, "mails",
	    "a refused client or sender is known if at least so many of its "
	    "mails, in the period or four weeks before, were accepted and not "
	    "tagged as spam" },
	[KNOWN_SHARE] = { "known-share", 50, "percent",
	    "and if those are at least so much of all it sent" },
	[RETURN_LEAST] = { "return-least", 5, "senders",
	    "fewer refusals for now are not worth a sentence" },
	[RETURN_HOURS] = { "return-hours", 4, "hours",
	    "who was refused for now never came back if it did not within so "
	    "long; before that it may still" },
	[SILENCE_MAILS] = { "silence-mails", 10, "mails",
	    "hours without mail are silence where so many are usual" },
	[SILENCE_DAYS] = { "silence-days", 3, "days",
	    "and where so many days that can be compared, those of the same "
	    "weekday if there are enough, had mail at that time" },
	[LIST_DENIALS] = { "list-denials", 100, "denials",
	    "a block list never hits if it did not once while all together "
	    "denied so many" },
	[HABIT_DAYS] = { "habit-days", 7, "days",
	    "a habit is known if the logs have so many days before the period, "
	    "at most four weeks" },
	[HABIT_LEAST] = { "habit-least", 30, "a day",
	    "smaller numbers are outside of no habit" },
	[HABIT_TIMES] = { "habit-times", 4, "times",
	    "far outside is so many times the mean of a day, or the mean so "
	    "many times it," },
	[HABIT_DEVIATIONS] = { "habit-deviations", 4, "deviations",
	    "and further from the mean than so many standard deviations, the "
	    "root of the mean being the least" },
	[LOGIN_NETWORKS] = { "login-networks", 10, "networks",
	    "refused logins are spread if they came from so many networks" },
	[LOGIN_SHARE] = { "login-share", 20, "percent",
	    "and none of them had more of them than that" },
};

int32_t
insights_day(const struct build *b, int64_t time_ns)
{
	int64_t s = when_to_s(time_ns);

	s += zone_offset_s(b->zone, s);
	return (int32_t)(s / WHEN_DAY_S - (s % WHEN_DAY_S < 0));
}

/* "known-accepted 3 mails, known-share 50 percent" */
static struct value
thresholds_text(struct insights *x, unsigned which)
{
	struct buf b = { 0 };
	struct value v;

	for (int i = 0; i < THRESHOLDS; i++)
		if (which & THRESHOLD_BIT(i))
			buf_printf(&b, "%s%s %" PRId64 " %s", b.n ? ", " : "",
			    thresholds[i].name, thresholds[i].value,
			    thresholds[i].unit);
	v = build_text(x->b, b.n ? buf_str(&b) : STR(""));
	buf_clear(&b);
	return v;
}

struct table *
insights_add(struct insights *x, const struct finding *f)
{
	struct report *r = x->b->report;
	struct value sentence = build_text(x->b, f->sentence);
	struct row *row = build_row(x->b, x->index, VALUES(
	    value_text(str_from(f->name)), sentence, value_count(f->found),
	    value_int(f->attention), thresholds_text(x, f->thresholds)));

	if (f->attention)
		row->tone = TONE_WARN;
	/* A text of the arena ends in a NUL byte: it is a title, too. */
	return section_table(r, x->s, f->name, sentence.s.p);
}

size_t
insights_rows(struct insights *x, const struct finding *f, size_t n)
{
	size_t top = build_top(x->b, ROWS_DEFAULT);

	if (top == 0 || n <= top)
		return n;
	section_note(x->b->report, x->s, "%s: the first %zu of %zu rows; --top "
	    "shows more.", f->name, top, n);
	return top;
}

static struct table *
index_table(struct build *b, struct section *s)
{
	struct table *t = section_table(b->report, s, NULL, NULL);

	table_column(b->report, t, "Insight", VALUE_TEXT);
	/* For programs: people read it above the rows. */
	table_column(b->report, t, "Sentence", VALUE_TEXT)->hidden = true;
	table_column(b->report, t, "Found", VALUE_COUNT);
	table_column(b->report, t, "Attention", VALUE_FLAG)->mark = "!";
	table_column(b->report, t, "Thresholds", VALUE_TEXT)->wide = true;
	return t;
}

static void
threshold_table(struct build *b, struct section *s)
{
	struct table *t = section_table(b->report, s, "thresholds",
	    "Thresholds: when something is worth a sentence");

	table_column(b->report, t, "Threshold", VALUE_TEXT);
	table_column(b->report, t, "Value", VALUE_COUNT);
	table_column(b->report, t, "Unit", VALUE_TEXT);
	table_column(b->report, t, "Meaning", VALUE_TEXT);
	for (int i = 0; i < THRESHOLDS; i++)
		build_row(b, t, VALUES(value_text(str_from(thresholds[i].name)),
		    value_int(thresholds[i].value),
		    value_text(str_from(thresholds[i].unit)),
		    value_text(str_from(thresholds[i].help))));
}

/* What had more names than are looked at. */
static void
note_caps(struct build *b, struct section *s)
{
	static const struct {
		enum dim_id dim;
		const char *names;
	} capped[] = {
		{ DIM_PAIR, "pairs of client and sender" },
		{ DIM_NETWORK, "client networks" },
		{ DIM_RECIPIENT_DAY, "recipients" },
		{ DIM_DEFERRAL_DAY, "reasons of deferrals" },
	};

	for (size_t i = 0; i < sizeof(capped) / sizeof(capped[0]); i++) {
		struct tally_cap cap = tally_cap(b->tally, capped[i].dim);

		if (cap.halvings > 0)
			section_note(b->report, s, "There are so many %s that one "
			    "in %" PRIu64 " was looked at; %" PRIu64 " counts of "
			    "the others are left out.", capped[i].names,
			    UINT64_C(1) << (cap.halvings & 63), cap.left_out);
	}
}

static void
note_before(struct build *b, struct section *s)
{
	if (period_unbounded(&b->period))
		section_note(b->report, s, "The report has no period with a "
		    "beginning and an end, so habits are not known.");
	else if (b->before == NULL)
		section_note(b->report, s, "What came before the period was not "
		    "counted, so habits are not known.");
}

void
section_insights(struct build *b, struct section *s)
{
	/* The most urgent first. */
	static insight_fn *const finders[] = {
		insight_silence, insight_lists, insight_refused_clients,
		insight_refused_senders, insight_logins, insight_dispositions,
		insight_networks, insight_recipients, insight_deferrals,
		insight_returns,
	};
	struct insights x = { .b = b, .s = s, .index = index_table(b, s) };

	for (size_t i = 0; i < sizeof(finders) / sizeof(finders[0]); i++)
		finders[i](&x);
	if (b->o->sections_named || b->o->explain)
		threshold_table(b, s);
	note_caps(b, s);
	note_before(b, s);
}
