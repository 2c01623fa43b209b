#include "trace/what.h"

#include <assert.h>

#include "base/err.h"
#include "base/num.h"
#include "base/when.h"
#include "event/address.h"
#include "event/filter.h"
#include "trace/conversation.h"
#include "trace/queued.h"
#include "trace/story.h"

/* Somebody who writes down "9:58" means within a minute of it. */
#define AROUND_NS (INT64_C(60) * WHEN_SECOND)

const char *const what_kind_names[] = {
	[WHAT_MESSAGE_ID] = "message-id", [WHAT_ADDRESS] = "address",
	[WHAT_CLIENT] = "client", [WHAT_PROCESS] = "process",
	[WHAT_QUEUE_ID] = "queue-id", [WHAT_NUMBER] = "number",
	[WHAT_KINDS] = NULL
};

static struct str
without_brackets(struct str s)
{
	if (s.n >= 2 && s.p[0] == '<' && s.p[s.n - 1] == '>')
		return str_make(s.p + 1, s.n - 2);
	return s;
}

static bool
is_number(struct str s)
{
	uint64_t n;

	return num_u64(s, &n);
}

/* ---- one function a kind: does text have its form? ---- */

static bool
read_message_id(struct what *w, struct str s, int64_t now_ns,
    const struct zone *z)
{
	(void)now_ns, (void)z;
	if (!w->forced && (s.n < 2 || s.p[0] != '<'))
		return false;
	w->text = without_brackets(s);
	return w->text.n > 0;
}

static bool
read_client(struct what *w, struct str s, int64_t now_ns,
    const struct zone *z)
{
	(void)now_ns, (void)z;
	w->text = s;
	return ip_net_parse(s, &w->net);
}

/* "26351@2026-03-29 09:58"; the time is optional if the kind was said. */
static bool
read_process(struct what *w, struct str s, int64_t now_ns,
    const struct zone *z)
{
	size_t at = str_index(s, '@');

	w->text = str_head(s, at);
	w->time_ns = WHEN_NONE;
	if (at == s.n)
		return w->forced && s.n > 0;
	return (w->forced || is_number(w->text)) && w->text.n > 0 &&
	    when_parse(str_skip(s, at + 1), now_ns, z, &w->time_ns, NULL) == 0;
}

/* "qp 26343", as qmail-send logs it. */
static bool
read_queue_id(struct what *w, struct str s, int64_t now_ns,
    const struct zone *z)
{
	(void)now_ns, (void)z;
	w->text = s;
	if (str_starts(s, STR("qp")))
		w->text = str_trim(str_skip(s, 2));
	else if (!w->forced)
		return false;
	return w->text.n > 0 && (w->forced || is_number(w->text));
}

static bool
read_number(struct what *w, struct str s, int64_t now_ns,
    const struct zone *z)
{
	(void)now_ns, (void)z;
	w->text = s;
	return is_number(s);
}

static bool
read_address(struct what *w, struct str s, int64_t now_ns,
    const struct zone *z)
{
	(void)now_ns, (void)z;
	w->text = without_brackets(s);
	return w->forced ? s.n > 0 : str_index(s, '@') < s.n;
}

/* The first that fits is it: a time behind an @ is tried before an address. */
static const struct {
	enum what_kind kind;
	bool (*read)(struct what *w, struct str s, int64_t now_ns,
	    const struct zone *z);
} forms[] = {
	{ WHAT_MESSAGE_ID, read_message_id },
	{ WHAT_CLIENT, read_client },
	{ WHAT_NUMBER, read_number },
	{ WHAT_PROCESS, read_process },
	{ WHAT_QUEUE_ID, read_queue_id },
	{ WHAT_ADDRESS, read_address },
};
#define FORMS (sizeof(forms) / sizeof(forms[0]))

static int
forced_kind(const char *as, enum what_kind *kind, struct err *err)
{
	for (int k = 0; k < WHAT_KINDS; k++)
		if (strcmp(what_kind_names[k], as) == 0) {
			*kind = (enum what_kind)k;
			return 0;
		}
	return err_set(err, ERR_USAGE, "--as %s: there is no such kind; there "
	    "are message-id, address, client, process, queue-id and number",
	    as);
}

int
what_parse(struct what *w, const char *text, const char *as, int64_t now_ns,
    const struct zone *z, struct err *err)
{
	struct str s = str_trim(str_from(text));
	enum what_kind kind = WHAT_KINDS;

	*w = (struct what){ .forced = as != NULL, .time_ns = WHEN_NONE };
	if (as && forced_kind(as, &kind, err) < 0)
		return -1;
	for (size_t i = 0; i < FORMS; i++) {
		if (as && forms[i].kind != kind)
			continue;
		w->kind = forms[i].kind;
		if (!forms[i].read(w, s, now_ns, z))
			continue;
		if (w->text.n >= 2)
			find_init(&w->find, w->text);
		return 0;
	}
	if (as)
		return err_set(err, ERR_USAGE, "%s: that is no %s", text, as);
	return err_set(err, ERR_USAGE, "%s: neither a message-id (<a@b>), an "
	    "address (a@b, @b), a client (192.0.2.1, 192.0.2.0/24), a process "
	    "(PID, PID@TIME) nor a queue id (qp N); --as KIND says which",
	    text);
}

