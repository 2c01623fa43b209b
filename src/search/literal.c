#include "search/literal.h"

#include "base/buf.h"
#include "event/event.h"

/*
 * The pattern is walked once.  Plain characters make a run; whatever is no
 * plain character ends it.  What stands in groups and alternatives is passed
 * over: something outside of them is required all the same.
 */
struct walk {
	struct str rest;
	struct buf *scratch;
	size_t run;	  /* where in scratch the run begins that is being made */
	struct str best;  /* offsets, as scratch grows: p is not used */
	size_t best_at;
	bool lost;	  /* something not understood, or an alternative */
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return str_lower(c) >= 'a' && str_lower(c) <= 'z';
}

/* Between these stand words in every text that is searched. */
static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void
keep_word(struct walk *w, size_t begin, size_t end)
{
	if (end - begin <= w->best.n)
		return;
	w->best.n = end - begin;
	w->best_at = begin;
}

/* The run is over: its longest word is a candidate. */
static void
end_run(struct walk *w)
{
	size_t begin = w->run;

	for (size_t i = w->run; i <= w->scratch->n; i++)
		if (i == w->scratch->n || is_blank(w->scratch->p[i])) {
			keep_word(w, begin, i);
			begin = i + 1;
		}
	w->run = w->scratch->n;
}

static void
add_plain(struct walk *w, char c)
{
	buf_add_char(w->scratch, c);
	w->rest = str_skip(w->rest, 1);
}

/* "{2}", "{2,}", "{2,5}", "{,5}": how long it is, 0 if it is plain text. */
static size_t
braces(struct str s, bool *may_be_none)
{
	size_t n = 1;
	bool any = false;

	*may_be_none = true;
	while (n < s.n && is_digit(s.p[n])) {
		if (s.p[n] != '0')
			*may_be_none = false;
		any = true;
		n++;
	}
	if (n < s.n && s.p[n] == ',')
		for (n++; n < s.n && is_digit(s.p[n]); n++)
			any = true;
	return any && n < s.n && s.p[n] == '}' ? n + 1 : 0;
}

/* A quantifier behind the last atom: how long, and may the atom be missing? */
static size_t
quantifier(struct str s, bool *may_be_none)
{
	size_t n = 0;

	*may_be_none = false;
	if (s.n == 0)
		return 0;
	if (s.p[0] == '*' || s.p[0] == '?') {
		*may_be_none = true;
		n = 1;
	} else if (s.p[0] == '+') {
		n = 1;
	} else if (s.p[0] == '{') {
		n = braces(s, may_be_none);
	}
	if (n > 0 && n < s.n && (s.p[n] == '?' || s.p[n] == '+'))
		n++; /* lazy, possessive */
	return n;
}

/* Passes the quantifier of what was just added; plain: one character was. */
static void
pass_quantifier(struct walk *w, bool plain)
{
	bool may_be_none;
	size_t n = quantifier(w->rest, &may_be_none);

	if (n == 0)
		return;
	if (plain && may_be_none)
		w->scratch->n--;
	end_run(w);
	w->rest = str_skip(w->rest, n);
	/* One of the quantified: "a{2}{0}". */
	w->lost = quantifier(w->rest, &may_be_none) > 0;
}

/* "[^]a[:alpha:]\]]": how long; 0 if it does not end. */
static size_t
class_span(struct str s)
{
	size_t n = 1;

	if (n < s.n && s.p[n] == '^')
		n++;
	if (n < s.n && s.p[n] == ']')
		n++;
	while (n < s.n && s.p[n] != ']') {
		if (s.p[n] == '\\') {
			n++;
		} else if (s.p[n] == '[' && n + 1 < s.n &&
		    s.p[n + 1] == ':') {
			struct str rest = str_skip(s, n);
			size_t end = str_find(rest, STR(":]"));

			if (end < rest.n)
				n += end + 1;
		}
		n++;
	}
	return n < s.n ? n + 1 : 0;
}

/* "\d", "\b": the escapes of one letter that stand for no text of their own. */
static bool
is_known_escape(char c)
{
	return c != '\0' && str_index(STR("dDwWsSbBAzZhHvVRN"), c) < 17;
}

