/*
 * recheck_undo.h - "dnsbl recheck --undo JOURNAL".
 */
#ifndef CMD_RECHECK_UNDO_H
#define CMD_RECHECK_UNDO_H

struct cmd_context;

/* Undoes it, tells what became of it; the exit status. */
int recheck_undo(const char *journal, const struct cmd_context *context);

#endif
