#include "event/filter.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/ip.h"
#include "base/mem.h"
#include "base/num.h"
#include "event/address.h"
#include "event/event.h"
#include "event/naughty.h"

/* p == NULL: not asked for. */
struct address_pattern {
	struct str glob;
	bool domain_only;
};

struct filter {
	struct arena arena; /* of the texts below */
	bool has_client;
	struct ip_net client;
	struct str host;
	struct str helo;
	struct address_pattern from;
	struct address_pattern to;
	struct str disposition;
	unsigned verdicts; /* a bit each; 0: any */
	int64_t min_score_milli; /* EVENT_NO_NUMBER: any */
	int64_t max_score_milli;
	struct str stream;
};

bool
glob_match(struct str glob, struct str text)
{
	size_t g = 0, t = 0;
	size_t star = SIZE_MAX, star_text = 0;

	while (t < text.n) {
		if (g < glob.n && glob.p[g] == '*') {
			star = g++;
			star_text = t;
		} else if (g < glob.n && (glob.p[g] == '?' ||
		    str_lower(glob.p[g]) == str_lower(text.p[t]))) {
			g++;
			t++;
		} else if (star != SIZE_MAX) {
			g = star + 1;
			t = ++star_text;
		} else {
			return false;
		}
	}
	while (g < glob.n && glob.p[g] == '*')
		g++;
	return g == glob.n;
}

static int
read_text(struct filter *f, const char *option, const char *value,
    struct str *text, struct err *err)
{
	if (value == NULL)
		return 0;
	if (*value == '\0')
		return err_set(err, ERR_USAGE, "--%s: the value is empty", option);
	*text = arena_str(&f->arena, str_from(value));
	return 0;
}

static int
read_address(struct filter *f, const char *option, const char *value,
    struct address_pattern *pattern, struct err *err)
{
	struct str text = str_none();

	if (read_text(f, option, value, &text, err) == -1)
		return -1;
	if (text.p == NULL)
		return 0;
	pattern->glob = address_bare(text);
	pattern->domain_only = str_starts(pattern->glob, STR("@"));
	if (pattern->domain_only)
		pattern->glob = str_skip(pattern->glob, 1);
	return 0;
}

static int
read_client(struct filter *f, const char *value, struct err *err)
{
	if (value == NULL)
		return 0;
	if (!ip_net_parse(str_from(value), &f->client)) {
		return err_set(err, ERR_USAGE, "--client: \"%s\" is not an address "
		    "or a network such as 192.0.2.0/24", value);
	}
	f->has_client = true;
	return 0;
}

static int
read_verdict(struct filter *f, const char *value, struct err *err)
{
	if (value == NULL)
		return 0;
	for (enum verdict v = VERDICT_ACCEPTED; v <= VERDICT_DEFERRED; v++) {
		if (str_eq_nocase(str_from(value), str_from(verdict_name(v)))) {
			f->verdicts = 1U << v;
			return 0;
		}
	}
	if (str_eq_nocase(str_from(value), STR("denied"))) {
		f->verdicts = 1U << VERDICT_REJECTED | 1U << VERDICT_DEFERRED;
		return 0;
	}
	return err_set(err, ERR_USAGE, "--verdict: \"%s\" is not accepted, "
	    "rejected, deferred or denied", value);
}

static int
read_score(const char *option, const char *value, int64_t *milli,
    struct err *err)
{
	*milli = EVENT_NO_NUMBER;
	if (value == NULL || num_decimal(str_from(value), 3, milli))
		return 0;
	return err_set(err, ERR_USAGE, "--%s: \"%s\" is not a number", option,
	    value);
}

static int
read_options(struct filter *f, const struct filter_options *o, struct err *err)
{
	if (read_client(f, o->client, err) == -1 ||
	    read_text(f, "host", o->host, &f->host, err) == -1 ||
	    read_text(f, "helo", o->helo, &f->helo, err) == -1 ||
	    read_address(f, "from", o->from, &f->from, err) == -1 ||
	    read_address(f, "to", o->to, &f->to, err) == -1 ||
	    read_text(f, "disposition", o->disposition, &f->disposition, err) == -1 ||
	    read_verdict(f, o->verdict, err) == -1 ||
	    read_score("min-score", o->min_score, &f->min_score_milli, err) == -1 ||
	    read_score("max-score", o->max_score, &f->max_score_milli, err) == -1 ||
	    read_text(f, "stream", o->stream, &f->stream, err) == -1)
		return -1;
	if (o->min_score != NULL && o->max_score != NULL &&
	    f->min_score_milli > f->max_score_milli) {
		return err_set(err, ERR_USAGE, "--min-score %s is above "
		    "--max-score %s: nothing can match", o->min_score, o->max_score);
	}
	return 0;
}

