#include "input/source.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/when.h"
#include "input/name.h"
#include "input/reader.h"
#include "input/unpack.h"

/* A directory that changes while it is read is read again, at most so often. */
#define SCAN_TRIES 5

/* What is known of a source beyond what others may see. */
struct entry {
	struct source source; /* first: the list points to it */
	struct name name;
	bool named; /* by an argument of its own */
};

/* One directory, however it is spelled. */
struct source_stream {
	struct source_stream *next;
	const char *path;
	dev_t device;
	ino_t inode;
};

/* A file as it was found; path is in the arena. */
struct found {
	const char *path;
	struct name name;
	struct stat st; /* all zero if that failed */
	enum source_packing packing;
	int failed; /* errno */
};

struct scan {
	struct found *files;
	size_t n;
	size_t cap;
	bool has_multilog;
};

static const char *
keep(struct source_list *l, struct str text)
{
	return arena_str(&l->arena, text).p;
}

/* Saturates: a damaged inode may bear any time. */
static int64_t
time_ns(const struct timespec *t)
{
	const int64_t most_s = INT64_MAX / WHEN_SECOND - 1;

	if (t->tv_sec > most_s)
		return INT64_MAX;
	if (t->tv_sec < -most_s)
		return INT64_MIN + 1;
	return t->tv_sec * WHEN_SECOND + t->tv_nsec;
}

