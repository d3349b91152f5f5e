/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ciphers' contexts are given their algorithm once; a new key alone neither looks
 * it up nor allocates. A digest's context allocates each time it begins anew, and so do
 * the library's HMAC and HKDF: these are made of its plain SHA-256 functions.
 */
#include "lcore/apps/quic.h"

#include <stdlib.h>
#include <string.h>

#define OPENSSL_SUPPRESS_DEPRECATED /* SHA256_Init() and its like */
#include <openssl/evp.h>
#include <openssl/sha.h>

#include "lcore/apps/bytes.h"

#define SECRET_SIZE 32 /* of SHA-256 */
#define BLOCK_SIZE 64  /* likewise */
#define KEY_SIZE 16
#define NONCE_SIZE 12
#define TAG_SIZE 16
#define SAMPLE_SIZE 16

/* What differs between versions. */
struct version {
	const uint8_t *salt;
	const char *key, *nonce, *header; /* labels */
	uint8_t initial;                  /* type of the packet, RFC 9000, 17.2; RFC 9369, 3.2 */
};

struct quic {
	EVP_CIPHER *gcm, *ecb;
	EVP_CIPHER_CTX *packet_cipher, *header_cipher;
	uint8_t frames[QUIC_PACKET_MAX];
};

struct keys {
	uint8_t key[KEY_SIZE], nonce[NONCE_SIZE], header[KEY_SIZE];
};

/* An Initial packet's parts. */
struct initial {
	const uint8_t *bytes;
	struct quic_id id; /* of its destination */
	size_t number_at;  /* where the packet number is, protected */
	size_t size;       /* of the whole packet */
};

static const uint8_t salt_1[] = { 0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,
	                          0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a };
static const uint8_t salt_2[] = { 0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93,
	                          0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9 };
/* drafts 29 to 32 */
static const uint8_t salt_29[] = { 0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97,
	                           0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99 };
/* drafts 23 to 28 */
static const uint8_t salt_23[] = { 0xc3, 0xee, 0xf7, 0x12, 0xc7, 0x2e, 0xbb, 0x5a, 0x11, 0xa7,
	                           0xd2, 0x43, 0x2b, 0xb4, 0x63, 0x65, 0xbe, 0xf9, 0xf5, 0x02 };

#define SALT_SIZE sizeof(salt_1)

static const struct version version_1 = { salt_1, "tls13 quic key", "tls13 quic iv",
	                                  "tls13 quic hp", 0 };
static const struct version version_2 = { salt_2, "tls13 quicv2 key", "tls13 quicv2 iv",
	                                  "tls13 quicv2 hp", 1 };
static const struct version version_29 = { salt_29, "tls13 quic key", "tls13 quic iv",
	                                   "tls13 quic hp", 0 };
static const struct version version_23 = { salt_23, "tls13 quic key", "tls13 quic iv",
	                                   "tls13 quic hp", 0 };

struct quic *
quic_create(void)
{
	static const uint8_t zero[KEY_SIZE];
	struct quic *q = calloc(1, sizeof(*q));

	if (q == NULL)
		return NULL;
	q->gcm = EVP_CIPHER_fetch(NULL, "AES-128-GCM", NULL);
	q->ecb = EVP_CIPHER_fetch(NULL, "AES-128-ECB", NULL);
	q->packet_cipher = EVP_CIPHER_CTX_new();
	q->header_cipher = EVP_CIPHER_CTX_new();
	if (q->gcm != NULL && q->ecb != NULL && q->packet_cipher != NULL &&
	    q->header_cipher != NULL &&
	    EVP_DecryptInit_ex2(q->packet_cipher, q->gcm, zero, zero, NULL) == 1 &&
	    EVP_EncryptInit_ex2(q->header_cipher, q->ecb, zero, NULL, NULL) == 1 &&
	    EVP_CIPHER_CTX_set_padding(q->header_cipher, 0) == 1)
		return q;
	quic_free(q);
	return NULL;
}

void
quic_free(struct quic *q)
{
	if (q == NULL)
		return;
	EVP_CIPHER_CTX_free(q->header_cipher);
	EVP_CIPHER_CTX_free(q->packet_cipher);
	EVP_CIPHER_free(q->ecb);
	EVP_CIPHER_free(q->gcm);
	free(q);
}

