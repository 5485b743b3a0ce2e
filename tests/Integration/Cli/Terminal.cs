using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Cli;

/// <summary>A verb at a terminal of its own, which util-linux's <c>script</c> is; the test reads the screen and types.</summary>
internal sealed partial class Terminal : IDisposable
{
    /// <summary>What Ctrl-C types; the terminal makes SIGINT of it.</summary>
    public const char CtrlC = '\u0003';

    /// <summary>Switches the cursor off, and on again.</summary>
    public const string CursorOff = "\u001b[?25l", CursorOn = "\u001b[?25h";

    // .NET itself switches the keypad of every terminal that it writes to, and never of a file.
    private const string Keypad = "\u001b[?1h\u001b=";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Process script;
    private readonly StringBuilder screen = new();
    private readonly Task reading;

    private Terminal(Process script)
    {
        this.script = script;
        reading = Task.Run(ReadAsync);
    }

    /// <summary>Starts a verb with an app's settings, in its home.</summary>
    /// <param name="verb">With its arguments, as one types it: a shell takes it apart, and redirects what it is told to.</param>
    public static Terminal Start(FunctionApp app, string verb) => Start(app.Home, app.Settings, verb);

    /// <summary>Starts a verb with nothing but the settings given.</summary>
    public static Terminal Start(string home, IReadOnlyDictionary<string, string> settings, string verb)
    {
        // The program takes the shell's place, so that its exit code is the terminal's.
        var typed = $"stty cols 120 rows 50; exec dotnet {Repository.Built("functions/App", "pipeline.dll")} {verb}";
        // Whoever runs the tests in the background ignores SIGINT, which programs inherit; at a terminal nobody does.
        var start = new ProcessStartInfo(
            "env", ["--default-signal=INT,QUIT,HUP", "script", "--quiet", "--return", "--command", typed, "/dev/null"])
        {
            WorkingDirectory = home, RedirectStandardInput = true, RedirectStandardOutput = true,
        };
        foreach (var (name, value) in settings) start.Environment[name] = value;
        start.Environment["TERM"] = "xterm-256color";
        start.Environment.Remove("NO_COLOR");
        return new(Process.Start(start)!);
    }

    /// <summary>All that was written to it so far, with the escapes that move the cursor and colour the text.</summary>
    public string Screen
    {
        get
        {
            lock (screen) return screen.ToString().Replace(Keypad, "", StringComparison.Ordinal);
        }
    }

    /// <summary>The percentages that a progress bar went through.</summary>
    public List<int> Percentages =>
        [.. Percentage().Matches(Screen).Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))];

    /// <summary>Types a character.</summary>
    public async Task TypeAsync(char key)
    {
        await script.StandardInput.WriteAsync(key);
        await script.StandardInput.FlushAsync();
    }

    /// <summary>Waits until something is seen.</summary>
    public async Task SeesAsync(Func<Terminal, bool> seen, CancellationToken stopping)
    {
        for (var (ended, deadline) = (false, DateTime.UtcNow + Patience); !seen(this); await Task.Delay(50, stopping))
        {
            if (ended || DateTime.UtcNow > deadline) Assert.Fail($"It was not seen: {Screen}");
            ended = reading.IsCompleted;   // then what was written last is looked at once more
        }
    }

    /// <summary>Waits for the verb's end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> EndAsync(CancellationToken stopping)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        limited.CancelAfter(Patience);
        try
        {
            await script.WaitForExitAsync(limited.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            Assert.Fail($"It did not end: {Screen}");
        }
        await reading;
        return script.ExitCode;
    }

    public void Dispose()
    {
        if (!script.HasExited) script.Kill(entireProcessTree: true);
        script.Dispose();
    }

    private async Task ReadAsync()
    {
        var read = new char[4096];
        while (await script.StandardOutput.ReadAsync(read) is > 0 and var count)
            lock (screen) screen.Append(read, 0, count);
    }

    [GeneratedRegex(@"(\d{1,3})%")]
    private static partial Regex Percentage();
}
