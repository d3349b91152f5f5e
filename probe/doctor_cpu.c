/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * CPUs and the clock. Their features are the kernel's words for them.
 */
#include "probe/doctor_internal.h"

#include <errno.h>
#include <string.h>
#include <sys/timex.h>

#include "probe/machine.h"

#define CPUS "/sys/devices/system/cpu"
#define CLOCK_SOURCE "/sys/devices/system/clocksource/clocksource0/current_clocksource"

static void
check_x86(struct doctor *d, const char *flags)
{
	char source[32];

	if (!machine_has_word(flags, "sse4_2"))
		doctor_say(d, VERDICT_FAILED, "cpu",
		           "has no SSE4.2, which DPDK needs; in a guest: give it the host's CPU "
		           "model");
	else if (!machine_has_word(flags, "avx2"))
		doctor_say(d, VERDICT_WARNING, "cpu",
		           "has SSE4.2, no AVX2: slower; in a guest: give it the host's CPU model");
	else
		doctor_say(d, VERDICT_OK, "cpu", "SSE4.2, AVX2%s",
		           machine_has_word(flags, "avx512f") ? ", AVX-512" : "");

	(void)machine_text(d->root, source, sizeof(source), CLOCK_SOURCE);
	if (!machine_has_word(flags, "constant_tsc") || !machine_has_word(flags, "nonstop_tsc"))
		doctor_say(d, VERDICT_WARNING, "tsc",
		           "changes with the clock speed or stops in sleep: packet times can be "
		           "off; in a guest: let the host pass an invariant TSC through");
	else if (source[0] != '\0' && strcmp(source, "tsc") != 0)
		doctor_say(d, VERDICT_WARNING, "tsc",
		           "constant, but the kernel goes by %s: each look at the clock is slower; "
		           "the kernel log (dmesg) says what it has against the TSC",
		           source);
	else
		doctor_say(d, VERDICT_OK, "tsc", "constant, never stops");
}

void
doctor_check_features(struct doctor *d)
{
	char flags[8192];

	if (machine_field(d->root, "flags", flags, sizeof(flags), "/proc/cpuinfo") == 0)
		check_x86(d, flags);
	else if (machine_field(d->root, "Features", flags, sizeof(flags), "/proc/cpuinfo") == 0)
		doctor_say(d, machine_has_word(flags, "crc32") ? VERDICT_OK : VERDICT_FAILED, "cpu",
		           "ARM with%s CRC instructions%s",
		           machine_has_word(flags, "crc32") ? "" : "out",
		           machine_has_word(flags, "crc32") ? "" : ", which DPDK needs");
	else
		doctor_say(d, VERDICT_WARNING, "cpu",
		           "/proc/cpuinfo names no features: is /proc mounted?");
}

/* The governors of all CPUs; the first that isn't "performance" is what counts. */
struct governors {
	const struct doctor *d;
	unsigned cpus, slow;
	char name[32];
};

static void
governor_see(void *arg, const char *cpu)
{
	struct governors *g = arg;
	char name[32];

	if (strncmp(cpu, "cpu", 3) != 0 ||
	    machine_text(g->d->root, name, sizeof(name), CPUS "/%s/cpufreq/scaling_governor", cpu) <
	            0)
		return;
	g->cpus++;
	if (strcmp(name, "performance") != 0 && g->slow++ == 0)
		memcpy(g->name, name, sizeof(name));
}

void
doctor_check_speed(struct doctor *d)
{
	struct governors g = { .d = d };

	(void)machine_each(d->root, governor_see, &g, CPUS);
	if (g.cpus == 0)
		doctor_say(
		        d, VERDICT_OK, "governor",
		        "the kernel doesn't set the clock speed here (a guest, or firmware does)");
	else if (g.slow != 0)
		doctor_say(d, VERDICT_WARNING, "governor",
		           "%s on %u of %u CPUs: packets wait while the clock speeds up; cpupower "
		           "frequency-set -g performance",
		           g.name, g.slow, g.cpus);
	else
		doctor_say(d, VERDICT_OK, "governor", "performance on all %u CPUs", g.cpus);
}

void
doctor_check_isolation(struct doctor *d)
{
	char cpus[256];

	(void)machine_text(d->root, cpus, sizeof(cpus), CPUS "/isolated");
	if (cpus[0] != '\0')
		doctor_say(d, VERDICT_OK, "isolation", "CPUs %s are kept from other programs",
		           cpus);
	else
		doctor_say(
		        d, VERDICT_WARNING, "isolation",
		        "workers share their CPUs with other programs; nic-setup advise says how "
		        "to isolate some");
}

void
doctor_judge_clock(struct doctor *d, const struct timex *t, int state)
{
	const long us = t->status & STA_NANO ? t->offset / 1000 : t->offset;

	if (state < 0)
		doctor_say(d, VERDICT_WARNING, "clock", "adjtimex: %s", strerror(errno));
	else if (state == TIME_ERROR || t->status & STA_UNSYNC)
		doctor_say(d, VERDICT_WARNING, "clock",
		           "nobody keeps it right: times in records can be off; run chrony (with "
		           "rtcsync) or another NTP or PTP client");
	else
		doctor_say(d, VERDICT_OK, "clock",
		           "synchronised; offset %ld us, at most %ld us off", us, t->maxerror);
}

void
doctor_check_clock(struct doctor *d)
{
	struct timex t = { .modes = 0 };

	if (doctor_is_here(d)) {
		const int state = adjtimex(&t);

		doctor_judge_clock(d, &t, state);
	}
}
