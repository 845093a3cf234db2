#define _GNU_SOURCE
#include "cshim_bpf.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local struct {
	bool recording;
	char *text;
	size_t length;
	size_t capacity;
} messages;

static bool make_room(size_t more)
{
	size_t capacity = messages.length + more + 1;
	char *text;

	if (capacity <= messages.capacity)
		return true;
	text = realloc(messages.text, capacity * 2);
	if (!text)
		return false;
	messages.text = text;
	messages.capacity = capacity * 2;
	return true;
}

static int record(enum libbpf_print_level level, const char *format, va_list arguments)
{
	va_list copy;
	int length;

	if (!messages.recording || level == LIBBPF_DEBUG)
		return 0;
	va_copy(copy, arguments);
	length = vsnprintf(NULL, 0, format, copy);
	va_end(copy);
	if (length <= 0 || !make_room((size_t)length))
		return 0;
	vsnprintf(messages.text + messages.length, (size_t)length + 1, format, arguments);
	messages.length += (size_t)length;
	return length;
}

static void install(void) { libbpf_set_print(record); }

void cshim_bpf_log_begin(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, install);
	messages.length = 0;
	messages.recording = true;
}

const char *cshim_bpf_log_end(void)
{
	int saved = errno;
	const char *text = "";

	messages.recording = false;
	if (messages.length && make_room(0)) {
		messages.text[messages.length] = 0;
		text = messages.text;
	}
	errno = saved;
	return text;
}

struct bpf_object *cshim_bpf_open(const void *bytes, size_t size, const char *name)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = name);

	return bpf_object__open_mem(bytes, size, &options);
}

int cshim_bpf_get(const char *path, bool read_only)
{
	LIBBPF_OPTS(bpf_obj_get_opts, options, .file_flags = read_only ? BPF_F_RDONLY : 0);
	int fd = bpf_obj_get_opts(path, &options);

	return fd < 0 ? -1 : fd;
}

int cshim_xdp_query(uint32_t ifindex, struct cshim_xdp_state *state)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, options);

	if (bpf_xdp_query((int)ifindex, 0, &options))
		return -1;
	*state = (struct cshim_xdp_state){
		.mode = options.attach_mode,
		.program = options.prog_id,
		.native = options.drv_prog_id,
		.generic = options.skb_prog_id,
		.hardware = options.hw_prog_id,
	};
	return 0;
}

int cshim_link_query(int fd, struct cshim_link_state *state)
{
	struct bpf_link_info info = {};
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		return -1;
	*state = (struct cshim_link_state){
		.type = info.type,
		.id = info.id,
		.program = info.prog_id,
		.ifindex = info.type == BPF_LINK_TYPE_XDP ? info.xdp.ifindex : 0,
	};
	return 0;
}
