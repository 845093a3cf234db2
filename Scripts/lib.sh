# shellcheck shell=bash
# What the scripts share: messages, who the user is, where Swift is. Sourced.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
program=${0##*/}
PATH=$PATH:/usr/sbin:/sbin

# say WORDS...: one line of progress. To stderr, so that stdout carries only results.
say() { printf '%s: %s\n' "$program" "$*" >&2; }

# die WORDS...: one line that says what failed and what to do about it.
die() {
	printf '%s: error: %s\n' "$program" "$*" >&2
	exit 1
}

need_root() {
	[ "$(id -u)" = 0 ] || die "$1 needs root: sudo Scripts/$program"
}

# Mounts the file system that programs and maps are pinned in, if it isn't.
ensure_bpffs() {
	[ "$(stat -f -c %T /sys/fs/bpf 2>/dev/null)" = bpf_fs ] && return
	mount -t bpf bpf /sys/fs/bpf 2>/dev/null ||
		die "can't mount the BPF file system on /sys/fs/bpf: this kernel or container has no BPF"
}

# Who builds: the user that called sudo, so that the checkout and the caches stay that user's. Empty: whoever we are.
builder() {
	[ "$(id -u)" = 0 ] && [ -n "${SUDO_USER:-}" ] && [ "$SUDO_USER" != root ] || return 0
	runuser -u "$SUDO_USER" -- test -w "$root" && printf '%s' "$SUDO_USER"
	return 0
}

# as_builder COMMAND...: runs a command as the builder, with that user's home.
as_builder() {
	local user
	user=$(builder)
	if [ -z "$user" ]; then
		"$@"
	else
		runuser -u "$user" -- env HOME="$(getent passwd "$user" | cut -d: -f6)" PATH="$PATH" "$@"
	fi
}

# Gives what root left in the checkout to the user that called sudo.
return_checkout() {
	local user
	user=$(builder)
	[ -z "$user" ] || find "$root" -user root -exec chown -h "$user:" {} +
}

# Puts the toolchain's own folder first in PATH: sudo resets PATH, and version managers put mere proxies there.
find_swift() {
	local swift user
	user=${SUDO_USER:-$(id -un)}
	swift=$(command -v swift) || swift=$(runuser -u "$user" -- bash -lc 'command -v swift' 2>/dev/null) ||
		swift=$(find -L /opt/swift*/usr/bin /usr/libexec/swift*/bin "$(getent passwd "$user" | cut -d: -f6)/.local/share/swiftly/bin" \
			-maxdepth 1 -name swift -print -quit 2>/dev/null)
	[ -n "$swift" ] || die "no Swift found: install Swift 6.1 or newer (swift.org/install) and have it in PATH"
	swift=$(as_builder "${swift}c" -print-target-info 2>/dev/null |
		sed -n 's|.*"runtimeResourcePath" *: *"\(.*\)/lib/swift".*|\1/bin|p')
	[ -x "$swift/swift" ] || die "Swift does not say where its toolchain is: does 'swift --version' work?"
	PATH=$swift:$PATH
}
