#include "maildir/journal.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/escaped.h"
#include "base/num.h"
#include "maildir/rewrite.h"

#define FIRST_LINE "mailtally recheck journal 1"
#define FILE_BYTES ((off_t)1 << 30)

static const char *const kinds[JOURNAL_KINDS] = {
	[JOURNAL_FOLDER] = "folder", [JOURNAL_MOVE] = "move",
	[JOURNAL_FLAG] = "flag", [JOURNAL_HEADER] = "header"
};

struct journal {
	int fd;
	char *path;
	uint64_t records;
	bool broken;
	struct buf line;
};

/* ---- writing ---- */

static void
add_escaped(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < 0x20 || c == 0x7f || c == '\\')
			buf_printf(b, "\\x%02X", c);
		else
			buf_add_char(b, s.p[i]);
	}
}

/* In one call: it is written whole, or its end is missing. */
static int
write_line(struct journal *j)
{
	return rewrite_put(j->fd, buf_str(&j->line));
}

struct journal *
journal_create(const char *path, struct err *err)
{
	struct journal *j = mem_zalloc(sizeof(*j));

	j->path = mem_strdup(path);
	j->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND |
	    O_NOFOLLOW | O_CLOEXEC, 0600);
	buf_add_str(&j->line, STR(FIRST_LINE "\n"));
	if (j->fd >= 0 && write_line(j) == 0)
		return j;
	err_set(err, ERR_CREATE, "%s: %s; name another file with --journal",
	    path, strerror(errno));
	journal_close(&j);
	return NULL;
}

int
journal_write(struct journal *j, struct journal_record *r, struct err *err)
{
	const struct str fields[] = { r->mailbox, r->from, r->to };

	r->number = j->records + 1;
	buf_reset(&j->line);
	buf_printf(&j->line, "%s\t%llu", kinds[r->kind],
	    (unsigned long long)r->number);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		buf_add_char(&j->line, '\t');
		add_escaped(&j->line, fields[i]);
	}
	buf_printf(&j->line, "\t%llu\t", (unsigned long long)r->inode);
	add_escaped(&j->line, r->text);
	buf_add_char(&j->line, '\t');
	add_escaped(&j->line, r->temporary);
	buf_add_char(&j->line, '\n');
	if (j->broken || write_line(j) < 0 || fdatasync(j->fd) < 0) {
		j->broken = true;
		return err_set(err, ERR_IO, "%s: %s; nothing more is done",
		    j->path, strerror(errno));
	}
	j->records++;
	return 0;
}

void
journal_failed(struct journal *j, uint64_t number)
{
	buf_reset(&j->line);
	buf_printf(&j->line, "failed\t%llu\n", (unsigned long long)number);
	/* Without it undoing has to look, and sees that it was not done. */
	j->broken |= write_line(j) < 0;
}

uint64_t
journal_records(const struct journal *j)
{
	return j->records;
}

void
journal_close(struct journal **j)
{
	if (*j == NULL)
		return;
	if ((*j)->fd >= 0) {
		if ((*j)->records == 0)
			unlink((*j)->path);
		close((*j)->fd);
	}
	buf_clear(&(*j)->line);
	free((*j)->path);
	free(*j);
	*j = NULL;
}

/* ---- reading ---- */

static bool
unescape(struct arena *a, struct str s, struct str *text)
{
	struct buf b = { 0 };
	bool good = escaped_read(&b, s);

	*text = arena_str(a, buf_str(&b));
	buf_clear(&b);
	return good;
}

static bool
take_text(struct journal_content *c, struct str *rest, struct str *text)
{
	struct str field;

	return str_cut(rest, '\t', &field) &&
	    unescape(&c->arena, field, text);
}

static bool
take_number(struct str *rest, uint64_t *number)
{
	struct str field;

	return str_cut(rest, '\t', &field) && num_u64(field, number);
}

static bool
mark_failed(struct journal_content *c, uint64_t number)
{
	for (size_t i = c->n; i-- > 0;)
		if (c->records[i].number == number) {
			c->records[i].failed = true;
			return true;
		}
	return false;
}

static bool
read_record(struct journal_content *c, struct str line)
{
	struct journal_record r = { 0 };
	struct str kind;
	uint64_t number;
	int i = 0;

	if (line.n == 0 || line.p[0] == '#')
		return true;
	str_cut(&line, '\t', &kind);
	if (!take_number(&line, &number))
		return false;
	if (str_eq(kind, STR("failed")))
		return mark_failed(c, number);
	while (i < JOURNAL_KINDS && !str_eq(kind, str_from(kinds[i])))
		i++;
	if (i == JOURNAL_KINDS)
		return false;
	r.kind = (enum journal_kind)i;
	r.number = number;
	if (!take_text(c, &line, &r.mailbox) || !take_text(c, &line, &r.from) ||
	    !take_text(c, &line, &r.to) || !take_number(&line, &r.inode) ||
	    !take_text(c, &line, &r.text) ||
	    !take_text(c, &line, &r.temporary) || line.p != NULL)
		return false;
	ARRAY_PUSH(c->records, c->n, c->cap) = r;
	return true;
}

static int
parse(struct journal_content *c, struct str rest, const char *path,
    struct err *err)
{
	struct str line;
	size_t n = 1;

	if (!str_starts(rest, STR(FIRST_LINE "\n")))
		return err_set(err, ERR_DATA, "%s: it is no journal of this "
		    "version", path);
	rest = str_skip(rest, sizeof(FIRST_LINE));
	/* What has no end was not written whole. */
	while (str_index(rest, '\n') < rest.n) {
		str_cut(&rest, '\n', &line);
		n++;
		if (!read_record(c, line))
			return err_set(err, ERR_DATA, "%s: line %zu is no line "
			    "of a journal; nothing was undone", path, n);
	}
	return 0;
}

static int
read_all(int fd, const struct stat *st, struct buf *b)
{
	ssize_t n;

	while ((n = read(fd, buf_reserve(b, (size_t)st->st_size + 1),
	    (size_t)st->st_size + 1)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		b->n += (size_t)n;
	}
	return 0;
}

int
journal_read(struct journal_content *c, const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct buf b = { 0 };
	struct stat st;
	int status;

	*c = (struct journal_content){ 0 };
	if (fd < 0 || fstat(fd, &st) < 0) {
		status = err_set(err, ERR_NO_INPUT, "%s: %s; name the journal "
		    "that --apply wrote", path, strerror(errno));
	} else if (!S_ISREG(st.st_mode) || st.st_size > FILE_BYTES) {
		status = err_set(err, ERR_DATA, "%s: it is no journal", path);
	} else if ((st.st_uid != 0 && st.st_uid != geteuid()) ||
	    (st.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
		status = err_set(err, ERR_DATA, "%s: others may have written "
		    "it; make it yours alone if you trust it", path);
	} else if (read_all(fd, &st, &b) < 0) {
		status = err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
	} else {
		status = parse(c, buf_str(&b), path, err);
	}
	if (fd >= 0)
		close(fd);
	buf_clear(&b);
	return status;
}

void
journal_content_clear(struct journal_content *c)
{
	arena_clear(&c->arena);
	free(c->records);
	*c = (struct journal_content){ 0 };
}
