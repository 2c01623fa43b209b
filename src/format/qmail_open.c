#include "format/qmail_open.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"

/* ---- hosts, texts ---- */

struct host *
qtrack_host_find(struct qtrack *t, uint64_t key)
{
	for (t->host = 0; t->host < t->n_hosts; t->host++)
		if (t->hosts[t->host].key == key)
			return &t->hosts[t->host];
	ARRAY_PUSH(t->hosts, t->n_hosts, t->cap_hosts) = (struct host){
		.key = key };
	return &t->hosts[t->host];
}

/* The texts one behind the other, with room for all at once. */
static void
set_texts(struct buf *b, const struct str *texts, size_t n)
{
	size_t bytes = 0;
	char *to;

	for (size_t i = 0; i < n; i++)
		bytes += texts[i].n;
	buf_reset(b);
	to = buf_reserve(b, bytes);
	for (size_t i = 0; i < n; i++) {
		if (texts[i].n > 0)
			memcpy(to, texts[i].p, texts[i].n);
		to += texts[i].n;
	}
	b->n = bytes;
}

/* ---- messages ---- */

struct str
message_number(const struct message *m)
{
	return str_make(m->text.p, m->number_n);
}

struct str
message_sender(const struct message *m)
{
	return str_make(m->text.p + m->number_n, m->sender_n);
}

struct str
message_qp(const struct message *m)
{
	return str_make(m->text.p + m->number_n + m->sender_n, m->qp_n);
}

struct str
message_uid(const struct message *m)
{
	return str_make(m->text.p + m->number_n + m->sender_n + m->qp_n,
	    m->uid_n);
}

void
message_recycle(struct qtrack *t, struct message *m)
{
	m->next = t->unused_messages;
	t->unused_messages = m;
}

/* Takes a message out: for good, or until it is known what was its. */
void
message_leave(struct qtrack *t, struct message *m, struct step *done)
{
	map_take(&t->messages, m->key);
	if (t->settled || m->results == t->n_results) {
		assert(done == NULL);
		message_recycle(t, m);
		return;
	}
	m->end = t->now;
	m->done = done;
	m->next = t->past;
	t->past = m;
}

static bool
too_old(int64_t since_ns, int64_t now_ns, int64_t age_ns)
{
	return since_ns != WHEN_NONE && now_ns != WHEN_NONE &&
	    num_add_signed(since_ns, age_ns) < now_ns;
}

struct message *
message_find(struct qtrack *t, uint64_t key, int64_t now_ns)
{
	struct message *m = map_find(&t->messages, key);

	if (m && too_old(m->queued_ns, now_ns, QTRACK_MESSAGE_AGE_NS)) {
		message_leave(t, m, NULL);
		return NULL;
	}
	return m;
}

static void
sweep_messages(struct qtrack *t, int64_t now_ns)
{
	struct message **old = NULL, *m;
	size_t n = 0, cap = 0, at = 0;

	while ((m = map_next(&t->messages, &at)))
		if (too_old(m->queued_ns, now_ns, QTRACK_MESSAGE_AGE_NS))
			ARRAY_PUSH(old, n, cap) = m;
	for (size_t i = 0; i < n; i++)
		message_leave(t, old[i], NULL);
	free(old);
	t->sweep_messages_at = t->messages.n * 2 + FIRST_SWEEP;
}

struct message *
message_add(struct qtrack *t, const struct qm_line *l,
    const struct qtrack_at *at)
{
	const struct str texts[] = { l->msg_text, l->sender, l->qp, l->uid };
	struct message *m = t->unused_messages;
	struct buf text, waiting;

	if (t->messages.n >= t->sweep_messages_at)
		sweep_messages(t, at->time_ns);
	if (m)
		t->unused_messages = m->next;
	else
		m = mem_zalloc(sizeof(*m));
	text = m->text;
	waiting = m->waiting;
	buf_reset(&waiting);
	set_texts(&text, texts, 4);
	*m = (struct message){ .key = qtrack_key(at, l->msg),
		.queued_ns = at->time_ns, .bytes = l->bytes, .text = text,
		.waiting = waiting,
		.number_n = l->msg_text.n, .sender_n = l->sender.n,
		.qp_n = l->qp.n, .uid_n = l->uid.n, .begin = t->now,
		.results = t->n_results };
	map_set(&t->messages, m->key, m);
	return m;
}

/* ---- who waits ---- */

/* "remote.a@b,": no comma is in an address that is not quoted, and what a
 * quoted one does here is only to be shown as two. */
static void
name_recipient(struct buf *b, bool remote, struct str recipient)
{
	buf_add_str(b, remote ? STR("remote.") : STR("local."));
	buf_add_str(b, recipient);
	buf_add_char(b, ',');
}

/* Where name stands in the list of those who wait, or its end. */
static size_t
find_waiting(const struct message *m, struct str name)
{
	struct str list = buf_str(&m->waiting);

	for (size_t at = 0; at < list.n;) {
		struct str rest = str_skip(list, at);

		if (str_starts(rest, name))
			return at;
		at += str_index(rest, ',') + 1;
	}
	return list.n;
}

