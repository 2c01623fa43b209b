#include "trace/story.h"

#include <assert.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/when.h"
#include "trace/conversation.h"
#include "trace/queued.h"
#include "trace/story_read.h"

const char *
story_verdict_name(enum story_verdict v)
{
	static const char *const names[] = {
		[STORY_UNFINISHED] = "unfinished",
		[STORY_ACCEPTED] = "accepted",
		[STORY_REJECTED] = "rejected",
		[STORY_DEFERRED] = "deferred",
		[STORY_QUEUED] = "queued",
		[STORY_DELIVERED] = "delivered",
		[STORY_BOUNCED] = "bounced",
	};

	assert(v < STORY_VERDICTS);
	return names[v];
}

const char *
story_mark_name(enum story_mark m)
{
	static const char *const names[] = {
		[MARK_NONE] = "", [MARK_PASS] = "pass", [MARK_FAIL] = "fail",
		[MARK_SKIP] = "skip", [MARK_ERROR] = "error",
		[MARK_CONNECT] = "connect", [MARK_REJECTED] = "rejected",
		[MARK_DEFERRED] = "deferred", [MARK_QUEUED] = "queued",
		[MARK_CLOSED] = "closed", [MARK_DELIVERED] = "delivered",
		[MARK_FAILED] = "failed", [MARK_BOUNCED] = "bounced",
		[MARK_DONE] = "done",
	};

	return names[m];
}

/* A conversation taken apart. */
struct parts {
	const struct story_maker *m;
	const struct conversation *c;
	struct arena *arena;
	struct event *events; /* of all the lines, in their order */
	size_t n_events, cap_events;
	struct event unfinished; /* that the connection's end was not seen */
	bool is_unfinished;
	struct str pid;
	struct story_source *lines;
	/* The messages: where each begins; a further entry is where the last
	 * one ends. */
	size_t *starts, n_starts, cap_starts;
	size_t head; /* lines before the first */
};

static void
keep_event(void *ctx, const struct event *ev)
{
	struct parts *p = ctx;
	struct event copy = event_copy(p->arena, ev);

	copy.line = str_none();
	if (!ev->unfinished) {
		ARRAY_PUSH(p->events, p->n_events, p->cap_events) = copy;
		return;
	}
	/* Where a long connection is cut it does not end. */
	p->is_unfinished = !p->c->continued;
	copy.time_ns = p->c->last_ns;
	p->unfinished = copy;
}

/* The verdict comes from the same tracker that reports use. */
static void
scan_events(struct parts *p)
{
	struct scan_options o = { .wants = EVENT_ALL & ~(EVENT_BIT(EVENT_STATUS) |
		EVENT_BIT(EVENT_ALERT)), .start_ns = INT64_MIN,
		.end_ns = INT64_MAX, .first = true, .all_checks = true,
		.join = true, .stream = p->m->stream, .zone = p->m->zone };
	struct scan *s = p->m->format->scan_new(&o, keep_event, p);

	p->m->format->scan_block(s, p->c->text, 0);
	p->m->format->scan_finish(s);
	p->m->format->scan_free(&s);
}

static enum story_mark
mark_of(const struct event *ev)
{
	static const enum story_mark decided[] = {
		[VERDICT_NONE] = MARK_NONE, [VERDICT_ACCEPTED] = MARK_QUEUED,
		[VERDICT_REJECTED] = MARK_REJECTED,
		[VERDICT_DEFERRED] = MARK_DEFERRED,
	};
	static const enum story_mark tried[] = {
		[VERDICT_NONE] = MARK_NONE, [VERDICT_ACCEPTED] = MARK_DELIVERED,
		[VERDICT_REJECTED] = MARK_FAILED,
		[VERDICT_DEFERRED] = MARK_DEFERRED,
	};

	switch (ev->kind) {
	case EVENT_ACCEPTED:
		return MARK_CONNECT;
	case EVENT_TOO_MANY:
	case EVENT_REFUSED:
		return MARK_FAIL;
	case EVENT_TRANSACTION:
		return decided[ev->verdict];
	case EVENT_CLOSED:
		return MARK_CLOSED;
	case EVENT_CHECK:
		for (int m = MARK_PASS; m <= MARK_ERROR; m++)
			if (str_eq(ev->result,
			    str_from(story_mark_name((enum story_mark)m))))
				return (enum story_mark)m;
		return MARK_NONE;
	case EVENT_QUEUED:
		return MARK_QUEUED;
	case EVENT_DELIVERY:
		return tried[ev->verdict];
	case EVENT_DONE:
		return MARK_DONE;
	case EVENT_BOUNCE:
		return MARK_BOUNCED;
	case EVENT_STATUS: case EVENT_ALERT: case EVENT_KINDS:
		break;
	}
	return MARK_NONE;
}

/*
 * The text of a line, to be kept.  *masked: there were credentials in it, which
 * are taken out.
 */
