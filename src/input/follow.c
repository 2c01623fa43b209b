#include "input/follow.h"

#include <sys/stat.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "input/follow_log.h"
#include "input/follow_watch.h"
#include "input/log_files.h"

#define POLL_MS 1000

/* A directory that holds logs that are followed. */
struct directory {
	const char *path;
	bool whole;	   /* every log in it, not only those that are named */
	bool maybe_file;   /* it was not there when it was named */
	bool due;	   /* something may have happened to its names */
	int watch;
	int above;	   /* watch of the nearest directory above, if this one is
			    * not there, or may be about to go */
	uint64_t device, inode; /* 0: it is not there */
};

struct follow {
	struct follow_options o;
	struct follow_watch *watch;
	struct follow_log **logs;
	size_t n_logs;
	size_t cap_logs;
	struct directory *directories;
	size_t n_directories;
	size_t cap_directories;
	struct arena arena; /* of names */
};

struct follow *
follow_new(const struct follow_options *o)
{
	struct follow *f = mem_zalloc(sizeof(*f));

	f->o = *o;
	if (f->o.poll_ms <= 0)
		f->o.poll_ms = POLL_MS;
	f->watch = follow_watch_new(!o->no_watch);
	return f;
}

void
follow_free(struct follow **f)
{
	struct follow *o = *f;

	if (o == NULL)
		return;
	for (size_t i = 0; i < o->n_logs; i++) {
		follow_log_clear(o->logs[i]);
		free(o->logs[i]);
	}
	free(o->logs);
	free(o->directories);
	follow_watch_free(&o->watch);
	arena_clear(&o->arena);
	free(o);
	*f = NULL;
}

/* ---- what is followed ---- */

static const char *
keep(struct follow *f, struct str s)
{
	return arena_str(&f->arena, s).p;
}

static const char *
join(struct follow *f, const char *directory, const char *file_name)
{
	struct buf path = { 0 };
	const char *kept;

	buf_printf(&path, "%s%s%s", directory,
	    str_ends(str_from(directory), STR("/")) ? "" : "/", file_name);
	kept = keep(f, buf_str(&path));
	buf_clear(&path);
	return kept;
}

/*
 * Is the file followed already, by this name or another (a link in the same
 * directory)?
 */
static bool
is_followed(const struct follow *f, const char *path)
{
	struct stat st = { 0 };
	bool there = stat(path, &st) == 0;

	for (size_t i = 0; i < f->n_logs; i++) {
		const struct follow_log *l = f->logs[i];

		if (strcmp(l->path, path) == 0 || (there && l->now.fd >= 0 &&
		    l->now.inode == st.st_ino && l->now.device == st.st_dev))
			return true;
	}
	return false;
}

static void
add_log(struct follow *f, const char *directory, const char *file_name,
    const char *path)
{
	struct follow_place place = { .directory = directory,
		.file_name = file_name,
		.name = name_parse(str_from(file_name)) };
	struct follow_log *l;

	if (is_followed(f, path))
		return;
	/* A file that is called as rotated ones are is meant itself. */
	place.alone = place.name.age != NAME_NEWEST;
	l = mem_alloc(sizeof(*l));
	follow_log_init(l, &place, path, f, f->watch);
	ARRAY_PUSH(f->logs, f->n_logs, f->cap_logs) = l;
}

static bool
is_multilog(const struct follow *f, const struct directory *d)
{
	for (size_t i = 0; i < f->n_logs; i++)
		if (f->logs[i]->place.directory == d->path &&
		    f->logs[i]->place.name.kind == SOURCE_CURRENT)
			return true;
	return false;
}

/* Every stem is a log; in a directory of multilog there is only one. */
static void
add_logs_of(struct follow *f, const struct directory *d)
{
	struct log_files files;
	size_t end;

	if (is_multilog(f, d))
		return;
	if (log_files_read(&files, d->path) == 0) {
		for (size_t i = 0; i < files.n; i = end) {
			size_t begin;
			const char *live;

			log_files_stem(&files, &files.files[i].name, &begin,
			    &end);
			live = log_files_live(&files.files[end - 1], &f->arena);
			add_log(f, d->path, live, join(f, d->path, live));
		}
	}
	log_files_clear(&files);
}

/* Its index; where it lies in memory changes. */
static size_t
add_directory(struct follow *f, struct str path, bool whole)
{
	struct directory *d;

	while (path.n > 1 && str_ends(path, STR("/")))
		path.n--;
	for (size_t i = 0; i < f->n_directories; i++) {
		d = &f->directories[i];
		if (str_eq(str_from(d->path), path)) {
			d->whole |= whole;
			return i;
		}
	}
	d = &ARRAY_PUSH(f->directories, f->n_directories, f->cap_directories);
	*d = (struct directory){ .path = keep(f, path), .whole = whole,
		.watch = FOLLOW_NO_WATCH, .above = FOLLOW_NO_WATCH };
	return f->n_directories - 1;
}

/* ---- directories ---- */

