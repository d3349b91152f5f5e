/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How a database's patterns are parted into groups, and each group compiled. Internal
 * to database.c; main lcore.
 */
#ifndef PANOPTES_LCORE_APPS_DATABASE_GROUP_H
#define PANOPTES_LCORE_APPS_DATABASE_GROUP_H

#include <stdio.h>

#include "lcore/apps/database.h"

/* Makes all groups of the set's patterns, and finds each port its own. 0, -ENOMEM, or -ENOSPC. */
int database_group_all(struct database *, const struct rule_set *);

/* What the group would be compiled of, as text. */
void database_group_describe(const struct database_group *, const struct rule_set *, FILE *);

/* 0; -EINVAL for a wrong pattern, -ENOMEM; one line in 'error'. Nothing for an empty group. */
int database_group_compile(struct database_group *, const struct rule_set *, char *error,
                           size_t error_size);

#endif
