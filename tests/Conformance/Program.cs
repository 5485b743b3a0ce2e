using Pipeline.Tests.Conformance.Durable;
using Pipeline.Tests.Conformance.Functions;

// Without a verb this is the test runner; with one, an engine the tests can kill or an app that gets stuck.
return args switch
{
    [EngineProgram.Verb, var database, var milliseconds] =>
        await EngineProgram.RunAsync(database, TimeSpan.FromMilliseconds(int.Parse(milliseconds))),
    [StuckProgram.Verb, var folder] => await StuckProgram.RunAsync(folder),
    _ => await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args),
};
