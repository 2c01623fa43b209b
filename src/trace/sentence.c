#include "trace/sentence.h"

#include <assert.h>

#include "base/buf.h"
#include "base/when.h"
#include "trace/fate.h"
#include "trace/queued.h"
#include "trace/story.h"

struct telling {
	struct buf *b;
	const struct story *s;
	const struct zone *zone;
};

static bool
add_address(struct buf *b, struct str address)
{
	fate_add_cut(b, address, FATE_ADDRESS_BYTES);
	return address.n > 0;
}

/* "1 other", "2 others" */
static void
add_others(struct buf *b, size_t n)
{
	buf_printf(b, " and %zu other%s", n, n == 1 ? "" : "s");
}

/* ---- the fields: each adds its text, or is unknown and adds what does not
 * matter ---- */

/* "host.example.net (192.0.2.1)"; qpsmtpd's "Unknown" is no name. */
static bool
field_client(const struct telling *t)
{
	struct str host = t->s->host, client = t->s->client;

	if (str_eq(host, STR("Unknown")) || str_eq(host, STR("[noip!]")))
		host.n = 0;
	if (host.n == 0)
		return add_address(t->b, client);
	add_address(t->b, host);
	if (client.n > 0) {
		buf_add_str(t->b, STR(" ("));
		add_address(t->b, client);
		buf_add_char(t->b, ')');
	}
	return true;
}

/* Says nothing by itself: a condition. */
static bool
field_login(const struct telling *t)
{
	return t->s->authenticated;
}

/* Another: plugins were asked, and none was against it. */
static bool
field_passed(const struct telling *t)
{
	bool passed = false;

	for (size_t i = 0; i < t->s->n_lines; i++) {
		if (t->s->lines[i].mark == MARK_FAIL)
			return false;
		passed |= t->s->lines[i].mark == MARK_PASS;
	}
	return passed && t->s->n_refused == 0;
}

static bool
field_message_id(const struct telling *t)
{
	/* qpsmtpd's record of a message without one says "<>". */
	return !str_eq(t->s->message_id, STR("<>")) &&
	    add_address(t->b, t->s->message_id);
}

static bool
field_sender(const struct telling *t)
{
	if (t->s->sender.p && t->s->sender.n == 0) {
		buf_add_str(t->b, STR("the null sender <>"));
		return true;
	}
	return add_address(t->b, t->s->sender);
}

static bool
field_recipients(const struct telling *t)
{
	size_t n = t->s->n_recipients, named = n <= FATE_NAMED ? n : FATE_NAMED - 1;

	for (size_t i = 0; i < named; i++) {
		if (i > 0)
			buf_add_str(t->b, i + 1 == n ? STR(" and ") : STR(", "));
		add_address(t->b, t->s->recipients[i]);
	}
	if (n > named)
		add_others(t->b, n - named);
	return n > 0;
}

static bool
field_time(const struct telling *t)
{
	if (t->s->time_ns == WHEN_NONE)
		return false;
	when_format(t->b, t->s->time_ns, WHEN_LOCAL, t->zone);
	return true;
}

static bool
field_by(const struct telling *t)
{
	return add_address(t->b, t->s->by);
}

static bool
field_code(const struct telling *t)
{
	return add_address(t->b, t->s->code);
}

static bool
field_reason(const struct telling *t)
{
	struct str reason = str_trim(t->s->reason);

	fate_add_cut(t->b, reason, FATE_REASON_BYTES);
	return reason.n > 0;
}

static bool
add_score(struct buf *b, int64_t milli)
{
	if (milli == EVENT_NO_NUMBER)
		return false;
	buf_printf(b, "%.*f", milli % 100 ? 2 : 1, (double)milli / 1000);
	return true;
}

static bool
field_score(const struct telling *t)
{
	return add_score(t->b, t->s->score_milli);
}

static bool
field_required(const struct telling *t)
{
	return add_score(t->b, t->s->required_milli);
}

static bool
field_duration(const struct telling *t)
{
	if (t->s->duration_ns == EVENT_NO_NUMBER)
		return false;
	when_format_duration(t->b, t->s->duration_ns);
	return true;
}

/* "c@d (badrcptto: no such user) and 2 others" */
static bool
field_refused(const struct telling *t)
{
	const struct story_refused *first = t->s->refused;

	if (t->s->n_refused == 0)
		return false;
	add_address(t->b, first->recipient);
	buf_add_str(t->b, STR(" ("));
	add_address(t->b, first->by);
	if (first->by.n > 0 && first->reason.n > 0)
		buf_add_str(t->b, STR(": "));
	fate_add_cut(t->b, first->reason, FATE_REASON_BYTES);
	buf_add_char(t->b, ')');
	if (t->s->n_refused > 1)
		add_others(t->b, t->s->n_refused - 1);
	return true;
}

