#include "tally/listing.h"

#include <stddef.h>

#include "base/buf.h"

#define NO_LIST STR("(no list named)")

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

struct str
listing_host(struct str text)
{
	size_t at = str_find(text, STR("//"));

	if (at == text.n)
		return STR("(no URL)");
	text = str_skip(text, at + 2);
	text = str_head(text, str_index(text, '/'));
	return text.n > 0 ? text : STR("(no URL)");
}

/* "(dnsbl) http://..." without the reason. */
static struct str
without_reason(struct str text)
{
	size_t close;

	text = str_trim(text);
	if (text.n == 0 || text.p[0] != '(')
		return text;
	close = str_index(text, ')');
	return close < text.n ? str_trim(str_skip(text, close + 1)) : text;
}

/* Cuts at the first of the characters that end a host name in a text. */
static struct str
host_head(struct str s)
{
	size_t n = 0;

	while (n < s.n) {
		char c = lower(s.p[n]);

		if (!((c >= 'a' && c <= 'z') || is_digit(c) || c == '.' ||
		    c == '-' || c == '_'))
			break;
		n++;
	}
	return str_head(s, n);
}

/* "5.113.0.203.zone" is the zone's answer about 203.0.113.5. */
static struct str
without_reversed_ip(struct str host)
{
	struct str rest = host;

	for (int label = 0; label < 4; label++) {
		size_t n = 0;

		while (n < rest.n && n < 4 && is_digit(rest.p[n]))
			n++;
		if (n == 0 || n > 3 || n >= rest.n || rest.p[n] != '.')
			return host;
		rest = str_skip(rest, n + 1);
	}
	return rest;
}

static struct str
finish_name(struct buf *scratch, struct str host)
{
	size_t at = scratch->n;

	host = without_reversed_ip(host);
	while (host.n > 0 && host.p[host.n - 1] == '.')
		host.n--;
	if (host.n == 0)
		return NO_LIST;
	if (str_upper(host) == host.n)
		return host;
	buf_add_str(scratch, host);
	for (size_t i = at; i < scratch->n; i++)
		scratch->p[i] = lower(scratch->p[i]);
	return str_make(scratch->p + at, host.n);
}

/* "user@host:8080" of an URL, as far as that goes. */
static struct str
authority(struct str rest)
{
	for (size_t n = 0; n < rest.n; n++)
		switch (rest.p[n]) {
		case '/': case '?': case '#': case ' ': case '\t': case '\0':
			return str_head(rest, n);
		default:
			break;
		}
	return rest;
}

/* The host of the first http or https URL; absent if there is none. */
static struct str
url_host(struct str text)
{
	struct str rest = text;
	size_t at;

	for (;;) {
		at = str_find(rest, STR("://"));
		if (at == rest.n)
			return str_none();
		if (at >= 4 && (str_eq_nocase(str_make(rest.p + at - 4, 4),
		    STR("http")) || (at >= 5 && str_eq_nocase(
		    str_make(rest.p + at - 5, 5), STR("https")))))
			break;
		rest = str_skip(rest, at + 3);
	}
	rest = authority(str_skip(rest, at + 3));
	at = str_index(rest, '@');
	if (at < rest.n)
		rest = str_skip(rest, at + 1);
	if (rest.n > 4 && str_eq_nocase(str_head(rest, 4), STR("www.")))
		rest = str_skip(rest, 4);
	return host_head(rest);
}

/* The next word, brackets and punctuation around it dropped. */
static struct str
word_behind(struct str text, size_t at)
{
	while (at < text.n && (text.p[at] == ' ' || text.p[at] == '\t' ||
	    text.p[at] == '[' || text.p[at] == ':' || text.p[at] == '"'))
		at++;
	return host_head(str_skip(text, at));
}

/* A dot inside, and a last label that may be a top level domain. */
static bool
looks_like_domain(struct str word)
{
	size_t label;

	while (word.n > 0 && word.p[word.n - 1] == '.')
		word.n--;
	for (label = word.n; label > 0 && word.p[label - 1] != '.'; label--)
		continue;
	return label > 1 && word.n - label >= 2 &&
	    lower(word.p[label]) >= 'a' && lower(word.p[label]) <= 'z';
}

static struct str
first_domain(struct str text)
{
	while (text.n > 0) {
		struct str word = host_head(text);
		bool address = word.n < text.n && text.p[word.n] == '@';

		if (!address && looks_like_domain(word))
			return word;
		text = str_skip(text, word.n + (word.n < text.n));
		/* "postmaster@nolist.test" and the like are not lists. */
		if (address)
			text = str_skip(text, host_head(text).n);
	}
	return str_none();
}

