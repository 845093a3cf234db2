import Config
import Testing

struct TrackedServiceTests {
    private static func text(_ lines: String, group: String = "") -> String {
        """
        virtual_server 192.0.2.10 80 {
            protocol TCP
            lb_algo rr
            lb_kind DR
            real_server 10.0.0.1 80 {
            }
        }
        virtual_server 2001:db8::10 53 {
            protocol UDP
            lb_algo rr
            lb_kind DR
            real_server 2001:db8::1 53 {
            }
        }
        vrrp_instance VI {
            interface eth0
            virtual_router_id 51
            \(lines)
            virtual_ipaddress {
                192.0.2.10/24
            }
        }
        vrrp_instance VJ {
            interface eth0
            virtual_router_id 52
            virtual_ipaddress {
                192.0.2.11/24
            }
        }
        vrrp_sync_group G {
            group {
                VI
                VJ
            }
            \(group)
        }

        """
    }

    @Test("services of either family and protocol, with weights, in instances and groups")
    func read() throws {
        let lines = "sluice_track_service 192.0.2.10 80\nsluice_track_service 2001:db8::10 53 udp weight -20 reverse"
        let reading = Reading(Self.text(lines, group: "sluice_track_service 192.0.2.10 80 TCP weight 5"))
        #expect(reading.warnings.isEmpty)
        let configuration = try #require(reading.configuration)
        let services = configuration.vrrpInstances[0].tracking.services.map(\.wrappedValue)
        #expect(services.map(\.name.description) == ["TCP 192.0.2.10:80", "UDP [2001:db8::10]:53"])
        #expect(services.map(\.weight) == [nil, TrackWeight(value: -20, isReversed: true)])
        #expect(
            configuration.vrrpSyncGroups[0].tracking.services.map(\.wrappedValue.weight) == [TrackWeight(value: 5)])
    }

    @Test(
        "what is wrong is a warning, and the rest stays",
        arguments: [
            ("192.0.2.10", "lacks a value"), ("192.0.2.10 80 sctp", "'sctp' is not valid"),
            ("192.0.2.10 80 weight 300", "'300' is not valid"), ("x 80", "'x' is not valid"),
            ("192.0.2.10 81", "there is no such virtual service"), ("192.0.2.10 80 udp", "there is TCP 192.0.2.10:80"),
        ])
    func wrong(_ line: String, _ text: String) throws {
        let reading = Reading(Self.text("sluice_track_service \(line)"))
        #expect(reading.warnings.count == 1 && reading.warnings[0].contains(text), "\(reading.warnings)")
        #expect(reading.configuration?.vrrpInstances.first?.tracking.services.isEmpty == true)
    }
}