/* Nobody else may need the watch. */
static void
drop_watch(struct follow *f, int *watch)
{
	int old = *watch;

	*watch = FOLLOW_NO_WATCH;
	if (old == FOLLOW_NO_WATCH)
		return;
	for (size_t i = 0; i < f->n_directories; i++)
		if (f->directories[i].watch == old ||
		    f->directories[i].above == old)
			return;
	for (size_t i = 0; i < f->n_logs; i++)
		if (f->logs[i]->aside == old)
			return;
	follow_watch_remove(f->watch, old);
}

/* Watches the nearest directory above that there is; true if it already was. */
static bool
watch_above(struct follow *f, struct directory *d)
{
	struct str path = str_from(d->path);
	int watch = FOLLOW_NO_WATCH;

	while (watch == FOLLOW_NO_WATCH && path.n > 0) {
		char *above;

		while (path.n > 0 && path.p[path.n - 1] != '/')
			path.n--;
		while (path.n > 1 && path.p[path.n - 1] == '/')
			path.n--;
		above = path.n > 0 ? mem_cstr(path) : mem_strdup(".");
		watch = follow_watch_directory(f->watch, above);
		free(above);
		if (path.n == 1)
			break;
	}
	if (watch == d->above)
		return true;
	drop_watch(f, &d->above);
	d->above = watch;
	return false;
}

/* Notes which directory has the path; true if it is still the same, or none. */
static bool
is_unchanged(struct directory *d)
{
	struct stat st;
	uint64_t device = d->device, inode = d->inode;

	d->device = d->inode = 0;
	if (stat(d->path, &st) == 0 && S_ISDIR(st.st_mode)) {
		d->device = st.st_dev;
		d->inode = st.st_ino;
	}
	return inode == d->inode && device == d->device;
}

/*
 * Has it none of its logs?  Then it may be about to go, and that it went is not
 * told as long as a deleted file of it is open: only the one above tells.
 */
static bool
is_bare(const struct follow *f, const struct directory *d)
{
	struct stat st;

	for (size_t i = 0; i < f->n_logs; i++)
		if (f->logs[i]->place.directory == d->path &&
		    lstat(f->logs[i]->path, &st) == 0)
			return false;
	return true;
}

/*
 * The directory itself: it may have come, gone, or be another one.  Watching
 * comes first, looking after it, so that nothing happens in between.
 */
static void
look_for_directory(struct follow *f, struct directory *d)
{
	bool same;

	for (int i = 0; i < 8; i++) {
		same = is_unchanged(d);
		if (!same || d->watch == FOLLOW_NO_WATCH) {
			drop_watch(f, &d->watch);
			if (d->inode != 0)
				d->watch = follow_watch_directory(f->watch,
				    d->path);
		}
		/* A nearer one may have come before the watch. */
		if (d->inode == 0 || is_bare(f, d))
			same &= watch_above(f, d);
		else
			drop_watch(f, &d->above);
		if (same)
			return;
	}
}

static bool
is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static void look_at_directory(struct follow *f, size_t index);

static void
add_file(struct follow *f, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct str above = STR(".");
	size_t index;

	if (slash != NULL)
		above = slash == path ? STR("/") : str_span(path, slash);
	index = add_directory(f, above, false);
	add_log(f, f->directories[index].path, slash ? slash + 1 : path, path);
	look_at_directory(f, index);
}

static void
look_at_directory(struct follow *f, size_t index)
{
	struct directory *d = &f->directories[index];
	const char *path = d->path;

	d->due = false;
	look_for_directory(f, d);
	if (d->inode == 0 && d->maybe_file && is_file(path)) {
		d->maybe_file = d->whole = false;
		add_file(f, path);
		return;
	}
	if (d->whole && d->inode != 0) {
		d->maybe_file = false;
		add_logs_of(f, d);
	}
	for (size_t i = 0; i < f->n_logs; i++)
		if (f->logs[i]->place.directory == path)
			f->logs[i]->due = f->logs[i]->names_due = true;
}

static int
add_stdin(struct follow *f)
{
	if (!is_followed(f, "-"))
		add_log(f, "-", "-", "-");
	return 0;
}

int
follow_add(struct follow *f, const char *argument, struct err *err)
{
	struct stat st = { .st_mode = S_IFDIR };
	bool there = stat(argument, &st) == 0;
	size_t index;

	if (strcmp(argument, "-") == 0)
		return add_stdin(f);
	if (*argument == '\0')
		return err_set(err, ERR_USAGE, "\"\": no LOG has an empty name");
	if (S_ISREG(st.st_mode)) {
		add_file(f, keep(f, str_from(argument)));
		return 0;
	}
	if (!S_ISDIR(st.st_mode))
		return err_set(err, ERR_NO_INPUT, "%s: neither a file nor a "
		    "directory; hand a pipe to standard input and name -",
		    argument);
	index = add_directory(f, str_from(argument), true);
	f->directories[index].maybe_file = !there;
	look_at_directory(f, index);
	return 0;
}

