/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * Everything that the XDP programs and the controller share: map values, limits, counters. Both sides include this very
 * file, so there is nothing to keep in step. Addresses and ports are in network byte order (`__be*`), all else in host order.
 * Raise SLUICE_LAYOUT whenever the meaning of a byte in a map changes: it is part of the pin path.
 */
#pragma once

#include <linux/types.h>

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic error "-Wpadded"
#define SLUICE_CLOSED_ENUM __attribute__((enum_extensibility(closed)))
#else
#define SLUICE_CLOSED_ENUM
#endif

#define SLUICE_LAYOUT 2

/* ---- limits ---------------------------------------------------------------------------------------------------- */

#define SLUICE_MAX_SERVICES 4096
/*
 * Slots of the open-addressed service table. Besides services it holds VIPs and the addresses of NAT real servers: some
 * 20,000 keys fit before one finds no slot within SLUICE_SERVICE_PROBES, and the planner says so.
 */
#define SLUICE_SERVICE_SLOTS 65536
#define SLUICE_SERVICE_PROBES 32
#define SLUICE_MAX_DESTINATIONS 65536
#define SLUICE_MAX_INTERFACES 64
#define SLUICE_INTERFACE_SLOTS 256
#define SLUICE_INTERFACE_PROBES 8
/* The ring arena: entries of all rings together. A map value holds one chunk of it. */
#define SLUICE_RING_CHUNK 1024
#define SLUICE_RING_CHUNKS 8192
#define SLUICE_RING_NONE 0xffffffffu
/* A Maglev ring's size is a prime, at least SLUICE_MAGLEV_FACTOR x servers, and at most SLUICE_MAGLEV_MAX. */
#define SLUICE_MAGLEV_FACTOR 100
#define SLUICE_MAGLEV_MAX 65537
/* The sh scheduler's ring, as IPVS (IP_VS_SH_TAB_BITS 8). */
#define SLUICE_SH_BUCKETS 256
/* Headers that are walked before the upper layer's one is given up. */
#define SLUICE_MAX_EXTENSION_HEADERS 6
#define SLUICE_MAX_VLAN_TAGS 2

/* ---- verdicts: each packet counts exactly one --------------------------------------------------------------------- */

enum SLUICE_CLOSED_ENUM sluice_verdict {
	/* To the kernel, untouched. */
	SLUICE_PASS_NOT_IP = 0, /* neither IPv4 nor IPv6, or more than two VLAN tags */
	SLUICE_PASS_TRUNCATED, /* malformed before it was known to be for a virtual service */
	SLUICE_PASS_OTHER_HOST, /* the destination MAC is not ours (a bridge floods) */
	SLUICE_PASS_NOT_SERVICE, /* for no virtual service, and no reply that a flow knows */
	SLUICE_PASS_BACKUP, /* for a virtual service whose role is off */
	/* Sent on. */
	SLUICE_FORWARDED, /* client to real server */
	SLUICE_REPLIED, /* NAT: real server to client, translated back */
	SLUICE_ICMP_FORWARDED, /* an ICMP error that followed its flow, either way */
	SLUICE_TOO_BIG_ANSWERED, /* fragmentation needed / packet too big sent to the sender */
	SLUICE_TTL_ANSWERED, /* time exceeded sent to the sender */
	/* Ours, and dropped. */
	SLUICE_DROP_MALFORMED, /* lengths contradict each other, or a header is cut off */
	SLUICE_DROP_SOURCE, /* a source address that no packet may have: multicast, loopback, unspecified */
	SLUICE_DROP_FRAGMENT, /* fragments are not forwarded */
	SLUICE_DROP_EXTENSIONS, /* more IPv6 extension headers than are walked */
	SLUICE_DROP_NO_SERVER, /* the scheduler has no real server */
	SLUICE_DROP_NO_NEIGHBOUR, /* the next hop's MAC address is not known */
	SLUICE_DROP_NO_FLOW, /* TCP, no SYN, no flow, and the scheduler needs one; or an ICMP error for no flow */
	SLUICE_DROP_SERVER_REMOVED, /* the flow's real server was removed */
	SLUICE_DROP_TTL, /* TTL used up, and it can't be answered */
	SLUICE_DROP_TOO_BIG, /* does not fit, and it can't be answered */
	SLUICE_DROP_REPLY_TAKEN, /* NAT: for every real server tried the reply's 5-tuple is another flow's, or has no room */
	SLUICE_DROP_NO_ROUTE, /* NAT: no way back to the client */
	SLUICE_DROP_HEADROOM, /* the driver left no room for a tunnel header */
	SLUICE_DROP_NOT_ACCEPTED, /* for a VIP itself, in no virtual service, and VRRP's accept mode is off */
	SLUICE_VERDICT_COUNT
};

