/*
 * doctor_report.h - what the doctor saw and found, for people and as a report
 * for programs.
 */
#ifndef CMD_DOCTOR_REPORT_H
#define CMD_DOCTOR_REPORT_H

struct buf;
struct examination;
struct report;

/*
 * For people: a line in the words of monitoring plugins, a line a log, and each
 * finding with its command.  Escaped.
 */
void doctor_text(struct buf *b, const struct examination *x);
/* For programs: sections "doctor" (findings) and "doctor-logs". */
void doctor_report(struct report *r, const struct examination *x);
/* What is looked for. */
void doctor_list(struct buf *b);

#endif
