#include "input/follow_between.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "input/log_files.h"
#include "input/reader.h"

#define CHUNK ((size_t)128 << 10)
/* Names that change while they are read are read again, so often. */
#define LISTINGS 5
/*
 * Of a packed file there is no reading from the end: one larger than this is not
 * worth it to show a few lines at the start.
 */
#define PACKED_MOST (UINT64_C(1) << 20)

struct follow_piece {
	const char *path;
	uint64_t device, inode;
	uint64_t size;	       /* on disk */
	struct reader *reader; /* opened already; or NULL */
	uint64_t from;	       /* where to begin */
	bool goes_on;	       /* with what b->lines hold */
	bool held;	       /* by its descriptor: it may lose its name */
	struct follow_head head;
};

/* ---- what is known ---- */

bool
follow_known_has(const struct follow_known *k, const char *head, size_t n)
{
	for (size_t i = 0; i < FOLLOW_KNOWN; i++) {
		const struct follow_head *o = &k->heads[i];

		if (o->n > 0 && o->n <= n && memcmp(o->bytes, head, o->n) == 0)
			return true;
	}
	return false;
}

static bool
is_known(const struct follow_known *k, const struct follow_head *h)
{
	return follow_known_has(k, h->bytes, h->n);
}

void
follow_known_add(struct follow_known *k, const char *head, size_t n)
{
	struct follow_head *h = &k->heads[k->next];

	if (n > FOLLOW_HEAD)
		n = FOLLOW_HEAD;
	if (n == 0 || follow_known_has(k, head, n))
		return;
	memcpy(h->bytes, head, n);
	h->n = n;
	k->next = (k->next + 1) % FOLLOW_KNOWN;
}

/* ---- candidates ---- */

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

static int
open_piece(struct follow_piece *p, const char *directory)
{
	const struct source s = { .path = p->path, .stream = directory,
		.kind = SOURCE_FILE, .device = p->device, .inode = p->inode };

	return reader_open(&p->reader, &s, NULL);
}

static void
read_head(struct follow_piece *p, const char *directory)
{
	size_t got;

	if (open_piece(p, directory) < 0)
		return;
	while (p->head.n < FOLLOW_HEAD && (got = reader_read(p->reader,
	    p->head.bytes + p->head.n, FOLLOW_HEAD - p->head.n)) > 0)
		p->head.n += got;
	reader_close(&p->reader);
}

/*
 * multilog's "previous" is a log that is finished but has no name of its own
 * yet.  Its descriptor is kept, for a processor may put another file in its place.
 */
static bool
open_previous(struct follow_between *b, const struct follow_place *place,
    struct follow_piece *p)
{
	struct stat st;
	int fd;

	*p = (struct follow_piece){ .path = path_in(b, place->directory,
	    "previous") };
	if (place->name.kind != SOURCE_CURRENT)
		return false;
	fd = open(p->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return false;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size == 0 ||
	    (p->reader = reader_plain_new(fd, true, NULL)) == NULL) {
		close(fd);
		return false;
	}
	p->held = true;
	p->device = st.st_dev;
	p->inode = st.st_ino;
	p->size = (uint64_t)st.st_size;
	p->head.n = reader_read(p->reader, p->head.bytes, FOLLOW_HEAD);
	reader_seek(p->reader, 0);
	return true;
}

