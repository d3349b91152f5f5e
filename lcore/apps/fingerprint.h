/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * JA4, the fingerprint of a TLS client by its ClientHello (FoxIO's specification of
 * JA4, the TLS client part). One worker lcore owns a maker of fingerprints.
 */
#ifndef PANOPTES_LCORE_APPS_FINGERPRINT_H
#define PANOPTES_LCORE_APPS_FINGERPRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FINGERPRINT_LIST \
	256 /* ciphers, extensions or algorithms; qsort() allocates for more than 1 KiB */
#define FINGERPRINT_SIZE 37 /* "t13d1516h2_8daaf6152771_e5627efa2ab1" and a zero byte */

/* What a fingerprint is made of, values of GREASE (RFC 8701) left out. Host byte order. */
struct fingerprint_input {
	bool quic;
	bool server_name; /* there was one */
	uint16_t version; /* the highest that the client supports */
	uint16_t ciphers[FINGERPRINT_LIST];
	uint16_t extensions[FINGERPRINT_LIST]; /* without server name and ALPN: see 'named' */
	uint16_t algorithms[FINGERPRINT_LIST]; /* of signatures, in their order */
	unsigned cipher_count, extension_count, algorithm_count;
	unsigned named; /* how many extensions are left out of the list: server name, ALPN */
	uint8_t alpn_first, alpn_last; /* bytes of the first protocol; see 'alpn' */
	bool alpn;                     /* there is one */
};

struct fingerprint;

/* NULL: no memory. */
struct fingerprint *fingerprint_create(void);
void fingerprint_free(struct fingerprint *);

/* Sorts the input's lists. False: the library failed. */
bool fingerprint_make(struct fingerprint *, struct fingerprint_input *, char out[FINGERPRINT_SIZE]);

#endif
