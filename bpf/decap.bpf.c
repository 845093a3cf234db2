// SPDX-License-Identifier: GPL-2.0
/*
 * The real server's side of TUN, for machines without a tunnel device: takes the outer header off IPv4 or IPv6 packets that
 * carry IPv4 or IPv6 (protocols 4 and 41) to a VIP, and lets the kernel receive the inner packet as if it had come bare.
 *
 *   Ethernet [tag [tag]] outer-IP inner-IP ...  ->  Ethernet [tag [tag]] inner-IP ...
 *
 * Anything else goes to the kernel untouched. Whoever can send us a packet for the VIP can do so without a tunnel as well,
 * so the outer source is not checked.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "decap_ecn.h"
#include "sluice_decap.h"

#define MAX_TAGS 2
#define TAG_LENGTH 4
#define MAX_L2 (ETH_HLEN + MAX_TAGS * TAG_LENGTH)

#define IPV4_FRAGMENT 0x3fff /* more fragments, and the offset */

/* Written by the loader before the program is attached and whenever addresses change; read here. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, SLUICE_DECAP_MAX_ADDRESSES);
	__type(key, struct sluice_decap_address);
	__type(value, __u8);
} decap_addresses SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, SLUICE_DECAP_MAX_VIPS);
	__type(key, struct sluice_decap_address);
	__type(value, __u8);
} decap_vips SEC(".maps");

/* Written here, read by `sluicectl real-server check`. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sluice_decap_counters);
} decap_counters SEC(".maps");

/* What the outer header says. Offsets are from the start of the packet, lengths in bytes. */
struct outer {
	__u32 l2; /* length of the Ethernet header with its tags, so offset of the outer header */
	__u32 length; /* of the outer header */
	__u32 payload; /* bytes behind it, by its own account */
	__u8 protocol;
	__u8 ecn;
};

inline_always int count(enum sluice_decap_verdict verdict, int action)
{
	__u32 key = 0;
	struct sluice_decap_counters *counters = bpf_map_lookup_elem(&decap_counters, &key);

	if (counters)
		counters->verdict[verdict]++;
	return action;
}

inline_always struct sluice_decap_address key4(__be32 address)
{
	return (struct sluice_decap_address){.address = {0, 0, 0, address}, .family = 4};
}

inline_always struct sluice_decap_address key6(const struct in6_addr *address)
{
	const __be32 *words = address->in6_u.u6_addr32;

	return (struct sluice_decap_address){.address = {words[0], words[1], words[2], words[3]}, .family = 6};
}

inline_always int sum_is_right(const struct iphdr *ip)
{
	const __u16 *words = (const __u16 *)ip;
	__u32 sum = 0;

#pragma unroll
	for (int i = 0; i < (int)(sizeof(*ip) / sizeof(*words)); i++)
		sum += words[i];
	return fold(sum) == 0xffff;
}

/* Walks the tags. The protocol behind them as it lies in the packet, and their length in *l2; 0 if cut off or too many. */
inline_always __be16 parse_l2(const void *data, const void *end, __u32 *l2)
{
	const struct ethhdr *ethernet = data;
	__be16 protocol;

	if ((const void *)(ethernet + 1) > end)
		return 0;
	protocol = ethernet->h_proto;
	*l2 = ETH_HLEN;
#pragma unroll
	for (int i = 0; i < MAX_TAGS; i++) {
		const __be16 *inner = data + *l2 + 2;

		if (protocol != bpf_htons(ETH_P_8021Q) && protocol != bpf_htons(ETH_P_8021AD))
			break;
		if ((const void *)(inner + 1) > end)
			return 0;
		protocol = *inner;
		*l2 += TAG_LENGTH;
	}
	return protocol;
}

/* STRIPPED stands for "go on"; so it does in all that follows. */
inline_always enum sluice_decap_verdict parse_outer4(const void *data, const void *end, struct outer *outer,
						     struct sluice_decap_address *destination)
{
	const struct iphdr *ip = data + outer->l2;
	__u32 total;

	if ((const void *)(ip + 1) > end || ip->version != 4 || ip->ihl != 5)
		return SLUICE_DECAP_PASS_NOT_TUNNEL;
	if (ip->protocol != IPPROTO_IPIP && ip->protocol != IPPROTO_IPV6)
		return SLUICE_DECAP_PASS_NOT_TUNNEL;
	if (ip->frag_off & bpf_htons(IPV4_FRAGMENT))
		return SLUICE_DECAP_PASS_FRAGMENT;
	total = bpf_ntohs(ip->tot_len);
	if (total < sizeof(*ip) || !sum_is_right(ip))
		return SLUICE_DECAP_PASS_MALFORMED;
	outer->length = sizeof(*ip);
	outer->payload = total - sizeof(*ip);
	outer->protocol = ip->protocol;
	outer->ecn = ip->tos & ECN_MASK;
	*destination = key4(ip->daddr);
	return SLUICE_DECAP_STRIPPED;
}

inline_always enum sluice_decap_verdict parse_outer6(const void *data, const void *end, struct outer *outer,
						     struct sluice_decap_address *destination)
{
	const struct ipv6hdr *ip = data + outer->l2;

	if ((const void *)(ip + 1) > end || ip->version != 6)
		return SLUICE_DECAP_PASS_NOT_TUNNEL;
	if (ip->nexthdr == IPPROTO_FRAGMENT)
		return SLUICE_DECAP_PASS_FRAGMENT;
	if (ip->nexthdr != IPPROTO_IPIP && ip->nexthdr != IPPROTO_IPV6)
		return SLUICE_DECAP_PASS_NOT_TUNNEL;
	outer->length = sizeof(*ip);
	outer->payload = bpf_ntohs(ip->payload_len);
	outer->protocol = ip->nexthdr;
	outer->ecn = ip->flow_lbl[0] >> 4 & ECN_MASK;
	*destination = key6(&ip->daddr);
	return SLUICE_DECAP_STRIPPED;
}

