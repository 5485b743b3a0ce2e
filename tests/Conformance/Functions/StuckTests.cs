using System.Diagnostics;

namespace Pipeline.Tests.Conformance.Functions;

public sealed class StuckTests
{
    // The Functions host kills the worker; here host and worker are one program, and whoever runs it starts it again.
    [Fact]
    public async Task A_function_that_ignores_its_time_limit_ends_the_program_which_says_why()
    {
        var folder = Directory.CreateTempSubdirectory("stuck-").FullName;
        await File.WriteAllTextAsync(
            Path.Combine(folder, "host.json"), """{ "version": "2.0", "functionTimeout": "00:00:00.200" }""", TestContext.Current.CancellationToken);
        using var program = Process.Start(new ProcessStartInfo("dotnet", [typeof(StuckTests).Assembly.Location, StuckProgram.Verb, folder])
        {
            RedirectStandardOutput = true,
        })!;
        try
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            deadline.CancelAfter(TimeSpan.FromMinutes(2));
            var log = await program.StandardOutput.ReadToEndAsync(deadline.Token);
            await program.WaitForExitAsync(deadline.Token);
            Assert.Contains(
                "Function stuck still runs 00:00:10 after its time limit and does not observe its CancellationToken; the host stops", log);
            Assert.Contains("TimeoutException: Function 'stuck' ran longer than functionTimeout (00:00:00.2000000).", log);
            Assert.Equal(1, program.ExitCode);
        }
        finally
        {
            if (!program.HasExited) program.Kill();
            Directory.Delete(folder, recursive: true);
        }
    }
}
