#include "tally/reason.h"

#include <assert.h>
#include <string.h>

#include "base/buf.h"

/* "5.123.123" */
#define CODE_BYTES ((size_t)9)

const char *
reason_class_name(enum reason_class c)
{
	static const char *const names[REASON_CLASSES] = {
		[REASON_GREYLISTED] = "greylisted",
		[REASON_RATE_LIMITED] = "rate-limited",
		[REASON_REPUTATION] = "blocklisted/reputation",
		[REASON_AUTHENTICATION] = "spf-dkim-dmarc",
		[REASON_CONTENT] = "content/spam",
		[REASON_USER_UNKNOWN] = "user unknown",
		[REASON_MAILBOX_FULL] = "mailbox full",
		[REASON_TOO_LARGE] = "message too large",
		[REASON_RELAY_DENIED] = "relay denied/auth required",
		[REASON_TLS] = "tls",
		[REASON_DNS] = "dns",
		[REASON_REFUSED] = "connection refused",
		[REASON_TIMEOUT] = "connection timeout",
		[REASON_LOOP] = "loop/too many hops",
		[REASON_LOCAL] = "local error",
		[REASON_POLICY] = "policy",
		[REASON_OTHER] = "other",
	};

	assert(c < REASON_CLASSES);
	return names[c];
}

/*
 * The rules, first hit wins: a text in lower case, with blanks, that stands
 * anywhere in the result.  Within a class the order does not matter; a class
 * stands before another where texts of the first also have words of the
 * second ("greylisted, please try again later").
 */
