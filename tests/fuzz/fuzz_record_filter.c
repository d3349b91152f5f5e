/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Any text as a filter of records, asked of any record. Input: a record, cut or
 * filled with zeros, behind the text, which a NUL ends. Names are not looked up
 * in the network: texts with letters that no number has stay as they are, but
 * host names fail at once without a resolver.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "export/argus/dsr.h"
#include "export/filter/record_filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
struct addrinfo;
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **list);

/* Stands in for the resolver: nobody has a name. */
int
getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
            struct addrinfo **list)
{
	(void)node;
	(void)service;
	(void)hints;
	(void)list;
	return -2;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct far_options options = { .app_bytes = true, .mac = true };
	const uint8_t *end = memchr(data, '\0', size);
	const size_t text_size = end != NULL ? (size_t)(end - data) : size;
	struct flow_record record = { 0 };
	struct flow_jitter_report jitter = { 0 };
	struct far_input in = { .options = &options, .record = &record, .jitter = &jitter };
	char error[64] = "";
	char *text = malloc(text_size + 1);
	struct record_filter *f;

	if (text == NULL)
		return 0;
	memcpy(text, data, text_size);
	text[text_size] = '\0';
	if (end != NULL && size - text_size - 1 <= sizeof(record))
		memcpy(&record, end + 1, size - text_size - 1);
	f = record_filter_compile(text, error, sizeof(error));
	if (f != NULL)
		(void)record_filter_match(f, &in);
	else if (error[0] == '\0')
		abort(); /* refused without a word */
	record_filter_free(f);
	free(text);
	return 0;
}