static bool
same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* Tells whether it can be read at all, too: 0 or an errno. */
static int
look_inside(const char *path, enum source_packing *packing)
{
	const struct unpacker *u;
	char head[UNPACK_HEAD];
	int fd, failed;
	ssize_t n;

	/* O_NONBLOCK: it might be a pipe by now. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return errno;
	n = pread(fd, head, sizeof(head), 0);
	failed = n < 0 ? errno : 0;
	close(fd);
	u = n > 0 ? reader_packed_by(head, (size_t)n) : NULL;
	*packing = u != NULL ? u->packing : PACKING_NONE;
	return failed;
}

static struct found
examine(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct found f = { .path = path };

	f.name = name_parse(str_from(slash != NULL ? slash + 1 : path));
	if (stat(path, &f.st) < 0) {
		f.failed = errno;
		memset(&f.st, 0, sizeof(f.st));
	} else if (S_ISREG(f.st.st_mode)) {
		f.failed = look_inside(path, &f.packing);
	}
	return f;
}

static const char *
find_stream(struct source_list *l, struct str path)
{
	struct source_stream *s = arena_alloc(&l->arena, sizeof(*s));
	struct stat st = { 0 };

	*s = (struct source_stream){ .next = l->streams, .path = keep(l, path) };
	if (stat(s->path, &st) == 0) {
		s->device = st.st_dev;
		s->inode = st.st_ino;
	}
	for (const struct source_stream *o = l->streams; o != NULL; o = o->next)
		if (strcmp(o->path, s->path) == 0 || (s->inode != 0 &&
		    o->inode == s->inode && o->device == s->device))
			return o->path;
	l->streams = s;
	return s->path;
}

/*
 * Where e belongs: behind the last one of its stem that is not newer, else
 * before its stem, else at the end of its stream, else at the end.  Files that
 * are named stand as they are named: pieces of a log may be called log.1, log.2,
 * log.3 in this order.  Only multilog's names leave no doubt.
 */
static size_t
find_place(const struct source_list *l, const struct entry *e)
{
	bool by_name = !e->named || name_is_multilog(&e->name);
	bool in_stream = false;
	size_t place = l->n;

	for (size_t i = l->n; i > 0; i--) {
		const struct entry *o = (const struct entry *)l->sources[i - 1];

		if (o->source.stream != e->source.stream)
			continue;
		if (!in_stream)
			place = i;
		in_stream = true;
		if (!by_name || !name_same_stem(&o->name, &e->name))
			continue;
		if (name_cmp_age(&o->name, &e->name) <= 0)
			return i;
		place = i - 1;
	}
	return place;
}

static void
insert(struct source_list *l, struct entry *e)
{
	size_t place = find_place(l, e);

	ARRAY_PUSH(l->sources, l->n, l->cap) = NULL;
	memmove(l->sources + place + 1, l->sources + place,
	    (l->n - 1 - place) * sizeof(*l->sources));
	l->sources[place] = &e->source;
}

static bool
is_after(const struct entry *e, const struct entry *before)
{
	if (e->source.stream != before->source.stream)
		return false;
	if (name_same_stem(&e->name, &before->name) &&
	    name_cmp_age(&before->name, &e->name) < 0)
		return true;
	return e->named && before->named;
}

static void
mark_ordered(struct source_list *l)
{
	for (size_t i = 1; i < l->n; i++)
		l->sources[i]->ordered = is_after((struct entry *)l->sources[i],
		    (struct entry *)l->sources[i - 1]);
}

static struct entry *
entry_new(struct source_list *l, const struct found *f, const char *stream)
{
	struct entry *e = arena_alloc(&l->arena, sizeof(*e));

	*e = (struct entry){
		.source.path = f->path,
		.source.stream = stream,
		.source.kind = f->name.kind,
		.source.packing = f->packing,
		.source.rotated = f->name.kind == SOURCE_FINISHED ||
		    f->name.kind == SOURCE_UNPROCESSED ||
		    (f->name.kind == SOURCE_FILE &&
		    f->name.age != NAME_NEWEST),
		.source.mtime_ns = WHEN_NONE,
		.source.ctime_ns = WHEN_NONE,
		.name = f->name,
	};
	if (S_ISREG(f->st.st_mode)) {
		e->source.device = f->st.st_dev;
		e->source.inode = f->st.st_ino;
		e->source.size = (uint64_t)f->st.st_size;
	}
	if (f->st.st_ino != 0) {
		e->source.mtime_ns = time_ns(&f->st.st_mtim);
		e->source.ctime_ns = time_ns(&f->st.st_ctim);
	}
	if (f->failed != 0)
		e->source.error = keep(l, str_from(strerror(f->failed)));
	return e;
}

static void
add_found(struct source_list *l, const struct found *f, const char *stream,
    bool named, const struct source_options *o)
{
	struct entry *e;

	if (f->st.st_ino != 0 && time_ns(&f->st.st_ctim) <= o->newer_than_ns)
		return;
	e = entry_new(l, f, stream);
	e->named = named;
	insert(l, e);
}

static void
add_file(struct source_list *l, const struct found *f,
    const struct source_options *o)
{
	const char *slash = strrchr(f->path, '/');
	struct str dir = STR(".");

	if (slash != NULL)
		dir = slash == f->path ? STR("/") : str_span(f->path, slash);
	add_found(l, f, find_stream(l, dir), true, o);
}

/*
 * A file that is redirected to standard input may be named too; its inode
 * shows it, unless others have read its beginning and left only the rest.
 */
static void
add_stdin(struct source_list *l)
{
	const struct found f = { .path = "-", .name.kind = SOURCE_STDIN };
	struct entry *e = entry_new(l, &f, "-");
	struct stat st;

	if (fstat(STDIN_FILENO, &st) == 0 &&
	    lseek(STDIN_FILENO, 0, SEEK_CUR) <= 0) {
		e->source.device = st.st_dev;
		e->source.inode = st.st_ino;
	}
	insert(l, e);
}

static const char *
join_path(struct source_list *l, struct str dir, const char *file_name)
{
	struct buf path = { 0 };
	const char *kept;

	buf_add_str(&path, dir);
	if (!str_ends(dir, STR("/")))
		buf_add_char(&path, '/');
	buf_add_str(&path, str_from(file_name));
	kept = keep(l, buf_str(&path));
	buf_clear(&path);
	return kept;
}

/*
 * A file that is gone when it is looked at was rotated away, and has another
 * name now, or is a link to nothing.
 */
static void
scan_file(struct scan *s, const char *path)
{
	struct found f = examine(path);

	if (f.failed == ENOENT || (f.st.st_ino != 0 && !S_ISREG(f.st.st_mode)))
		return;
	s->has_multilog |= name_is_multilog(&f.name);
	ARRAY_PUSH(s->files, s->n, s->cap) = f;
}

/* 0 or an errno. */
static int
scan_entries(struct source_list *l, struct str path, DIR *dir, struct scan *s)
{
	const struct dirent *entry;

	s->n = 0;
	s->has_multilog = false;
	for (;;) {
		errno = 0;
		entry = readdir(dir);
		if (entry == NULL)
			return errno;
		if (!name_is_no_log(str_from(entry->d_name)))
			scan_file(s, join_path(l, path, entry->d_name));
	}
}

/*
 * A rotation at this moment may hide a log: its old name was not read yet, and
 * its new one is where readdir() has been.  So: until the directory stands still,
 * as far as the ticks of the file system's clock (some ms) tell.
 */
static int
scan_directory(struct source_list *l, struct str path, const char *c_path,
    struct scan *s)
{
	struct stat before = { 0 }, after = { 0 };
	DIR *dir = opendir(c_path);
	int failed;

	if (dir == NULL)
		return errno;
	for (int i = 0; i < SCAN_TRIES; i++) {
		rewinddir(dir);
		fstat(dirfd(dir), &before);
		failed = scan_entries(l, path, dir, s);
		fstat(dirfd(dir), &after);
		if (failed != 0 || same_time(&before.st_mtim, &after.st_mtim))
			break;
	}
	closedir(dir);
	return failed;
}

static int
cmp_found(const void *a, const void *b)
{
	const struct found *x = a, *y = b;
	int order = name_cmp_stem(&x->name, &y->name);

	if (order == 0)
		order = name_cmp_age(&x->name, &y->name);
	return order ? order : strcmp(x->path, y->path);
}

static void
add_directory(struct source_list *l, const struct found *d,
    const struct source_options *o)
{
	struct str path = str_from(d->path);
	struct found unreadable = *d;
	struct scan s = { 0 };
	const char *stream;

	while (path.n > 1 && str_ends(path, STR("/")))
		path.n--;
	stream = find_stream(l, path);
	unreadable.failed = scan_directory(l, path, d->path, &s);
	if (unreadable.failed != 0)
		insert(l, entry_new(l, &unreadable, stream));
	if (s.n > 0)
		qsort(s.files, s.n, sizeof(*s.files), cmp_found);
	for (size_t i = 0; i < s.n; i++)
		if (!s.has_multilog || name_is_multilog(&s.files[i].name))
			add_found(l, &s.files[i], stream, false, o);
	free(s.files);
}

int
source_list_add(struct source_list *l, const char *argument,
    const struct source_options *o, struct err *err)
{
	struct found f;

	if (strcmp(argument, "-") == 0) {
		add_stdin(l);
		mark_ordered(l);
		return 0;
	}
	f = examine(keep(l, str_from(argument)));
	if (f.failed == ENOENT || f.failed == ENOTDIR)
		return err_set(err, ERR_NO_INPUT, "%s: %s", argument,
		    strerror(f.failed));
	if (S_ISDIR(f.st.st_mode))
		add_directory(l, &f, o);
	else
		add_file(l, &f, o);
	mark_ordered(l);
	return 0;
}

void
source_list_clear(struct source_list *l)
{
	free(l->sources);
	arena_clear(&l->arena);
	*l = (struct source_list){ 0 };
}
