using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;

namespace Pipeline.App.Cli;

/// <summary>What verbs print: tables for people, one JSON document for programs (<c>--json</c>). Progress goes to standard error.</summary>
internal sealed class Output(bool json)
{
    private const int FileWidth = 240;

    private static readonly JsonSerializerOptions Written = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The option every verb that answers has.</summary>
    public static Option<bool> JsonOption() => new("--json") { Description = "One JSON document on standard output instead of tables." };

    /// <summary>Whether programs read along.</summary>
    public bool Json => json;

    /// <summary>Prints an answer: as JSON, or as people read it.</summary>
    public void Answer<T>(T answer, Action<IAnsiConsole, T> forPeople)
    {
        if (json) Console.WriteLine(JsonSerializer.Serialize(answer, Written));
        else forPeople(Console.IsOutputRedirected ? ForFiles() : AnsiConsole.Console, answer);
    }

    // A file or a pipe has neither colours nor a width.
    private static IAnsiConsole ForFiles()
    {
        var plain = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(Console.Out),
        });
        plain.Profile.Width = FileWidth;
        return plain;
    }

    /// <summary>Runs work whose progress people see on standard error; nothing is shown to programs or into files.</summary>
    public async Task<T> ProgressAsync<T>(Func<IProgressTask, Task<T>> work, string title)
    {
        if (json || Console.IsErrorRedirected) return await work(new SilentTask());
        var errors = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await errors.Progress().StartAsync(async context => await work(new ShownTask(context.AddTask(Markup.Escape(title)))));
    }

    private sealed class SilentTask : IProgressTask
    {
        public void Report(double done, double of, string now)
        {
            // Nobody looks.
        }
    }

    private sealed class ShownTask(ProgressTask task) : IProgressTask
    {
        public void Report(double done, double of, string now)
        {
            task.MaxValue = of;
            task.Value = done;
            task.Description = Markup.Escape(now);
        }
    }
}

/// <summary>Work that tells how far it is.</summary>
internal interface IProgressTask
{
    /// <summary>Done so much of so much.</summary>
    /// <param name="now">What is being done, in a few words.</param>
    void Report(double done, double of, string now);
}
