#include "format/seam.h"

#include "format/format.h"
#include "format/stamp.h"

void
seam_init(struct seam *s, bool first)
{
	*s = (struct seam){ .at_head = !first };
}

void
seam_clear(struct seam *s)
{
	buf_clear(&s->head);
	buf_clear(&s->tail);
}

/* Returns how many bytes of the block were kept as the head. */
static size_t
head_keep(struct seam *s, struct str block, seam_rest_fn *rest, void *ctx)
{
	size_t used = 0;

	while (s->at_head && used < block.n) {
		struct str left = str_skip(block, used);
		struct str line = str_head(left, str_index(left, '\n'));
		bool cut = s->head.n == 0 && !stamp_begins(line);

		/* A line without an end is the tail, whatever it begins with. */
		if (line.n == left.n)
			break;
		if ((!cut && !rest(ctx, line)) || s->lines++ >= SEAM_LINES) {
			s->at_head = false;
			break;
		}
		used += line.n + 1;
		buf_add(&s->head, line.p, line.n + 1);
	}
	return used;
}

static void
tail_keep(struct seam *s, struct str tail, uint64_t offset)
{
	buf_reset(&s->tail);
	buf_add_str(&s->tail, tail);
	s->tail_offset = offset;
}

struct str
seam_block(struct seam *s, struct str block, uint64_t *offset,
    seam_rest_fn *rest, void *ctx)
{
	size_t end = block.n;

	if (s->at_head) {
		size_t used;

		if (s->head.n == 0)
			s->head_offset = *offset;
		used = head_keep(s, block, rest, ctx);
		block = str_skip(block, used);
		*offset += used;
		end -= used;
	}
	while (end > 0 && block.p[end - 1] != '\n')
		end--;
	if (end < block.n)
		tail_keep(s, str_skip(block, end), *offset + end);
	return str_head(block, end);
}

/* The last line of s, of which rest was not in it. */
static void
read_tail(struct seam *s, struct str rest, seam_read_fn *read, void *ctx)
{
	uint64_t bytes;
	size_t n;

	buf_add_str(&s->tail, rest);
	bytes = s->tail.n;
	if (bytes == 0)
		return;
	if (rest.n == 0)
		buf_add_char(&s->tail, '\n');
	n = s->tail.n;
	buf_add_repeated(&s->tail, '\n', FORMAT_SLACK);
	read(ctx, str_make(s->tail.p, n), s->tail_offset, bytes);
	buf_reset(&s->tail);
}

/* The head of a piece from a place on. */
static void
read_head(struct seam *s, size_t from, seam_read_fn *read, void *ctx)
{
	size_t n = s->head.n - from;

	if (n == 0)
		return;
	buf_add_repeated(&s->head, '\n', FORMAT_SLACK);
	read(ctx, str_make(s->head.p + from, n), s->head_offset + from, n);
	buf_reset(&s->head);
}

static void
take_tail(struct seam *s, struct seam *later)
{
	buf_clear(&s->tail);
	s->tail = later->tail;
	s->tail_offset = later->tail_offset;
	later->tail = (struct buf){ 0 };
}

bool
seam_join(struct seam *s, struct seam *later, bool contiguous,
    seam_read_fn *read, void *ctx)
{
	struct str head = buf_str(&later->head), tail = buf_str(&later->tail);
	struct str rest = head.n > 0 ? head : later->at_head ? tail : str_none();
	bool one_line = contiguous && s->tail.n > 0 && rest.n > 0 &&
	    !stamp_begins(str_head(rest, str_index(rest, '\n')));
	size_t used = 0;

	/* later is nothing but a part of a line: that grows. */
	if (one_line && head.n == 0) {
		buf_add_str(&s->tail, tail);
		return true;
	}
	if (one_line)
		used = str_index(head, '\n') + 1;
	read_tail(s, str_head(head, used), read, ctx);
	read_head(later, used, read, ctx);
	take_tail(s, later);
	return one_line;
}

void
seam_finish(struct seam *s, seam_read_fn *read, void *ctx)
{
	read_tail(s, str_none(), read, ctx);
}