/* Things that happen beside the verdict; not part of the sum. */
enum SLUICE_CLOSED_ENUM sluice_event {
	SLUICE_FLOW_INSERTED = 0, /* entries, so two for a NAT connection */
	SLUICE_FLOW_EVICTED, /* a live entry made room for a new one */
	SLUICE_FLOW_NO_ROOM, /* no way could be taken; the packet was forwarded without state */
	SLUICE_FLOW_LOCK_BUSY, /* another CPU held the bucket; the packet was forwarded without state */
	SLUICE_FLOW_PICKED_UP, /* a hash scheduler took up a TCP connection mid-stream */
	SLUICE_FLOW_RESCHEDULED, /* a flow left its removed real server, or a SYN reused a closed flow */
	SLUICE_HOP_LOOKED_UP, /* NAT: the way to the client came from the kernel's routing table */
	SLUICE_EVENT_COUNT
};

/* The one value of the per-CPU array `counters`. */
struct sluice_counters {
	__u64 verdict[SLUICE_VERDICT_COUNT]; /* packets */
	__u64 event[SLUICE_EVENT_COUNT];
};

/* Per CPU and destination. Bytes are of the IP packet as it arrived, without Ethernet header, as IPVS counts. */
struct sluice_destination_counters {
	__u64 connections;
	__u64 packets_in; /* client to real server */
	__u64 bytes_in;
	__u64 packets_out; /* real server to client (NAT) */
	__u64 bytes_out;
};

/* ---- virtual services ----------------------------------------------------------------------------------------- */

/* What a slot of the service table holds. */
enum SLUICE_CLOSED_ENUM sluice_slot_kind {
	SLUICE_SLOT_EMPTY = 0, /* never used: a look-up ends here */
	SLUICE_SLOT_DELETED, /* used before: a look-up goes on */
	SLUICE_SLOT_SERVICE,
	SLUICE_SLOT_VIP, /* the address alone (port and protocol 0): a VIP of some service */
	SLUICE_SLOT_SERVER, /* the address alone: a NAT real server, whose reply fragments must not leak */
	SLUICE_SLOT_MAC, /* a virtual MAC address on an interface; ours while its role is on */
};

enum SLUICE_CLOSED_ENUM sluice_scheduler {
	SLUICE_SCHEDULER_RR = 0,
	SLUICE_SCHEDULER_WRR,
	SLUICE_SCHEDULER_SH,
	SLUICE_SCHEDULER_MH,
};

/* Flags of a service. */
#define SLUICE_SERVICE_ACTIVE (1u << 0) /* the role bit: this director serves it */
#define SLUICE_SERVICE_DRAIN (1u << 1) /* role off, yet known flows are forwarded */
#define SLUICE_SERVICE_STATELESS (1u << 2) /* hash scheduler, DR or TUN, TCP: no flow entries outside ring changes */
#define SLUICE_SERVICE_RESCHEDULE (1u << 3) /* flows of a removed real server are rescheduled, not dropped */
#define SLUICE_SERVICE_HASH_PORT (1u << 4) /* sh-port, mh-port: the source port is hashed too */
#define SLUICE_SERVICE_DROP_MIDSTREAM (1u << 5) /* hash schedulers: don't pick up a TCP connection mid-stream */
#define SLUICE_SERVICE_NO_ACCEPT \
	(1u << 6) /* of a VIP's slot: while its role is on the kernel gets nothing for it but ND */

/* What stands in the place of a family in the slot of a virtual MAC; its words are ifindex, four bytes, two bytes, zero. */
#define SLUICE_FAMILY_MAC 2

