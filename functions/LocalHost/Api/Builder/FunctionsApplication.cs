using Pipeline.LocalHost.Hosting;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Where a function app starts.</summary>
public class FunctionsApplication
{
    /// <summary>A builder that reads appsettings.json, the app's settings, the environment and the command line.</summary>
    /// <remarks>https://learn.microsoft.com/azure/azure-functions/dotnet-isolated-process-guide#start-up-and-configuration</remarks>
    public static FunctionsApplicationBuilder CreateBuilder(string[] args) => new(args, AppSource.Default());
}
