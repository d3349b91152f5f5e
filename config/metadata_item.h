/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a label can tell beyond a flow's application: the names are the configuration's
 * and the label's keys. Constant.
 */
#ifndef PANOPTES_CONFIG_METADATA_ITEM_H
#define PANOPTES_CONFIG_METADATA_ITEM_H

#include <stddef.h>
#include <stdint.h>

#define METADATA_SNI 0x0001    /* sni: server name of a ClientHello, of TLS or QUIC */
#define METADATA_ALPN 0x0002   /* alpn: the first protocol that the client offers */
#define METADATA_TLSV 0x0004   /* tlsv: 1.3; what the ServerHello chose; of QUIC always 1.3 */
#define METADATA_JA4 0x0008    /* ja4: client fingerprint */
#define METADATA_QNAME 0x0010  /* qname: DNS question */
#define METADATA_RCODE 0x0020  /* rcode: of the DNS answer, a number */
#define METADATA_HOST 0x0040   /* host: of an HTTP request */
#define METADATA_METHOD 0x0080 /* method */
#define METADATA_STATUS 0x0100 /* status: of the response, a number */
#define METADATA_AGENT 0x0200  /* agent: HTTP user agent */
#define METADATA_SSH 0x0400    /* ssh: the client's banner */
#define METADATA_SSHD 0x0800   /* sshd: the server's */
#define METADATA_ALL 0x0fff

/* The bit of a name of 'len' bytes; 0: there is none. */
uint16_t metadata_item(const char *name, size_t len);

/* All names, for messages. */
#define METADATA_NAMES "sni, alpn, tlsv, ja4, qname, rcode, host, method, status, agent, ssh, sshd"

#endif
