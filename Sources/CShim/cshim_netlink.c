#include "cshim_netlink.h"

#include <string.h>
#include <sys/socket.h>

#ifndef SOL_NETLINK
#define SOL_NETLINK 270
#endif

int cshim_netlink_enable_error_text(int fd)
{
	int on = 1;
	if (setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on)))
		return -1;
	return setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
}

const char *cshim_netlink_error_text(const struct nlmsgerr *error)
{
	const struct nlmsghdr *header = (const struct nlmsghdr *)((const char *)error - NLMSG_HDRLEN);
	const unsigned short needed = NLM_F_ACK_TLVS | NLM_F_CAPPED;
	if ((header->nlmsg_flags & needed) != needed)
		return NULL;
	size_t at = NLMSG_ALIGN(sizeof(*error));
	size_t length = header->nlmsg_len - NLMSG_HDRLEN;
	while (at + NLA_HDRLEN <= length) {
		const struct nlattr *attribute = (const struct nlattr *)((const char *)error + at);
		if (attribute->nla_len < NLA_HDRLEN || attribute->nla_len > length - at)
			return NULL;
		const char *text = (const char *)attribute + NLA_HDRLEN;
		if ((attribute->nla_type & NLA_TYPE_MASK) == NLMSGERR_ATTR_MSG &&
		    memchr(text, 0, attribute->nla_len - NLA_HDRLEN))
			return text;
		at += NLA_ALIGN(attribute->nla_len);
	}
	return NULL;
}
