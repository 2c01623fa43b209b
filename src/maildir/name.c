#include "maildir/name.h"

#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/when.h"

/* Seconds since 1970 that a name may begin with: 1973 and later. */
#define ARRIVED_LEAST INT64_C(100000000)
#define ARRIVED_MOST INT64_C(9000000000)

/* The value behind ",S=" or ",W=", where it stands; false if there is none. */
static bool
find_size(struct str base, struct str mark, struct str *digits)
{
	size_t at = str_find(base, mark), n = 0;
	struct str rest;

	if (at == base.n)
		return false;
	rest = str_skip(base, at + mark.n);
	while (n < rest.n && rest.p[n] >= '0' && rest.p[n] <= '9')
		n++;
	*digits = str_head(rest, n);
	return n > 0 && n < 16;
}

static int64_t
arrived(struct str base)
{
	struct str seconds = str_head(base, str_index(base, '.'));
	uint64_t s;

	if (seconds.n == base.n || !num_u64(seconds, &s) ||
	    s < (uint64_t)ARRIVED_LEAST || s > (uint64_t)ARRIVED_MOST)
		return WHEN_NONE;
	return when_from_s((int64_t)s);
}

void
maildir_name_parse(struct str name, struct maildir_name *n)
{
	size_t colon = str_index(name, ':');
	struct str info = colon < name.n ? str_skip(name, colon + 1)
	    : str_none();
	struct str digits;
	uint64_t bytes;

	*n = (struct maildir_name){ .base = str_head(name, colon),
		.flags = str_none(), .has_info = colon < name.n, .bytes = -1 };
	if (str_starts(info, STR("2,")))
		n->flags = str_skip(info, 2);
	n->arrived_ns = arrived(n->base);
	if (find_size(n->base, STR(",S="), &digits) && num_u64(digits, &bytes))
		n->bytes = (int64_t)bytes;
}

bool
maildir_name_valid(struct str name)
{
	return name.n > 0 && name.n < 256 && name.p[0] != '.' &&
	    str_index(name, '/') == name.n && str_index(name, '\0') == name.n;
}

void
maildir_name_add_flag(struct buf *b, struct str name, char flag)
{
	struct maildir_name n;
	size_t at = 0;

	maildir_name_parse(name, &n);
	if (str_index(n.flags, flag) < n.flags.n) {
		buf_add_str(b, name);
		return;
	}
	while (at < n.flags.n && n.flags.p[at] < flag)
		at++;
	buf_add_str(b, n.base);
	buf_add_str(b, STR(":2,"));
	buf_add_str(b, str_head(n.flags, at));
	buf_add_char(b, flag);
	buf_add_str(b, str_skip(n.flags, at));
}

void
maildir_name_drop_flag(struct buf *b, struct str name, char flag)
{
	struct maildir_name n;

	maildir_name_parse(name, &n);
	buf_add_str(b, n.base);
	if (n.flags.p == NULL)
		return;
	buf_add_str(b, STR(":2,"));
	for (size_t i = 0; i < n.flags.n; i++)
		if (n.flags.p[i] != flag)
			buf_add_char(b, n.flags.p[i]);
}

static void
resize(struct buf *b, struct str mark, int64_t by)
{
	struct str digits, base = buf_str(b), rest;
	struct buf changed = { 0 };
	uint64_t old;

	if (!find_size(base, mark, &digits) || !num_u64(digits, &old))
		return;
	rest = str_span(digits.p + digits.n, base.p + base.n);
	buf_add_str(&changed, str_span(base.p, digits.p));
	buf_printf(&changed, "%lld", (long long)((int64_t)old + by < 0 ? 0
	    : (int64_t)old + by));
	buf_add_str(&changed, rest);
	buf_clear(b);
	*b = changed;
}

void
maildir_name_resize(struct buf *b, struct str name, int64_t bytes,
    int64_t crlf_bytes)
{
	struct maildir_name n;
	struct buf base = { 0 };

	maildir_name_parse(name, &n);
	buf_add_str(&base, n.base);
	resize(&base, STR(",S="), bytes);
	resize(&base, STR(",W="), crlf_bytes);
	buf_add_str(b, buf_str(&base));
	buf_add_str(b, str_skip(name, n.base.n));
	buf_clear(&base);
}

void
maildir_name_fresh(struct buf *b, struct str name, int64_t now_ns,
    unsigned counter)
{
	struct maildir_name n;
	int64_t arrived_ns;
	char host[256] = "";

	maildir_name_parse(name, &n);
	arrived_ns = n.arrived_ns == WHEN_NONE ? now_ns : n.arrived_ns;
	if (gethostname(host, sizeof(host)) < 0 || host[0] == '\0')
		memcpy(host, "localhost", sizeof("localhost"));
	host[sizeof(host) - 1] = '\0';
	/* As the rule for names has it, and Dovecot stops at a comma. */
	for (char *p = host; *p != '\0'; p++)
		if (strchr("/:,", *p) != NULL)
			*p = '_';
	buf_printf(b, "%lld.M%lldP%dQ%u.%.64s",
	    (long long)when_to_s(arrived_ns),
	    (long long)(now_ns / 1000 % 1000000), (int)getpid(), counter, host);
	buf_add_str(b, str_skip(name, str_index(n.base, ',')));
}
