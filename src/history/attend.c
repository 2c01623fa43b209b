#include "history/attend.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/when.h"
#include "input/follow_watch.h"
#include "input/source.h"

#define OFTEN_MS 1000
/* Nothing should be missed; but if something is, it is not for ever. */
#define SELDOM_MS 60000

struct attend {
	struct follow_watch *watch;
	bool blind; /* something is not watched */
	int64_t woke_ns;
};

struct attend *
attend_new(void)
{
	struct attend *a = mem_zalloc(sizeof(*a));

	a->watch = follow_watch_new(true);
	return a;
}

void
attend_free(struct attend **a)
{
	if (*a == NULL)
		return;
	follow_watch_free(&(*a)->watch);
	free(*a);
	*a = NULL;
}

static void
directory(struct attend *a, const char *path)
{
	a->blind |= follow_watch_directory(a->watch, path) == FOLLOW_NO_WATCH;
}

/* Watches the directory that a file is in. */
static void
directory_of(struct attend *a, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *above = slash == NULL ? mem_strdup(".")
	    : mem_cstr(str_span(path, slash + (slash == path)));

	directory(a, above);
	free(above);
}

void
attend_names(struct attend *a, const char *const *names, size_t n)
{
	a->blind = false;
	for (size_t i = 0; i < n; i++) {
		/* What is no directory is a file, or may become one; what is
		 * one may be put aside. */
		if (follow_watch_directory(a->watch, names[i]) ==
		    FOLLOW_NO_WATCH || names[i][strlen(names[i]) - 1] != '/')
			directory_of(a, names[i]);
	}
}

void
attend_sources(struct attend *a, const struct source_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct source *s = l->sources[i];
		int fd;

		/* Others are whole. */
		if (s->error || s->packing != PACKING_NONE ||
		    s->kind == SOURCE_FINISHED || s->kind == SOURCE_STDIN)
			continue;
		/* The watch is the file's, not the descriptor's. */
		fd = open(s->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		if (fd < 0)
			continue;
		a->blind |= follow_watch_file(a->watch, fd) == FOLLOW_NO_WATCH;
		close(fd);
	}
}

/* A clock that nobody sets. */
static int64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * WHEN_SECOND + t.tv_nsec;
}

static void
drain(struct attend *a)
{
	enum follow_news news;
	int watch;

	while (follow_watch_next(a->watch, &watch, &news))
		;
}

void
attend_wait(struct attend *a, bool again)
{
	struct pollfd p = { .fd = follow_watch_fd(a->watch), .events = POLLIN };
	int64_t early_ns;

	poll(&p, 1, again || a->blind || p.fd < 0 ? OFTEN_MS : SELDOM_MS);
	early_ns = a->woke_ns + WHEN_SECOND - now_ns();
	if (early_ns > 0 && a->woke_ns > 0)
		poll(NULL, 0, (int)(early_ns / 1000000) + 1);
	a->woke_ns = now_ns();
	/* What comes from here on wakes again. */
	drain(a);
}
