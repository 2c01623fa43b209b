#include "dns/snapshot.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/escaped.h"
#include "base/out.h"
#include "base/when.h"
#include "dns/answers.h"
#include "dns/dnsbl.h"

#define MAGIC "mailtally-dnsbl-snapshot"
#define VERSION "1"

/* ---- writing ---- */

static void
add_escaped(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '\\')
			buf_add_str(b, STR("\\\\"));
		else if (c < ' ' || c > '~')
			buf_printf(b, "\\x%02x", (unsigned char)c);
		else
			buf_add_char(b, c);
	}
}

/* An absent or empty one is left out where nothing follows it. */
static void
add_field(struct buf *b, struct str s)
{
	buf_add_char(b, '\t');
	add_escaped(b, s);
}

static void
end_line(struct buf *b)
{
	while (b->n > 0 && b->p[b->n - 1] == '\t')
		b->n--;
	buf_add_char(b, '\n');
}

static void
add_list(struct buf *b, const struct answers_list *l)
{
	buf_add_str(b, STR("list"));
	add_field(b, l->name);
	add_field(b, str_from(dnsbl_health_name(l->probe.health)));
	add_field(b, str_from(dnsbl_reason_name(l->probe.reason)));
	add_field(b, l->probe.a);
	end_line(b);
}

static void
add_answer(struct buf *b, const struct answers *a, uint32_t client,
    unsigned list)
{
	const struct answer *answer = answers_get(a, client, list);
	struct ip ip = answers_ip(a, client);

	if (answer->result == DNSBL_NOT_ASKED)
		return;
	buf_add_str(b, STR("answer\t"));
	ip_format(b, &ip);
	add_field(b, a->lists[list].name);
	add_field(b, str_from(dnsbl_result_name(
	    (enum dnsbl_result)answer->result)));
	if (answer->result == DNSBL_UNKNOWN)
		add_field(b, str_from(dnsbl_reason_name(
		    (enum dnsbl_reason)answer->reason)));
	add_field(b, answers_text(a, answer->a));
	if (answer->result == DNSBL_LISTED)
		add_field(b, answers_text(a, answer->txt));
	end_line(b);
}

static void
add_head(struct buf *b, const struct answers *a, int64_t taken_ns)
{
	buf_add_str(b, STR(MAGIC "\t" VERSION "\n"));
	if (taken_ns != WHEN_NONE) {
		buf_add_str(b, STR("taken\t"));
		when_format(b, taken_ns, WHEN_RFC3339, NULL);
		buf_add_char(b, '\n');
	}
	for (size_t i = 0; i < a->n_lists; i++)
		add_list(b, &a->lists[i]);
}

static void
add_client(struct buf *b, const struct answers *a, uint32_t client)
{
	for (unsigned list = 0; list < a->n_lists; list++)
		add_answer(b, a, client, list);
}

void
snapshot_print(struct buf *b, const struct answers *a, int64_t taken_ns)
{
	add_head(b, a, taken_ns);
	for (uint32_t client = 0; client < a->n_clients; client++)
		add_client(b, a, client);
}

int
snapshot_write(const char *path, const struct answers *a, int64_t taken_ns,
    struct err *err)
{
	struct out *out = out_open_file(path, err);
	struct buf b = { 0 };

	if (out == NULL)
		return -1;
	add_head(&b, a, taken_ns);
	out_str(out, buf_str(&b));
	for (uint32_t client = 0; client < a->n_clients; client++) {
		buf_reset(&b);
		add_client(&b, a, client);
		out_str(out, buf_str(&b));
	}
	buf_clear(&b);
	return out_close(&out, err);
}

/* ---- reading ---- */

struct reading {
	struct answers *answers;
	struct str line;	/* what is left of it */
	struct buf texts[2];
	int64_t taken_ns;
	const char *wrong;	/* of the line; NULL: nothing */
};

static struct str
next_field(struct reading *r)
{
	struct str field;

	return str_cut(&r->line, '\t', &field) ? field : STR("");
}

/* The next field, its escapes undone into b. */
static struct str
next_text(struct reading *r, struct buf *b)
{
	struct str s = next_field(r);

	buf_reset(b);
	if (!escaped_read(b, s))
		r->wrong = "a backslash is followed by neither a backslash nor "
		    "xHH";
	return buf_str(b);
}

/* The index of a name, as name_of makes them; -1: it is none of them. */
static int
find_name(struct str s, int n, const char *(*name_of)(int))
{
	for (int i = 0; i < n; i++)
		if (str_eq(s, str_from(name_of(i))))
			return i;
	return -1;
}

static const char *
health_name(int i)
{
	return dnsbl_health_name((enum dnsbl_health)i);
}

static const char *
result_name(int i)
{
	return dnsbl_result_name((enum dnsbl_result)i);
}

static const char *
reason_name(int i)
{
	return dnsbl_reason_name((enum dnsbl_reason)i);
}

static enum dnsbl_reason
next_reason(struct reading *r)
{
	int reason = find_name(next_field(r), DNSBL_REASONS, reason_name);

	if (reason < 0)
		r->wrong = "there is no such reason";
	return reason < 0 ? DNSBL_NO_REASON : (enum dnsbl_reason)reason;
}

