#include "maildir/received.h"

#include <string.h>

#include "base/num.h"

/* ---- words and comments (RFC 5322, 3.2.2) ---- */

enum token_kind { TOKEN_END, TOKEN_WORD, TOKEN_COMMENT, TOKEN_SEMICOLON };

struct token {
	enum token_kind kind;
	struct str text; /* of a comment what stands between its brackets */
};

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The length of the comment that s begins with, both brackets included;
 * one that is not closed is all of s. */
static size_t
comment_length(struct str s)
{
	size_t depth = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '(')
			depth++;
		else if (s.p[i] == ')' && --depth == 0)
			return i + 1;
	}
	return s.n;
}

static size_t
word_length(struct str s)
{
	bool quoted = false;
	size_t i = 0;

	for (; i < s.n; i++) {
		char c = s.p[i];

		if (c == '\\' && quoted && i + 1 < s.n)
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (is_space(c) || c == '(' || c == ';'))
			break;
	}
	return i;
}

static struct token
next_token(struct str *rest)
{
	struct token t = { TOKEN_END, str_none() };
	size_t n;

	while (rest->n > 0 && is_space(rest->p[0]))
		*rest = str_skip(*rest, 1);
	if (rest->n == 0)
		return t;
	if (rest->p[0] == ';') {
		t.kind = TOKEN_SEMICOLON;
		n = 1;
	} else if (rest->p[0] == '(') {
		n = comment_length(*rest);
		t.kind = TOKEN_COMMENT;
		t.text = str_skip(str_head(*rest, n), 1);
		if (t.text.n > 0 && t.text.p[t.text.n - 1] == ')')
			t.text.n--;
		t.text = str_trim(t.text);
	} else {
		t.kind = TOKEN_WORD;
		n = word_length(*rest);
		t.text = str_head(*rest, n);
	}
	*rest = str_skip(*rest, n);
	return t;
}

static bool
is_word(const struct token *t, struct str word)
{
	return t->kind == TOKEN_WORD && str_eq_nocase(t->text, word);
}

static bool
starts_nocase(struct str s, struct str head)
{
	return s.n >= head.n && str_eq_nocase(str_head(s, head.n), head);
}

/* ---- addresses ---- */

/* "192.0.2.1", "IPv6:2001:db8::1", "fe80::1%eth0" */
static bool
parse_ip(struct str s, struct ip *ip)
{
	if (starts_nocase(s, STR("IPv6:")))
		s = str_skip(s, 5);
	return ip_parse(str_head(s, str_index(s, '%')), ip);
}

/* The first "[address]" of s, or the last one. */
static bool
literal(struct str s, bool last, struct ip *ip)
{
	bool found = false;

	while (s.n > 0 && (last || !found)) {
		size_t open = str_index(s, '['), close;

		if (open == s.n)
			break;
		s = str_skip(s, open + 1);
		close = str_index(s, ']');
		if (close < s.n && parse_ip(str_head(s, close), ip))
			found = true;
	}
	return found;
}

/* The last word of "192.0.2.1", "ident@192.0.2.1", "host 192.0.2.1". */
static bool
bare_ip(struct str s, struct ip *ip)
{
	size_t at = s.n;

	while (at > 0 && s.p[at - 1] != '@' && !is_space(s.p[at - 1]))
		at--;
	return parse_ip(str_skip(s, at), ip);
}

/*
 * An address in a comment behind the name.  Exim writes its own "[IP]" first
 * and then "helo=" with whatever was said; the others the name they looked
 * up, which has no brackets, and then "[IP]".
 */
static bool
comment_ip(struct str comment, struct ip *ip)
{
	if (starts_nocase(comment, STR("HELO ")) ||
	    starts_nocase(comment, STR("EHLO ")))
		return false;
	if (literal(comment, !str_starts(comment, STR("[")), ip))
		return true;
	return bare_ip(comment, ip);
}

/* Exim, without a name for the client: "[IP] (port=1234 helo=NAME)". */
static bool
is_exim_details(struct str comment)
{
	return starts_nocase(comment, STR("helo=")) ||
	    starts_nocase(comment, STR("port=")) ||
	    starts_nocase(comment, STR("ident="));
}

