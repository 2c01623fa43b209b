#include "trace/show.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "base/when.h"
#include "trace/sentence.h"
#include "trace/story.h"

#define PID_COLUMNS 7
#define MARK_COLUMNS 9
/* Of a text in a row of the list. */
#define ROW_BYTES 60

static void
escape(struct buf *b, struct str text, const struct show_options *o)
{
	if (o->utf8)
		utf8_escape(b, text);
	else
		utf8_escape_ascii(b, text);
}

/* Escaped text padded to a column. */
static void
column(struct buf *b, struct str text, size_t columns,
    const struct show_options *o)
{
	size_t before = b->n, width;

	escape(b, text, o);
	width = utf8_width(str_make(b->p + before, b->n - before));
	buf_add_repeated(b, ' ', width < columns ? columns - width + 1 : 1);
}

/* SGR parameters (ECMA-48, 8.3.117) of what a line says; NULL: plain. */
static const char *
mark_color(enum story_mark m)
{
	static const char *const colors[] = {
		[MARK_NONE] = "2", [MARK_PASS] = "32", [MARK_FAIL] = "31",
		[MARK_SKIP] = "2", [MARK_ERROR] = "33", [MARK_CONNECT] = NULL,
		[MARK_REJECTED] = "1;31", [MARK_DEFERRED] = "1;33",
		[MARK_QUEUED] = "1;32", [MARK_CLOSED] = NULL,
		[MARK_DELIVERED] = "1;32", [MARK_FAILED] = "1;31",
		[MARK_BOUNCED] = "1;31", [MARK_DONE] = NULL,
	};

	return colors[m];
}

static enum story_mark
verdict_mark(enum story_verdict v)
{
	static const enum story_mark marks[STORY_VERDICTS] = {
		[STORY_UNFINISHED] = MARK_CLOSED,
		[STORY_ACCEPTED] = MARK_QUEUED, [STORY_REJECTED] = MARK_REJECTED,
		[STORY_DEFERRED] = MARK_DEFERRED, [STORY_QUEUED] = MARK_QUEUED,
		[STORY_DELIVERED] = MARK_QUEUED, [STORY_BOUNCED] = MARK_REJECTED,
	};

	return marks[v];
}

static void
color_on(struct buf *b, enum story_mark m, const struct show_options *o)
{
	if (o->color && mark_color(m))
		buf_printf(b, "\033[%sm", mark_color(m));
}

static void
color_off(struct buf *b, enum story_mark m, const struct show_options *o)
{
	if (o->color && mark_color(m))
		buf_add_str(b, STR("\033[0m"));
}

/* Local time, with milliseconds: much happens in one second. */
static void
add_time(struct buf *b, int64_t time_ns, const struct zone *z)
{
	int64_t ns;

	if (time_ns == WHEN_NONE) {
		buf_add_str(b, STR("-                       "));
		return;
	}
	ns = time_ns % WHEN_SECOND;
	if (ns < 0)
		ns += WHEN_SECOND;
	when_format(b, time_ns, WHEN_LOCAL, z);
	buf_printf(b, ".%03d ", (int)(ns / 1000000));
}

static void
show_line(struct buf *b, const struct story_line *l,
    const struct show_options *o)
{
	add_time(b, l->time_ns, o->zone);
	column(b, l->pid, PID_COLUMNS, o);
	color_on(b, l->mark, o);
	column(b, str_from(story_mark_name(l->mark)), MARK_COLUMNS, o);
	escape(b, l->text, o);
	color_off(b, l->mark, o);
	buf_add_char(b, '\n');
}

void
show_story(struct buf *b, const struct story *s, const struct show_options *o)
{
	struct buf sentence = { 0 };

	for (size_t i = 0; i < s->n_lines; i++)
		show_line(b, &s->lines[i], o);
	sentence_add(&sentence, s, o->zone);
	color_on(b, verdict_mark(s->verdict), o);
	escape(b, buf_str(&sentence), o);
	color_off(b, verdict_mark(s->verdict), o);
	buf_add_char(b, '\n');
	buf_clear(&sentence);
}

static void
row_text(struct buf *b, struct str text, const struct show_options *o)
{
	escape(b, str_head(text, ROW_BYTES), o);
	if (text.n > ROW_BYTES)
		buf_add_str(b, STR("..."));
}

static void
row_people(struct buf *b, const struct story *s, const struct show_options *o)
{
	if (s->sender.p == NULL && s->n_recipients == 0)
		return;
	buf_add_char(b, ' ');
	if (s->sender.p && s->sender.n == 0)
		buf_add_str(b, STR("<>"));
	else
		row_text(b, s->sender.p ? s->sender : STR("-"), o);
	buf_add_str(b, STR(" -> "));
	row_text(b, s->n_recipients ? s->recipients[0] : STR("-"), o);
	if (s->n_recipients > 1)
		buf_printf(b, " +%zu", s->n_recipients - 1);
}

void
show_row(struct buf *b, const struct story *s, const struct show_options *o)
{
	enum story_mark mark = verdict_mark(s->verdict);

	if (s->time_ns == WHEN_NONE)
		buf_add_char(b, '-');
	else
		when_format(b, s->time_ns, WHEN_LOCAL, o->zone);
	buf_add_char(b, ' ');
	column(b, s->pid, PID_COLUMNS, o);
	color_on(b, mark, o);
	column(b, str_from(story_verdict_name(s->verdict)), MARK_COLUMNS + 1,
	    o);
	color_off(b, mark, o);
	row_text(b, s->client.n ? s->client : STR("-"), o);
	row_people(b, s, o);
	if (s->by.n > 0 || s->reason.n > 0) {
		buf_add_str(b, STR(", "));
		row_text(b, s->by.n ? s->by : s->reason, o);
	}
	buf_add_char(b, '\n');
}
