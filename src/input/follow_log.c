#include "input/follow_log.h"

#include <sys/stat.h>

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "input/blocks.h"
#include "input/follow_watch.h"

void
follow_log_init(struct follow_log *l, const struct follow_place *place,
    const char *path, const struct follow *owner, struct follow_watch *w)
{
	*l = (struct follow_log){ .place = *place, .path = path,
		.stream = place->directory, .owner = owner, .watch = w, .state = FOLLOW_ABSENT,
		.due = true, .names_due = true, .aside = FOLLOW_NO_WATCH };
	follow_file_init(&l->now);
	follow_file_init(&l->before);
	follow_file_init(&l->over);
	if (strcmp(path, "-") == 0) {
		follow_file_open_stdin(&l->now);
		l->state = FOLLOW_OPEN;
	}
}

static void
close_file(struct follow_log *l, struct follow_file *f)
{
	l->bytes += f->bytes;
	follow_file_close(f, l->watch);
}

static void
clear_between(struct follow_log *l)
{
	l->bytes += l->between.bytes;
	follow_between_clear(&l->between);
}

void
follow_log_clear(struct follow_log *l)
{
	close_file(l, &l->now);
	close_file(l, &l->before);
	close_file(l, &l->over);
	clear_between(l);
	buf_clear(&l->end);
	l->end_due = false;
	follow_watch_remove(l->watch, l->aside);
	l->aside = FOLLOW_NO_WATCH;
}

uint64_t
follow_log_bytes(const struct follow_log *l)
{
	return l->bytes + l->now.bytes + l->before.bytes +
	    l->over.bytes + l->between.bytes;
}

bool
follow_log_unwatched(const struct follow_log *l)
{
	return !l->now.pipe && l->now.fd >= 0 &&
	    l->now.watch == FOLLOW_NO_WATCH;
}

bool
follow_log_had(const struct follow_log *l, const char *directory,
    const struct follow_file *f, const char *head, size_t n)
{
	if (l->now.fd >= 0 && l->now.inode == f->inode &&
	    l->now.device == f->device)
		return true;
	return l->place.directory == directory &&
	    (follow_known_has(&l->known, head, n) ||
	    (l->now.n_head >= FOLLOW_HEAD_LEAST && l->now.n_head <= n &&
	    memcmp(l->now.head, head, l->now.n_head) == 0));
}

/* ---- what there is to be seen ---- */

/*
 * The directory that a symbolic link leads to is where a rotation would be seen.
 * A link that leads elsewhere later is seen where it stands.
 */
static void
watch_aside(struct follow_log *l)
{
	char real[PATH_MAX], *slash;
	struct stat st;

	if (lstat(l->path, &st) < 0 || !S_ISLNK(st.st_mode) ||
	    realpath(l->path, real) == NULL)
		return;
	slash = strrchr(real, '/');
	slash[slash == real] = '\0';
	l->aside = follow_watch_directory(l->watch, real);
}

static enum follow_name
who_has_name(const struct follow_log *l)
{
	struct stat st;

	if (l->now.pipe)
		return FOLLOW_OURS;
	if (stat(l->path, &st) < 0)
		return FOLLOW_NONE;
	if (l->refused_inode != 0 && st.st_ino == l->refused_inode &&
	    st.st_dev == l->refused_device)
		return FOLLOW_NONE;
	if (l->now.fd >= 0 && st.st_ino == l->now.inode &&
	    st.st_dev == l->now.device)
		return FOLLOW_OURS;
	return FOLLOW_OTHER;
}

/*
 * A file that was copied and truncated before anything was read of it does not
 * look any different.  But there is a rotated file then that nobody knows, and is
 * no copy of what the file holds now.  Asked when it is empty, and again when its
 * first bytes were read: those are of the file after the one that is found.
 */
static void
look_between(struct follow_log *l)
{
	struct follow_file none;

	if (l->place.name.kind == SOURCE_CURRENT || l->now.pipe)
		return;
	follow_file_init(&none);
	clear_between(l);
	follow_between_find(&l->between, &l->place, &none, &l->now, false,
	    &l->known);
}

static void
read_now(struct follow_log *l)
{
	bool first = l->now.offset == 0;

	follow_file_read(&l->now);
	if (first && l->now.offset > 0)
		look_between(l);
}

/*
 * The name first: what is seen of the file after it, is seen after its
 * successor was there.
 */