static struct str
line_text(struct parts *p, const struct conversation_line *l, bool *masked)
{
	struct str line = str_make(p->c->text.p + l->at, l->n);
	struct buf without = { 0 };
	struct str text;

	*masked = p->m->format->mask(line, &without);
	if (*masked)
		line = buf_str(&without);
	text = str_skip(line, l->text_at < line.n ? l->text_at : line.n);
	text = arena_str(p->arena, text);
	buf_clear(&without);
	return text;
}

/* An event of such a line: credentials may stand in any text of a client's. */
static void
mask_event(struct parts *p, struct event *ev)
{
	struct str *texts[] = { &ev->host, &ev->helo, &ev->sender,
		&ev->recipients, &ev->text, &ev->trailer };
	struct buf without = { 0 };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		buf_reset(&without);
		if (texts[i]->n > 0 && p->m->format->mask(*texts[i], &without))
			*texts[i] = arena_str(p->arena, buf_str(&without));
	}
	buf_clear(&without);
}

/* Who wrote a line: nearly always the process of the connection. */
static struct str
line_writer(struct parts *p, const struct conversation_line *l)
{
	struct str writer = str_make(p->c->text.p + l->at + l->writer_at,
	    l->writer_n);

	return writer.n == 0 || str_eq(writer, p->pid)
	    ? p->pid : arena_str(p->arena, writer);
}

/* Lines with their events; those stand in the order of lines. */
static void
read_lines(struct parts *p)
{
	const struct conversation *c = p->c;
	size_t e = 0;

	p->pid = arena_str(p->arena, c->pid);
	p->lines = mem_zalloc((c->n + 1) * sizeof(*p->lines));
	for (size_t i = 0; i < c->n; i++) {
		struct story_source *l = &p->lines[i];
		bool masked;

		l->line = (struct story_line){ .time_ns = c->lines[i].time_ns,
			.pid = line_writer(p, &c->lines[i]),
			.text = line_text(p, &c->lines[i], &masked) };
		p->m->format->dialogue(l->line.text, &l->said);
		l->events = e < p->n_events ? &p->events[e] : NULL;
		for (; e < p->n_events && p->events[e].offset <=
		    c->lines[i].at; e++) {
			struct event *ev = &p->events[e];

			ev->offset = c->lines[i].offset;
			/* Which year it is the whole log tells, not its line. */
			ev->time_ns = c->lines[i].time_ns;
			if (masked)
				mask_event(p, ev);
			l->line.mark = mark_of(ev);
			l->n_events++;
		}
	}
}

static void
add_start(struct parts *p, size_t at)
{
	ARRAY_PUSH(p->starts, p->n_starts, p->cap_starts) = at;
}

static const struct event *
record_of(const struct story_source *l)
{
	for (size_t i = 0; i < l->n_events; i++)
		if (l->events[i].kind == EVENT_TRANSACTION)
			return &l->events[i];
	return NULL;
}

/* Does the line tell of a message, whose MAIL command was not seen? */
static bool
of_a_message(const struct story_source *l)
{
	const struct event *record = record_of(l);

	return l->said.kind == DIALOGUE_RCPT || l->said.kind == DIALOGUE_DATA ||
	    (record && record->sender.p != NULL);
}

static void
starts_by_commands(struct parts *p)
{
	bool begun = p->c->begun && p->c->repeated == 0;

	for (size_t i = p->c->repeated; i < p->c->n; i++) {
		if (p->lines[i].said.kind == DIALOGUE_MAIL)
			add_start(p, i);
		else if (p->n_starts == 0 && !begun && of_a_message(&p->lines[i]))
			add_start(p, p->c->repeated);
	}
}

/* Without commands: a message ends with its being queued, or with another
 * sender's record. */
static void
starts_by_records(struct parts *p)
{
	const struct event *before = NULL;
	size_t end = p->c->begun ? 1 : 0;

	if (end < p->c->repeated)
		end = p->c->repeated;
	for (size_t i = end; i < p->c->n; i++) {
		const struct event *record = record_of(&p->lines[i]);

		if (record == NULL || record->sender.p == NULL)
			continue;
		if (before == NULL || before->verdict == VERDICT_ACCEPTED ||
		    !str_eq(before->sender, record->sender))
			add_start(p, end);
		before = record;
		end = i + 1;
	}
}

static void
find_messages(struct parts *p)
{
	size_t end = p->c->n;

	starts_by_commands(p);
	if (p->n_starts == 0)
		starts_by_records(p);
	p->head = p->n_starts ? p->starts[0] : 0;
	/* What a further part repeats may hold the first messages of all. */
	for (size_t i = 0; i < p->head; i++)
		if (p->lines[i].said.kind == DIALOGUE_MAIL ||
		    of_a_message(&p->lines[i]))
			p->head = i;
	if (p->n_starts == 0)
		add_start(p, 0);
	for (size_t i = p->starts[p->n_starts - 1]; i < p->c->n; i++)
		if (p->lines[i].said.kind == DIALOGUE_QUIT ||
		    p->lines[i].line.mark == MARK_CLOSED) {
			end = i;
			break;
		}
	/* A connection without a message is all one. */
	add_start(p, p->head == 0 && p->starts[0] == 0 ? p->c->n : end);
}

