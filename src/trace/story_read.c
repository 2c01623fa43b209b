#include "trace/story_read.h"

#include <stdlib.h>

#include "event/address.h"

void
story_read_begin(struct story_reading *r, struct story *s, struct arena *a)
{
	*r = (struct story_reading){ .arena = a, .story = s,
		.asked = DIALOGUE_NONE };
	*s = (struct story){
		.verdict = STORY_UNFINISHED, .stage = STAGE_BEFORE,
		.time_ns = WHEN_NONE, .begun_ns = WHEN_NONE,
		.score_milli = EVENT_NO_NUMBER,
		.required_milli = EVENT_NO_NUMBER,
		.duration_ns = EVENT_NO_NUMBER,
	};
}

/* What is known once stays known: later lines only add to it. */
static void
learn(struct str *fact, struct str value)
{
	if (fact->n == 0 && value.n > 0)
		*fact = value;
}

/* An address without <>; the null sender is known, and empty. */
static struct str
bare(struct str address)
{
	return str_eq(address, STR("<>")) ? STR("") : address_bare(address);
}

static void
reach(struct story *s, enum story_stage stage)
{
	if (s->stage < stage)
		s->stage = stage;
}

static void
add_event(struct story_reading *r, const struct event *ev)
{
	ARRAY_PUSH(r->story->events, r->story->n_events, r->cap_events) = *ev;
}

static void
decide(struct story *s, enum story_verdict verdict, struct str by,
    struct str code, struct str reason, int64_t time_ns)
{
	s->verdict = verdict;
	s->by = by;
	s->code = code;
	s->reason = reason;
	s->time_ns = time_ns;
}

/* Some step was refused, but the client got further. */
static void
undecide(struct story *s)
{
	decide(s, STORY_UNFINISHED, str_none(), str_none(), str_none(),
	    WHEN_NONE);
}

static void
list_recipients(struct story_reading *r, struct str list)
{
	struct str one;

	r->n_accepted = 0;
	r->listed = true;
	while (address_next(&list, &one))
		ARRAY_PUSH(r->accepted, r->n_accepted, r->cap_accepted) =
		    bare(one);
}

/*
 * The stage of a denial where the log has no dialogue: what the client had said
 * is in the record.  The recipient that is being refused is not in its list.
 */
static enum story_stage
stage_of(const struct event *ev)
{
	if (ev->recipients.n > 0)
		return address_denied(ev->disposition, ev->text).n > 0
		    ? STAGE_RCPT : STAGE_DATA;
	if (ev->sender.n > 0)
		return STAGE_RCPT;
	if (ev->helo.n > 0)
		return STAGE_HELO;
	return ev->client.n > 0 ? STAGE_CONNECT : STAGE_BEFORE;
}

static void
take_denial(struct story_reading *r, const struct event *ev)
{
	struct story *s = r->story;
	struct str recipient;

	r->denied_by = ev->disposition;
	r->denied_why = ev->text;
	decide(s, ev->verdict == VERDICT_DEFERRED ? STORY_DEFERRED
	    : STORY_REJECTED, ev->disposition, ev->code, ev->text, ev->time_ns);
	if (r->asked != DIALOGUE_NONE)
		return;
	/* Without the dialogue the text is all that names the recipient. */
	reach(s, stage_of(ev));
	recipient = address_denied(ev->disposition, ev->text);
	if (recipient.n > 0)
		ARRAY_PUSH(s->refused, s->n_refused, r->cap_refused) =
		    (struct story_refused){ bare(recipient), ev->disposition,
			ev->text };
}

static void
take_record(struct story_reading *r, const struct event *ev, bool about)
{
	struct story *s = r->story;

	/* The message has its verdict: what is denied now is another thing. */
	if (!about || r->done ||
	    (s->verdict == STORY_ACCEPTED && ev->sender.p == NULL))
		return;
	r->recorded = true;
	if (ev->sender.p)
		s->sender = bare(ev->sender);
	if (ev->recipients.n > 0)
		list_recipients(r, ev->recipients);
	if (ev->score_milli != EVENT_NO_NUMBER) {
		s->score_milli = ev->score_milli;
		s->required_milli = ev->required_milli;
	}
	if (ev->verdict != VERDICT_ACCEPTED) {
		take_denial(r, ev);
		return;
	}
	reach(s, STAGE_DATA);
	learn(&s->message_id, ev->text);
	decide(s, STORY_ACCEPTED, str_none(), str_none(), str_none(),
	    ev->time_ns);
}

