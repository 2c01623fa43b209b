#include "format/format.h"

#include <assert.h>
#include <string.h>

const struct format *const formats[] = {
	&format_qpsmtpd,
	&format_qmail_send,
	NULL
};

const struct format *
format_find(const char *name)
{
	for (size_t i = 0; formats[i]; i++)
		if (strcmp(formats[i]->name, name) == 0)
			return formats[i];
	return NULL;
}

const struct format *
format_detect(struct str block)
{
	const struct format *best = NULL;
	struct format_claim most = { 0 };

	for (size_t i = 0; formats[i]; i++) {
		struct format_claim claim = formats[i]->claim(block);

		if (claim.claimed > most.claimed ||
		    (claim.claimed == most.claimed &&
		    claim.possible > most.possible)) {
			most = claim;
			best = formats[i];
		}
	}
	return best;
}

const char *
ignore_reason_name(enum ignore_reason r)
{
	static const char *const names[IGNORE_REASONS] = {
		[IGNORED_DIALOGUE] = "SMTP dialogue",
		[IGNORED_CHECK] = "findings of plugins",
		[IGNORED_PROGRESS] = "progress of daemon and connections",
		[IGNORED_SUMMARY] = "block of the old summariser",
		[IGNORED_EMPTY] = "empty",
		[IGNORED_PERIOD] = "outside the period",
		[IGNORED_UNNEEDED] = "not needed for the chosen sections",
		[IGNORED_OTHER] = "of another program",
	};

	assert(r < IGNORE_REASONS);
	return names[r];
}
