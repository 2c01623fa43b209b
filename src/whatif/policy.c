#include "whatif/policy.h"

#include <string.h>

#include "base/err.h"
#include "base/num.h"
#include "dns/answers.h"

#define WEIGHT_MAX INT64_C(1000000000)

static int
wrong(const char *text, const char *what, struct str at, struct err *err)
{
	return err_set(err, ERR_USAGE, "--policy \"%.80s\": %s%s%.*s%s; write "
	    "for instance 'zen=3,spamcop=1 >= 3'", text, what,
	    at.n > 0 ? ": \"" : "", (int)str_head(at, 60).n, at.p,
	    at.n > 0 ? "\"" : "");
}

/* Does a label of the name begin with the word? */
static bool
label_begins(struct str name, struct str word)
{
	struct str label;

	while (str_cut(&name, '.', &label))
		if (label.n >= word.n &&
		    str_eq_nocase(str_head(label, word.n), word))
			return true;
	return false;
}

/* How surely a word means a list; the surest decide. */
enum match { MATCH_NONE, MATCH_BEGIN, MATCH_LABEL, MATCH_NAME };

static enum match
match(struct str name, struct str word)
{
	struct str rest = name, label;

	if (str_eq_nocase(name, word))
		return MATCH_NAME;
	while (str_cut(&rest, '.', &label))
		if (str_eq_nocase(label, word))
			return MATCH_LABEL;
	return label_begins(name, word) ? MATCH_BEGIN : MATCH_NONE;
}

/* The list, or -1: none, -2: several. */
static int
find_list(const struct answers *a, uint64_t lists, struct str word)
{
	enum match best = MATCH_NONE;
	int found = -1;

	for (size_t i = 0; i < a->n_lists; i++) {
		enum match m = lists >> i & 1
		    ? match(a->lists[i].name, word) : MATCH_NONE;

		if (m == MATCH_NONE || m < best)
			continue;
		found = m > best ? (int)i : -2;
		best = m;
	}
	return found;
}

static int
parse_term(struct policy *p, struct str term, const struct answers *a,
    uint64_t lists, struct err *err)
{
	struct str weight = term, name;
	int64_t milli = 1000;
	int list;

	str_cut(&weight, '=', &name);
	name = str_trim(name);
	if (name.n == 0)
		return wrong(p->text, "a list is missing", STR(""), err);
	if (weight.p != NULL && (!num_decimal(str_trim(weight), 3, &milli) ||
	    milli < -WEIGHT_MAX || milli > WEIGHT_MAX))
		return wrong(p->text, "this is no weight", str_trim(weight),
		    err);
	list = find_list(a, lists, name);
	if (list == -1)
		return wrong(p->text, "none of the lists is called so", name,
		    err);
	if (list == -2)
		return wrong(p->text, "several of the lists may be meant", name,
		    err);
	if (p->lists >> list & 1)
		return wrong(p->text, "this list has a weight already", name,
		    err);
	p->lists |= UINT64_C(1) << list;
	p->weights[list] = milli;
	return 0;
}

/* What stands behind ">" or ">=". */
static int
parse_threshold(struct policy *p, struct str s, struct err *err)
{
	p->above = s.n == 0 || s.p[0] != '=';
	if (!p->above)
		s = str_skip(s, 1);
	if (num_decimal(str_trim(s), 3, &p->threshold))
		return 0;
	return wrong(p->text, "behind >= stands how much is enough", str_trim(s),
	    err);
}

int
policy_parse(struct policy *p, const char *text, const struct answers *a,
    uint64_t lists, struct err *err)
{
	struct str rest = str_from(text), terms, term;

	*p = (struct policy){ .text = text };
	str_cut(&rest, '>', &terms);
	if (rest.p == NULL)
		return wrong(text, "there is no >=", STR(""), err);
	while (str_cut(&terms, ',', &term))
		if (parse_term(p, term, a, lists, err) < 0)
			return -1;
	return parse_threshold(p, rest, err);
}

bool
policy_stops(const void *ctx, uint64_t listed)
{
	const struct policy *p = ctx;
	int64_t sum = 0;

	for (unsigned i = 0; i < 64; i++)
		if (listed & p->lists & UINT64_C(1) << i)
			sum += p->weights[i];
	return p->above ? sum > p->threshold : sum >= p->threshold;
}
