#include "format/qpsmtpd_line.h"

#include <assert.h>
#include <string.h>

#include "base/num.h"
#include "event/event.h"
#include "format/stamp.h"

/* Compares with a literal.  Reads into the slack, where '\n' ends every match. */
#define AT(p, literal) (memcmp((p), (literal), sizeof(literal) - 1) == 0)
#define LEN(literal) (sizeof(literal) - 1)

const char *
qp_kind_name(enum qp_kind kind)
{
	static const char *const names[QP_KINDS] = {
		[QP_UNKNOWN] = "not understood",
		[QP_RECORD] = "logterse record",
		[QP_ACCEPTED] = "connection accepted",
		[QP_TOO_MANY] = "limit of connections reached",
		[QP_CLIENT_LIMIT] = "limit of connections of one client reached",
		[QP_REFUSED] = "connection refused by hosts_allow",
		[QP_TIME] = "connection time",
		[QP_CLEANING] = "connection ended",
		[QP_COUNTRY] = "country of the client",
		[QP_DMARC] = "DMARC passed",
		[QP_SPAM] = "SpamAssassin's result",
		[QP_LOGIN] = "login succeeded",
		[QP_CHECK] = "what a plugin found",
		[QP_REPLY] = "reply to the client",
		[QP_COMMAND] = "command of the client",
		[QP_PROGRESS] = "progress of the daemon",
		[QP_CONTINUATION] = "rest of a record of several lines",
		[QP_SUMMARY] = "block of the old summariser",
		[QP_EMPTY] = "empty",
	};

	assert(kind < QP_KINDS);
	return names[kind];
}

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

size_t
qp_pid_span(const char *p, const char *end)
{
	const char *q = p;

	if (end - p > 4 && AT(p, "??? "))
		return 4;
	if (q == end || !is_digit(*q))
		return 0;
	while (q < end && (is_digit(*q) || *q == '.'))
		q++;
	return q < end && *q == ' ' ? (size_t)(q + 1 - p) : 0;
}

/*
 * Behind "logging::logterse": ": ` 192.0.2.1...", ":0: ` ..." where the plugin is
 * loaded more than once, "plugin: ` ..." and "plugin (deny): ` ..." are
 * handled by the caller.  The backquote is qpsmtpd's default prefix; one blank follows.
 */
static enum qp_kind
record_after_name(const char *t, const char *end, struct str *body)
{
	if (t[0] == ':' && is_digit(t[1])) {
		t += 2;
		while (is_digit(*t))
			t++;
	}
	if (!AT(t, ": `"))
		return QP_CHECK;
	t += 3;
	if (*t == ' ')
		t++;
	if (t > end)
		return QP_CHECK;
	*body = str_span(t, end);
	return QP_RECORD;
}

/* "too many connections from 192.0.2.1 (6 > 5)" and everything else it says. */
static enum qp_kind
hosts_allow(const char *t, const char *end, struct str *body)
{
	if (AT(t, "fail: ") || AT(t, "fail, "))
		t += LEN("fail: ");
	else if (!AT(t, "Too many"))
		return QP_CHECK;
	*body = str_span(t, end);
	if (AT(t + 1, "oo many connections from ")) {
		*body = str_skip(*body, LEN("Too many connections from "));
		return QP_CLIENT_LIMIT;
	}
	return QP_REFUSED;
}

static bool
is_upper_pair(struct str s)
{
	return s.n == 2 && s.p[0] >= 'A' && s.p[0] <= 'Z' &&
	    s.p[1] >= 'A' && s.p[1] <= 'Z';
}

/* "dmarc:0" is the first of several, where a plugin is loaded more than once. */
static struct str
without_number(struct str plugin)
{
	size_t n = plugin.n;

	while (n > 0 && is_digit(plugin.p[n - 1]))
		n--;
	return n > 1 && n < plugin.n && plugin.p[n - 1] == ':' &&
	    plugin.p[n - 2] != ':' ? str_head(plugin, n - 1) : plugin;
}

/* What a plugin said, by the plugin: only the ones that a report needs. */
__attribute__((noinline)) static enum qp_kind
plugin_said(struct str plugin, const char *t, const char *end,
    struct str *body)
{
	*body = str_span(t, end);
	plugin = without_number(plugin);
	switch (plugin.n ? plugin.p[0] : 0) {
	case 'b':
	case 'c':
		if (AT(t, "GeoIP Country: "))
			return QP_COUNTRY;
		if (str_eq(plugin, STR("connection_time")))
			return QP_TIME;
		return QP_CHECK;
	case 'd':
		return str_eq(plugin, STR("dmarc")) && AT(t, "pass")
		    ? QP_DMARC : QP_CHECK;
	case 'h':
		return str_eq(plugin, STR("hosts_allow"))
		    ? hosts_allow(t, end, body) : QP_CHECK;
	case 'i':
		return str_eq(plugin, STR("ident::geoip")) &&
		    (t[2] == ',' || t + 2 == end) && is_upper_pair(str_make(t, 2))
		    ? QP_COUNTRY : QP_CHECK;
	case 'a':
		return str_starts(plugin, STR("auth::")) && AT(t, "pass")
		    ? QP_LOGIN : QP_CHECK;
	case 's':
		return str_eq(plugin, STR("spamassassin"))
		    ? QP_SPAM : QP_CHECK;
	default:
		return QP_CHECK;
	}
}

