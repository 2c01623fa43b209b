#include "summarize/change.h"

#include <sys/file.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "summarize/state.h"
#include "summarize/store.h"
#include "summarize/summary.h"

/* So often multilog may come in between. */
#define TRIES 50
#define WAIT_MS 100

struct change {
	const char *path;
	bool of_multilog;  /* path is DIRECTORY/state */
	char *directory;
	char *copy;	   /* path of the copy, beside it */
	int lock_fd;	   /* -1: multilog has the lock, or there is none */
	char *old_text, *copy_text;
	struct str old;
};

static char *
beside(const struct change *c, const char *name)
{
	struct buf b = { 0 };

	buf_printf(&b, "%s/%s", c->directory, name);
	return b.p;
}

static bool
exists(const struct change *c, const char *name)
{
	char *path = beside(c, name);
	bool is_there = access(path, F_OK) == 0;

	free(path);
	return is_there;
}

/* With the lock in our hands multilog cannot start. */
static void
lock(struct change *c)
{
	char *path = beside(c, "lock");

	c->lock_fd = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	free(path);
	if (c->lock_fd != -1 && flock(c->lock_fd, LOCK_EX | LOCK_NB) == -1) {
		close(c->lock_fd);
		c->lock_fd = -1;
	}
}

static void
change_init(struct change *c, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;

	*c = (struct change){ .path = path, .lock_fd = -1,
		.of_multilog = strcmp(name, "state") == 0 };
	c->directory = slash == NULL ? mem_strdup(".") :
	    slash == path ? mem_strdup("/") :
	    mem_cstr(str_span(path, slash));
	c->copy = beside(c, SUMMARY_COPY);
	c->old_text = mem_alloc(STATE_MAX_BYTES);
	c->copy_text = mem_alloc(STATE_MAX_BYTES);
	if (c->of_multilog)
		lock(c);
}

static void
change_clear(struct change *c)
{
	if (c->lock_fd != -1)
		close(c->lock_fd);
	free(c->directory);
	free(c->copy);
	free(c->old_text);
	free(c->copy_text);
}

static int
wait_idle(const struct change *c, struct err *err)
{
	const struct timespec pause = { .tv_nsec = WAIT_MS * 1000000L };

	if (!c->of_multilog || c->lock_fd != -1)
		return 0;
	for (int i = 0; i < CHANGE_PATIENCE_S * 1000 / WAIT_MS; i++) {
		/* In the order in which they go. */
		if (!exists(c, "previous") && !exists(c, "newstate"))
			return 0;
		nanosleep(&pause, NULL);
	}
	return err_set(err, ERR_AGAIN, "%s: multilog is at work there all the "
	    "time; try again later", c->directory);
}

static int
read_text(const char *path, char *p, struct str *text, struct err *err)
{
	struct err why;
	ssize_t n = store_read_file(path, p, STATE_MAX_BYTES, &why);

	if (n == -1)
		return err_set(err, ERR_IO, "%s: %s", path, why.text);
	*text = str_make(p, (size_t)n);
	return 0;
}

static int
replace(const char *path, struct str text, struct err *err)
{
	struct err why;

	if (store_replace(path, text, &why) == -1)
		return err_set(err, ERR_CREATE, "%s: %s", path, why.text);
	return 0;
}

/* The first one ever is the one to be kept. */
static int
keep_original(const struct change *c, struct err *err)
{
	struct buf path = { 0 };
	int status;

	buf_printf(&path, "%s.orig", c->path);
	if (access(path.p, F_OK) == 0)
		status = err_set(err, ERR_CREATE, "%s: is there already; move it "
		    "away first", path.p);
	else
		status = replace(path.p, c->old, err);
	buf_clear(&path);
	return status;
}

/* One go.  1: done something, so look again; 0: all is well. */
static int
try_once(struct change *c, bool keep, change_fn *fn, void *ctx, struct err *err)
{
	struct buf text = { 0 };
	struct str copy;
	int found = -1;

	if (wait_idle(c, err) == 0 &&
	    read_text(c->path, c->old_text, &c->old, err) == 0 &&
	    read_text(c->copy, c->copy_text, &copy, err) == 0)
		found = fn(ctx, c->old, copy, &text, err);
	if (found == 1 && ((keep && keep_original(c, err) == -1) ||
	    replace(c->path, buf_str(&text), err) == -1 ||
	    (c->of_multilog && replace(c->copy, buf_str(&text), err) == -1)))
		found = -1;
	buf_clear(&text);
	return found;
}

int
change_state(const char *path, bool keep, change_fn *fn, void *ctx,
    struct err *err)
{
	struct change c;
	int found = 1;

	change_init(&c, path);
	for (int i = 0; i < TRIES && found == 1; i++) {
		found = try_once(&c, keep, fn, ctx, err);
		keep = false;
	}
	if (found == 1)
		found = err_set(err, ERR_AGAIN, "%s: changed all the time; try "
		    "again later", path);
	change_clear(&c);
	return found;
}
