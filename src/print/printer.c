#include "print/printer.h"

#include <assert.h>

#include "base/out.h"
#include "base/utf8.h"
#include "print/json_event.h"
#include "print/queue_line.h"

/* Process ids have at most seven digits, IPv4 addresses 15; longer ones push
 * the rest of their line to the right. */
#define PID_COLUMNS 7
#define CLIENT_COLUMNS 15

void
printer_init(struct printer *p, const struct printer_options *o,
    struct out *out)
{
	*p = (struct printer){ .o = *o, .out = out };
}

void
printer_clear(struct printer *p)
{
	buf_clear(&p->raw);
	buf_clear(&p->text);
}

/* Parameters of SGR (ECMA-48, 8.3.117), or NULL. */
static const char *
color_of(const struct event *ev)
{
	static const char *const by_verdict[] = {
		[VERDICT_NONE] = NULL, [VERDICT_ACCEPTED] = "32",
		[VERDICT_REJECTED] = "31", [VERDICT_DEFERRED] = "33",
	};

	if (ev->kind == EVENT_TOO_MANY)
		return "1;31";
	if (ev->kind == EVENT_ACCEPTED || ev->kind == EVENT_CLOSED)
		return "2";
	assert(ev->verdict <= VERDICT_DEFERRED);
	return by_verdict[ev->verdict];
}

static void
escape(struct printer *p, struct str raw)
{
	if (p->o.utf8)
		utf8_escape(&p->text, raw);
	else
		utf8_escape_ascii(&p->text, raw);
}

/* Escaped, and padded to a column with a blank behind it. */
static void
add_column(struct printer *p, struct str raw, size_t columns)
{
	size_t before = p->text.n, width;

	escape(p, raw);
	width = utf8_width(str_make(p->text.p + before, p->text.n - before));
	buf_add_repeated(&p->text, ' ', (width < columns ? columns - width : 0) + 1);
}

static void
compose_aligned(struct printer *p, const struct event *ev)
{
	event_line_time(&p->raw, ev, &p->o.style);
	if (p->raw.n > 0)
		add_column(p, buf_str(&p->raw), 0);
	if (!queue_line_is_for(ev)) {
		add_column(p, event_line_pid(ev), PID_COLUMNS);
		add_column(p, event_line_client(ev), CLIENT_COLUMNS);
	}
	buf_reset(&p->raw);
	event_line_rest(&p->raw, ev, p->o.style.long_form);
	escape(p, buf_str(&p->raw));
}

/* Cuts the line to the terminal and puts the colour around it. */
static void
finish_line(struct printer *p, const char *color)
{
	struct str line = buf_str(&p->text);

	if (p->o.columns > 0)
		line = utf8_fit(line, p->o.columns);
	p->text.n = line.n;
	if (color == NULL) {
		buf_add_char(&p->text, '\n');
		return;
	}
	buf_reset(&p->raw);
	buf_printf(&p->raw, "\033[%sm", color);
	buf_add_str(&p->raw, line);
	buf_add_str(&p->raw, STR("\033[0m\n"));
	buf_reset(&p->text);
	buf_add_str(&p->text, buf_str(&p->raw));
}

struct str
printer_compose(struct printer *p, const struct event *ev)
{
	buf_reset(&p->raw);
	buf_reset(&p->text);
	if (p->o.jsonl) {
		event_json(&p->text, ev);
		buf_add_char(&p->text, '\n');
		return buf_str(&p->text);
	}
	if (p->o.aligned) {
		compose_aligned(p, ev);
	} else {
		event_line(&p->raw, ev, &p->o.style);
		escape(p, buf_str(&p->raw));
	}
	finish_line(p, p->o.color ? color_of(ev) : NULL);
	return buf_str(&p->text);
}

void
printer_event(struct printer *p, const struct event *ev)
{
	out_str(p->out, printer_compose(p, ev));
}

static void
escape_fields(struct printer *p, struct str line)
{
	struct str field;
	bool first = true;

	while (str_cut(&line, '\t', &field)) {
		if (!first)
			buf_add_char(&p->text, '\t');
		first = false;
		escape(p, field);
	}
}

struct str
printer_compose_raw(struct printer *p, struct str raw)
{
	struct str line;

	buf_reset(&p->text);
	while (str_cut(&raw, '\n', &line)) {
		if (line.n == 0 && raw.p == NULL)
			break; /* behind the last newline */
		escape_fields(p, line);
		buf_add_char(&p->text, '\n');
	}
	return buf_str(&p->text);
}