/*
 * "Mail from [HELO] X rejected because it TEXT" (plugin rhsbl): TEXT, without
 * X in front where a zone was asked by A record and TEXT is X.zone.
 */
static struct str
rhsbl_text(struct str text)
{
	struct str rest, name;
	size_t at;

	if (!str_starts(text, STR("Mail from ")))
		return text;
	at = str_find(text, STR(" rejected because it "));
	if (at == text.n)
		return text;
	name = str_make(text.p + 10, at - 10);
	if (str_starts(name, STR("HELO ")))
		name = str_skip(name, 5);
	rest = str_skip(text, at + 21);
	if (str_starts(rest, name) && rest.n > name.n + 1 &&
	    rest.p[name.n] == '.')
		rest = str_skip(rest, name.n + 1);
	return rest;
}

struct str
listing_name(struct buf *scratch, struct str text)
{
	static const struct str behind[] = {
		{ "blocked by", 10 }, { "blocked using", 13 }, { "on lists", 8 }
	};
	struct str host;

	text = rhsbl_text(without_reason(text));
	host = url_host(text);
	if (host.n > 0)
		return finish_name(scratch, host);
	for (size_t i = 0; i < sizeof(behind) / sizeof(behind[0]); i++) {
		size_t at = str_find_nocase(text, behind[i]);

		if (at == text.n)
			continue;
		host = word_behind(text, at + behind[i].n);
		if (host.n > 0)
			return finish_name(scratch, host);
	}
	host = first_domain(text);
	return host.n > 0 ? finish_name(scratch, host) : NO_LIST;
}

bool
listing_is_error(struct str text)
{
	static const struct str errors[] = {
		{ "open resolver", 13 }, { "query refused", 13 },
		{ "excessive number of queries", 27 },
	};

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (str_find_nocase(text, errors[i]) < text.n)
			return true;
	return str_find(text, STR("127.255.255.")) < text.n;
}

/* rhsbl's texts name the sender in front: no two would be the same. */
struct str
listing_head(struct str text, struct str client)
{
	if (client.n < sizeof("0.0.0.0") - 1 || !str_ends(text, client) ||
	    str_starts(text, STR("Mail from ")))
		return str_none();
	return str_head(text, text.n - client.n);
}

static bool
ends_inside(struct str part, struct str whole)
{
	return part.p >= whole.p && part.p + part.n < whole.p + whole.n;
}

/*
 * The host of an http URL has ended, so no digit behind the head belongs to
 * it; and where there is such a host, nothing else is asked.
 */
bool
listing_head_decides(struct str head)
{
	struct str host = url_host(without_reason(head));

	return host.n > 0 && ends_inside(host, head) &&
	    ends_inside(listing_host(head), head);
}

struct str
listing_virus(struct str text)
{
	size_t at = str_find_nocase(text, STR("virus found:"));

	return str_trim(at < text.n ? str_skip(text, at + 12) : text);
}

/*
 * What plugins are known to say (spec/qpsmtpd-log.md 3.7): a part that the
 * text holds, in ASCII without case.  Plugins without a row may say anything;
 * several rows of one plugin are alternatives.
 */
static const struct {
	struct str plugin;
	struct str part;
} shapes[] = {
#define SHAPE(plugin, part) { { plugin, sizeof(plugin) - 1 }, { part, sizeof(part) - 1 } }
	SHAPE("badmailfrom", "badmailfrom"),
	SHAPE("badrcptto", "not accepted here"),
	SHAPE("check_badmailfrom", "badmailfrom"),
	SHAPE("check_badrcptto", "not accepted here"),
	SHAPE("check_earlytalker", "started transmitting before SMTP greeting"),
	SHAPE("check_goodrcptto", "invalid recipient"),
	SHAPE("check_spamhelo", "I do not believe you are"),
	SHAPE("count_unrecognized_commands", "unrecognized commands"),
	SHAPE("earlytalker", "started transmitting before SMTP greeting"),
	SHAPE("helo", "I do not believe you are"),
	SHAPE("helo", "helo"),
	SHAPE("loadcheck", "load too high"),
	SHAPE("rcpt_ok", "relaying denied"),
	SHAPE("rhsbl", "rejected because it"),
	SHAPE("spamassassin", "spam score exceeded"),
	SHAPE("tls", "TLS Negotiation Failed"),
	SHAPE("tls", "Cannot establish SSL session"),
#undef SHAPE
};

bool
listing_has_shape(struct str plugin)
{
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		if (str_eq(plugin, shapes[i].plugin))
			return true;
	return false;
}

bool
listing_known_text(struct str plugin, struct str text)
{
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		if (str_eq(plugin, shapes[i].plugin) &&
		    str_find_nocase(text, shapes[i].part) < text.n)
			return true;
	return !listing_has_shape(plugin);
}