/* SHA-256 of the key, padded and changed by 'pad', and of a text. */
static bool
hash(const uint8_t *key, size_t key_size, uint8_t pad, const void *text, size_t text_size,
     uint8_t out[SECRET_SIZE])
{
	uint8_t block[BLOCK_SIZE] = { 0 };
	SHA256_CTX context;

	memcpy(block, key, key_size);
	for (size_t i = 0; i < BLOCK_SIZE; i++)
		block[i] ^= pad;
	return SHA256_Init(&context) == 1 && SHA256_Update(&context, block, sizeof(block)) == 1 &&
	       SHA256_Update(&context, text, text_size) == 1 && SHA256_Final(out, &context) == 1;
}

/* HMAC with a key that is no longer than a block; HKDF-Extract of RFC 5869, 2.2, is the same. */
static bool
hmac(const uint8_t *key, size_t key_size, const void *text, size_t text_size,
     uint8_t out[SECRET_SIZE])
{
	uint8_t inner[SECRET_SIZE];

	return hash(key, key_size, 0x36, text, text_size, inner) &&
	       hash(key, key_size, 0x5c, inner, sizeof(inner), out);
}

/* HKDF-Expand-Label of RFC 8446, 7.1, without a context: a digest's size at most. */
static bool
expand(const uint8_t secret[SECRET_SIZE], const char *label, uint8_t *out, size_t size)
{
	const size_t length = strlen(label);
	uint8_t info[64] = { 0, (uint8_t)size, (uint8_t)length };
	uint8_t whole[SECRET_SIZE];

	for (size_t i = 0; i < length; i++)
		info[3 + i] = (uint8_t)label[i];
	info[4 + length] = 1; /* behind an empty context, the number of the first block */
	if (!hmac(secret, SECRET_SIZE, info, 5 + length, whole))
		return false;
	memcpy(out, whole, size);
	return true;
}

/* RFC 9001, 5.1 and 5.2. */
static bool
client_keys(const struct version *v, const struct quic_id *id, struct keys *keys)
{
	uint8_t secret[SECRET_SIZE], client[SECRET_SIZE];

	return hmac(v->salt, SALT_SIZE, id->bytes, id->size, secret) &&
	       expand(secret, "tls13 client in", client, sizeof(client)) &&
	       expand(client, v->key, keys->key, sizeof(keys->key)) &&
	       expand(client, v->nonce, keys->nonce, sizeof(keys->nonce)) &&
	       expand(client, v->header, keys->header, sizeof(keys->header));
}

static const struct version *
version_of(uint32_t number)
{
	if (number == 0x00000001 || (number >= 0xff000021 && number <= 0xff000022))
		return &version_1;
	if (number == 0x6b3343cf)
		return &version_2;
	if (number >= 0xff00001d && number <= 0xff000020)
		return &version_29;
	if (number >= 0xff000017 && number <= 0xff00001c)
		return &version_23;
	return NULL;
}

/* A long header, RFC 9000, 17.2. The packet's length is the same in all but that of a retry, which
 * has none and ends its datagram. */
static enum quic_opened
read_header(struct bytes b, const struct version **version, struct initial *p)
{
	const uint8_t *const begin = b.at, *id;
	const unsigned first = (unsigned)bytes_number(&b, 1);
	unsigned type;
	uint64_t rest;

	*version = version_of((uint32_t)bytes_number(&b, 4));
	if (b.failed || (first & 0xc0) != 0xc0 || *version == NULL)
		return QUIC_FOREIGN;
	type = ((first >> 4) - (*version)->initial) & 3; /* Initial 0, 0-RTT 1, Handshake 2 */
	p->id.size = (uint8_t)bytes_number(&b, 1);
	id = bytes_take(&b, p->id.size);
	(void)bytes_block(&b, 1);
	if (b.failed || p->id.size > QUIC_ID_MAX || type == 3)
		return QUIC_FOREIGN;
	memcpy(p->id.bytes, id, p->id.size);
	if (type == 0)
		(void)bytes_take(&b, (size_t)bytes_varint(&b)); /* token */
	rest = bytes_varint(&b);
	if (b.failed || rest > b.left || rest > QUIC_PACKET_MAX)
		return QUIC_CUT;
	p->bytes = begin;
	p->number_at = (size_t)(b.at - begin);
	p->size = p->number_at + (size_t)rest;
	if (type != 0)
		return QUIC_OTHER;
	return rest < 4 + SAMPLE_SIZE ? QUIC_UNSOUND : QUIC_OPENED;
}

