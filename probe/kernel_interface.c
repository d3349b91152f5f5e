/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From sysfs and getifaddrs(3).
 */
#include "probe/kernel_interface.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ring/log.h"

#define QUEUES_MAX 64

uint16_t
kernel_interface_queues(const char *name)
{
	char path[96];
	uint16_t n = 0;
	DIR *d;

	snprintf(path, sizeof(path), "/sys/class/net/%s/queues", name);
	d = opendir(path);
	for (const struct dirent *e; d != NULL && (e = readdir(d)) != NULL;)
		n = (uint16_t)(n + (strncmp(e->d_name, "rx-", 3) == 0));
	if (d != NULL)
		closedir(d);
	if (n == 0)
		return 1;
	return n < QUEUES_MAX ? n : QUEUES_MAX;
}

static bool
is_ethernet(const char *name)
{
	char path[96];
	unsigned type = 0;
	FILE *f;
	int n = 0;

	snprintf(path, sizeof(path), "/sys/class/net/%s/type", name);
	f = fopen(path, "re");
	if (f != NULL) {
		n = fscanf(f, "%5u", &type); /* NOLINT(cert-err34-c): of the kernel's making */
		fclose(f);
	}
	return n == 1 && type == ARPHRD_ETHER;
}

static bool
is_routable(const struct sockaddr *a)
{
	struct sockaddr_in6 six;

	if (a == NULL)
		return false;
	if (a->sa_family != AF_INET6)
		return a->sa_family == AF_INET;
	memcpy(&six, a, sizeof(six));
	return !IN6_IS_ADDR_LINKLOCAL(&six.sin6_addr);
}

static bool
has_address(const char *name)
{
	struct ifaddrs *found = NULL;
	bool has = false;

	if (getifaddrs(&found) < 0)
		return true; /* who knows */
	for (const struct ifaddrs *i = found; i != NULL; i = i->ifa_next)
		has |= strcmp(i->ifa_name, name) == 0 && is_routable(i->ifa_addr);
	freeifaddrs(found);
	return has;
}

bool
kernel_interface_wants_xdp(const char *name, char *reason, size_t reason_size)
{
	bool wants = false;

	if (geteuid() != 0)
		snprintf(reason, reason_size, "AF_XDP needs root");
	else if (!is_ethernet(name))
		snprintf(reason, reason_size, "it is not Ethernet");
	else if (has_address(name))
		snprintf(reason, reason_size,
		         "it has an address: AF_XDP would take its traffic from this machine; "
		         "--kernel-capture xdp if that is wanted");
	else
		wants = true;
	if (wants)
		snprintf(reason, reason_size, "it has no address of its own");
	return wants;
}

/* By a socket, not by sysfs, which is not there in a jail. */
unsigned
kernel_interface_find(const char *name, bool *running)
{
	const short up = IFF_UP | IFF_RUNNING;
	struct ifreq request = { 0 };
	unsigned index = 0;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	*running = false;
	if (fd < 0)
		return 0;
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (ioctl(fd, SIOCGIFFLAGS, &request) == 0)
		*running = (request.ifr_flags & up) == up;
	if (ioctl(fd, SIOCGIFINDEX, &request) == 0)
		index = (unsigned)request.ifr_ifindex;
	close(fd);
	return index;
}

/* Both libraries come with DPDK's AF_XDP driver, or not at all. */
typedef int print_function(int level, const char *format, va_list);
extern print_function *libbpf_set_print(print_function *) __attribute__((weak));
extern print_function *libxdp_set_print(print_function *) __attribute__((weak));

static int __attribute__((format(printf, 2, 0)))
print_to_log(int level, const char *format, va_list list)
{
	char line[256];
	int n = vsnprintf(line, sizeof(line), format, list);

	(void)level;
	if (n > 0)
		log_line(LOG_LEVEL_DEBUG, "%.*s", (int)strcspn(line, "\n"), line);
	return n;
}

void
kernel_interface_quiet(void)
{
	if (libbpf_set_print != NULL)
		libbpf_set_print(print_to_log);
	if (libxdp_set_print != NULL)
		libxdp_set_print(print_to_log);
}
