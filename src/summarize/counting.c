#include "summarize/counting.h"

#include <sys/stat.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/when.h"
#include "event/event.h"
#include "format/format.h"
#include "format/qpsmtpd_line.h"
#include "format/stamp.h"
#include "summarize/store.h"

/* Of a line that does not fit the last bytes are read into this much. */
#define LINE_TAIL ((size_t)128 << 10)
/* How much is read at a time: what the second-level cache has room for. */
#define PIECE ((size_t)256 << 10)

/* ---- what was counted ---- */

void
counted_init(struct counted *c)
{
	*c = (struct counted){ .first_ns = WHEN_NONE, .last_ns = WHEN_NONE };
	sums_init(&c->sums);
}

void
counted_clear(struct counted *c)
{
	sums_clear(&c->sums);
}

static void
see(struct counted *c, int64_t first_ns, int64_t last_ns)
{
	if (first_ns >= 0 &&
	    (c->first_ns == WHEN_NONE || first_ns < c->first_ns))
		c->first_ns = first_ns;
	if (last_ns >= 0 && last_ns > c->last_ns)
		c->last_ns = last_ns;
}

void
counted_merge(struct counted *c, const struct counted *other)
{
	sums_merge(&c->sums, &other->sums);
	see(c, other->first_ns, other->last_ns);
}

void
counted_event(void *ctx, const struct event *ev)
{
	struct counted *c = ctx;

	if (ev->kind != EVENT_TRANSACTION)
		return;
	sums_add(&c->sums, ev->disposition, ev->time_ns, 1);
	see(c, ev->time_ns, ev->time_ns);
}

/* ---- which log ---- */

static const struct log_id no_bytes = { .hash = UINT64_C(0xcbf29ce484222325) };

/* FNV-1a over the beginning. */
static void
id_add(struct log_id *id, struct str bytes)
{
	size_t left = id->bytes < COUNTING_HEAD
	    ? COUNTING_HEAD - (size_t)id->bytes : 0;
	struct str head = str_head(bytes, left);

	for (size_t i = 0; i < head.n; i++)
		id->hash = (id->hash ^ (unsigned char)head.p[i]) *
		    UINT64_C(0x100000001b3);
	id->bytes += bytes.n;
}

struct log_id
log_id_of_file(const char *path)
{
	struct log_id id = no_bytes;
	char head[COUNTING_HEAD];
	struct stat st;
	ssize_t n;

	if (stat(path, &st) == -1 ||
	    (n = store_read_file(path, head, sizeof(head), NULL)) == -1)
		return (struct log_id){ 0 };
	id_add(&id, str_make(head, (size_t)n));
	id.bytes = (uint64_t)st.st_size;
	return id;
}

/* ---- bytes to blocks ---- */

static struct scan *
new_scan(struct counting *c, bool first)
{
	const struct scan_options o = {
		.wants = EVENT_BIT(EVENT_TRANSACTION),
		.start_ns = INT64_MIN, .end_ns = INT64_MAX,
		.first = first, .stream = STR("-"), .zone = c->zone,
		.year = 1970, /* multilog's stamps have one */
	};

	return format_qpsmtpd.scan_new(&o, counted_event, &c->counted);
}

void
counting_init(struct counting *c, const struct zone *zone)
{
	*c = (struct counting){ .zone = zone, .id = no_bytes };
	counted_init(&c->counted);
	/* One more: a line end is put behind the last line. */
	c->window = mem_alloc(COUNTING_WINDOW + 1 + FORMAT_SLACK);
	c->scan = new_scan(c, false);
}

void
counting_clear(struct counting *c)
{
	if (c->scan != NULL)
		format_qpsmtpd.scan_free(&c->scan);
	counted_clear(&c->counted);
	buf_clear(&c->open);
	free(c->window);
	c->window = NULL;
}

/* n bytes of the window as a block: slack is put behind it for the while. */
static void
scan_window(struct counting *c, size_t n)
{
	char behind[FORMAT_SLACK];

	memcpy(behind, c->window + n, FORMAT_SLACK);
	memset(c->window + n, '\n', FORMAT_SLACK);
	format_qpsmtpd.scan_block(c->scan, str_make(c->window, n), 0);
	memcpy(c->window + n, behind, FORMAT_SLACK);
}

static void
scan_lines(struct counting *c, size_t n)
{
	if (!c->any_line)
		c->stamped = stamp_begins(str_make(c->window, n));
	c->any_line = true;
	scan_window(c, n);
	c->n -= n;
	memmove(c->window, c->window + n, c->n);
	c->cut = false;
}