/* ---- which conversations are worth a look ---- */

static bool
has_glob(struct str s)
{
	return str_index(s, '*') < s.n || str_index(s, '?') < s.n;
}

/* Case does not matter here: all that it lets pass is looked at again. */
static bool
text_may_be(const struct what *w, struct str text)
{
	return w->text.n < 2 || find_next(&w->find, text, 0) < text.n;
}

static bool
client_may_be(const struct what *w, struct str client)
{
	struct ip ip;

	return !ip_parse(client, &ip) || ip_net_has(&w->net, &ip);
}

bool
what_may_be_in(const struct what *w, const struct conversation *c)
{
	switch (w->kind) {
	case WHAT_MESSAGE_ID:
	case WHAT_QUEUE_ID:
		return text_may_be(w, c->text);
	case WHAT_ADDRESS:
		return has_glob(w->text) || text_may_be(w, c->text);
	case WHAT_CLIENT:
		return client_may_be(w, c->client);
	case WHAT_PROCESS:
		return str_eq(c->pid, w->text);
	case WHAT_NUMBER:
		return str_eq(c->pid, w->text) || text_may_be(w, c->text);
	case WHAT_KINDS:
		break;
	}
	assert(false && "what_parse gives a kind");
	return false;
}

/* As --from and --to understand an address (event/filter.h). */
static bool
address_is(struct str wanted, struct str address)
{
	if (address.p == NULL)
		return false;
	if (wanted.n > 0 && wanted.p[0] == '@')
		return glob_match(str_skip(wanted, 1), address_domain(address));
	return glob_match(wanted, address);
}

static bool
names_address(struct str wanted, const struct story *s)
{
	if (address_is(wanted, s->sender))
		return true;
	for (size_t i = 0; i < s->n_recipients; i++)
		if (address_is(wanted, s->recipients[i]))
			return true;
	for (size_t i = 0; i < s->n_refused; i++)
		if (address_is(wanted, s->refused[i].recipient))
			return true;
	return false;
}

static bool
is_message(struct str wanted, const struct story *s)
{
	return s->message_id.n > 0 &&
	    str_eq(without_brackets(s->message_id), wanted);
}

static bool
is_of_net(const struct what *w, struct str address)
{
	struct ip ip;

	return ip_parse(address, &ip) && ip_net_has(&w->net, &ip);
}

/* Who sent it to the server; of the queue's, whom it was sent on to. */
static bool
is_client(const struct what *w, const struct story *s)
{
	if (is_of_net(w, s->client))
		return true;
	for (size_t i = 0; i < s->n_queue; i++)
		for (size_t k = 0; k < s->queue[i]->n_recipients; k++)
			if (is_of_net(w, s->queue[i]->recipients[k].relay))
				return true;
	return false;
}

static bool
is_process(const struct what *w, const struct story *s)
{
	if (!str_eq(s->pid, w->text))
		return false;
	return w->time_ns == WHEN_NONE || s->n_lines == 0 ||
	    (w->time_ns + AROUND_NS >= s->begun_ns && w->time_ns - AROUND_NS <=
	    s->lines[s->n_lines - 1].time_ns);
}

bool
what_matches(const struct what *w, const struct story *s)
{
	switch (w->kind) {
	case WHAT_MESSAGE_ID:
		return is_message(w->text, s);
	case WHAT_ADDRESS:
		return names_address(w->text, s) ||
		    (!w->forced && is_message(w->text, s));
	case WHAT_CLIENT:
		return is_client(w, s);
	case WHAT_PROCESS:
		return is_process(w, s);
	case WHAT_QUEUE_ID:
		return str_eq(s->queue_id, w->text);
	case WHAT_NUMBER:
		return is_process(w, s) || str_eq(s->queue_id, w->text);
	case WHAT_KINDS:
		break;
	}
	assert(false && "what_parse gives a kind");
	return false;
}

/* ---- which events ---- */

static bool
event_names_address(struct str wanted, const struct event *ev)
{
	struct str rest = address_recipients(ev), one;

	if (address_is(wanted, address_bare(ev->sender)) ||
	    str_eq(address_bare(ev->text), wanted))
		return true;
	while (address_next(&rest, &one))
		if (address_is(wanted, address_bare(one)))
			return true;
	return false;
}

bool
what_may_be_of(const struct what *w, const struct event *ev)
{
	switch (w->kind) {
	case WHAT_MESSAGE_ID:
	case WHAT_ADDRESS:
		return event_names_address(w->text, ev);
	case WHAT_CLIENT:
		return is_of_net(w, ev->client) || is_of_net(w, ev->relay);
	case WHAT_PROCESS:
	case WHAT_QUEUE_ID:
	case WHAT_NUMBER:
		return true;
	case WHAT_KINDS:
		break;
	}
	assert(false && "what_parse gives a kind");
	return false;
}