/* The rotated files, newest first, with what stat() says. */
struct walk {
	const struct follow_place *place;
	struct log_files files;
	size_t begin, at; /* files[at - 1] is next */
	bool changed;	  /* one of them was renamed meanwhile */
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

static bool
walk_next(struct walk *w, struct follow_between *b, struct follow_piece *p)
{
	struct stat st;

	while (w->at > w->begin) {
		const struct log_file *f = &w->files.files[--w->at];

		if (name_cmp_age(&f->name, &w->place->name) >= 0)
			continue;
		*p = (struct follow_piece){ .path = path_in(b,
		    w->place->directory, f->file_name) };
		if (stat(p->path, &st) < 0) {
			w->changed |= errno == ENOENT;
			continue;
		}
		if (!S_ISREG(st.st_mode) || st.st_size == 0)
			continue;
		p->device = st.st_dev;
		p->inode = st.st_ino;
		p->size = (uint64_t)st.st_size;
		return true;
	}
	return false;
}

static void
add(struct follow_between *b, const struct follow_piece *p)
{
	ARRAY_PUSH(b->pieces, b->n, b->cap) = *p;
}

static bool
has(const struct follow_between *b, const struct follow_piece *p)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->pieces[i].inode == p->inode &&
		    b->pieces[i].device == p->device)
			return true;
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

/* The copy of what was truncated goes on where old was read to. */
static void
add_copy(struct follow_between *b, struct follow_piece *p,
    struct follow_file *old)
{
	p->from = old->offset;
	p->goes_on = true;
	b->lines = old->lines;
	old->lines = (struct live_lines){ 0 };
	add(b, p);
}

static bool
is_copy(const struct follow_piece *p, const struct follow_file *old)
{
	return old->n_head > 0 && old->n_head <= p->head.n &&
	    memcmp(old->head, p->head.bytes, old->n_head) == 0;
}

/*
 * Is it next, or what a processor or packer made of that?  Then it was rotated
 * since it was opened, and so were the newer ones, which have to wait.
 */
static bool
is_next(const struct follow_piece *p, const struct follow_file *next)
{
	char head[FOLLOW_HEAD];
	size_t n;

	if (next->fd < 0)
		return false;
	n = follow_file_peek(next, head);
	if (n > p->head.n)
		n = p->head.n;
	return n > 0 && memcmp(head, p->head.bytes, n) == 0;
}

/* What a walk through the rotated files found. */
enum found { FOUND_NONE, FOUND_OLD, FOUND_CHANGED };

static enum found
find_pieces(struct follow_between *b, const struct follow_place *place,
    struct follow_file *old, const struct follow_file *next, bool truncated,
    const struct follow_known *known, bool *next_rotated)
{
	enum found found = FOUND_NONE;
	struct follow_piece p;
	struct walk w;

	b->n = 0;
	*next_rotated = false;
	walk_begin(&w, place);
	while (found == FOUND_NONE && walk_next(&w, b, &p)) {
		if (has(b, &p))
			continue;
		if (!truncated && same_file(&p, old)) {
			found = FOUND_OLD;
			break;
		}
		read_head(&p, place->directory);
		if (same_file(&p, next) || is_next(&p, next)) {
			b->n = 0;
			*next_rotated = true;
		} else if (truncated && is_copy(&p, old)) {
			add_copy(b, &p, old);
			found = FOUND_OLD;
		} else if (is_known(known, &p.head)) {
			found = FOUND_OLD;
		} else if (p.head.n > 0) {
			add(b, &p);
		}
	}
	if (w.changed && !(found == FOUND_OLD && b->n > 0 &&
	    b->pieces[b->n - 1].goes_on))
		found = FOUND_CHANGED;
	log_files_clear(&w.files);
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
	bool has_previous, next_rotated;

	if (!truncated && old->fd >= 0)
		follow_known_add(known, head, follow_file_peek(old, head));
	/* Before the names are read: if it is not there, its last name is. */
	has_previous = open_previous(b, place, &previous);
	for (int i = 0; i < LISTINGS && found == FOUND_CHANGED; i++)
		found = find_pieces(b, place, old, next, truncated, known,
		    &next_rotated);
	b->lost = found == FOUND_NONE && b->n > 0 && known->next > 0;
	reverse(b);
	if (truncated)
		follow_known_add(known, old->head, old->n_head);
	/* If next was rotated, all before it have names of their own. */
	if (has_previous && (next_rotated || same_file(&previous, old) ||
	    same_file(&previous, next) || has(b, &previous) ||
	    is_known(known, &previous.head)))
		reader_close(&previous.reader);
	else if (has_previous)
		add(b, &previous);
	for (size_t i = 0; i < b->n; i++)
		follow_known_add(known, b->pieces[i].head.bytes,
		    b->pieces[i].head.n);
}

