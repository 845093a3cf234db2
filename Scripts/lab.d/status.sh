# shellcheck shell=bash
# What `Scripts/lab status` shows. Sourced by Scripts/lab.

# Interface and addresses of a node as a JSON object; link-local addresses left out.
node_json() {
	ip -n "sluice-$1" -json address show | jq -c --arg name "$1" '{name: $name, namespace: "sluice-\($name)",
		interfaces: map({name: .ifname, mac: .address, mtu: .mtu, xdp: (.xdp.prog.name? // null),
			addresses: [.addr_info[]? | select(.scope != "link") | "\(.local)/\(.prefixlen)"]})}'
}

processes_json() {
	local file name pid
	for file in "$run"/pids/*; do
		name=${file##*/}
		case $name in exec-* | '*') continue ;; esac
		pid=$(running "$name") || pid=null
		jq -nc --arg name "$name" --argjson pid "$pid" --arg log "$run/$name.log" '{name: $name, pid: $pid, log: $log}'
	done
}

status_json() {
	local node
	[ -e "$run/mode" ] || { echo '{"up":false}' && return; }
	jq -n --arg mode "$mode" --arg family "$family" --arg configuration "$(cat "$run/configuration")" \
		--slurpfile nodes <(for node in "${nodes[@]}"; do node_json "$node"; done) \
		--slurpfile processes <(processes_json) \
		'{up: true, mode: $mode, family: $family, configuration: $configuration, nodes: $nodes, processes: $processes}'
}

status() {
	if [ -n "$json" ]; then
		status_json
		return
	fi
	status_json | jq -r 'if .up | not then "no lab is up" else
		"mode \(.mode), \(.family), \(.configuration)",
		(.nodes[] | "\(.namespace)", (.interfaces[] | select(.name != "lo" or (.addresses | length) > 2)
			| "    \(.name)  \(.mac)  mtu \(.mtu)  \(.addresses | join(" "))\(if .xdp then "  xdp" else "" end)")),
		"processes", (.processes[] | "    \(.name)  \(if .pid then "pid \(.pid)" else "not running" end)  \(.log)") end'
}
