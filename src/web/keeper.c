#include "web/keeper.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/when.h"
#include "web/child.h"

#define AGAIN_S 5

struct keeper {
	const char *const *argv;
	void (*tell)(void *ctx, const char *line);
	void *ctx;
	struct child child;
	bool running;
	int64_t again_ns;
	struct buf told; /* the line before */
};

struct keeper *
keeper_new(const char *const *argv, void (*tell)(void *ctx, const char *line),
    void *ctx)
{
	struct keeper *k = mem_zalloc(sizeof(*k));

	*k = (struct keeper){ .argv = argv, .tell = tell, .ctx = ctx };
	return k;
}

static void
tell(struct keeper *k, struct str line)
{
	if (str_eq(buf_str(&k->told), line))
		return;
	buf_reset(&k->told);
	buf_add(&k->told, line.p, line.n);
	buf_add(&k->told, "", 1);
	k->told.n--;
	k->tell(k->ctx, k->told.p);
}

/* The last line is why it ended. */
static struct str
last_line(const struct buf *text)
{
	struct str rest = buf_str(text), line, last = STR("");

	while (str_cut(&rest, '\n', &line))
		if (line.n > 0)
			last = line;
	return str_starts(last, STR("mailtally: ")) ? str_skip(last, 11) : last;
}

static void
end(struct keeper *k, bool kill_it)
{
	struct str why;

	child_end(&k->child, kill_it);
	k->running = false;
	why = last_line(&k->child.complaint);
	if (!kill_it)
		tell(k, why.n > 0 ? why : STR("it ended"));
	buf_clear(&k->child.complaint);
}

static void
begin(struct keeper *k, int64_t now_ns)
{
	struct err err;

	k->again_ns = now_ns + AGAIN_S * WHEN_SECOND;
	k->running = child_start(&k->child, k->argv, &err) == 0;
	if (!k->running)
		tell(k, str_from(err.text));
}

void
keeper_run(struct keeper *k, int64_t now_ns)
{
	struct buf output = { 0 };

	if (!k->running && now_ns >= k->again_ns)
		begin(k, now_ns);
	if (!k->running)
		return;
	child_read_error(&k->child);
	if (!child_read(&k->child, &output))
		end(k, false);
	buf_clear(&output);
}

nfds_t
keeper_descriptors(const struct keeper *k, struct pollfd *p)
{
	if (!k->running)
		return 0;
	p[0] = (struct pollfd){ .fd = k->child.out, .events = POLLIN };
	p[1] = (struct pollfd){ .fd = k->child.error, .events = POLLIN };
	return 2;
}

int
keeper_timeout_ms(const struct keeper *k)
{
	return k->running ? -1 : 1000;
}

bool
keeper_runs(const struct keeper *k)
{
	return k->running;
}

void
keeper_free(struct keeper **k)
{
	struct keeper *old = *k;

	*k = NULL;
	if (old == NULL)
		return;
	if (old->running)
		end(old, true);
	buf_clear(&old->told);
	free(old);
}
