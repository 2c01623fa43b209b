/*
 * sec_mail.h - what the mail views (spec/reports.md C.24) share.
 *
 * Of a queue, one mail is one delivery; of what came in, it is one accepted
 * message for one recipient.  Where logs of both sides were read, the queue's
 * tables stand first and those of what came in behind them, named "incoming".
 * What came in is only counted where --sections names the section.
 */
#ifndef REPORT_SEC_MAIL_H
#define REPORT_SEC_MAIL_H

#include <stdbool.h>

#include "report/best.h"
#include "report/build.h"

/* The counts of a league_row here; SIZED: mails whose size is known. */
enum { MAIL_MAILS, MAIL_BYTES, MAIL_SIZED };

/* Which sides are shown: one at least. */
bool mail_has_queue(const struct build *b);
bool mail_has_incoming(const struct build *b);

/* "Bytes" and "Mean size" of so many mails; null where no size is known. */
void mail_values(struct value *v, uint64_t bytes, uint64_t sized);

struct mail_table {
	const char *name, *title, *first; /* of the table, and its first column */
};
/* "Mails", "Bytes", "Mean size", "Last" of the first rows of x. */
void mail_name_table(struct build *b, struct section *s,
    const struct mail_table *m, struct best *x);
/* By mails, then bytes, both descending, then label: best_order_fn. */
int mail_by_mails(const void *a, const void *b);

/* What came in (sec_mail_in.c); second: the queue's tables stand before. */
void mail_in_hosts(struct build *b, struct section *s, bool second);
void mail_in_senders(struct build *b, struct section *s, bool second);
void mail_in_receivers(struct build *b, struct section *s, bool second);

#endif
