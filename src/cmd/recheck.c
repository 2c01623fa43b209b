#include "cmd/recheck.h"

#include "base/when.h"
#include "dns/answers.h"
#include "maildir/handover.h"

bool
recheck_asks(const struct handover *h)
{
	return h->kind == HANDOVER_CLIENT;
}

static void
add_item(struct buf *b, struct str item)
{
	if (b->n > 0)
		buf_add_str(b, STR(", "));
	buf_add_str(b, item);
}

static void
add_reason(struct buf *b, struct str list, enum dnsbl_reason reason)
{
	add_item(b, list);
	buf_printf(b, ": %s", reason == DNSBL_NO_REASON ? "it was not asked"
	    : dnsbl_reason_name(reason));
}

/* What one list that works says. */
static void
judge_answer(struct recheck_verdict *v, const struct answers *a,
    const struct answer *answer, struct str list, struct buf *unknown)
{
	switch ((enum dnsbl_result)answer->result) {
	case DNSBL_LISTED:
		if (v->result != RECHECK_LISTED)
			buf_add_str(&v->code, answers_text(a, answer->a));
		v->result = RECHECK_LISTED;
		add_item(&v->detail, list);
		break;
	case DNSBL_UNKNOWN:
	case DNSBL_NOT_ASKED:
		add_reason(unknown, list, (enum dnsbl_reason)answer->reason);
		break;
	case DNSBL_NOT_LISTED:
		break;
	}
}

static void
judge_client(struct recheck_verdict *v, struct answers *a, const struct ip *ip)
{
	uint32_t client = answers_client(a, ip);
	struct buf unknown = { 0 };

	v->result = RECHECK_OK;
	for (unsigned i = 0; i < a->n_lists; i++) {
		const struct answers_list *l = &a->lists[i];

		if (l->probe.health != DNSBL_WORKS)
			continue;
		add_item(&v->asked, l->name);
		judge_answer(v, a, answers_get(a, client, i), l->name,
		    &unknown);
	}
	if (v->asked.n == 0)
		buf_add_str(&unknown, STR("no list works"));
	if (v->result == RECHECK_OK && unknown.n > 0) {
		v->result = RECHECK_UNKNOWN;
		buf_add_str(&v->code, STR("UNKNOWN"));
		buf_add_str(&v->detail, buf_str(&unknown));
	} else if (v->result == RECHECK_OK) {
		buf_add_str(&v->code, STR("OK"));
	}
	buf_clear(&unknown);
}

static void
set(struct recheck_verdict *v, enum recheck_result result, struct str code,
    struct str detail)
{
	v->result = result;
	buf_add_str(&v->code, code);
	buf_add_str(&v->detail, detail);
}

void
recheck_judge(struct recheck_verdict *v, const struct handover *h,
    struct answers *a)
{
	buf_reset(&v->code);
	buf_reset(&v->detail);
	buf_reset(&v->asked);
	switch (h->kind) {
	case HANDOVER_CLIENT:
		judge_client(v, a, &h->ip);
		break;
	case HANDOVER_AUTH:
		set(v, RECHECK_AUTH, STR("AUTH"), h->user);
		break;
	case HANDOVER_LOCAL:
		set(v, RECHECK_LOCAL, STR("LOCAL"), STR(""));
		break;
	case HANDOVER_NONE:
		set(v, RECHECK_SENT, STR("SENT"), h->by);
		break;
	case HANDOVER_UNKNOWN:
		set(v, RECHECK_UNKNOWN, STR("UNKNOWN"),
		    STR("no address in the Received: field"));
		break;
	}
}

void
recheck_verdict_clear(struct recheck_verdict *v)
{
	buf_clear(&v->code);
	buf_clear(&v->detail);
	buf_clear(&v->asked);
}

void
recheck_field(struct buf *b, const struct recheck_verdict *v,
    const struct ip *ip, int64_t now_ns)
{
	/* Addresses and zones: dnsbl_check_zone() let nothing else through. */
	buf_reset(b);
	buf_add_str(b, STR("listed; client="));
	ip_format(b, ip);
	buf_printf(b, "; code=%.*s; lists=%.*s; checked=",
	    STR_ARG(buf_str(&v->code)), STR_ARG(buf_str(&v->detail)));
	when_format(b, now_ns - now_ns % WHEN_SECOND, WHEN_RFC3339, NULL);
}