/* A region of the ring arena: entries [base, base + size). Switched as one 8-byte store. */
struct sluice_ring {
	__u32 base;
	__u32 size; /* 0: no server */
};

/*
 * One cache line, and one slot of an open-addressed hash table: the home slot is sluice_service_home(), then linear
 * probing. A service is (address, protocol, port); port 0 is any port. IPv4 addresses stand in address[3] with
 * address[0..2] zero, and `family` tells them apart.
 */
struct sluice_service {
	__be32 address[4];
	__be16 port;
	__u8 protocol; /* IPPROTO_TCP, IPPROTO_UDP */
	__u8 family; /* 4, 6 or SLUICE_FAMILY_MAC */
	__u8 kind; /* enum sluice_slot_kind; written last when a slot is filled, first when it is emptied */
	__u8 scheduler; /* enum sluice_scheduler */
	__u16 flags;
	struct sluice_ring ring;
	struct sluice_ring previous; /* stateless: the ring before the last change, until `settled` */
	__u64 settled; /* stateless: jiffies at which `previous` is forgotten */
	__u64 reserved[2];
};

/* ---- destinations ----------------------------------------------------------------------------------------------- */

enum SLUICE_CLOSED_ENUM sluice_mode {
	SLUICE_MODE_DR = 0,
	SLUICE_MODE_TUN,
	SLUICE_MODE_NAT,
};

#define SLUICE_DESTINATION_USED (1u << 0) /* the index is taken, maybe by a removed real server */
#define SLUICE_DESTINATION_AVAILABLE (1u << 1) /* not removed: its flows are forwarded */
#define SLUICE_DESTINATION_RESOLVED (1u << 2) /* dmac, smac, ifindex are valid */

/*
 * One cache line. Mode, family, address, port and service never change while the index is in use. dmac+mode+flags and
 * smac+mtu are each written as one 8-byte store; before ifindex, source or sum change, RESOLVED is taken away.
 */
struct sluice_destination {
	__u8 dmac[6]; /* the next hop's MAC address */
	__u8 mode; /* enum sluice_mode */
	__u8 flags;
	__u8 smac[6]; /* the egress interface's */
	__u16 mtu; /* of the way to the real server, bytes of IP packet, tunnel header included */
	__u32 ifindex; /* egress */
	__u16 service; /* slot in the service table */
	__be16 port; /* of the real server (NAT); 0 leaves the packet's */
	__be32 address[4]; /* of the real server, IPv4 in address[3] */
	__be32 source[4]; /* TUN: the outer source address, of the same family */
	__u16 sum; /* TUN over IPv4: the outer header's constant part; NAT: what the L4 checksum gains on the way in */
	__u8 family; /* of `address`: 4 or 6 */
	__u8 reserved;
	__u32 weight; /* for listings: the forwarder knows only rings */
};

/* ---- interfaces ------------------------------------------------------------------------------------------------- */

/* Open-addressed by ifindex % SLUICE_INTERFACE_SLOTS, linear probing. ifindex 0: empty. */
struct sluice_interface {
	__u32 ifindex;
	__u8 mac[6];
	__u8 attached; /* our program runs here (else: egress only) */
	__u8 generic; /* it runs in generic mode */
	__u32 mtu;
};

/* ---- flows ------------------------------------------------------------------------------------------------------ */

/* TCP states as in IPVS, in the order of its transition table. Five bits. */
enum SLUICE_CLOSED_ENUM sluice_flow_state {
	SLUICE_FLOW_FREE = 0,
	SLUICE_TCP_NONE = 1,
	SLUICE_TCP_ESTABLISHED,
	SLUICE_TCP_SYN_SENT,
	SLUICE_TCP_SYN_RECV,
	SLUICE_TCP_FIN_WAIT,
	SLUICE_TCP_TIME_WAIT,
	SLUICE_TCP_CLOSE,
	SLUICE_TCP_CLOSE_WAIT,
	SLUICE_TCP_LAST_ACK,
	SLUICE_TCP_LISTEN,
	SLUICE_TCP_SYN_ACK,
	SLUICE_TCP_PICKED_UP, /* mid-stream, one packet seen: as half-open as a SYN for eviction */
	SLUICE_FLOW_CLAIMED = 15, /* a writer is filling the way */
	SLUICE_UDP_NEW = 16, /* one packet seen */
	SLUICE_UDP = 17,
	SLUICE_FLOW_STATES = 32,
};

