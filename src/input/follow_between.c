#include "input/follow_between.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "input/follow_piece.h"
#include "input/log_files.h"
#include "input/reader.h"

#define CHUNK ((size_t)128 << 10)
/* Names that change while they are read are read again, so often. */
#define LISTINGS 200
/* Rotated files are held open until they are read, but not more of them. */
#define HELD 200
/*
 * Of a packed file there is no reading from the end: one larger than this is not
 * worth it to show a few lines at the start.
 */
#define PACKED_MOST (UINT64_C(1) << 20)

static const char *
path_in(struct follow_between *b, const char *directory, const char *file_name)
{
	struct buf path = { 0 };
	const char *kept;

	buf_printf(&path, "%s%s%s", directory,
	    str_ends(str_from(directory), STR("/")) ? "" : "/", file_name);
	kept = arena_str(&b->arena, buf_str(&path)).p;
	buf_clear(&path);
	return kept;
}

static bool
same_file(const struct follow_piece *p, const struct follow_file *f)
{
	return f->fd >= 0 && p->inode == f->inode && p->device == f->device;
}

static bool
is_named(struct follow_between *b, const struct follow_place *place,
    const char *file_name, const struct follow_file *f)
{
	struct stat st;

	return stat(path_in(b, place->directory, file_name), &st) == 0 &&
	    st.st_ino == f->inode && st.st_dev == f->device;
}

/*
 * multilog's "previous" is a log that is finished but has no name of its own
 * yet, or gets it while names are read, which may then miss it.  While next is
 * still the one that is written, previous stands right before it; once it is not,
 * all that stand before it have names.
 */
static bool
open_previous(struct follow_between *b, const struct follow_place *place,
    const struct follow_file *next, struct follow_piece *p)
{
	if (place->name.kind != SOURCE_CURRENT)
		return false;
	/* Between the two there is only what the processor made of it. */
	if (!follow_piece_open(p, path_in(b, place->directory, "previous")) &&
	    !follow_piece_open(p, path_in(b, place->directory, "processed")))
		return false;
	if (same_file(p, next) || (next->fd >= 0 &&
	    !is_named(b, place, place->file_name, next))) {
		follow_piece_close(p);
		return false;
	}
	follow_piece_read_head(p);
	return true;
}

/* The rotated files, newest first, with what stat() says. */
struct walk {
	const struct follow_place *place;
	struct log_files files;
	size_t begin, at; /* files[at - 1] is next */
};

static void
walk_begin(struct walk *w, const struct follow_place *place)
{
	size_t end = 0;

	*w = (struct walk){ .place = place };
	if (!place->alone && log_files_read(&w->files, place->directory) == 0)
		log_files_stem(&w->files, &place->name, &w->begin, &end);
	w->at = end;
}

/*
 * Numbers move on from file to file: what was seen under them fits together only
 * if none did meanwhile.  multilog's names and dates stay.
 */
static bool
walk_end(struct walk *w)
{
	const struct name *name = &w->place->name;
	struct log_files again;
	bool same = true;

	if (!w->place->alone && name->kind != SOURCE_CURRENT) {
		log_files_read(&again, w->place->directory);
		same = log_files_same(&w->files, &again, name);
		log_files_clear(&again);
	}
	log_files_clear(&w->files);
	return same;
}

static bool
walk_next(struct walk *w, struct follow_between *b, struct follow_piece *p)
{
	while (w->at > w->begin) {
		const struct log_file *f = &w->files.files[--w->at];

		if (name_cmp_age(&f->name, &w->place->name) < 0 &&
		    follow_piece_open(p, path_in(b, w->place->directory,
		    f->file_name)))
			return true;
	}
	return false;
}

static void
add(struct follow_between *b, struct follow_piece *p)
{
	if (b->n >= HELD)
		follow_piece_close(p);
	ARRAY_PUSH(b->pieces, b->n, b->cap) = *p;
}

