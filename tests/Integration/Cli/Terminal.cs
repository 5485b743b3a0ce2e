using System.Diagnostics;
using System.Text;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Cli;

/// <summary>A verb at a terminal: what it shows there, and what is typed.</summary>
internal sealed class Terminal : IDisposable
{
    /// <summary>Ctrl-C, as a keyboard sends it.</summary>
    public const char Interrupt = '\u0003';

    private readonly Process script;
    private readonly StringBuilder shown = new();

    /// <param name="app">Whose settings the verb has.</param>
    public Terminal(FunctionApp app, params string[] arguments)
    {
        var verb = string.Join(' ', (string[])["exec dotnet", Repository.Built("functions/App", "pipeline.dll"), .. arguments]);
        var start = app.Command("script", "--quiet", "--return", "--command", $"stty columns 120 rows 40; {verb}", "/dev/null");
        start.Environment["TERM"] = "xterm";
        start.RedirectStandardInput = start.RedirectStandardOutput = true;
        script = Process.Start(start)!;
    }

    /// <summary>Everything it has shown and was read.</summary>
    public string Shown => shown.ToString();

    /// <summary>Reads until a text is shown.</summary>
    public async Task ShowsAsync(string text, CancellationToken stopping)
    {
        while (!Shown.Contains(text, StringComparison.Ordinal))
            Assert.True(await ReadAsync(stopping), $"It ended without '{text}': {Shown}");
    }

    /// <summary>Types a character.</summary>
    public async Task TypeAsync(char key, CancellationToken stopping)
    {
        await script.StandardInput.WriteAsync(new[] { key }, stopping);
        await script.StandardInput.FlushAsync(stopping);
    }

    /// <summary>Reads to the end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> EndedAsync(CancellationToken stopping)
    {
        while (await ReadAsync(stopping)) continue;
        await script.WaitForExitAsync(stopping);
        return script.ExitCode;
    }

    public void Dispose()
    {
        if (!script.HasExited) script.Kill(entireProcessTree: true);
        script.Dispose();
    }

    private async Task<bool> ReadAsync(CancellationToken stopping)
    {
        var buffer = new char[4096];
        var count = await script.StandardOutput.ReadAsync(buffer, stopping);
        shown.Append(buffer, 0, count);
        return count > 0;
    }
}
