/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The flow table: look up and update here; insert, remove and mirror, out of an established flow's way, in flow_insert.h. (The
 * walk is the controller's: it maps the table and reads it through.)
 *
 * A set-associative table in a plain array: a bucket is one cache line of four IPv4 flows (2.5 lines of four IPv6 flows). A
 * flow may stand in either of two buckets, its home, or its second when the home holds three already. So nearly every hit
 * costs one line, and at a third of capacity fewer than 1 in 100,000 inserts finds both full.
 *
 * Readers take no lock: a way's head holds ports, state and destination in eight bytes; after the addresses have been
 * compared it is read again. Writers claim a way by compare-and-swap on its head, and hold a try-lock on the home bucket,
 * lest two CPUs insert one flow twice.
 */
#pragma once

#include "counters.h"
#include "maps.h"
#include "packet.h"
#include "tcp.h"

/* A flow that was found: where its head is, and what it said. */
struct flow {
	__u64 *head;
	__u64 value;
};

inline_always struct insert_scratch *scratch_now(void)
{
	__u32 zero = 0;
	return bpf_map_lookup_elem(&scratch, &zero);
}

enum flow_insert_result {
	FLOW_INSERTED,
	FLOW_REFRESHED, /* it was there, with the same destination */
	FLOW_EXISTS, /* for another destination */
	FLOW_NO_ROOM,
	FLOW_BUSY,
};

#define HEAD_MUTABLE                                                                          \
	((__u64)SLUICE_HEAD_AGE_MASK << SLUICE_HEAD_AGE_SHIFT | (__u64)SLUICE_HEAD_STATE_MASK \
									<< SLUICE_HEAD_STATE_SHIFT)
#define LOCK_TRIES 32
/* The home bucket is preferred while it holds fewer flows than this. */
#define HOME_PREFERRED 3

inline_always __u32 tick_now(void) { return (__u32)(bpf_jiffies64() >> (config.tick_shift & 63)); }

/* A sum of products with secret multipliers, spread: the home bucket is in the upper half, the second in another spread. */
inline_always __u64 flow_hash(const struct flow_key *key)
{
	__u64 h = key->source[3] * config.secret[0] + key->destination[3] * config.secret[1] +
		  key->ports * config.secret[2] + key->protocol * config.secret[3];
	if (key->family == 6)
		h += key->source[0] * config.secret[4] + key->source[1] * config.secret[5] +
		     key->source[2] * config.secret[6] + key->destination[0] * config.secret[7] +
		     key->destination[1] * config.secret[8] + key->destination[2] * config.secret[9];
	return sluice_spread(h);
}

inline_always __u32 home_bucket(__u64 hash) { return (__u32)(hash >> 32); }

inline_always __u32 second_bucket(__u64 hash) { return (__u32)(sluice_spread(hash) >> 32); }

/* The bucket at a hash; its heads come first in either family's. */
inline_always __u64 *bucket_at(int family, __u32 hash)
{
	__u32 index = hash & (family == 4 ? config.flow_mask4 : config.flow_mask6);
	return family == 4 ? bpf_map_lookup_elem(&flows4, &index) : bpf_map_lookup_elem(&flows6, &index);
}

inline_always int way_has_addresses(__u64 *bucket, int family, __u32 way, const struct flow_key *key)
{
	if (family == 4) {
		struct sluice_addresses4 *at = &((struct sluice_flow_bucket4 *)bucket)->addresses[way];
		return at->source == key->source[3] && at->destination == key->destination[3];
	}
	struct sluice_addresses6 *at = &((struct sluice_flow_bucket6 *)bucket)->addresses[way];
	return same_address(at->source, key->source) && same_address(at->destination, key->destination);
}

inline_always void way_read_addresses(__u64 *bucket, int family, __u32 way, struct flow_key *key)
{
	if (family == 4) {
		struct sluice_addresses4 *at = &((struct sluice_flow_bucket4 *)bucket)->addresses[way];
		key->source[3] = at->source;
		key->destination[3] = at->destination;
		return;
	}
	struct sluice_addresses6 *at = &((struct sluice_flow_bucket6 *)bucket)->addresses[way];
	copy_address(key->source, at->source);
	copy_address(key->destination, at->destination);
}

