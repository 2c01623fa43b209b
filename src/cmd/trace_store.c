#include "cmd/trace_store.h"

#include "base/buf.h"
#include "base/num.h"
#include "base/when.h"
#include "cmd/logs.h"
#include "history/kept_logs.h"
#include "store/keys.h"
#include "store/store.h"
#include "trace/what.h"

/* A connection is given up after an hour without a line, and may be as long. */
#define AROUND_NS (INT64_C(2) * 3600 * WHEN_SECOND)

static bool
wanted(void *ctx, const struct event *ev)
{
	return what_may_be_of(ctx, ev);
}

/* The key of what is asked for, if it has one. */
static bool
key_of(const struct what *w, struct buf *b, struct str *key)
{
	switch (w->kind) {
	case WHAT_MESSAGE_ID:
	case WHAT_ADDRESS:
		return keys_of_address(b, w->text, key);
	case WHAT_CLIENT:
		return keys_of_client(b, w->text, key);
	case WHAT_PROCESS: case WHAT_QUEUE_ID: case WHAT_NUMBER:
	case WHAT_KINDS:
		break;
	}
	return false;
}

static struct period
widened(struct period p, int64_t by_ns)
{
	if (p.start_ns != INT64_MIN)
		p.start_ns = num_add_signed(p.start_ns, -by_ns);
	p.end_ns = num_add_signed(p.end_ns, by_ns);
	return p;
}

/* When it must have been; what is decided in the period may end after it. */
static struct period
time_of(const struct what *w, struct period p)
{
	if (w->kind == WHAT_PROCESS && w->time_ns != WHEN_NONE) {
		p.start_ns = w->time_ns;
		p.end_ns = num_add_signed(w->time_ns, 1);
	}
	return widened(p, AROUND_NS);
}

int
trace_store_find(struct store *s, const struct what *w, struct logs *l,
    struct kept_logs *kept, struct spans *spans, struct err *err)
{
	struct period p = time_of(w, l->period);
	struct buf text = { 0 };
	struct what copy = *w;
	struct str key;
	struct store_query q = { .start_ns = p.start_ns, .end_ns = p.end_ns,
		.kinds = EVENT_ALL, .keys = &key };
	int result = -1;

	q.n_keys = key_of(w, &text, &key);
	if (store_look(s, err) == 0) {
		if (kept_logs_find(kept, s, err) == 0 &&
		    kept_logs_spans(kept, s, &q, wanted, &copy, 2 * AROUND_NS,
		    spans, err) == 0)
			result = 0;
		store_look_end(s);
	}
	if (q.n_keys > 0)
		spans_widen(spans, AROUND_NS, AROUND_NS);
	l->sources = kept->list;
	kept->list = (struct source_list){ 0 };
	buf_clear(&text);
	return result;
}
