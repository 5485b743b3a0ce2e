using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Pipeline.Sinks.Warehouse;

/// <summary>The list of objects that one COPY reads, and no others: what lies in the folder beside them is not loaded.</summary>
/// <remarks>For Parquet each entry must say how long it is: https://docs.aws.amazon.com/redshift/latest/dg/loading-data-files-using-manifest.html</remarks>
internal static class RedshiftManifest
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The manifest as JSON.</summary>
    /// <param name="objects">URL and length of each; one that is missing ends the COPY.</param>
    public static byte[] Write(IEnumerable<(string Url, long Bytes)> objects) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        entries = objects.Select(each => new { url = each.Url, mandatory = true, meta = new { content_length = each.Bytes } }),
    }, Plain);

    /// <summary>Where a manifest lies: beside the datasets, under a name that its content gives it.</summary>
    public static string KeyOf(string dataset, byte[] manifest) => $"_redshift/{dataset}/{Convert.ToHexStringLower(SHA256.HashData(manifest))[..32]}.manifest";
}
