#include "render/head_lines.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/when.h"
#include "render/human.h"
#include "report/report.h"

void
head_title(struct buf *title, const struct report *r)
{
	int64_t begin = r->period.start_ns;

	if (begin == INT64_MIN)
		begin = r->first_ns;
	buf_add_str(title, STR("Report"));
	if (r->host.n > 0) {
		buf_add_str(title, STR(" for "));
		buf_add_str(title, r->host);
	}
	if (begin != WHEN_NONE) {
		buf_add_str(title, STR(" from "));
		human_time(title, begin, WHEN_DAY, r->zone);
	}
}

struct head {
	struct head_lines *head;
	const struct report *report;
	struct buf buf; /* what is being made */
};

/* Takes what x->buf holds. */
static void
add_head(struct head *x, const char *label)
{
	struct head_lines *h = x->head;

	ARRAY_PUSH(h->lines, h->n, h->cap) = (struct head_line){
		label, arena_str(&h->arena, buf_str(&x->buf)),
	};
	buf_reset(&x->buf);
}

static void
add_inputs(struct head *x)
{
	const struct report *r = x->report;
	uint64_t bytes = 0;
	size_t packed = 0;

	if (r->n_inputs == 0)
		return;
	for (size_t i = 0; i < r->n_inputs; i++) {
		bytes = num_add(bytes, r->inputs[i].bytes);
		packed += r->inputs[i].packed != NULL;
	}
	if (r->n_inputs == 1)
		buf_add_str(&x->buf, r->inputs[0].path);
	else
		buf_printf(&x->buf, "%zu files", r->n_inputs);
	buf_add_str(&x->buf, STR(", "));
	human_bytes(&x->buf, value_count(bytes).i);
	if (r->n_inputs == 1 && packed == 1)
		buf_printf(&x->buf, " (%s)", r->inputs[0].packed);
	else if (packed > 0)
		buf_printf(&x->buf, " (%zu compressed)", packed);
	add_head(x, "Input");
}

static void
add_about_input(struct head *x, const char *label,
    const struct report_input *in, struct str about)
{
	if (about.p == NULL)
		return;
	buf_add_str(&x->buf, in->path);
	buf_add_str(&x->buf, STR(": "));
	buf_add_str(&x->buf, about);
	add_head(x, label);
}

/* "a to b", or the one that is not open. */
static void
add_span(struct head *x, int64_t begin_ns, int64_t end_ns)
{
	const struct zone *z = x->report->zone;

	if (begin_ns != INT64_MIN)
		human_time(&x->buf, begin_ns, WHEN_LOCAL, z);
	if (begin_ns != INT64_MIN && end_ns != INT64_MAX)
		buf_add_str(&x->buf, STR(" to "));
	if (end_ns != INT64_MAX)
		human_time(&x->buf, end_ns, WHEN_LOCAL, z);
}

static void
add_period(struct head *x)
{
	const struct report *r = x->report;
	const struct period p = r->period;

	if (p.start_ns == INT64_MIN && p.end_ns == INT64_MAX)
		buf_add_str(&x->buf, STR("everything"));
	else if (p.start_ns == INT64_MIN)
		buf_add_str(&x->buf, STR("until "));
	else if (p.end_ns == INT64_MAX)
		buf_add_str(&x->buf, STR("since "));
	add_span(x, p.start_ns, p.end_ns);
	add_head(x, "Period");
	if (r->hours >= 0) {
		buf_printf(&x->buf, "%.2f hours", r->hours);
		add_head(x, "Length");
	}
	buf_add_str(&x->buf, str_from(report_zone_name(r)));
	add_head(x, "Time zone");
}

static void
add_lines_seen(struct head *x)
{
	const struct report *r = x->report;

	if (r->first_ns == WHEN_NONE || r->last_ns == WHEN_NONE)
		return;
	add_span(x, r->first_ns, r->last_ns);
	add_head(x, "Log lines");
}

/* An item whose value is not known is left out (C.1). */
static void
add_item(struct head *x, const struct head_item *item)
{
	const struct column c = { .type = item->type, .digits = item->digits };

	if (item->value.is == VALUE_IS_TEXT)
		buf_add_str(&x->buf, item->value.s);
	else if (!human_value(&x->buf, &c, x->report->zone, item->value))
		return;
	if (item->note.n > 0) {
		buf_add_str(&x->buf, STR(" ("));
		buf_add_str(&x->buf, item->note);
		buf_add_char(&x->buf, ')');
	}
	add_head(x, item->label);
}

static void
gather_head(struct head *x)
{
	const struct report *r = x->report;

	buf_add_str(&x->buf, str_from(r->program));
	add_head(x, "Program");
	add_inputs(x);
	for (size_t i = 0; i < r->n_inputs; i++) {
		add_about_input(x, "Not read", &r->inputs[i], r->inputs[i].error);
		add_about_input(x, "Note", &r->inputs[i], r->inputs[i].note);
	}
	add_lines_seen(x);
	add_period(x);
	for (size_t i = 0; i < r->n_head; i++)
		add_item(x, &r->head[i]);
	if (r->seconds_taken >= 0) {
		when_format_duration(&x->buf,
		    (int64_t)(r->seconds_taken * (double)WHEN_SECOND));
		add_head(x, "Report produced in");
	}
}

void
head_lines_init(struct head_lines *h, const struct report *r)
{
	struct head x = { .head = h, .report = r };

	*h = (struct head_lines){ 0 };
	gather_head(&x);
	buf_clear(&x.buf);
}

void
head_lines_clear(struct head_lines *h)
{
	free(h->lines);
	arena_clear(&h->arena);
	*h = (struct head_lines){ 0 };
}