static bool
field_queue_id(const struct telling *t)
{
	return add_address(t->b, t->s->queue_id);
}

static bool
field_stage(const struct telling *t)
{
	static const char *const stages[] = {
		[STAGE_BEFORE] = "before a word was said",
		[STAGE_CONNECT] = "when it connected",
		[STAGE_HELO] = "after it gave its name",
		[STAGE_MAIL] = "when it named the sender",
		[STAGE_RCPT] = "when it named the recipient",
		[STAGE_DATA] = "when it handed over the message",
	};

	/* Several recipients: which of them is in the reason, if anywhere. */
	if (t->s->stage == STAGE_RCPT && t->s->n_recipients > 1)
		buf_add_str(t->b, STR("when it named a recipient"));
	else
		buf_add_str(t->b, str_from(stages[t->s->stage]));
	return true;
}

static bool
field_fate(const struct telling *t)
{
	if (t->s->n_queue > 0)
		fate_add(t->b, t->s, t->zone);
	return t->s->n_queue > 0;
}

/* A condition: the queue's log was read, and does not know it. */
static bool
field_lost(const struct telling *t)
{
	return t->s->queue_was_read && t->s->n_queue == 0;
}

/* What a message of the queue is; and when, how large and whose. */
static bool
field_origin(const struct telling *t)
{
	if (t->s->sender.p == NULL || t->s->queue[0]->queued_ns == WHEN_NONE)
		return false;
	buf_add_str(t->b, t->s->sender.n == 0 ? STR("A bounce") :
	    str_eq(t->s->sender, STR("#@[]")) ? STR("A double bounce") :
	    STR("A message"));
	return true;
}

static bool
field_entered(const struct telling *t)
{
	return t->s->queue[0]->queued_ns != WHEN_NONE && field_time(t);
}

static bool
field_bytes(const struct telling *t)
{
	int64_t bytes = t->s->queue[0]->bytes;

	if (bytes == EVENT_NO_NUMBER)
		return false;
	buf_printf(t->b, "%lld", (long long)bytes);
	return true;
}

static bool
field_number(const struct telling *t)
{
	return add_address(t->b, t->s->queue[0]->number);
}

static bool
field_uid(const struct telling *t)
{
	return add_address(t->b, t->s->queue[0]->uid);
}

static const struct {
	const char *name;
	bool (*add)(const struct telling *t); /* false: not known */
} fields[] = {
	{ "client", field_client }, { "login", field_login },
	{ "passed", field_passed },
	{ "message_id", field_message_id }, { "sender", field_sender },
	{ "recipients", field_recipients }, { "time", field_time },
	{ "by", field_by }, { "code", field_code }, { "reason", field_reason },
	{ "score", field_score }, { "required", field_required },
	{ "duration", field_duration }, { "refused", field_refused },
	{ "queue_id", field_queue_id }, { "stage", field_stage },
	{ "fate", field_fate }, { "lost", field_lost },
	{ "origin", field_origin }, { "entered", field_entered },
	{ "bytes", field_bytes },
	{ "number", field_number }, { "uid", field_uid },
};
#define FIELDS (sizeof(fields) / sizeof(fields[0]))

/*
 * The patterns.  {field} is put in; [a|b] is the first alternative of which
 * all fields are known, or nothing.
 */
#define WHO "[{client}|An unknown client][{login}, logged in,]"
#define LETTER " from {sender}][ to {recipients}][ at {time}]"
#define MESSAGE "a message[" LETTER
#define CONNECTED " connected[ at {time}]"
#define WHY "[ ({code})][: \"{reason}\"][, with a spam score of {score}]"
#define TOOK "[; the connection took {duration}]"
#define ACCEPTED WHO " sent [the message {message_id}|a message][" LETTER \
	";[ no plugin objected{passed}, so] the server accepted it" \
	"[ with a spam score of {score} (limit {required})" \
	"| with a spam score of {score}][, but not for {refused},]"
#define HANDED ACCEPTED " and handed it to" QUEUE TOOK
#define QUEUE " the queue[ as process {queue_id} of qmail-queue]"

/* Did the client name a sender; is the connection's end missing? */
enum need { EITHER, NO, YES };

