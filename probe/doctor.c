/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The order is that of a remedy: what a later check needs is checked before it.
 */
#include "probe/doctor.h"

#include <stdarg.h>

#include "probe/doctor_internal.h"
#include "probe/eal.h"
#include "probe/placement.h"
#include "ring/log.h"

#define LINE_MAX_BYTES 512

void
doctor_say(struct doctor *d, enum verdict verdict, const char *topic, const char *format, ...)
{
	static const char *const words[VERDICTS] = { "ok", "warning", "FAILED" };
	va_list args;

	d->verdicts[verdict]++;
	fprintf(d->out, "%-8s %-10s ", words[verdict], topic);
	va_start(args, format);
	vfprintf(d->out, format, args);
	va_end(args);
	fputc('\n', d->out);
}

/* Huge pages where they are wanted, or where there are enough: as the probe takes them. */
static void
check_eal(struct doctor *d, const struct interface_list *live)
{
	const uint64_t bytes = doctor_port_memory();
	struct eal_plan plan = { .extra = d->config->eal, .live = live, .memory_bytes = bytes };
	struct placement placement;
	char line[LINE_MAX_BYTES];

	if (placement_init(&placement, d->config, live->n != 0 ? live : NULL, line, sizeof(line)) <
	    0) {
		doctor_say(d, VERDICT_FAILED, "cpus", "%s", line);
		return;
	}
	plan.lcores = placement.lcores_at;
	plan.huge = d->config->huge == HUGE_YES ||
	            (d->config->huge == HUGE_AUTO && eal_huge_free() > bytes + bytes / 4);
	log_set_level(LOG_LEVEL_ERROR); /* what the probe would tell is told here */
	if (eal_start(&plan, line, sizeof(line)) < 0) {
		doctor_say(d, VERDICT_FAILED, "dpdk", "%s", line);
		return;
	}
	doctor_say(d, VERDICT_OK, "dpdk", "its environment starts, %s huge pages",
	           plan.huge ? "with" : "without");
	doctor_check_ports(d, live);
	eal_stop();
}

int
doctor_run(const struct config *config, const char *root, FILE *out)
{
	struct doctor d = { .config = config, .root = root != NULL ? root : "", .out = out };
	struct interface_list live;

	doctor_check_features(&d);
	doctor_check_speed(&d);
	doctor_check_isolation(&d);
	doctor_check_clock(&d);
	doctor_check_nodes(&d);
	doctor_check_hugepages(&d);
	doctor_check_rights(&d);
	doctor_check_iommu(&d);
	doctor_check_devices(&d);
	doctor_check_interfaces(&d, &live);
	doctor_check_rss(&d);
	if (doctor_is_here(&d))
		check_eal(&d, &live);
	interface_list_clear(&live);
	fprintf(out, "%u ok, %u warnings, %u FAILED\n", d.verdicts[VERDICT_OK],
	        d.verdicts[VERDICT_WARNING], d.verdicts[VERDICT_FAILED]);
	return d.verdicts[VERDICT_FAILED] != 0;
}
