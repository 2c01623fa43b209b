/*
 * num.h - numbers from text, checked; sums that do not wrap.
 *
 * Numbers in a log are written by strangers: each function says whether the
 * whole slice was a number in range, and none skips blanks or signs that it
 * does not name.
 */
#ifndef BASE_NUM_H
#define BASE_NUM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* Decimal digits only, at least one. */
bool num_u64(struct str s, uint64_t *value);
bool num_u32(struct str s, uint32_t *value);

/*
 * A decimal such as "-2.6", "+5", ".5", "12." as an integer of 10^-scale
 * units, so "-2.6" with scale 3 is -2600; further digits are cut off.
 */
bool num_decimal(struct str s, int scale, int64_t *value);

/*
 * How many bytes at the start of s have the form that num_decimal takes; 0
 * for none.  They may still be too many digits for it.
 */
size_t num_decimal_span(struct str s);

/* Sizes for options and configuration: "64M", "10k", "3G", "512" (binary, up to T). */
bool num_size(struct str s, uint64_t *bytes);

static inline uint64_t
num_add(uint64_t a, uint64_t b)
{
	uint64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

static inline int64_t
num_add_signed(int64_t a, int64_t b)
{
	int64_t sum;

	if (__builtin_add_overflow(a, b, &sum))
		return b < 0 ? INT64_MIN : INT64_MAX;
	return sum;
}

#endif
