/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SSH's identification strings (RFC 4253, 4.2): each side's first line that begins
 * with "SSH-". A server may send other lines before it.
 */
#include <string.h>

#include "lcore/apps/metadata_internal.h"

#define LINE_MAX_SIZE 255 /* with its end */
#define LINES_MAX 32

enum parsed
metadata_ssh(const struct reading *r, struct bytes b)
{
	for (unsigned i = 0; i < LINES_MAX && b.left != 0; i++) {
		const char *line = (const char *)b.at;
		const size_t size = b.left < LINE_MAX_SIZE ? b.left : LINE_MAX_SIZE;
		const char *end = memchr(line, '\n', size);
		size_t len;

		if (end == NULL)
			return size < LINE_MAX_SIZE ? PARSED_MORE : PARSED_DONE;
		len = (size_t)(end - line);
		(void)bytes_take(&b, len + 1);
		if (len != 0 && line[len - 1] == '\r')
			len--;
		if (len < 4 || memcmp(line, "SSH-", 4) != 0)
			continue;
		if (r->payload->client)
			reading_add(r, METADATA_SSH, "ssh", line, len);
		else
			reading_add(r, METADATA_SSHD, "sshd", line, len);
		return PARSED_DONE;
	}
	return b.left == 0 ? PARSED_MORE : PARSED_DONE;
}