/*
 * What stands in a pattern and is no plain character, at the beginning of s:
 * how long it is, 0 if nobody knows.
 */
static size_t
special_span(struct str s);

/* "(...)", "(?:...)". */
static size_t
group_span(struct str s)
{
	size_t n = 1;

	if (n < s.n && s.p[n] == '*')
		return 0;
	if (n < s.n && s.p[n] == '?') {
		if (n + 1 == s.n || s.p[n + 1] != ':')
			return 0;
		n += 2;
	}
	while (n < s.n && s.p[n] != ')') {
		size_t special = special_span(str_skip(s, n));

		if (special == 0)
			return 0;
		n += special;
	}
	return n < s.n ? n + 1 : 0;
}

static size_t
special_span(struct str s)
{
	switch (s.p[0]) {
	case '(':
		return group_span(s);
	case '[':
		return class_span(s);
	case '\\':
		if (s.n < 2 || is_digit(s.p[1]) ||
		    (is_letter(s.p[1]) && !is_known_escape(s.p[1])))
			return 0;
		return 2;
	default:
		return 1;
	}
}

static void
walk_one(struct walk *w)
{
	char c = w->rest.p[0];
	bool plain = false;

	switch (c) {
	case '|': case ')': case '*': case '+': case '?':
		w->lost = true;
		return;
	case '(': case '[': case '.': case '^': case '$':
		end_run(w);
		break;
	case '\\':
		plain = w->rest.n > 1 && !is_letter(w->rest.p[1]) &&
		    !is_digit(w->rest.p[1]);
		if (!plain)
			end_run(w);
		break;
	default:
		plain = true;
		break;
	}
	if (plain) {
		if (c == '\\')
			w->rest = str_skip(w->rest, 1);
		add_plain(w, w->rest.p[0]);
	} else {
		size_t n = special_span(w->rest);

		w->lost = n == 0;
		w->rest = str_skip(w->rest, n);
	}
	pass_quantifier(w, plain);
}

struct str
literal_required(struct buf *scratch, struct str pattern, bool fixed)
{
	struct walk w = { .rest = pattern, .scratch = scratch };

	buf_reset(scratch);
	if (fixed) {
		buf_add_str(scratch, pattern);
		w.rest = str_none();
	}
	while (w.rest.n > 0 && !w.lost)
		walk_one(&w);
	if (w.lost)
		return str_none();
	end_run(&w);
	if (w.best.n < LITERAL_MIN)
		return str_none();
	return str_make(scratch->p + w.best_at, w.best.n);
}

/* The words of print/line.c that no log has to have, beside kinds and verdicts. */
static const char *const our_words[] = {
	"too-many-from-ip", "sec.", "closed", NULL
};

static bool
is_in(const char *ours, struct str word)
{
	struct str text = str_from(ours);

	return str_find_nocase(text, word) < text.n;
}

/*
 * Digits, "4/30", "40>=40", "6>5", "-1.566": numbers are written anew, so that
 * "04/30" in a log is 4/30 here, and 1.5 is 1.500.
 */
static bool
may_be_number(struct str word)
{
	size_t signs = 0;

	if (word.p[0] == '-')
		word = str_skip(word, 1);
	for (size_t i = 0; i < word.n; i++) {
		if (is_digit(word.p[i]))
			continue;
		if (str_index(STR("/.>="), word.p[i]) == 4)
			return false;
		/* ">=" is one. */
		if (word.p[i] != '=' || i == 0 || word.p[i - 1] != '>')
			signs++;
	}
	/* Digits may end in zeros of ours; nothing else in them is new. */
	if (signs == 0)
		return word.p[word.n - 1] == '0';
	return signs == 1;
}

bool
literal_may_be_ours(struct str word)
{
	for (size_t i = 0; our_words[i]; i++)
		if (is_in(our_words[i], word))
			return true;
	for (int k = 0; k < EVENT_KINDS; k++)
		if (is_in(event_kind_name((enum event_kind)k), word))
			return true;
	for (int v = VERDICT_NONE; v <= VERDICT_DEFERRED; v++)
		if (is_in(verdict_name((enum verdict)v), word))
			return true;
	return may_be_number(word);
}
