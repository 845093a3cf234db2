/* What Swift cannot call in libbpf: its log (a va_list callback) and structs with tail padding. */
#pragma once

#include <bpf/libbpf.h>
#include <stdint.h>

/*
 * libbpf's messages of the calling thread, up to `end`, which returns them (never NULL, valid until the thread's next
 * `begin`). Other threads' messages, and all outside of begin and end, are dropped: nothing is ever printed.
 */
void cshim_bpf_log_begin(void);
const char *cshim_bpf_log_end(void);

/* bpf_object__open_mem with a name. NULL with errno set. */
struct bpf_object *cshim_bpf_open(const void *bytes, size_t size, const char *name);

/* A read-only (or read-write) descriptor of what is pinned at `path`; -1 with errno set. */
int cshim_bpf_get(const char *path, bool read_only);

/* What is attached to an interface. `mode`: enum XDP_ATTACHED_*, 0 for nothing. 0, or -1 with errno set. */
struct cshim_xdp_state {
	uint32_t mode;
	uint32_t program; /* id, if there is only one */
	uint32_t native;
	uint32_t generic;
	uint32_t hardware;
};
int cshim_xdp_query(uint32_t ifindex, struct cshim_xdp_state *state);

/* ifindex of an XDP link, out of the union that Swift does not import; 0: its interface is gone. */
struct cshim_link_state {
	uint32_t type;
	uint32_t id;
	uint32_t program;
	uint32_t ifindex;
};
int cshim_link_query(int fd, struct cshim_link_state *state);