char *
counting_space(struct counting *c, size_t *n)
{
	/* A line that does not fit: what stood before its end is given up. */
	if (c->n == COUNTING_WINDOW) {
		c->n -= LINE_TAIL;
		c->cut = true;
	}
	*n = COUNTING_WINDOW - c->n;
	if (*n > PIECE)
		*n = PIECE;
	return c->window + c->n;
}

void
counting_filled(struct counting *c, size_t n)
{
	struct str got = str_make(c->window + c->n, n);
	const char *newline = n > 0 ? memrchr(got.p, '\n', n) : NULL;

	id_add(&c->id, got);
	c->n += n;
	if (newline != NULL)
		scan_lines(c, (size_t)(newline + 1 - c->window));
}

void
counting_add(struct counting *c, struct str bytes)
{
	while (bytes.n > 0) {
		size_t room;
		char *to = counting_space(c, &room);
		size_t n = bytes.n < room ? bytes.n : room;

		memcpy(to, bytes.p, n);
		counting_filled(c, n);
		bytes = str_skip(bytes, n);
	}
}

/* ---- the last line ---- */

/*
 * "@400000004914563a 3907 logging::logterse plugin: ` 192.0.2.1<TAB>...":
 * the fields, if it is the record that it has to be for us to wait for more.
 */
static bool
record_fields(struct str line, struct str *body)
{
	static const struct stamp_clock no_clock;
	struct stamp_clock clock = no_clock;
	struct stamp st;
	struct str text;
	size_t pid;

	if (!stamp_begins(line) || line.p[0] != '@' ||
	    !stamp_parse(line, &clock, &st))
		return false;
	text = str_skip(line, st.n);
	pid = qp_pid_span(text.p, text.p + text.n);
	return pid > 0 && qp_classify(text.p + pid, text.p + text.n, false,
	    body) == QP_RECORD;
}

/* Its sixth field, the disposition, is complete: it can be counted. */
static bool
has_disposition(struct str body)
{
	int tabs = 0;

	for (size_t i = 0; i < body.n && tabs < 6; i++)
		tabs += body.p[i] == '\t';
	return tabs == 6;
}

/* "#" makes what follows a comment: a line that is done with. */
static void
leave_nothing_open(struct counting *c)
{
	buf_reset(&c->open);
	buf_add_char(&c->open, '#');
}

/* All of the log was a part of one line: it is more of what was open. */
static void
go_on_with_open(struct counting *c, struct str before)
{
	if (before.n + c->n > STATE_MAX_OPEN || c->cut ||
	    str_eq(before, STR("#"))) {
		leave_nothing_open(c);
	} else {
		buf_add_str(&c->open, before);
		buf_add(&c->open, c->window, c->n);
	}
	c->n = 0;
}

/*
 * A line without an end.  If it is a record that cannot be counted yet, the
 * next log has the rest of it.
 */
static void
finish_open_line(struct counting *c)
{
	struct str line = str_make(c->window, c->n), body;
	bool record;

	memset(c->window + c->n, '\n', FORMAT_SLACK);
	record = record_fields(line, &body);
	if (record && !has_disposition(body) && !c->cut &&
	    line.n <= STATE_MAX_OPEN) {
		buf_add_str(&c->open, line);
	} else {
		c->window[c->n++] = '\n';
		scan_lines(c, c->n);
		leave_nothing_open(c);
	}
	c->n = 0;
}

/* Puts the scan of what was open before the log's own, which it becomes. */
static void
join_before(struct counting *c, struct str before)
{
	struct scan *first = new_scan(c, true);
	struct buf b = { 0 };

	if (before.n > 0) {
		buf_add_str(&b, before);
		buf_add_repeated(&b, '\n', FORMAT_SLACK);
		format_qpsmtpd.scan_block(first, str_make(b.p, before.n), 0);
	}
	format_qpsmtpd.scan_join(first, &c->scan, before.n > 0);
	c->scan = first;
	buf_clear(&b);
}

void
counting_finish(struct counting *c, struct str before)
{
	bool within = !c->any_line && c->n > 0 && before.n > 0 &&
	    !stamp_begins(str_make(c->window, c->n));

	if (within) {
		go_on_with_open(c, before);
		before = str_none();
	} else if (c->n > 0) {
		finish_open_line(c);
	}
	join_before(c, before);
	format_qpsmtpd.scan_finish(c->scan);
}
