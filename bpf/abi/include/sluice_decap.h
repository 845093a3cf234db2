/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * What the decapsulating program of a real server (decap.bpf.c) and its loader share. Raise SLUICE_DECAP_LAYOUT whenever
 * the meaning of a byte in a map changes: it is part of the pin path.
 */
#pragma once

#include <linux/types.h>

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic error "-Wpadded"
#define SLUICE_DECAP_CLOSED_ENUM __attribute__((enum_extensibility(closed)))
#else
#define SLUICE_DECAP_CLOSED_ENUM
#endif

#define SLUICE_DECAP_LAYOUT 1
#define SLUICE_DECAP_MAX_ADDRESSES 1024
#define SLUICE_DECAP_MAX_VIPS 4096

/* Each packet counts exactly one. */
enum SLUICE_DECAP_CLOSED_ENUM sluice_decap_verdict {
	SLUICE_DECAP_STRIPPED = 0, /* the outer header was taken off */
	/* To the kernel, untouched. */
	SLUICE_DECAP_PASS_NOT_TUNNEL, /* not IP in IP, or with options or extension headers, or more than two tags */
	SLUICE_DECAP_PASS_NOT_OURS, /* the outer destination is none of our addresses */
	SLUICE_DECAP_PASS_NOT_VIP, /* the inner destination is none of the VIPs */
	SLUICE_DECAP_PASS_FRAGMENT, /* the outer packet is a fragment */
	SLUICE_DECAP_PASS_MALFORMED, /* lengths contradict each other, or the outer checksum is wrong */
	/* RFC 6040 section 4.2: congestion was marked outside, and the inner sender would not understand it. */
	SLUICE_DECAP_DROP_ECN,
	SLUICE_DECAP_VERDICT_COUNT
};

/* The one value of the per-CPU array `decap_counters`. */
struct sluice_decap_counters {
	__u64 verdict[SLUICE_DECAP_VERDICT_COUNT]; /* packets */
};

/* Key of the sets `decap_addresses` and `decap_vips`, whose values mean nothing. */
struct sluice_decap_address {
	__be32 address[4]; /* IPv4 in address[3], the others zero */
	__u32 family; /* 4 or 6 */
};

_Static_assert(sizeof(struct sluice_decap_address) == 20, "no padding");

#if defined(__clang__)
#pragma clang diagnostic pop
#endif
