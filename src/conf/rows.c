/* rows.c - the table of settings, and finding one's way in it. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/opt.h"
#include "conf/conf.h"
#include "conf/row.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define AT(member) offsetof(struct conf, member)

/*
 * [category] stands before [columns]: what conf_print() writes is read again
 * in this order, and a column must be there before it is spoken of.
 */
const struct row conf_rows[] = {
	{
		.section = "logs",
		.key = "log",
		.plural = "logs",
		.type = &conf_type_logs,
		.help = "Logs to read when the command line names none: files or "
		    "directories.",
		.example = "/var/log/qpsmtpd, /var/log/sqpsmtpd",
	},
	{
		.section = "classes",
		.key = "local_domain",
		.plural = "local_domains",
		.type = &conf_type_local_domains,
		.help = "Domains whose mail ends here. A dot in front includes "
		    "the sub-domains.",
		.example = "example.org, .example.net",
	},
	{
		.section = "classes",
		.key = "mxbackup_domain",
		.plural = "mxbackup_domains",
		.type = &conf_type_mxbackup_domains,
		.help = "Domains that this server is a backup for. A dot in front "
		    "includes the sub-domains.",
		.example = "example.com",
	},
	{
		.section = "classes",
		.key = "local_network",
		.plural = "local_networks",
		.type = &conf_type_local_networks,
		.help = "Clients in these networks are Local.",
	},
	{
		.section = "classes",
		.key = "fetchmail_address",
		.type = &conf_type_ip,
		.offset = AT(classes.fetchmail_ip),
		.help = "The client that is Fetchmail.",
	},
	{
		.section = "classes",
		.key = "fetchmail_marker",
		.type = &conf_type_marker,
		.offset = AT(classes.fetchmail_marker),
		.help = "A sender with this in it, upper and lower case as here, "
		    "is Fetchmail.",
	},
	{
		.section = "classes",
		.key = "mailman_marker",
		.type = &conf_type_marker,
		.offset = AT(classes.mailman_marker),
		.help = "A sender on this host with this in its local part is "
		    "Mailman.",
	},
	{
		.section = "classes",
		.key = "dmarc_address",
		.plural = "dmarc_addresses",
		.type = &conf_type_dmarc_addresses,
		.help = "What goes from this host to these addresses is a DMARC "
		    "report.",
		.example = "reports@example.com",
	},
	{
		.section = "classes",
		.key = "dmarc_marker",
		.type = &conf_type_marker,
		.offset = AT(classes.dmarc_marker),
		.help = "The same for recipients with this in it.",
	},
	{
		.section = "classes",
		.key = "webmail_address",
		.type = &conf_type_marker,
		.offset = AT(classes.webmail_address),
		.help = "A client that says HELO with this address is WebMail.",
	},
	{
		.section = "classes",
		.key = "tag_level",
		.type = &conf_type_score,
		.offset = AT(classes.tag_level_milli),
		.help = "Queued mail is Qued.Spam? from this score on. Not set: "
		    "the score that the log line says was required, else 4.",
		.example = "5",
	},
	{
		.section = "classes",
		.key = "reject_level",
		.type = &conf_type_score,
		.offset = AT(classes.reject_level_milli),
		.help = "The score from which the server rejects, for the head of "
		    "the report; 0: it does not.",
		.example = "12",
	},
	{
		.section = "classes",
		.key = "case_sensitive_local",
		.type = &conf_type_yes_no,
		.offset = AT(classes.case_sensitive_local),
		.help = "Whether Ann@example.org and ann@example.org are two.",
	},
	{
		.section = "report",
		.key = "host",
		.type = &conf_type_text,
		.offset = AT(host),
		.help = "The name in the title. Not set: that of the machine.",
		.example = "mx1.example.org",
	},
	{
		.section = "report",
		.key = "zone",
		.type = &conf_type_zone,
		.offset = AT(zone),
		.help = "The time zone of the report. Not set: the system's.",
		.example = "Europe/Berlin",
	},
	{
		.section = "report",
		.key = "interval",
		.type = &conf_type_period,
		.offset = AT(interval),
		.help = "How long a report is: daily, weekly, fortnightly, "
		    "monthly, calendar-month, or a number of hours.",
		.example = "daily",
	},
	{
		.section = "report",
		.key = "base",
		.type = &conf_type_period,
		.offset = AT(base),
		.help = "When it ends: midnight, midday, now, or an hour from 0 "
		    "to 23.",
		.example = "midnight",
	},
	{
		.section = "report",
		.key = "country_cutoff",
		.type = &conf_type_percent,
		.offset = AT(country_cutoff_percent),
		.help = "Countries below this percentage are summed up.",
	},
	{
		.section = "report",
		.key = "sa_rule_threshold",
		.type = &conf_type_percent_or_auto,
		.offset = AT(rule_cutoff_percent),
		.help = "SpamAssassin rules below this percentage are summed up; "
		    "auto: 1 where there are many hits, else 0.2.",
	},
	{
		.section = "report",
		.key = "refused_country",
		.plural = "refused_countries",
		.type = &conf_type_countries,
		.help = "Countries that the server refuses, to be marked.",
		.example = "XA, XB",
	},
	{
		.section = "report",
		.key = "country_file",
		.type = &conf_type_text,
		.offset = AT(country_file),
		.help = "Countries of addresses, in MaxMind's format.",
		.example = "/usr/share/GeoIP/GeoLite2-Country.mmdb",
	},
	{
		.section = "report",
		.key = "fact",
		.plural = "facts",
		.type = &conf_type_facts,
		.help = "Lines for the head of the report, name=value.",
		.example = "\"SpamAssassin version=4.0.0\"",
	},
	{
		.section = "category",
		.type = &conf_type_categories,
		.help = "In which column the denials of a plugin are counted: one "
		    "from DMARC-Rej. to Del.Spam, or a new title, which becomes a "
		    "column. A star at the end stands for any rest; naughty-helo is "
		    "one reason of naughty.",
		.example = "hosts_allow = Refused",
	},
	{
		.section = "columns",
		.type = &conf_type_columns,
		.help = "Which columns the hourly table shows: yes, no, or auto "
		    "where there is something in it. Columns that [category] makes "
		    "too, if it stands above.",
	},
	{
		.section = "lists",
		.key = "dnsbl",
		.type = &conf_type_zones,
		.zones = "DNSBL",
		.help = "Block lists of addresses that the server asks.",
		.example = "zen.spamhaus.org, bl.spamcop.net",
	},
	{
		.section = "lists",
		.key = "rhsbl",
		.type = &conf_type_zones,
		.zones = "RHSBL",
		.help = "Block lists of sender domains.",
		.example = "dbl.spamhaus.org",
	},
	{
		.section = "lists",
		.key = "uribl",
		.type = &conf_type_zones,
		.zones = "URIBL",
		.help = "Block lists of hosts that mails link to.",
		.example = "multi.surbl.org",
	},
	{
		.section = "lists",
		.key = "snapshot",
		.plural = "snapshots",
		.type = &conf_type_texts,
		.offset = AT(snapshots),
		.help = "Files of \"mailtally dnsbl test --snapshot\", for the "
		    "dashboard to show what their lists would have stopped.",
		.example = "/var/lib/mailtally/lists.snapshot",
	},
	{
		.section = "maildir",
		.key = "dir",
		.plural = "dirs",
		.type = &conf_type_texts,
		.offset = AT(maildirs),
		.help = "Where users' mail is: Maildirs, homes, directories of "
		    "homes. If it is set, report counts the junk folders.",
		.example = "/home/e-smith/files/users",
	},
	{
		.section = "maildir",
		.key = "host",
		.plural = "hosts",
		.type = &conf_type_texts,
		.offset = AT(mail_hosts),
		.help = "Names that this server and its relays write into "
		    "Received: fields; local domains, and hosts in them, need not "
		    "be named. Not set: the name of the machine.",
		.example = "mx1.example.org, relay.example.net",
	},
	{
		.section = "maildir",
		.key = "relay",
		.plural = "relays",
		.type = &conf_type_networks,
		.offset = AT(mail_relays),
		.help = "Addresses or networks of servers that hand mail on to "
		    "this one: who handed it to them is who it came from.",
		.example = "192.0.2.25",
	},
	{
		.section = "maildir",
		.key = "junk_folder",
		.plural = "junk_folders",
		.type = &conf_type_texts,
		.offset = AT(junk_folders),
		.help = "Folders that are junk, as their directories are called.",
	},
	{
		.section = "store",
		.key = "facts_days",
		.type = &conf_type_days,
		.offset = AT(facts_days),
		.help = "For how many days ingest --prune leaves single events in "
		    "the store: so long parts of days, filters and searches are "
		    "answered.",
	},
	{
		.section = "store",
		.key = "hours_days",
		.type = &conf_type_days,
		.offset = AT(hours_days),
		.help = "For how many days it leaves the hours of sums. The sums "
		    "of days stay.",
	},
	{
		.section = "store",
		.key = "keep_addresses",
		.type = &conf_type_yes_no,
		.offset = AT(keep_addresses),
		.help = "Whether addresses stay when single events go. If not, "
		    "what stays are domains and networks.",
	},
	{
		.section = "qpsmtpd",
		.key = "keep_log_files",
		.type = &conf_type_file_count,
		.offset = AT(keep_qpsmtpd.files),
		.help = "How many log files the run script of its log lets "
		    "multilog keep.",
	},
	{
		.section = "qpsmtpd",
		.key = "max_file_size",
		.type = &conf_type_file_bytes,
		.offset = AT(keep_qpsmtpd.bytes),
		.help = "How many bytes one of them may have.",
	},
	{
		.section = "qpsmtpd",
		.key = "port",
		.type = &conf_type_port,
		.offset = AT(port_qpsmtpd),
		.help = "Where it takes mail: doctor looks whether somebody "
		    "listens there; 0: it does not look.",
	},
	{
		.section = "sqpsmtpd",
		.key = "keep_log_files",
		.type = &conf_type_file_count,
		.offset = AT(keep_sqpsmtpd.files),
		.help = "How many log files the run script of its log lets "
		    "multilog keep.",
	},
	{
		.section = "sqpsmtpd",
		.key = "max_file_size",
		.type = &conf_type_file_bytes,
		.offset = AT(keep_sqpsmtpd.bytes),
		.help = "How many bytes one of them may have.",
	},
	{
		.section = "sqpsmtpd",
		.key = "port",
		.type = &conf_type_port,
		.offset = AT(port_sqpsmtpd),
		.help = "Where it takes mail: doctor looks whether somebody "
		    "listens there; 0: it does not look.",
	},
	{
		.section = "qmail",
		.key = "keep_log_files",
		.type = &conf_type_file_count,
		.offset = AT(keep_qmail.files),
		.help = "How many log files the run script of its log lets "
		    "multilog keep.",
	},
	{
		.section = "qmail",
		.key = "max_file_size",
		.type = &conf_type_file_bytes,
		.offset = AT(keep_qmail.bytes),
		.help = "How many bytes one of them may have.",
	},
};
_Static_assert(COUNT(conf_rows) <= CONF_ROWS_MAX, "origins has too few places");