static const struct pattern {
	enum story_verdict verdict;
	enum need letter, open;
	const char *text;
} patterns[] = {
	{ STORY_ACCEPTED, EITHER, EITHER, HANDED
	    "[; {fate}|; the log of the queue{lost} does not know it|; what "
	    "became of it since is in the queue's log]" },
	{ STORY_QUEUED, EITHER, EITHER, HANDED "[; {fate}]" },
	{ STORY_DELIVERED, EITHER, EITHER, HANDED "[; {fate}]" },
	{ STORY_BOUNCED, EITHER, EITHER, HANDED "[; {fate}]" },
	{ STORY_REJECTED, YES, EITHER, WHO " tried to send " MESSAGE
	    "; [the plugin {by}|the server] refused it for good {stage}" WHY
	    TOOK "; nothing of it is here, and the sending side knows" },
	{ STORY_REJECTED, NO, EITHER, WHO CONNECTED
	    " and [the plugin {by}|the server] refused it for good {stage}" WHY
	    TOOK "; no message was named, and none was taken" },
	{ STORY_DEFERRED, YES, EITHER, WHO " tried to send " MESSAGE
	    "; [the plugin {by}|the server] refused it for now {stage}" WHY
	    TOOK "; the message is still with the sending side, which may try "
	    "again" },
	{ STORY_DEFERRED, NO, EITHER, WHO CONNECTED
	    " and [the plugin {by}|the server] refused it for now {stage}" WHY
	    TOOK "; no message was named, and the client may try again" },
	{ STORY_UNFINISHED, YES, NO, WHO " began to send " MESSAGE
	    " but left before it was complete; nothing was decided" TOOK
	    "; no message was taken" },
	{ STORY_UNFINISHED, YES, YES, WHO " began to send " MESSAGE
	    "; the log does not show how it went on, and nothing was decided "
	    "yet" },
	{ STORY_UNFINISHED, NO, NO, WHO CONNECTED
	    " and left without naming a message; nothing was decided" TOOK },
	{ STORY_UNFINISHED, NO, YES, WHO CONNECTED
	    "; the log does not show how it went on, and no message was named "
	    "yet" },
};
#define PATTERNS (sizeof(patterns) / sizeof(patterns[0]))

/* Of a message that only the log of the queue knows. */
static const char of_queue[] =
    "[{origin}|A message that was queued before the log begins]"
    "[ of {bytes} bytes][ from {sender}][ to {recipients}]"
    "[ entered the queue at {entered}][ as message {number}]"
    "[, put there by user {uid}][ as process {queue_id} of qmail-queue]; [{fate}]";

static bool
fits(enum need need, bool is)
{
	return need == EITHER || (need == YES) == is;
}

static const char *
pattern_for(const struct story *s)
{
	bool letter = s->sender.p != NULL || s->n_recipients > 0;

	if (s->of_queue)
		return of_queue;
	for (size_t i = 0; i < PATTERNS; i++)
		if (patterns[i].verdict == s->verdict &&
		    fits(patterns[i].letter, letter) &&
		    fits(patterns[i].open, s->open))
			return patterns[i].text;
	assert(false && "every verdict has its patterns");
	return "";
}

static bool
add_field(const struct telling *t, struct str name)
{
	for (size_t i = 0; i < FIELDS; i++)
		if (str_eq(name, str_from(fields[i].name)))
			return fields[i].add(t);
	assert(false && "a field that is in no row");
	return false;
}

/* Text and fields, no brackets.  False if one of the fields is not known. */
static bool
add_text(const struct telling *t, struct str text)
{
	struct str part;
	size_t at;

	for (;;) {
		at = str_index(text, '{');
		buf_add_str(t->b, str_head(text, at));
		if (at == text.n)
			return true;
		text = str_skip(text, at + 1);
		at = str_index(text, '}');
		part = str_head(text, at);
		if (!add_field(t, part))
			return false;
		text = str_skip(text, at + 1);
	}
}

/* "a|b" between brackets. */
static void
add_alternatives(const struct telling *t, struct str list)
{
	struct str one;
	size_t before = t->b->n;

	while (str_cut(&list, '|', &one)) {
		if (add_text(t, one))
			return;
		t->b->n = before;
	}
}

void
sentence_add(struct buf *b, const struct story *s, const struct zone *z)
{
	struct telling t = { .b = b, .s = s, .zone = z };
	struct str text = str_from(pattern_for(s));

	while (text.n > 0) {
		size_t open = str_index(text, '['), close;

		add_text(&t, str_head(text, open));
		if (open == text.n)
			break;
		text = str_skip(text, open + 1);
		close = str_index(text, ']');
		add_alternatives(&t, str_head(text, close));
		text = str_skip(text, close + 1);
	}
	buf_add_char(b, '.');
}
