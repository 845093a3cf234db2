extension Configuration {
    /// Static routes and rules are tracked by groups that exist.
    mutating func checkStaticRouting(_ log: DiagnosticLog) {
        let groups = Set(trackGroups.map(\.name))
        func exists(_ group: String?, _ place: SourceLocation?) -> Bool {
            guard let group, !groups.contains(group) else { return true }
            if let place { log.warn(place, "there is no track_group '\(group)': ignored") }
            return false
        }
        for index in staticRoutes.indices
        where !exists(staticRoutes[index].wrappedValue.trackGroup, staticRoutes[index].origin) {
            staticRoutes[index].wrappedValue.trackGroup = nil
        }
        for index in staticRules.indices
        where !exists(staticRules[index].wrappedValue.trackGroup, staticRules[index].origin) {
            staticRules[index].wrappedValue.trackGroup = nil
        }
    }
}