/* Did the recipient wait before? */
bool
message_wait(struct message *m, bool remote, struct str recipient, bool waits)
{
	struct buf name = { 0 };
	bool waited;
	size_t at;

	if (!waits && m->waiting.n == 0)
		return false;
	name_recipient(&name, remote, recipient);
	at = find_waiting(m, buf_str(&name));
	waited = at < m->waiting.n;
	if (waits && !waited && at < WAITING_BYTES) {
		buf_add_str(&m->waiting, buf_str(&name));
	} else if (!waits && waited) {
		memmove(m->waiting.p + at, m->waiting.p + at + name.n,
		    m->waiting.n - at - name.n);
		m->waiting.n -= name.n;
	}
	buf_clear(&name);
	return waited;
}

static int
by_name(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* In an order that does not hang on where the log was cut, without the last
 * comma; the list is built in b. */
struct str
message_waiting(const struct message *m, struct buf *b)
{
	struct str rest = buf_str(&m->waiting), *names = NULL;
	size_t n = 0, cap = 0;

	while (rest.n > 0) {
		size_t end = str_index(rest, ',');

		ARRAY_PUSH(names, n, cap) = str_head(rest, end);
		rest = str_skip(rest, end + 1);
	}
	if (n > 1)
		qsort(names, n, sizeof(*names), by_name);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_add_char(b, ',');
		buf_add_str(b, names[i]);
	}
	free(names);
	return buf_str(b);
}

/* ---- deliveries ---- */

void
delivery_recycle(struct qtrack *t, struct delivery *d)
{
	d->next = t->unused_deliveries;
	t->unused_deliveries = d;
}

/* All of a host, or with now_ns those that are too old. */
void
deliveries_drop(struct qtrack *t, const struct host *h, int64_t now_ns)
{
	struct delivery **gone = NULL, *d;
	size_t n = 0, cap = 0, at = 0;

	if (t->deliveries.n == 0)
		return;
	while ((d = map_next(&t->deliveries, &at)))
		if (h ? d->host_key == h->key : too_old(d->began_ns, now_ns,
		    QTRACK_DELIVERY_AGE_NS))
			ARRAY_PUSH(gone, n, cap) = d;
	for (size_t i = 0; i < n; i++) {
		map_take(&t->deliveries, gone[i]->key);
		delivery_recycle(t, gone[i]);
	}
	free(gone);
}

struct delivery *
delivery_take(struct qtrack *t, uint64_t key, int64_t now_ns)
{
	struct delivery *d = map_take(&t->deliveries, key);

	if (d && too_old(d->began_ns, now_ns, QTRACK_DELIVERY_AGE_NS)) {
		delivery_recycle(t, d);
		return NULL;
	}
	return d;
}

/* A piece remembers what it started: a later result is not the piece
 * before's.  Numbers count up by one, so first and last say it. */
static void
delivery_touch(struct qtrack *t, struct host *h, uint64_t number, void *mark)
{
	if (t->settled || h->cleared)
		return;
	if (h->first == 0)
		h->first = h->last = number;
	else if (number == h->last + 1)
		h->last = number;
	else
		map_set(&t->odd, delivery_key(h->key, number), mark);
}

bool
delivery_touched(const struct qtrack *t, const struct host *h, uint64_t number)
{
	return h->cleared || (h->first > 0 && number >= h->first &&
	    number <= h->last) ||
	    map_find(&t->odd, delivery_key(h->key, number));
}

void
delivery_add(struct qtrack *t, struct host *h, const struct qm_line *l,
    const struct qtrack_at *at)
{
	const struct str texts[] = { l->msg_text, l->recipient };
	struct delivery *d = t->unused_deliveries, *before;
	struct buf text;

	if (t->deliveries.n >= t->sweep_deliveries_at) {
		deliveries_drop(t, NULL, at->time_ns);
		t->sweep_deliveries_at = t->deliveries.n * 2 + FIRST_SWEEP;
	}
	if (d)
		t->unused_deliveries = d->next;
	else
		d = mem_zalloc(sizeof(*d));
	text = d->text;
	set_texts(&text, texts, 2);
	*d = (struct delivery){ .key = delivery_key(h->key, l->delivery),
		.host_key = h->key, .number = l->delivery,
		.msg_key = qtrack_key(at, l->msg), .began_ns = at->time_ns,
		.remote = l->remote, .text = text, .msg_n = l->msg_text.n };
	before = map_set(&t->deliveries, d->key, d);
	if (before)
		delivery_recycle(t, before);
	delivery_touch(t, h, l->delivery, d);
}

/* ---- all of them ---- */

static int
by_age(const void *a, const void *b)
{
	const struct message *x = *(struct message *const *)a;
	const struct message *y = *(struct message *const *)b;

	if (x->queued_ns != y->queued_ns)
		return x->queued_ns < y->queued_ns ? -1 : 1;
	return x->key < y->key ? -1 : x->key > y->key;
}

/* All open messages, oldest first. */
struct message **
messages_by_age(const struct qtrack *t)
{
	struct message **all = mem_alloc((t->messages.n + 1) * sizeof(*all));
	size_t n = 0, at = 0;

	while ((all[n] = map_next(&t->messages, &at)))
		n++;
	qsort(all, n, sizeof(struct message *), by_age);
	return all;
}

void
messages_free(struct message *m)
{
	while (m) {
		struct message *next = m->next;

		buf_clear(&m->text);
		buf_clear(&m->waiting);
		free(m);
		m = next;
	}
}

void
deliveries_free(struct delivery *d)
{
	while (d) {
		struct delivery *next = d->next;

		buf_clear(&d->text);
		free(d);
		d = next;
	}
}
