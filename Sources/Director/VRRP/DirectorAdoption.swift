internal import Config
internal import Datapath
internal import Linux
internal import Logging

/// What a start takes over from an earlier run at once.
struct AdoptedVRRP {
    let service: VRRPService
    let keeper: NetworkKeeper
    /// Ready for the case that this start fails later on.
    let standIn: StandInProcess?

    /// The first thing that a start does: where no stand-in has advertised, the others have begun to count when the last
    /// run ended, and to load the forwarder takes longer than they wait. Not if there are services and no forwarder that
    /// goes on with them.
    ///
    /// - Returns: nil without instances.
    init?(_ configuration: Configuration, _ options: DirectorOptions, _ log: Logger) throws {
        StandInProcess.relieve(options.instance, log)
        let plan = VRRPPlan(configuration)
        guard !plan.instances.isEmpty else { return nil }
        let stateFile = try VRRPStateFile(path: options.instance.vrrpState)
        keeper = try Director.networkKeeper(stateFile.serving(plan), options.instance, log)
        service = try VRRPService(plan, configuration, stateFile: stateFile, keeper: keeper)
        service.note(plan)
        let isReady = configuration.virtualServices.isEmpty || !options.instance.mapFolders().isEmpty
        if isReady { service.adopt(plan) }
        standIn = isReady ? try? StandInProcess(StandInPlan(configuration), options: options) : nil
    }
}
