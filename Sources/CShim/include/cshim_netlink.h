/* What Swift cannot call of netlink: the macros that walk an error's attributes, and constants newer than the headers. */
#pragma once

#include <net/if.h>
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/ila.h>
#include <linux/lwtunnel.h>
#include <linux/mpls_iptunnel.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stddef.h>

/* Of Linux 5.16; asked of older kernels too, which ignore them. */
#define CSHIM_NDA_FLAGS_EXT 15
#define CSHIM_NTF_EXT_MANAGED 1u

/*
 * Makes the kernel send its own words with an error (NETLINK_EXT_ACK), without a copy of the request (NETLINK_CAP_ACK),
 * which cshim_netlink_error_text() relies on. 0, or -1 with errno where the kernel can't; errors then have no text.
 */
int cshim_netlink_enable_error_text(int fd);

/*
 * The kernel's words about an error, NUL-terminated inside the message, or NULL. `error` is the payload of an NLMSG_ERROR
 * message and has its header before it, as libnl's error callback gets it.
 */
const char *cshim_netlink_error_text(const struct nlmsgerr *error);
