/* SPDX-License-Identifier: GPL-2.0 */
/* The state of a flow: IPVS's TCP transition tables (ip_vs_proto_tcp.c's behaviour), and UDP's two states. */
#pragma once

#include "packet.h"

enum flow_side {
	SIDE_INPUT = 0, /* from the client, the replies seen too (NAT) */
	SIDE_OUTPUT, /* from the real server (NAT) */
	SIDE_INPUT_ONLY, /* from the client, replies go another way (DR, TUN) */
};

#define NO SLUICE_TCP_NONE
#define ES SLUICE_TCP_ESTABLISHED
#define SS SLUICE_TCP_SYN_SENT
#define SR SLUICE_TCP_SYN_RECV
#define FW SLUICE_TCP_FIN_WAIT
#define TW SLUICE_TCP_TIME_WAIT
#define CL SLUICE_TCP_CLOSE
#define CW SLUICE_TCP_CLOSE_WAIT
#define LA SLUICE_TCP_LAST_ACK
#define LI SLUICE_TCP_LISTEN
#define SA SLUICE_TCP_SYN_ACK

#define TCP_STATES 16
/* [side][what the segment is][state - 1] */
static const __u8 tcp_next[3][4][TCP_STATES] = {
	/*      NO  ES  SS  SR  FW  TW  CL  CW  LA  LI  SA */
	{
		{SR, ES, ES, SR, SR, SR, SR, SR, SR, SR, SR}, /* SYN */
		{CL, CW, SS, TW, TW, TW, CL, CW, LA, LI, TW}, /* FIN */
		{ES, ES, SS, ES, FW, TW, CL, CW, CL, LI, ES}, /* ACK */
		{CL, CL, CL, SR, CL, CL, CL, CL, LA, LI, SR}, /* RST */
	},
	{
		{SS, ES, SS, SR, SS, SS, SS, SS, SS, LI, SR},
		{TW, FW, SS, TW, FW, TW, CL, TW, LA, LI, TW},
		{ES, ES, SS, ES, FW, TW, CL, CW, LA, ES, ES},
		{CL, CL, SS, CL, CL, TW, CL, CL, CL, CL, CL},
	},
	{
		{SR, ES, ES, SR, SR, SR, SR, SR, SR, SR, SR},
		{CL, FW, SS, TW, FW, TW, CL, CW, LA, LI, TW},
		{ES, ES, SS, ES, FW, TW, CL, CW, CL, LI, ES},
		{CL, CL, CL, SR, CL, CL, CL, CL, LA, LI, CL},
	},
};

#undef NO
#undef ES
#undef SS
#undef SR
#undef FW
#undef TW
#undef CL
#undef CW
#undef LA
#undef LI
#undef SA

/* The state after this packet. RST counts before SYN before FIN before ACK; a segment with none of them changes nothing. */
inline_always __u32 next_state(__u32 state, const struct packet *packet, enum flow_side side)
{
	if (packet->key.protocol != IPPROTO_TCP)
		return SLUICE_UDP;
	if (state == SLUICE_TCP_PICKED_UP)
		state = SLUICE_TCP_ESTABLISHED;
	__u8 flags = packet->tcp_flags;
	if (state == SLUICE_TCP_ESTABLISHED && (flags & (TCP_RST | TCP_SYN | TCP_FIN)) == 0)
		return state;
	__u32 row;
	if (flags & TCP_RST)
		row = 3;
	else if (flags & TCP_SYN)
		row = 0;
	else if (flags & TCP_FIN)
		row = 1;
	else if (flags & TCP_ACK)
		row = 2;
	else
		return state;
	__u32 column = (state - 1) & (TCP_STATES - 1);
	__u32 next = tcp_next[side][row][column];
	return next ? next : state;
}

/* Half-open: the peer may not exist. Such a flow may hold only some of a bucket's ways. */
inline_always int is_half_open(__u32 state)
{
	const __u32 set = 1u << SLUICE_TCP_NONE | 1u << SLUICE_TCP_SYN_SENT | 1u << SLUICE_TCP_SYN_RECV |
			  1u << SLUICE_TCP_LISTEN | 1u << SLUICE_TCP_SYN_ACK | 1u << SLUICE_TCP_PICKED_UP |
			  1u << SLUICE_UDP_NEW;
	return set >> (state & 31) & 1;
}

/* Over: nothing is lost when such a flow makes room. */
inline_always int is_closing(__u32 state)
{
	const __u32 set = 1u << SLUICE_TCP_TIME_WAIT | 1u << SLUICE_TCP_CLOSE | 1u << SLUICE_TCP_LAST_ACK;
	return set >> (state & 31) & 1;
}
