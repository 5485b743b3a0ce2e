using System.Text;
using Pipeline.Contracts.Yaml;

namespace Pipeline.Contracts;

/// <summary>A schema that stands beside its contract.</summary>
internal static class SchemaFile
{
    private const string Extension = ".avsc";
    private const int MaxBytes = 1 << 20;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The file's text; null when it cannot be read, which is reported.</summary>
    public static string? Read(YamlText name, FaultList faults)
    {
        var remedy = $"write the name of a file beside the contract that ends in {Extension}";
        if (!name.Value.EndsWith(Extension, StringComparison.Ordinal) || Path.GetFileName(name.Value) != name.Value)
            faults.Add(name, $"{FaultList.Quote(name.Value)} is no name of a schema's file", remedy);
        else if (faults.Folder is not { } folder || !File.Exists(Path.Combine(folder, name.Value)))
            faults.Add(name, $"there is no file {FaultList.Quote(name.Value)} beside the contract", remedy);
        else return Text(Path.Combine(folder, name.Value), name, faults);
        return null;
    }

    private static string? Text(string path, YamlText name, FaultList faults)
    {
        try
        {
            if (new FileInfo(path).Length <= MaxBytes) return StrictUtf8.GetString(File.ReadAllBytes(path)).TrimStart('\uFEFF');
            faults.Add(name, $"the schema {FaultList.Quote(name.Value)} is larger than 1 MiB", "check that it is a schema");
        }
        catch (DecoderFallbackException)
        {
            faults.Add(name, $"the schema {FaultList.Quote(name.Value)} is not UTF-8", "save it as UTF-8");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            faults.Add(name, $"the schema {FaultList.Quote(name.Value)} cannot be read: {error.Message.TrimEnd('.')}", "let this program read it");
        }
        return null;
    }
}
