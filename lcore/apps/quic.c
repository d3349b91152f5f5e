/* SPDX-License-Identifier: BSD-3-Clause */
#include "lcore/apps/quic.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "lcore/apps/bytes.h"

#define SECRET_SIZE 32
#define KEY_SIZE 16
#define NONCE_SIZE 12
#define TAG_SIZE 16
#define SAMPLE_SIZE 16
#define HEADER_MAX 512 /* of an Initial packet, with the token */

/* What differs between versions. */
struct version {
	const uint8_t *salt;
	const char *key, *nonce, *header; /* labels */
	uint8_t initial;                  /* type of the packet, RFC 9000, 17.2; RFC 9369, 3.2 */
};

struct quic {
	EVP_KDF_CTX *kdf;
	EVP_CIPHER *gcm, *ecb;
	EVP_CIPHER_CTX *gcm_context, *ecb_context;
	uint8_t header[HEADER_MAX];
	uint8_t frames[QUIC_PACKET_MAX];
};

struct keys {
	uint8_t key[KEY_SIZE], nonce[NONCE_SIZE], header[KEY_SIZE];
};

/* A packet's parts. */
struct initial {
	const uint8_t *id; /* destination connection id */
	size_t id_size;
	size_t number_at; /* where the packet number is, protected */
	size_t size;      /* of the whole packet */
};

static const uint8_t salt_1[] = { 0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,
	                          0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a };
static const uint8_t salt_2[] = { 0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93,
	                          0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9 };
static const uint8_t salt_draft[] = { 0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97,
	                              0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99 };

#define SALT_SIZE sizeof(salt_1)

static const struct version version_1 = { salt_1, "quic key", "quic iv", "quic hp", 0 };
static const struct version version_2 = { salt_2, "quicv2 key", "quicv2 iv", "quicv2 hp", 1 };
static const struct version version_draft = { salt_draft, "quic key", "quic iv", "quic hp", 0 };

struct quic *
quic_create(void)
{
	struct quic *q = calloc(1, sizeof(*q));
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);

	if (q == NULL || kdf == NULL) {
		EVP_KDF_free(kdf);
		free(q);
		return NULL;
	}
	q->kdf = EVP_KDF_CTX_new(kdf);
	EVP_KDF_free(kdf);
	q->gcm = EVP_CIPHER_fetch(NULL, "AES-128-GCM", NULL);
	q->ecb = EVP_CIPHER_fetch(NULL, "AES-128-ECB", NULL);
	q->gcm_context = EVP_CIPHER_CTX_new();
	q->ecb_context = EVP_CIPHER_CTX_new();
	if (q->kdf != NULL && q->gcm != NULL && q->ecb != NULL && q->gcm_context != NULL &&
	    q->ecb_context != NULL)
		return q;
	quic_free(q);
	return NULL;
}

void
quic_free(struct quic *q)
{
	if (q == NULL)
		return;
	EVP_CIPHER_CTX_free(q->ecb_context);
	EVP_CIPHER_CTX_free(q->gcm_context);
	EVP_CIPHER_free(q->ecb);
	EVP_CIPHER_free(q->gcm);
	EVP_KDF_CTX_free(q->kdf);
	free(q);
}

static bool
derive(struct quic *q, int mode, const void *key, size_t key_size, const char *extra,
       const void *bytes, size_t bytes_size, uint8_t *out, size_t out_size)
{
	char digest[] = "SHA256";
	const OSSL_PARAM parameters[] = {
		OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)key,
		                                  key_size),
		OSSL_PARAM_construct_octet_string(extra, (void *)(uintptr_t)bytes, bytes_size),
		OSSL_PARAM_construct_end(),
	};

	EVP_KDF_CTX_reset(q->kdf);
	return EVP_KDF_derive(q->kdf, out, out_size, parameters) == 1;
}

/* HKDF-Expand-Label of RFC 8446, 7.1, without a context. */
static bool
expand(struct quic *q, const uint8_t secret[SECRET_SIZE], const char *label, uint8_t *out,
       size_t size)
{
	const size_t length = strlen(label);
	uint8_t info[64] = { 0, (uint8_t)size, (uint8_t)(6 + length) };

	memcpy(info + 3, "tls13 ", 6);
	memcpy(info + 9, label, length);
	return derive(q, EVP_KDF_HKDF_MODE_EXPAND_ONLY, secret, SECRET_SIZE, OSSL_KDF_PARAM_INFO,
	              info, 10 + length, out, size);
}

/* RFC 9001, 5.1 and 5.2. */
static bool
client_keys(struct quic *q, const struct version *v, const struct initial *p, struct keys *keys)
{
	uint8_t secret[SECRET_SIZE], client[SECRET_SIZE];

	return derive(q, EVP_KDF_HKDF_MODE_EXTRACT_ONLY, p->id, p->id_size, OSSL_KDF_PARAM_SALT,
	              v->salt, SALT_SIZE, secret, sizeof(secret)) &&
	       expand(q, secret, "client in", client, sizeof(client)) &&
	       expand(q, client, v->key, keys->key, sizeof(keys->key)) &&
	       expand(q, client, v->nonce, keys->nonce, sizeof(keys->nonce)) &&
	       expand(q, client, v->header, keys->header, sizeof(keys->header));
}

