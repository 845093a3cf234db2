/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The flow table: look up, insert, remove, update. (The walk is the controller's: it maps the table and reads it through.)
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
	FLOW_EXISTS, /* for another destination */
	FLOW_NO_ROOM,
	FLOW_BUSY,
};

#define HEAD_MUTABLE ((__u64)SLUICE_HEAD_AGE_MASK << SLUICE_HEAD_AGE_SHIFT | (__u64)SLUICE_HEAD_STATE_MASK << SLUICE_HEAD_STATE_SHIFT)
#define LOCK_TRIES 32
/* The home bucket is preferred while it holds fewer flows than this. */
#define HOME_PREFERRED 3

inline_always __u32 tick_now(void)
{
	return (__u32)(bpf_jiffies64() >> (config.tick_shift & 63));
}

/* A sum of products with secret multipliers, spread: the home bucket is in the upper half, the second in another spread. */
inline_always __u64 flow_hash(const struct flow_key *key)
{
	__u64 h = key->source[3] * config.secret[0] + key->destination[3] * config.secret[1] + key->ports * config.secret[2] +
		  key->protocol * config.secret[3];
	if (key->family == 6)
		h += key->source[0] * config.secret[4] + key->source[1] * config.secret[5] + key->source[2] * config.secret[6] +
		     key->destination[0] * config.secret[7] + key->destination[1] * config.secret[8] +
		     key->destination[2] * config.secret[9];
	return sluice_spread(h);
}

inline_always __u32 home_bucket(__u64 hash)
{
	return (__u32)(hash >> 32);
}

inline_always __u32 second_bucket(__u64 hash)
{
	return (__u32)(sluice_spread(hash) >> 32);
}

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

inline_always __u64 read_head(__u64 *head)
{
	return *(volatile __u64 *)head;
}

inline_always int head_is_of(__u64 head, __u32 ports, __u8 protocol)
{
	__u32 state = sluice_head_state(head);
	if (sluice_head_ports(head) != ports)
		return 0;
	return protocol == IPPROTO_TCP ? state - 1 < SLUICE_FLOW_CLAIMED - 1u : state >= SLUICE_UDP_NEW;
}