/* "(hook) PLUGIN: text".  Most lines of a log come through here. */
static inline enum qp_kind
classify_hook(const char *t, const char *end, struct str *body)
{
	unsigned close, name;
	const char *p;

	switch (t[1]) {
	case 'd':
		if (AT(t, "(deny) logging::logterse"))
			return record_after_name(
			    t + LEN("(deny) logging::logterse"), end, body);
		break;
	case 'q':
		if (AT(t, "(queue) logging::logterse"))
			return record_after_name(
			    t + LEN("(queue) logging::logterse"), end, body);
		break;
	case 'p':
		if (AT(t, "(post-connection) connection_time: ")) {
			*body = str_span(
			    t + LEN("(post-connection) connection_time: "), end);
			return QP_TIME;
		}
		break;
	default:
		break;
	}
	close = qp_index32(t, ')');
	if (close == 32 || t[close + 1] != ' ' || t + close + 2 >= end)
		return QP_UNKNOWN;
	p = t + close + 2;
	/* The plugins that matter begin with one of these letters. */
	switch (p[0]) {
	case 'r':
		return AT(p, "running plugin") ? QP_PROGRESS : QP_CHECK;
	case 'a': case 'b': case 'c': case 'd': case 'h': case 'i': case 's':
		name = qp_index32(p, ' ');
		if (name < 32 && p[name - 1] == ':' && p + name < end)
			return plugin_said(str_make(p, name - 1), p + name + 1,
			    end, body);
		return QP_CHECK;
	default:
		return QP_CHECK;
	}
}

