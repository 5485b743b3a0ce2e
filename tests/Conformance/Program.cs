using Pipeline.Tests.Conformance.Durable;

// Without the verb this is the test runner; with it, an engine the tests can kill.
return args is [EngineProgram.Verb, var database]
    ? await EngineProgram.RunAsync(database)
    : await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