/*
 * The head of a flow entry, eight bytes, read and written as one:
 *
 *   63     62..58   57..48   47..32        31..16   15..0
 *   reply  state    age      destination   dport    sport   (ports as they lie in the packet)
 *
 * age: the tick at which a packet was last seen, modulo 1024. Zero is a free way.
 */
#define SLUICE_HEAD_DESTINATION_SHIFT 32
#define SLUICE_HEAD_AGE_SHIFT 48
#define SLUICE_HEAD_AGE_BITS 10
#define SLUICE_HEAD_AGE_MASK ((1u << SLUICE_HEAD_AGE_BITS) - 1)
#define SLUICE_HEAD_STATE_SHIFT 58
#define SLUICE_HEAD_STATE_MASK 31u
#define SLUICE_HEAD_REPLY_SHIFT 63

static inline __u64 sluice_head(__u32 ports, __u32 destination, __u32 age, __u32 state, __u32 reply)
{
	return (__u64)ports | (__u64)(destination & 0xffff) << SLUICE_HEAD_DESTINATION_SHIFT |
	       (__u64)(age & SLUICE_HEAD_AGE_MASK) << SLUICE_HEAD_AGE_SHIFT |
	       (__u64)(state & SLUICE_HEAD_STATE_MASK) << SLUICE_HEAD_STATE_SHIFT |
	       (__u64)(reply & 1) << SLUICE_HEAD_REPLY_SHIFT;
}
static inline __u32 sluice_head_ports(__u64 head) { return (__u32)head; }
static inline __u32 sluice_head_destination(__u64 head)
{
	return (__u32)(head >> SLUICE_HEAD_DESTINATION_SHIFT) & 0xffff;
}
static inline __u32 sluice_head_age(__u64 head)
{
	return (__u32)(head >> SLUICE_HEAD_AGE_SHIFT) & SLUICE_HEAD_AGE_MASK;
}
static inline __u32 sluice_head_state(__u64 head)
{
	return (__u32)(head >> SLUICE_HEAD_STATE_SHIFT) & SLUICE_HEAD_STATE_MASK;
}
static inline __u32 sluice_head_reply(__u64 head) { return (__u32)(head >> SLUICE_HEAD_REPLY_SHIFT); }

/*
 * Ticks since the flow was last seen. Another CPU may have stamped it with a tick that the reader's clock has not reached:
 * such a stamp is not nearly 1,024 ticks old, but new.
 */
#define SLUICE_HEAD_AGE_AHEAD 16
static inline __u32 sluice_age(__u64 head, __u32 tick)
{
	__u32 age = (tick - sluice_head_age(head)) & SLUICE_HEAD_AGE_MASK;
	return age > SLUICE_HEAD_AGE_MASK - SLUICE_HEAD_AGE_AHEAD ? 0 : age;
}

#define SLUICE_FLOW_WAYS 4
/* Of a bucket's ways, how many half-open flows may hold. */
#define SLUICE_FLOW_HALF_OPEN_WAYS 2

/* One cache line: four IPv4 flows. */
struct sluice_flow_bucket4 {
	__u64 head[SLUICE_FLOW_WAYS];
	struct sluice_addresses4 {
		__be32 source;
		__be32 destination;
	} addresses[SLUICE_FLOW_WAYS];
};

/* Four IPv6 flows; no member straddles a cache line. */
struct sluice_flow_bucket6 {
	__u64 head[SLUICE_FLOW_WAYS];
	struct sluice_addresses6 {
		__be32 source[4];
		__be32 destination[4];
	} addresses[SLUICE_FLOW_WAYS];
};

/* NAT: the last hop by which a client's packets came, by hash of the client's address. Seq odd: being written. */
struct sluice_hop {
	__u32 seq;
	__u32 ifindex;
	__u8 mac[6];
	__u16 family;
	__be32 address[4];
};

/* ---- settings --------------------------------------------------------------------------------------------------- */

#define SLUICE_SECRETS 10

