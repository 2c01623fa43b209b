/*
 * category.c - where a message ended (spec/reports.md B.3).
 */
#include <assert.h>

#include "event/event.h"
#include "event/naughty.h"
#include "tally/classes.h"

/* B.4: where neither the configuration nor the line says. */
#define DEFAULT_TAG_LEVEL_MILLI 4000

static const char *const category_titles[CATEGORIES] = {
	[CATEGORY_DMARC] = "DMARC-Rej.",
	[CATEGORY_VIRUS] = "Virus",
	[CATEGORY_LIST] = "RBL/DNS",
	[CATEGORY_EXECUTABLE] = "Execut.",
	[CATEGORY_COUNTRY] = "Geoip.",
	[CATEGORY_NONCONFORMING] = "Non.Conf.",
	[CATEGORY_LOAD] = "Rej.Load",
	[CATEGORY_KARMA] = "Karma",
	[CATEGORY_SPAM] = "Del.Spam",
	[CATEGORY_TAGGED] = "Qued.Spam?",
	[CATEGORY_HAM] = "Ham",
};

/*
 * B.3.  Sorted in byte order (classes_test.c has them all) for the binary
 * search; a star at the end stands for any rest, and a row without one goes
 * before.  What is not here is non-conforming and shown as unrecognised.
 */
static const struct category_row {
	const char *pattern;
	enum category category;
} category_rows[] = {
	{ "auth::*", CATEGORY_NONCONFORMING },
	{ "badcountries", CATEGORY_COUNTRY },
	{ "badmailfrom", CATEGORY_NONCONFORMING },
	{ "badrcptto", CATEGORY_NONCONFORMING },
	{ "check_badcountries", CATEGORY_COUNTRY },
	{ "check_badmailfrom", CATEGORY_NONCONFORMING },
	{ "check_badmailfrom_patterns", CATEGORY_NONCONFORMING },
	{ "check_badrcptto", CATEGORY_NONCONFORMING },
	{ "check_badrcptto_patterns", CATEGORY_NONCONFORMING },
	{ "check_basicheaders", CATEGORY_NONCONFORMING },
	{ "check_earlytalker", CATEGORY_NONCONFORMING },
	{ "check_goodrcptto", CATEGORY_NONCONFORMING },
	{ "check_goodrcptto extn", CATEGORY_NONCONFORMING },
	{ "check_norelay", CATEGORY_NONCONFORMING },
	{ "check_relay", CATEGORY_NONCONFORMING },
	{ "check_smtp_forward", CATEGORY_NONCONFORMING },
	{ "check_spamhelo", CATEGORY_NONCONFORMING },
	{ "count_unrecognized_commands", CATEGORY_NONCONFORMING },
	{ "dmarc", CATEGORY_DMARC },
	{ "dnsbl", CATEGORY_LIST },
	{ "dspam", CATEGORY_SPAM },
	{ "earlytalker", CATEGORY_NONCONFORMING },
	{ "headers", CATEGORY_NONCONFORMING },
	{ "helo", CATEGORY_NONCONFORMING },
	{ "ident::geoip", CATEGORY_COUNTRY },
	{ "karma", CATEGORY_KARMA },
	{ "loadcheck", CATEGORY_LOAD },
	{ "mailfrom", CATEGORY_NONCONFORMING },
	{ "naughty", CATEGORY_NONCONFORMING },
	{ "naughty-*", CATEGORY_NONCONFORMING },
	{ "naughty-dnsbl", CATEGORY_LIST },
	{ "naughty-geoip", CATEGORY_COUNTRY },
	{ "naughty-helo", CATEGORY_NONCONFORMING },
	{ "naughty-karma", CATEGORY_KARMA },
	{ "naughty-rhsbl", CATEGORY_LIST },
	{ "naughty-uribl", CATEGORY_LIST },
	{ "pattern_filter", CATEGORY_EXECUTABLE },
	{ "rcpt_ok", CATEGORY_NONCONFORMING },
	{ "relay", CATEGORY_NONCONFORMING },
	{ "relay_only", CATEGORY_NONCONFORMING },
	{ "require_resolvable_fromhost", CATEGORY_NONCONFORMING },
	{ "resolvable_fromhost", CATEGORY_NONCONFORMING },
	{ "rhsbl", CATEGORY_LIST },
	{ "sender_permitted_from", CATEGORY_NONCONFORMING },
	{ "spamassassin", CATEGORY_SPAM },
	{ "tls", CATEGORY_NONCONFORMING },
	{ "unrecognized_commands", CATEGORY_NONCONFORMING },
	{ "uribl", CATEGORY_LIST },
	{ "virus::*", CATEGORY_VIRUS },
	{ "virus::pattern_filter", CATEGORY_EXECUTABLE },
};