static void
see(struct follow_log *l, struct follow_seen *seen)
{
	*seen = (struct follow_seen){ .name = FOLLOW_OURS,
		.between = follow_between_any(&l->between),
		.nothing = l->now.fd < 0 };
	if (l->state == FOLLOW_BEHIND)
		return;
	if (l->names_due || l->state != FOLLOW_OPEN)
		seen->name = who_has_name(l);
	if (l->now.fd < 0)
		return;
	follow_file_see(&l->now, seen);
	if (l->state == FOLLOW_OPEN && l->now.offset == 0 && !seen->unread &&
	    !seen->between) {
		look_between(l);
		seen->between = follow_between_any(&l->between);
	}
}

/* ---- what there is to be done ---- */

static void
refuse(struct follow_log *l, int failed)
{
	struct stat st;

	if (failed == ENOENT || stat(l->path, &st) < 0)
		return;
	l->refused_device = st.st_dev;
	l->refused_inode = st.st_ino;
	l->failed = failed;
	/* What is packed has no end that could grow: nothing is wrong. */
	if (failed != EINVAL)
		l->notice = FOLLOW_UNREADABLE;
}

static bool
open_next(struct follow_log *l, struct follow_file *f)
{
	int failed = follow_file_open(f, l->path, l->watch);

	if (failed != 0) {
		refuse(l, failed);
		return false;
	}
	if (follow_has(l->owner, l, f)) {
		l->refused_device = f->device;
		l->refused_inode = f->inode;
		follow_file_close(f, l->watch);
		return false;
	}
	l->refused_inode = 0;
	follow_watch_remove(l->watch, l->aside);
	l->aside = FOLLOW_NO_WATCH;
	watch_aside(l);
	return true;
}

/* What was rotated before anyone saw the log is as new as the log. */
static void
begin(struct follow_log *l)
{
	struct follow_file none;

	if (!open_next(l, &l->now))
		return;
	follow_file_init(&none);
	clear_between(l);
	follow_between_find(&l->between, &l->place, &none, &l->now, false,
	    &l->known);
	l->notice = FOLLOW_APPEARED;
}

/*
 * Nothing comes of f any more: its last line, if that has no end, is handed out
 * next.
 */
static void
end_file(struct follow_log *l, struct follow_file *f, bool contiguous)
{
	struct str rest = live_lines_rest(&f->lines);

	assert(!l->end_due);
	buf_reset(&l->end);
	buf_add_str(&l->end, rest);
	buf_add_repeated(&l->end, '\0', BLOCKS_SLACK);
	l->end_offset = f->lines.offset;
	l->end_contiguous = contiguous;
	l->end_due = true;
}

static void
move_on(struct follow_log *l)
{
	/* multilog closes a log before it renames it. */
	bool closed = l->place.name.kind == SOURCE_CURRENT;
	struct follow_file next;

	assert(l->before.fd < 0 && l->over.fd < 0);
	if (!open_next(l, &next))
		return;
	clear_between(l);
	follow_between_find(&l->between, &l->place, &l->now, &next, false,
	    &l->known);
	l->notice = l->between.lost ? FOLLOW_MISSED : FOLLOW_WENT_ON;
	if (closed || follow_between_any(&l->between)) {
		/* All there is now is all there will be; it may have grown since
		 * it was read, if its successor was not yet the last one then. */
		l->over = l->now;
		/* The newest may still be written, by who does not know of the
		 * rotation after it. */
		if (!closed)
			follow_between_open_newest(&l->between, &l->before,
			    l->watch);
	} else {
		l->before = l->now;
	}
	l->now = next;
}

static void
restart(struct follow_log *l)
{
	clear_between(l);
	follow_between_find(&l->between, &l->place, &l->now, &l->now, true,
	    &l->known);
	/* Without a copy the rest of a line that was half written is nowhere. */
	if (l->now.offset > 0 && !follow_between_goes_on(&l->between))
		end_file(l, &l->now, false);
	follow_file_seek(&l->now, 0, true);
	l->notice = FOLLOW_TRUNCATED;
}

/* ---- what comes out ---- */

static bool
take_end(struct follow_log *l, struct follow_block *b)
{
	if (!l->end_due)
		return false;
	b->lines = str_make(l->end.p, l->end.n - BLOCKS_SLACK);
	b->offset = l->end_offset;
	b->end = true;
	b->contiguous = l->end_contiguous;
	l->end_due = false;
	return true;
}

