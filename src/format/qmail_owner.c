#include "format/qmail_owner.h"

#include "format/format.h"
#include "format/stamp.h"

void
qmail_line_owner(struct str line, struct stamp_clock *clock,
    struct line_owner *owner)
{
	struct stamp st;

	stamp_parse(line, clock, &st);
	*owner = (struct line_owner){ .place = LINE_NOBODYS, .host = st.host,
		.time_ns = st.time_ns, .text_at = st.n };
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