static const size_t n_category_rows =
    sizeof(category_rows) / sizeof(*category_rows);

struct str
category_title(const struct classes *c, int category)
{
	assert(category >= 0);
	if (category < CATEGORIES)
		return str_from(category_titles[category]);
	assert((size_t)category - CATEGORIES < c->n_extra_categories);
	return c->extra_categories[category - CATEGORIES];
}

/* A category by its title, made if there is none. */
static int
category_of_title(struct classes *c, struct str title)
{
	int n = CATEGORIES + (int)c->n_extra_categories;

	for (int i = 0; i < n; i++) {
		if (str_eq_nocase(category_title(c, i), title))
			return i;
	}
	ARRAY_PUSH(c->extra_categories, c->n_extra_categories,
	    c->cap_extra_categories) = arena_str(&c->arena, title);
	return n;
}

void
classes_add_rule(struct classes *c, struct str plugin, struct str category)
{
	int number = category_of_title(c, category);

	for (size_t i = 0; i < c->n_rules; i++) {
		if (str_eq(c->rules[i].plugin, plugin)) {
			c->rules[i].category = number;
			return;
		}
	}
	ARRAY_PUSH(c->rules, c->n_rules, c->cap_rules) = (struct category_rule){
		.plugin = arena_str(&c->arena, plugin),
		.category = number,
	};
}

static bool
star_matches(struct str pattern, struct str name)
{
	return str_ends(pattern, STR("*")) &&
	    str_starts(name, str_head(pattern, pattern.n - 1));
}

/* The rule of the configuration: the one without a star, else the longest. */
static const struct category_rule *
rule_find(const struct classes *c, struct str name)
{
	const struct category_rule *best = NULL;

	for (size_t i = 0; i < c->n_rules; i++) {
		const struct category_rule *r = &c->rules[i];

		if (str_eq(r->plugin, name))
			return r;
		if (star_matches(r->plugin, name) &&
		    (best == NULL || r->plugin.n > best->plugin.n))
			best = r;
	}
	return best;
}

/*
 * A star sorts before all that may stand in a plugin's name, so the row that
 * covers a name is above the place where the name would stand.
 */
static const struct category_row *
row_find(struct str name)
{
	size_t low = 0, high = n_category_rows;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct category_row *row = &category_rows[middle];
		int order = str_cmp(str_from(row->pattern), name);

		if (order == 0)
			return row;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	while (low-- > 0 && name.n > 0) {
		const struct category_row *row = &category_rows[low];

		if (row->pattern[0] != name.p[0])
			break;
		if (star_matches(str_from(row->pattern), name))
			return row;
	}
	return NULL;
}

static int
queued_category(const struct classes *c, const struct event *ev)
{
	int64_t tag_level_milli = c->tag_level_milli;

	if (tag_level_milli == EVENT_NO_NUMBER)
		tag_level_milli = ev->required_milli;
	if (tag_level_milli == EVENT_NO_NUMBER)
		tag_level_milli = DEFAULT_TAG_LEVEL_MILLI;
	return ev->score_milli != EVENT_NO_NUMBER &&
	    ev->score_milli >= tag_level_milli ? CATEGORY_TAGGED : CATEGORY_HAM;
}

int
classes_category(const struct classes *c, const struct event *ev)
{
	char buffer[NAUGHTY_NAME_MAX];
	struct str name = ev->disposition;
	const struct category_rule *rule;
	const struct category_row *row;

	if (str_eq(name, STR("queued")))
		return queued_category(c, ev);
	if (naughty_is(name))
		name = naughty_name(buffer, ev->text);
	rule = rule_find(c, name);
	if (rule == NULL && naughty_is(ev->disposition))
		rule = rule_find(c, ev->disposition);
	if (rule != NULL)
		return rule->category;
	row = row_find(name);
	return row != NULL ? (int)row->category : CATEGORY_NONCONFORMING;
}

bool
classes_known_disposition(const struct classes *c, struct str disposition)
{
	return str_eq(disposition, STR("queued")) ||
	    rule_find(c, disposition) != NULL || row_find(disposition) != NULL;
}
