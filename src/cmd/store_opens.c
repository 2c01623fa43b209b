#include "cmd/store_opens.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/err.h"
#include "cmd/cmd.h"
#include "cmd/logs.h"
#include "conf/conf.h"
#include "history/history.h"
#include "history/kept_logs.h"
#include "store/store.h"

uint64_t
store_rules(const struct cmd_context *context)
{
	return history_rules(&context->conf->classes,
	    context->conf->country_file);
}

int
store_open_logs(struct store **s, const char *where, struct logs *l,
    const struct logs_options *o, const struct cmd_context *context, int argc,
    struct err *err)
{
	if (argc > 0)
		return err_set(err, ERR_USAGE, "--store stands in place of "
		    "LOG arguments; name one or the other");
	if (o->format || o->newer_than)
		return err_set(err, ERR_USAGE, "%s is about logs: it does not "
		    "go with --store", o->format ? "--format"
		    : "--files-newer-than");
	if (logs_settings(l, o, context, true, err) < 0)
		return -1;
	return store_open(s, where, STORE_READ, NULL, err);
}

int
store_tell_gone(const struct kept_logs *l)
{
	if (l->lost == 0)
		return 0;
	fprintf(stderr, "mailtally: %.*s%s: gone since it was read: the lines of "
	    "%" PRIu64 " events cannot be shown; \"mailtally grep --store\" "
	    "shows what is kept of them\n", STR_ARG(l->gone[l->lost_of].path),
	    l->n_gone > 1 ? ", and others" : "", l->lost);
	return err_exit_status(ERR_IO);
}
