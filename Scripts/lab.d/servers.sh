# shellcheck shell=bash
# The real servers: nginx on port 80 and a UDP echo on port 53, both answering from the VIP. Sourced by Scripts/lab.

# The same ten million bytes on every server, and their checksum for whoever fetches them.
create_content() {
	mkdir -p "$run/www"
	seq 1 2000000 | head -c 10000000 >"$run/www/10m" || true
	(cd "$run/www" && sha256sum 10m | cut -d' ' -f1) >"$run/10m.sha256"
}

nginx_config() {
	local name=$1 folder=$run/$1
	cat <<-EOF
		user root;
		worker_processes 1;
		daemon off;
		pid $folder/nginx.pid;
		error_log $folder/error.log warn;
		worker_rlimit_nofile 65536;
		events { worker_connections 16384; }
		http {
			access_log off;
			default_type application/octet-stream;
			keepalive_requests 100000000;
			keepalive_timeout 300s;
			client_max_body_size 100m;
			client_body_temp_path $folder/body;
			proxy_temp_path $folder/proxy;
			fastcgi_temp_path $folder/fastcgi;
			uwsgi_temp_path $folder/uwsgi;
			scgi_temp_path $folder/scgi;
			server {
				listen 0.0.0.0:80 backlog=8192;
				listen [::]:80 ipv6only=on backlog=8192;
				add_header X-Server $name always;
				location = / { return 200 "$name\n"; }
				location = /name { return 200 "$name\n"; }
				location = /address { return 200 "\$remote_addr \$remote_port \$server_addr \$server_port\n"; }
				location = /upload { return 200 "$name\n"; }
				location / { root $run/www; }
			}
		}
	EOF
}

start_server() {
	local name=$1
	mkdir -p "$run/$name"
	on "$name" sysctl -qw net.core.somaxconn=8192
	nginx_config "$name" >"$run/$name/nginx.conf"
	start "$name" "$name-nginx" nginx -p "$run/$name" -e "$run/$name/error.log" -c "$run/$name/nginx.conf"
	start "$name" "$name-udp" "$root/Scripts/lab.d/udp-echo" "$name"
}

server_answers() { [ "$(on "$1" curl -sf -m 1 http://127.0.0.1/name)" = "$1" ]; }

# A server that is up owns its VIP but, in DR, doesn't say so on the LAN: else clients would reach it past the director.
setup_vip() {
	local name=$1
	case $mode in
	nat) return ;;
	tun) set -- --decap --interface eth0 ;;
	dr) set -- ;;
	esac
	on "$name" "$bin/sluicectl" real-server setup --vip "$vip4" --vip "$vip6" "$@" >>"$run/$name-setup.log" 2>&1 ||
		die "sluicectl real-server setup failed on $name: $(tail -n1 "$run/$name-setup.log")"
}

# What `sluicectl real-server setup` keeps of a namespace outside it.
forget_setups() {
	local name inode
	for name in r1 r2 r3; do
		inode=$(stat -L -c %i "/run/netns/sluice-$name" 2>/dev/null) || continue
		rm -rf "/run/sluice/real-server-$inode" /sys/fs/bpf/sluice/decap/*-"$inode"-*
	done
}

create_servers() {
	local name
	create_content
	for name in r1 r2 r3; do
		start_server "$name"
		setup_vip "$name"
	done
	for name in r1 r2 r3; do
		wait_until 10 server_answers "$name" || die "nginx does not answer on $name, see $run/$name-nginx.log"
		running "$name-udp" >/dev/null || die "the UDP echo ended on $name: $(tail -n1 "$run/$name-udp.log")"
	done
}
