/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What -i names: whether it is there and, of the kernel's own interfaces, how it
 * would be captured from and what of its settings spoils that. Those are asked with
 * ethtool's requests of this machine's kernel; what a driver doesn't answer is off.
 */
#include "probe/doctor_internal.h"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probe/kernel_interface.h"
#include "probe/machine.h"

#define REASON_SIZE 160

/* 'request' is one of ethtool's structs, its command filled in. */
static bool
ask(const char *name, void *request)
{
	struct ifreq r = { 0 };
	const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool answered;

	if (fd < 0)
		return false;
	(void)snprintf(r.ifr_name, sizeof(r.ifr_name), "%.15s", name);
	r.ifr_data = request;
	answered = ioctl(fd, SIOCETHTOOL, &r) == 0;
	(void)close(fd);
	return answered;
}

static uint32_t
ask_value(const char *name, uint32_t command)
{
	struct ethtool_value v = { .cmd = command };

	return ask(name, &v) ? v.data : 0;
}

/* AF_PACKET sees packets behind the place where the kernel joins them; AF_XDP before it. */
static void
check_settings(struct doctor *d, const char *name, bool xdp)
{
	struct ethtool_pauseparam pause = { .cmd = ETHTOOL_GPAUSEPARAM };
	const bool gro = !xdp && ask_value(name, ETHTOOL_GGRO) != 0;
	const bool lro = (ask_value(name, ETHTOOL_GFLAGS) & ETH_FLAG_LRO) != 0;
	const bool stops = ask(name, &pause) && pause.tx_pause != 0;

	if (gro || lro)
		doctor_say(d, VERDICT_WARNING, "offload",
		           "%s: puts packets together before they are seen, so that fewer and "
		           "longer ones are counted: ethtool -K %s%s%s",
		           name, name, gro ? " gro off" : "", lro ? " lro off" : "");
	if (stops)
		doctor_say(d, VERDICT_WARNING, "offload",
		           "%s: may stop the switch when it is full: ethtool -A %s tx off", name,
		           name);
	if (!gro && !lro && !stops)
		doctor_say(d, VERDICT_OK, "offload",
		           "%s: shows each packet as it came, stops no switch", name);
}

static void
check_kernel_interface(struct doctor *d, const char *name)
{
	const enum kernel_capture how = d->config->kernel_capture;
	char reason[REASON_SIZE] = "as configured";
	bool xdp = how == KERNEL_CAPTURE_XDP;

	if (how == KERNEL_CAPTURE_AUTO)
		xdp = kernel_interface_wants_xdp(name, reason, sizeof(reason));
	doctor_say(d, VERDICT_OK, "interface", "%s: is there; by %s (%s)", name,
	           xdp ? "AF_XDP" : "AF_PACKET", reason);
	check_settings(d, name, xdp);
}

static void
check_interface(struct doctor *d, const struct interface *in)
{
	const bool pci = in->kind == INTERFACE_PCI;

	/* a short address has no domain */
	if (!machine_access(d->root, F_OK, "%s/%s%s",
	                    pci ? "/sys/bus/pci/devices" : "/sys/class/net",
	                    pci && strlen(in->name) < 10 ? "0000:" : "", in->name))
		doctor_say(d, VERDICT_FAILED, "interface",
		           "%s: there is no such %s; nic-setup status lists what there is",
		           in->name, pci ? "PCI device" : "interface");
	else if (!pci && doctor_is_here(d))
		check_kernel_interface(d, in->name);
	else
		doctor_say(d, VERDICT_OK, "interface", "%s: is there", in->name);
}

void
doctor_check_interfaces(struct doctor *d, struct interface_list *list)
{
	char line[256];

	if (interface_list_read(list, &d->config->interfaces, line, sizeof(line)) < 0) {
		doctor_say(d, VERDICT_FAILED, "interface", "%s", line);
		interface_list_clear(list);
		return;
	}
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i].kind != INTERFACE_VDEV) /* DPDK makes it, or says why not */
			check_interface(d, &list->v[i]);
	if (list->n == 0)
		doctor_list_bound(d, list);
	if (list->groups == 0)
		list->groups = 1;
}