static void
tell(struct parts *p, size_t k, struct story *s)
{
	const struct conversation *c = p->c;
	size_t n = p->n_starts - 1, tail = p->starts[n];
	struct story_reading r;

	story_read_begin(&r, s, p->arena);
	s->stream = p->m->stream;
	s->pid = p->pid;
	s->number = k + 1;
	s->of = n;
	s->open = !c->ended && !c->continued;
	for (size_t i = 0; i < p->head; i++)
		story_read_line(&r, &p->lines[i], false);
	for (size_t i = p->starts[k]; i < p->starts[k + 1]; i++)
		story_read_line(&r, &p->lines[i], true);
	for (size_t i = tail; i < c->n; i++)
		story_read_line(&r, &p->lines[i], false);
	if (p->is_unfinished)
		story_read_unfinished(&r, &p->unfinished);
	story_read_end(&r);
}

/* Lines of a process that serves no client: the daemon's own. */
static bool
is_nothing(const struct story *s)
{
	return s->n_events == 0 && s->stage == STAGE_BEFORE;
}

static void
tell_queued(struct parts *p, struct story *s)
{
	struct story_reading r;

	story_read_begin(&r, s, p->arena);
	s->stream = p->m->stream;
	s->number = s->of = 1;
	queued_read(&r, p->c, p->lines,
	    p->is_unfinished ? &p->unfinished : NULL);
	story_read_end(&r);
	queued_tell(s, p->arena);
}

static void
parts_clear(struct parts *p)
{
	free(p->events);
	free(p->lines);
	free(p->starts);
}

struct story *
stories_of(const struct story_maker *m, const struct conversation *c,
    struct arena *a, size_t *n)
{
	struct parts p = { .m = m, .c = c, .arena = a };
	struct story *stories;
	size_t told = 0;

	scan_events(&p);
	read_lines(&p);
	if (m->format->of_queue) {
		stories = arena_alloc(a, sizeof(*stories));
		tell_queued(&p, stories);
		parts_clear(&p);
		*n = 1;
		return stories;
	}
	find_messages(&p);
	stories = arena_alloc(a, p.n_starts * sizeof(*stories));
	for (size_t k = 0; k + 1 < p.n_starts; k++) {
		tell(&p, k, &stories[told]);
		/* A message that is cut here is told whole in the next part. */
		if (is_nothing(&stories[told]) || (c->continued &&
		    k + 2 == p.n_starts &&
		    stories[told].verdict == STORY_UNFINISHED))
			continue;
		told++;
	}
	parts_clear(&p);
	*n = told;
	return stories;
}

/* "<a@b>,<c@d>" of all who were named. */
static struct str
recipient_list(const struct story *s, struct buf *b)
{
	buf_reset(b);
	for (size_t i = 0; i < s->n_recipients; i++) {
		buf_add_str(b, b->n ? STR(",<") : STR("<"));
		buf_add_str(b, s->recipients[i]);
		buf_add_char(b, '>');
	}
	for (size_t i = 0; i < s->n_refused; i++) {
		buf_add_str(b, b->n ? STR(",<") : STR("<"));
		buf_add_str(b, s->refused[i].recipient);
		buf_add_char(b, '>');
	}
	return b->n ? buf_str(b) : str_none();
}

void
story_event(const struct story *s, struct buf *scratch, struct event *ev)
{
	static const enum verdict verdicts[STORY_VERDICTS] = {
		[STORY_ACCEPTED] = VERDICT_ACCEPTED,
		[STORY_QUEUED] = VERDICT_ACCEPTED,
		[STORY_DELIVERED] = VERDICT_ACCEPTED,
		[STORY_BOUNCED] = VERDICT_ACCEPTED,
		[STORY_UNFINISHED] = VERDICT_NONE,
		[STORY_REJECTED] = VERDICT_REJECTED,
		[STORY_DEFERRED] = VERDICT_DEFERRED,
	};

	event_init(ev, EVENT_TRANSACTION, s->time_ns);
	ev->verdict = verdicts[s->verdict];
	/* Of the queue alone: as its attempts are told. */
	if (s->of_queue && s->verdict == STORY_BOUNCED)
		ev->verdict = VERDICT_REJECTED;
	else if (s->of_queue && s->verdict == STORY_QUEUED)
		ev->verdict = VERDICT_DEFERRED;
	ev->stream = s->stream;
	ev->pid = s->pid;
	ev->client = s->client.n ? s->client : str_none();
	ev->host = s->host.n ? s->host : str_none();
	ev->helo = s->helo.n ? s->helo : str_none();
	ev->country = s->country.n ? s->country : str_none();
	/* A filter's null sender is "<>". */
	ev->sender = s->sender.p && s->sender.n == 0 ? STR("<>") : s->sender;
	ev->recipients = recipient_list(s, scratch);
	ev->disposition = ev->verdict == VERDICT_ACCEPTED ? STR("queued")
	    : s->by.n ? s->by : str_none();
	ev->text = s->reason.n ? s->reason : str_none();
	ev->score_milli = s->score_milli;
	ev->required_milli = s->required_milli;
}
