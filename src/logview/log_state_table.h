/*
 * log_state_table.h - the state of a multilog directory as a table: what
 * qplogsumm counted in all logs that there ever were.
 */
#ifndef LOGVIEW_LOG_STATE_TABLE_H
#define LOGVIEW_LOG_STATE_TABLE_H

#include "base/str.h"

struct report;

/* Head and section "state" of the text of a state file; any text. */
void log_state_report(struct report *r, struct str text);

#endif
