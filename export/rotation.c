/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A period is a number: seconds that the local clock shows, cut down to whole
 * periods. Where that clock is set back, the number does not go back; where it is
 * set forward, periods are skipped. Clocks are set at whole quarters of an hour,
 * so that is how far ahead an answer holds.
 */
#include "export/rotation.h"

#include <errno.h>

#define NS_PER_S 1000000000u
#define CLOCK_SET_S 900

void
rotation_init(struct rotation *r, uint32_t period_s)
{
	tzset(); /* localtime_r need not */
	*r = (struct rotation){
		.period_s = period_s,
		.begin_s = INT64_MIN,
		.look_ns = period_s != 0 ? 0 : UINT64_MAX,
	};
}

bool
rotation_moves(struct rotation *r, uint64_t now_ns)
{
	const int64_t period_s = r->period_s;
	const time_t now_s = (time_t)(now_ns / NS_PER_S);
	const time_t set_s = (now_s / CLOCK_SET_S + 1) * CLOCK_SET_S;
	int64_t face_s, begin_s, look_s;
	time_t begin;
	struct tm now;

	if (localtime_r(&now_s, &now) == NULL)
		return false;
	face_s = now_s + now.tm_gmtoff;
	begin_s = face_s - face_s % period_s - (face_s % period_s < 0 ? period_s : 0);
	look_s = begin_s + period_s - now.tm_gmtoff;
	r->look_ns = (uint64_t)(look_s < set_s ? look_s : set_s) * NS_PER_S;
	if (begin_s <= r->begin_s)
		return false;
	begin = (time_t)begin_s;
	if (gmtime_r(&begin, &r->local) == NULL)
		return false;
	r->begin_s = begin_s;
	r->local.tm_isdst = now.tm_isdst;
	r->local.tm_gmtoff = now.tm_gmtoff;
	r->local.tm_zone = now.tm_zone;
	return true;
}

int
rotation_name(const struct rotation *r, const char *pattern, char *name, size_t size)
{
	/* 0 is also what an empty name gives, which no pattern with more than a conversion does */
	return strftime(name, size, pattern, &r->local) != 0 ? 0 : -ENAMETOOLONG;
}