static void
forget_pieces(struct follow_between *b)
{
	for (size_t i = 0; i < b->n; i++)
		follow_piece_close(&b->pieces[i]);
	b->n = 0;
	b->barred = false;
}

/* A file, or the packed one that is being made of it: the whole one counts. */
static bool
has(struct follow_between *b, const struct follow_piece *p)
{
	for (size_t i = 0; i < b->n; i++) {
		struct follow_piece *o = &b->pieces[i];

		if (o->inode == p->inode && o->device == p->device)
			return true;
		if (!follow_head_same(&o->head, &p->head))
			continue;
		if (!p->packed && o->packed) {
			follow_piece_close(o);
			*o = *p;
			o->fd = follow_piece_dup(p->fd);
		}
		return true;
	}
	return false;
}

static void
reverse(struct follow_between *b)
{
	for (size_t i = 0, j = b->n; i + 1 < j; i++) {
		struct follow_piece p = b->pieces[--j];

		b->pieces[j] = b->pieces[i];
		b->pieces[i] = p;
	}
}

static bool
begins_as(const struct follow_piece *p, const struct follow_file *f)
{
	return f->n_head > 0 && f->n_head <= p->head.n &&
	    memcmp(f->head, p->head.bytes, f->n_head) == 0;
}

/* It goes on where old was read to. */
static void
be_copy(struct follow_piece *p, const struct follow_file *old)
{
	p->from = old->offset;
	p->goes_on = true;
}

/*
 * Is it next, or what a processor or packer made of that, or a copy?  Then it
 * was rotated since it was opened, or will be truncated, and so were the newer
 * ones, which have to wait.
 */
static bool
is_next(const struct follow_piece *p, const struct follow_file *next)
{
	struct follow_head head;

	if (next->fd < 0)
		return false;
	head.n = follow_file_peek(next, head.bytes);
	if (follow_head_same(&head, &p->head))
		return true;
	/* What was read of it, if it has been truncated in this moment. */
	return next->n_head >= FOLLOW_HEAD_LEAST && begins_as(p, next);
}

/* What a walk through the rotated files found. */
/* FOUND_CHANGED: look again. */
enum found { FOUND_NONE, FOUND_OLD, FOUND_CHANGED };

/* What is to be done with one of them. */
enum use { USE_ADD, USE_NOT, USE_AND_END, USE_END, USE_BEGIN_ANEW };

static enum use
use_of(struct follow_piece *p, struct follow_between *b,
    const struct follow_file *old, const struct follow_file *next,
    bool truncated, const struct follow_known *known)
{
	if (!truncated && same_file(p, old))
		return USE_END;
	follow_piece_read_head(p);
	if (has(b, p))
		return USE_NOT;
	if (truncated && old->n_head >= FOLLOW_HEAD_LEAST &&
	    begins_as(p, old)) {
		be_copy(p, old);
		return USE_AND_END;
	}
	if (same_file(p, next) || is_next(p, next))
		return USE_BEGIN_ANEW;
	if (follow_known_has(known, p->head.bytes, p->head.n))
		return USE_END;
	/* What is as short as that cannot be known again, and holds no line. */
	return p->head.n >= FOLLOW_HEAD_LEAST ? USE_ADD : USE_NOT;
}

/*
 * Names that multilog gives while they are read may be seen or not, newer ones
 * and not older ones.  Those are the ones after next, and must not be taken for
 * ones before it.
 */
static bool
may_hide_next(struct follow_between *b, const struct follow_place *place,
    const struct follow_file *next)
{
	return place->name.kind == SOURCE_CURRENT && next->fd >= 0 &&
	    !is_named(b, place, place->file_name, next) &&
	    !is_named(b, place, "previous", next);
}

