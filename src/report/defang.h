/*
 * defang.h - names and addresses of strangers, made harmless for a mail.
 *
 * A report that is sent as mail quotes what spammers wrote, and the receiving
 * server's own body filters would find their domains in it
 * (spec/reports.md E).
 */
#ifndef REPORT_DEFANG_H
#define REPORT_DEFANG_H

struct report;

/*
 * Changes every text of r, in cells, titles of tables, alerts and notes: http becomes hxxp
 * before :, and a dot between a letter or digit and a letter, as in a domain,
 * becomes [.]; numbers stay as they are.  Dots of cells that hold an address
 * of a host are changed all.
 */
void report_defang(struct report *r);

#endif
