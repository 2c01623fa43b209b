/*
 * sme.c - the configuration data base of an SME Server (Koozali): a record a
 * line, "key=type|property|value|property|value", or "key=value".
 *
 * Its values are defaults: the file and the environment come after it.
 */
#include "conf/conf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/ip.h"
#include "conf/row.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum sme_form {
	SME_PLAIN,
	SME_LOWER, /* a word, which begins with a capital there */
	SME_LIST, /* separated by colons */
	SME_FACT  /* a line of the head, as "label=value" */
};

/* What is taken, and which setting it becomes. */
static const struct sme_row {
	const char *record, *property;
	const char *key;    /* ours; of a fact the label */
	enum sme_form form;
	const char *unless; /* another property; if that is "disabled" it is not taken */
} sme_rows[] = {
	{ "mailstats", "Interval", "report.interval", SME_LOWER, NULL },
	{ "mailstats", "Base", "report.base", SME_LOWER, NULL },
	{ "mailstats", "GeoipCutoffPercent", "report.country_cutoff", SME_PLAIN,
	    NULL },
	{ "mailstats", "SARulePercentThreshold", "report.sa_rule_threshold",
	    SME_PLAIN, NULL },
	{ "qpsmtpd", "RBLList", "lists.dnsbl", SME_LIST, "DNSBL" },
	{ "qpsmtpd", "SBLList", "lists.rhsbl", SME_LIST, "RHSBL" },
	{ "qpsmtpd", "UBLList", "lists.uribl", SME_LIST, "URIBL" },
	{ "qpsmtpd", "BadCountries", "report.refused_country", SME_LIST, NULL },
	{ "qpsmtpd", "KeepLogFiles", "qpsmtpd.keep_log_files", SME_PLAIN, NULL },
	{ "qpsmtpd", "MaxFileSize", "qpsmtpd.max_file_size", SME_PLAIN, NULL },
	{ "sqpsmtpd", "KeepLogFiles", "sqpsmtpd.keep_log_files", SME_PLAIN,
	    NULL },
	{ "sqpsmtpd", "MaxFileSize", "sqpsmtpd.max_file_size", SME_PLAIN, NULL },
	{ "qmail", "KeepLogFiles", "qmail.keep_log_files", SME_PLAIN, NULL },
	{ "qmail", "MaxFileSize", "qmail.max_file_size", SME_PLAIN, NULL },
	{ "spamassassin", "TagLevel", "classes.tag_level", SME_PLAIN, NULL },
	{ "spamassassin", "RejectLevel", "classes.reject_level", SME_PLAIN,
	    NULL },
	{ "smtpd", "Instances", "Connections at a time", SME_FACT, NULL },
	{ "smtpd", "InstancesPerIP", "Connections of one client", SME_FACT,
	    NULL },
	{ "qpsmtpd", "LogLevel", "Log level of qpsmtpd", SME_FACT, NULL },
	{ "qpsmtpd", "qplogsumm", "qplogsumm", SME_FACT, NULL },
};

/* ---- the files ---- */

static int
read_file(struct buf *text, const char *directory, const char *name,
    struct err *err)
{
	struct buf path = { 0 };
	size_t n;
	FILE *f;
	int result = 0;

	buf_printf(&path, "%s/%s", directory, name);
	f = fopen(path.p, "re");
	if (f == NULL && errno != ENOENT && errno != ENOTDIR)
		result = err_set(err, ERR_NO_INPUT, "%s: %s", path.p,
		    strerror(errno));
	while (f != NULL && (n = fread(buf_reserve(text, BUFSIZ), 1, BUFSIZ,
	    f)) > 0)
		text->n += n;
	if (f != NULL)
		fclose(f);
	buf_clear(&path);
	return result;
}

/* The rest of the line "key=..."; absent if there is none. */
static struct str
find_record(struct str text, struct str key)
{
	struct str line;

	while (text.n > 0 && str_cut(&text, '\n', &line)) {
		size_t equals = str_index(line, '=');

		if (equals < line.n && str_eq(str_head(line, equals), key))
			return str_skip(line, equals + 1);
	}
	return str_none();
}

/* "type|property|value|..." */
static struct str
find_property(struct str record, struct str property)
{
	struct str name, value;

	if (!str_cut(&record, '|', &name))
		return str_none();
	while (record.n > 0 && str_cut(&record, '|', &name)) {
		if (record.n == 0 || !str_cut(&record, '|', &value))
			return str_none();
		if (str_eq(name, property))
			return value;
	}
	return str_none();
}

/* ---- the settings ---- */

