/*
 * show_losers.c - whose mail would have been lost, and the verdicts.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/when.h"
#include "dns/answers.h"
#include "dns/dnsbl.h"
#include "event/address.h"
#include "report/league.h"
#include "report/report.h"
#include "whatif/effect.h"
#include "whatif/policy.h"
#include "whatif/show.h"

/* So many senders of ham a verdict names. */
#define SENDERS_NAMED 5

/* ---- by what it was, by whose it was ---- */

enum { LISTED };

void
trial_show_dispositions(struct report *r, struct section *s, const struct trial *t)
{
	struct table *table = section_table(r, s, "dispositions",
	    "Listed, by what became of it");
	struct league dispositions;

	league_init(&dispositions);
	for (size_t i = 0; i < t->mails->n; i++) {
		const struct mail *m = &t->mails->rows[i];

		if (trial_has(t, m) && trial_listed(t, m) != 0)
			league_get(&dispositions, mails_text(t->mails,
			    m->disposition), str_none())->count[LISTED]++;
	}
	league_sort(&dispositions, LISTED, -1);
	table_column(r, table, "Disposition", VALUE_TEXT);
	table_column(r, table, "Listed", VALUE_COUNT)->bar = true;
	for (size_t i = 0; i < dispositions.n; i++)
		trial_row(r, table, TRIAL_VALUES(
		    value_text(arena_str(&r->arena,
		    dispositions.rows[i].label)),
		    value_count(dispositions.rows[i].count[LISTED])));
	league_clear(&dispositions);
}

enum { LOST, LOST_HAM, LOST_TAGGED };

static void
count_lost(struct league *l, struct str label, const struct mail *m)
{
	struct league_row *row = league_get(l, label, str_none());

	row->count[LOST]++;
	row->count[m->fate == FATE_HAM ? LOST_HAM : LOST_TAGGED]++;
}

static void
count_recipients(struct league *l, struct str list, const struct mail *m,
    bool keep_local_case)
{
	struct buf scratch = { 0 };
	struct str one;

	if (list.n == 0)
		count_lost(l, STR("(none)"), m);
	while (address_next(&list, &one)) {
		buf_reset(&scratch);
		count_lost(l, address_normalise(&scratch, one, keep_local_case),
		    m);
	}
	buf_clear(&scratch);
}

static void
count_domain(struct league *l, struct str sender, const struct mail *m)
{
	struct buf scratch = { 0 };
	struct str bare = address_normalise(&scratch, sender, false);
	struct str domain = address_domain(bare);

	count_lost(l, domain.n > 0 ? domain : str_eq(bare, STR("<>"))
	    ? STR("(null sender)") : STR("(none)"), m);
	buf_clear(&scratch);
}

static void
add_losers(struct report *r, struct section *s, const char *name,
    const char *title, const char *column, struct league *l, size_t top)
{
	struct table *table = section_table(r, s, name, title);
	struct league_row others;
	size_t shown;

	league_sort(l, LOST, LOST_HAM);
	shown = league_cut(l, top, &others);
	table_column(r, table, column, VALUE_TEXT)->wide = true;
	table_column(r, table, "Lost", VALUE_COUNT)->bar = true;
	table_column(r, table, "Ham", VALUE_COUNT);
	table_column(r, table, "Tagged", VALUE_COUNT);
	for (size_t i = 0; i <= shown; i++) {
		const struct league_row *row = i < shown ? &l->rows[i] : &others;

		if (row->label.n == 0 && i == shown)
			break;
		trial_row(r, table, TRIAL_VALUES(
		    value_text(arena_str(&r->arena, row->label)),
		    value_count(row->count[LOST]),
		    value_count(row->count[LOST_HAM]),
		    value_count(row->count[LOST_TAGGED])));
		if (i == shown)
			table->rows[i].flags = ROW_OTHERS;
	}
}

void
trial_show_losers(struct report *r, struct section *s, const struct trial *t,
    const struct trial_view *o)
{
	struct league recipients, domains;

	league_init(&recipients);
	league_init(&domains);
	for (size_t i = 0; i < t->mails->n; i++) {
		const struct mail *m = &t->mails->rows[i];

		if (m->fate == FATE_DENIED || !trial_has(t, m) ||
		    trial_listed(t, m) == 0)
			continue;
		count_recipients(&recipients, mails_text(t->mails,
		    m->recipients), m, o->keep_local_case);
		count_domain(&domains, mails_text(t->mails, m->sender), m);
	}
	add_losers(r, s, "recipients", "Mail that would have been lost, by "
	    "recipient", "Recipient", &recipients, o->top);
	add_losers(r, s, "sender-domains", "... by domain of the sender",
	    "Sender domain", &domains, o->top);
	league_clear(&domains);
	league_clear(&recipients);
}

/* ---- verdicts ---- */

