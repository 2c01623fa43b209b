#include "format/qpsmtpd_mask.h"

#include "base/buf.h"
#include "format/qpsmtpd_line.h"
#include "format/stamp.h"

/* Names that may stay in sight behind AUTH; what else stands there may be secret. */
static const char *const mechanisms[] = {
	"ANONYMOUS", "CRAM-MD5", "DIGEST-MD5", "EXTERNAL", "GSSAPI", "LOGIN",
	"NTLM", "OAUTHBEARER", "PLAIN", "SCRAM-SHA-1", "SCRAM-SHA-256",
	"XOAUTH2", NULL
};

/* Commands of one word: any other such word may be the answer to a 334. */
static const char *const verbs[] = {
	"DATA", "EHLO", "EXPN", "HELO", "HELP", "NOOP", "QUIT", "RSET",
	"STARTTLS", "TURN", "VRFY", NULL
};

static bool
is_one_of(struct str word, const char *const *names)
{
	for (; *names; names++)
		if (str_eq_nocase(word, str_from(*names)))
			return true;
	return false;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool
is_letter_or_digit(char c)
{
	return (c >= '0' && c <= '9') ||
	    (str_lower(c) >= 'a' && str_lower(c) <= 'z');
}

/* Takes a word, and the blanks before it. */
static struct str
take_word(struct str *s)
{
	size_t end = 0;
	struct str word;

	while (s->n > 0 && is_blank(s->p[0]))
		*s = str_skip(*s, 1);
	while (end < s->n && !is_blank(s->p[end]))
		end++;
	word = str_head(*s, end);
	*s = str_skip(*s, end);
	return word;
}

/* Base64 with the alphabets of RFC 4648, 4 and 5. */
static bool
is_base64(struct str word)
{
	for (size_t i = 0; i < word.n; i++)
		if (!is_letter_or_digit(word.p[i]) &&
		    (word.p[i] == '\0' || strchr("+/=-_", word.p[i]) == NULL))
			return false;
	return word.n > 0;
}

/* The secret behind AUTH: s.n if there is none. */
static size_t
behind_auth(struct str s, size_t at)
{
	struct str rest = str_skip(s, at), word = take_word(&rest);

	if (is_one_of(word, mechanisms))
		at = s.n - rest.n;
	return str_trim(str_skip(s, at)).n > 0 ? at : s.n;
}

/* Where in a command that came from a client a secret begins; s.n if nowhere. */
static size_t
in_command(struct str s)
{
	struct str rest = s, word = take_word(&rest);
	size_t auth = str_find_nocase(word, STR("AUTH"));

	if (auth < word.n)
		return behind_auth(s, (size_t)(word.p - s.p) + auth + 4);
	/* "MAIL FROM:<a@b> AUTH=<c@d>" names an address (RFC 4954 5). */
	if (str_eq_nocase(word, STR("MAIL")))
		return s.n;
	if (str_trim(rest).n == 0)
		return is_base64(word) && !is_one_of(word, verbs) ? 0 : s.n;
	while ((word = take_word(&rest)).n > 0)
		if (str_eq_nocase(word, STR("AUTH")))
			return 0;
	return s.n;
}

static bool
is_end_of(struct str word, const char *name)
{
	return word.n > 0 && str_ends_nocase(str_from(name), word);
}

/*
 * Where a secret begins in the rest of a line whose beginning is lost:
 * "PLAIN <base64>", "N <base64>" or any other part of a command.
 */
static size_t
in_rest_of_line(struct str s)
{
	size_t auth = str_find_nocase(s, STR("AUTH"));
	struct str rest = s, word = take_word(&rest);

	/* What begins as with a process id may be the end of "CRAM-MD5". */
	if (auth < s.n && qp_pid_span(s.p, s.p + s.n) == 0)
		return behind_auth(s, auth + 4);
	if (is_end_of(word, "dispatching"))
		return s.n - rest.n + in_command(rest);
	if (is_end_of(word, "AUTH"))
		word = take_word(&rest);
	for (size_t i = 0; mechanisms[i]; i++)
		if (is_end_of(word, mechanisms[i]) && str_trim(rest).n > 0) {
			word = take_word(&rest);
			break;
		}
	if (str_trim(rest).n > 0 || !is_base64(word))
		return s.n;
	return (size_t)(word.p - s.p);
}

/*
 * Where a secret begins behind AUTH and a mechanism in a line that is no
 * command: "got AUTH PLAIN <base64>".  The reply "250 AUTH PLAIN LOGIN" only
 * names mechanisms.
 */
static size_t
in_any_line(struct str s)
{
	struct str rest = s, word;

	while ((word = take_word(&rest)).n > 0) {
		struct str ahead = rest;

		if (!str_ends_nocase(word, STR("AUTH")) ||
		    !is_one_of(take_word(&ahead), mechanisms))
			continue;
		word = take_word(&ahead);
		if (word.n > 0 && !is_one_of(word, mechanisms))
			return (size_t)(word.p - s.p);
	}
	return s.n;
}

/* Appends text with all that follows its first keep bytes masked. */
static void
add_masked(struct buf *b, struct str text, size_t keep)
{
	buf_add_str(b, str_head(text, keep));
	if (keep > 0 && text.p[keep - 1] != ' ')
		buf_add_char(b, ' ');
	buf_add_str(b, STR("***"));
}

bool
qp_mask_field(struct str field, struct buf *b)
{
	size_t secret = in_any_line(field);

	if (secret < field.n)
		add_masked(b, field, secret);
	return secret < field.n;
}

bool
qp_mask(struct str line, struct buf *b)
{
	struct str said = STR("dispatching ");
	size_t begin, secret = line.n;

	for (begin = 0; begin < line.n && secret == line.n;) {
		begin += str_find(str_skip(line, begin), said);
		if (begin == line.n)
			break;
		begin += said.n;
		secret = begin + in_command(str_skip(line, begin));
	}
	if (secret == line.n && !stamp_begins(line))
		secret = in_rest_of_line(line);
	if (secret == line.n)
		secret = in_any_line(line);
	if (secret == line.n)
		return false;
	buf_reset(b);
	add_masked(b, line, secret);
	return true;
}
