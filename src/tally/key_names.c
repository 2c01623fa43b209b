#include "tally/key_names.h"

#include <assert.h>

#include "event/event.h"
#include "tally/classes.h"
#include "tally/reason.h"

/* The names that are nowhere else.  They are in stores: never to be changed. */
/* With a colon, so that none is called as one of the configuration is. */
static const char *const categories[CATEGORIES] = {
	[CATEGORY_DMARC] = ":dmarc", [CATEGORY_VIRUS] = ":virus",
	[CATEGORY_LIST] = ":list", [CATEGORY_EXECUTABLE] = ":executable",
	[CATEGORY_COUNTRY] = ":country",
	[CATEGORY_NONCONFORMING] = ":nonconforming",
	[CATEGORY_LOAD] = ":load", [CATEGORY_KARMA] = ":karma",
	[CATEGORY_SPAM] = ":spam", [CATEGORY_TAGGED] = ":tagged",
	[CATEGORY_HAM] = ":ham",
};
static const char *const origins[ORIGINS] = {
	[ORIGIN_FETCHMAIL] = "fetchmail", [ORIGIN_WEBMAIL] = "webmail",
	[ORIGIN_MAILMAN] = "mailman", [ORIGIN_LOCAL] = "local",
	[ORIGIN_RELAY] = "relay", [ORIGIN_DMARC] = "dmarc",
	[ORIGIN_EXTERNAL] = "external",
};
static const char *const counters[COUNTERS] = {
	[COUNTER_MAILS_WITH_RECIPIENTS] = "mails-with-recipients",
	[COUNTER_RECIPIENTS] = "recipients",
	[COUNTER_WITHOUT_RECIPIENT] = "without-recipient",
	[COUNTER_OUTSIDE_RECIPIENTS] = "outside-recipients",
	[COUNTER_OUTSIDE_UNNAMED] = "outside-unnamed",
	[COUNTER_DMARC_PASS] = "dmarc-pass",
	[COUNTER_REFUSED] = "refused",
	[COUNTER_UNFINISHED] = "unfinished",
	[COUNTER_UNKNOWN_TEXT] = "unknown-text",
	[COUNTER_RULED] = "ruled",
};
static const char *const queue_events[QUEUE_EVENTS] = {
	[QUEUE_RECEIVED] = "received", [QUEUE_BOUNCES] = "bounces",
	[QUEUE_DOUBLE] = "double-bounces", [QUEUE_TRIPLE] = "triple-bounces",
	[QUEUE_EXPIRED] = "expired", [QUEUE_STARTED] = "started",
	[QUEUE_STOPPED] = "stopped", [QUEUE_REMAINING] = "remaining",
};
static const char *const channels[] = {
	[CHANNEL_LOCAL] = "local", [CHANNEL_REMOTE] = "remote",
};
static const char *const limit_scopes[] = {
	[LIMIT_TOTAL] = "total", [LIMIT_CLIENT] = "client",
};
static const char *const rule_outcomes[] = {
	[RULE_REJECTED] = "rejected", [RULE_TAGGED] = "tagged",
	[RULE_HAM] = "ham",
};
static const char *const recipient_outcomes[] = {
	[RECIPIENT_QUEUED] = "queued", [RECIPIENT_REJECTED] = "rejected",
	[RECIPIENT_TAGGED] = "tagged",
	[RECIPIENT_INSIDE + RECIPIENT_QUEUED] = "inside-queued",
	[RECIPIENT_INSIDE + RECIPIENT_REJECTED] = "inside-rejected",
	[RECIPIENT_INSIDE + RECIPIENT_TAGGED] = "inside-tagged",
};
static const char *const domain_types[] = {
	[DOMAIN_OTHER] = "other", [DOMAIN_LOCAL] = "local",
	[DOMAIN_MXBACKUP] = "mxbackup", [DOMAIN_MXBACKUP_SUB] = "mxbackup-sub",
};
static const char *const domain_outcomes[] = {
	[DOMAIN_ACCEPT] = "accept", [DOMAIN_DENY] = "deny",
	[DOMAIN_TRANSFER_ERROR] = "transfer-error",
};

static const char *
name_of_kind(uint32_t value)
{
	return event_kind_name((enum event_kind)value);
}

static const char *
name_of_reason(uint32_t value)
{
	return reason_class_name((enum reason_class)value);
}

static const char *
name_of_verdict(uint32_t value)
{
	return verdict_name((enum verdict)value);
}

/* An enum: its names as a list or as a function. */
struct names {
	const char *const *list;
	const char *(*of)(uint32_t value);
	uint32_t n;
};
#define LIST(list_) { .list = (list_), .n = sizeof(list_) / sizeof(*(list_)) }

static const struct {
	enum dim_id dim;
	enum key_place place;
	struct names names;
} named[] = {
	{ DIM_CATEGORY, KEY_1, LIST(categories) },
	{ DIM_ORIGIN, KEY_1, LIST(origins) },
	{ DIM_COUNTER, KEY_1, LIST(counters) },
	{ DIM_DOMAIN_ROW, KEY_2, LIST(domain_types) },
	{ DIM_DOMAIN_ROW, KEY_VERDICT, LIST(domain_outcomes) },
	{ DIM_RULE, KEY_2, LIST(rule_outcomes) },
	{ DIM_LIMIT, KEY_1, LIST(limit_scopes) },
	{ DIM_RECIPIENT, KEY_2, LIST(recipient_outcomes) },
	{ DIM_STREAM, KEY_2, { .of = name_of_kind, .n = EVENT_KINDS } },
	{ DIM_QUEUE, KEY_1, LIST(queue_events) },
	{ DIM_DELIVERY, KEY_1, LIST(channels) },
	{ DIM_DELIVERY_DELAY, KEY_1, LIST(channels) },
	{ DIM_MESSAGE, KEY_1, LIST(channels) },
	{ DIM_REASON, KEY_2, { .of = name_of_reason, .n = REASON_CLASSES } },
};
static const struct names verdicts = {
	.of = name_of_verdict, .n = VERDICT_DEFERRED + 1
};

/* NULL: the key has no names. */
static const struct names *
names_of(enum dim_id dim, enum key_place place)
{
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
		if (named[i].dim == dim && named[i].place == place)
			return &named[i].names;
	return place == KEY_VERDICT ? &verdicts : NULL;
}

bool
key_is_named(enum dim_id dim, enum key_place place)
{
	return names_of(dim, place) != NULL;
}

struct str
key_name(enum dim_id dim, enum key_place place, uint32_t value,
    const struct classes *c)
{
	const struct names *names = names_of(dim, place);

	assert(names);
	/* Those of the configuration, behind the others. */
	if (dim == DIM_CATEGORY && place == KEY_1 && value >= CATEGORIES) {
		assert(c && value - CATEGORIES < c->n_extra_categories);
		return c->extra_categories[value - CATEGORIES];
	}
	assert(value < names->n);
	return str_from(names->list ? names->list[value] : names->of(value));
}

bool
key_of_name(enum dim_id dim, enum key_place place, struct str name,
    const struct classes *c, uint32_t *value)
{
	const struct names *names = names_of(dim, place);
	uint32_t n;

	assert(names);
	n = names->n;
	if (dim == DIM_CATEGORY && place == KEY_1 && c)
		n += (uint32_t)c->n_extra_categories;
	for (*value = 0; *value < n; ++*value)
		if (str_eq(key_name(dim, place, *value, c), name))
			return true;
	return false;
}
