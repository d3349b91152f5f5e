/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Answers of /panoptes/apps and /panoptes/rules. EAL's telemetry thread.
 */
#ifndef PANOPTES_PROBE_TELEMETRY_APPS_H
#define PANOPTES_PROBE_TELEMETRY_APPS_H

#include <rte_telemetry.h>

#include "lcore/apps/apps.h"

/* Into a dictionary. */
void telemetry_applications(const struct apps *, struct rte_tel_data *);
void telemetry_rules(const struct apps *, struct rte_tel_data *);

#endif