/* list NAME HEALTH [REASON [A]] */
static void
read_list(struct reading *r)
{
	struct buf name = { 0 };
	struct dnsbl_probe probe;
	int list = -1, health;

	if (dnsbl_check_zone(&name, next_field(r), NULL) < 0)
		r->wrong = "this is no name of a list";
	else if (r->answers->n_clients > 0)
		r->wrong = "lists stand before answers";
	else
		list = answers_add_list(r->answers, buf_str(&name), NULL);
	buf_clear(&name);
	health = find_name(next_field(r), DNSBL_NO_ANSWER + 1, health_name);
	if (r->wrong == NULL && list < 0)
		r->wrong = "there are too many lists";
	if (r->wrong == NULL && health < 0)
		r->wrong = "a list works, or is empty, a wildcard, or gives no "
		    "answer";
	if (r->wrong)
		return;
	probe.health = (enum dnsbl_health)health;
	probe.reason = next_reason(r);
	probe.a = next_text(r, &r->texts[0]);
	answers_set_probe(r->answers, (unsigned)list, &probe);
}

/* answer IP LIST listed A [TXT] | ... not listed | ... unknown REASON [A] */
static void
read_answer(struct reading *r)
{
	struct dnsbl_answer answer = { .a = STR(""), .txt = STR("") };
	struct ip ip;
	int list, result;

	if (!ip_parse(next_field(r), &ip)) {
		r->wrong = "this is no address";
		return;
	}
	list = answers_find_list(r->answers, next_field(r));
	result = find_name(next_field(r), DNSBL_UNKNOWN + 1, result_name);
	if (list < 0)
		r->wrong = "there is no line for this list above";
	else if (result < 0)
		r->wrong = "an answer is listed, not listed, or unknown";
	if (r->wrong)
		return;
	answer.result = (enum dnsbl_result)result;
	if (answer.result == DNSBL_UNKNOWN)
		answer.reason = next_reason(r);
	answer.a = next_text(r, &r->texts[0]);
	answer.txt = next_text(r, &r->texts[1]);
	if (r->wrong == NULL)
		answers_set(r->answers, answers_client(r->answers, &ip),
		    (unsigned)list, &answer);
}

static void
read_taken(struct reading *r)
{
	struct zone *utc;

	if (zone_open(&utc, "UTC", NULL) < 0) {
		r->wrong = "this machine has no UTC";
		return;
	}
	if (when_parse(next_field(r), 0, utc, &r->taken_ns, NULL) < 0)
		r->wrong = "this is no time";
	zone_close(&utc);
}

static void
read_line(struct reading *r)
{
	static const struct {
		struct str word;
		void (*read)(struct reading *);
	} kinds[] = {
		{ { "list", 4 }, read_list },
		{ { "answer", 6 }, read_answer },
		{ { "taken", 5 }, read_taken },
	};
	struct str word;

	if (r->line.n == 0 || r->line.p[0] == '#')
		return;
	word = next_field(r);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (str_eq(word, kinds[i].word)) {
			kinds[i].read(r);
			return;
		}
	r->wrong = "a line begins with list, answer or taken";
}

static int
check_first_line(struct str line, const char *path, struct err *err)
{
	struct str word;

	str_cut(&line, '\t', &word);
	if (!str_eq(word, STR(MAGIC)))
		return err_set(err, ERR_DATA, "%s: is no snapshot of block "
		    "lists; --snapshot writes one", path);
	if (line.p == NULL || !str_eq(line, STR(VERSION)))
		return err_set(err, ERR_DATA, "%s: is of another version than "
		    "%s; make it anew with --snapshot", path, VERSION);
	return 0;
}

int
snapshot_parse(struct str text, const char *path, struct answers *a,
    int64_t *taken_ns, struct err *err)
{
	struct reading r = { .answers = a, .taken_ns = WHEN_NONE };
	unsigned long number = 1;

	str_cut(&text, '\n', &r.line);
	if (check_first_line(r.line, path, err) < 0)
		return -1;
	while (r.wrong == NULL && str_cut(&text, '\n', &r.line)) {
		number++;
		read_line(&r);
	}
	for (int i = 0; i < 2; i++)
		buf_clear(&r.texts[i]);
	*taken_ns = r.taken_ns;
	if (r.wrong == NULL)
		return 0;
	return err_set(err, ERR_DATA, "%s: line %lu: %s; make it anew with "
	    "--snapshot", path, number, r.wrong);
}

int
snapshot_read(const char *path, struct answers *a, int64_t *taken_ns,
    struct err *err)
{
	struct buf b = { 0 };
	FILE *f = fopen(path, "re");
	size_t n;
	int result;

	if (f == NULL)
		return err_set(err, ERR_NO_INPUT, "%s: %s", path,
		    strerror(errno));
	while ((n = fread(buf_reserve(&b, 65536), 1, 65536, f)) > 0)
		b.n += n;
	if (ferror(f))
		result = err_set(err, ERR_IO, "%s: cannot be read: %s", path,
		    strerror(errno));
	else
		result = snapshot_parse(buf_str(&b), path, a, taken_ns, err);
	fclose(f);
	buf_clear(&b);
	return result;
}