static const char *
s_of(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static void
count_ham_senders(const struct trial *t, stops_fn *stops, const void *ctx,
    bool keep_local_case, struct league *senders)
{
	struct buf scratch = { 0 };

	for (size_t i = 0; i < t->mails->n; i++) {
		const struct mail *m = &t->mails->rows[i];

		if (m->fate != FATE_HAM || !trial_has(t, m) ||
		    !stops(ctx, trial_listed(t, m)))
			continue;
		buf_reset(&scratch);
		league_get(senders, address_normalise(&scratch, mails_text(
		    t->mails, m->sender), keep_local_case),
		    str_none())->count[LISTED]++;
	}
	league_sort(senders, LISTED, -1);
	buf_clear(&scratch);
}

/* Notes end at a NUL byte, which a stranger may have put into his address. */
static void
add_address(struct buf *b, struct str address)
{
	if (address.n == 0)
		buf_add_str(b, STR("(none)"));
	for (size_t i = 0; i < address.n; i++)
		buf_add_char(b, address.p[i] ? address.p[i] : '?');
}

/* "; 4 were ham from 2 senders: ann@a.example (3), bob@b.example (1)" */
static void
add_ham(struct buf *b, const struct trial *t, stops_fn *stops, const void *ctx,
    uint64_t ham, bool keep_local_case)
{
	struct league senders;

	if (ham == 0) {
		buf_add_str(b, STR("; none was ham"));
		return;
	}
	league_init(&senders);
	count_ham_senders(t, stops, ctx, keep_local_case, &senders);
	buf_printf(b, "; %" PRIu64 " %s ham from %zu sender%s: ", ham,
	    ham == 1 ? "was" : "were", senders.n, s_of(senders.n));
	for (size_t i = 0; i < senders.n && i < SENDERS_NAMED; i++) {
		buf_add_str(b, i > 0 ? STR(", ") : STR(""));
		add_address(b, senders.rows[i].label);
		buf_printf(b, " (%" PRIu64 ")", senders.rows[i].count[LISTED]);
	}
	if (senders.n > SENDERS_NAMED)
		buf_printf(b, " and %zu other%s", senders.n - SENDERS_NAMED,
		    s_of(senders.n - SENDERS_NAMED));
	league_clear(&senders);
}

/* "NAME would have stopped 312 of 2140 not-denied transactions; ..." */
static void
add_verdict(struct buf *b, const struct trial *t, struct str name,
    stops_fn *stops, const void *ctx, bool keep_local_case)
{
	struct effect e = effect_of(t, stops, ctx);
	uint64_t all = effect_all(&e);

	buf_add_str(b, name);
	if (all == 0) {
		buf_printf(b, " would have stopped none of %" PRIu64
		    " not-denied transaction%s.", t->n_mails, s_of(t->n_mails));
		return;
	}
	buf_printf(b, " would have stopped %" PRIu64 " of %" PRIu64
	    " not-denied transaction%s", all, t->n_mails, s_of(t->n_mails));
	add_ham(b, t, stops, ctx, e.by_fate[FATE_HAM], keep_local_case);
	buf_printf(b, "; %" PRIu64 " %s tagged as spam, %" PRIu64
	    " %s denied anyway.", e.by_fate[FATE_TAGGED],
	    e.by_fate[FATE_TAGGED] == 1 ? "was" : "were",
	    e.by_fate[FATE_DENIED],
	    e.by_fate[FATE_DENIED] == 1 ? "was" : "were");
}

static bool
was_given_up(const struct trial *t, unsigned list)
{
	for (uint32_t client = 0; client < t->answers->n_clients; client++)
		if (answers_get(t->answers, client, list)->reason ==
		    DNSBL_GIVEN_UP)
			return true;
	return false;
}

static void
add_unknown(struct buf *b, const struct trial *t, unsigned list)
{
	uint64_t not_asked;
	uint64_t unknown = trial_unknown_clients(t, list, &not_asked);

	if (unknown > 0)
		buf_printf(b, " What it says of %" PRIu64 " of %" PRIu64
		    " clients is not known.", unknown, t->n_clients);
	if (was_given_up(t, list))
		buf_printf(b, " It was given up after %d such answers in a "
		    "row.", DNSBL_PATIENCE);
	if (not_asked > 0)
		buf_printf(b, " It was not asked for %" PRIu64 " of %" PRIu64
		    " clients.", not_asked, t->n_clients);
}

static void
add_list_verdict(struct buf *b, const struct trial *t, unsigned number,
    bool keep_local_case)
{
	const struct answers_list *list = &t->answers->lists[number];
	uint64_t set = UINT64_C(1) << number;

	if (list->probe.health != DNSBL_WORKS) {
		buf_add_str(b, list->name);
		buf_add_str(b, STR(" was not asked: it "));
		dnsbl_health_text(b, &list->probe);
		buf_add_char(b, '.');
		return;
	}
	add_verdict(b, t, list->name, stops_any, &set, keep_local_case);
	add_unknown(b, t, number);
}

/* When the answers are of; a list of today judges mail of yesterday. */
static void
add_caveat(struct report *r, struct section *s, const struct trial_view *o)
{
	struct buf b = { 0 };

	if (o->answers_ns != WHEN_NONE)
		when_format(&b, o->answers_ns, WHEN_LOCAL_ZONE, o->zone);
	section_note(r, s, "The answers are of %s%s%s: a client may have been "
	    "listed since its mail came, perhaps because of it. \"Not-denied\": "
	    "by no DNSBL; \"denied anyway\": by something else.",
	    b.n > 0 ? b.p : "an unknown time", o->replayed ? ", from " : "",
	    o->replayed ? o->replayed : "");
	buf_clear(&b);
}

void
trial_show_verdicts(struct report *r, struct section *s, const struct trial *t,
    const struct trial_view *o)
{
	struct buf b = { 0 };

	for (unsigned i = 0; i < t->answers->n_lists; i++) {
		if (!(t->lists >> i & 1))
			continue;
		buf_reset(&b);
		add_list_verdict(&b, t, i, o->keep_local_case);
		section_note(r, s, "%.*s", STR_ARG(buf_str(&b)));
	}
	for (size_t i = 0; i < o->n_policies; i++) {
		buf_reset(&b);
		add_verdict(&b, t, str_from(o->policies[i].text), policy_stops,
		    &o->policies[i], o->keep_local_case);
		section_note(r, s, "%.*s", STR_ARG(buf_str(&b)));
	}
	add_caveat(r, s, o);
	buf_clear(&b);
}