static const struct version *
version_of(uint32_t number)
{
	if (number == QUIC_VERSION_1 || (number >= 0xff000021 && number <= QUIC_DRAFT_34))
		return &version_1;
	if (number == QUIC_VERSION_2)
		return &version_2;
	if (number >= QUIC_DRAFT_29 && number <= 0xff000020)
		return &version_draft;
	return NULL;
}

/* A long header, RFC 9000, 17.2.2. */
static enum quic_opened
read_header(struct bytes b, const struct version **version, struct initial *p)
{
	const uint8_t *const begin = b.at;
	const unsigned first = (unsigned)bytes_number(&b, 1);
	const uint32_t number = (uint32_t)bytes_number(&b, 4);
	uint64_t rest;

	if (b.failed || (first & 0xc0) != 0xc0)
		return QUIC_FOREIGN;
	*version = version_of(number);
	if (*version == NULL || (first >> 4 & 3) != (*version)->initial)
		return QUIC_FOREIGN;
	p->id_size = (size_t)bytes_number(&b, 1);
	p->id = bytes_take(&b, p->id_size);
	(void)bytes_block(&b, 1);
	(void)bytes_take(&b, (size_t)bytes_varint(&b)); /* token */
	rest = bytes_varint(&b);
	if (b.failed || p->id_size > QUIC_ID_MAX)
		return QUIC_FOREIGN;
	p->number_at = (size_t)(b.at - begin);
	if (rest > b.left)
		return QUIC_CUT;
	p->size = p->number_at + (size_t)rest;
	if (rest < 4 + SAMPLE_SIZE || rest > QUIC_PACKET_MAX || p->number_at > HEADER_MAX - 4)
		return QUIC_FOREIGN;
	return QUIC_OPENED;
}

/* RFC 9001, 5.4.3: five bytes that hide what the header says of the packet number. */
static bool
header_mask(struct quic *q, const struct keys *keys, const uint8_t *sample,
            uint8_t mask[SAMPLE_SIZE])
{
	int n = 0;

	return EVP_EncryptInit_ex2(q->ecb_context, q->ecb, keys->header, NULL, NULL) == 1 &&
	       EVP_CIPHER_CTX_set_padding(q->ecb_context, 0) == 1 &&
	       EVP_EncryptUpdate(q->ecb_context, mask, &n, sample, SAMPLE_SIZE) == 1 &&
	       n == SAMPLE_SIZE;
}

/* RFC 9001, 5.3: frames, authenticated with the header. */
static bool
decrypt(struct quic *q, const struct keys *keys, const uint8_t nonce[NONCE_SIZE],
        size_t header_size, const uint8_t *sealed, size_t size)
{
	uint8_t tag[TAG_SIZE], end[TAG_SIZE];
	int n = 0;

	memcpy(tag, sealed + size - TAG_SIZE, TAG_SIZE);
	return EVP_DecryptInit_ex2(q->gcm_context, q->gcm, keys->key, nonce, NULL) == 1 &&
	       EVP_DecryptUpdate(q->gcm_context, NULL, &n, q->header, (int)header_size) == 1 &&
	       EVP_DecryptUpdate(q->gcm_context, q->frames, &n, sealed, (int)(size - TAG_SIZE)) ==
	               1 &&
	       EVP_CIPHER_CTX_ctrl(q->gcm_context, EVP_CTRL_AEAD_SET_TAG, TAG_SIZE, tag) == 1 &&
	       EVP_DecryptFinal_ex(q->gcm_context, end, &n) == 1;
}

enum quic_opened
quic_open(struct quic *q, const uint8_t *bytes, size_t size, const uint8_t **frames,
          size_t *frames_size, size_t *packet_size)
{
	const struct version *version = NULL;
	uint8_t mask[SAMPLE_SIZE], nonce[NONCE_SIZE];
	struct initial p = { 0 };
	size_t number_size, header_size;
	struct keys keys;
	const enum quic_opened rc = read_header(bytes_of(bytes, size), &version, &p);

	if (rc != QUIC_OPENED)
		return rc;
	if (!client_keys(q, version, &p, &keys) ||
	    !header_mask(q, &keys, bytes + p.number_at + 4, mask))
		return QUIC_UNSOUND;
	memcpy(q->header, bytes, p.number_at + 4);
	q->header[0] ^= mask[0] & 0x0f;
	number_size = (q->header[0] & 3u) + 1;
	header_size = p.number_at + number_size;
	memcpy(nonce, keys.nonce, sizeof(nonce));
	for (size_t i = 0; i < number_size; i++) {
		q->header[p.number_at + i] ^= mask[1 + i];
		nonce[NONCE_SIZE - number_size + i] ^= q->header[p.number_at + i];
	}
	if (!decrypt(q, &keys, nonce, header_size, bytes + header_size, p.size - header_size))
		return QUIC_UNSOUND;
	*frames = q->frames;
	*frames_size = p.size - header_size - TAG_SIZE;
	*packet_size = p.size;
	return QUIC_OPENED;
}
