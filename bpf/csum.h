/* SPDX-License-Identifier: GPL-2.0 */
/* Internet checksums, updated and not computed anew (RFC 1624). All words are as they lie in memory. */
#pragma once

#include "packet.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	       "the sums' partial words are written for little-endian machines");

/* A sum of 16-bit words, carries folded in. */
inline_always __u16 csum_fold(__u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (__u16)sum;
}

inline_always __u32 csum_words(__be32 word) { return (word & 0xffff) + (word >> 16); }

/* The checksum `check` after the words that it covers have gained `gain` (ones' complement). */
inline_always __u16 csum_gain(__u16 check, __u32 gain) { return ~csum_fold((__u16)~check + gain); }

/* What a sum gains when one 32-bit word becomes another. */
inline_always __u32 csum_change(__be32 from, __be32 to) { return csum_words(~from) + csum_words(to); }

/* IPv4: TTL down by one, and its header's checksum with it. */
inline_always void decrement_ttl(struct iphdr *ip)
{
	__u32 check = ip->check + bpf_htons(0x0100);
	ip->check = (__u16)(check + (check >= 0xffff));
	ip->ttl--;
}
