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
    /// A stand-in advertises until all is ready to go on in its place.
    ///
    /// - Returns: nil without instances.
    init?(_ configuration: Configuration, _ options: DirectorOptions, _ log: Logger) throws {
        let plan = VRRPPlan(configuration)
        guard !plan.instances.isEmpty else {
            StandInProcess.relieve(options.instance, log)
            return nil
        }
        let stateFile = try VRRPStateFile(path: options.instance.vrrpState)
        let serving = stateFile.serving(plan)
        var made = try Self.make(configuration, plan, stateFile, options.instance, log)
        StandInProcess.relieve(options.instance, log)
        if stateFile.serving(plan) != serving {
            // It has given the role up in the meantime.
            made.service.leaveAsIs()
            made.keeper.stop(isWithdrawing: false)
            made = try Self.make(configuration, plan, stateFile, options.instance, log)
        }
        (service, keeper) = made
        let isReady = configuration.virtualServices.isEmpty || !options.instance.mapFolders().isEmpty
        if isReady { service.adopt(plan) }
        standIn = isReady ? try? StandInProcess(StandInPlan(configuration), options: options) : nil
    }

    private static func make(
        _ configuration: Configuration, _ plan: VRRPPlan, _ stateFile: VRRPStateFile, _ instance: Instance,
        _ log: Logger
    ) throws -> (service: VRRPService, keeper: NetworkKeeper) {
        let keeper = try Director.networkKeeper(stateFile.serving(plan), instance, log)
        let service = try VRRPService(plan, configuration, stateFile: stateFile, keeper: keeper)
        service.note(plan)
        return (service, keeper)
    }
}
