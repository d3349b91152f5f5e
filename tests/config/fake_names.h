/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Takes the place of the resolver and of the host's name in the program that
 * includes it (once), so that no test asks a name server.
 *
 *	probe.example    192.0.2.7
 *	anything else    unknown
 */
#ifndef PANOPTES_TESTS_CONFIG_FAKE_NAMES_H
#define PANOPTES_TESTS_CONFIG_FAKE_NAMES_H

#include <netdb.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *fake_host_name = "probe.example";
static struct sockaddr_in fake_address;
static struct addrinfo fake_info;

int
getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
            struct addrinfo **found)
{
	(void)service;
	(void)hints;
	if (strcmp(name, "probe.example") != 0)
		return EAI_NONAME;
	fake_address.sin_family = AF_INET;
	fake_address.sin_addr.s_addr = htonl(UINT32_C(0xc0000207));
	fake_info.ai_family = AF_INET;
	fake_info.ai_addrlen = sizeof(fake_address);
	fake_info.ai_addr = (struct sockaddr *)&fake_address;
	*found = &fake_info;
	return 0;
}

void
freeaddrinfo(struct addrinfo *found)
{
	(void)found;
}

int
gethostname(char *name, size_t size)
{
	snprintf(name, size, "%s", fake_host_name);
	return 0;
}

#endif