/* Lines of a file as far as it goes at present. */
static bool
read_rest(struct follow_file *f, struct follow_block *b,
    struct follow_seen *seen)
{
	for (;;) {
		if (live_lines_take(&f->lines, &b->lines, &b->offset))
			return true;
		*seen = (struct follow_seen){ .unread = false };
		follow_file_see(f, seen);
		if (!seen->unread || seen->restarted)
			return false;
		follow_file_read(f);
	}
}

static bool
read_over(struct follow_log *l, struct follow_block *b)
{
	struct follow_seen seen;

	if (l->over.fd < 0)
		return false;
	if (read_rest(&l->over, b, &seen))
		return true;
	end_file(l, &l->over, l->place.name.kind == SOURCE_CURRENT);
	close_file(l, &l->over);
	return take_end(l, b);
}

/*
 * The file before is over when its successor is about to be one, and when it is
 * deleted and its successor is written.
 */
static bool
read_before(struct follow_log *l, struct follow_block *b)
{
	struct follow_file *f = &l->before;
	struct follow_seen seen;

	if (f->fd < 0)
		return false;
	if (read_rest(f, b, &seen))
		return true;
	if (l->state == FOLLOW_ROTATED || l->state == FOLLOW_GONE ||
	    (seen.unlinked && l->now.offset > 0)) {
		end_file(l, f, false);
		close_file(l, f);
		return take_end(l, b);
	}
	return false;
}

static bool
read_between(struct follow_log *l, struct follow_block *b)
{
	if (!follow_between_take(&l->between, &b->lines, &b->offset, &b->end))
		return false;
	b->contiguous = b->end;
	return true;
}

/* Only a pipe ends. */
static bool
end_now(struct follow_log *l, struct follow_block *b)
{
	struct follow_file *f = &l->now;

	if (!f->ended || f->lines.begin == f->lines.end)
		return false;
	b->lines = live_lines_rest(&f->lines);
	b->offset = f->lines.offset;
	b->end = true;
	f->lines.begin = f->lines.end;
	return true;
}

static bool
take(struct follow_log *l, struct follow_block *b)
{
	*b = (struct follow_block){ .end = false };
	if (take_end(l, b) || read_over(l, b) || read_between(l, b))
		return true;
	if (follow_between_any(&l->between))
		return false;
	return read_before(l, b) || live_lines_take(&l->now.lines, &b->lines, &b->offset) ||
	    end_now(l, b);
}

bool
follow_log_read(struct follow_log *l, struct follow_block *b)
{
	struct follow_seen seen;

	if (!l->due)
		return false;
	l->now.failed = l->before.failed = l->over.failed = 0;
	for (;;) {
		if (take(l, b))
			return true;
		see(l, &seen);
		switch (follow_step(&l->state, &seen)) {
		case FOLLOW_WAIT:
			l->due = l->names_due = false;
			l->caught_up = true;
			return false;
		case FOLLOW_READ:
			read_now(l);
			break;
		case FOLLOW_BEGIN:
			begin(l);
			break;
		case FOLLOW_MOVE_ON:
			move_on(l);
			break;
		case FOLLOW_RESTART:
			restart(l);
			break;
		case FOLLOW_CATCH_UP:
			follow_between_read(&l->between);
			break;
		case FOLLOW_LOOK:
			break;
		}
	}
}

/* The end of the file that has the name, and of those before it. */
static bool
seek_back(struct follow_log *l, uint64_t bytes_back)
{
	uint64_t size = 0, left, from;
	struct stat st;

	if (l->now.fd >= 0 && fstat(l->now.fd, &st) == 0)
		size = (uint64_t)st.st_size;
	left = size < bytes_back ? bytes_back - size : 0;
	from = size > bytes_back ? size - bytes_back : 0;
	/* From one byte before: whether a line begins there. */
	if (from > 0)
		follow_file_seek(&l->now, from - 1, false);
	return follow_between_back(&l->between, &l->place, &l->now, left,
	    &l->known) && from == 0;
}

bool
follow_log_start(struct follow_log *l, uint64_t bytes_back)
{
	struct follow_seen seen = { .name = FOLLOW_NONE };

	if (l->now.pipe)
		return true;
	follow_log_clear(l);
	l->known = (struct follow_known){ 0 };
	l->state = FOLLOW_ABSENT;
	l->due = l->names_due = true;
	l->caught_up = false;
	seen.name = who_has_name(l);
	if (follow_step(&l->state, &seen) == FOLLOW_BEGIN)
		open_next(l, &l->now);
	return seek_back(l, bytes_back);
}