const size_t conf_n_rows = COUNT(conf_rows);

const char *
conf_nearest(struct str word, const char *const *candidates)
{
	char *text = mem_cstr(word);
	const char *found = opt_nearest(text, candidates);

	free(text);
	return found;
}

int
conf_wrong(const struct assignment *a, const char *why)
{
	return err_set(a->err, ERR_USAGE, "%.*s: \"%.*s\" %s",
	    STR_ARG(str_head(a->key, 60)), STR_ARG(str_head(a->value, 80)), why);
}

static bool
is_in(const struct row *r, struct str section)
{
	return str_eq(section, str_from(r->section));
}

static bool
is_key(const struct row *r, struct str key)
{
	return r->key == NULL || str_eq(key, str_from(r->key)) ||
	    (r->plural != NULL && str_eq(key, str_from(r->plural)));
}

bool
conf_row_section(struct str section)
{
	for (size_t i = 0; i < COUNT(conf_rows); i++) {
		if (is_in(&conf_rows[i], section))
			return true;
	}
	return false;
}

static int
unknown_section(struct str section, struct err *err)
{
	const char *names[COUNT(conf_rows) + 1] = { NULL };
	const char *near;

	for (size_t i = 0; i < COUNT(conf_rows); i++)
		names[i] = conf_rows[i].section;
	near = conf_nearest(section, names);
	return err_set(err, ERR_USAGE, "unknown section [%.*s]%s%s%s",
	    STR_ARG(str_head(section, 60)), near ? "; did you mean [" : "",
	    near ? near : "", near ? "]?" : "");
}

