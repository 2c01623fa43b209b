/*
 * The follower is RUNNING or, when it ended, is started again after
 * AGAIN_S.  Each watcher has the number of the next event it gets; a number
 * that is not kept any more is one it missed.
 */
#include "web/live.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/when.h"
#include "web/child.h"
#include "web/counters.h"
#include "web/http.h"

#define AGAIN_S 5
/* A comment on a line that is silent, so that a dead one is found. */
#define HEARTBEAT_S 15
/* Nobody reads faster, and each wake costs a packet a watcher. */
#define WAKE_NS (WHEN_SECOND / 5)
/* Longer events are counted, but not shown: LIVE_KEPT of them have to fit. */
#define EVENT_MOST ((size_t)64 * 1024)
/* Longer lines are none of ours. */
#define LINE_MOST ((size_t)4 * 1024 * 1024)

struct watcher {
	struct watcher *next;
	struct live_feed *feed;
	struct http_request *request;
	uint64_t at;	  /* the number of its next event */
	struct buf ready; /* made, and not sent yet */
	size_t sent;	  /* so much of it was */
	bool heartbeat;
};

struct live_feed {
	const char *const *argv;
	struct child child;
	bool running, stopped;
	int64_t now_ns, again_ns, heartbeat_ns, woken_ns;
	bool news; /* that nobody was woken for yet */
	struct buf input;	     /* the beginning of a line */
	struct buf kept[LIVE_KEPT];  /* a ring: event n in n % LIVE_KEPT */
	uint64_t n;		     /* events so far */
	struct watcher *watchers;
	size_t n_watchers;
	struct counters counters;
};

struct live_feed *
live_feed_new(const char *const *argv)
{
	struct live_feed *f = mem_zalloc(sizeof(*f));

	f->argv = argv;
	counters_init(&f->counters, when_now_ns());
	return f;
}

/* ---- watchers ---- */

static uint64_t
oldest(const struct live_feed *f)
{
	return f->n > LIVE_KEPT ? f->n - LIVE_KEPT : 0;
}

static void
make_ready(struct watcher *w)
{
	const struct live_feed *f = w->feed;

	buf_reset(&w->ready);
	w->sent = 0;
	if (w->at < oldest(f)) {
		buf_printf(&w->ready, "event: missed\ndata: %" PRIu64 "\n\n",
		    oldest(f) - w->at);
		w->at = oldest(f);
	}
	for (; w->at < f->n && w->ready.n < 65536; w->at++) {
		buf_printf(&w->ready, "id: %" PRIu64 "\ndata: ", w->at);
		buf_add_str(&w->ready, buf_str(&f->kept[w->at % LIVE_KEPT]));
		buf_add_str(&w->ready, STR("\n\n"));
	}
	if (w->heartbeat && w->ready.n == 0)
		buf_add_str(&w->ready, STR(": still here\n\n"));
	w->heartbeat = false;
}

static size_t
fill(void *ctx, char *to, size_t n)
{
	struct watcher *w = ctx;
	struct str rest;

	if (w->feed == NULL || w->feed->stopped)
		return HTTP_STREAM_END;
	if (w->sent == w->ready.n)
		make_ready(w);
	rest = str_head(str_skip(buf_str(&w->ready), w->sent), n);
	if (rest.n > 0)
		memcpy(to, rest.p, rest.n);
	w->sent += rest.n;
	return rest.n;
}

static void
closed(void *ctx)
{
	struct watcher *w = ctx;

	if (w->feed != NULL) {
		struct watcher **link = &w->feed->watchers;

		while (*link != w)
			link = &(*link)->next;
		*link = w->next;
		w->feed->n_watchers--;
	}
	buf_clear(&w->ready);
	free(w);
}

/* A client that comes back says which event it had last (WHATWG, 9.2). */
static uint64_t
first_wanted(const struct live_feed *f, const struct http_request *r)
{
	const char *last = http_header(r, "Last-Event-ID");
	uint64_t number;

	if (last && num_u64(str_from(last), &number) && number < f->n)
		return number + 1;
	return oldest(f);
}