void
follow_between_drop_copy(struct follow_between *b, const char *head, size_t n)
{
	const struct follow_piece *last;

	if (b->n == 0 || n == 0)
		return;
	last = &b->pieces[b->n - 1];
	if (n > last->head.n)
		n = last->head.n;
	b->n -= memcmp(head, last->head.bytes, n) == 0;
}

/* Takes the end of p; false if nothing can be had of it, nor before it. */
static bool
add_end(struct follow_between *b, struct follow_piece *p,
    const char *directory, uint64_t *left)
{
	if (p->reader == NULL && open_piece(p, directory) < 0)
		return true;
	if (reader_packing(p->reader) == PACKING_NONE)
		p->from = p->size > *left ? p->size - *left : 0;
	else if (p->size > PACKED_MOST)
		*left = 0;
	if (!p->held)
		reader_close(&p->reader);
	if (*left == 0)
		return false;
	*left -= p->size < *left ? p->size : *left;
	add(b, p);
	return true;
}

static void
forget_pieces(struct follow_between *b)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->pieces[i].reader != NULL)
			reader_close(&b->pieces[i].reader);
	b->n = 0;
}

bool
follow_between_back(struct follow_between *b, const struct follow_place *place,
    const struct follow_file *next, uint64_t bytes_back,
    struct follow_known *known)
{
	struct follow_head heads[FOLLOW_KNOWN];
	uint64_t left = bytes_back;
	bool more = true;
	struct follow_piece p;
	size_t n = 0;
	struct walk w;

	if (open_previous(b, place, &p)) {
		heads[n++] = p.head;
		if (left == 0 || same_file(&p, next))
			reader_close(&p.reader);
		else
			more = add_end(b, &p, place->directory, &left);
	}
	walk_begin(&w, place);
	while ((left > 0 || n < FOLLOW_KNOWN) && walk_next(&w, b, &p)) {
		if (has(b, &p))
			continue;
		read_head(&p, place->directory);
		if (same_file(&p, next) || is_next(&p, next)) {
			forget_pieces(b);
			left = bytes_back;
			more = true;
			n = 0;
			continue;
		}
		if (n < FOLLOW_KNOWN)
			heads[n++] = p.head;
		if (left > 0 && more)
			more = add_end(b, &p, place->directory, &left);
		if (!more)
			left = 0;
	}
	log_files_clear(&w.files);
	reverse(b);
	while (n-- > 0)
		follow_known_add(known, heads[n].bytes, heads[n].n);
	return left > 0 || !more;
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
	struct buf directory = { 0 };
	const char *slash = strrchr(p->path, '/');

	if (p->reader == NULL) {
		buf_add(&directory, p->path, (size_t)(slash - p->path) + 1);
		open_piece(p, directory.p);
		buf_clear(&directory);
	}
	b->reader = p->reader;
	p->reader = NULL;
	if (b->reader == NULL) {
		b->lost = true;
		return false;
	}
	b->offset = p->from;
	if (p->goes_on) {
		skip_bytes(b->reader, p->from);
		return true;
	}
	/* From one byte before: whether a line begins there. */
	b->offset -= p->from > 0;
	live_lines_restart(&b->lines, b->offset);
	b->lines.skip = p->from > 0;
	if (b->offset > 0)
		skip_bytes(b->reader, b->offset);
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
		b->offset += n;
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

void
follow_between_clear(struct follow_between *b)
{
	if (b->reader != NULL)
		reader_close(&b->reader);
	for (size_t i = 0; i < b->n; i++)
		if (b->pieces[i].reader != NULL)
			reader_close(&b->pieces[i].reader);
	free(b->pieces);
	live_lines_clear(&b->lines);
	arena_clear(&b->arena);
	*b = (struct follow_between){ 0 };
}