/* The one value of the array `settings`: what outlives a program's reload or may change while it runs. */
struct sluice_settings {
	__u64 secret[SLUICE_SECRETS]; /* odd random numbers: keys of the flow and service hashes */
	__u32 flow_buckets4; /* powers of two */
	__u32 flow_buckets6;
	__u32 hops; /* entries of `hops`, a power of two */
	__u32 tick_shift; /* a tick is jiffies >> tick_shift */
	__u16 timeout[SLUICE_FLOW_STATES]; /* by state, in ticks; at most 900 */
};

/* Read-only data of the XDP program, fixed at load: features that are off cost nothing. */
struct sluice_config {
	__u64 secret[SLUICE_SECRETS];
	__u32 flow_mask4; /* buckets - 1 */
	__u32 flow_mask6;
	__u32 hop_mask;
	__u32 tick_shift;
	__u8 nat; /* some real server is NAT: replies are looked up */
	__u8 any_port; /* some service is for any port */
	__u8 stateless; /* some service is stateless */
	__u8 limited; /* ICMP answers are limited; off only where a test counts them */
	__u8 virtual_macs; /* VRRP has a virtual MAC address somewhere */
	__u8 no_accept; /* some VIP is not to be accepted */
	__u8 reserved[2];
};

/* ---- hashes ------------------------------------------------------------------------------------------------------- */

/*
 * Spreads a keyed sum of products. The sum alone is universal, yet linear: neighbouring addresses and ports would lie in
 * rows. (The finishing multiplication is Fibonacci hashing's.)
 */
static inline __attribute__((always_inline)) __u64 sluice_spread(__u64 sum)
{
	return (sum ^ sum >> 32) * 0x9e3779b97f4a7c15ull;
}

/* Home slot of a service key; `ports` is port | protocol << 16 | family << 24. Keyed, so that no outsider chooses it. */
static inline __attribute__((always_inline)) __u32 sluice_service_home(const volatile __u64 *secret,
								       const __be32 *address, __u32 ports)
{
	__u64 h = address[0] * secret[0] + address[1] * secret[1] + address[2] * secret[2] + address[3] * secret[3] +
		  ports * secret[4];
	return (__u32)(sluice_spread(h) >> 32) & (SLUICE_SERVICE_SLOTS - 1);
}

/*
 * What sh and mh hash a client to, the same on every director: the finaliser of MurmurHash3 over the folded address and,
 * with SLUICE_SERVICE_HASH_PORT, the source port. `folded` is the XOR of the address' 32-bit words, host order.
 */
static inline __u32 sluice_source_hash(__u32 folded, __u16 port)
{
	__u32 h = folded + port;
	h ^= h >> 16;
	h *= 0x85ebca6bu;
	h ^= h >> 13;
	h *= 0xc2b2ae35u;
	h ^= h >> 16;
	return h;
}
/* sh, as IPVS: multiplicative hash of the folded address (+ port), 8 bits. */
static inline __u32 sluice_sh_bucket(__u32 folded, __u16 port) { return ((folded + port) * 0x61C88647u) >> 24; }
/* Maps a 32-bit hash onto [0, size) without a division. */
static inline __u32 sluice_ring_index(__u32 hash, __u32 size) { return (__u32)(((__u64)hash * size) >> 32); }

_Static_assert(sizeof(struct sluice_service) == 64, "a service is one cache line");
_Static_assert(sizeof(struct sluice_destination) == 64, "a destination is one cache line");
_Static_assert(sizeof(struct sluice_interface) == 16, "16 bytes");
_Static_assert(sizeof(struct sluice_flow_bucket4) == 64, "an IPv4 bucket is one cache line");
_Static_assert(sizeof(struct sluice_flow_bucket6) == 160, "heads 32 bytes, then four times 32");
_Static_assert(sizeof(struct sluice_hop) == 32, "two to a cache line");
_Static_assert(sizeof(struct sluice_destination_counters) == 40, "five counters");
_Static_assert(sizeof(struct sluice_settings) == 160, "no padding");
_Static_assert(sizeof(struct sluice_config) == 104, "no padding");
_Static_assert(SLUICE_RING_CHUNK * sizeof(__u32) == 4096, "a chunk of the arena is a page");

#if defined(__clang__)
#pragma clang diagnostic pop
#endif
