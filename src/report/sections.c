/* sections.c - the sections there are, in the order of spec/reports.md. */
#include "report/build.h"

#include <stddef.h>

#define DIM(name) DIM_BIT(DIM_##name)

const struct section_type section_types[] = {
	{
		.id = "hours",
		.title = "Mail over time",
		.help = "where mail came from and where it ended, by hour",
		.dims = DIM(CATEGORY) | DIM(ORIGIN) | DIM(DISPOSITION),
		.build = section_hours,
	},
	{
		.id = "rcpt-domains",
		.title = "Recipient domains",
		.help = "recipients accepted and denied by their domain",
		.dims = DIM(DOMAIN_ROW) | DIM(COUNTER),
		.build = section_rcpt_domains,
	},
	{
		.id = "viruses",
		.title = "Viruses",
		.help = "what the virus scanners found",
		.dims = DIM(VIRUS),
		.build = section_viruses,
	},
	{
		.id = "codes",
		.title = "Disposition codes",
		.help = "queued, or the plugin that denied",
		.dims = DIM(DISPOSITION),
		.build = section_codes,
	},
	{
		.id = "sa-rules",
		.title = "SpamAssassin rules",
		.help = "which rules fired, and the mean score of that mail",
		.dims = DIM(RULE) | DIM(COUNTER),
		.build = section_sa_rules,
	},
	{
		.id = "countries",
		.title = "Countries",
		.help = "connections by country",
		.dims = DIM(COUNTRY) | DIM(CLIENT_COUNTRY) | DIM(CATEGORY),
		.build = section_countries,
	},
	{
		.id = "bl-config",
		.title = "Block lists configured",
		.help = "the block lists asked, and when each last hit",
		.dims = DIM(LIST),
		.build = section_bl_config,
	},
	{
		.id = "bl-use",
		.title = "Block list use",
		.help = "denials by block list",
		.dims = DIM(LIST) | DIM(CLIENT_LIST) | DIM(LIST_HOST) |
		    DIM(CLIENT_LIST_HOST) | DIM(CATEGORY),
		.build = section_bl_use,
	},
	{
		.id = "rcpt-users",
		.title = "Addresses",
		.help = "mail from outside by recipient",
		.dims = DIM(RECIPIENT) | DIM(COUNTER),
		.build = section_rcpt_users,
	},
	{
		.id = "unrecognised",
		.title = "Unrecognised",
		.help = "dispositions and denial texts that are in no list",
		.dims = DIM(DISPOSITION) | DIM(COUNTER),
		.build = section_unrecognised,
	},
	{
		.id = "tld",
		.title = "Disposition by sender TLD",
		.help = "dispositions by the top-level domain of the sender",
		.dims = DIM(TLD),
		.build = section_tld,
	},
	{
		.id = "ips",
		.title = "Most active senders",
		.help = "clients by denials",
		.dims = DIM(CLIENT) | DIM(CLIENT_COUNTRY) | DIM(CLIENT_LIST),
		.build = section_ips,
	},
	{
		.id = "qplogsumm",
		.title = "Transactions by disposition",
		.help = "per day, beside the long-term counts of a state file",
		.dims = DIM(DISPOSITION),
		.build = section_qplogsumm,
	},
	{
		.id = "coverage",
		.title = "Log coverage",
		.help = "what the logs hold, their gaps, and for how long",
		.build = section_coverage,
	},
	{
		.id = "connections",
		.title = "Connections",
		.help = "connections by hour, their number at a time, their length",
		.dims = DIM(CONNECTION) | DIM(CONCURRENCY) | DIM(LIMIT) |
		    DIM(LIMIT_CLIENT) | DIM(CONNECTION_TIME) |
		    DIM(DURATION) | DIM(COUNTER),
		.build = section_connections,
	},
	{
		.id = "totals",
		.title = "Grand totals",
		.help = "received, delivered, rejected; how many distinct names",
		.dims = DIM(CATEGORY) | DIM(COUNTER) | DIM(CONNECTION) |
		    DIM(LIMIT) | DIM(SENDER) | DIM(RECIPIENT) | DIM(CLIENT),
		.build = section_totals,
	},
	{
		.id = "traffic-days",
		.title = "Traffic per day",
		.help = "received and rejected per day",
		.dims = DIM(CATEGORY),
		.build = section_traffic_days,
	},
	{
		.id = "traffic-hours",
		.title = "Traffic per hour of the day",
		.help = "received and rejected by the hour of the day",
		.dims = DIM(CATEGORY),
		.build = section_traffic_hours,
	},
	{
		.id = "auth",
		.title = "Login failures",
		.help = "refused logins by network and plugin, and their patterns",
		.dims = DIM(LOGIN_FAILURE),
		.build = section_auth,
	},
	{
		.id = "compare",
		.title = "Comparison",
		.help = "this period against the one before and the last four weeks",
		.dims = DIM(CATEGORY) | DIM(CONNECTION),
		.wants_before = true,
		.build = section_compare,
	},
	{
		.id = "streams",
		.title = "Logs",
		.help = "events by log directory or host",
		.dims = DIM(STREAM),
		.build = section_streams,
	},
	{
		.id = "unparsed",
		.title = "What was not understood",
		.help = "lines read, used, ignored and not understood",
		.build = section_unparsed,
	},
	{ .id = NULL }
};