static enum found
find_pieces(struct follow_between *b, const struct follow_place *place,
    const struct follow_file *old, const struct follow_file *next,
    bool truncated, const struct follow_known *known)
{
	enum found found = FOUND_NONE;
	bool met_next = false;
	struct follow_piece p;
	struct walk w;

	forget_pieces(b);
	walk_begin(&w, place);
	while (found == FOUND_NONE && walk_next(&w, b, &p)) {
		enum use use = use_of(&p, b, old, next, truncated, known);

		if (use == USE_ADD || use == USE_AND_END)
			add(b, &p);
		else
			follow_piece_close(&p);
		if (use == USE_AND_END || use == USE_END)
			found = FOUND_OLD;
		if (use == USE_BEGIN_ANEW) {
			forget_pieces(b);
			met_next = true;
		}
	}
	if (!walk_end(&w) || (!met_next && may_hide_next(b, place, next)))
		return FOUND_CHANGED;
	return found;
}

void
follow_between_find(struct follow_between *b, const struct follow_place *place,
    struct follow_file *old, const struct follow_file *next, bool truncated,
    struct follow_known *known)
{
	enum found found = FOUND_CHANGED;
	struct follow_piece previous;
	char head[FOLLOW_HEAD];
	bool has_previous;

	if (!truncated && old->fd >= 0)
		follow_known_add(known, head, follow_file_peek(old, head));
	/* Before the names are read: if it is not there, its last name is. */
	has_previous = open_previous(b, place, next, &previous);
	for (int i = 0; i < LISTINGS && found == FOUND_CHANGED; i++)
		found = find_pieces(b, place, old, next, truncated, known);
	b->lost = found == FOUND_NONE && b->n > 0 && known->next > 0;
	reverse(b);
	/* If little was read of it, it is the oldest, if any. */
	if (truncated && b->n > 0 && begins_as(&b->pieces[0], old))
		be_copy(&b->pieces[0], old);
	if (follow_between_goes_on(b)) {
		b->lines = old->lines;
		old->lines = (struct live_lines){ 0 };
	}
	if (truncated)
		follow_known_add(known, old->head, old->n_head);
	if (has_previous && (same_file(&previous, old) || has(b, &previous) ||
	    follow_known_has(known, previous.head.bytes, previous.head.n)))
		follow_piece_close(&previous);
	else if (has_previous)
		add(b, &previous);
	for (size_t i = 0; i < b->n; i++)
		follow_known_add(known, b->pieces[i].head.bytes,
		    b->pieces[i].head.n);
}

/* Takes the end of p; no more is wanted if nothing can be had before it. */
static void
add_end(struct follow_between *b, struct follow_piece *p, uint64_t *left)
{
	b->barred = p->packed && p->size > PACKED_MOST;
	if (b->barred) {
		*left = 0;
		follow_piece_close(p);
		return;
	}
	if (!p->packed)
		p->from = p->size > *left ? p->size - *left : 0;
	*left -= p->size < *left ? p->size : *left;
	add(b, p);
}

/* One walk for follow_between_back(); *left is what could not be had. */
static bool
find_back(struct follow_between *b, const struct follow_place *place,
    const struct follow_file *next, uint64_t *left, struct follow_known *known)
{
	struct follow_known newest = { .next = 0 }, found;
	struct follow_piece p;
	size_t previous = 0; /* pieces */
	bool met_next = false;
	uint64_t before_it;
	struct walk w;

	forget_pieces(b);
	if (open_previous(b, place, next, &p)) {
		follow_known_add(&newest, p.head.bytes, p.head.n);
		if (*left > 0)
			add_end(b, &p, left);
		else
			follow_piece_close(&p);
		previous = b->n;
	}
	before_it = *left;
	found = newest;
	walk_begin(&w, place);
	for (size_t n = 0; (*left > 0 || n < FOLLOW_KNOWN - 2) &&
	    walk_next(&w, b, &p); n++) {
		follow_piece_read_head(&p);
		if (same_file(&p, next) || is_next(&p, next)) {
			while (b->n > previous)
				follow_piece_close(&b->pieces[--b->n]);
			follow_piece_close(&p);
			found = newest;
			*left = before_it;
			b->barred = false;
			met_next = true;
			continue;
		}
		if (n < FOLLOW_KNOWN - 2)
			follow_known_add(&found, p.head.bytes, p.head.n);
		if (*left > 0 && !has(b, &p))
			add_end(b, &p, left);
		else
			follow_piece_close(&p);
	}
	*known = found;
	reverse(b);
	return walk_end(&w) && (met_next || !may_hide_next(b, place, next));
}

