/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One row an element: how its bytes are to be read, and where the value goes. A
 * value that several elements can give goes to one place.
 */
#include "lcore/import/fields.h"

#include <stddef.h>
#include <string.h>

#define NTP_EPOCH_S UINT64_C(2208988800) /* from 1900 to 1970 */
#define NS_PER_S UINT64_C(1000000000)
#define NS_PER_MS UINT64_C(1000000)

enum form {
	NUMBER,
	BYTES,  /* exactly as many as the place has */
	TIME_S, /* since 1970 */
	TIME_MS,
	TIME_NTP, /* seconds since 1900 and a fraction (RFC 7011, 6.1.9 and 6.1.10) */
};

struct row {
	uint16_t element;
	uint8_t form;
	uint8_t size;         /* of BYTES */
	uint16_t at, back_at; /* in struct import_values; back_at 0: none */
	uint16_t has_at;      /* a bool; 0: none */
};

#define AT(field) offsetof(struct import_values, field)
#define N(element, field)                           \
	{                                           \
		element, NUMBER, 0, AT(field), 0, 0 \
	}
#define N2(element, field)                                                     \
	{                                                                      \
		element, NUMBER, 0, AT(field), AT(field) + sizeof(uint64_t), 0 \
	}
#define NH(element, field, has)                           \
	{                                                 \
		element, NUMBER, 0, AT(field), 0, AT(has) \
	}
#define B(element, field, size, has)                        \
	{                                                   \
		element, BYTES, size, AT(field), 0, AT(has) \
	}
#define T(element, form, field)                   \
	{                                         \
		element, form, 0, AT(field), 0, 0 \
	}

/* By element; the first row is nobody's. */
static const struct row rows[] = {
	{ 0, NUMBER, 0, 0, 0, 0 },
	N2(1, bytes),
	N2(2, packets),
	N(4, proto),
	N2(5, tos),
	N2(6, tcp_flags),
	N(7, src_port),
	B(8, src4, 4, has_ip4),
	N(11, dst_port),
	B(12, dst4, 4, has_ip4),
	NH(21, last_up_ms, has_uptime),
	NH(22, first_up_ms, has_uptime),
	N(23, out_bytes),
	N(24, out_packets),
	B(27, src6, 16, has_ip6),
	B(28, dst6, 16, has_ip6),
	NH(32, icmp, has_icmp),
	N(34, interval),
	NH(48, sampler, has_sampler),
	N(50, random_interval),
	N(52, ttl),
	B(56, src_mac, 6, has_mac),
	NH(58, vlan, has_vlan),
	N(60, ip_version),
	NH(70, mpls, has_mpls),
	B(80, dst_mac, 6, has_mac),
	N2(85, bytes),
	N2(86, packets),
	NH(139, icmp, has_icmp),
	T(150, TIME_S, first_ns),
	T(151, TIME_S, last_ns),
	T(152, TIME_MS, first_ns),
	T(153, TIME_MS, last_ns),
	T(154, TIME_NTP, first_ns),
	T(155, TIME_NTP, last_ns),
	T(156, TIME_NTP, first_ns),
	T(157, TIME_NTP, last_ns),
	NH(158, first_ago_us, has_ago),
	NH(159, last_ago_us, has_ago),
	N(160, boot_ms),
	NH(176, icmp_type, has_icmp),
	NH(177, icmp_code, has_icmp),
	NH(178, icmp_type, has_icmp),
	NH(179, icmp_code, has_icmp),
	N(180, src_port),
	N(181, dst_port),
	N(182, src_port),
	N(183, dst_port),
	N(192, ttl),
	N(231, bytes[0]),
	N(232, bytes[1]),
	N(298, packets[0]),
	N(299, packets[1]),
	NH(302, sampler, has_sampler),
	N(305, sampled),
	N(306, skipped),
};

uint8_t
field_row(uint16_t element)
{
	unsigned low = 1, high = sizeof(rows) / sizeof(rows[0]);

	while (low < high) {
		const unsigned middle = (low + high) / 2;

		if (rows[middle].element == element)
			return (uint8_t)middle;
		if (rows[middle].element < element)
			low = middle + 1;
		else
			high = middle;
	}
	return FIELD_UNKNOWN;
}

static uint64_t
number_of(const uint8_t *bytes, uint32_t length)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < length; i++)
		n = n << 8 | bytes[i];
	return n;
}

/* Nonsense beyond the range of nanoseconds becomes the end of it. */
static uint64_t
times(uint64_t n, uint64_t by)
{
	uint64_t product;

	return __builtin_mul_overflow(n, by, &product) ? UINT64_MAX : product;
}

static uint64_t
time_ns(enum form form, uint64_t n)
{
	if (form == TIME_S)
		return times(n, NS_PER_S);
	if (form == TIME_MS)
		return times(n, NS_PER_MS);
	if (n >> 32 < NTP_EPOCH_S)
		return 0;
	return ((n >> 32) - NTP_EPOCH_S) * NS_PER_S + ((n & UINT32_MAX) * NS_PER_S >> 32);
}

void
field_take(struct import_values *v, uint8_t row, bool reverse, const uint8_t *bytes,
           uint32_t length)
{
	const struct row *r = &rows[row];
	const uint16_t at = reverse ? r->back_at : r->at;
	char *base = (char *)v;
	uint64_t n;

	if (row == FIELD_UNKNOWN || (reverse && r->back_at == 0) || length == 0 ||
	    (r->form == BYTES ? length != r->size : length > sizeof(n)))
		return;
	if (r->form == BYTES) {
		memcpy(base + at, bytes, length);
	} else {
		n = number_of(bytes, length);
		if (r->form != NUMBER)
			n = time_ns((enum form)r->form, n);
		memcpy(base + at, &n, sizeof(n));
	}
	if (r->has_at != 0)
		*(bool *)(base + r->has_at) = true;
}