static void
take_event(struct story_reading *r, const struct event *ev, bool about)
{
	struct story *s = r->story;

	learn(&s->client, ev->client);
	learn(&s->host, ev->host);
	learn(&s->helo, ev->helo);
	learn(&s->country, ev->country);
	s->authenticated |= ev->authenticated;
	add_event(r, ev);
	switch (ev->kind) {
	case EVENT_ACCEPTED:
		reach(s, STAGE_CONNECT);
		break;
	case EVENT_TRANSACTION:
		take_record(r, ev, about);
		break;
	case EVENT_CLOSED:
		if (ev->duration_ns != EVENT_NO_NUMBER)
			s->duration_ns = ev->duration_ns;
		break;
	case EVENT_REFUSED:
		if (s->verdict == STORY_UNFINISHED)
			decide(s, STORY_REJECTED, str_none(), str_none(),
			    ev->text, ev->time_ns);
		break;
	case EVENT_TOO_MANY: case EVENT_CHECK: case EVENT_QUEUED:
	case EVENT_DELIVERY: case EVENT_DONE: case EVENT_BOUNCE:
	case EVENT_STATUS: case EVENT_ALERT: case EVENT_KINDS:
		break;
	}
}

/* The server has said that the message is in the queue. */
static void
queued(struct story_reading *r, const struct dialogue *d, int64_t time_ns)
{
	struct story *s = r->story;
	struct event ev;

	if (d->queue_id.n > 0)
		s->queue_id = d->queue_id;
	if (!r->recorded)
		decide(s, STORY_ACCEPTED, str_none(), str_none(), str_none(),
		    time_ns);
	event_init(&ev, EVENT_QUEUED, time_ns);
	ev.stream = s->stream;
	ev.pid = s->pid;
	ev.client = s->client;
	ev.queue_id = s->queue_id;
	add_event(r, &ev);
}

/* No, and no plugin told of it, or it had told of the opposite. */
static void
refused(struct story_reading *r, const struct dialogue *d, struct str code,
    int64_t time_ns)
{
	if (d->client_gone)
		return;
	decide(r->story, d->code < 500 ? STORY_DEFERRED : STORY_REJECTED,
	    str_none(), code, d->argument, time_ns);
}

static void
answer_to_rcpt(struct story_reading *r, const struct dialogue *d)
{
	struct story *s = r->story;

	ARRAY_PUSH(r->tried, r->n_tried, r->cap_tried) = r->recipient;
	if (d->code >= 400)
		ARRAY_PUSH(s->refused, s->n_refused, r->cap_refused) =
		    (struct story_refused){ r->recipient, r->denied_by,
			r->recorded ? r->denied_why : d->argument };
	else if (!r->listed)
		ARRAY_PUSH(r->accepted, r->n_accepted, r->cap_accepted) =
		    r->recipient;
}

static void
take_reply(struct story_reading *r, const struct dialogue *d, struct str code,
    int64_t time_ns, bool about)
{
	struct story *s = r->story;
	bool denied = r->recorded && s->verdict != STORY_ACCEPTED;

	if (r->in_data) {
		r->in_data = false;
		r->done = true;
		if (d->code < 300)
			queued(r, d, time_ns);
		else if (!denied)
			refused(r, d, code, time_ns);
		return;
	}
	if (r->asked == DIALOGUE_RCPT)
		answer_to_rcpt(r, d);
	if (r->asked == DIALOGUE_DATA && d->code == 354) {
		/* What a plugin says from now on is about the message. */
		r->in_data = true;
		r->recorded = false;
		undecide(s);
	} else if (r->asked == DIALOGUE_AUTH && d->code < 300) {
		/* A wrong password before does not matter any more. */
		undecide(s);
	} else if (d->code >= 400 && !denied && about &&
	    (r->asked == DIALOGUE_MAIL || r->asked == DIALOGUE_RCPT ||
	    r->asked == DIALOGUE_DATA || r->asked == DIALOGUE_AUTH)) {
		refused(r, d, code, time_ns);
	}
	r->in_auth = r->asked == DIALOGUE_AUTH && d->code == 334;
}

