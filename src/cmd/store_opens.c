#include "cmd/store_opens.h"

#include "base/err.h"
#include "cmd/cmd.h"
#include "cmd/logs.h"
#include "conf/conf.h"
#include "history/history.h"
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
