/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the capture formats share.
 */
#include "lcore/capture_format.h"

#include <stdarg.h>
#include <stdio.h>

#include <pcap/dlt.h>

/* Where a file's number (tcpdump.org's LINKTYPE_ list) is not this system's DLT_ number. */
uint16_t
capture_link_type(uint32_t file_link_type)
{
	switch (file_link_type) {
	case 12:
	case 14:
	case 101:
		return DLT_RAW;
	case 100:
		return DLT_ATM_RFC1483;
	case 102:
		return DLT_SLIP_BSDOS;
	case 103:
		return DLT_PPP_BSDOS;
	case 106:
		return DLT_ATM_CLIP;
	default:
		return file_link_type > UINT16_MAX ? UINT16_MAX : (uint16_t)file_link_type;
	}
}

enum capture_step
capture_damaged(struct capture_parser *p, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(p->problem, sizeof(p->problem), format, args);
	va_end(args);
	return CAPTURE_DAMAGED;
}