/* The data base is not ours: what we do not take is no error. */
static void
take(struct conf *c, const char *key, struct str value)
{
	size_t row;
	struct err ignored;
	struct str k = str_from(key);
	const struct row *r = conf_row_find(str_head(k, str_index(k, '.')),
	    str_skip(k, str_index(k, '.') + 1), &ignored);

	if (r == NULL || value.n == 0)
		return;
	row = (size_t)(r - conf_rows);
	if (conf_set(c, k, value, &ignored) == 0)
		return;
	/* Some types keep the text that they do not like. */
	conf_set(c, k, STR(""), &ignored);
	c->origins[row] = NULL;
}

static void
take_list(struct conf *c, const char *key, struct str value)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < value.n; i++)
		buf_add_char(&b, value.p[i] == ':' || value.p[i] == ';' ? ',' :
		    value.p[i]);
	take(c, key, buf_str(&b));
	buf_clear(&b);
}

static void
take_lower(struct conf *c, const char *key, struct str value)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < value.n; i++)
		buf_add_char(&b, str_lower(value.p[i]));
	take(c, key, buf_str(&b));
	buf_clear(&b);
}

static void
add_fact(struct buf *facts, const char *label, struct str value)
{
	if (str_index(value, '"') == value.n)
		buf_printf(facts, "%s\"%s=%.*s\"", facts->n > 0 ? ", " : "",
		    label, STR_ARG(value));
}

static void
take_row(struct conf *c, const struct sme_row *row, struct str text,
    struct buf *facts)
{
	struct str record = find_record(text, str_from(row->record));
	struct str value = find_property(record, str_from(row->property));

	if (value.n == 0 || (row->unless != NULL && str_eq(find_property(record,
	    str_from(row->unless)), STR("disabled"))))
		return;
	switch (row->form) {
	case SME_PLAIN:
		take(c, row->key, value);
		break;
	case SME_LOWER:
		take_lower(c, row->key, value);
		break;
	case SME_LIST:
		take_list(c, row->key, value);
		break;
	case SME_FACT:
		add_fact(facts, row->key, value);
		break;
	}
}

static void
take_host(struct conf *c, struct str text)
{
	struct str system = find_record(text, STR("SystemName"));
	struct str domain = find_record(text, STR("DomainName"));
	struct buf b = { 0 };

	if (system.n > 0 && domain.n > 0)
		buf_printf(&b, "%.*s.%.*s", STR_ARG(system), STR_ARG(domain));
	take(c, "report.host", buf_str(&b));
	buf_clear(&b);
}

/* "example.org=domain|Content|Primary|..." */
static void
take_domains(struct conf *c, struct str text, struct str domains)
{
	struct str first = find_record(text, STR("DomainName"));
	struct buf b = { 0 };
	struct str line;

	buf_add_str(&b, first.p != NULL ? first : STR(""));
	while (domains.n > 0 && str_cut(&domains, '\n', &line)) {
		size_t equals = str_index(line, '=');

		if (!str_starts(str_skip(line, equals < line.n ? equals + 1 :
		    line.n), STR("domain")) || str_eq(str_head(line, equals),
		    first))
			continue;
		buf_printf(&b, "%s%.*s", b.n > 0 ? ", " : "",
		    STR_ARG(str_head(line, equals)));
	}
	take(c, "classes.local_domain", buf_str(&b));
	buf_clear(&b);
}

/*
 * The server's own address: what it hands over to itself comes from elsewhere
 * (maildir.relay), and as a client it is Local, which a private one is anyway.
 */
static void
take_local_ip(struct conf *c, struct str text)
{
	struct str address = find_record(text, STR("LocalIP"));
	struct buf b = { 0 };
	struct ip ip;

	if (!ip_parse(address, &ip))
		return;
	take(c, "maildir.relay", address);
	if (!ip_is_private(&ip) && conf_get(c, STR("classes.local_network"), &b,
	    NULL) == 0) {
		buf_printf(&b, ", %.*s", STR_ARG(address));
		take(c, "classes.local_network", buf_str(&b));
	}
	buf_clear(&b);
}

int
conf_read_sme(struct conf *c, const char *directory, struct err *err)
{
	struct buf text = { 0 }, domains = { 0 }, facts = { 0 };
	int result = -1;

	if (read_file(&text, directory, "configuration", err) == 0 &&
	    read_file(&domains, directory, "domains", err) == 0)
		result = 0;
	if (result == 0 && text.n > 0) {
		c->origin = "the configuration data base";
		take_host(c, buf_str(&text));
		take_domains(c, buf_str(&text), buf_str(&domains));
		take_local_ip(c, buf_str(&text));
		for (size_t i = 0; i < COUNT(sme_rows); i++)
			take_row(c, &sme_rows[i], buf_str(&text), &facts);
		take(c, "report.fact", buf_str(&facts));
	}
	buf_clear(&text);
	buf_clear(&domains);
	buf_clear(&facts);
	return result;
}