/* ---- authentication ---- */

/* RFC 3848, RFC 6531: ESMTPA, ESMTPSA, LMTPSA, UTF8SMTPSA; asmtp is Exim's
 * of long ago. */
static bool
is_authenticated_protocol(struct str with)
{
	static const struct str names[] = { { "ESMTPA", 6 }, { "ESMTPSA", 7 },
		{ "LMTPA", 5 }, { "LMTPSA", 6 }, { "UTF8SMTPA", 9 },
		{ "UTF8SMTPSA", 10 }, { "UTF8LMTPA", 9 }, { "UTF8LMTPSA", 10 },
		{ "ASMTP", 5 } };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (str_eq_nocase(with, names[i]))
			return true;
	return false;
}

/* What follows head, up to a comma or the end. */
static bool
user_behind(struct str comment, struct str head, struct str *user)
{
	if (!starts_nocase(comment, head))
		return false;
	comment = str_skip(comment, head.n);
	*user = str_trim(str_head(comment, str_index(comment, ',')));
	return true;
}

static void
look_for_user(struct received *r, struct str comment)
{
	struct str user = str_none();

	if (!user_behind(comment, STR("Authenticated sender: "), &user) &&
	    !user_behind(comment, STR("smtp-auth username "), &user) &&
	    !user_behind(comment, STR("AUTH: "), &user) &&
	    !starts_nocase(comment, STR("authenticated bits=")))
		return;
	r->authenticated = true;
	if (user.n > 0)
		r->user = user;
}

/* ---- the usual form, from the front ---- */

/* "from NAME (...)": the tokens up to "by". */
static void
read_from(struct str *rest, struct received *r)
{
	struct token name = next_token(rest), t;
	bool first = true;

	for (t = next_token(rest); t.kind != TOKEN_END &&
	    t.kind != TOKEN_SEMICOLON && !is_word(&t, STR("by"));
	    t = next_token(rest)) {
		if (t.kind == TOKEN_COMMENT && first &&
		    is_exim_details(t.text)) {
			r->has_ip = literal(name.text, false, &r->ip);
			first = false;
		} else if (!r->has_ip && t.kind == TOKEN_COMMENT) {
			r->has_ip = comment_ip(t.text, &r->ip);
			first = false;
		} else if (!r->has_ip && t.kind == TOKEN_WORD) {
			r->has_ip = literal(t.text, false, &r->ip);
		}
		if (t.kind == TOKEN_COMMENT)
			look_for_user(r, t.text);
	}
	if (!r->has_ip && name.kind == TOKEN_WORD)
		r->has_ip = literal(name.text, false, &r->ip) ||
		    bare_ip(name.text, &r->ip);
	if (is_word(&t, STR("by")))
		r->by = next_token(rest).text;
}

/* "with ESMTPSA id ... auth=yes user=ann for ...": what stands behind "by". */
static void
read_with(struct str rest, struct received *r)
{
	bool opensmtpd = false;

	for (struct token t = next_token(&rest); t.kind != TOKEN_END &&
	    t.kind != TOKEN_SEMICOLON && !is_word(&t, STR("for"));
	    t = next_token(&rest)) {
		if (is_word(&t, STR("with")) && r->with.p == NULL) {
			do
				t = next_token(&rest);
			while (t.kind == TOKEN_COMMENT);
			r->with = t.text;
		} else if (is_word(&t, STR("auth=yes"))) {
			r->authenticated = opensmtpd = true;
		} else if (opensmtpd && starts_nocase(t.text, STR("user="))) {
			r->user = str_skip(t.text, 5);
		}
	}
	if (is_authenticated_protocol(r->with))
		r->authenticated = true;
}

static enum received_how
how_of(const struct received *r)
{
	if (starts_nocase(r->with, STR("POP")) ||
	    starts_nocase(r->with, STR("IMAP")))
		return RECEIVED_FETCHED;
	/* LMTP is how a server delivers, over a network of its own if any. */
	if (starts_nocase(r->with, STR("local")) ||
	    starts_nocase(r->with, STR("LMTP")))
		return RECEIVED_LOCAL;
	return RECEIVED_NETWORK;
}