static void
take_command(struct story_reading *r, const struct dialogue *d)
{
	static const enum story_stage stages[] = {
		[DIALOGUE_HELO] = STAGE_HELO, [DIALOGUE_MAIL] = STAGE_MAIL,
		[DIALOGUE_RCPT] = STAGE_RCPT, [DIALOGUE_DATA] = STAGE_DATA,
		[DIALOGUE_REPLY] = STAGE_BEFORE,
	};
	struct story *s = r->story;

	r->asked = d->kind;
	r->recorded = false;
	r->denied_by = r->denied_why = str_none();
	reach(s, stages[d->kind]);
	/* The command tells it better than a record, where TABs are "_". */
	if (d->kind == DIALOGUE_HELO)
		s->helo = d->argument;
	else if (d->kind == DIALOGUE_MAIL)
		s->sender = bare(d->argument);
	else if (d->kind == DIALOGUE_RCPT)
		r->recipient = bare(d->argument);
}

static void
take_dialogue(struct story_reading *r, const struct story_source *l, bool about)
{
	const struct dialogue *d = &l->said;

	if (d->kind == DIALOGUE_NONE)
		return;
	if (d->kind == DIALOGUE_QUEUING) {
		r->story->queue_id = about ? l->line.pid : str_none();
		return;
	}
	if (d->kind != DIALOGUE_REPLY) {
		if (!r->in_data && !r->in_auth)
			take_command(r, d);
		return;
	}
	if (!r->in_reply && !r->done)
		take_reply(r, d, str_head(l->line.text, 3), l->line.time_ns,
		    about);
	r->in_reply = d->more;
	if (!d->more && !r->in_data && !r->in_auth)
		r->asked = DIALOGUE_COMMAND;
}

void
story_read_line(struct story_reading *r, const struct story_source *l,
    bool about)
{
	struct story *s = r->story;

	ARRAY_PUSH(s->lines, s->n_lines, r->cap_lines) = l->line;
	if (s->begun_ns == WHEN_NONE)
		s->begun_ns = l->line.time_ns;
	for (size_t i = 0; i < l->n_events; i++)
		take_event(r, &l->events[i], about);
	take_dialogue(r, l, about);
}

void
story_read_queued(struct story_reading *r, const struct story_source *l)
{
	struct story *s = r->story;

	ARRAY_PUSH(s->lines, s->n_lines, r->cap_lines) = l->line;
	if (s->begun_ns == WHEN_NONE)
		s->begun_ns = l->line.time_ns;
	for (size_t i = 0; i < l->n_events; i++)
		add_event(r, &l->events[i]);
}

void
story_read_unfinished(struct story_reading *r, const struct event *ev)
{
	take_event(r, ev, false);
}

/* Arrays that grew go to the arena, as everything of a story. */
static void *
settle(struct arena *a, void *p, size_t n, size_t size)
{
	void *copy = NULL;

	if (n > 0) {
		copy = arena_alloc(a, n * size);
		memcpy(copy, p, n * size);
	}
	free(p);
	return copy;
}

void
story_read_end(struct story_reading *r)
{
	struct story *s = r->story;

	if (s->verdict != STORY_ACCEPTED && r->n_tried > 0) {
		s->recipients = r->tried;
		s->n_recipients = r->n_tried;
		s->n_refused = 0;
		free(r->accepted);
	} else {
		/* Nobody has it: those refused are as good as the others. */
		for (; s->verdict != STORY_ACCEPTED && s->n_refused > 0;
		    s->n_refused--)
			ARRAY_PUSH(r->accepted, r->n_accepted,
			    r->cap_accepted) =
			    s->refused[s->n_refused - 1].recipient;
		s->recipients = r->accepted;
		s->n_recipients = r->n_accepted;
		free(r->tried);
	}
	s->recipients = settle(r->arena, s->recipients, s->n_recipients,
	    sizeof(*s->recipients));
	s->refused = settle(r->arena, s->refused, s->n_refused,
	    sizeof(*s->refused));
	s->lines = settle(r->arena, s->lines, s->n_lines, sizeof(*s->lines));
	s->events = settle(r->arena, s->events, s->n_events,
	    sizeof(*s->events));
	if (s->time_ns == WHEN_NONE && s->n_lines > 0)
		s->time_ns = s->lines[s->n_lines - 1].time_ns;
}
