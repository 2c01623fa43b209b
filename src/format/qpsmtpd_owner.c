#include "format/qpsmtpd_owner.h"

#include "base/when.h"
#include "format/format.h"
#include "format/qpsmtpd_line.h"
#include "format/stamp.h"

/* Field 1 is empty: there is no connection yet (3.6). */
static bool
has_no_client(struct str record)
{
	return record.n == 0 || record.p[0] == '\t' ||
	    str_starts(record, STR("#011")) || str_starts(record, STR("\\t")) ||
	    str_starts(record, STR("\\011"));
}

static enum line_place
place_of(enum qp_kind kind, struct str body)
{
	switch (kind) {
	case QP_ACCEPTED:
	case QP_CLIENT_LIMIT:
	case QP_REFUSED:
		return LINE_FIRST;
	case QP_RECORD:
		return has_no_client(body) ? LINE_ONLY : LINE_WITHIN;
	case QP_TIME:
		return LINE_CLOSING;
	case QP_CLEANING:
		return LINE_LAST;
	case QP_COUNTRY: case QP_DMARC: case QP_SPAM: case QP_LOGIN:
	case QP_CHECK: case QP_REPLY: case QP_COMMAND: case QP_PROGRESS:
	case QP_EMPTY:
	/* Something a later version writes: it has a process id all the same. */
	case QP_UNKNOWN:
		return LINE_WITHIN;
	case QP_TOO_MANY: case QP_CONTINUATION: case QP_SUMMARY: case QP_KINDS:
		break;
	}
	return LINE_NOBODYS;
}

/*
 * Only a line of the hook or the plugin that queues is searched: elsewhere
 * such a text might be a client's.
 */
bool
qpsmtpd_queuing_read(struct str text, struct str *parent)
{
	struct str from = str_head(text, 80);
	size_t at, n = 0;

	if (!str_starts(text, STR("(queue) ")) &&
	    !str_starts(text, STR("queue::")) && !str_starts(text, STR("(for ")))
		return false;
	at = str_find(from, STR("(for "));
	if (at == from.n)
		return false;
	from = str_skip(text, at + 5);
	while (n < from.n && from.p[n] >= '0' && from.p[n] <= '9')
		n++;
	*parent = str_head(from, n);
	return n > 0 && str_starts(str_skip(from, n), STR(") Queuing to "));
}

static struct str
client_of(enum qp_kind kind, struct str body)
{
	struct str client, host;
	int64_t n, limit;
	bool ok = kind == QP_ACCEPTED
	    ? qp_accepted_read(body, &n, &limit, &client, &host)
	    : qp_client_limit_read(body, &client, &n, &limit);

	return ok ? client : str_none();
}

/* No process id: the rest of a record, what Perl printed, or a summary. */
static enum line_place
place_without_pid(struct str text, bool stamped)
{
	enum qp_kind kind = qp_classify_unstamped(text);

	return !stamped && (kind == QP_SUMMARY || kind == QP_EMPTY)
	    ? LINE_NOBODYS : LINE_FURTHER;
}

void
qpsmtpd_line_owner(struct str line, struct stamp_clock *clock,
    struct line_owner *owner)
{
	struct stamp st;
	struct str text, body, parent;
	bool stamped = stamp_parse(line, clock, &st), bare;
	enum qp_kind kind;
	size_t pid;

	*owner = (struct line_owner){ .place = LINE_NOBODYS, .host = st.host,
		.writer = st.pid, .pid = st.pid, .time_ns = st.time_ns, .text_at = st.n };
	if (st.program.p && !qp_is_program(st.program)) {
		owner->writer = owner->pid = str_none();
		return;
	}
	text = str_skip(line, st.n);
	if (owner->pid.p == NULL) {
		pid = qp_pid_span(text.p, text.p + text.n);
		if (pid == 0) {
			owner->place = place_without_pid(text, stamped);
			return;
		}
		owner->writer = owner->pid = str_head(text, pid - 1);
		text = str_skip(text, pid);
		owner->text_at += pid;
	}
	bare = st.pid.p != NULL && st.kind != STAMP_PREFORK;
	kind = qp_classify(text.p, text.p + text.n, bare, &body);
	owner->place = place_of(kind, body);
	if (kind == QP_CLEANING)
		owner->pid = str_trim(body);
	else if (kind == QP_CHECK && qpsmtpd_queuing_read(text, &parent))
		owner->pid = parent;
	else if (kind == QP_ACCEPTED || kind == QP_CLIENT_LIMIT)
		owner->client = client_of(kind, body);
}