static const struct {
	const char *text;
	enum reason_class class;
} rules[] = {
	{ "greylist", REASON_GREYLISTED },
	{ "graylist", REASON_GREYLISTED },
	{ "grey-list", REASON_GREYLISTED },
	{ "postgrey", REASON_GREYLISTED },

	{ "too many connections", REASON_RATE_LIMITED },
	{ "too many concurrent", REASON_RATE_LIMITED },
	{ "too many messages", REASON_RATE_LIMITED },
	{ "too many mails", REASON_RATE_LIMITED },
	{ "too many recipients", REASON_RATE_LIMITED },
	{ "too many errors", REASON_RATE_LIMITED },
	{ "too many requests", REASON_RATE_LIMITED },
	{ "rate limit", REASON_RATE_LIMITED },
	{ "ratelimit", REASON_RATE_LIMITED },
	{ "rate-limit", REASON_RATE_LIMITED },
	{ "throttl", REASON_RATE_LIMITED },
	{ "slow down", REASON_RATE_LIMITED },
	{ "exceeded the maximum", REASON_RATE_LIMITED },
	{ "unusual rate", REASON_RATE_LIMITED },
	{ "receiving mail at a rate", REASON_RATE_LIMITED },
	{ " 4.7.28", REASON_RATE_LIMITED },

	{ "spamhaus", REASON_REPUTATION },
	{ "spamcop", REASON_REPUTATION },
	{ "barracuda", REASON_REPUTATION },
	{ "dnsbl", REASON_REPUTATION },
	{ " rbl", REASON_REPUTATION },
	{ "blocklist", REASON_REPUTATION },
	{ "blacklist", REASON_REPUTATION },
	{ "block list", REASON_REPUTATION },
	{ "black list", REASON_REPUTATION },
	{ "blocked using", REASON_REPUTATION },
	{ "blocked by", REASON_REPUTATION },
	{ "reputation", REASON_REPUTATION },
	{ "no mail accepted from you", REASON_REPUTATION },
	{ "go away", REASON_REPUTATION },
	{ "banned", REASON_REPUTATION },
	{ "poor sender", REASON_REPUTATION },

	{ "dmarc", REASON_AUTHENTICATION },
	{ "dkim", REASON_AUTHENTICATION },
	{ " spf", REASON_AUTHENTICATION },
	{ "spf check", REASON_AUTHENTICATION },
	{ "sender policy framework", REASON_AUTHENTICATION },
	{ "unauthenticated email", REASON_AUTHENTICATION },
	{ " 5.7.26", REASON_AUTHENTICATION },

	{ "spam", REASON_CONTENT },
	{ "virus", REASON_CONTENT },
	{ "malware", REASON_CONTENT },
	{ "phish", REASON_CONTENT },
	{ "message content", REASON_CONTENT },
	{ "content rejected", REASON_CONTENT },
	{ "content filter", REASON_CONTENT },
	{ "attachment", REASON_CONTENT },
	{ "unsolicited", REASON_CONTENT },
	{ " 5.6.", REASON_CONTENT },

	{ "user unknown", REASON_USER_UNKNOWN },
	{ "unknown user", REASON_USER_UNKNOWN },
	{ "unknown recipient", REASON_USER_UNKNOWN },
	{ "no mailbox here", REASON_USER_UNKNOWN },
	{ "no such user", REASON_USER_UNKNOWN },
	{ "no such recipient", REASON_USER_UNKNOWN },
	{ "no such list", REASON_USER_UNKNOWN },
	{ "no such mailbox", REASON_USER_UNKNOWN },
	{ "no such person", REASON_USER_UNKNOWN },
	{ "no such address", REASON_USER_UNKNOWN },
	{ "does not exist here", REASON_USER_UNKNOWN },
	{ "account that you tried to reach does not exist", REASON_USER_UNKNOWN },
	{ "mailbox unavailable", REASON_USER_UNKNOWN },
	{ "mailbox not found", REASON_USER_UNKNOWN },
	{ "mailbox is closed", REASON_USER_UNKNOWN },
	{ "mailbox is disabled", REASON_USER_UNKNOWN },
	{ "mailbox disabled", REASON_USER_UNKNOWN },
	{ "account disabled", REASON_USER_UNKNOWN },
	{ "account is disabled", REASON_USER_UNKNOWN },
	{ "user not found", REASON_USER_UNKNOWN },
	{ "recipient not found", REASON_USER_UNKNOWN },
	{ "user does not exist", REASON_USER_UNKNOWN },
	{ "user doesn't exist", REASON_USER_UNKNOWN },
	{ "address does not exist", REASON_USER_UNKNOWN },
	{ "invalid recipient", REASON_USER_UNKNOWN },
	{ "invalid mailbox", REASON_USER_UNKNOWN },
	{ "user not local", REASON_USER_UNKNOWN },
	{ "not a valid mailbox", REASON_USER_UNKNOWN },
	{ "this address no longer accepts mail", REASON_USER_UNKNOWN },
	{ " 5.1.1", REASON_USER_UNKNOWN },
	{ " 5.1.10", REASON_USER_UNKNOWN },

	{ "mailbox full", REASON_MAILBOX_FULL },
	{ "mailbox is full", REASON_MAILBOX_FULL },
	{ "over quota", REASON_MAILBOX_FULL },
	{ "overquota", REASON_MAILBOX_FULL },
	{ "quota exceeded", REASON_MAILBOX_FULL },
	{ "exceeded quota", REASON_MAILBOX_FULL },
	{ "exceeds quota", REASON_MAILBOX_FULL },
	{ "out of storage", REASON_MAILBOX_FULL },
	{ "not enough space in mailbox", REASON_MAILBOX_FULL },
	{ "quota", REASON_MAILBOX_FULL },
	{ " 4.2.2", REASON_MAILBOX_FULL },
	{ " 5.2.2", REASON_MAILBOX_FULL },

	{ "message too large", REASON_TOO_LARGE },
	{ "message too big", REASON_TOO_LARGE },
	{ "size exceeds", REASON_TOO_LARGE },
	{ "exceeds size", REASON_TOO_LARGE },
	{ "exceeds maximum", REASON_TOO_LARGE },
	{ "exceeded maximum message size", REASON_TOO_LARGE },
	{ "maximum message size", REASON_TOO_LARGE },
	{ "size limit", REASON_TOO_LARGE },
	{ " 5.3.4", REASON_TOO_LARGE },
	{ " 5.2.3", REASON_TOO_LARGE },

	{ "relay denied", REASON_RELAY_DENIED },
	{ "relay access denied", REASON_RELAY_DENIED },
	{ "relaying denied", REASON_RELAY_DENIED },
	{ "unable to relay", REASON_RELAY_DENIED },
	{ "relay not permitted", REASON_RELAY_DENIED },
	{ "relaying is not", REASON_RELAY_DENIED },
	{ "relaying not", REASON_RELAY_DENIED },
	{ "not permitted to relay", REASON_RELAY_DENIED },
	{ "we do not relay", REASON_RELAY_DENIED },
	{ "isn't in my list of allowed rcpthosts", REASON_RELAY_DENIED },
	{ "authentication required", REASON_RELAY_DENIED },
	{ "authentication is required", REASON_RELAY_DENIED },
	{ "must authenticate", REASON_RELAY_DENIED },
	{ "auth required", REASON_RELAY_DENIED },

	{ "starttls", REASON_TLS },
	{ "tls", REASON_TLS },
	{ " ssl", REASON_TLS },
	{ "certificate", REASON_TLS },

	{ "couldn't find any host named", REASON_DNS },
	{ "couldn't find a mail exchanger", REASON_DNS },
	{ "cname lookup failed", REASON_DNS },
	{ "domain not found", REASON_DNS },
	{ "domain does not exist", REASON_DNS },
	{ "domain of sender", REASON_DNS },
	{ "host not found", REASON_DNS },
	{ "dns", REASON_DNS },
	{ "reverse", REASON_DNS },
	{ "ptr record", REASON_DNS },
	{ "mx record", REASON_DNS },
	{ "no mx", REASON_DNS },
	{ " 5.4.4", REASON_DNS },
	{ " 5.1.2", REASON_DNS },
	{ " 4.4.3", REASON_DNS },

	{ "connection refused", REASON_REFUSED },
	{ "wasn't able to establish an smtp connection", REASON_REFUSED },
	{ "no route to host", REASON_REFUSED },
	{ "network is unreachable", REASON_REFUSED },
	{ "service not available", REASON_REFUSED },
	{ "service unavailable", REASON_REFUSED },

	{ "timed out", REASON_TIMEOUT },
	{ "timeout", REASON_TIMEOUT },
	{ "connection died", REASON_TIMEOUT },
	{ "lost connection", REASON_TIMEOUT },
	{ "conversation with", REASON_TIMEOUT },

	{ "looping", REASON_LOOP },
	{ "mail loop", REASON_LOOP },
	{ "too many hops", REASON_LOOP },
	{ "hop count", REASON_LOOP },
	{ "loops back to", REASON_LOOP },
	{ "cname loop", REASON_LOOP },
	{ " 5.4.6", REASON_LOOP },
	{ "although i'm listed as a best-preference mx", REASON_LOOP },

	{ "insufficient system storage", REASON_LOCAL },
	{ "disk full", REASON_LOCAL },
	{ "insufficient disk space", REASON_LOCAL },
	{ "lock busy", REASON_LOCAL },
	{ "mailbox busy", REASON_LOCAL },
	{ "mailbox locked", REASON_LOCAL },
	{ "uh-oh:", REASON_LOCAL },
	{ "home directory", REASON_LOCAL },
	{ ".qmail", REASON_LOCAL },
	{ "unable to ", REASON_LOCAL },
	{ "child crashed", REASON_LOCAL },
	{ "aack,", REASON_LOCAL },
	{ "zut", REASON_LOCAL },
	{ "temporary error on maildir delivery", REASON_LOCAL },
	{ "temporary filter failure", REASON_LOCAL },
	{ "temporarily unable", REASON_LOCAL },
	{ "temporary failure", REASON_LOCAL },
	{ "system error", REASON_LOCAL },
	{ "system config error", REASON_LOCAL },
	{ "internal error", REASON_LOCAL },
	{ "internal server error", REASON_LOCAL },
	{ "local error", REASON_LOCAL },
	{ "out of memory", REASON_LOCAL },
	{ "preprocessing", REASON_LOCAL },
	{ "report mangled", REASON_LOCAL },
	{ "report_mangled", REASON_LOCAL },
	{ "error report too long", REASON_LOCAL },
	{ " 4.3.0", REASON_LOCAL },
	{ " 4.2.1", REASON_LOCAL },

	{ "policy", REASON_POLICY },
	{ "access denied", REASON_POLICY },
	{ "not allowed", REASON_POLICY },
	{ "not permitted", REASON_POLICY },
	{ "prohibited", REASON_POLICY },
	{ "my name was rejected", REASON_POLICY },
	{ "helo", REASON_POLICY },
	{ "sender was rejected", REASON_POLICY },
	{ "sender address rejected", REASON_POLICY },
	{ "sender rejected", REASON_POLICY },
	{ "refused", REASON_POLICY },
	{ "rejected", REASON_POLICY },
	{ "blocked", REASON_POLICY },
	{ "administrative", REASON_POLICY },
	{ " 5.7.", REASON_POLICY },
	{ " 4.7.", REASON_POLICY },

	/* What is left may at least be known by its shape. */
	{ "try again later", REASON_GREYLISTED },
	{ "greeting failed", REASON_REFUSED },
	{ "does not like recipient", REASON_USER_UNKNOWN },
	{ "failed on data command", REASON_LOCAL },
};