inline_always int head_is_expired(__u64 head, __u32 tick, const struct sluice_settings *set)
{
	__u32 age = (tick - sluice_head_age(head)) & SLUICE_HEAD_AGE_MASK;
	return age > set->timeout[sluice_head_state(head) & (SLUICE_FLOW_STATES - 1)];
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
 * then. So the halves' ages differ by less than 2^MIRROR_SHIFT ticks, and a million NAT flows don't cost two misses a packet.
 */
#define MIRROR_SHIFT 3

inline_always int is_worth_mirroring(__u64 before, __u32 tick, __u32 state)
{
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

/* ---- out of line: what an established flow's packets don't need ------------------------------------------------- */

separate int flow_remove(const struct flow_key *key)
{
	struct flow flow = {};
	if (!key)
		return 0;
	__u64 hash = flow_hash(key);
	int found = key->family == 4 ? family_find(4, key, hash, &flow) : family_find(6, key, hash, &flow);
	if (found)
		__sync_val_compare_and_swap(flow.head, flow.value, 0);
	return found;
}

/* Gives another flow's entry (the pair's other half) this age and state. */
separate int flow_mirror(const struct flow_key *key, __u32 tick, __u32 state)
{
	struct flow flow = {};
	if (!key)
		return 0;
	__u64 hash = flow_hash(key);
	int found = key->family == 4 ? family_find(4, key, hash, &flow) : family_find(6, key, hash, &flow);
	if (found)
		flow_touch(&flow, tick, state);
	return found;
}

/*
 * Quiet for a thirty-second part of its timeout: may make room in a full table. So a flood, whose flows are half-open at
 * first, takes nothing from a connection that is in use.
 */
inline_always int is_quiet(__u32 state, __u32 age, const struct sluice_settings *set)
{
	return age > set->timeout[state & (SLUICE_FLOW_STATES - 1)] >> 5;
}

inline_always void view_oldest(__u32 *way, __u32 *oldest, __u32 candidate, __u32 age)
{
	if (*way == SLUICE_FLOW_WAYS || age > *oldest) {
		*way = candidate;
		*oldest = age;
	}
}

inline_always int family_look(int family, __u32 hash, const struct flow_key *key, __u32 tick, const struct sluice_settings *set,
			      struct bucket_view *view)
{
	__u64 *bucket = bucket_at(family, hash);
	if (!bucket)
		return 0;
	view->used = view->half_open = 0;
	view->same = view->free = view->oldest_half_open = view->oldest_closing = view->oldest_established = SLUICE_FLOW_WAYS;
#pragma unroll
	for (__u32 way = 0; way < SLUICE_FLOW_WAYS; way++) {
		__u64 head = read_head(&bucket[way]);
		__u32 state = sluice_head_state(head);
		if (head_is_of(head, key->ports, key->protocol) && way_has_addresses(bucket, family, way, key))
			view->same = way;
		if (state == SLUICE_FLOW_FREE || (state != SLUICE_FLOW_CLAIMED && head_is_expired(head, tick, set))) {
			view->free = way;
			continue;
		}
		__u32 age = (tick - sluice_head_age(head)) & SLUICE_HEAD_AGE_MASK;
		view->used++;
		if (is_half_open(state)) {
			view->half_open++;
			view_oldest(&view->oldest_half_open, &view->age[0], way, age);
		} else if (is_closing(state)) {
			view_oldest(&view->oldest_closing, &view->age[1], way, age);
		} else if (state != SLUICE_FLOW_CLAIMED && is_quiet(state, age, set)) {
			view_oldest(&view->oldest_established, &view->age[2], way, age);
		}
	}
	return 1;
}

/* False: there is no such bucket. */
separate int bucket_look(const struct flow_key *key, __u32 hash, __u32 tick, struct bucket_view *view)
{
	struct sluice_settings *set = settings_now();
	if (!key || !view || !set)
		return 0;
	return key->family == 4 ? family_look(4, hash, key, tick, set, view) : family_look(6, hash, key, tick, set, view);
}

inline_always int has_room(const struct bucket_view *view)
{
	return view->free < SLUICE_FLOW_WAYS && view->half_open < SLUICE_FLOW_HALF_OPEN_WAYS;
}

/* The way in this bucket that a half-open flow may take from another: from a closing one, else the oldest half-open one. */
inline_always __u32 victim_way(const struct bucket_view *view)
{
	if (view->half_open < SLUICE_FLOW_HALF_OPEN_WAYS && view->oldest_closing < SLUICE_FLOW_WAYS)
		return view->oldest_closing;
	return view->oldest_half_open;
}

/*
 * Chooses bucket (0 home, 1 second) and way for a new flow, which is always half-open: 8 is added for the second's.
 * Established flows are out of reach, unless `evict`, all eight ways are theirs, and one has been quiet: the table is full then.
 */
inline_always __u32 choose_way(const struct bucket_view *home, const struct bucket_view *second, int evict)
{
	const __u32 other = SLUICE_FLOW_WAYS * 2, none = SLUICE_FLOW_WAYS;
	if (home->same < none)
		return home->same;
	if (second->same < none)
		return other | second->same;
	if (has_room(home) && (home->used < HOME_PREFERRED || !has_room(second) || home->used <= second->used))
		return home->free;
	if (has_room(second))
		return other | second->free;
	__u32 way = victim_way(home);
	if (way < none)
		return way;
	way = victim_way(second);
	if (way < none)
		return other | way;
	if (evict && home->oldest_established < none)
		return home->oldest_established;
	return none;
}

/* Takes a way from `old`, fills it, and remembers whom it took it from. */
inline_always int way_take(__u64 *bucket, int family, __u32 way, const struct flow_key *key, __u64 head, struct flow_victim *victim)
{
	way &= SLUICE_FLOW_WAYS - 1;
	__u64 old = read_head(&bucket[way]);
	if (sluice_head_state(old) == SLUICE_FLOW_CLAIMED)
		return FLOW_BUSY;
	if (__sync_val_compare_and_swap(&bucket[way], old, sluice_head(0, 0, 0, SLUICE_FLOW_CLAIMED, 0)) != old)
		return FLOW_BUSY;
	victim->value = old;
	way_read_addresses(bucket, family, way, &victim->key);
	way_write_addresses(bucket, family, way, key);
	__sync_lock_test_and_set(&bucket[way], head);
	return FLOW_INSERTED;
}

inline_always int family_insert(int family, const struct flow_key *key, __u64 hash, __u64 head, int evict, struct insert_scratch *mine)
{
	struct sluice_settings *set = settings_now();
	__u32 tick = sluice_head_age(head);
	if (!bucket_look(key, home_bucket(hash), tick, &mine->home) ||
	    !bucket_look(key, second_bucket(hash), tick, &mine->second) || !set)
		return FLOW_NO_ROOM;
	__u32 way = choose_way(&mine->home, &mine->second, evict);
	if (way == SLUICE_FLOW_WAYS)
		return FLOW_NO_ROOM;
	__u64 *bucket = bucket_at(family, way & SLUICE_FLOW_WAYS * 2 ? second_bucket(hash) : home_bucket(hash));
	if (!bucket)
		return FLOW_NO_ROOM;
	__u64 old = read_head(&bucket[way & (SLUICE_FLOW_WAYS - 1)]);
	int free = sluice_head_state(old) == SLUICE_FLOW_FREE || head_is_expired(old, tick, set);
	if (mine->home.same < SLUICE_FLOW_WAYS || mine->second.same < SLUICE_FLOW_WAYS) {
		if (((old ^ head) & ~HEAD_MUTABLE) != 0 && !free)
			return FLOW_EXISTS;
		free = 1;
	}
	int result = way_take(bucket, family, way, key, head, &mine->victim);
	if (free)
		mine->victim.value = 0; /* nobody was evicted */
	return result;
}

/*
 * Inserts a half-open flow. `head` is its first head; `evict`: an established flow may be evicted from a full table.
 * Whom it evicted is left in the scratch. The same flow with the same destination is overwritten.
 */
separate int flow_insert(const struct flow_key *key, __u64 head, int evict)
{
	struct insert_scratch *mine = scratch_now();
	if (!key || !mine)
		return FLOW_BUSY;
	mine->victim.value = 0;
	__u64 hash = flow_hash(key);
	__u32 index = home_bucket(hash) & (FLOW_LOCKS - 1);
	__u32 *lock = bpf_map_lookup_elem(&locks, &index);
	int taken = 0;
	if (!lock)
		return FLOW_BUSY;
	for (int i = 0; i < LOCK_TRIES && !taken; i++)
		taken = __sync_val_compare_and_swap(lock, 0, 1) == 0;
	if (!taken)
		return FLOW_BUSY;
	int result = key->family == 4 ? family_insert(4, key, hash, head, evict, mine) :
					family_insert(6, key, hash, head, evict, mine);
	__sync_lock_test_and_set(lock, 0);
	return result;
}
