#include "format/qmail_owner.h"

#include "format/format.h"
#include "format/qmail_line.h"
#include "format/qmail_scan.h"
#include "format/stamp.h"

static enum line_place
place_of(enum qm_kind kind)
{
	switch (kind) {
	case QM_NEW:
		return LINE_FIRST;
	case QM_INFO:
		return LINE_SECOND;
	case QM_START: case QM_RESULT: case QM_BOUNCE: case QM_TRIPLE:
	case QM_EXTRA:
		return LINE_WITHIN;
	case QM_END:
		return LINE_LAST;
	case QM_UNKNOWN: case QM_RUNNING: case QM_IDLE: case QM_EXITING:
	case QM_OLD: case QM_OLD_STOP: case QM_WARNING: case QM_ALERT:
	case QM_EMPTY: case QM_KINDS:
		break;
	}
	return LINE_NOBODYS;
}

static void
own(struct str text, struct line_owner *owner)
{
	struct qm_line l = { 0 };
	enum qm_kind kind = qm_read(text.p, text.p + text.n, &l);

	owner->place = place_of(kind);
	owner->idle = kind == QM_IDLE || kind == QM_OLD_STOP ||
	    (kind == QM_START && l.delivery == 1);
	if (owner->place == LINE_NOBODYS)
		return;
	if (kind == QM_START || kind == QM_RESULT)
		owner->errand = l.delivery_text;
	if (kind != QM_RESULT)
		owner->pid = l.msg_text;
}

void
qmail_line_owner(struct str line, struct stamp_clock *clock,
    struct line_owner *owner)
{
	struct stamp st;
	struct str text;
	bool continued = false;

	stamp_parse(line, clock, &st);
	*owner = (struct line_owner){ .place = LINE_NOBODYS, .host = st.host,
		.time_ns = st.time_ns, .text_at = st.n };
	if (st.pid.p || (st.program.p && !qm_is_program(st.program)))
		return;
	text = str_skip(line, st.n);
	if (st.program.p) {
		size_t n = qmail_stamp(text, &owner->time_ns, &continued);

		owner->text_at += n;
		text = str_skip(text, n);
	}
	if (continued) {
		owner->place = LINE_FURTHER;
		owner->goes_on = true;
	} else {
		own(text, owner);
	}
}

void
qmail_dialogue(struct str text, struct dialogue *said)
{
	(void)text;
	*said = (struct dialogue){ .kind = DIALOGUE_NONE };
}

bool
qmail_mask(struct str line, struct buf *b)
{
	(void)line;
	(void)b;
	return false;
}