/* Lines that qpsmtpd's core writes, and that tell of nothing we count. */
static bool
core_text(struct str s)
{
	static const struct str known[] = {
		{ "Connection from ", 16 },
		{ "Connection Timed Out", 20 },
		{ "Listening on ", 13 },
		{ "Running as user ", 16 },
		{ "Permissions on spool_dir ", 25 },
		{ "Loaded ", 7 },
		{ "Loading ", 8 },
		{ "Plugin ", 7 },
		{ "Received HUP", 12 },
		{ "Shutdown complete", 17 },
		{ "Shutting down", 13 },
		{ "FATAL PLUGIN ERROR", 18 },
		{ "click, disconnecting", 20 },
		{ "deny mail from ", 15 },
		{ "denysoft mail from ", 19 },
		{ "deny_disconnect mail from ", 26 },
		{ "denysoft_disconnect mail from ", 30 },
		{ "running plugin", 14 },
		{ "spooling message to disk", 24 },
		{ "max connections", 15 },
		{ "lost connection", 15 },
		{ "disconnect", 10 },
		{ "Use of uninitialized value", 26 },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (str_starts(s, known[i]))
			return true;
	return false;
}

/* Where the text begins behind "PLUGIN plugin: " or "PLUGIN plugin (hook): ". */
static const char *
behind_plugin_word(const char *t, const char *end)
{
	const char *close;

	if (t[0] == ':' && t[1] == ' ')
		return t + 2;
	if (t[0] != ' ' || t[1] != '(')
		return NULL;
	close = memchr(t, ')', (size_t)(end - t));
	return close && AT(close, "): ") ? close + 3 : NULL;
}

/*
 * The plugin of "PLUGIN plugin: text" (S1, S2) or "PLUGIN: text" (S3 outside a hook),
 * and where the text begins; NULL for other lines.  A name may hold a blank:
 * "check_goodrcptto extn plugin: ...".
 */
static const char *
plugin_prefix(const char *t, const char *end, struct str *plugin)
{
	unsigned space = qp_index32(t, ' ');
	const char *word, *text;

	if (space == 0 || t + space >= end)
		return NULL;
	if (space < 32 && AT(t + space, " plugin")) {
		*plugin = str_make(t, space);
		return behind_plugin_word(t + space + LEN(" plugin"), end);
	}
	if (space < 32 && t[space - 1] == ':') {
		*plugin = str_make(t, space - 1);
		return t + space + 1;
	}
	if (core_text(str_span(t, end)))
		return NULL;
	/* Rare: search a little further, but not in what a client said. */
	word = memmem(t, (size_t)(end - t > 80 ? 80 : end - t), " plugin", 7);
	if (word == NULL)
		return NULL;
	for (const char *p = t; p < word; p++)
		if (*p == ':' && p[1] == ' ')
			return NULL;
	text = behind_plugin_word(word + 7, end);
	*plugin = str_span(t, word);
	return text;
}

__attribute__((noinline)) static enum qp_kind
classify_named(const char *t, const char *end, struct str *body)
{
	struct str plugin;
	const char *text = plugin_prefix(t, end, &plugin);

	if (text == NULL || text > end)
		return core_text(str_span(t, end)) ? QP_PROGRESS : QP_UNKNOWN;
	/* "logging::logterse:0 plugin: ": the number of a plugin loaded twice. */
	if (str_starts(plugin, STR("logging::logterse"))) {
		if (*text != '`')
			return QP_CHECK;
		text += text[1] == ' ' ? 2 : 1;
		if (text > end)
			return QP_CHECK;
		*body = str_span(text, end);
		return QP_RECORD;
	}
	if (str_eq(plugin, STR("running")))
		return QP_PROGRESS;
	return plugin_said(plugin, text, end, body);
}

/* logging/file and logging/syslog write neither hook nor plugin (1.2). */
__attribute__((noinline)) static enum qp_kind
classify_bare(const char *t, const char *end, struct str *body)
{
	struct str text = str_span(t, end);

	*body = text;
	if (text.n == 0)
		return QP_EMPTY;
	if (t[0] == '`') {
		t += t[1] == ' ' ? 2 : 1;
		if (t > end)
			return QP_UNKNOWN;
		*body = str_span(t, end);
		return QP_RECORD;
	}
	if (AT(t, "GeoIP Country: "))
		return QP_COUNTRY;
	if (AT(t, "Connection time from ") ||
	    (is_digit(t[0]) && str_ends(text, STR(" s."))))
		return QP_TIME;
	if (AT(t, "fail: too many connections from ") ||
	    AT(t, "Too many connections from "))
		return hosts_allow(t, end, body);
	return QP_CHECK;
}

enum qp_kind
qp_classify_all(const char *t, const char *end, bool bare, struct str *body)
{
	*body = str_span(t, end);
	switch (t[0]) {
	case '(':
		/* Bare, it is what a plugin says: "(dnsbl) http://...". */
		if (!bare)
			return classify_hook(t, end, body);
		break;
	case 'A':
		if (AT(t, "Accepted connection ")) {
			*body = str_span(t + LEN("Accepted connection "), end);
			return QP_ACCEPTED;
		}
		break;
	case 'C':
		if (AT(t, "Connection from "))
			return QP_PROGRESS;
		break;
	case 'T':
		if (AT(t, "Too many connections: ")) {
			*body = str_span(t + LEN("Too many connections: "), end);
			return QP_TOO_MANY;
		}
		break;
	case 'c':
		if (AT(t, "click, disconnecting"))
			return QP_PROGRESS;
		if (AT(t, "cleaning up after ")) {
			*body = str_span(t + LEN("cleaning up after "), end);
			return QP_CLEANING;
		}
		break;
	case 'd':
		if (AT(t, "dispatching ")) {
			*body = str_span(t + LEN("dispatching "), end);
			return QP_COMMAND;
		}
		break;
	default:
		break;
	}
	if (bare && !core_text(*body))
		return classify_bare(t, end, body);
	return classify_named(t, end, body);
}

/* Does a line of this kind have a plugin in front of its text? */
static bool
says_plugin(enum qp_kind kind)
{
	return kind == QP_RECORD || kind == QP_CLIENT_LIMIT ||
	    kind == QP_REFUSED || kind == QP_TIME || kind == QP_COUNTRY ||
	    kind == QP_DMARC || kind == QP_SPAM || kind == QP_LOGIN ||
	    kind == QP_CHECK;
}

void
qp_split(struct str text, bool bare, struct qp_line *l)
{
	const char *end = text.p + text.n, *t = text.p, *said;
	struct str body;

	*l = (struct qp_line){ .text = text };
	l->kind = qp_classify(t, end, bare, &body);
	if (bare || !says_plugin(l->kind))
		return;
	if (text.n > 2 && t[0] == '(') {
		size_t close = str_index(text, ')');

		l->hook = str_make(t + 1, close - 1);
		t += close + 2 < text.n ? close + 2 : text.n;
		close = str_find(str_span(t, end), STR(": "));
		l->plugin = str_make(t, close);
		t += close + 2 < (size_t)(end - t) ? close + 2 : (size_t)(end - t);
		l->text = str_span(t, end);
		return;
	}
	said = plugin_prefix(t, end, &l->plugin);
	if (said == NULL)
		return;
	l->text = str_span(said, end);
	/* "PLUGIN plugin (hook): " */
	if (said - t > 3 && said[-3] == ')') {
		const char *open = said - 3;

		while (open > t && *open != '(')
			open--;
		l->hook = str_span(open + 1, said - 3);
	}
}

bool
qp_is_program(struct str tag)
{
	return str_starts(tag, STR("qpsmtpd")) ||
	    str_starts(tag, STR("sqpsmtpd"));
}

/* "name   @400000006955b90b02b91f21   123": a row of the old state (5). */
static bool
summary_row(struct str line)
{
	size_t at = str_index(line, '@');
	uint64_t count;

	return at > 1 && at < 64 && line.n > at + 26 &&
	    line.p[at - 1] == ' ' && line.p[at + 25] == ' ' &&
	    stamp_tai64n(line.p + at) != WHEN_NONE &&
	    num_u64(str_trim(str_skip(line, at + 25)), &count);
}

enum qp_kind
qp_classify_unstamped(struct str line)
{
	if (str_trim(line).n == 0)
		return QP_EMPTY;
	if (line.p[0] == '#' || summary_row(line))
		return QP_SUMMARY;
	return core_text(line) ? QP_PROGRESS : QP_UNKNOWN;
}

/* A number of at most nine digits and what must follow it. */
static bool
take_number(struct str *s, struct str behind, int64_t *value)
{
	size_t n = 0;
	int64_t v = 0;

	while (n < s->n && n < 10 && is_digit(s->p[n]))
		v = v * 10 + (s->p[n++] - '0');
	if (n == 0 || n == 10 || !str_starts(str_skip(*s, n), behind))
		return false;
	*s = str_skip(*s, n + behind.n);
	*value = v;
	return true;
}

bool
qp_accepted_read(struct str body, int64_t *running, int64_t *limit,
    struct str *client, struct str *host)
{
	size_t end;

	if (!take_number(&body, STR("/"), running) ||
	    !take_number(&body, STR(" from "), limit))
		return false;
	end = str_index(body, ' ');
	*client = str_head(body, end);
	*host = str_none();
	if (end < body.n && str_starts(str_skip(body, end), STR(" / ")))
		*host = str_trim(str_skip(body, end + 3));
	return true;
}

bool
qp_too_many_read(struct str body, int64_t *running, int64_t *limit)
{
	return take_number(&body, STR(" >= "), running) &&
	    take_number(&body, STR(""), limit);
}

bool
qp_client_limit_read(struct str body, struct str *client, int64_t *running,
    int64_t *limit)
{
	size_t end = str_index(body, ' ');

	*client = str_head(body, end);
	if (end == body.n)
		return false;
	body = str_skip(body, end + 1);
	if (body.n > 0 && body.p[0] == '(')
		body = str_skip(body, 1);
	else if (client->n > 0 && client->p[client->n - 1] == ':')
		client->n--; /* "Too many connections from 192.0.2.1: 6 > 5Denying..." */
	else
		return false;
	return take_number(&body, STR(" > "), running) &&
	    take_number(&body, STR(""), limit);
}

bool
qp_time_read(struct str body, struct str *client, int64_t *duration_ns)
{
	size_t n;

	*client = str_none();
	if (str_starts(body, STR("Connection time from "))) {
		body = str_skip(body, LEN("Connection time from "));
		n = str_find(body, STR(": "));
		if (n == body.n)
			return false;
		*client = str_head(body, n);
		body = str_skip(body, n + 2);
	}
	n = num_decimal_span(body);
	if (!num_decimal(str_head(body, n), 9, duration_ns) || *duration_ns < 0)
		return false;
	body = str_skip(body, n);
	return str_starts(body, STR(" s.")) || str_starts(body, STR(" sec."));
}

bool
qp_country_read(struct str body, struct str *country)
{
	struct str first, second;

	/* Nearly all of them. */
	if (body.n > 6 && is_upper_pair(str_head(body, 2)) &&
	    AT(body.p + 2, ", ") && body.p[6] == ',' &&
	    is_upper_pair(str_make(body.p + 4, 2))) {
		*country = str_make(body.p + 4, 2);
		return true;
	}
	if (str_starts(body, STR("GeoIP Country: "))) {
		*country = str_trim(str_skip(body, LEN("GeoIP Country: ")));
		return country->n == 2;
	}
	if (!str_cut(&body, ',', &first) || !is_upper_pair(str_trim(first)))
		return false;
	*country = str_trim(first);
	/* With the continent in front: "SA, BR, 	10880 km". */
	if (str_cut(&body, ',', &second) && is_upper_pair(str_trim(second)))
		*country = str_trim(second);
	return true;
}
