/* civil.c - the days of the Gregorian calendar, counted. */
#include "base/civil.h"

#include <assert.h>

#include "base/num.h"

#define DAY_S INT64_C(86400)

/*
 * No int64_t of seconds reaches the year 3e11, and up to there the number of
 * days is far from overflowing.
 */
#define YEAR_MAX INT64_C(300000000000)

/* The calendar repeats after 400 years, which are as many days. */
#define ERA_YEARS 400
#define ERA_DAYS INT64_C(146097)
/* From 0000-03-01 to 1970-01-01. */
#define EPOCH_DAYS INT64_C(719468)

static int64_t
divide_down(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

bool
civil_leap_year(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int
civil_month_days(int64_t year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };

	assert(month >= 1 && month <= 12);
	return days[month - 1] + (month == 2 && civil_leap_year(year));
}

/*
 * Both directions follow Howard Hinnant, "chrono-Compatible Low-Level Date
 * Algorithms": the year begins in March, so that the leap day is its last and
 * the first day of month m (0 is March) is day (153 * m + 2) / 5 of the year.
 */
static int64_t
days_from_date(int64_t year, int month, int day)
{
	int64_t m = month > 2 ? month - 3 : month + 9;
	int64_t y = month > 2 ? year : year - 1;
	int64_t era = divide_down(y, ERA_YEARS);
	int64_t year_of_era = y - era * ERA_YEARS;
	int64_t day_of_year = (153 * m + 2) / 5 + day - 1;

	return era * ERA_DAYS + year_of_era * 365 + year_of_era / 4 -
	    year_of_era / 100 + day_of_year - EPOCH_DAYS;
}

static void
date_from_days(int64_t days, struct civil *c)
{
	int64_t since_march = days + EPOCH_DAYS;
	int64_t era = divide_down(since_march, ERA_DAYS);
	int64_t day_of_era = since_march - era * ERA_DAYS;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 +
	    day_of_era / 36524 - day_of_era / (ERA_DAYS - 1)) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era +
	    year_of_era / 4 - year_of_era / 100);
	int64_t m = (5 * day_of_year + 2) / 153;

	c->day = (int)(day_of_year - (153 * m + 2) / 5 + 1);
	c->month = (int)(m < 10 ? m + 3 : m - 9);
	c->year = era * ERA_YEARS + year_of_era + (c->month <= 2);
}

int64_t
civil_to_s(const struct civil *c)
{
	int64_t days, rest;

	assert(c->month >= 1 && c->month <= 12);
	if (c->year > YEAR_MAX)
		return INT64_MAX;
	if (c->year < -YEAR_MAX)
		return INT64_MIN;
	days = days_from_date(c->year, c->month, c->day);
	rest = c->hour * INT64_C(3600) + c->minute * INT64_C(60) + c->second;
	/* The first representable day is not whole: reckon back from its end. */
	if (days < 0) {
		days++;
		rest -= DAY_S;
	}
	if (__builtin_mul_overflow(days, DAY_S, &days))
		return c->year < 0 ? INT64_MIN : INT64_MAX;
	return num_add_signed(days, rest);
}

struct civil
civil_from_s(int64_t s)
{
	int64_t days = divide_down(s, DAY_S);
	int rest = (int)(s % DAY_S + (s % DAY_S < 0 ? DAY_S : 0));
	struct civil c = {
		.hour = rest / 3600,
		.minute = rest / 60 % 60,
		.second = rest % 60,
		/* 1970-01-01 was a Thursday. */
		.weekday = (int)((days % 7 + 7 + 3) % 7)
	};

	date_from_days(days, &c);
	return c;
}

bool
civil_valid(const struct civil *c)
{
	return c->month >= 1 && c->month <= 12 && c->day >= 1 &&
	    c->day <= civil_month_days(c->year, c->month) && c->hour >= 0 &&
	    c->hour <= 23 && c->minute >= 0 && c->minute <= 59 &&
	    c->second >= 0 && c->second <= 60;
}