static void
read_forward(struct str body, struct received *r)
{
	struct token t = next_token(&body);

	/* Sendmail: "(from ann@localhost) by ME"; qmail: "(qmail 1 invoked by
	 * uid 5)" and nothing else. */
	while (t.kind == TOKEN_COMMENT)
		t = next_token(&body);
	if (is_word(&t, STR("from"))) {
		read_from(&body, r);
		read_with(body, r);
		r->how = how_of(r);
	} else if (is_word(&t, STR("by"))) {
		r->by = next_token(&body).text;
	}
}

/* ---- qpsmtpd's form, from the end ---- */

/* The last place of needle, or s.n. */
static size_t
find_last(struct str s, struct str needle)
{
	for (size_t at = s.n >= needle.n ? s.n - needle.n + 1 : 0; at-- > 0;)
		if (str_eq(str_head(str_skip(s, at), needle.n), needle))
			return at;
	return s.n;
}

/* "Sun, 22 Nov 2026 10:00:00 +0000": nothing that a stranger could choose. */
static bool
is_date(struct str s)
{
	static const char others[] = " ,:+-()\t\r\n";

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!(str_lower(c) >= 'a' && str_lower(c) <= 'z') &&
		    !(c >= '0' && c <= '9') && memchr(others, c,
		    sizeof(others) - 1) == NULL)
			return false;
	}
	return s.n > 0;
}

/* "qpsmtpd/0.96) with (CIPHER encrypted) ESMTPSA; DATE" */
static bool
qpsmtpd_end(struct str s, struct received *r)
{
	size_t n = str_index(s, ')');
	struct token t;

	if (n == s.n)
		return false;
	s = str_skip(s, n + 1);
	t = next_token(&s);
	if (!is_word(&t, STR("with")))
		return false;
	for (t = next_token(&s); t.kind == TOKEN_WORD ||
	    t.kind == TOKEN_COMMENT; t = next_token(&s))
		if (t.kind == TOKEN_WORD)
			r->with = t.text;
	return t.kind == TOKEN_SEMICOLON && is_date(s);
}

/* Takes "(...)" off the end of *s; *open is where it may begin. */
static bool
take_last_comment(struct str *s, size_t open, struct str *comment)
{
	*s = str_trim(*s);
	if (open >= s->n || s->p[s->n - 1] != ')')
		return false;
	*comment = str_make(s->p + open + 1, s->n - open - 2);
	s->n = open;
	return true;
}

/* "from RDNS (HELO NAME) (IP) (smtp-auth username USER, mechanism M)" */
static bool
qpsmtpd_client(struct str s, struct received *r)
{
	struct str comment, left = s;

	s = left = str_trim(s);
	if (take_last_comment(&left, find_last(left, STR("(")), &comment) &&
	    parse_ip(comment, &r->ip))
		return true;
	left = s;
	if (!take_last_comment(&left, find_last(left,
	    STR("(smtp-auth username ")), &comment))
		return false;
	look_for_user(r, comment);
	left = str_trim(left);
	return take_last_comment(&left, find_last(left, STR("(")), &comment) &&
	    parse_ip(comment, &r->ip);
}

static bool
read_qpsmtpd(struct str body, struct received *r)
{
	size_t at = find_last(body, STR("(qpsmtpd/"));
	struct str front;
	size_t word;

	if (at == body.n || !starts_nocase(body, STR("from ")) ||
	    !qpsmtpd_end(str_skip(body, at), r))
		return false;
	front = str_trim(str_head(body, at));
	for (word = front.n; word > 0 && !is_space(front.p[word - 1]);)
		word--;
	r->by = str_skip(front, word);
	front = str_trim(str_head(front, word));
	if (!str_ends_nocase(front, STR(" by")) &&
	    !str_ends_nocase(front, STR("\nby")))
		return false;
	front.n -= 3;
	r->how = RECEIVED_NETWORK;
	r->has_ip = qpsmtpd_client(front, r);
	if (is_authenticated_protocol(r->with))
		r->authenticated = true;
	return true;
}

void
received_parse(struct str body, struct received *r)
{
	static const struct received nothing;

	*r = nothing;
	if (read_qpsmtpd(body, r))
		return;
	*r = nothing;
	read_forward(body, r);
}
