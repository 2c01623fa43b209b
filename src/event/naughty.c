#include "event/naughty.h"

#include <string.h>

bool
naughty_is(struct str disposition)
{
	return str_eq(disposition, STR("naughty"));
}

struct str
naughty_reason(struct str text)
{
	struct str inside, word;

	if (text.n == 0 || text.p[0] != '(')
		return STR("unknown");
	inside = str_skip(text, 1);
	inside = str_head(inside, NAUGHTY_REASON_MAX + 1);
	if (str_index(inside, ')') == inside.n)
		return STR("unknown");
	inside = str_trim(str_head(inside, str_index(inside, ')')));
	word = str_head(inside, str_index(inside, ' '));
	return word.n > 0 ? word : STR("unknown");
}

struct str
naughty_name(char name[NAUGHTY_NAME_MAX], struct str text)
{
	struct str head = STR("naughty-");
	struct str reason = naughty_reason(text);

	memcpy(name, head.p, head.n);
	memcpy(name + head.n, reason.p, reason.n);
	return str_make(name, head.n + reason.n);
}