void
live_feed_watch(struct live_feed *f, struct http_request *r)
{
	static const struct http_stream_calls calls = { fill, closed };
	struct watcher *w;

	if (f->n_watchers >= LIVE_STREAMS || f->stopped) {
		static const struct http_reply busy = { .status = 503 };

		http_answer(r, &busy);
		return;
	}
	w = mem_zalloc(sizeof(*w));
	*w = (struct watcher){ .next = f->watchers, .feed = f, .request = r,
		.at = first_wanted(f, r) };
	/* The first bytes tell the browser that the stream stands. */
	buf_add_str(&w->ready, STR("retry: 3000\n\n"));
	f->watchers = w;
	f->n_watchers++;
	http_stream(r, "text/event-stream; charset=utf-8", &calls, w);
}

static void
wake_all(struct live_feed *f, bool heartbeat)
{
	for (struct watcher *w = f->watchers; w != NULL; w = w->next) {
		w->heartbeat = w->heartbeat || heartbeat;
		http_stream_wake(w->request);
	}
}

/* ---- the follower ---- */

static void
keep_line(struct live_feed *f, struct str line)
{
	struct buf *b = &f->kept[f->n % LIVE_KEPT];

	counters_add(&f->counters, line);
	if (line.n > EVENT_MOST)
		return;
	buf_clear(b);
	buf_add_str(b, line);
	f->n++;
}

static void
take_lines(struct live_feed *f)
{
	struct str rest = buf_str(&f->input), line;
	struct buf left = { 0 };
	size_t end;

	while ((end = str_index(rest, '\n')) < rest.n) {
		line = str_head(rest, end);
		rest = str_skip(rest, end + 1);
		if (line.n > 0)
			keep_line(f, line);
	}
	if (rest.n < LINE_MOST)
		buf_add_str(&left, rest);
	buf_clear(&f->input);
	f->input = left;
}

static void
begin(struct live_feed *f)
{
	struct err *nobody = NULL;

	f->again_ns = f->now_ns + AGAIN_S * WHEN_SECOND;
	f->running = child_start(&f->child, f->argv, nobody) == 0;
}

static void
end(struct live_feed *f, bool kill_it)
{
	child_end(&f->child, kill_it);
	buf_clear(&f->child.complaint);
	buf_clear(&f->input);
	f->running = false;
}

void
live_feed_run(struct live_feed *f, int64_t now_ns)
{
	uint64_t before = f->n;

	f->now_ns = now_ns;
	if (f->stopped)
		return;
	if (!f->running && now_ns >= f->again_ns)
		begin(f);
	if (f->running) {
		bool more = child_read(&f->child, &f->input);

		child_read_error(&f->child);
		take_lines(f);
		if (!more)
			end(f, false);
	}
	f->news = f->news || f->n > before;
	if (f->news && now_ns - f->woken_ns >= WAKE_NS) {
		wake_all(f, false);
		f->woken_ns = now_ns;
		f->news = false;
	}
	if (now_ns >= f->heartbeat_ns) {
		wake_all(f, true);
		f->heartbeat_ns = now_ns + HEARTBEAT_S * WHEN_SECOND;
	}
}

nfds_t
live_feed_descriptors(const struct live_feed *f, struct pollfd *p)
{
	if (!f->running)
		return 0;
	p[0] = (struct pollfd){ .fd = f->child.out, .events = POLLIN };
	p[1] = (struct pollfd){ .fd = f->child.error, .events = POLLIN };
	return 2;
}

int
live_feed_timeout_ms(const struct live_feed *f)
{
	if (f->stopped)
		return -1;
	if (f->news)
		return (int)(WAKE_NS / 1000000);
	return f->running ? HEARTBEAT_S * 1000 : 1000;
}

void
live_feed_stop(struct live_feed *f)
{
	f->stopped = true;
	if (f->running)
		end(f, true);
	wake_all(f, false);
}

void
live_feed_free(struct live_feed **f)
{
	struct live_feed *old = *f;

	*f = NULL;
	if (old == NULL)
		return;
	if (old->running)
		end(old, true);
	for (struct watcher *w = old->watchers; w != NULL; w = w->next)
		w->feed = NULL;
	for (size_t i = 0; i < LIVE_KEPT; i++)
		buf_clear(&old->kept[i]);
	buf_clear(&old->input);
	counters_clear(&old->counters);
	free(old);
}

bool
live_feed_runs(const struct live_feed *f)
{
	return f->running;
}

void
live_feed_metrics(const struct live_feed *f, struct buf *b)
{
	counters_print(&f->counters, b);
	buf_printf(b, "# HELP mailtally_live_streams Clients that watch the live "
	    "stream.\n# TYPE mailtally_live_streams gauge\n"
	    "mailtally_live_streams %zu\n", f->n_watchers);
}
