using System.Diagnostics;

namespace Pipeline.Tests.Bench;

/// <summary>Runs another program to its end.</summary>
internal static class ChildProgram
{
    /// <summary>The last line it prints.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message is what it said.</exception>
    public static string Run(string program, params string[] arguments)
    {
        using var child = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = child.StandardError.ReadToEndAsync();
        var output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        if (child.ExitCode != 0) throw new InvalidOperationException($"{program} ended with exit code {child.ExitCode}: {errors.Result}");
        return output.TrimEnd().Split('\n')[^1];
    }

    /// <summary>Runs it, and says how long it took and the CPU it used, its own children's included.</summary>
    public static (string LastLine, double Seconds, double CpuSeconds) Measure(string program, params string[] arguments)
    {
        var (cpu, watch) = (ProgramUse.EndedChildrenCpuSeconds, Stopwatch.StartNew());
        var line = Run(program, arguments);
        return (line, watch.Elapsed.TotalSeconds, ProgramUse.EndedChildrenCpuSeconds - cpu);
    }
}
