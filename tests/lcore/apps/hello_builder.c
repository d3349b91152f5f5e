/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keys are derived by the library's own HKDF here, so that a mistake of the probe's
 * cannot cancel out.
 */
#include "tests/lcore/apps/hello_builder.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

void
message_put(struct message *m, const void *bytes, size_t size)
{
	if (size > sizeof(m->bytes) - m->size)
		abort();
	memcpy(m->bytes + m->size, bytes, size);
	m->size += size;
}

void
message_number(struct message *m, size_t size, uint64_t value)
{
	uint8_t bytes[8];

	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(value >> 8 * (size - 1 - i));
	message_put(m, bytes, size);
}

size_t
message_open(struct message *m, size_t size)
{
	message_number(m, size, 0);
	return m->size;
}

void
message_close(struct message *m, size_t at, size_t size)
{
	const size_t end = m->size;

	m->size = at - size;
	message_number(m, size, end - at);
	m->size = end;
}

static void
put_list(struct message *m, const uint16_t *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		message_number(m, 2, list[i]);
}

#define PUT_LIST(m, list) put_list(m, list, sizeof(list) / sizeof((list)[0]))

static void
put_extension(struct message *m, unsigned type)
{
	static const uint16_t algorithms[] = { 0x0403, 0x0804, 0x0401, 0x0503,
		                               0x0805, 0x0501, 0x0806, 0x0601 };
	static const uint16_t versions[] = { 0xfafa, 0x0303, 0x0304 };
	size_t body, list;

	message_number(m, 2, type);
	body = message_open(m, 2);
	switch (type) {
	case 0:
		list = message_open(m, 2);
		message_number(m, 1, 0);
		message_number(m, 2, 11);
		message_put(m, "example.org", 11);
		message_close(m, list, 2);
		break;
	case 16:
		list = message_open(m, 2);
		message_put(m, "\x02h2\x08http/1.1", 12);
		message_close(m, list, 2);
		break;
	case 13:
		list = message_open(m, 2);
		PUT_LIST(m, algorithms);
		message_close(m, list, 2);
		break;
	case 43:
		list = message_open(m, 1);
		PUT_LIST(m, versions);
		message_close(m, list, 1);
		break;
	default:
		break;
	}
	message_close(m, body, 2);
}

void
hello_build(struct message *m, size_t padding)
{
	static const uint16_t ciphers[] = { 0x2a2a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f,
		                            0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014,
		                            0x009c, 0x009d, 0x002f, 0x0035 };
	static const uint16_t extensions[] = { 0x0a0a, 0x001b, 0x0000, 0x0033, 0x0010, 0x4469,
		                               0x0017, 0x002d, 0x000d, 0x0005, 0x0023, 0x0012,
		                               0x002b, 0xff01, 0x000b, 0x000a, 0xbaba };
	const uint8_t zero[1024] = { 0 };
	size_t whole, block;

	m->size = 0;
	message_number(m, 1, 1);
	whole = message_open(m, 3);
	message_number(m, 2, 0x0303);
	message_put(m, zero, 32);
	message_number(m, 1, 0);
	block = message_open(m, 2);
	PUT_LIST(m, ciphers);
	message_close(m, block, 2);
	message_number(m, 2, 0x0100);
	block = message_open(m, 2);
	for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++)
		put_extension(m, extensions[i]);
	message_number(m, 4, 21 << 16 | padding);
	for (size_t left = padding; left != 0;) {
		const size_t n = left < sizeof(zero) ? left : sizeof(zero);

		message_put(m, zero, n);
		left -= n;
	}
	message_close(m, block, 2);
	message_close(m, whole, 3);
}

void
records_build(struct message *m, const struct message *hello, size_t record)
{
	m->size = 0;
	for (size_t at = 0; at < hello->size; at += record) {
		const size_t n = hello->size - at < record ? hello->size - at : record;

		message_put(m, "\x16\x03\x01", 3);
		message_number(m, 2, n);
		message_put(m, hello->bytes + at, n);
	}
}

void
crypto_frame(struct message *m, const struct message *hello, size_t from, size_t size)
{
	message_number(m, 1, 6);
	message_number(m, 4, 0x80000000u | from);
	message_number(m, 2, 0x4000u | size);
	message_put(m, hello->bytes + from, size);
}

static void
check(int rc)
{
	if (rc != 1)
		abort();
}

