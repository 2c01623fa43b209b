#include "input/name.h"

#include <ctype.h>

#include "base/num.h"

#define STAMP_DIGITS 24

/* More digits than a rotation ever counts to are a date: 1000 is a year. */
#define NUMBER_DIGITS 3
#define YEAR_DIGITS 4

static bool
cut_suffix(struct str *s, struct str suffix)
{
	if (s->n <= suffix.n || !str_ends(*s, suffix))
		return false;
	s->n -= suffix.n;
	return true;
}

static void
cut_packing(struct str *s)
{
	(void)(cut_suffix(s, STR(".gz")) || cut_suffix(s, STR(".zst")) ||
	    cut_suffix(s, STR(".xz")) || cut_suffix(s, STR(".bz2")));
}

static bool
is_digit(char c)
{
	return isdigit((unsigned char)c);
}

/* How many bytes at the beginning of s are digits of base 10 or 16. */
static size_t
count_digits(struct str s, bool hex)
{
	size_t n = 0;

	while (n < s.n && (hex ? isxdigit((unsigned char)s.p[n]) != 0 :
	    is_digit(s.p[n])))
		n++;
	return n;
}

static bool
parse_multilog(struct name *n, struct str s)
{
	struct str stamp = str_skip(s, s.n > 0);

	if (str_eq(s, STR("current"))) {
		n->kind = SOURCE_CURRENT;
		n->age = NAME_NEWEST;
		return true;
	}
	if (s.n != 1 + STAMP_DIGITS + 2 || s.p[0] != '@' ||
	    count_digits(stamp, true) != STAMP_DIGITS)
		return false;
	if (str_ends(s, STR(".s")))
		n->kind = SOURCE_FINISHED;
	else if (str_ends(s, STR(".u")))
		n->kind = SOURCE_UNPROCESSED;
	else
		return false;
	n->age = NAME_DATED;
	n->date = str_head(stamp, STAMP_DIGITS);
	return true;
}

/* "20260310", "2026-03-10", "20260310-12", "202603", "2026" */
static bool
is_date(struct str s)
{
	if (count_digits(s, false) < YEAR_DIGITS ||
	    (!str_starts(s, STR("19")) && !str_starts(s, STR("20"))))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_digit(s.p[i]) && !strchr("-_:T", s.p[i]))
			return false;
	return true;
}

/* Cuts a date or a number off the end of s. */
static bool
cut_age(struct name *n, struct str *s)
{
	for (size_t i = 1; i < s->n; i++) {
		struct str mark = str_skip(*s, i + 1);

		if (!strchr(".-_", s->p[i]))
			continue;
		if (is_date(mark)) {
			n->age = NAME_DATED;
			n->date = mark;
		} else if (s->p[i] == '.' && mark.n <= NUMBER_DIGITS &&
		    num_u32(mark, &n->number))
			n->age = NAME_NUMBERED;
		else
			continue;
		s->n = i;
		return true;
	}
	return false;
}

static void
parse_rotated(struct name *n, struct str s)
{
	n->age = NAME_NEWEST;
	if (cut_age(n, &s)) {
		n->log_suffix = cut_suffix(&s, STR(".log"));
	} else {
		n->log_suffix = cut_suffix(&s, STR(".log"));
		if (n->log_suffix)
			cut_age(n, &s);
	}
	n->stem = s;
}

struct name
name_parse(struct str file_name)
{
	struct name n = { .kind = SOURCE_FILE };

	cut_packing(&file_name);
	if (!parse_multilog(&n, file_name))
		parse_rotated(&n, file_name);
	return n;
}

bool
name_same_stem(const struct name *a, const struct name *b)
{
	return name_cmp_stem(a, b) == 0;
}

int
name_cmp_stem(const struct name *a, const struct name *b)
{
	int order = (int)name_is_multilog(a) - (int)name_is_multilog(b);

	if (order == 0)
		order = str_cmp(a->stem, b->stem);
	return order ? order : (int)a->log_suffix - (int)b->log_suffix;
}

/* Dates without regard to case: multilog writes small letters, others may not. */
static int
cmp_date(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? strncasecmp(a.p, b.p, n) : 0;

	return order ? order : (a.n > b.n) - (a.n < b.n);
}

int
name_cmp_age(const struct name *a, const struct name *b)
{
	if (a->age != b->age)
		return a->age < b->age ? -1 : 1;
	if (a->age == NAME_DATED)
		return cmp_date(a->date, b->date);
	return (a->number < b->number) - (a->number > b->number);
}

bool
name_is_no_log(struct str file_name)
{
	static const char *const names[] = {
		"state", "lock", "previous", "processed", "newstate",
	};

	if (str_starts(file_name, STR(".")))
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (str_eq(file_name, str_from(names[i])))
			return true;
	return false;
}