inline_always void way_write_addresses(__u64 *bucket, int family, __u32 way, const struct flow_key *key)
{
	if (family == 4) {
		struct sluice_addresses4 *at = &((struct sluice_flow_bucket4 *)bucket)->addresses[way];
		at->source = key->source[3];
		at->destination = key->destination[3];
		return;
	}
	struct sluice_addresses6 *at = &((struct sluice_flow_bucket6 *)bucket)->addresses[way];
	copy_address(at->source, key->source);
	copy_address(at->destination, key->destination);
}

inline_always __u64 read_head(__u64 *head) { return *(volatile __u64 *)head; }

inline_always int head_is_of(__u64 head, __u32 ports, __u8 protocol)
{
	__u32 state = sluice_head_state(head);
	if (sluice_head_ports(head) != ports)
		return 0;
	return protocol == IPPROTO_TCP ? state - 1 < SLUICE_FLOW_CLAIMED - 1u : state >= SLUICE_UDP_NEW;
}

inline_always int head_is_expired(__u64 head, __u32 tick, const struct sluice_settings *set)
{
	return sluice_age(head, tick) > set->timeout[sluice_head_state(head) & (SLUICE_FLOW_STATES - 1)];
}

/* Looks for the key in one bucket. */
inline_always __u64 *bucket_find(__u64 *bucket, int family, const struct flow_key *key, __u64 *value)
{
	if (!bucket)
		return NULL;
#pragma unroll
	for (__u32 way = 0; way < SLUICE_FLOW_WAYS; way++) {
		__u64 head = read_head(&bucket[way]);
		if (!head_is_of(head, key->ports, key->protocol) || !way_has_addresses(bucket, family, way, key))
			continue;
		*value = read_head(&bucket[way]);
		if (((head ^ *value) & ~HEAD_MUTABLE) == 0)
			return &bucket[way];
	}
	return NULL;
}

inline_always int family_find(int family, const struct flow_key *key, __u64 hash, struct flow *flow)
{
	flow->head = bucket_find(bucket_at(family, home_bucket(hash)), family, key, &flow->value);
	if (!flow->head)
		flow->head = bucket_find(bucket_at(family, second_bucket(hash)), family, key, &flow->value);
	return flow->head != NULL;
}

inline_always struct sluice_settings *settings_now(void)
{
	__u32 zero = 0;
	return bpf_map_lookup_elem(&settings, &zero);
}

/* Finds a live flow. One that has expired is removed on the way, so that the caller sees a miss. */
inline_always int flow_find(const struct flow_key *key, __u32 tick, struct flow *flow)
{
	__u64 hash = flow_hash(key);
	int found = key->family == 4 ? family_find(4, key, hash, flow) : family_find(6, key, hash, flow);
	struct sluice_settings *set = settings_now();
	if (!found || !set)
		return 0;
	if (head_is_expired(flow->value, tick, set)) {
		__sync_val_compare_and_swap(flow->head, flow->value, 0);
		return 0;
	}
	return 1;
}

/* Writes age and state where they have changed. Another CPU's write in between wins: it is as true as ours. */
inline_always int flow_touch(struct flow *flow, __u32 tick, __u32 state)
{
	__u64 value = (flow->value & ~HEAD_MUTABLE) | sluice_head(0, 0, tick, state, 0);
	if (value == flow->value)
		return 0;
	__sync_val_compare_and_swap(flow->head, flow->value, value);
	return 1;
}

/*
 * Whether the change from one head to another is worth a visit to the pair's other half: its state is, its age only now and
 * then, unless its timeout is short. So the halves' ages differ by less than 2^MIRROR_SHIFT ticks, and a million NAT flows
 * don't cost two misses a packet.
 */
#define MIRROR_SHIFT 3
#define SHORT_TIMEOUT 64

inline_always int is_worth_mirroring(__u64 before, __u32 tick, __u32 state)
{
	struct sluice_settings *set = settings_now();
	if (!set || set->timeout[state & (SLUICE_FLOW_STATES - 1)] < SHORT_TIMEOUT)
		return 1;
	__u64 after = sluice_head(0, 0, tick, state, 0);
	const __u64 coarse = HEAD_MUTABLE & ~((((__u64)1 << MIRROR_SHIFT) - 1) << SLUICE_HEAD_AGE_SHIFT);
	return ((before ^ after) & coarse) != 0;
}

/* Has the second bucket's line on its way while the home bucket is searched: a new flow needs both. */
inline_always void flow_prefetch_second(const struct flow_key *key)
{
	__u32 hash = second_bucket(flow_hash(key));
	__u64 *bucket = key->family == 4 ? bucket_at(4, hash) : bucket_at(6, hash);
	if (bucket)
		read_head(bucket);
}