enum reason_class
reason_class_of(struct str reason)
{
	char text[REASON_BYTES + 1] = " "; /* codes follow a blank */
	struct str s;

	reason = str_head(reason, REASON_BYTES);
	for (size_t i = 0; i < reason.n; i++)
		text[i + 1] = str_lower(reason.p[i]);
	s = str_make(text, reason.n + 1);
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (str_find(s, str_from(rules[i].text)) < s.n)
			return rules[i].class;
	return REASON_OTHER;
}

#define EXPIRED                                                            \
	"I'm_not_going_to_try_again;_this_message_has_been_in_the_queue_too_long./"

bool
reason_is_expired(struct str raw)
{
	return str_ends(raw, STR(EXPIRED));
}

/* ---- normalising ---- */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_blank(char c)
{
	return c == '_' || c == ' ' || c == '\t';
}

/* "4.2.0", perhaps with # before it. */
static size_t
enhanced_code(struct str word)
{
	size_t n = 0;

	if (word.n < 5 || (word.p[0] != '2' && word.p[0] != '4' &&
	    word.p[0] != '5') || word.p[1] != '.' || !is_digit(word.p[2]))
		return 0;
	for (n = 2; n < word.n && is_digit(word.p[n]); n++)
		;
	if (n > 5 || n + 1 >= word.n || word.p[n] != '.' ||
	    !is_digit(word.p[n + 1]))
		return 0;
	for (n++; n < word.n && is_digit(word.p[n]); n++)
		;
	return n;
}

