#include "search/pattern.h"

#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/err.h"
#include "base/mem.h"

struct pattern {
	pcre2_code *code;
	pcre2_match_data *match; /* offsets are not asked for */
	uint64_t given_up;
};

int
pattern_new(struct pattern **pattern, const char *text, bool fixed,
    struct err *err)
{
	uint32_t options = PCRE2_CASELESS |
	    (fixed ? PCRE2_LITERAL : PCRE2_NEVER_BACKSLASH_C);
	struct pattern *p = mem_zalloc(sizeof(*p));
	PCRE2_SIZE where = 0;
	char why[120] = "";
	int error = 0;

	p->code = pcre2_compile((PCRE2_SPTR)text, strlen(text), options,
	    &error, &where, NULL);
	if (p->code == NULL) {
		free(p);
		pcre2_get_error_message(error, (PCRE2_UCHAR *)why, sizeof(why));
		return err_set(err, ERR_USAGE, "pattern %.100s: %s at character "
		    "%zu; -F takes the text as it is", text, why,
		    (size_t)where + 1);
	}
	/* Without JIT (another processor) it is only slower. */
	pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE);
	p->match = pcre2_match_data_create(1, NULL);
	*pattern = p;
	return 0;
}

void
pattern_free(struct pattern **p)
{
	if (*p == NULL)
		return;
	pcre2_match_data_free((*p)->match);
	pcre2_code_free((*p)->code);
	free(*p);
	*p = NULL;
}

bool
pattern_match(struct pattern *p, struct str subject)
{
	/* PCRE2 wants no NULL, even of no bytes. */
	PCRE2_SPTR text = (PCRE2_SPTR)(subject.p ? subject.p : "");
	int found = pcre2_match(p->code, text, subject.n, 0, 0, p->match, NULL);

	/* 0: it matched, and there was no room for all groups. */
	if (found >= 0)
		return true;
	p->given_up += found != PCRE2_ERROR_NOMATCH;
	return false;
}

uint64_t
pattern_given_up(const struct pattern *p)
{
	return p->given_up;
}