/* The section that has such a key, or NULL. */
static const char *
section_of(struct str key)
{
	for (size_t i = 0; i < COUNT(conf_rows); i++) {
		if (conf_rows[i].key != NULL && is_key(&conf_rows[i], key))
			return conf_rows[i].section;
	}
	return NULL;
}

static int
unknown_key(struct str section, struct str key, struct err *err)
{
	const char *names[COUNT(conf_rows) + 1] = { NULL };
	const char *near, *elsewhere = section_of(key);
	size_t n = 0;

	if (elsewhere != NULL) {
		return err_set(err, ERR_USAGE,
		    "unknown key \"%.*s\" in [%.*s]; it belongs in [%s]",
		    STR_ARG(key), STR_ARG(section), elsewhere);
	}
	for (size_t i = 0; i < COUNT(conf_rows); i++) {
		if (is_in(&conf_rows[i], section))
			names[n++] = conf_rows[i].key;
	}
	near = conf_nearest(key, names);
	return err_set(err, ERR_USAGE, "unknown key \"%.*s\" in [%.*s]%s%s%s",
	    STR_ARG(str_head(key, 60)), STR_ARG(section),
	    near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

const struct row *
conf_row_find(struct str section, struct str key, struct err *err)
{
	for (size_t i = 0; i < COUNT(conf_rows); i++) {
		if (is_in(&conf_rows[i], section) && is_key(&conf_rows[i], key))
			return &conf_rows[i];
	}
	if (conf_row_section(section))
		unknown_key(section, key, err);
	else
		unknown_section(section, err);
	return NULL;
}

static bool
is_separator(char c)
{
	return c == ',' || c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Takes the next item off a list; false at its end. */
static bool
next_item(struct str *rest, struct str *item)
{
	size_t n = 0;

	while (rest->n > 0 && is_separator(rest->p[0]))
		*rest = str_skip(*rest, 1);
	if (rest->n == 0)
		return false;
	if (rest->p[0] == '"') {
		*rest = str_skip(*rest, 1);
		n = str_index(*rest, '"');
		*item = str_head(*rest, n);
		*rest = str_skip(*rest, n < rest->n ? n + 1 : n);
		return true;
	}
	while (n < rest->n && !is_separator(rest->p[n]))
		n++;
	*item = str_head(*rest, n);
	*rest = str_skip(*rest, n);
	return true;
}

static bool
has_control(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] < 0x20 && s.p[i] != '\t')
			return true;
	}
	return false;
}

int
conf_row_set(struct conf *c, const struct row *r, struct str key,
    struct str value, bool add, struct err *err)
{
	struct assignment a = { .conf = c, .row = r, .key = key,
		.value = value, .err = err };

	/* Or conf_print() could not write it on one line. */
	if (has_control(key) || has_control(value))
		return conf_wrong(&a, "holds control characters");
	c->origins[r - conf_rows] = c->origin;
	if (r->type->clear == NULL)
		return r->type->set(&a);
	if (!add)
		r->type->clear(c, r);
	while (next_item(&value, &a.value)) {
		if (r->type->set(&a) == -1)
			return -1;
	}
	return 0;
}
