/* SPDX-License-Identifier: BSD-3-Clause */
#include "lcore/apps/fingerprint.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPENSSL_SUPPRESS_DEPRECATED /* what EVP has allocates each time */
#include <openssl/sha.h>

#define NUMBER_SIZE 5 /* of a list: four digits and a comma */
#define HASH_DIGITS 12

struct fingerprint {
	char text[2 * FINGERPRINT_LIST * NUMBER_SIZE + 2];
};

struct fingerprint *
fingerprint_create(void)
{
	return calloc(1, sizeof(struct fingerprint));
}

void
fingerprint_free(struct fingerprint *f)
{
	free(f);
}

static int
compare(const void *a, const void *b)
{
	return *(const uint16_t *)a - *(const uint16_t *)b;
}

/* "002f,0035" behind what is there. */
static size_t
put_list(char *text, size_t at, const uint16_t *list, unsigned count)
{
	static const char digits[] = "0123456789abcdef";

	for (unsigned i = 0; i < count; i++) {
		if (i != 0)
			text[at++] = ',';
		for (int shift = 12; shift >= 0; shift -= 4)
			text[at++] = digits[list[i] >> shift & 0xf];
	}
	return at;
}

/* The first digits of the text's digest; zeros of an empty one. */
static bool
put_hash(struct fingerprint *f, size_t size, char *out)
{
	uint8_t hash[SHA256_DIGEST_LENGTH];
	SHA256_CTX context;

	memset(out, '0', HASH_DIGITS);
	if (size == 0)
		return true;
	if (SHA256_Init(&context) != 1 || SHA256_Update(&context, f->text, size) != 1 ||
	    SHA256_Final(hash, &context) != 1)
		return false;
	for (unsigned i = 0; i < HASH_DIGITS / 2; i++) {
		out[2 * i] = "0123456789abcdef"[hash[i] >> 4];
		out[2 * i + 1] = "0123456789abcdef"[hash[i] & 0xf];
	}
	return true;
}

static const char *
version_text(uint16_t version)
{
	switch (version) {
	case 0x0304:
		return "13";
	case 0x0303:
		return "12";
	case 0x0302:
		return "11";
	case 0x0301:
		return "10";
	case 0x0300:
		return "s3";
	case 0x0002:
		return "s2";
	default:
		return "00";
	}
}

/* First and last character; of bytes that are none, the first and last digit of their hex. */
static void
alpn_text(const struct fingerprint_input *in, char out[2])
{
	if (!in->alpn) {
		out[0] = out[1] = '0';
	} else if (isalnum(in->alpn_first) && isalnum(in->alpn_last)) {
		out[0] = (char)in->alpn_first;
		out[1] = (char)in->alpn_last;
	} else {
		out[0] = "0123456789abcdef"[in->alpn_first >> 4];
		out[1] = "0123456789abcdef"[in->alpn_last & 0xf];
	}
}

static unsigned
two_digits(unsigned n)
{
	return n < 99 ? n : 99;
}

bool
fingerprint_make(struct fingerprint *f, struct fingerprint_input *in, char out[FINGERPRINT_SIZE])
{
	char alpn[2], ciphers[HASH_DIGITS], extensions[HASH_DIGITS];
	size_t size;

	alpn_text(in, alpn);
	qsort(in->ciphers, in->cipher_count, sizeof(in->ciphers[0]), compare);
	qsort(in->extensions, in->extension_count, sizeof(in->extensions[0]), compare);
	size = put_list(f->text, 0, in->ciphers, in->cipher_count);
	if (!put_hash(f, size, ciphers))
		return false;
	size = put_list(f->text, 0, in->extensions, in->extension_count);
	if (size != 0 && in->algorithm_count != 0) {
		f->text[size++] = '_';
		size = put_list(f->text, size, in->algorithms, in->algorithm_count);
	}
	if (!put_hash(f, size, extensions))
		return false;
	snprintf(out, FINGERPRINT_SIZE, "%c%s%c%02u%02u%.2s_%.12s_%.12s", in->quic ? 'q' : 't',
	         version_text(in->version), in->server_name ? 'd' : 'i',
	         two_digits(in->cipher_count), two_digits(in->extension_count + in->named), alpn,
	         ciphers, extensions);
	return true;
}
