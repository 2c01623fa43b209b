#include "cmd/recheck_options.h"

#include <string.h>

#include "base/err.h"
#include "maildir/act.h"

static const char *const actions[] = {
	[RECHECK_LIST] = "list", [RECHECK_MOVE] = "move",
	[RECHECK_FLAG] = "flag", [RECHECK_HEADER] = "header", NULL
};

void
recheck_rows(struct opt rows[RECHECK_ROWS], struct recheck_options *o)
{
	const struct opt table[RECHECK_ROWS] = {
		{ .type = OPT_GROUP, .help = "Re-check" },
		{ .type = OPT_LIST, .name = "list", .argument = "ZONE",
		    .value = &o->lists, .help = "a block list to ask; may be "
		    "given several times", .initial = "the configured ones" },
		{ .type = OPT_CHOICE, .name = "action", .argument = "WHAT",
		    .value = &o->action, .choices = actions,
		    .help = "what to do with mail from listed hosts",
		    .initial = "list" },
		{ .type = OPT_FLAG, .name = "apply", .value = &o->apply,
		    .help = "do it; without, it is only said" },
		{ .type = OPT_TEXT, .name = "to", .argument = "FOLDER",
		    .value = &o->folder, .help = "where move puts it",
		    .initial = RECHECK_FOLDER },
		{ .type = OPT_TEXT, .name = "flag", .argument = "LETTER",
		    .value = &o->flag, .help = "what flag sets",
		    .initial = RECHECK_FLAG_LETTER },
		{ .type = OPT_TEXT, .name = "journal", .argument = "FILE",
		    .value = &o->journal, .help = "where --apply writes what it "
		    "does", .initial = "a new one here" },
		{ .type = OPT_TEXT, .name = "undo", .argument = "JOURNAL",
		    .value = &o->undo, .help = "make all of it as it was" },
		{ .type = OPT_FLAG, .short_name = 'a', .name = "all",
		    .value = &o->all, .help = "show mail that is not listed "
		    "too; --verbose does" },
		{ .type = OPT_END },
	};

	memcpy(rows, table, sizeof(table));
}

static bool
is_flag(const char *s)
{
	return strlen(s) == 1 && (strchr("DFPRS", s[0]) != NULL ||
	    (s[0] >= 'a' && s[0] <= 'z'));
}

int
recheck_check(const struct recheck_options *o, int operands, struct err *err)
{
	if (o->undo != NULL && (o->apply || o->action != RECHECK_LIST ||
	    operands > 0))
		return err_set(err, ERR_USAGE, "--undo: it goes by the journal "
		    "alone; leave the rest out");
	if (o->apply && o->action == RECHECK_LIST)
		return err_set(err, ERR_USAGE, "--apply: what? Add --action "
		    "move, flag or header");
	if (!act_folder_valid(str_from(o->folder)))
		return err_set(err, ERR_USAGE, "--to %.80s: must be the name of "
		    "a Maildir++ folder, as .Suspect", o->folder);
	/* T would have mail programs delete it. */
	if (!is_flag(o->flag))
		return err_set(err, ERR_USAGE, "--flag %.20s: must be one of D, "
		    "F, P, R, S, or a letter from a to z (a keyword)", o->flag);
	return 0;
}
