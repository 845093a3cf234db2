/* SPDX-License-Identifier: GPL-2.0 */
/* The flow table's other half, out of line: what an established flow's packets don't need. */
#pragma once

#include "flow.h"

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

/*
 * Gives another flow's entry (the pair's other half) this age and, where its state still is `before`, this state: another
 * CPU may have seen the connection close meanwhile.
 */
separate int flow_mirror(const struct flow_key *key, __u32 tick, __u32 before, __u32 state)
{
	struct flow flow = {};
	if (!key)
		return 0;
	__u64 hash = flow_hash(key);
	int found = key->family == 4 ? family_find(4, key, hash, &flow) : family_find(6, key, hash, &flow);
	if (found)
		flow_touch(&flow, tick,
			   sluice_head_state(flow.value) == before ? state : sluice_head_state(flow.value));
	return found;
}

/* An established flow that has said nothing for so many ticks may make room in a full table. */
#define QUIET_TICKS 4

/* A view is volatile: what it says is then memory to the verifier, which would follow each way that four ways can be. */
inline_always void view_oldest(volatile __u32 *way, volatile __u32 *oldest, __u32 candidate, __u32 age)
{
	if (*way == SLUICE_FLOW_WAYS || age > *oldest) {
		*way = candidate;
		*oldest = age;
	}
}

inline_always int family_look(int family, __u32 hash, const struct flow_key *key, __u32 tick,
			      const struct sluice_settings *set, volatile struct bucket_view *view)
{
	__u64 *bucket = bucket_at(family, hash);
	if (!bucket)
		return 0;
	view->used = 0;
	view->half_open = 0;
	view->age[2] = 0;
	view->same = SLUICE_FLOW_WAYS;
	view->free = SLUICE_FLOW_WAYS;
	view->oldest_half_open = SLUICE_FLOW_WAYS;
	view->oldest_closing = SLUICE_FLOW_WAYS;
	view->oldest_established = SLUICE_FLOW_WAYS;
#pragma unroll
	for (__u32 way = 0; way < SLUICE_FLOW_WAYS; way++) {
		__u64 head = read_head(&bucket[way]);
		__u32 state = sluice_head_state(head);
		view->head[way] = head;
		if (head_is_of(head, key->ports, key->protocol) && way_has_addresses(bucket, family, way, key))
			view->same = way;
		if (state == SLUICE_FLOW_FREE || (state != SLUICE_FLOW_CLAIMED && head_is_expired(head, tick, set))) {
			view->free = way;
			continue;
		}
		__u32 age = sluice_age(head, tick);
		view->used++;
		if (is_half_open(state)) {
			view->half_open++;
			view_oldest(&view->oldest_half_open, &view->age[0], way, age);
		} else if (is_closing(state)) {
			view_oldest(&view->oldest_closing, &view->age[1], way, age);
		} else if (state != SLUICE_FLOW_CLAIMED && age >= QUIET_TICKS) {
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
	return key->family == 4 ? family_look(4, hash, key, tick, set, view)
				: family_look(6, hash, key, tick, set, view);
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
	if (!evict || (home->oldest_established == none && second->oldest_established == none))
		return none;
	/* An age without a way is zero. */
	return home->age[2] >= second->age[2] ? home->oldest_established : other | second->oldest_established;
}

/* Takes a way from `old`, the head by which it was chosen, fills it, and remembers whom it took it from. */
inline_always int way_take(__u64 *bucket, int family, __u32 way, __u64 old, const struct flow_key *key, __u64 head,
			   struct flow_victim *victim)
{
	way &= SLUICE_FLOW_WAYS - 1;
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

inline_always int family_insert(int family, const struct flow_key *key, __u64 hash, __u64 head, int evict,
				struct insert_scratch *mine)
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
	const struct bucket_view *view = way & SLUICE_FLOW_WAYS * 2 ? &mine->second : &mine->home;
	__u64 old = view->head[way & (SLUICE_FLOW_WAYS - 1)];
	int free = sluice_head_state(old) == SLUICE_FLOW_FREE || head_is_expired(old, tick, set);
	int known = !free && (mine->home.same < SLUICE_FLOW_WAYS || mine->second.same < SLUICE_FLOW_WAYS);
	if (known && ((old ^ head) & ~HEAD_MUTABLE) != 0)
		return FLOW_EXISTS;
	int result = way_take(bucket, family, way, old, key, head, &mine->victim);
	if (free || known)
		mine->victim.value = 0; /* nobody was evicted */
	return known && result == FLOW_INSERTED ? FLOW_REFRESHED : result;
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
	int result = key->family == 4 ? family_insert(4, key, hash, head, evict, mine)
				      : family_insert(6, key, hash, head, evict, mine);
	__sync_lock_test_and_set(lock, 0);
	return result;
}
