#include "print/words.h"

#include "base/buf.h"
#include "base/when.h"

void
words_number(struct buf *b, int64_t n)
{
	char digits[24];
	size_t at = sizeof(digits);
	uint64_t left = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;

	do
		digits[--at] = (char)('0' + left % 10);
	while ((left /= 10) > 0);
	if (n < 0)
		digits[--at] = '-';
	buf_add(b, digits + at, sizeof(digits) - at);
}

void
words_seconds(struct buf *b, int64_t duration_ns)
{
	uint64_t ns = duration_ns < 0 ? 0 - (uint64_t)duration_ns
				      : (uint64_t)duration_ns;
	uint64_t fraction = ns % (uint64_t)WHEN_SECOND;
	char digits[9];
	size_t n = sizeof(digits);

	for (size_t i = n; i-- > 0; fraction /= 10)
		digits[i] = (char)('0' + fraction % 10);
	while (n > 3 && digits[n - 1] == '0')
		n--;
	if (duration_ns < 0)
		buf_add_char(b, '-');
	words_number(b, (int64_t)(ns / (uint64_t)WHEN_SECOND));
	buf_add_char(b, '.');
	buf_add(b, digits, n);
}

void
words_or_dash(struct buf *b, struct str s)
{
	if (s.n > 0)
		buf_add_str(b, s);
	else
		buf_add_char(b, '-');
}

void
words_behind(struct buf *b, struct str s)
{
	if (s.n == 0)
		return;
	buf_add_char(b, ' ');
	buf_add_str(b, s);
}
