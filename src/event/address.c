#include "event/address.h"

#include "base/buf.h"
#include "event/event.h"

/* Plugins that judge one recipient; a star stands for any rest (B.6). */
static const char *const recipient_plugins[] = {
	"badrcptto*",
	"check_badrcptto*",
	"check_goodrcptto*",
	"check_smtp_forward",
	"qmail_deliverable",
	"rcpt_ok",
};

static bool
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static struct str
lower_from(struct buf *scratch, struct str s, size_t from)
{
	size_t i = from + str_upper(str_skip(s, from));
	char *to;

	if (i == s.n)
		return s;
	to = buf_reserve(scratch, s.n + 1);
	memcpy(to, s.p, i);
	for (; i < s.n; i++)
		to[i] = str_lower(s.p[i]);
	to[s.n] = '\0';
	scratch->n += s.n;
	return str_make(to, s.n);
}

/* The index of the last @, or s.n: a quoted local part may hold others. */
static size_t
last_at(struct str s)
{
	const char *at = s.n ? memrchr(s.p, '@', s.n) : NULL;

	return at ? (size_t)(at - s.p) : s.n;
}

struct str
address_bare(struct str raw)
{
	struct str s = str_trim(raw);

	if (s.n > 2 && s.p[0] == '<' && s.p[s.n - 1] == '>')
		return str_make(s.p + 1, s.n - 2);
	return s;
}

struct str
address_normalise(struct buf *scratch, struct str raw, bool keep_local_case)
{
	struct str s = address_bare(raw);

	return lower_from(scratch, s, keep_local_case ? last_at(s) : 0);
}

struct str
address_domain(struct str address)
{
	struct str s = address_bare(address);
	size_t at = last_at(s);

	if (at == s.n)
		return str_none();
	s = str_skip(s, at + 1);
	if (s.n > 0 && s.p[s.n - 1] == '.')
		s.n--;
	return s;
}

struct str
address_local(struct str address)
{
	struct str s = address_bare(address);

	return str_head(s, last_at(s));
}

/* The length of the part before the first comma outside <>. */
static size_t
first_part(struct str s)
{
	bool inside = false;

	if (str_index(s, ',') == s.n)
		return s.n;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '<')
			inside = true;
		else if (s.p[i] == '>')
			inside = false;
		else if (s.p[i] == ',' && !inside)
			return i;
	}
	return s.n;
}

bool
address_next(struct str *rest, struct str *one)
{
	while (rest->n > 0) {
		size_t n = first_part(*rest);

		*one = str_trim(str_head(*rest, n));
		*rest = str_skip(*rest, n < rest->n ? n + 1 : n);
		if (one->n > 0)
			return true;
	}
	*one = str_none();
	return false;
}

struct str
address_tld(struct buf *scratch, struct str sender)
{
	struct str domain = address_domain(sender);
	const char *dot;

	if (str_eq(str_trim(sender), STR("<>")))
		return STR("(null sender)");
	if (domain.n == 0)
		return STR("(none)");
	if (domain.p[0] == '[')
		return STR("(ip literal)");
	dot = memrchr(domain.p, '.', domain.n);
	if (dot != NULL)
		domain = str_span(dot + 1, domain.p + domain.n);
	if (domain.n == 0)
		return STR("(none)");
	return lower_from(scratch, domain, 0);
}

static bool
is_recipient_plugin(struct str plugin)
{
	size_t rows = sizeof(recipient_plugins) / sizeof(*recipient_plugins);

	for (size_t i = 0; i < rows; i++) {
		struct str row = str_from(recipient_plugins[i]);

		if (row.p[row.n - 1] == '*'
		    ? str_starts(plugin, str_head(row, row.n - 1))
		    : str_eq(plugin, row))
			return true;
	}
	return false;
}

/* May c stand in the domain of an address?  8-bit bytes for SMTPUTF8. */
static bool
is_domain_char(char c)
{
	return (c >= 'a' && c <= 'z') || is_upper(c) || (c >= '0' && c <= '9') ||
	    (c != '\0' && strchr("-._:[]", c) != NULL) || (unsigned char)c >= 0x80;
}

static bool
looks_like_address(struct str s)
{
	size_t at = last_at(s);

	if (at == 0 || at + 1 >= s.n)
		return false;
	for (size_t i = at + 1; i < s.n; i++) {
		if (!is_domain_char(s.p[i]))
			return false;
	}
	return true;
}

struct str
address_denied(struct str disposition, struct str text)
{
	struct str word;
	const char *blank;

	if (!is_recipient_plugin(disposition))
		return str_none();
	word = str_trim(text);
	blank = word.n ? memrchr(word.p, ' ', word.n) : NULL;
	if (blank != NULL)
		word = str_span(blank + 1, word.p + word.n);
	if (str_ends(word, STR("."))) /* of the sentence */
		word.n--;
	return looks_like_address(address_bare(word)) ? word : str_none();
}

struct str
address_recipients(const struct event *ev)
{
	if (ev->recipients.n > 0)
		return ev->recipients;
	return address_denied(ev->disposition, ev->text);
}
