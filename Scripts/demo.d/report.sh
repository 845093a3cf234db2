# shellcheck shell=bash
# The demo's results: one JSON object for each mode and family, a table, a file. Sourced by Scripts/demo.

part() { if [ -s "$scratch/$1" ]; then cat "$scratch/$1"; else echo null; fi; }

# record_case SECONDS: adds up what the steps left in $scratch.
record_case() {
	jq -nc --arg mode "$mode" --arg family "$family" --argjson seconds "$1" \
		--rawfile error <(cat "$scratch/error" 2>/dev/null) --rawfile wire <(cat "$scratch/wire" 2>/dev/null) \
		--argjson curl "$(part curl.json)" --argjson udp "$(part udp.json)" \
		--argjson kept "$(part kept.json)" --argjson fresh "$(part fresh.json)" \
		--argjson pressure "$(part pressure.json)" --argjson kept_crash "$(part kept-crash.json)" --argjson fresh_crash "$(part fresh-crash.json)" \
		--slurpfile services <(part services.json) --slurpfile stats <(part stats.json) '
		def sum_by_server: map(to_entries[]) | group_by(.key) | map({key: .[0].key, value: (map(.value) | add)}) | from_entries;
		def rate: if . then .requests * 1000000 / .microseconds | floor else null end;
		[$curl, $udp | select(.)] as $single | [$kept, $fresh, $pressure, $kept_crash, $fresh_crash | select(.)] as $loads
		| ($single + ($loads | map(.per_server)) | sum_by_server) as $by_server
		| {mode: $mode, family: $family,
			ok: ($error == "" and $fresh_crash != null),
			requests: (($single | map(add // 0) | add // 0) + ($loads | map(.requests) | add // 0)),
			failed: (($single | map(.["no answer"] // 0) | add // 0) + ($loads | map(.failed) | add // 0)),
			per_server: ($by_server | with_entries(select(.key | startswith("r")))),
			http: $curl, udp: $udp,
			requests_per_second: {open_connections: ($kept | rate), new_connections: ($fresh | rate)},
			crash: {requests: ([$pressure, $kept_crash, $fresh_crash | select(.) | .requests] | add // 0),
				failed: ([$pressure, $kept_crash, $fresh_crash | select(.) | .failed] | add // 0)},
			wire: ($wire | split("\n") | map(select(. != ""))),
			services: $services[0].services?, verdicts: $stats[0].counters?.verdicts?, seconds: $seconds}
		+ if $error == "" then {} else {error: ($error | rtrimstr("\n"))} end' >>"$results"
}

print_table() {
	echo
	jq -rs '["mode", "family", "requests", "failed", "crash", "r1", "r2", "r3", "req/s open", "req/s new", ""],
		(.[] | [.mode, .family, .requests, .failed, "\(.crash.failed)/\(.crash.requests)", .per_server.r1 // 0,
			.per_server.r2 // 0, .per_server.r3 // 0, .requests_per_second.open_connections // "-",
			.requests_per_second.new_connections // "-", (if .ok then "ok" else "FAILED" end)]) | map(tostring) | @tsv' "$results" |
		while IFS=$'\t' read -ra cells; do printf '%-5s%-7s%10s%8s%14s%8s%8s%8s%12s%11s  %s\n' "${cells[@]}"; done
	echo "crash: failed/requests of those sent while sluiced was killed with -9 and started again"
}

write_json() {
	[ -n "$json_file" ] || return 0
	jq -s '{modes: (reduce .[] as $case ({}; .[$case.mode][$case.family] = ($case | del(.mode, .family)))),
		ok: (length > 0 and all(.ok))}' "$results" >"$json_file" || die "can't write $json_file"
	[ -z "$(builder)" ] || chown "$(builder):" "$json_file"
}
