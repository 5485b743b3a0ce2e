using Pipeline.Tests.Conformance.Durable;

// Without the verb this is the test runner; with it, an engine the tests can kill.
return args is [EngineProgram.Verb, var database, var milliseconds]
    ? await EngineProgram.RunAsync(database, TimeSpan.FromMilliseconds(int.Parse(milliseconds)))
    : await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