static bool
is_reply_code(struct str word)
{
	return word.n >= 3 && (word.p[0] == '4' || word.p[0] == '5') &&
	    is_digit(word.p[1]) && is_digit(word.p[2]) &&
	    (word.n == 3 || word.p[3] == '-');
}

/* What a word is made of, seen in one pass. */
struct shape {
	size_t points, digits, hex; /* hex: digits and a to f */
	size_t run;		    /* the longest of digits */
	bool at, colon, other;	    /* other: what no host name has */
};

enum { DIGIT = 1, HEX = 2, LETTER = 4, POINT = 8, DASH = 16, AT = 32,
	COLON = 64 };

static const unsigned char kinds[256] = {
	['0'] = DIGIT | HEX, ['1'] = DIGIT | HEX, ['2'] = DIGIT | HEX,
	['3'] = DIGIT | HEX, ['4'] = DIGIT | HEX, ['5'] = DIGIT | HEX,
	['6'] = DIGIT | HEX, ['7'] = DIGIT | HEX, ['8'] = DIGIT | HEX,
	['9'] = DIGIT | HEX,
#define BOTH(upper, lower, kind) [upper] = kind, [lower] = kind
	BOTH('A', 'a', LETTER | HEX), BOTH('B', 'b', LETTER | HEX),
	BOTH('C', 'c', LETTER | HEX), BOTH('D', 'd', LETTER | HEX),
	BOTH('E', 'e', LETTER | HEX), BOTH('F', 'f', LETTER | HEX),
	BOTH('G', 'g', LETTER), BOTH('H', 'h', LETTER),
	BOTH('I', 'i', LETTER), BOTH('J', 'j', LETTER),
	BOTH('K', 'k', LETTER), BOTH('L', 'l', LETTER),
	BOTH('M', 'm', LETTER), BOTH('N', 'n', LETTER),
	BOTH('O', 'o', LETTER), BOTH('P', 'p', LETTER),
	BOTH('Q', 'q', LETTER), BOTH('R', 'r', LETTER),
	BOTH('S', 's', LETTER), BOTH('T', 't', LETTER),
	BOTH('U', 'u', LETTER), BOTH('V', 'v', LETTER),
	BOTH('W', 'w', LETTER), BOTH('X', 'x', LETTER),
	BOTH('Y', 'y', LETTER), BOTH('Z', 'z', LETTER),
#undef BOTH
	['.'] = POINT, ['-'] = DASH, ['@'] = AT, [':'] = COLON,
};

static struct shape
shape_of(struct str word)
{
	struct shape s = { 0 };
	size_t run = 0;

	for (size_t i = 0; i < word.n; i++) {
		unsigned kind = kinds[(unsigned char)word.p[i]];

		run = kind & DIGIT ? run + 1 : 0;
		s.run = run > s.run ? run : s.run;
		s.digits += (kind & DIGIT) != 0;
		s.hex += (kind & HEX) != 0;
		s.points += kind == POINT;
		s.at |= kind == AT;
		s.colon |= kind == COLON;
		s.other |= kind == 0 || kind >= AT;
	}
	return s;
}

static bool
is_ip(struct str word, const struct shape *s)
{
	return s->points == 3 && s->digits + s->points == word.n;
}

/*
 * What is of one mail alone: numbers of four digits and more, hexadecimal
 * ids, words that are too long to be any.
 */
