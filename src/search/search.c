#include "search/search.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/mem.h"
#include "event/event.h"
#include "event/filter.h"
#include "search/literal.h"
#include "search/pattern.h"

int
search_init(struct search *s, const struct search_options *o, struct err *err)
{
	*s = (struct search){ .o = *o };
	s->patterns = mem_zalloc((o->n_patterns + 1) * sizeof(*s->patterns));
	for (; s->n < o->n_patterns; s->n++)
		if (pattern_new(&s->patterns[s->n], o->patterns[s->n],
		    o->fixed, err) < 0)
			return -1;
	return 0;
}

void
search_clear(struct search *s)
{
	for (size_t i = 0; i < s->n; i++)
		pattern_free(&s->patterns[i]);
	free(s->patterns);
	buf_clear(&s->text);
	buf_clear(&s->literal);
	*s = (struct search){ 0 };
}

static bool
matches(struct search *s, struct str subject)
{
	for (size_t i = 0; i < s->n; i++)
		if (pattern_match(s->patterns[i], subject))
			return true;
	return s->n == 0;
}

bool
search_match(struct search *s, const struct event *ev)
{
	const struct line_style style = { .long_form = s->o.long_form,
		.time = LINE_TIME_NONE };

	if (!filter_match(s->o.filter, ev))
		return false;
	if (s->n == 0)
		return true;
	buf_reset(&s->text);
	event_line(&s->text, ev, &style);
	if (matches(s, buf_str(&s->text)))
		return true;
	buf_reset(&s->text);
	event_record(&s->text, ev);
	return matches(s, buf_str(&s->text)) ||
	    (s->o.raw && matches(s, ev->line));
}

struct str
search_literal(struct search *s)
{
	struct str word;

	/* Of several patterns each would have to be looked for. */
	if (s->n != 1)
		return str_none();
	word = literal_required(&s->literal, str_from(s->o.patterns[0]),
	    s->o.fixed);
	if (word.p == NULL || literal_may_be_ours(word))
		return str_none();
	return word;
}

static bool
is_of_address(char c)
{
	return isalnum((unsigned char)c) || (c != '\0' && strchr("._-*\\", c));
}

/* "user@", "@domain", "user@domain\.tld". */
static bool
names_address(const char *pattern)
{
	const char *at = strchr(pattern, '@');

	return at && (is_of_address(at[1]) ||
	    (at > pattern && is_of_address(at[-1])));
}

bool
search_is_for_address(const struct search *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (names_address(s->o.patterns[i]))
			return true;
	return false;
}

uint64_t
search_given_up(const struct search *s)
{
	uint64_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += pattern_given_up(s->patterns[i]);
	return n;
}