bool
follow_between_back(struct follow_between *b, const struct follow_place *place,
    const struct follow_file *next, uint64_t bytes_back,
    struct follow_known *known)
{
	uint64_t left = bytes_back;

	for (int i = 0; i < LISTINGS; i++) {
		left = bytes_back;
		if (find_back(b, place, next, &left, known))
			break;
	}
	return left > 0 || b->barred;
}

/* ---- reading them ---- */

static void
skip_bytes(struct reader *r, uint64_t n)
{
	char bytes[4096];
	size_t got = 1;

	if (reader_seekable(r)) {
		reader_seek(r, n);
		return;
	}
	for (; n > 0 && got > 0; n -= got)
		got = reader_read(r, bytes, n < sizeof(bytes) ? (size_t)n :
		    sizeof(bytes));
}

static bool
begin_piece(struct follow_between *b)
{
	struct follow_piece *p = &b->pieces[b->at];

	b->reader = follow_piece_reader(p);
	follow_piece_close(p);
	if (b->reader == NULL) {
		b->lost = true;
		return false;
	}
	if (p->goes_on) {
		skip_bytes(b->reader, p->from);
		return true;
	}
	/* From one byte before: whether a line begins there. */
	live_lines_restart(&b->lines, p->from - (p->from > 0));
	b->lines.skip = p->from > 0;
	if (p->from > 1)
		skip_bytes(b->reader, p->from - 1);
	return true;
}

void
follow_between_read(struct follow_between *b)
{
	size_t n;

	if (b->reader == NULL && !begin_piece(b)) {
		b->at++;
		return;
	}
	n = reader_read(b->reader, live_lines_room(&b->lines, CHUNK), CHUNK);
	if (n > 0) {
		live_lines_filled(&b->lines, n);
		b->bytes += n;
		return;
	}
	reader_close(&b->reader);
	b->at++;
}

bool
follow_between_take(struct follow_between *b, struct str *block,
    uint64_t *offset, bool *end)
{
	*end = false;
	if (live_lines_take(&b->lines, block, offset))
		return true;
	if (b->reader != NULL || b->at == 0 || b->ended == b->at)
		return false;
	b->ended = b->at;
	*end = true;
	*block = live_lines_rest(&b->lines);
	*offset = b->lines.offset;
	live_lines_restart(&b->lines, 0);
	return true;
}

bool
follow_between_goes_on(const struct follow_between *b)
{
	return follow_between_any(b) && b->pieces[b->at].goes_on;
}

bool
follow_between_open_newest(struct follow_between *b, struct follow_file *f,
    struct follow_watch *w)
{
	struct follow_piece *p;
	char held[32];

	if (!follow_between_any(b) || b->pieces[b->n - 1].fd < 0)
		return false;
	p = &b->pieces[b->n - 1];
	follow_piece_held_path(held, p->fd);
	if (p->goes_on || follow_file_open(f, held, w) != 0)
		return false;
	follow_piece_close(p);
	b->n--;
	return true;
}

void
follow_between_clear(struct follow_between *b)
{
	if (b->reader != NULL)
		reader_close(&b->reader);
	forget_pieces(b);
	free(b->pieces);
	live_lines_clear(&b->lines);
	arena_clear(&b->arena);
	*b = (struct follow_between){ 0 };
}