static bool
is_id(struct str word, const struct shape *s)
{
	return s->run >= 4 || (word.n >= 6 && s->hex == word.n &&
	    s->digits > 0) || word.n > 60;
}

/* A name with a point inside and a last label of letters. */
static bool
is_host(struct str word, const struct shape *s)
{
	return s->points > 0 && !s->other && word.p[0] != '.' &&
	    str_index(word, '.') + 2 < word.n &&
	    !is_digit(word.p[word.n - 1]);
}

static bool
is_of_one_mail(struct str word, const struct shape *s)
{
	return s->at || is_ip(word, s) || is_id(word, s) || is_host(word, s);
}

/* What may stand before a word, and behind it. */
static bool
is_opening(char c)
{
	return c == '(' || c == '<' || c == '[' || c == '"' || c == '\'' ||
	    c == '#' || c == ':' || c == ';' || c == ',' || c == '\0';
}

static bool
is_closing(char c)
{
	return c == ')' || c == '>' || c == ']' || c == '"' || c == '\'' ||
	    c == ',' || c == ':' || c == ';' || c == '.' || c == '!' ||
	    c == '\0';
}

/* A word between blanks, with what stands around it in punctuation. */
static void
add_word(struct buf *b, struct str word, struct str *code)
{
	struct str core = word, url;
	struct shape shape;
	size_t n, tail;

	while (core.n > 0 && is_opening(core.p[0]))
		core = str_skip(core, 1);
	tail = core.n;
	while (core.n > 0 && is_closing(core.p[core.n - 1]))
		core.n--;
	n = enhanced_code(core);
	if (n > 0 && n == core.n) {
		if (code->p == NULL || is_reply_code(*code))
			*code = core;
		return;
	}
	if (code->p == NULL && is_reply_code(core))
		*code = str_head(core, 3);
	if (core.n >= 4 && is_reply_code(core) && core.p[3] == '-') {
		core = str_skip(core, 4); /* a reply of several lines */
		if (core.n > 0)
			add_word(b, core, code);
		return;
	}
	if (b->n > 0 && b->p[b->n - 1] != ' ')
		buf_add_char(b, ' ');
	shape = shape_of(core);
	n = shape.colon ? str_find(core, STR("://")) : core.n;
	if (n < core.n) {
		url = str_skip(core, n + 3);
		buf_add_str(b, str_head(url, str_index(url, '/')));
	} else if (is_of_one_mail(core, &shape)) {
		buf_add(b, word.p, (size_t)(core.p - word.p));
		buf_add_char(b, '*');
		buf_add(b, core.p + core.n, tail - core.n);
	} else {
		buf_add_str(b, word);
	}
}

/* The next word: up to a blank, or a '/' that ends a line of the result. */
static struct str
next_word(struct str *rest)
{
	size_t n = 0;
	struct str word;

	while (rest->n > 0 && (is_blank(rest->p[0]) || rest->p[0] == '/'))
		*rest = str_skip(*rest, 1);
	while (n < rest->n && !is_blank(rest->p[n])) {
		bool url = n > 0 && rest->p[n - 1] == ':' && n + 1 < rest->n &&
		    rest->p[n + 1] == '/';

		if (url) {
			while (n < rest->n && !is_blank(rest->p[n]))
				n++;
			break;
		}
		if (rest->p[n] == '/')
			break;
		n++;
	}
	word = str_head(*rest, n);
	*rest = str_skip(*rest, n);
	return word;
}

struct str
reason_normalise(struct buf *scratch, struct str raw)
{
	struct str code = str_none(), text;
	size_t n;

	/* Room for the code, which is known at the end. */
	buf_reset(scratch);
	buf_add_repeated(scratch, ' ', CODE_BYTES + 1);
	if (reason_is_expired(raw))
		raw.n -= sizeof(EXPIRED) - 1;
	while (raw.n > 0 && scratch->n < REASON_BYTES) {
		struct str word = next_word(&raw);

		if (word.n > 0)
			add_word(scratch, word, &code);
	}
	scratch->n = scratch->n < REASON_BYTES ? scratch->n : REASON_BYTES;
	if (code.p == NULL || code.n > CODE_BYTES)
		code = STR("-");
	n = CODE_BYTES - code.n;
	memcpy(scratch->p + n, code.p, code.n);
	text = str_skip(buf_str(scratch), n);
	return text;
}

struct str
reason_split(struct str reason, struct str *code)
{
	str_cut(&reason, ' ', code);
	if (str_eq(*code, STR("-")))
		*code = str_none();
	return reason;
}