static bool
asks_nothing(const struct filter_options *o)
{
	return !o->client && !o->host && !o->helo && !o->from && !o->to &&
	    !o->disposition && !o->verdict && !o->min_score && !o->max_score &&
	    !o->stream;
}

int
filter_new(struct filter **f, const struct filter_options *o, struct err *err)
{
	*f = NULL;
	if (asks_nothing(o))
		return 0;
	*f = mem_zalloc(sizeof(**f));
	if (read_options(*f, o, err) == -1) {
		filter_free(f);
		return -1;
	}
	return 0;
}

void
filter_free(struct filter **f)
{
	if (*f == NULL)
		return;
	arena_clear(&(*f)->arena);
	free(*f);
	*f = NULL;
}

static bool
text_matches(struct str glob, struct str text)
{
	return glob.p == NULL || glob_match(glob, text);
}

static bool
address_matches(const struct address_pattern *p, struct str address)
{
	if (p->domain_only) {
		struct str domain = address_domain(address);

		return domain.p != NULL && glob_match(p->glob, domain);
	}
	return glob_match(p->glob, address_bare(address));
}

static bool
recipients_match(const struct address_pattern *p, const struct event *ev)
{
	struct str rest = address_recipients(ev);
	struct str one;

	if (!address_next(&rest, &one))
		return address_matches(p, str_none());
	do {
		if (address_matches(p, one))
			return true;
	} while (address_next(&rest, &one));
	return false;
}

static bool
disposition_matches(struct str glob, const struct event *ev)
{
	char name[NAUGHTY_NAME_MAX];

	if (glob_match(glob, ev->disposition))
		return true;
	return naughty_is(ev->disposition) &&
	    glob_match(glob, naughty_name(name, ev->text));
}

static bool
score_matches(const struct filter *f, int64_t score_milli)
{
	if (f->min_score_milli == EVENT_NO_NUMBER &&
	    f->max_score_milli == EVENT_NO_NUMBER)
		return true;
	if (score_milli == EVENT_NO_NUMBER || score_milli < f->min_score_milli)
		return false;
	return f->max_score_milli == EVENT_NO_NUMBER ||
	    score_milli <= f->max_score_milli;
}

/*
 * "qpsmtpd" is the stream /var/log/qpsmtpd but not /var/log/sqpsmtpd: the
 * glob must match the stream or a run of whole parts of its path.
 */
static bool
stream_matches(struct str glob, struct str stream)
{
	if (glob_match(glob, stream))
		return true;
	for (size_t from = 0; from < stream.n; from++) {
		if (from > 0 && stream.p[from - 1] != '/')
			continue;
		for (size_t to = from + 1; to <= stream.n; to++) {
			if ((to == stream.n || stream.p[to] == '/') &&
			    glob_match(glob, str_span(stream.p + from, stream.p + to)))
				return true;
		}
	}
	return false;
}

static bool
client_matches(const struct ip_net *net, struct str client)
{
	struct ip ip;

	return ip_parse(client, &ip) && ip_net_has(net, &ip);
}

/* The cheap and the choosy tests first. */
bool
filter_match(const struct filter *f, const struct event *ev)
{
	if (f == NULL)
		return true;
	return (f->verdicts == 0 || f->verdicts & 1U << ev->verdict) &&
	    score_matches(f, ev->score_milli) &&
	    (f->disposition.p == NULL || disposition_matches(f->disposition, ev)) &&
	    (f->from.glob.p == NULL || address_matches(&f->from, ev->sender)) &&
	    (f->to.glob.p == NULL || recipients_match(&f->to, ev)) &&
	    text_matches(f->host, ev->host) &&
	    text_matches(f->helo, ev->helo) &&
	    (!f->has_client || client_matches(&f->client, ev->client)) &&
	    (f->stream.p == NULL || stream_matches(f->stream, ev->stream));
}
