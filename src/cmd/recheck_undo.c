#include "cmd/recheck_undo.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/utf8.h"
#include "base/when.h"
#include "cmd/cmd.h"
#include "maildir/journal.h"
#include "maildir/undo.h"

struct counts {
	const struct cmd_context *context;
	uint64_t of[UNDO_RESULTS];
};

static const char *const told[UNDO_RESULTS] = {
	[UNDO_GONE] = "it is neither where it was nor where it was put",
	[UNDO_KEPT] = "it is not empty and stays",
};

static void
count(void *ctx, const struct journal_record *r, enum undo_result result,
    const char *why)
{
	struct counts *c = ctx;
	struct str name = result == UNDO_FAILED || r->to.n == 0 ? r->from
	    : r->to;
	struct buf b = { 0 };

	c->of[result]++;
	if (result == UNDO_DONE || result == UNDO_NOTHING)
		return;
	buf_add_str(&b, STR("mailtally: "));
	utf8_escape(&b, r->mailbox);
	buf_add_char(&b, '/');
	utf8_escape(&b, name);
	buf_printf(&b, ": %s\n", why ? why : told[result]);
	fwrite(b.p, 1, b.n, stderr);
	buf_clear(&b);
}

int
recheck_undo(const char *journal, const struct cmd_context *context)
{
	struct counts c = { .context = context };
	struct journal_content content;
	struct buf b = { 0 };
	struct err err;
	int status;

	if (journal_read(&content, journal, &err) < 0) {
		status = cmd_fail(&err);
	} else {
		undo_run(&content, when_now_ns(), count, &c);
		buf_printf(&b, "%llu undone, %llu were as before, %llu gone, "
		    "%llu folders kept, %llu failed\n",
		    (unsigned long long)c.of[UNDO_DONE],
		    (unsigned long long)c.of[UNDO_NOTHING],
		    (unsigned long long)c.of[UNDO_GONE],
		    (unsigned long long)c.of[UNDO_KEPT],
		    (unsigned long long)c.of[UNDO_FAILED]);
		status = cmd_print(&b);
	}
	if (status == 0 && c.of[UNDO_FAILED] > 0)
		status = err_exit_status(ERR_IO);
	journal_content_clear(&content);
	buf_clear(&b);
	return status;
}
