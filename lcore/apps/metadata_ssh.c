/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SSH's identification strings (RFC 4253, 4.2): each side's first line that begins
 * with "SSH-".
 */
#include <string.h>

#include "lcore/apps/metadata_internal.h"

void
metadata_ssh(const struct reading *r)
{
	const char *text = (const char *)r->payload->data;
	const size_t size = r->payload->len < 255 ? r->payload->len : 255;
	size_t len = 0;

	if (size < 4 || memcmp(text, "SSH-", 4) != 0)
		return;
	while (len < size && text[len] != '\r' && text[len] != '\n')
		len++;
	if (r->payload->client)
		reading_add(r, METADATA_SSH, "ssh", text, len);
	else
		reading_add(r, METADATA_SSHD, "sshd", text, len);
	reading_end(r);
}