static void
derive(int mode, const void *key, size_t key_size, const char *what, const void *text,
       size_t text_size, uint8_t *out, size_t size)
{
	char digest[] = "SHA256";
	const OSSL_PARAM parameters[] = {
		OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)key,
		                                  key_size),
		OSSL_PARAM_construct_octet_string(what, (void *)(uintptr_t)text, text_size),
		OSSL_PARAM_construct_end(),
	};
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *context = EVP_KDF_CTX_new(kdf);

	check(EVP_KDF_derive(context, out, size, parameters));
	EVP_KDF_CTX_free(context);
	EVP_KDF_free(kdf);
}

static void
expand(const uint8_t secret[32], const char *label, uint8_t *out, size_t size)
{
	struct message info = { 0 };
	size_t text;

	message_number(&info, 2, size);
	text = message_open(&info, 1);
	message_put(&info, "tls13 ", 6);
	message_put(&info, label, strlen(label));
	message_close(&info, text, 1);
	message_number(&info, 1, 0);
	derive(EVP_KDF_HKDF_MODE_EXPAND_ONLY, secret, 32, OSSL_KDF_PARAM_INFO, info.bytes,
	       info.size, out, size);
}

static void
derive_keys(unsigned version, const uint8_t *id, uint8_t key[16], uint8_t iv[12], uint8_t hp[16])
{
	static const uint8_t salts[2][20] = {
		{ 0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,
		  0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a },
		{ 0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93,
		  0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9 },
	};
	uint8_t initial[32], client[32];

	derive(EVP_KDF_HKDF_MODE_EXTRACT_ONLY, id, 8, OSSL_KDF_PARAM_SALT, salts[version - 1], 20,
	       initial, 32);
	expand(initial, "client in", client, 32);
	expand(client, version == 1 ? "quic key" : "quicv2 key", key, 16);
	expand(client, version == 1 ? "quic iv" : "quicv2 iv", iv, 12);
	expand(client, version == 1 ? "quic hp" : "quicv2 hp", hp, 16);
}

static void
seal(struct message *m, size_t header_size, const uint8_t key[16], const uint8_t iv[12],
     const struct message *plain)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	uint8_t tag[16];
	int n = 0;

	check(EVP_EncryptInit_ex(c, EVP_aes_128_gcm(), NULL, key, iv));
	check(EVP_EncryptUpdate(c, NULL, &n, m->bytes, (int)header_size));
	check(EVP_EncryptUpdate(c, m->bytes + m->size, &n, plain->bytes, (int)plain->size));
	m->size += (size_t)n;
	check(EVP_EncryptFinal_ex(c, tag, &n));
	check(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, sizeof(tag), tag));
	message_put(m, tag, sizeof(tag));
	EVP_CIPHER_CTX_free(c);
}

void
initial_build(struct message *m, unsigned version, const uint8_t *key_id, const uint8_t *id,
              uint32_t number, const struct message *frames, size_t size)
{
	static const uint8_t zero[16384];
	struct message plain = *frames;
	uint8_t key[16], iv[12], hp[16], mask[32];
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	size_t header;
	int n = 0;

	if (size > plain.size)
		message_put(&plain, zero, size - plain.size);
	derive_keys(version, key_id, key, iv, hp);
	m->size = 0;
	message_number(m, 1, version == 1 ? 0xc3 : 0xd3); /* a packet number of four bytes */
	message_number(m, 4, version == 1 ? 1 : 0x6b3343cf);
	message_number(m, 1, 8);
	message_put(m, id, 8);
	message_number(m, 2, 0); /* no source id, no token */
	message_number(m, 2, 0x4000 | (4 + plain.size + 16));
	message_number(m, 4, number);
	header = m->size;
	for (unsigned i = 0; i < 4; i++)
		iv[8 + i] ^= (uint8_t)(number >> (24 - 8 * i));
	seal(m, header, key, iv, &plain);
	check(EVP_EncryptInit_ex(c, EVP_aes_128_ecb(), NULL, hp, NULL));
	check(EVP_EncryptUpdate(c, mask, &n, m->bytes + header, 16));
	EVP_CIPHER_CTX_free(c);
	m->bytes[0] ^= mask[0] & 0x0f;
	for (unsigned i = 0; i < 4; i++)
		m->bytes[header - 4 + i] ^= mask[1 + i];
}
