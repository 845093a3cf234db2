# shellcheck shell=bash
# The lab's namespaces, links, addresses and routes. Sourced by Scripts/lab, which sets `mode`, `vrrp` and `run`.
#
#   192.0.2.0/24, 2001:db8::/64 (client's side)          203.0.113.0/24, 2001:db8:1::/64 (servers' side)
#
#   client .2 --+                                         TUN:  router .1 --+-- r1 .11
#   router .1 --+-- bridge "clients"                                        +-- r2 .12
#   d1 .3     --+   VIP .10 on d1                                           +-- r3 .13
#   d2 .4     --+   (VRRP: on one of both)                NAT:  d1 .3, .1 --+-- r1 .11
#   DR: r1 .11, r2 .12, r3 .13 are on this side                d2 .4      --+-- r2 .12, r3 .13
#
# The client's side is eth0 everywhere, the servers' side eth1; a real server has one interface, eth0.

nodes=(client switch router d1 d2 r1 r2 r3)
vip4=192.0.2.10 vip6=2001:db8::10

# on NODE COMMAND...: runs a command in a node. Not `ip netns exec`: that hides /sys/fs/bpf.
on() {
	local node=$1
	shift
	nsenter --net="/run/netns/sluice-$node" -- "$@"
}

# The last number of a node's addresses.
host_number() {
	case $1 in router) echo 1 ;; client) echo 2 ;; d1) echo 3 ;; d2) echo 4 ;; r?) echo "1${1#r}" ;; esac
}

# On which sides (clients, servers) a node stands.
sides() {
	case $1:$mode in
	switch:*) ;;
	r?:dr | client:* | router:dr | router:nat | d?:dr | d?:tun) echo clients ;;
	router:tun | d?:nat) echo clients servers ;;
	r?:*) echo servers ;;
	esac
}

# interface NODE SIDE: its name there.
interface() {
	case $1:$2 in r?:* | *:clients) echo eth0 ;; *) echo eth1 ;; esac
}

# In TUN the packets between director and real server are 20 or 40 bytes longer than the client's.
mtu() {
	if [ "$mode" = tun ] && [ "$1" != client ]; then echo 1600; else echo 1500; fi
}

# No offloads: a checksum that is left to "hardware" never gets written where native XDP sends the packet on.
offloads_off() {
	on "$1" ethtool -K "$2" tx off tso off gso off gro off >/dev/null 2>&1 || die "ethtool -K $2 failed in sluice-$1"
}

create_nodes() {
	local node
	for node in "${nodes[@]}"; do
		ip netns add "sluice-$node" || die "can't create the network namespace sluice-$node"
		on "$node" sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 \
			net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.default.send_redirects=0 \
			net.ipv4.conf.all.accept_redirects=0 net.ipv4.conf.default.accept_redirects=0 \
			net.ipv6.conf.all.accept_redirects=0 net.ipv6.conf.default.accept_redirects=0 \
			net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.default.disable_ipv6=0 \
			net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.default.accept_ra=0 ||
			die "can't set sysctls in sluice-$node"
		case $node in router | d?) on "$node" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 ;; esac
		ip -n "sluice-$node" link set lo up
	done
	on client sysctl -qw net.ipv4.ip_local_port_range="10000 65000" net.ipv4.tcp_tw_reuse=1
}

create_bridges() {
	local side
	for side in clients servers; do
		ip -n sluice-switch link add "$side" type bridge forward_delay 0 mcast_snooping 0
		on switch sysctl -qw "net.ipv6.conf.$side.disable_ipv6=1"
		ip -n sluice-switch link set "$side" mtu "$(mtu switch)" up
	done
	compile_pass
}

compile_pass() {
	local clang
	find_swift
	clang=$(command -v clang) || die "no clang beside swift: it compiles the program on the switch's ports"
	"$clang" -target bpf -O2 -c "$root/Scripts/lab.d/pass.bpf.c" -o "$run/pass.bpf.o" ||
		die "$clang can't compile for the bpf target"
}

# plug NODE SIDE: a cable from a node to the switch, its MAC address ending in side and host number.
plug() {
	local node=$1 side=$2 interface port number addresses
	interface=$(interface "$node" "$side") number=$(host_number "$node") port=$node-$side
	ip -n sluice-switch link add "$port" type veth peer name "$interface" netns "sluice-$node"
	ip -n "sluice-$node" link set "$interface" mtu "$(mtu "$node")" \
		address "02:00:00:00:0$([ "$side" = clients ] && echo 0 || echo 1):$number"
	offloads_off switch "$port"
	offloads_off "$node" "$interface"
	on switch sysctl -qw "net.ipv6.conf.$port.disable_ipv6=1"
	on switch ip link set "$port" mtu "$(mtu "$node")" master "$side" up
	on switch ip link set "$port" xdpdrv obj "$run/pass.bpf.o" sec xdp ||
		die "this kernel refuses a native XDP program on veth"
	ip -n "sluice-$node" link set "$interface" up
	case $side in
	clients) addresses=("192.0.2.$number/24" "2001:db8::$number/64") ;;
	servers) addresses=("203.0.113.$number/24" "2001:db8:1::$number/64") ;;
	esac
	add_address "$node" "$interface" "${addresses[@]}"
}

# add_address NODE INTERFACE ADDRESS... A single IPv6 address (/128) is a VIP: deprecated, as keepalived adds it, so that the
# node doesn't choose it as the source of what it sends itself.
add_address() {
	local node=$1 interface=$2 address
	shift 2
	for address; do
		case $address in
		*:*/128) ip -n "sluice-$node" address add "$address" dev "$interface" nodad preferred_lft 0 ;;
		*:*) ip -n "sluice-$node" address add "$address" dev "$interface" nodad ;;
		*) ip -n "sluice-$node" address add "$address" dev "$interface" ;;
		esac || die "can't give sluice-$node the address $address"
	done
}

create_links() {
	local node side
	for node in "${nodes[@]}"; do
		for side in $(sides "$node"); do plug "$node" "$side"; done
	done
	# With VRRP the directors place these themselves.
	[ -z "$vrrp" ] || return 0
	add_address d1 eth0 "$vip4/32" "$vip6/128"
	[ "$mode" != nat ] || add_address d1 eth1 203.0.113.1/24 2001:db8:1::1/64
}

# default_route NODE GATEWAY4 GATEWAY6 [OPTIONS...]
default_route() {
	local node=$1 gateway4=$2 gateway6=$3
	shift 3
	ip -n "sluice-$node" route add default via "$gateway4" "$@"
	ip -n "sluice-$node" -6 route add default via "$gateway6" "$@"
}

create_routes() {
	local node
	for node in client d1 d2; do default_route "$node" 192.0.2.1 2001:db8::1; done
	for node in r1 r2 r3; do
		case $mode in
		dr) default_route "$node" 192.0.2.1 2001:db8::1 ;;
		tun) default_route "$node" 203.0.113.1 2001:db8:1::1 mtu 1500 ;;
		nat) default_route "$node" 203.0.113.1 2001:db8:1::1 ;;
		esac
	done
	[ "$mode" != nat ] || for node in client router; do
		ip -n "sluice-$node" route add 203.0.113.0/24 via "$([ -n "$vrrp" ] && echo $vip4 || echo 192.0.2.3)"
		ip -n "sluice-$node" route add 2001:db8:1::/64 via 2001:db8::3
	done
}

remove_nodes() {
	local node
	for node in "${nodes[@]}"; do
		[ ! -e "/run/netns/sluice-$node" ] || ip netns del "sluice-$node"
	done
}
