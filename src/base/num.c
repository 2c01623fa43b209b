/* num.c - numbers from text, checked. */
#include "base/num.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* value * 10 + the digit c; false if that does not fit. */
static bool
append_digit(uint64_t *value, char c)
{
	return !__builtin_mul_overflow(*value, UINT64_C(10), value) &&
	    !__builtin_add_overflow(*value, (uint64_t)(c - '0'), value);
}

bool
num_u64(struct str s, uint64_t *value)
{
	uint64_t sum = 0;

	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!is_digit(s.p[i]) || !append_digit(&sum, s.p[i]))
			return false;
	}
	*value = sum;
	return true;
}

bool
num_u32(struct str s, uint32_t *value)
{
	uint64_t wide;

	if (!num_u64(s, &wide) || wide > UINT32_MAX)
		return false;
	*value = (uint32_t)wide;
	return true;
}

static size_t
digits_span(struct str s, size_t from)
{
	size_t i = from;

	while (i < s.n && is_digit(s.p[i]))
		i++;
	return i - from;
}

size_t
num_decimal_span(struct str s)
{
	size_t i = 0, whole, fraction = 0;

	if (i < s.n && (s.p[i] == '+' || s.p[i] == '-'))
		i++;
	whole = digits_span(s, i);
	i += whole;
	if (i < s.n && s.p[i] == '.') {
		fraction = digits_span(s, i + 1);
		i += 1 + fraction;
	}
	return whole + fraction > 0 ? i : 0;
}

/* The same of few characters, which cannot be too large. */
static void
short_magnitude(struct str s, int scale, uint64_t *magnitude)
{
	uint64_t sum = 0;
	size_t i = 0;

	while (i < s.n && s.p[i] != '.')
		sum = sum * 10 + (uint64_t)(s.p[i++] - '0');
	for (i++; scale > 0; scale--, i++)
		sum = sum * 10 + (i < s.n ? (uint64_t)(s.p[i] - '0') : 0);
	*magnitude = sum;
}

/* Digits, a point perhaps, digits: as units of 10^-scale. */
static bool
scaled_magnitude(struct str s, int scale, uint64_t *magnitude)
{
	size_t point;
	size_t fraction;

	if (s.n + (size_t)scale <= 18) {
		short_magnitude(s, scale, magnitude);
		return true;
	}
	point = str_index(s, '.');
	fraction = point + 1;
	*magnitude = 0;
	for (size_t i = 0; i < point; i++) {
		if (!append_digit(magnitude, s.p[i]))
			return false;
	}
	for (size_t i = 0; i < (size_t)scale; i++) {
		char c = fraction + i < s.n ? s.p[fraction + i] : '0';

		if (!append_digit(magnitude, c))
			return false;
	}
	return true;
}

bool
num_decimal(struct str s, int scale, int64_t *value)
{
	uint64_t magnitude, limit = INT64_MAX;
	bool negative;

	if (s.n == 0 || num_decimal_span(s) != s.n)
		return false;
	negative = s.p[0] == '-';
	if (negative)
		limit++;
	if (negative || s.p[0] == '+')
		s = str_skip(s, 1);
	if (!scaled_magnitude(s, scale, &magnitude) || magnitude > limit)
		return false;
	/* Negated before the conversion: INT64_MIN has no positive twin. */
	*value = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
	return true;
}

static int
size_shift(char unit)
{
	switch (unit) {
	case 'k':
	case 'K':
		return 10;
	case 'm':
	case 'M':
		return 20;
	case 'g':
	case 'G':
		return 30;
	case 't':
	case 'T':
		return 40;
	default:
		return 0;
	}
}

bool
num_size(struct str s, uint64_t *bytes)
{
	uint64_t value;
	int shift = s.n > 0 ? size_shift(s.p[s.n - 1]) : 0;

	if (shift > 0)
		s.n--;
	if (!num_u64(s, &value) || value > UINT64_MAX >> shift)
		return false;
	*bytes = value << shift;
	return true;
}
