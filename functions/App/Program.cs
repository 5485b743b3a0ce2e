using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pipeline.App;
using Pipeline.App.Cli;
using Pipeline.App.Settings;
using Pipeline.App.Telemetry;

if (CommandLine.Names(args)) return await CommandLine.RunAsync(args);

try
{
    var builder = FunctionsApplication.CreateBuilder(args);
    builder.ConfigureFunctionsWebApplication();
    builder.Configuration.AddSecretFiles(builder.Configuration);
    builder.Services.AddPipeline(builder.Configuration);
    builder.AddTelemetry();
    builder.UseMiddleware<FunctionRuns>();

    using var app = builder.Build();
    await app.Services.GetRequiredService<StartUp>().RunAsync(CancellationToken.None);
    await app.RunAsync();
    return Environment.ExitCode;
}
catch (Exception error) when (StartUp.Fault(error) is { } fault)
{
    await Console.Error.WriteLineAsync(fault);
    return ExitCodes.Fault;
}