inline_always enum sluice_decap_verdict parse_outer(const void *data, const void *end, struct outer *outer,
						    struct sluice_decap_address *destination)
{
	__be16 protocol = parse_l2(data, end, &outer->l2);

	if (protocol == bpf_htons(ETH_P_IP))
		return parse_outer4(data, end, outer, destination);
	if (protocol == bpf_htons(ETH_P_IPV6))
		return parse_outer6(data, end, outer, destination);
	return SLUICE_DECAP_PASS_NOT_TUNNEL;
}

inline_always enum sluice_decap_verdict check_inner4(void *data, void *end, const struct outer *outer)
{
	struct iphdr *ip = data + outer->l2 + outer->length;
	struct sluice_decap_address key;
	__u32 total;
	int ecn;

	if ((void *)(ip + 1) > end || ip->version != 4 || ip->ihl < 5)
		return SLUICE_DECAP_PASS_MALFORMED;
	total = bpf_ntohs(ip->tot_len);
	if (total < ip->ihl * 4u || total > outer->payload)
		return SLUICE_DECAP_PASS_MALFORMED;
	key = key4(ip->daddr);
	if (!bpf_map_lookup_elem(&decap_vips, &key))
		return SLUICE_DECAP_PASS_NOT_VIP;
	ecn = combined_ecn(outer->ecn, ip->tos & ECN_MASK);
	if (ecn < 0)
		return SLUICE_DECAP_DROP_ECN;
	if ((__u32)ecn != (ip->tos & ECN_MASK))
		set_ecn4(ip, ecn);
	return SLUICE_DECAP_STRIPPED;
}

inline_always enum sluice_decap_verdict check_inner6(void *data, void *end, const struct outer *outer)
{
	struct ipv6hdr *ip = data + outer->l2 + outer->length;
	struct sluice_decap_address key;
	int ecn;

	if ((void *)(ip + 1) > end || ip->version != 6)
		return SLUICE_DECAP_PASS_MALFORMED;
	if (sizeof(*ip) + bpf_ntohs(ip->payload_len) > outer->payload)
		return SLUICE_DECAP_PASS_MALFORMED;
	key = key6(&ip->daddr);
	if (!bpf_map_lookup_elem(&decap_vips, &key))
		return SLUICE_DECAP_PASS_NOT_VIP;
	ecn = combined_ecn(outer->ecn, ip->flow_lbl[0] >> 4 & ECN_MASK);
	if (ecn < 0)
		return SLUICE_DECAP_DROP_ECN;
	ip->flow_lbl[0] = (ip->flow_lbl[0] & ~(ECN_MASK << 4)) | ecn << 4;
	return SLUICE_DECAP_STRIPPED;
}

/* An Ethernet header of `length` bytes, a constant: all but the type that stands at its end. */
inline_always void put_l2(void *data, const __u8 *header, __u32 length, __be16 type)
{
	__builtin_memcpy(data, header, length - sizeof(type));
	__builtin_memcpy(data + length - sizeof(type), &type, sizeof(type));
}

/* Takes the outer header off and puts the Ethernet header, with its tags, before the inner one. 0, or -1. */
inline_always int strip(struct xdp_md *ctx, const struct outer *outer)
{
	__be16 type = outer->protocol == IPPROTO_IPIP ? bpf_htons(ETH_P_IP) : bpf_htons(ETH_P_IPV6);
	void *data = (void *)(long)ctx->data;
	__u8 header[MAX_L2];

	if (data + MAX_L2 > (void *)(long)ctx->data_end)
		return -1;
	__builtin_memcpy(header, data, MAX_L2);
	if (bpf_xdp_adjust_head(ctx, outer->length))
		return -1;
	data = (void *)(long)ctx->data;
	if (data + MAX_L2 > (void *)(long)ctx->data_end)
		return -1;
	if (outer->l2 == ETH_HLEN)
		put_l2(data, header, ETH_HLEN, type);
	else if (outer->l2 == ETH_HLEN + TAG_LENGTH)
		put_l2(data, header, ETH_HLEN + TAG_LENGTH, type);
	else
		put_l2(data, header, MAX_L2, type);
	return 0;
}

SEC("xdp")
int sluice_decap(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	struct outer outer = {};
	struct sluice_decap_address destination = {};
	enum sluice_decap_verdict verdict = parse_outer(data, end, &outer, &destination);

	if (verdict != SLUICE_DECAP_STRIPPED)
		return count(verdict, XDP_PASS);
	if (!bpf_map_lookup_elem(&decap_addresses, &destination))
		return count(SLUICE_DECAP_PASS_NOT_OURS, XDP_PASS);
	if (outer.l2 + outer.length + outer.payload > (__u64)(end - data))
		return count(SLUICE_DECAP_PASS_MALFORMED, XDP_PASS);
	verdict = outer.protocol == IPPROTO_IPIP ? check_inner4(data, end, &outer) : check_inner6(data, end, &outer);
	if (verdict == SLUICE_DECAP_DROP_ECN)
		return count(verdict, XDP_DROP);
	if (verdict != SLUICE_DECAP_STRIPPED)
		return count(verdict, XDP_PASS);
	/* Only a packet of inconsistent length can fail here, and parsing has ruled that out. */
	if (strip(ctx, &outer))
		return count(SLUICE_DECAP_PASS_MALFORMED, XDP_DROP);
	return count(SLUICE_DECAP_STRIPPED, XDP_PASS);
}

char LICENSE[] SEC("license") = "GPL";
