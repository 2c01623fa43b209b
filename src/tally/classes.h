/*
 * classes.h - classification rules that rest on the configuration
 * (spec/reports.md part B): where mail came from, where it ended, whose
 * domain it is.
 *
 * Classes are applied when an event is counted; classes_fingerprint() goes
 * with the tally, so that tallies made under different rules are never mixed
 * (DESIGN 2).
 */
#ifndef TALLY_CLASSES_H
#define TALLY_CLASSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/mem.h"
#include "base/str.h"

struct err;
struct event;

/* B.2, in the order of the columns of C.2. */
enum origin {
	ORIGIN_FETCHMAIL,
	ORIGIN_WEBMAIL,
	ORIGIN_MAILMAN,
	ORIGIN_LOCAL,
	ORIGIN_RELAY,
	ORIGIN_DMARC,	 /* a DMARC report that we sent: no column */
	ORIGIN_EXTERNAL, /* no column */
	ORIGINS
};

/* B.3, in the order of the columns of C.2; the configuration may add more. */
enum category {
	CATEGORY_DMARC,
	CATEGORY_VIRUS,
	CATEGORY_LIST,	   /* RBL/DNS */
	CATEGORY_EXECUTABLE,
	CATEGORY_COUNTRY,  /* Geoip. */
	CATEGORY_NONCONFORMING,
	CATEGORY_LOAD,
	CATEGORY_KARMA,
	CATEGORY_SPAM,	   /* Del.Spam */
	CATEGORY_TAGGED,   /* Qued.Spam? */
	CATEGORY_HAM,
	CATEGORIES
};

/* B.6: the row of C.3 that a recipient belongs to. */
enum domain_type {
	DOMAIN_OTHER,
	DOMAIN_LOCAL,
	DOMAIN_MXBACKUP,
	DOMAIN_MXBACKUP_SUB
};

/* A domain of ours; sub: its sub-domains too (written ".example.org"). */
struct own_domain {
	struct str name; /* lower case, no leading dot */
	bool sub;
};

/*
 * What the configuration says of one plugin: category.<plugin> = <category>.
 * A star at the end stands for any rest; "naughty-karma" is one reason of
 * naughty, "naughty" all of them that have no rule of their own.
 */
struct category_rule {
	struct str plugin;
	int category; /* enum category, or CATEGORIES + index of an extra one */
};

struct classes {
	struct arena arena; /* of the texts below */
	/* Both lists are kept sorted for the look-up: use classes_add_... */
	struct own_domain *local_domains;
	size_t n_local_domains, cap_local_domains;
	struct own_domain *mxbackup_domains;
	size_t n_mxbackup_domains, cap_mxbackup_domains;
	struct ip_net *local_networks;
	size_t n_local_networks, cap_local_networks;
	struct ip fetchmail_ip; /* all zero: none */
	struct str fetchmail_marker; /* markers: empty is none */
	struct str mailman_marker;
	struct str dmarc_marker;
	struct str *dmarc_addresses; /* bare, lower case */
	size_t n_dmarc_addresses, cap_dmarc_addresses;
	struct str webmail_address;
	int64_t tag_level_milli; /* EVENT_NO_NUMBER: the line's required=, else 4 */
	/* EVENT_NO_NUMBER: not configured; 0: nothing is rejected */
	int64_t reject_level_milli;
	bool case_sensitive_local;
	struct category_rule *rules;
	size_t n_rules, cap_rules;
	struct str *extra_categories; /* columns before Del.Spam */
	size_t n_extra_categories, cap_extra_categories;
};

/* The defaults of spec/reports.md B. */
void classes_init(struct classes *c);
void classes_clear(struct classes *c);

/*
 * For the configuration loader.  Domains and addresses are normalised here and
 * copied; what is there already changes nothing.  A domain with a dot in front
 * includes its sub-domains.
 */
void classes_add_local_domain(struct classes *c, struct str domain);
void classes_add_mxbackup_domain(struct classes *c, struct str domain);
void classes_add_dmarc_address(struct classes *c, struct str address);
void classes_add_local_network(struct classes *c, const struct ip_net *net);
/*
 * Makes the category if there is none of that name (case-insensitive); the
 * last rule for a plugin wins.  What is queued has its category by its score
 * (B.3) and cannot have a rule.
 */
void classes_add_rule(struct classes *c, struct str plugin, struct str category);

/*
 * Equal for settings that count alike, in whatever order they were given; it
 * is stored, so it must be the same on every machine.
 */
uint64_t classes_fingerprint(const struct classes *c);

/* B.2.  Cheap: called for every transaction. */
enum origin classes_origin(const struct classes *c, const struct event *ev);
/* A number below CATEGORIES + n_extra_categories. */
int classes_category(const struct classes *c, const struct event *ev);
/* False when the disposition is in no list of B.3: it is NONCONFORMING, and
 * shown as unrecognised (C.12).  "naughty-..." is as known as "naughty". */
bool classes_known_disposition(const struct classes *c, struct str disposition);
/* Is host one of the local domains or below one? */
bool classes_host_is_local(const struct classes *c, struct str host);
/* domain in any case; absent is DOMAIN_OTHER. */
enum domain_type classes_domain(const struct classes *c, struct str domain);

const char *origin_title(enum origin o);   /* "Fetchmail" */
/* "Qued.Spam?"; extra ones by their configured name. */
struct str category_title(const struct classes *c, int category);

#endif