/* RFC 9001, 5.4.3: five bytes that hide what the header says of the packet number. */
static bool
header_mask(struct quic *q, const struct keys *keys, const uint8_t *sample,
            uint8_t mask[SAMPLE_SIZE])
{
	int n = 0;

	return EVP_EncryptInit_ex2(q->header_cipher, NULL, keys->header, NULL, NULL) == 1 &&
	       EVP_EncryptUpdate(q->header_cipher, mask, &n, sample, SAMPLE_SIZE) == 1 &&
	       n == SAMPLE_SIZE;
}

/* RFC 9001, 5.3: the frames, authenticated with the header, of which only the first byte and the
 * packet number differ from what was sent. */
static bool
decrypt(struct quic *q, const struct keys *keys, const struct initial *p, uint8_t first,
        const uint8_t *number, size_t number_size)
{
	const size_t header_size = p->number_at + number_size;
	const size_t size = p->size - header_size - TAG_SIZE;
	const uint8_t *sealed = p->bytes + header_size;
	EVP_CIPHER_CTX *c = q->packet_cipher;
	uint8_t nonce[NONCE_SIZE], tag[TAG_SIZE], end[TAG_SIZE];
	int n = 0;

	memcpy(nonce, keys->nonce, sizeof(nonce));
	for (size_t i = 0; i < number_size; i++)
		nonce[NONCE_SIZE - number_size + i] ^= number[i];
	memcpy(tag, sealed + size, TAG_SIZE);
	return EVP_DecryptInit_ex2(c, NULL, keys->key, nonce, NULL) == 1 &&
	       EVP_DecryptUpdate(c, NULL, &n, &first, 1) == 1 &&
	       EVP_DecryptUpdate(c, NULL, &n, p->bytes + 1, (int)p->number_at - 1) == 1 &&
	       EVP_DecryptUpdate(c, NULL, &n, number, (int)number_size) == 1 &&
	       EVP_DecryptUpdate(c, q->frames, &n, sealed, (int)size) == 1 &&
	       EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, TAG_SIZE, tag) == 1 &&
	       EVP_DecryptFinal_ex(c, end, &n) == 1;
}

/* Returns the size of what was sealed, 0: it wasn't with the keys of this id. */
static size_t
open_with(struct quic *q, const struct version *v, const struct quic_id *id,
          const struct initial *p)
{
	const uint8_t *const number = p->bytes + p->number_at;
	uint8_t mask[SAMPLE_SIZE], shown[4];
	size_t number_size;
	struct keys keys;
	uint8_t first;

	if (!client_keys(v, id, &keys) || !header_mask(q, &keys, number + 4, mask))
		return 0;
	first = p->bytes[0] ^ (mask[0] & 0x0f);
	number_size = (first & 3u) + 1;
	for (size_t i = 0; i < number_size; i++)
		shown[i] = number[i] ^ mask[1 + i];
	if (!decrypt(q, &keys, p, first, shown, number_size))
		return 0;
	return p->size - p->number_at - number_size - TAG_SIZE;
}

static bool
same(const struct quic_id *a, const struct quic_id *b)
{
	return a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

enum quic_opened
quic_open(struct quic *q, const uint8_t *bytes, size_t size, const struct quic_id *first,
          struct quic_packet *packet)
{
	const struct version *version = NULL;
	struct initial p = { 0 };
	const enum quic_opened rc = read_header(bytes_of(bytes, size), &version, &p);

	packet->size = p.size;
	if (rc != QUIC_OPENED)
		return rc;
	packet->frames = q->frames;
	packet->id = p.id;
	packet->frames_size = open_with(q, version, &p.id, &p);
	if (packet->frames_size == 0 && first != NULL && !same(first, &p.id)) {
		packet->id = *first;
		packet->frames_size = open_with(q, version, first, &p);
	}
	return packet->frames_size != 0 ? QUIC_OPENED : QUIC_UNSOUND;
}
