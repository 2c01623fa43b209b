#include "trace/talk.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/when.h"
#include "format/format.h"

void
talk_begin(struct talk *t, struct str host, struct str pid)
{
	buf_reset(&t->who);
	buf_reset(&t->text);
	buf_add_str(&t->who, host);
	buf_add_str(&t->who, pid);
	t->host_n = host.n;
	t->n = t->head = t->client_n = 0;
	t->c = (struct conversation){ .first_ns = WHEN_NONE,
		.last_ns = WHEN_NONE };
}

void
talk_free(struct talk *t)
{
	buf_clear(&t->who);
	buf_clear(&t->text);
	free(t->lines);
	free(t);
}

struct str
talk_host(const struct talk *t)
{
	return str_make(t->who.p, t->host_n);
}

struct str
talk_pid(const struct talk *t)
{
	return str_make(t->who.p + t->host_n, t->who.n - t->host_n);
}

static void
take_time(struct talk *t, int64_t time_ns)
{
	if (time_ns == WHEN_NONE)
		return;
	if (t->c.first_ns == WHEN_NONE)
		t->c.first_ns = time_ns;
	t->c.last_ns = time_ns;
}

void
talk_line(struct talk *t, struct str line, const struct line_owner *who,
    uint64_t offset)
{
	struct conversation_line l = { .offset = offset,
		.time_ns = who->time_ns, .at = (uint32_t)t->text.n,
		.n = (uint32_t)line.n, .text_at = (uint32_t)who->text_at };

	if (who->writer.p) {
		l.writer_at = (uint32_t)(who->writer.p - line.p);
		l.writer_n = (uint32_t)who->writer.n;
	}
	if (who->client.n > 0 && t->n == 0) {
		t->client_at = t->text.n + (size_t)(who->client.p - line.p);
		t->client_n = who->client.n;
	}
	ARRAY_PUSH(t->lines, t->n, t->cap) = l;
	buf_add_str(&t->text, line);
	buf_add_char(&t->text, '\n');
	if (t->head == t->n - 1 && t->n <= CONVERSATION_HEAD_LINES &&
	    t->text.n <= CONVERSATION_HEAD_BYTES)
		t->head = t->n;
	take_time(t, who->time_ns);
}

static void
copy_line(struct talk *t, const struct talk *before, size_t i)
{
	const struct conversation_line *l = &before->lines[i];
	struct str line = str_make(before->text.p + l->at, l->n);
	struct line_owner who = { .time_ns = l->time_ns,
		.text_at = l->text_at, .writer =
		    str_make(line.p + l->writer_at, l->writer_n) };

	talk_line(t, line, &who, l->offset);
}

void
talk_go_on(struct talk *t, const struct talk *before)
{
	for (size_t i = 0; i < before->head; i++)
		copy_line(t, before, i);
	t->head = t->c.repeated = before->head;
	t->client_at = before->client_at;
	t->client_n = before->head > 0 ? before->client_n : 0;
	t->c.begun = before->c.begun;
	t->c.last_ns = before->c.last_ns;
}

size_t
talk_repeat(struct talk *t, const struct talk *before, size_t line)
{
	size_t head = t->head;

	if (line < head)
		return line;
	copy_line(t, before, line);
	/* Of this part alone: no later one repeats it. */
	t->head = head;
	t->c.repeated = t->n;
	return t->n - 1;
}

bool
talk_goes_on(const struct talk *t)
{
	return t && t->text.n > 1 && t->text.p[t->text.n - 2] == '\r';
}

bool
talk_has(const struct talk *t, uint64_t offset)
{
	if (t->n == t->c.repeated ||
	    t->lines[t->c.repeated].offset > offset ||
	    t->lines[t->n - 1].offset < offset)
		return false;
	/* The last ones are asked for most. */
	for (size_t i = t->n; i > t->c.repeated; i--)
		if (t->lines[i - 1].offset == offset)
			return true;
	return false;
}

bool
talk_expired(const struct talk *t, int64_t now_ns, int64_t age_ns)
{
	return now_ns != WHEN_NONE && t->c.last_ns != WHEN_NONE &&
	    now_ns - t->c.last_ns > age_ns;
}

const struct conversation *
talk_conversation(struct talk *t)
{
	struct conversation *c = &t->c;
	size_t n = t->text.n;

	buf_add_repeated(&t->text, '\n', FORMAT_SLACK);
	t->text.n = n;
	c->host = t->host_n ? talk_host(t) : str_none();
	c->pid = talk_pid(t);
	c->text = str_make(t->text.p, n);
	c->client = t->client_n
	    ? str_make(t->text.p + t->client_at, t->client_n) : str_none();
	c->lines = t->lines;
	c->n = t->n;
	return c;
}