bool
follow_has(const struct follow *f, const struct follow_log *but,
    const struct follow_file *file)
{
	char head[FOLLOW_HEAD];
	size_t n = follow_file_peek(file, head);

	for (size_t i = 0; i < f->n_logs; i++) {
		const struct follow_log *l = f->logs[i];

		if (l != but && follow_log_had(l, but->place.directory, file,
		    head, n))
			return true;
	}
	return false;
}

/* ---- reading ---- */

size_t
follow_count(const struct follow *f)
{
	return f->n_logs;
}

const char *
follow_stream(const struct follow *f, size_t log)
{
	return f->logs[log]->stream;
}

const char *
follow_path(const struct follow *f, size_t log)
{
	return f->logs[log]->path;
}

bool
follow_start(struct follow *f, size_t log, uint64_t bytes_back)
{
	return follow_log_start(f->logs[log], bytes_back);
}

bool
follow_read(struct follow *f, size_t log, struct follow_block *b)
{
	return follow_log_read(f->logs[log], b);
}

bool
follow_ended(const struct follow *f)
{
	return f->n_logs == 1 && f->n_directories == 0 &&
	    f->logs[0]->now.ended && f->logs[0]->caught_up;
}

uint64_t
follow_bytes(const struct follow *f)
{
	uint64_t n = 0;

	for (size_t i = 0; i < f->n_logs; i++)
		n += follow_log_bytes(f->logs[i]);
	return n;
}

/* ---- waiting ---- */

size_t
follow_descriptors(const struct follow *f, struct pollfd *p)
{
	size_t n = 0;

	if (follow_watch_fd(f->watch) >= 0)
		p[n++] = (struct pollfd){ .fd = follow_watch_fd(f->watch),
			.events = POLLIN };
	for (size_t i = 0; i < f->n_logs && n < FOLLOW_DESCRIPTORS; i++)
		if (f->logs[i]->now.pipe && !f->logs[i]->now.ended)
			p[n++] = (struct pollfd){ .fd = f->logs[i]->now.fd,
				.events = POLLIN };
	return n;
}

static bool
is_unwatched(const struct directory *d)
{
	return (d->inode != 0 ? d->watch : d->above) == FOLLOW_NO_WATCH;
}

int
follow_timeout_ms(const struct follow *f)
{
	for (size_t i = 0; i < f->n_directories; i++)
		if (is_unwatched(&f->directories[i]))
			return f->o.poll_ms;
	for (size_t i = 0; i < f->n_logs; i++)
		if (follow_log_unwatched(f->logs[i]))
			return f->o.poll_ms;
	return -1;
}

static void
news_of_log(struct follow_log *l, int watch, enum follow_news news)
{
	bool ours = l->now.watch == watch || l->before.watch == watch ||
	    l->aside == watch;

	if (news == FOLLOW_NEWS_LOST) {
		/* The kernel has removed it. */
		if (l->now.watch == watch)
			l->now.watch = FOLLOW_NO_WATCH;
		if (l->before.watch == watch)
			l->before.watch = FOLLOW_NO_WATCH;
		if (l->aside == watch)
			l->aside = FOLLOW_NO_WATCH;
	}
	if (!ours && news != FOLLOW_NEWS_ALL)
		return;
	l->due = true;
	l->names_due |= news != FOLLOW_NEWS_DATA;
}

static void
news_of_directory(struct directory *d, int watch, enum follow_news news)
{
	bool ours = d->watch == watch || d->above == watch;

	if (news == FOLLOW_NEWS_LOST) {
		if (d->watch == watch)
			d->watch = FOLLOW_NO_WATCH;
		if (d->above == watch)
			d->above = FOLLOW_NO_WATCH;
	}
	d->due |= ours || news == FOLLOW_NEWS_ALL;
}

void
follow_wake(struct follow *f)
{
	enum follow_news news;
	int watch;

	while (follow_watch_next(f->watch, &watch, &news)) {
		for (size_t i = 0; i < f->n_logs; i++)
			news_of_log(f->logs[i], watch, news);
		for (size_t i = 0; i < f->n_directories; i++)
			news_of_directory(&f->directories[i], watch, news);
	}
	for (size_t i = 0; i < f->n_directories; i++)
		if (f->directories[i].due || is_unwatched(&f->directories[i]))
			look_at_directory(f, i);
	for (size_t i = 0; i < f->n_logs; i++) {
		f->logs[i]->due |= f->logs[i]->now.pipe;
		if (follow_log_unwatched(f->logs[i]))
			f->logs[i]->due = f->logs[i]->names_due = true;
	}
}

enum follow_notice
follow_notice(struct follow *f, size_t *log, const char **text)
{
	for (size_t i = 0; i < f->n_logs; i++) {
		enum follow_notice n = f->logs[i]->notice;

		if (n == FOLLOW_NOTHING)
			continue;
		f->logs[i]->notice = FOLLOW_NOTHING;
		*log = i;
		*text = n == FOLLOW_UNREADABLE ? strerror(f->logs[i]->failed)
					       : NULL;
		return n;
	}
	return FOLLOW_NOTHING;
}
