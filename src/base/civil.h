/*
 * civil.h - the calendar: dates and times of day without a zone.
 *
 * The calendar is the proleptic Gregorian one of ISO 8601: its rules hold
 * for all years, those before 1582 too, and there is a year 0.
 */
#ifndef BASE_CIVIL_H
#define BASE_CIVIL_H

#include <stdbool.h>
#include <stdint.h>

/* A date and time of day without a zone. */
struct civil {
	int64_t year;
	int month; /* 1 to 12 */
	int day;   /* 1 to 31 */
	int hour;
	int minute;
	int second;  /* 0 to 60: a leap second counts as the next second */
	int weekday; /* 0 is Monday; filled by civil_from_s, ignored otherwise */
};

/*
 * Seconds between 1970-01-01 00:00:00 and c, both in the same zone; beyond
 * int64_t the nearest end.  Day and time of day may be out of range and are
 * carried over: day 0 is the last day of the month before.  The month may not.
 */
int64_t civil_to_s(const struct civil *c);
struct civil civil_from_s(int64_t s);
/* Is there such a date and time of day? */
bool civil_valid(const struct civil *c);
bool civil_leap_year(int64_t year);
/* 28 to 31; month is 1 to 12. */
int civil_month_days(int64_t year, int month);

#endif
